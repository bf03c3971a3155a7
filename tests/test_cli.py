"""The command line that scripts and courses depend on: its objects, its one-line mistakes, its
exit statuses; and the same trace in every process.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import pytest

import optiviz
from optiviz import bench, presets
from optiviz.cli import shared
from optiviz.datasets.friedman1 import Friedman1
from optiviz.engine import registry
from optiviz.engine.parameters import fields
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.problems.network_training import NetworkTraining
from optiviz.reports.data.summary import summary
from optiviz.store import run_file

KEYS = {
    "spec",
    "status",
    "stop_reason",
    "iterations",
    "evaluations",
    "gradient_evaluations",
    "seconds",
    "best_f",
    "final_f",
    "x",
    "best_x",
    "train_accuracy",
    "test_accuracy",
    "best_train_accuracy",
    "best_test_accuracy",
    "trace_sha256",
}


@pytest.fixture
def mistake(run):
    """Run a command that is wrong, and return the one line that says so."""

    def command(*arguments):
        status, out, lines = run(*arguments)
        assert status == 2, lines
        assert out == ""
        assert len(lines) == 1, lines
        assert "Traceback" not in lines[0]
        return lines[0]

    return command


def in_process(*arguments, code=None, **environment):
    """Run optiviz in a process of its own."""
    start = [sys.executable, "-W", "error", *(["-c", code] if code else ["-m", "optiviz"])]
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    kept.pop("QT_QPA_PLATFORM", None)
    return subprocess.run(
        [*start, *arguments],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


# What a run gives


def test_json_of_a_run(run):
    status, out, lines = run("run", "classic-descent", "--json")
    assert (status, lines) == (0, [])
    found = json.loads(out)
    assert set(found) == KEYS
    assert out.count("\n") == 1
    assert f"{found['x'][0]:.4e}" == "6.1111e-10"
    assert (found["status"], found["stop_reason"]) == ("finished", "iterations")
    assert (found["iterations"], found["evaluations"]) == (100, 101)
    assert found["train_accuracy"] is None
    spec = optiviz.RunSpec.from_dict(found["spec"])
    assert spec == optiviz.RunSpec.load("classic-descent")
    assert optiviz.run(spec).digest == found["trace_sha256"]


def test_json_of_a_network(run):
    status, out, _ = run("run", "classic-mlp", "--json", "--set", "stopping.max_iterations=200")
    found = json.loads(out)
    assert status == 0
    assert len(found["x"]) == len(found["best_x"]) == 71
    assert found["train_accuracy"] == pytest.approx(1 - found["final_f"])
    assert found["best_train_accuracy"] == pytest.approx(1 - found["best_f"])
    assert 0 < found["test_accuracy"] < 1


def test_json_of_a_diverged_run_is_valid(run):
    status, out, _ = run(
        "run", "classic-descent", "--json", "--set", "problem.formula=x^4", "--set",
        "optimizer.learning_rate=1e6",
    )  # fmt: skip
    found = json.loads(out, parse_constant=pytest.fail)
    assert (status, found["stop_reason"]) == (0, "diverged")


def test_long_points_are_left_out(run):
    units = "problem.network.layers.0.units=200"
    _, out, _ = run(
        "run", "classic-mlp", "--json", "--set", units, "--set", "stopping.max_iterations=3"
    )
    assert set(json.loads(out)) == KEYS - {"x", "best_x"}


def test_a_run_in_words(run):
    status, out, lines = run("run", "classic-perceptron")
    assert (status, lines) == (0, [])
    assert "The 6 weights of a network without hidden layers" in out
    assert "1,000 iterations, 1,001 evaluations" in out
    assert "accuracy: train 0." in out


def test_set_and_seed(run):
    def found(*settings):
        return json.loads(run("run", "classic-perceptron", "--json", *settings)[1])

    usual = found()
    assert found("--seed", 1)["trace_sha256"] == usual["trace_sha256"]
    other = found("--seed", "2", "--set", "optimizer.step_size=0.2", "--set", "stopping.target=0.8")
    assert other["spec"]["seed"] == 2
    assert other["spec"]["optimizer"]["step_size"] == 0.2
    assert other["stop_reason"] == "target"
    kind = found("--set", "optimizer.kind=random_search", "--set", "optimizer.spread=2")
    assert kind["spec"]["optimizer"] == {"kind": "random_search", "spread": 2.0}


@pytest.mark.parametrize("name", presets.names())
def test_presets_run(run, name):
    status, out, _ = run("run", name, "--json")
    assert status == 0
    assert json.loads(out)["status"] == "finished"


def test_specs_from_files(run, tmp_path):
    spec = optiviz.RunSpec.load("classic-descent")
    expected = optiviz.run(spec).digest
    as_json, as_toml = tmp_path / "a spec.json", tmp_path / "spec.toml"
    as_json.write_text(spec.to_json())
    as_toml.write_text(
        'start = [3]\nproblem = {kind = "function_1d"}\n'
        'optimizer = {kind = "gradient_descent", learning_rate = 0.1}\n'
        "stopping = {max_iterations = 100}\n"
    )
    for path in (as_json, as_toml):
        assert json.loads(run("run", path, "--json")[1])["trace_sha256"] == expected


# Mistakes

SET = ("run", "classic-mlp", "--set")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["run", "classic-nothing"], "classic-nothing: is neither a file nor a preset"),
        (["run", "no.toml"], "no.toml: there is no such file"),
        (["run", "no.optiviz"], "no.optiviz"),
        (["run"], "Missing argument 'SPEC'"),
        (["fly"], "No such command 'fly'"),
        (["run", "classic-mlp", "--fast"], "No such option"),
        (["run", "classic-mlp", "--seed", "one"], "Invalid value for '--seed'"),
        (["run", "classic-mlp", "--seed", "-1"], "seed: must be at least 0, is -1"),
        ([*SET, "optimizer.step_size"], "write it as path=value"),
        ([*SET, "optimizer.step_size=-1"], "optimizer.step_size: must be above 0"),
        ([*SET, "optimizer.step_size=NaN"], "optimizer.step_size: must be a number"),
        ([*SET, "optimizer.step_size=1e999"], "optimizer.step_size: must be a finite"),
        ([*SET, "seed=" + "9" * 5000], "seed: must be a whole number"),
        ([*SET, "seed=" + "[" * 100_000], "seed: must be a whole number"),
        ([*SET, "a\nb=1"], "is not known here"),
        ([*SET, "optimizer.kind=gradient_descent"], "train on log loss"),
        ([*SET, "problem.dataset.n_informative=5"], "more than the 5 features"),
        (["run", "classic-mlp", "--report", "report.doc"], "report.doc: reports are written as"),
        (["run", "classic-mlp", "--report", "no/where.html"], "there is no such folder"),
        (["list", "colours"], "colours"),
        (["bench", "nothing"], "nothing: is not a benchmark; they are"),
        (["show", "no.optiviz"], "no.optiviz"),
        (["verify", "no.optiviz"], "no.optiviz"),
        (["export", "classic-descent", "--to", "doc", "--out", "x.doc"], "doc"),
    ],
    ids=range(24),
)  # fmt: skip
def test_a_mistake_is_one_line_that_names_its_place(
    mistake, arguments, line, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert line in mistake(*arguments)
    assert list(tmp_path.iterdir()) == []


def test_several_mistakes_are_a_line_each(run, tmp_path):
    path = tmp_path / "spec.json"
    data = optiviz.RunSpec.load("classic-mlp").to_dict()
    data["seed"], data["optimizer"]["step_size"], data["color"] = 1.5, 0, "red"
    path.write_text(json.dumps(data))
    status, _, lines = run("run", path)
    assert status == 2
    assert sorted(line.split(":")[0] for line in lines) == ["color", "optimizer.step_size", "seed"]


def test_broken_files_are_named(mistake, tmp_path):
    path = tmp_path / "spec.json"
    path.write_text("[" * 100_000)
    assert "spec.json: is nested too deeply" in mistake("run", path)
    path.write_bytes(b"\xff\x00")
    assert "spec.json: can't be read" in mistake("run", path)
    packed = tmp_path / "run.optiviz"
    packed.write_bytes(b"PK nonsense")
    for command in ("run", "show", "verify"):
        assert "run.optiviz" in mistake(command, packed)


def test_a_run_that_fails_ends_with_status_1(run, monkeypatch):
    def broken(self):
        raise RuntimeError("no room for the rows")

    monkeypatch.setattr(NetworkTraining, "evaluator", broken)
    status, out, lines = run("run", "classic-mlp")
    assert status == 1
    assert lines[0] == "The run failed: RuntimeError: no room for the rows"
    status, out, _ = run("run", "classic-mlp", "--json")
    assert status == 1
    assert json.loads(out)["status"] == "failed"
    assert "failed" in run("run", "classic-mlp")[1]


# The other commands


@pytest.mark.parametrize(
    ("family", "some"),
    [
        ("optimizers", "hill_climbing"),
        ("datasets", "classification"),
        ("problems", "network_training"),
        ("activations", "relu"),
        ("losses", "log_loss"),
        ("views", "decision_boundary"),
        ("presets", "classic-minibatch"),
    ],
)
def test_list(run, family, some):
    status, out, _ = run("list", family)
    assert status == 0
    names = [line.split()[0] for line in out.splitlines()]
    assert some in names
    _, out, _ = run("list", family, "--json")
    assert [row["name"] for row in json.loads(out)] == names
    assert all(row["label"] for row in json.loads(out))


def test_lists_go_group_by_group_and_say_which(run):
    lines = run("list", "optimizers")[1].splitlines()
    groups = [line.rpartition("  ")[2] for line in lines]
    ends = [i for i in range(1, len(groups)) if groups[i] != groups[i - 1]]
    assert [groups[i] for i in (0, *ends)] == ["Local search", "Populations", "Gradients"]


def test_lists_of_activations_and_losses_say_what_each_is(run):
    listed = {
        family: {row.pop("name"): row for row in json.loads(run("list", family, "--json")[1])}
        for family in ("activations", "losses")
    }
    for family in listed.values():
        assert all(row["label"] and row["formula"] for row in family.values())
        assert all(row["source"] for name, row in family.items() if name != "accuracy")
    assert listed["activations"]["softmax"]["layers"] == "output"
    assert listed["activations"]["tanh"]["output_for_class_0"] == -1
    assert not listed["activations"]["step"]["has_slope"]
    assert listed["losses"]["hinge"]["output_activations"] == ["identity"]
    assert listed["losses"]["mean_absolute_error"]["targets"] == ["class", "number"]
    assert listed["losses"]["accuracy"]["more_is_better"]


def test_a_regression_is_told_by_its_r2():
    problem = NetworkTraining(
        dataset=Friedman1(n_samples=60),
        network=Network(layers=(Layer(units=1, activation="identity"),)),
        objective="mean_squared_error",
    )
    stopping = StoppingCriterion(max_iterations=20)
    made = Run(RunSpec(problem=problem, optimizer=GradientDescent(), stopping=stopping)).finish()
    told = shared.in_words(made, summary(made))
    assert f"R²: train {summary(made)['train_r2']:.4f}, test " in told
    assert "accuracy" not in told


@pytest.mark.parametrize("family", ["optimizers", "datasets", "problems", "views"])
def test_list_says_all_that_a_program_needs_to_make_one(run, family):
    rows = json.loads(run("list", family, "--json")[1])
    for row in rows:
        assert set(row) == {"name", "label", "group", "source", "doc", "parameters"}
        assert row["doc"]
        cls = registry.kinds(family)[row["name"]]
        assert [one["name"] for one in row["parameters"]] == [f.name for f in fields(cls)]
        assert all(one["help"] and one["label"] for one in row["parameters"])
        if not any(one["required"] for one in row["parameters"]):
            values = {one["name"]: one["default"] for one in row["parameters"]}
            assert cls.from_dict({"kind": row["name"], **values}) == cls()


def test_list_says_limits_choices_and_what_is_inside(run):
    def listed(family, name):
        rows = json.loads(run("list", family, "--json")[1])
        (row,) = (row for row in rows if row["name"] == name)
        return row, {one["name"]: one for one in row["parameters"]}

    row, found = listed("optimizers", "hill_climbing")
    assert row["group"] == "Local search"
    assert row["source"]
    step = found["step_size"]
    assert (step["type"], step["limits"], step["live"]) == ("number", {"gt": 0, "le": 1e6}, True)
    assert found["mutate"]["type"] == "choice"
    assert found["mutate"]["choices"]["one"] == "one weight"
    _, found = listed("datasets", "iris")
    assert found["n_samples"]["type"] == "whole number"
    assert found["n_samples"]["optional"]
    assert found["n_samples"]["limits"] == {"ge": 2, "le": 150}
    _, found = listed("datasets", "points")
    assert found["classes"]["type"] == "list of whole number"
    assert found["stratify"]["type"] == "flag"
    _, found = listed("problems", "network_training")
    assert (found["dataset"]["type"], found["dataset"]["family"]) == ("kind", "datasets")
    (layers,) = found["network"]["parameters"]
    assert layers["type"] == "list of settings"
    assert [one["name"] for one in layers["parameters"]] == ["units", "activation"]


def test_bench_prints_a_table_that_can_be_pasted(run, monkeypatch):
    made = bench.Figures("climb", {"ratio": 3.2}, "a climb: {ratio:.1f} times")
    monkeypatch.setattr(bench, "names", lambda: ["climbs"])
    monkeypatch.setattr(bench, "measure", lambda name: iter([made]))
    status, out, _ = run("bench")
    assert status == 0
    assert out.splitlines()[1:] == ["|---|---|---|", made.row("climbs")]
    _, out, _ = run("bench", "climbs", "--json")
    assert json.loads(out) == {"benchmark": "climbs", "name": "climb", "ratio": 3.2}


def test_help_and_version(run):
    for arguments in (["--help"], ["bench", "--help"], ["run", "--help"], ["export", "--help"]):
        status, out, _ = run(*arguments)
        assert status == 0
        assert "Usage: optiviz" in out
    assert run("--version")[:2] == (0, f"optiviz {optiviz.__version__}\n")


def test_save_show_verify_report_export(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, _ = run(
        "run", "classic-perceptron", "--json", "--save", "r.optiviz", "--report", "r.html"
    )
    assert status == 0
    saved = json.loads(out)
    assert "<html" in (tmp_path / "r.html").read_text()
    status, out, _ = run("show", "r.optiviz", "--json")
    (shown,) = json.loads(out)
    assert {k: shown[k] for k in saved} == saved
    assert "trace " + saved["trace_sha256"] in run("show", "r.optiviz")[1]
    status, out, _ = run("verify", "r.optiviz")
    assert status == 0
    assert "identical" in out
    assert json.loads(run("verify", "r.optiviz", "--json")[1])
    status, out, _ = run("run", "r.optiviz", "--json")
    assert json.loads(out)["trace_sha256"] == saved["trace_sha256"]
    assert run("report", "r.optiviz", "r.optiviz", "--out", "two.html")[0] == 0
    assert "<figure" in (tmp_path / "two.html").read_text()
    assert run("export", "r.optiviz", "--to", "csv", "--out", "t.csv")[0] == 0
    with (tmp_path / "t.csv").open(newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert len(rows) == 1001
    assert float(rows[-1]["best_f"]) == saved["best_f"]
    for view in ("fitness", "decision_boundary", "confusion"):
        arguments = ("--to", "png", "--out", f"{view}.png", "--view", view, "--at", "500")
        assert run("export", "r.optiviz", *arguments)[0] == 0
        assert (tmp_path / f"{view}.png").read_bytes().startswith(b"\x89PNG")
    assert run("export", "r.optiviz", "--to", "svg", "--out", "f.svg", "--view", "fitness")[0] == 0
    assert run("export", "r.optiviz", "--to", "npz", "--out", "r.npz")[0] == 0
    assert run("export", "r.optiviz", "--to", "json", "--out", "r.json")[0] == 0
    json.loads((tmp_path / "r.json").read_text())


def test_export_of_several_runs_asks_which(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rates = [Run(spec).finish() for _, spec in presets.load("classic-descent").specs]
    run_file.save("rates.optiviz", rates)
    status, _, error = run("export", "rates.optiviz", "--to", "py", "--out", "r.py")
    assert (status, error) == (2, ["rates.optiviz: has 4 runs; say which with --run"])
    arguments = ("export", "rates.optiviz", "--to", "json", "--out", "r.json")
    assert run(*arguments)[0] == 0
    assert len(json.loads((tmp_path / "r.json").read_text())["runs"]) == 4
    status, _, error = run(*arguments, "--run", "5")
    assert (status, error) == (2, ["--run: must be at most 4, is 5"])
    assert run(*arguments, "--run", "2")[0] == 0
    assert (
        json.loads((tmp_path / "r.json").read_text())["spec"]["optimizer"]["learning_rate"] == 0.5
    )


def test_a_view_is_exported_with_settings_of_its_own(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_file.save(
        "r.optiviz",
        [Run(presets.load("xor").spec.with_value("stopping.max_iterations", 3)).finish()],
    )
    arguments = ("export", "r.optiviz", "--to", "svg", "--view", "forward_pass", "--at", "2")
    assert run(*arguments, "--out", "a.svg")[0] == 0
    assert run(*arguments, "--out", "b.svg", "--set", "row=3", "--set", "step=5")[0] == 0
    pictures = [(tmp_path / name).read_text() for name in ("a.svg", "b.svg")]
    assert pictures[0] != pictures[1]
    status, _, error = run(*arguments, "--out", "c.svg", "--set", "row=many")
    assert status == 2
    assert error == ["row: must be a whole number, is the text 'many'"]
    status, _, error = run("export", "r.optiviz", "--to", "csv", "--out", "t.csv", "--set", "row=1")
    assert (status, error) == (2, ["--set: says nothing of csv; leave it out"])
    assert not (tmp_path / "c.svg").exists()


def test_a_pdf_takes_no_colours_and_no_template(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    short = presets.load("xor").spec.with_value("stopping.max_iterations", 3)
    run_file.save("r.optiviz", [Run(short).finish()])
    for option, value in (("--theme", "dark"), ("--template", "ours")):
        status, _, error = run("report", "r.optiviz", "--out", "a.pdf", option, value)
        assert (status, error) == (2, [f"{option}: says nothing of a PDF; leave it out"])
    assert not (tmp_path / "a.pdf").exists()


def test_formats_are_listed_and_only_take_what_they_say(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    listed = {one["name"]: one for one in json.loads(run("list", "formats", "--json")[1])}
    assert {"csv", "json", "npz", "py"} <= set(listed)
    assert listed["csv"]["suffix"] == ".csv"
    assert listed["csv"]["several"]
    for to, option, value in (
        *(("csv", option, "page") for option in ("--size", "--theme")),
        ("npz", "--rate", 5),
        ("statistics_csv", "--at", 0),
    ):
        arguments = ("--to", to, "--out", "t.csv", option, value)
        status, _, error = run("export", "classic-descent", *arguments)
        assert (status, error) == (2, [f"{option}: says nothing of {to}; leave it out"])
    assert list(tmp_path.iterdir()) == []


# Processes


def test_without_a_display_the_window_says_so():
    done = in_process()
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("There is no display to open a window on;")


def test_the_same_trace_in_every_process():
    """Hash seed, locale, time zone, and a numpy that came first with two BLAS threads."""
    arguments = ("run", "classic-minibatch", "--json", "--set", "stopping.max_epochs=20")
    late = "import numpy, sys; sys.argv[0] = 'optiviz'; from optiviz.__main__ import main; main()"
    ways = [
        in_process(*arguments, PYTHONHASHSEED="0"),
        in_process(
            *arguments, PYTHONHASHSEED="4711", LC_ALL="tr_TR.UTF-8", TZ="Asia/Kathmandu",
            LANG="de_DE.UTF-8",
        ),
        in_process(*arguments, code=late, OPENBLAS_NUM_THREADS="2", OMP_NUM_THREADS="2"),
    ]  # fmt: skip
    found = []
    for done in ways:
        assert (done.returncode, done.stderr) == (0, "")
        found.append(json.loads(done.stdout))
        found[-1].pop("seconds")
    assert found[0] == found[1] == found[2]
    here = optiviz.RunSpec.load("classic-minibatch").with_value("stopping.max_epochs", 20)
    assert optiviz.run(here).digest == found[0]["trace_sha256"]


def test_a_reader_that_leaves_early_is_no_error():
    """As in `optiviz list optimizers | head -1`."""
    code = "from optiviz import cli; cli.main(['list', 'optimizers'])"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert "Traceback" not in done.stderr


def test_what_is_public_imports_neither_qt_nor_matplotlib_nor_scikit_learn():
    """The window's first paint waits for its imports."""
    code = (
        "import sys, optiviz, optiviz.cli, optiviz.testing, optiviz.views\n"
        "from optiviz.engine import registry\n"
        "for family in ('optimizers', 'datasets', 'problems', 'views'): registry.kinds(family)\n"
        "optiviz.run(optiviz.RunSpec.load('classic-descent'))\n"
        "heavy = {'PySide6', 'pyqtgraph', 'matplotlib', 'sklearn', 'scipy'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    assert in_process(code=code).stdout == "[]\n"


def test_what_needs_no_data_needs_no_scikit_learn():
    done = in_process("list", "presets")
    assert done.returncode == 0
    assert "classic-mlp" in done.stdout
