# ruff: noqa: E501  # tables of cases read best as they are
"""Bad input gets one plain sentence at its place; what is taken runs, and ends as it should.

Every table here is tried whole: in constructors, in plain data, on the command line and in what is
drawn of it. Warnings are errors.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiviz import cli, presets
from optiviz.engine import registry
from optiviz.engine.parameters import SpecError, fields
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.spec import RunSpec, read_mapping
from optiviz.engine.stopping import StoppingCriterion, StopReason
from optiviz.reports.data.summary import summary
from optiviz.reports.drawing import render
from optiviz.studies.plan import Study
from optiviz.testing.samples import problems_with_slope, problems_without_slope
from optiviz.views import finest, show
from tests import hostile_data  # noqa: F401  # its kinds are known by being defined
from tests.torture import formulas

FAMILIES = ("optimizers", "schedules", "datasets", "functions", "problems")
KINDS = [
    cls
    for family in FAMILIES
    for cls in registry.known(family).values()
    if hasattr(cls, "__dataclass_fields__") and cls.__module__.startswith("optiviz.")
]
VIEWS = registry.kinds("views")

# ---- Typed fields --------------------------------------------------------------------------------

VALUES = [
    0, -1, 1e308, -1e308, float("nan"), float("inf"), -float("inf"), -0.0, 5e-324, 1e-320, "", "0.1",
    "nan", "١٢", "−1", "0.1 s", "1,000", "1_000", "0x10", True, False, None, [], [1], [[1]], {},
    {"kind": 1}, {"kind": []}, {"a": float("nan")}, 2**40, 2**63, 10**400, -(10**400), "x" * 10**6,
    "\x00", "\ud800", "\u202e0.1", b"1", object(), 1j, (1, 2), {1}, [None], np.float32(0.1), np.int64(2),
    np.bool_(True), np.array([1.0]), range(3), lambda: 0,
]  # fmt: skip


def sentences_of(make) -> list[str]:
    """Return what is said against it; nothing if it is taken. Anything but a SpecError is raised."""
    began = time.process_time()
    try:
        make()
        return []
    except SpecError as error:
        assert time.process_time() - began < 1.0
        for mistake in error.mistakes:
            assert mistake.message
            assert "\n" not in str(mistake)
            assert len(str(mistake)) < 700
            assert "Traceback" not in mistake.message
        return [str(mistake) for mistake in error.mistakes]


@pytest.mark.parametrize(
    "cls", [*KINDS, StoppingCriterion, RunSpec, Study], ids=lambda c: c.__name__
)
def test_no_value_of_any_field_gives_anything_but_a_sentence(cls):
    """A traceback at a demonstration is what people remember of it."""
    base = {"kind": cls.kind} if getattr(cls, "kind", "") else {}
    tried = 0
    for field in fields(cls):
        for value in VALUES:
            for make in (
                lambda f=field, v=value: cls.from_dict({**base, f.name: v}),
                lambda f=field, v=value: cls(**{f.name: v}),
            ):
                try:
                    said = sentences_of(make)
                except TypeError as error:  # Python's own, of a constructor that needs more
                    if "required keyword-only argument" not in str(error):
                        raise
                    continue
                tried += 1
                if isinstance(value, float) and not np.isfinite(value) and field.type is float:
                    assert any(field.name in one and "finite" in one for one in said), (field, said)
    assert tried or not fields(cls)


def numbers_of(field):
    """Return what people try, and the ends of what a field takes."""
    usual = [0, -1.0, 5e-324, 1e308, 1e6, 3, 2**40]
    for limit in (field.param.gt, field.param.ge, field.param.lt, field.param.le):
        if limit is not None:
            step = (1,) if field.type is int else (np.inf, -np.inf)
            near = [int(limit) + 1, int(limit) - 1] if step == (1,) else np.nextafter(limit, step)
            usual += [limit, *near]
    return usual


RUN_ON = [problems_with_slope()[0], problems_with_slope()[6], *problems_without_slope()]


@pytest.mark.parametrize("kind", sorted(registry.kinds("optimizers")))
def test_what_a_field_takes_runs_and_ends_as_finished_or_diverged(kind):
    """Else the form says yes, and the run no."""
    cls, runs = registry.kinds("optimizers")[kind], 0
    for field in fields(cls):
        if field.type not in (int, float):
            continue
        for value in numbers_of(field):
            number = field.type(value) if np.isfinite(float(value)) else value
            if sentences_of(lambda f=field, v=number: cls(**{f.name: v})):
                continue
            optimizer = cls(**{field.name: number})
            for problem in RUN_ON:
                if list(optimizer.check_problem(problem)):
                    continue
                spec = RunSpec(
                    problem=problem,
                    optimizer=optimizer,
                    stopping=StoppingCriterion(max_iterations=4, target=-1e308),
                )
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    run = Run(spec).finish()
                where = f"{kind}.{field.name} = {number} on {problem.kind}"
                assert run.status is RunStatus.FINISHED, f"{where}: {run.failure}"
                assert run.stop_reason in tuple(StopReason)
                runs += 1
    assert runs or not any(field.type in (int, float) for field in fields(cls))


OPTIMIZERS = registry.kinds("optimizers")
SMALL = 3_000  # what is larger takes its time, and is refused or measured elsewhere


def at_limits(draw, cls):
    """Return two or three settings of a class, each at an end of what it takes, or beyond."""
    known = [f for f in fields(cls) if f.type in (int, float) or f.options]
    chosen = draw(st.permutations(known))[: draw(st.integers(2, 3))]
    made = {}
    for field in chosen:
        value = draw(st.sampled_from(field.options or numbers_of(field)))
        whole = field.type is int and np.isfinite(value)
        made[field.name] = min(int(value), SMALL) if whole else value
    return made


@settings(max_examples=120)
@given(st.data())
def test_limits_together_are_refused_or_run(data):
    """Each field alone is at its end above; people turn two knobs."""
    kind = data.draw(st.sampled_from(sorted(OPTIMIZERS)))
    chosen = {"kind": kind, **at_limits(data.draw, OPTIMIZERS[kind])}
    suits = [p for p in RUN_ON if not list(OPTIMIZERS[kind]().check_problem(p))]
    runs_or_says({"problem": data.draw(st.sampled_from(suits)).to_dict(), "optimizer": chosen})


@settings(max_examples=40)
@given(st.data())
def test_data_at_their_limits_together_are_refused_or_trained_on(data):
    """Three rows of nine classes, all of them noise."""
    known = registry.kinds("datasets")
    kind = data.draw(st.sampled_from(sorted(known.keys() - {"csv"})))
    problem = presets.load("classic-mlp").spec.problem.to_dict()
    dataset = {"kind": kind, **at_limits(data.draw, known[kind])}
    last = {"activation": data.draw(st.sampled_from(("sigmoid", "identity"))), "units": 1}
    objective = "log_loss" if last["activation"] == "sigmoid" else "mean_squared_error"
    network = {"layers": [{"activation": "tanh", "units": 2}, last]}
    changed = {"dataset": dataset, "network": network, "objective": objective}
    runs_or_says({"problem": {**problem, **changed}, "optimizer": ADAM})


def runs_or_says(spec):
    """Fail if a spec is neither refused in sentences nor runs without a warning."""
    if not sentences_of(lambda: RunSpec.from_dict({**spec, "stopping": {"max_iterations": 3}})):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            run = Run(RunSpec.from_dict({**spec, "stopping": {"max_iterations": 3}})).finish()
        if run.status is not RunStatus.FINISHED:
            assert not run.failure.details, run.failure.details
        assert run.trace.last_k <= 3


def test_a_list_of_wrong_numbers_is_told_by_its_first_few():
    """A drawn table of 100,000 wrong points said so 100,000 times."""
    dataset = {
        "kind": "points",
        "x": [1e300] * 50_000,
        "y": [0.0] * 50_000,
        "classes": [0, 1] * 25_000,
    }
    said = sentences_of(lambda: registry.known("datasets")["points"].from_dict(dataset))
    assert len(said) == 6
    assert said[-1] == "x: has more mistakes, maybe; these were the first"


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.binary(max_size=3)
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def bent(draw, data, depth=0):
    """Return plain data with something else somewhere inside."""
    if depth > 4 or not isinstance(data, dict | list) or not data or draw(st.integers(0, 3)) == 0:
        return draw(ANYTHING)
    place = draw(st.sampled_from(sorted(data) if isinstance(data, dict) else range(len(data))))
    if isinstance(data, list):
        return [bent(draw, v, depth + 1) if i == place else v for i, v in enumerate(data)]
    made = {k: bent(draw, v, depth + 1) if k == place else v for k, v in data.items()}
    if draw(st.integers(0, 5)) == 0:
        made[draw(st.text(max_size=6))] = draw(ANYTHING)
    return made


SPECS = [presets.load(name).spec.to_dict() for name in ("classic-mlp", "rosenbrock-2d", "spirals")]


@settings(max_examples=60)
@given(st.data())
def test_only_sentences_come_out_of_any_spec(data):
    """A spec is written by hand, or by somebody else's program."""
    spec = bent(data.draw, data.draw(st.sampled_from(SPECS)))
    sentences_of(lambda: RunSpec.from_dict(spec))
    config = [{"name": "a", "spec": spec}]
    sentences_of(lambda: Study.from_dict({"configurations": config, "search_seeds": [1]}))
    sentences_of(lambda: Study.from_dict(spec))


