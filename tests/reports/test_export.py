"""What is taken away from a run has the run's own numbers, and is safe to open elsewhere."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import optiviz
from optiviz.engine import registry
from optiviz.engine.optimizer import Channel, Outcome
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import SpecError
from optiviz.reports.data import rows as pieces
from optiviz.reports.data.rows import OUTCOMES
from optiviz.reports.data.summary import summary
from optiviz.reports.data.tables import safe_cell
from optiviz.reports.export import export
from optiviz.reports.formats import Options
from optiviz.reports.formats import json as as_json
from optiviz.reports.formats import npz as as_npz
from optiviz.store import StoreError


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def test_csv_has_every_row_to_the_last_bit(minibatch, tmp_path):
    export(minibatch, "csv", tmp_path / "a.csv")
    headings, rows = table(tmp_path / "a.csv")
    names = [channel.name for channel in minibatch.spec.optimizer.channels]
    counts = ["evaluations", "gradient_evaluations", "rows_seen"]
    assert headings == ["iteration", *counts, "f", "best_f", "outcome", *names]
    block = Reader(minibatch).rows(0, minibatch.k + 1)
    assert [row[0] for row in rows] == [str(k) for k in range(minibatch.k + 1)]
    for i, name in enumerate([*counts, "f", "best_f"], 1):
        column = np.array([float(row[i]) for row in rows])
        assert column.tobytes() == vars(block)[name].astype(np.float64).tobytes(), name
    words = [row[6] for row in rows]
    assert words[0] == "start"
    assert words[1:] == [OUTCOMES[Outcome(o)] for o in block.outcome[1:].tolist()]
    for j in range(len(names)):
        np.testing.assert_array_equal([float(row[7 + j]) for row in rows], block.channels[:, j])


def test_csv_is_written_piece_by_piece_and_ends_at_an_iteration(climb, tmp_path, monkeypatch):
    export(climb, "csv", tmp_path / "whole.csv")
    monkeypatch.setattr(pieces, "_CHUNK", 7)
    export(climb, "csv", tmp_path / "pieces.csv")
    assert (tmp_path / "whole.csv").read_bytes() == (tmp_path / "pieces.csv").read_bytes()
    export(climb, "csv", tmp_path / "part.csv", at=20)
    assert len(table(tmp_path / "part.csv")[1]) == 21


def test_several_runs_are_one_table(climb, minibatch, tmp_path):
    """Each row says whose it is, and has a cell for what any of the algorithms reports."""
    export(climb, "csv", tmp_path / "all.csv", at=600, beside=[minibatch])
    headings, rows = table(tmp_path / "all.csv")
    export(minibatch, "csv", tmp_path / "one.csv", at=600)
    alone, theirs = table(tmp_path / "one.csv")
    assert headings[0] == "run"
    assert set(alone) < set(headings)
    assert {len(row) for row in rows} == {len(headings)}
    assert [row[0] for row in rows] == 601 * ["climb"] + len(theirs) * ["batches of 50"]
    places = [headings.index(name) for name in alone]
    assert [[row[i] for i in places] for row in rows[601:]] == theirs
    export(climb, "npz", tmp_path / "all.npz", beside=[minibatch])
    with np.load(tmp_path / "all.npz") as data:
        assert str(data["run_2/name"]) == "batches of 50"
        assert data["run_1/best_x"].tobytes() == climb.best_x.tobytes()
        assert data["run_2/f"][-1] == minibatch.state_now.f
    export(climb, "json", tmp_path / "all.json", beside=[minibatch])
    both = json.loads((tmp_path / "all.json").read_text())["runs"]
    assert [one["name"] for one in both] == ["climb", "batches of 50"]


@pytest.mark.parametrize("fmt", ["csv", "json", "npz"])
def test_one_bar_goes_through_all_runs(climb, minibatch, tmp_path, monkeypatch, fmt):
    monkeypatch.setattr(pieces, "_CHUNK", 100)
    told = []
    options = Options(progress=lambda done, of: told.append((done, of)))
    export(climb, fmt, tmp_path / "a", at=600, beside=[minibatch], options=options)
    assert told == sorted(told)
    assert {of for _, of in told} == {601 + min(601, len(minibatch.trace))}
    assert told[0][0] == 0
    assert told[-1][0] > 601


def test_no_cell_is_a_formula_for_a_spreadsheet(tmp_path, monkeypatch):
    spec = optiviz.RunSpec.load("classic-minibatch").with_value("stopping.max_epochs", 1)
    evil = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", 'fine, "quoted"']
    n = len(spec.optimizer.channels)
    run = Run(spec).finish()
    channels = tuple(Channel(name, name) for name in evil[:n])
    monkeypatch.setattr(type(spec.optimizer), "channels", channels)
    export(run, "csv", tmp_path / "a.csv")
    headings, rows = table(tmp_path / "a.csv")
    assert len(rows[0]) == len(headings)
    assert headings[7:] == ["'" + name for name in evil[:n]]
    assert [safe_cell(name) for name in evil] == [*("'" + name for name in evil[:5]), evil[5]]


def test_json_is_strict_and_whole(minibatch, tmp_path):
    export(minibatch, "json", tmp_path / "a.json")

    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    data = json.loads(text, parse_constant=refuse)
    block = Reader(minibatch).rows(0, minibatch.k + 1)
    assert optiviz.RunSpec.from_dict(data["spec"]) == minibatch.spec
    assert data["name"] == minibatch.name
    assert data["trace"]["thinned"] is False
    assert data["trace"]["f"] == block.f.tolist()
    assert data["trace"]["best_f"] == block.best_f.tolist()
    assert data["trace"]["evaluations"] == block.evaluations.tolist()
    assert data["trace"]["channels"]["gradient_norm"][0] is None
    assert data["trace"]["channels"]["gradient_norm"][1] == block.channels[1, 0]
    samples = minibatch.history.samples()
    assert data["metrics"]["iteration"] == samples.k.tolist()
    assert data["metrics"]["test_accuracy"] == samples.metrics["test_accuracy"].tolist()
    assert data["result"]["best_f"] == minibatch.best_f


def test_a_long_trace_is_thinned_in_json_and_says_so(climb, tmp_path, monkeypatch):
    monkeypatch.setattr(as_json, "_ROWS", 500)
    monkeypatch.setattr(as_json, "_POINTS", 100)
    export(climb, "json", tmp_path / "a.json")
    trace = json.loads((tmp_path / "a.json").read_text())["trace"]
    assert trace["thinned"] is True
    assert trace["iterations"] == climb.k
    assert len(trace["iteration"]) <= 101
    assert trace["iteration"][-1] == climb.k
    f = Reader(climb).rows(0, climb.k + 1).f
    assert trace["f"] == f[trace["iteration"]].tolist()
    assert min(trace["f_low"]) == f.min()
    assert {len(trace[name]) for name in ("f", "f_low", "f_high", "best_f", "evaluations")} == {
        len(trace["iteration"])
    }


def test_npz_has_columns_and_points_without_pickle(minibatch, tmp_path):
    export(minibatch, "npz", tmp_path / "a.npz")
    block, state = Reader(minibatch).rows(0, minibatch.k + 1), minibatch.state_now
    with np.load(tmp_path / "a.npz", allow_pickle=False) as data:
        for name in ("f", "best_f", "outcome", "evaluations", "gradient_evaluations", "rows_seen"):
            assert data[name].tobytes() == vars(block)[name].tobytes()
        np.testing.assert_array_equal(data["channel_gradient_norm"], block.channels[:, 0])
        assert data["x"].tobytes() == state.x.tobytes()
        assert data["best_x"].tobytes() == state.best_x.tobytes()
        assert data["outcome_words"][data["outcome"][1]] in OUTCOMES.values()
        assert optiviz.RunSpec.from_dict(json.loads(str(data["spec"]))) == minibatch.spec
    export(minibatch, "npz", tmp_path / "b.npz", at=100)
    with np.load(tmp_path / "b.npz") as data:
        assert len(data["f"]) == 101
        assert data["x"].tobytes() == minibatch.state(100).x.tobytes()
        assert data["metric_iteration"].max() <= 100


def test_npz_of_an_endless_run_is_refused_with_what_works(climb, tmp_path, monkeypatch):
    monkeypatch.setattr(as_npz, "_ROWS", 100)
    with pytest.raises(StoreError, match="csv holds any number"):
        export(climb, "npz", tmp_path / "a.npz")


@pytest.mark.parametrize("kind", ["fitness", "decision_boundary", "confusion", "log"])
def test_pictures_of_every_view_at_any_iteration(climb, tmp_path, kind):
    export(climb, "png", tmp_path / "early.png", view=kind, at=0)
    export(climb, "png", tmp_path / "late.png", view=kind)
    early, late = (Image.open(tmp_path / f"{name}.png") for name in ("early", "late"))
    assert early.size == late.size
    assert early.tobytes() != late.tobytes()
    export(climb, "svg", tmp_path / "a.svg", view=kind, at=500)
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml")


def test_a_picture_measures_what_it_needs_and_takes_a_view_with_settings(tmp_path):
    run = Run(optiviz.RunSpec.load("classic-perceptron")).finish()
    view = registry.kinds("views")["fitness"](measure="log_loss")
    export(run, "svg", tmp_path / "a.svg", view=view)
    assert len(run.history.samples().k) > 500
    function = Run(optiviz.RunSpec.load("classic-descent")).finish()
    export(function, "png", tmp_path / "b.png", view="function_1d", at=3)
    with Image.open(tmp_path / "b.png") as picture:
        assert picture.size[0] > 1000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fmt": "xlsx"}, "^to: 'xlsx' is not a format; formats are assignment, csv, "),
        ({"fmt": "png"}, "^view: name what to draw; views of this run are boundaries, code, conf"),
        ({"fmt": "png", "view": "pie"}, "^view: there is no view 'pie'; views of this run are b"),
        ({"fmt": "svg", "view": "function_1d"}, "^view: function_1d can't show this run; views"),
        (
            {"fmt": "csv", "view": "log"},
            "^view: csv shows no view: leave it out, or c",
        ),
        ({"fmt": "csv", "at": -1}, "^at: the run has iterations 0 to 1,000, not -1$"),
        ({"fmt": "png", "view": "log", "at": 1001}, "^at: the run has iterations 0 to 1,000, not"),
    ],
)
def test_mistakes_name_what_would_be_right(climb, tmp_path, options, words):
    with pytest.raises(SpecError, match=words):
        export(climb, path=tmp_path / "a", **options)
    assert list(tmp_path.iterdir()) == []


def test_data_need_no_matplotlib():
    code = (
        "import sys, optiviz.reports.export, optiviz.reports.data.summary, optiviz.store.run_file;"
        "print([m for m in ('matplotlib', 'jinja2', 'PySide6', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_summary_is_the_run(climb):
    found = summary(climb)
    state, problem = climb.state_now, climb.spec.problem.evaluator()
    assert list(found) == [
        "spec", "status", "stop_reason", "iterations", "evaluations", "gradient_evaluations",
        "seconds", "best_f", "final_f", "x", "best_x", "train_accuracy", "test_accuracy",
        "best_train_accuracy", "best_test_accuracy", "trace_sha256",
    ]  # fmt: skip
    assert optiviz.RunSpec.from_dict(found["spec"]) == climb.spec
    assert (found["status"], found["stop_reason"]) == ("finished", "iterations")
    assert (found["best_f"], found["final_f"]) == (state.best_f, state.f)
    assert found["x"] == state.x.tolist()
    assert found["best_test_accuracy"] == problem.metrics(state.best_x)["test_accuracy"]
    assert found["train_accuracy"] == problem.metrics(state.x)["train_accuracy"]
    assert found["trace_sha256"] == climb.digest
    json.dumps(found, allow_nan=False)


def test_the_summary_of_numbers_has_r2_and_no_accuracy(numbers):
    for run in numbers:
        found, problem = summary(run), run.spec.problem.evaluator()
        assert found["train_accuracy"] is found["best_test_accuracy"] is None
        assert found["test_r2"] == problem.metrics(run.state_now.x)["test_r2"]
        assert found["best_train_r2"] == problem.metrics(run.state_now.best_x)["train_r2"]
        assert set(found) - {"x", "best_x"} == set(summary(Run(run.spec)))
        json.dumps(found, allow_nan=False)


def test_the_summary_is_json_whatever_happened():
    spec = optiviz.RunSpec.load("classic-descent")
    runs = {
        "diverged": Run(spec.replace(start=(1e200,))).finish(),
        "new": Run(spec),
        "going on": Run(spec),
    }
    runs["going on"].advance(3)
    found = {name: summary(run) for name, run in runs.items()}
    for one in found.values():
        assert json.loads(json.dumps(one, allow_nan=False)) == one
    assert found["diverged"]["stop_reason"] == "diverged"
    assert found["diverged"]["final_f"] is None
    assert found["diverged"]["train_accuracy"] is None
    assert found["new"]["trace_sha256"] is None
    assert found["going on"]["stop_reason"] is None
    assert (found["going on"]["status"], found["going on"]["iterations"]) == ("running", 3)


def test_long_points_are_left_out_of_the_summary():
    spec = optiviz.RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 2)
    layers = [{"units": 150, "activation": "sigmoid"}, {"units": 1, "activation": "sigmoid"}]
    found = summary(Run(spec.with_value("problem.network.layers", layers)).finish())
    assert "x" not in found
    assert "best_x" not in found
    assert found["iterations"] == 2
