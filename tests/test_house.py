"""The house stays one: files of one idea, presets that run, numbers where they belong."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import optiviz
from optiviz import bench, presets
from optiviz.bench import reference
from optiviz.engine.run import Run, RunStatus

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(optiviz.__file__).parent
FILES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")
}


def _places(found: Callable[[ast.AST], bool]) -> list[str]:
    """Return where in the files something is found."""
    return [
        f"{name}:{node.lineno}"  # type: ignore[attr-defined]
        for name, text in FILES.items()
        for node in ast.walk(ast.parse(text))
        if found(node)
    ]


def test_no_file_is_too_long_to_read():
    assert not {name for name, text in FILES.items() if len(text.splitlines()) >= 400}


PAINTS = {"paintEvent", "paint", "paintSection", "drawForeground", "drawBackground"}


def _is_unguarded_paint(node: ast.AST) -> bool:
    """Whether it is what Qt calls to paint, which must not raise: see `ui.guard`."""
    if not isinstance(node, ast.FunctionDef) or node.name not in PAINTS:
        return False
    asked_by_qt = any(
        "Event" in ast.unparse(a) or "QPainter" in ast.unparse(a) for a in node.args.args
    )
    return asked_by_qt and "guarded" not in map(ast.unparse, node.decorator_list)


def test_what_qt_calls_to_paint_is_guarded():
    """Else one value that nobody thought of ends the window."""
    assert not _places(_is_unguarded_paint)


def test_there_are_files():
    assert len(FILES) > 40


RUNS = [
    pytest.param(spec, id=f"{name}: {run}")
    for name in presets.names()
    for run, spec in presets.load(name).specs
]


@pytest.mark.parametrize("spec", RUNS)
def test_presets_and_their_companions_run(spec):
    run = Run(spec).finish()
    assert run.status is RunStatus.FINISHED
    assert run.best_f <= run.f_start


def test_presets_in_the_order_they_are_taught():
    assert presets.names() == [
        "classic-perceptron",
        "classic-mlp",
        "classic-descent",
        "one-parameter",
        "classic-minibatch",
        "xor",
        "iris",
        "spirals",
        "digits",
        "sine",
        "rosenbrock-2d",
        "himmelblau-2d",
        "rastrigin-10d",
        "race",
    ]
    for name in presets.names():
        preset = presets.load(name)
        assert preset.title
        assert preset.about.endswith(".")
        labels = [run for run, _ in preset.specs]
        assert len(set(labels)) == len(labels)
    assert len(presets.load("classic-descent").specs) == 4
    assert len(presets.load("classic-minibatch").specs) == 3


def test_a_companion_is_laid_over_the_main_run():
    main = {"stopping": {"max_iterations": 5}, "optimizer": {"kind": "a", "rate": 1}, "seed": 1}
    over = {"stopping": {"target": 2}, "optimizer": {"kind": "b"}, "start": [1]}
    assert presets._laid_over(main, over) == {
        "stopping": {"max_iterations": 5, "target": 2},
        "optimizer": {"kind": "b"},
        "seed": 1,
        "start": [1],
    }
    assert main["stopping"] == {"max_iterations": 5}


def test_benchmarks_are_named():
    assert {"classic", "late_climb", "forward_passes", "recording", "growth"} <= set(bench.names())
    assert not {"reference", "timing"} & set(bench.names())
    with pytest.raises(KeyError):
        bench.measure("nothing")
    figures = bench.Figures("x", {"ratio": 512.3}, "a climb: {ratio:.0f} times: so")
    assert str(figures) == "a climb: 512 times: so"
    assert figures.row("climbs") == "| a climb | 512 times: so | `optiviz bench climbs` |"


def test_the_reference_programs_share_nothing_with_optiviz():
    """Else they would be no witnesses."""
    source = Path(reference.__file__).read_text(encoding="utf-8")
    imports = [line for line in source.splitlines() if line.startswith(("import", "from"))]
    allowed = {"collections.abc", "math", "numpy", "numpy.typing"}
    assert {line.split()[1] for line in imports} <= allowed


def _parts_a_percent_sign(node: ast.AST) -> bool:
    """Whether it is a text with a space between a number and its percent sign."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.search(r"\d %(?!\w)", node.value) is not None
    return isinstance(node, ast.JoinedStr) and any(
        isinstance(before, ast.FormattedValue)
        and isinstance(after, ast.Constant)
        and str(after.value).startswith(" %")
        for before, after in itertools.pairwise(node.values)
    )


def test_percentages_are_written_in_one_way():
    """Else one table's 95% stands beside another's with a space in it."""
    assert not _places(_parts_a_percent_sign)