FILES = {
    "deep.json": b"[" * 100_000,
    "deep.toml": b"a=" + b"[" * 100_000,
    "tables.toml": b"[" + b"a." * 50_000 + b"a]\nx=1",
    "twice.json": b'{"seed": 1, "seed": 2}',
    "twice.toml": b"seed = 1\nseed = 2",
    "dates.toml": b"seed = 2020-01-01\n[problem]\nkind = 10:00:00",
    "digits.json": b'{"seed": ' + b"9" * 5000 + b"}",
    "digits.toml": b"seed = " + b"9" * 5000,
    "hex.toml": b"seed = 0x" + b"f" * 5000,
    "large.json": b'{"seed": 1e999}',
    "inf.toml": b"seed = inf",
    "nan.json": b'{"seed": NaN}',
    "zero.toml": b"\0\0\0",
    "latin.json": b"\xff\xfe{\0}\0",
    "empty.toml": b"",
    "empty.json": b"",
    "list.json": b"[1]",
    "text.json": b'"x"',
    "half.json": b'{"seed": "\\ud800"}',
    "cut.toml": b"a = [",
    "keys.toml": b'"\\u0000\\u202e" = 1\n"' + b"k" * 90_000 + b'" = 2',
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("load", [RunSpec.load, Study.load], ids=["run", "study"])
def test_a_file_that_is_no_spec_is_refused(name, load, tmp_path):
    """Whatever the file, the mistake names it or the field in it."""
    path = tmp_path / name
    path.write_bytes(FILES[name])
    assert sentences_of(lambda: load(path))


def test_a_file_of_51_MB_is_not_even_read(tmp_path):
    """It would fill the memory before it is refused."""
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.truncate(51_000_000)
    assert "larger than 50 MB" in sentences_of(lambda: read_mapping(path))[0]


# ---- Sizes ---------------------------------------------------------------------------------------


def network(units, n=100, features=5, optimizer="adam", **settings_):
    data = {"kind": "classification", "n_samples": n, "n_features": features}
    layers = [{"units": u, "activation": "sigmoid"} for u in (*units, 1)]
    return {
        "problem": {
            "kind": "network_training",
            "dataset": data,
            "network": {"layers": layers},
            "objective": "log_loss",
        },
        "optimizer": {"kind": optimizer, **settings_},
        "stopping": {"max_iterations": 2},
    }


def sphere(dimension, optimizer="adam", stopping=None, **settings_):
    function = {"kind": "sphere"}
    return {
        "problem": {"kind": "function_nd", "function": function, "dimension": dimension},
        "optimizer": {"kind": optimizer, **settings_},
        "stopping": stopping or {"max_iterations": 2},
    }


MUCH = 2**40
WIDE = (1400, 1400)  # nearly two million weights
TOO_MUCH = {
    "rows": (network((4,), n=MUCH), "n_samples", "at most 1,000,000"),
    "features": (network((4,), features=MUCH), "n_features", "at most 10,000"),
    "rows by features": (network((4,), n=1_000_000, features=10_000), "n_samples", "50,000,000"),
    "units": (network((MUCH,)), "units", "at most 4,096"),
    "layers": (network((1,) * 100_000), "layers", "at most"),
    "weights": (network((4096,) * 60), "layers", "at most 2,000,000"),
    "rows by units": (network((4096,), n=1_000_000), "layers", "at most 500,000,000"),
    "variables": (sphere(MUCH), "dimension", "at most 1,000"),
    "members": (sphere(5, "genetic_algorithm", population_size=MUCH), "population_size", "2,000"),
    "swarm": (network(WIDE, optimizer="particle_swarm"), "population_size", "at most 4"),
    "usual size": (
        network(WIDE, optimizer="cma_es", covariance="separable"),
        "population_size",
        "at most 4 where a point has",
    ),
    "a full matrix": (
        network((300, 300), features=20, optimizer="cma_es"),
        "covariance",
        "up to 2,000 numbers",
    ),
    "a simplex": (network((100, 100), optimizer="nelder_mead"), "kind", "at most 1,000"),
    "second derivatives": (network((100,), optimizer="newton"), "kind", "200"),
    "remembered steps": (network(WIDE, optimizer="lbfgs", memory=100), "memory", "at most 17"),
    "batches": (
        network((4,), optimizer="mini_batch_gradient_descent", batch_size=MUCH),
        "batch_size",
        "at most 1,000,000",
    ),
    "iterations": (sphere(2, stopping={"max_iterations": MUCH}), "max_iterations", "at most"),
    "evaluations": (sphere(2, stopping={"max_evaluations": MUCH}), "max_evaluations", "at most"),
    "seed": ({**sphere(2), "seed": MUCH}, "seed", "at most"),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_what_no_memory_holds_is_refused_before_anything_is_made(what):
    """Each limit is named where it is passed; nothing of that size is tried first."""
    import tracemalloc

    spec, field, limit = TOO_MUCH[what]
    tracemalloc.start()
    try:
        said = sentences_of(lambda: RunSpec.from_dict(spec))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert any(field in one and limit in one for one in said), said
    assert len(said) <= 3
    assert most < 64 << 20


# ---- Divergence, ends of exp and log, surfaces -----------------------------------------------------


def of_x(formula, low=-4.0, high=4.0):
    return {"kind": "function_1d", "formula": formula, "low": low, "high": high}


def of_xy(formula, low=-4.0, high=4.0):
    function = {"kind": "formula", "formula": formula, "low": low, "high": high}
    return {"kind": "function_2d", "function": function}


def rows(which="usual", objective="log_loss", out=1, last="sigmoid", hidden="tanh", **data):
    layers = [{"units": 3, "activation": hidden}, {"units": out, "activation": last}]
    return {
        "kind": "network_training",
        "dataset": {"kind": "hostile_rows", "which": which, **data},
        "network": {"layers": layers},
        "objective": objective,
    }


def numbers(which="usual", target="usual", **data):
    made = rows(objective="mean_squared_error", last="identity")
    return {
        **made,
        "dataset": {"kind": "hostile_numbers", "which": which, "target": target, **data},
    }


D, N = StopReason.DIVERGED, StopReason.ITERATIONS
GD, ADAM = {"kind": "gradient_descent"}, {"kind": "adam"}
HC, CMA, SWARM = {"kind": "hill_climbing"}, {"kind": "cma_es"}, {"kind": "particle_swarm"}
ENDS = {
    "at once, to nan": (of_x("x*0 + 1/0 - 1/0"), GD, None, D),
    "at once, to inf": (of_x("1/0"), HC, None, D),
    "at once, to -inf": (of_x("-1/0"), GD, None, D),
    "all nan": (of_x("sqrt(-1 - x^2)"), CMA, None, D),
    "nearly at once": (of_x("x^2"), {**GD, "learning_rate": 1e6}, [3.0], D),
    "late": (of_x("x^2"), {**GD, "learning_rate": 1.1}, [3.0], D),
    "down without end": (of_x("-exp(x)"), {**GD, "learning_rate": 1e6}, [3.0], D),
    "a start far away": (of_x("x^2"), GD, [1e308], D),
    "a start next to nothing": (of_x("x^2"), GD, [5e-324], N),
    "values as large as any": (of_x("x/abs(x)*1e308"), CMA, [1.0], N),
    "a rate of nothing": (of_x("x^2"), {**GD, "learning_rate": 0.0}, [3.0], N),
    "nothing but 5": (of_x("5"), HC, None, N),
    "next to nothing": (of_x("1e-320*x"), GD, None, N),
    "a range of nothing": (of_x("x^2", 0.0, 5e-324), GD, None, N),
    "a range of late digits": (of_x("x^2", -1e9, -1e9 + 1e-6), GD, None, N),
    "a surface of nan": (of_xy("0/0 + x*y"), GD, None, D),
    "a surface of inf": (of_xy("1/0 + x + y"), CMA, None, D),
    "patches of nan": (of_xy("log(x*y)"), SWARM, [1.0, 1.0], N),
    "a flat surface": (of_xy("x*0 + y*0 + 5"), HC, None, N),
    "a surface up to 1e308": (of_xy("1e307*x*y"), HC, [1.0, 1.0], N),
    "a surface that overflows": (of_xy("exp(exp(x + y))"), HC, [0.0, 0.0], N),
    "a surface of 1e-320": (of_xy("1e-320*(x + y)"), HC, None, N),
    "a surface on one point": (of_xy("x^2 + y", 0.0, 5e-324), HC, None, N),
    "sigmoids at their ends": (rows(hidden="sigmoid"), ADAM, [1e4] * 13, N),
    "sigmoids beyond": (rows(hidden="sigmoid"), ADAM, [-750.0] * 13, N),
    "softmax of 1e4": (rows(out=3, last="softmax", classes=3), ADAM, [1e4] * 21, N),
    "log loss at 0 and 1": (rows(hidden="identity"), ADAM, [750.0, -750.0] * 6 + [750.0], N),
    "weights of 1e308": (rows(hidden="relu"), ADAM, [1e308] * 13, D),
    "weights of -1e308": (rows(hidden="softplus"), ADAM, [-1e308] * 13, None),
    "constant features": (rows("constant"), ADAM, None, N),
    "constant, standardized": (rows("constant", standardize=True), ADAM, None, N),
    "one constant, standardized": (rows("one constant", standardize=True), ADAM, None, N),
    "duplicate rows": (rows("duplicate rows", standardize=True), ADAM, None, N),
    "duplicate columns": (rows("duplicate columns"), ADAM, None, N),
    "features of 1e100": (rows("1e100"), ADAM, None, None),
    "features of 1e100, standardized": (rows("1e100", standardize=True), ADAM, None, N),
    "features of 1e-308": (rows("1e-308"), ADAM, None, N),
    "features of 1e-308, standardized": (rows("1e-308", standardize=True), ADAM, None, N),
    "features of 5e-324": (rows("5e-324", standardize=True), ADAM, None, N),
    "mixed features": (rows("mixed"), HC, None, None),
    "mixed, standardized": (rows("mixed", standardize=True), HC, None, N),
    "classes with two rows": (rows(out=12, last="softmax", classes=12), ADAM, None, N),
    "constant numbers": (numbers(target="constant", standardize_target=True), ADAM, None, N),
    "numbers of 1e100": (numbers(target="1e100"), ADAM, None, None),
    "numbers of 1e-308": (numbers(target="1e-308", standardize_target=True), ADAM, None, N),
    "numbers of constants": (numbers("constant"), ADAM, None, N),
}


@pytest.mark.parametrize("case", ENDS)
def test_every_view_has_something_to_show_of_it(case, tmp_path):
    """Where there is nothing to draw, a word says why; a report of it can be written."""
    problem, optimizer, start, reason = ENDS[case]
    stopping = {"max_iterations": 8 if "late" not in case else 400}
    spec = RunSpec.from_dict(
        {"problem": problem, "optimizer": optimizer, "start": start, "stopping": stopping}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = Run(spec, "a").finish()
        assert run.status is RunStatus.FINISHED, run.failure
        assert reason in (None, run.stop_reason)
        run.history.extend(Reader(run), 0.05)
        json.dumps(summary(run), allow_nan=False)
        made = 0
        for kind, cls in VIEWS.items():
            if cls().suits(spec.problem):
                figure = finest(cls(), [show(run, run.trace.last_k, "a")], 0.0)
                said = f"{figure.caption} {figure.empty} {figure.warning} {' '.join(figure.lines)}"
                if kind != "code":  # which shows values as Python writes them
                    assert not re.search(r"\b(nan|inf)\b", said), said
                if kind in ("function_1d", "function_2d", "decision_boundary", "fitness"):
                    render(figure, tmp_path / "a.png", "png")
                made += 1
        assert made >= 4


UNUSABLE = {
    "all nan": (rows("all nan"), "the feature x1 is nan in row 1, and so are 23 more rows"),
    "a column of nan": (rows("a column of nan"), "the feature x2 is nan in row 1"),
    "one nan": (rows("one nan", standardize=True), "the feature x2 is nan in row 4;"),
    "infinite": (rows("infinite"), "the feature x2 is -inf in row 4;"),
    "1e308": (rows("1e308"), "numbers from -1e+100 to 1e+100 can be used"),
    "one class": (rows(classes=1), "needs rows of at least 2 classes, has one alone"),
    "numbers of nan": (numbers(target="all nan"), "the target is nan in row 1"),
    "numbers of 1e308": (numbers(target="1e308"), "the target is"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_data_that_cannot_be_used_are_refused_in_a_sentence(case, tmp_path, capsys):
    """The column and the row are named; it is no defect of ours, so there is no traceback."""
    problem, sentence = UNUSABLE[case]
    spec = {"problem": problem, "optimizer": ADAM, "stopping": {"max_iterations": 3}}
    run = Run(RunSpec.from_dict(spec)).finish()
    assert run.status is RunStatus.FAILED
    assert sentence in run.failure.sentence
    assert run.failure.details == ""
    path = tmp_path / "a.json"
    path.write_text(json.dumps(spec))
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", str(path)])
    told = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert len(told) == 1
    assert sentence in told[0]


@pytest.mark.parametrize(("n", "sentence"), [(0, "leaves no row of 0"), (1, "leaves no row of 1")])
def test_no_rows_and_one_row_are_refused(n, sentence):
    spec = {"problem": rows(rows=n), "optimizer": ADAM, "stopping": {"max_iterations": 3}}
    assert sentence in sentences_of(lambda: RunSpec.from_dict(spec))[0]


# ---- Formulas --------------------------------------------------------------------------------------


def test_hostile_formulas_are_sentences_or_numbers():
    """All that are listed and some random ones; 5,000 are `python -m tests.torture formulas`."""
    found = formulas.run(len(formulas.LARGE) + len(formulas.HOSTILE) + 60, 1)
    assert found["could be read"] > 40


def test_what_a_formula_would_do_would_be_seen(monkeypatch, tmp_path):
    """Else the proof proves nothing."""

    def evil(text):
        (tmp_path / "owned").write_text(text)
        return False

    monkeypatch.setattr(formulas, "_tried", evil)
    with pytest.raises(AssertionError, match="made Python do"):
        formulas.run(1, 1)


# ---- The command line ------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a run file, a study file and much that is neither."""
    monkeypatch.chdir(tmp_path)
    spec = {"problem": of_x("x^2"), "optimizer": ADAM, "stopping": {"max_iterations": 3}}
    (tmp_path / "ok.json").write_text(json.dumps(spec))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.optiviz").mkdir()
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "text.txt").write_text("hello")
    (tmp_path / "false.optiviz").write_bytes(b"PK\3\4")
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    for arguments in (
        ("run", "ok.json", "--save", "ok.optiviz"),
        ("repeat", "ok.json", "--seeds", "1", "--jobs", "1", "--out", "study.optiviz"),
    ):
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        assert ended.value.code == 0
    return tmp_path


def refused(capsys, *arguments):
    """Return the lines on stderr of a command that must be refused."""
    capsys.readouterr()
    began = time.process_time()
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert ended.value.code == 2, (arguments, ended.value.code, out[:300])
    assert 1 <= len(lines) <= 8
    assert not out
    assert "Traceback" not in err
    assert all(line.isprintable() and len(line) <= 710 for line in lines)
    assert time.process_time() - began < 3
    return lines


BAD_FILES = (
    "", "\0", ".", "folder", "folder.optiviz", "folder.json", "missing", "missing.json",
    "missing.optiviz", "text.txt", "false.optiviz", "x" * 300, "x" * 5000 + ".optiviz", "/dev/null",
    "\x1b[31m", "-", *FILES,
)  # fmt: skip
COMMANDS = (
    ("run",), ("show",), ("verify",), ("report", "--out", "r.html"), ("runs",),
    ("export", "--to", "csv", "--out", "e.csv"), ("export", "--to", "svg", "--out", "e.svg"),
    ("race",), ("study",), ("repeat",), ("sweep", "--over", "optimizer.step_size=1,2"),
)  # fmt: skip


def test_every_command_refuses_every_file_that_it_cannot_use(folder, capsys):
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    for command, *options in COMMANDS:
        assert refused(capsys, command, *options)
        every = command in ("run", "study")  # the others read what they are given as these do
        for name in BAD_FILES if every else BAD_FILES[::4]:
            refused(capsys, command, name, *options)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_compare_refuses_names_that_no_file_has(folder, capsys):
    for name in ("x" * 5000, "missing.csv", "missing.optiviz", "\0", "deep.json"):
        refused(capsys, "compare", name)


TINY = ("repeat", "ok.json", "--seeds", "1", "--jobs", "1")
SWEEP = ("sweep", "ok.json", "--seeds", "1", "--jobs", "1", "--over")
PICTURE = ("export", "ok.optiviz", "--to", "svg", "--view", "fitness", "--out", "e.svg")
WRONG_OPTIONS = [
    *(("run", "ok.json", "--set", text) for text in (
        "", "x", "=", "=1", "x=", "optimizer.learning_rate=", "optimizer.learning_rate=nan",
        "optimizer.learning_rate=1e999", "optimizer.learning_rate=-1",
        "optimizer.learning_rate=10**3", "optimizer.learning_rate=0,1", "optimizer.learning_rate=٣",
        "optimizer.learning_rate=0.1 s", "optimizer.learning_rate=1_000",
        "optimizer.learning_rate=true", "optimizer.learning_rate=[1]", "optimizer..x=1", ".=1",
        "optimizer=1", "optimizer.learning_rate.x=1", "seed=" + "9" * 5000, "seed=" + "[" * 100_000,
        "stopping=null", "stopping.max_iterations=1e400", "problem.kind=\0", "__class__=1",
        "stopping.max_iterations=1099511627776000",
    )),
    *(("run", "ok.json", option) for option in (
        "--seed=x", "--seed=-1", "--seed=1.5", "--seed=99999999999999999999", "--save=folder",
        "--save=no/x.optiviz", "--save=a.txt", "--save=ok.json", "--report=folder",
        "--report=r.txt", "--report=no/x.html", "--report=ok.json", "--nope", "--json=3",
        "--save=" + "x" * 5000 + ".optiviz", "--report=" + "x" * 300 + ".html", "--save=a\0.optiviz",
    )),
    ("run", "ok.optiviz", "--save", "ok.optiviz"),
    ("race", "ok.optiviz", "ok.json", "--save", "./ok.optiviz"),
    *((*PICTURE, option) for option in (
        "--at=-1", "--at=x", "--at=nan", "--at=1e3", "--at=99999999999999999999", "--view=nope",
        "--run=0", "--run=-1", "--run=99", "--run=x", "--to=nope", "--out=folder", "--out=no/x.svg",
        "--out=ok.optiviz", "--out=", "--out=" + "x" * 300 + ".svg", "--set=x",
    )),
    ("export", "ok.optiviz", "--to", "csv", "--out", "ok.optiviz"),
    ("export", "ok.optiviz", "--to", "csv", "--out", "folder/../ok.optiviz"),
    ("export", "ok.json", "--to", "json", "--out", "ok.json"),
    ("export", "study.optiviz", "--to", "csv", "--out", "study.optiviz"),
    ("report", "ok.optiviz", "--out", "ok.optiviz"),
    *((*TINY, option) for option in (
        "--jobs=0", "--jobs=x", "--jobs=1099511627776", "--seeds=0", "--seeds=-1", "--seeds=x",
        "--seeds=1099511627776", "--effort=x", "--measure=x", "--backend=x", "--cluster=x",
        "--out=folder", "--out=no/x.optiviz", "--out=ok.optiviz", "--report=folder", "--vary=x",
        "--target=nan", "--target=x", "--report=" + "x" * 300 + ".html",
        "--out=" + "x" * 300 + ".optiviz",
    )),
    *((*SWEEP, text) for text in (
        "", "=", "x", "x=", "optimizer.learning_rate", "optimizer.learning_rate=",
        "optimizer.learning_rate=a", "optimizer.learning_rate=1..0", "optimizer.learning_rate=nan",
        "optimizer.learning_rate=0..1:1099511627776", "optimizer.learning_rate=0..1:999999999",
        "optimizer.learning_rate=0..1:10001", "nope.x=1,2",
        "optimizer.learning_rate=" + ",".join(["1"] * 100_000),
        "optimizer.learning_rate=" + ",".join(map(str, range(10_001))),
    )),
    (*SWEEP, "optimizer.learning_rate=0.1..1", "--random", "1099511627776"),
    (*SWEEP, "optimizer.learning_rate=0.1..1", "--random", "-1"),
    ("race", "ok.json", "--evaluations", "0"),
    ("race", "ok.json", "--evaluations", "1099511627776000"),
    ("race", "ok.json", "--gradient-weight", "nan"),
    ("list", "nope"), ("list", "\0"), ("bench", "nope"), ("nope",), ("\x1b[31m",), ("--nope",),
]  # fmt: skip


def test_every_wrong_option_is_a_line_that_names_it(folder, capsys):
    """Nothing that was there is written over, whatever is asked for."""
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    for arguments in WRONG_OPTIONS:
        refused(capsys, *arguments)
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert after == before


def optiviz(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = f"{sys.executable} -m optiviz"
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command.replace('optiviz', program)}"],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk to write to")
def test_a_reader_that_goes_and_a_disk_that_is_full_are_no_tracebacks():
    """`optiviz list | head -1` is typed every day."""
    for command, status, lines in (
        ("optiviz list optimizers --json | true", 0, 0),
        ("optiviz list optimizers > /dev/full", 2, 1),
        ("optiviz run classic-descent >&- 2>&-", 0, 0),
        ("optiviz run nope 2> /dev/full", 2, 0),
    ):
        done = optiviz(command)
        assert done.returncode == status, (command, done)
        assert len(done.stderr.splitlines()) == lines, (command, done.stderr)


def test_a_terminal_of_one_column_is_wide_enough():
    for columns in ("1", "x"):
        done = optiviz("optiviz run classic-descent", COLUMNS=columns, NO_COLOR="1", TERM="dumb")
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout
