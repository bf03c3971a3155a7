"""Programs and notebooks that are taken away find the run again, without anybody's help."""

import contextlib
import io
import json
import warnings

import matplotlib as mpl
import numpy as np
import pytest

from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.presets import load
from optiviz.reports.export import export
from optiviz.reports.programs import as_python
from optiviz.reports.programs.notebook import plain
from optiviz.store.atomic import StoreError
from optiviz.tables import contents
from optiviz.testing.samples import Cliff


def said_by(text):
    """Do a program in this process; return its names and what it printed."""
    names, out = {"__name__": "program"}, io.StringIO()
    before = np.geterr()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(text, "<program>", "exec"), names)
    finally:
        np.seterr(**before)
    return names, out.getvalue()


def written(run, fmt, path, **options):
    export(run, fmt, path, **options)
    return path.read_text(encoding="utf-8")


def done(path, run, monkeypatch, **options):
    """Do the code of a notebook, and return its names and what was printed."""
    import matplotlib.pyplot as plt

    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    with mpl.rc_context():
        mpl.use("agg")
        cells = json.loads(written(run, "notebook", path, **options))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        return said_by("\n".join(code))


def test_a_program_with_optiviz_does_the_run_again_to_the_last_bit(climb, tmp_path):
    text = written(climb, "script", tmp_path / "a.py")
    names, said = said_by(text)
    assert names["run"].digest == climb.digest
    assert "It is the same run, to the last bit." in said
    _, said = said_by(text.replace('"step_size": 0.1', '"step_size": 0.2'))
    assert "It is another run: something was changed" in said
    names, said = said_by(written(climb, "script", tmp_path / "b.py", at=70))
    assert names["run"].k == 70
    assert names["run"].best_f == climb.state(70).best_f
    assert "the same run" not in said


def test_a_program_does_several_runs_each_by_its_name(descents, tmp_path):
    text = written(descents[0], "script", tmp_path / "a.py", beside=descents[1:])
    names, said = said_by(text)
    assert [run.digest for run in names["runs"].values()] == [run.digest for run in descents]
    assert list(names["runs"]) == [run.name for run in descents]
    assert said.count("the same run, to the last bit") == 4


def test_a_table_of_ones_own_is_in_the_program(tmp_path, monkeypatch):
    """Who gets the program has no other way to it."""
    rows = "".join(f"{i % 7},{i % 5},{'yes' if i % 7 > 3 else 'no'}\n" for i in range(60))
    sha = contents.put(f"a,b,answer\n{rows}".encode())
    data = {
        "problem": {
            "kind": "network_training",
            "dataset": {"kind": "csv", "file": "mine.csv", "content": sha, "target": "answer"},
            "network": {"layers": [{"units": 1}]},
        },
        "optimizer": {"kind": "hill_climbing"},
        "stopping": {"max_iterations": 30},
    }
    run = Run(RunSpec.from_dict(data)).finish()
    assert run.failure is None
    text = written(run, "script", tmp_path / "a.py")
    monkeypatch.setattr(contents, "_contents", {})
    names, said = said_by(text)
    assert "It is the same run, to the last bit." in said
    assert contents.get(sha) is not None
    _, said = done(tmp_path / "a.ipynb", run, monkeypatch, beside=[run])
    assert said.count("the same run, to the last bit") == 2
    assert names["run"].digest == run.digest


@pytest.mark.parametrize("name", ["xor", "himmelblau-2d", "classic-descent", "sine", "iris"])
def test_a_notebook_finds_every_value_of_the_run_with_numpy_alone(name, tmp_path, monkeypatch):
    spec = load(name).spec.with_value("stopping.max_iterations", 60)
    run = Run(spec, name).finish()
    names, said = done(tmp_path / "a.ipynb", run, monkeypatch)
    assert "optiviz" not in {getattr(one, "__name__", "") for one in names.values()}
    assert said.endswith("It is the same run.\n")
    f = run.trace.rows(0, run.k + 1).f
    np.testing.assert_allclose(names["history"], f, rtol=1e-9, atol=1e-12)
    assert names["best_f"] == pytest.approx(run.best_f, rel=1e-9)
    np.testing.assert_allclose(names["best_x"], run.best_x, rtol=1e-7, atol=1e-12)


def test_a_notebook_ends_at_an_iteration_and_has_the_changes(tmp_path, monkeypatch):
    spec = RunSpec.load("classic-mlp").with_values(
        [
            ("stopping.max_iterations", 80),
            ("changes", [{"at": 40, "optimizer": {"kind": "random_search"}}]),
        ]
    )
    run = Run(spec).finish()
    names, said = done(tmp_path / "a.ipynb", run, monkeypatch, at=60)
    assert said.endswith("It is the same run.\n")
    f = run.trace.rows(0, 61).f
    np.testing.assert_allclose(names["history"], f, rtol=1e-9)


def test_several_runs_are_done_again_in_one_notebook(descents, tmp_path, monkeypatch):
    _, said = done(tmp_path / "a.ipynb", descents[0], monkeypatch, beside=descents[1:])
    assert said.count("the same run, to the last bit") == 4


def test_a_notebook_runs_in_jupyter(minibatch, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own parts among each other
        nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
        pytest.importorskip("ipykernel")
        export(minibatch, "notebook", tmp_path / "a.ipynb", at=100)
        made = nbformat.read(tmp_path / "a.ipynb", 4)
        nbformat.validate(made)
        made.metadata.kernelspec.name = "python3"
        nbclient.NotebookClient(made, timeout=100).execute(cwd=str(tmp_path))
    outputs = [out for cell in made.cells for out in cell.get("outputs", ())]
    assert sum("image/png" in out.get("data", {}) for out in outputs) >= 2
    assert outputs[-1]["text"] == "It is the same run.\n"


@pytest.mark.parametrize("fmt", ["script", "notebook", "py"])
def test_the_same_run_is_the_same_file(climb, tmp_path, fmt):
    assert written(climb, fmt, tmp_path / "a") == written(climb, fmt, tmp_path / "b")


def test_names_are_only_names(climb, tmp_path, monkeypatch):
    """They come from files of others, and nothing in them may become code or a link."""
    evil = '"""\nraise SystemExit\n# [x](javascript:alert()) <img src=x onerror=alert()> $\\alpha$'
    spec = climb.spec.with_value("stopping.max_iterations", 2)
    runs = [Run(spec, evil).finish(), Run(spec, "it's {0} 'so'").finish()]
    names, said = said_by(written(runs[0], "script", tmp_path / "a.py", beside=runs[1:]))
    assert list(names["runs"]) == [evil, "it's {0} 'so'"]
    assert said.count("the same run, to the last bit") == 2
    _, said = done(tmp_path / "a.ipynb", runs[0], monkeypatch)
    assert "It is the same run" in said
    _, said = done(tmp_path / "b.ipynb", runs[0], monkeypatch, beside=runs[1:])
    assert said.count("the same run, to the last bit") == 2
    assert "<" not in plain(evil).replace("\\<", "")
    for value in (evil, {"a\nb": [1.5, None, True, "é'\""]}, [], {}, {"x": {"y": list(range(60))}}):
        assert eval(as_python(value)) == value


def test_what_cannot_be_done_again_is_said_and_nothing_is_written(tmp_path, monkeypatch):
    spec = RunSpec(
        problem=Cliff(), optimizer=HillClimbing(), stopping=StoppingCriterion(max_iterations=3)
    )
    run = Run(spec).finish()
    (tmp_path / "a").write_text("old")
    with pytest.raises(StoreError, match="can't be written as a script"):
        export(run, "py", tmp_path / "a")
    monkeypatch.setattr(type(run.spec.optimizer), "recorded", True)
    for fmt in ("script", "notebook"):
        with pytest.raises(StoreError, match=r"a: .*\w$"):
            export(run, fmt, tmp_path / "a")
    assert (tmp_path / "a").read_text() == "old"
