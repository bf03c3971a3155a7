"""Comparing on the command line: the window's numbers, files that go on, plain mistakes."""

from __future__ import annotations

import csv
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import optiviz
from optiviz import __main__ as program
from optiviz import cli
from optiviz.cli import doing, tables
from optiviz.engine.run import Run
from optiviz.store import run_file, study_file
from optiviz.store.atomic import StoreError
from optiviz.studies import execution
from optiviz.studies.comparison import compare
from optiviz.studies.listing.columns import StudyRows
from optiviz.studies.plan import Planned, Study
from optiviz.studies.records import without_run
from optiviz.studies.results import Results

SHORT = ("--set", "stopping.max_iterations=40")
TINY = ("repeat", "classic-perceptron", *SHORT, "--jobs", 1)


@pytest.fixture
def run(run, monkeypatch, tmp_path):
    """Run a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return run


@pytest.fixture
def found(run):
    """Run a command that prints JSON, and return what it printed."""

    def command(*arguments):
        status, out, lines = run(*arguments, "--json")
        assert (status, lines) == (0, [])
        return json.loads(out, parse_constant=pytest.fail)

    return command


# Repeat


def test_repeat_gives_the_numbers_of_the_runs_themselves(found):
    data = found(*TINY, "--seeds", 3)
    assert data["complete"]
    assert [one["search_seed"] for one in data["runs"]] == [1, 2, 3]
    spec = optiviz.RunSpec.load("classic-perceptron").with_value("stopping.max_iterations", 40)
    for one in data["runs"]:
        made = optiviz.run(spec.replace(seed=one["search_seed"]))
        assert one["trace_sha256"] == made.digest
        assert one["value"] == pytest.approx(1 - made.best_f)
        assert one["stop_reason"] == "iterations"
    results = execution.execute(Results(Study.from_dict(data["study"])), 1)
    expected = compare(results).to_dict()
    groups = [{**group, "seconds": None} for group in data["comparison"]["groups"]]
    assert groups == [{**group, "seconds": None} for group in expected["groups"]]
    assert data["comparison"]["sentences"] == expected["sentences"]


def test_processes_change_no_bit(found):
    arguments = ("repeat", "classic-perceptron", *SHORT, "--seeds", 4)
    alone, two = (found(*arguments, "--jobs", jobs) for jobs in (1, 2))
    assert [r["trace_sha256"] for r in alone["runs"]] == [r["trace_sha256"] for r in two["runs"]]


def test_split_and_search_seeds_are_varied_together_or_apart(found):
    both = found(*TINY, "--seeds", 2, "--vary", "both")
    pairs = [(one["search_seed"], one["split_seed"]) for one in both["runs"]]
    assert pairs == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert both["comparison"]["variances"]
    split = found(*TINY, "--seeds", 2, "--vary", "split", "--set", "seed=7")
    assert [(one["search_seed"], one["split_seed"]) for one in split["runs"]] == [(7, 1), (7, 2)]


def test_evaluations_take_the_place_of_other_limits(found):
    data = found(
        "repeat", "classic-minibatch", "--evaluations", 60, "--gradient-weight", 3, "--seeds", 2,
        "--jobs", 1,
    )  # fmt: skip
    for one in data["runs"]:
        assert one["stop_reason"] == "evaluations"
        assert 60 <= one["evaluations"] + 3 * one["gradient_evaluations"] < 64
    assert data["comparison"]["gradient_weight"] == 3


# A study in a file


def test_a_study_goes_on_where_it_was(run, found, monkeypatch):
    found(*TINY, "--seeds", 2, "--out", "s.optiviz")
    done = []
    usual = execution.recorded
    monkeypatch.setattr(execution, "recorded", lambda *a: done.append(1) or usual(*a))
    data = found(*TINY, "--seeds", 5, "--out", "s.optiviz")
    assert (len(data["runs"]), len(done)) == (5, 3)
    status, out, _ = run("study", "s.optiviz")
    assert status == 0
    assert out.startswith("5 of 5 runs were done already.")
    assert len(done) == 3
    assert study_file.load("s.optiviz").looks == [2, 5]


def test_a_file_of_something_else_is_left_as_it_is(run):
    run(*TINY, "--seeds", 3, "--out", "s.optiviz")
    before = Path("s.optiviz").read_bytes()
    for arguments, words in (
        ((*TINY, "--seeds", 2), "s.optiviz: holds a run that is not of this study"),
        ((*TINY, "--seeds", 3, "--set", "optimizer.step_size=0.5"), "holds 3 runs that are not"),
    ):
        status, out, lines = run(*arguments, "--out", "s.optiviz")
        assert (status, out, len(lines)) == (2, "", 1)
        assert words in lines[0]
    assert Path("s.optiviz").read_bytes() == before
    run_file.save("r.optiviz", [Run(optiviz.RunSpec.load("classic-descent")).finish()])
    status, _, lines = run(*TINY, "--out", "r.optiviz")
    assert (status, lines) == (2, ["r.optiviz: holds runs, not a study; name another file"])


@pytest.mark.parametrize("kept", [True, False])
def test_an_interruption_loses_nothing_and_says_how_to_go_on(run, found, monkeypatch, kept):
    usual, done = execution.recorded, []

    def interrupted(*arguments):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        return usual(*arguments)

    monkeypatch.setattr(execution, "recorded", interrupted)
    out = ("--out", "s.optiviz") if kept else ()
    status, printed, lines = run(*TINY, "--seeds", 4, *out)
    assert (status, printed, len(lines)) == (130, "", 1)
    assert lines[0].startswith("stopped with 2 of 4 runs done; ")
    if not kept:
        assert "with --out F.optiviz they would be kept" in lines[0]
        return
    assert "the same command goes on from there" in lines[0]
    monkeypatch.setattr(execution, "recorded", usual)
    assert found(*TINY, "--seeds", 4, *out)["complete"]


def test_a_study_file_is_shown_verified_and_exported(run, found):
    data = found(*TINY, "--seeds", 4, "--out", "s.optiviz")
    (shown,) = found("show", "s.optiviz")
    assert shown["runs"] == data["runs"]
    assert "classic-perceptron with 4 seeds" in run("show", "s.optiviz")[1]
    assert run("verify", "s.optiviz")[:2] == (
        0,
        "s.optiviz: identical, all 4 runs to the last bit\n",
    )
    status, out, _ = run("verify", "s.optiviz", "--sample", 2)
    assert (status, out) == (0, "s.optiviz: identical, 2 of 4 runs to the last bit\n")
    assert run("export", "s.optiviz", "--to", "csv", "--out", "t.csv")[0] == 0
    with Path("t.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["trace_sha256"] for row in rows] == [one["trace_sha256"] for one in data["runs"]]
    assert run("export", "s.optiviz", "--to", "statistics_json", "--out", "t.json")[0] == 0
    (group,) = json.loads(Path("t.json").read_text())["groups"]
    hashes = [one["trace_sha256"] for one in data["runs"]]
    assert [one["trace_sha256"] for one in group["runs"]] == hashes
    assert run("export", "s.optiviz", "--to", "png", "--out", "t.png", "--view", "spread")[0] == 0
    assert Path("t.png").read_bytes().startswith(b"\x89PNG")
    for arguments, words in (
        (("--to", "py"), "formats are html, pdf, pdf_figure, svg, png, csv, statistics_csv"),
        (("--to", "png", "--view", "fitness"), "'fitness' is not a view of this study; they are"),
        (("--to", "csv", "--view", "spread"), "csv shows no view"),
    ):
        status, _, lines = run("export", "s.optiviz", *arguments, "--out", "no")
        assert (status, len(lines)) == (2, 1)
        assert words in lines[0]


def test_a_study_is_handed_in_as_a_page(run):
    """When it is done, or of its file later: with the same sentences and figures."""
    status, out, _ = run(*TINY, "--seeds", 3, "--out", "s.optiviz", "--report", "s.html")
    assert (status, out.splitlines()[-2:]) == (0, ["s.optiviz", "s.html"])
    assert run("report", "s.optiviz", "--out", "again.html")[:2] == (0, "again.html\n")
    one, other = (Path(name).read_text() for name in ("s.html", "again.html"))
    said = compare(study_file.load("s.optiviz")).best.headline[1:]  # but for its capital
    for page in (one, other):
        assert said in html.unescape(page)
    assert one.count("<figure") == other.count("<figure") > 1
    picture = ("--to", "png", "--view", "spread", "--size", "column", "--theme", "dark")
    assert run("export", "s.optiviz", *picture, "--out", "s.png")[0] == 0
    assert Path("s.png").read_bytes().startswith(b"\x89PNG")
    Path("notes.txt").write_text("Ours.", encoding="utf-8")
    said = ("--title", "Ten seeds", "--author", "A. Teacher", "--notes", "notes.txt")
    some = ("--parts", "summary,figures", "--views", "spread")
    status, *_ = run("report", "s.optiviz", "--out", "t.html", "--theme", "dark", *said, *some)
    page = Path("t.html").read_text(encoding="utf-8")
    assert status == 0
    assert all(words in page for words in ("Ten seeds", "A. Teacher", "Ours."))
    assert page.count("<figure") == 1
    assert run("report", "s.optiviz", "--out", "t.pdf", "--paper", "letter", *some)[0] == 0
    assert Path("t.pdf").read_bytes().startswith(b"%PDF")
    for option, value, words in (
        ("--parts", "code", "there is no 'code'; there are summary, results"),
        ("--views", "fitness", "there is no 'fitness'; there are"),
    ):
        status, _, lines = run("report", "s.optiviz", "--out", "no.html", option, value)
        assert (status, len(lines)) == (2, 1)
        assert words in lines[0]
    status, _, lines = run("report", "s.optiviz", "s.optiviz", "--out", "two.html")
    assert (status, lines) == (2, ["s.optiviz: holds a study, which has a report of its own"])


def test_every_statistic_has_its_sentence_and_says_when_it_says_nothing(run, found):
    """A number that nobody explains is taken for more than it is, least of all with two seeds."""
    arguments = (
        "compare", "a.optiviz", "b.optiviz", "c.optiviz", "--explain",
    )  # fmt: skip
    for name, step in zip("abc", (0.05, 0.5, 2), strict=True):
        setting = ("--set", f"optimizer.step_size={step}", "--target", 0.8)
        run(*TINY, "--seeds", 8, *setting, "--out", f"{name}.optiviz")
    out = run(*arguments)[1]
    said = " ".join(out.split())
    for heading in (
        "Bootstrap interval of the median", "Success rate", "Expected running time, in evaluations",
        "Distribution of running times", "Friedman's rank test of all",
        "Wilcoxon signed-rank test of pairs, adjusted by Holm's method",
        "Effect size: Vargha and Delaney's A",
    ):  # fmt: skip
        assert f"\n\n{heading}\n  " in out, heading
    groups = found(*arguments)["study"]["comparison"]["groups"]
    for group in groups:
        for statistic in ("interval", "success", "expected_time", "running_times"):
            assert f"{group['name']}: {group[statistic]['sentence']}" in said
        reached = group["running_times"]
        assert len(reached["times"]) == len(reached["shares"])
        assert reached["shares"][-1:] in ([], [group["success"]["rate"]])
    run(*TINY, "--seeds", 2, "--out", "d.optiviz")
    run(*TINY, "--seeds", 2, "--set", "optimizer.step_size=0.5", "--out", "e.optiviz")
    few = " ".join(run("compare", "d.optiviz", "e.optiviz", "--explain")[1].split())
    assert "2 runs can't bound the median: at least" in few
    assert "are needed before a test can say anything" in few


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_computed(run):
    for path, words in (("s.doc", "reports are written as .html"), ("no/s.html", "no such folder")):
        status, _, lines = run("study", "eight-algorithms", "--report", path)
        assert (status, len(lines)) == (2, 1)
        assert words in lines[0]


def test_the_list_of_runs_is_the_windows(run, found):
    """The same columns, filter, order and groups, for who has no screen."""
    run("sweep", "classic-perceptron", "--over", "optimizer.step_size=0.05,0.5", *SHORT,
        "--seeds", 3, "--jobs", 1, "--out", "s.optiviz")  # fmt: skip
    results = study_file.load("s.optiviz")
    rows = StudyRows(results.study)
    expected = [rows.row(planned, results.records[planned]) for planned in results.study.runs]
    every = found("runs", "s.optiviz")
    assert [one["name"] for one in every["runs"]] == [row.name for row in expected]
    assert [one["best"] for one in every["runs"]] == [row.best for row in expected]
    by_test = found("runs", "s.optiviz", "--sort", "test", "--descending", "--filter", "seed:2")
    values = [one["test"] for one in by_test["runs"]]
    assert by_test["of"] == 6
    assert len(values) == 2
    assert values == sorted(values, reverse=True)
    out = run("runs", "s.optiviz", "--group", "configuration")[1]
    assert "step size 0.05: 3 runs" in out
    assert out.splitlines()[-1] == "6 runs"
    assert run("runs", "s.optiviz", "--filter", "nothing")[1] == "0 of 6 runs\n"


def test_settings_of_any_two_runs_stand_side_by_side(run, found):
    arguments = ("race", "classic-mlp", "classic-mlp:adam", "classic-mlp:random_search", *SHORT)
    run(*arguments, "--save", "r.optiviz")
    data = found("runs", "r.optiviz", "--settings", "--filter", "-adam")
    (path,) = [d["path"] for d in data["differences"] if d["path"] == "optimizer.kind"]
    assert path
    listed = run("runs", "r.optiviz")[1]
    assert "Train acc." in listed
    out = run("runs", "r.optiviz", "--settings", "--filter", "-adam")[1]
    assert out.startswith("differs in")
    assert run("runs", "r.optiviz", "--settings", "--filter", "adam")[1].startswith("They differ")


def test_boundaries_of_runs_are_drawn_side_by_side(run):
    """All of a file, or those that are named; a program is of one run."""
    arguments = ("race", "classic-mlp", "classic-mlp:adam", "classic-mlp:random_search", *SHORT)
    run(*arguments, "--save", "r.optiviz")
    made = {}
    for name, which in (("all", ()), ("two", (1, 3)), ("one", (2,))):
        chosen = [word for number in which for word in ("--run", number)]
        picture = ("--to", "svg", "--view", "boundaries", *chosen, "--out", f"{name}.svg")
        assert run("export", "r.optiviz", *picture)[0] == 0
        made[name] = Path(f"{name}.svg").read_text()
    names = ("classic-mlp", "Adam", "Random search")
    assert [name in made["all"] for name in names] == [True, True, True]
    assert [name in made["two"] for name in names] == [True, False, True]
    program = ("export", "r.optiviz", "--to", "py", "--out", "r.py", "--run", 1, "--run", 2)
    status, _, lines = run(*program)
    assert (status, lines) == (2, ["--run: can be given once; py holds one run"])
    run("report", "r.optiviz", "--out", "r.html")
    assert "Boundaries" in Path("r.html").read_text()


def test_a_study_that_was_changed_is_found_out(run):
    run(*TINY, "--seeds", 3, "--out", "s.optiviz")
    results = study_file.load("s.optiviz")
    one, other = results.study.runs[:2]
    results.records[one] = results.records[other]
    study_file.save("s.optiviz", results)
    status, out, _ = run("verify", "s.optiviz")
    assert status == 1
    assert "of all 3 runs, 1 came out another way" in out
    assert "classic-perceptron · seed 1" in out


def test_a_study_of_failures_ends_with_status_1(run, monkeypatch):
    failed = without_run("MemoryError: no room for the rows")
    monkeypatch.setattr(execution, "recorded", lambda *_: failed)
    status, out, _ = run(*TINY, "--seeds", 3)
    assert status == 1
    assert "fail" in out


# Sweep, race


def test_a_sweep_says_its_cells(run, found):
    arguments = ("sweep", "classic-perceptron", *SHORT, "--seeds", 2, "--jobs", 1)
    data = found(
        *arguments,
        "--over",
        "optimizer.step_size=0.01..1:3",
        "--over",
        "problem.initialization=rand,he",
    )
    assert data["study"]["over"] == ["optimizer.step_size", "problem.initialization"]
    names = [one["name"] for one in data["study"]["configurations"]]
    assert names[0].startswith("step size 0.01, initialization ")
    assert len(names) == 6
    status, out, _ = run(*arguments, "--over", "optimizer.step_size=0.01..1", "--random", 3)
    assert status == 0
    assert out.count("\nstep size") + out.count("  step size") >= 3


def test_a_race_is_at_equal_effort_and_says_who_needs_a_slope(run, found):
    arguments = ("race", "classic-mlp", "classic-mlp:adam", "--evaluations", 90)
    data = found(*arguments)
    assert [one["configuration"] for one in data["runs"]] == ["classic-mlp", "Adam"]
    assert data["study"]["measure"] == "train_accuracy"
    assert data["comparison"]["at"] == pytest.approx(90, abs=3)
    assert data["notes"] == ["Adam needs a slope, which accuracy has not: it races on log loss."]
    status, out, _ = run(*arguments, "--save", "r.optiviz")
    assert status == 0
    assert "! Adam needs a slope" in out
    saved = run_file.load("r.optiviz")
    assert [made.digest for made in saved] == [one["trace_sha256"] for one in data["runs"]]
    assert len({made.spec.seed for made in saved}) == 1


def test_a_race_says_why_equal_iterations_are_not_equal_work(run, found):
    arguments = ("race", "classic-mlp", "classic-mlp:adam", "classic-mlp:genetic_algorithm", *SHORT)
    sentence = found(*arguments)["comparison"]["sentences"][-1]
    assert re.fullmatch(
        r"One iteration of Genetic algorithm takes \d+ evaluations, of Adam 1 evaluation and a "
        r"gradient, of Stochastic hill climbing 1 evaluation. So equal iterations are not equal "
        r"work.",
        sentence,
    )
    assert sentence in " ".join(run(*arguments)[1].split())
    alike = found("race", "classic-mlp", "classic-mlp:random_search", *SHORT)
    assert not any("One iteration" in said for said in alike["comparison"]["sentences"])


def test_what_a_gradient_counts_is_stated_and_can_be_changed(run, found):
    """Whoever doubts that it is two evaluations sees what another weight makes of it."""
    run("repeat", "classic-minibatch", "--seeds", 2, "--set", "stopping.max_iterations=12",
        "--jobs", 1, "--target", 0.9, "--out", "s.optiviz")  # fmt: skip
    spent = {}
    for weight in (0, 2, 5):
        said = found("compare", "s.optiviz", "--gradient-weight", weight)["study"]["comparison"]
        spent[weight] = said["groups"][0]["effort"]
        sentence = f"A gradient counts as {weight} evaluations besides its value."
        assert sentence in said["sentences"]
    gradients = (spent[5] - spent[0]) / 5
    assert gradients > 0
    assert spent[2] == pytest.approx(spent[0] + 2 * gradients)


def test_a_race_that_is_kept_is_computed_once(run, found, monkeypatch):
    """Else a long race with --save would take twice as long."""
    arguments = ("race", "classic-perceptron", "classic-perceptron:random_search", *SHORT)
    without = found(*arguments)
    begun = []
    usual = Run.prepare
    monkeypatch.setattr(Run, "prepare", lambda self: begun.append(self.name) or usual(self))
    monkeypatch.setattr(execution, "recorded", lambda *a: pytest.fail("computed again"))
    data = found(*arguments, "--save", "r.optiviz", "--report", "r.html")
    assert begun == ["classic-perceptron", "Random search"]
    for one in (*data["runs"], *without["runs"]):
        one["seconds"] = None
    assert data["runs"] == without["runs"]
    assert Path("r.html").stat().st_size > 10_000


def test_racers_of_one_name_are_told_apart(found):
    data = found("race", "classic-descent", "classic-descent", "--set", "stopping.max_iterations=3")
    assert [one["configuration"] for one in data["runs"]] == [
        "classic-descent",
        "classic-descent (2)",
    ]


# Compare


def test_two_studies_are_laid_side_by_side_by_their_common_seeds(run, found):
    found(*TINY, "--seeds", 6, "--out", "a.optiviz")
    found(*TINY, "--seeds", 5, "--set", "optimizer.step_size=0.5", "--out", "b.optiviz")
    data = found("compare", "a.optiviz", "b.optiviz")
    study = data["study"]
    assert study["study"]["search_seeds"] == [1, 2, 3, 4, 5]
    names = [one["name"] for one in study["study"]["configurations"]]
    assert names == ["classic-perceptron", "classic-perceptron (2)"]
    assert len(study["runs"]) == 10
    assert study["comparison"]["pairs"][0]["test"] is not None
    assert data["notes"] == ["Only the 5 seeds that all have are compared."]
    by_test = found("compare", "a.optiviz", "--measure", "test_accuracy")["study"]["comparison"]
    assert by_test["label"] == "test accuracy"


def test_studies_without_common_seeds_are_not_compared(found):
    found(*TINY, "--seeds", 1, "--vary", "split", "--out", "a.optiviz")
    found(*TINY, "--seeds", 2, "--out", "b.optiviz")
    data = found("compare", "a.optiviz", "b.optiviz")
    assert data["study"] is None
    assert "no seeds in common" in data["notes"][0]


def test_runs_of_several_seeds_are_a_study(found):
    spec = optiviz.RunSpec.load("classic-perceptron").with_value("stopping.max_iterations", 40)
    other = spec.with_value("optimizer.step_size", 0.5)
    made = [Run(s.replace(seed=seed), n) for n, s in (("a", spec), ("b", other)) for seed in (1, 2)]
    run_file.save("r.optiviz", [one.finish() for one in made])
    data = found("compare", "r.optiviz")
    assert [one["name"] for one in data["runs"]] == ["a", "a", "b", "b"]
    assert [one["name"] for one in data["study"]["study"]["configurations"]] == ["a", "b"]
    hashes = {one["trace_sha256"] for one in data["study"]["runs"]}
    assert hashes == {one["trace_sha256"] for one in data["runs"]}


def test_two_runs_are_told_apart_by_their_settings(run, found):
    data = found("compare", "classic-mlp", "classic-perceptron")
    paths = {one["path"]: one["values"] for one in data["differences"]}
    assert paths["optimizer.step_size"] == ["0.1", "0.05"]
    assert data["notes"]
    out = run("compare", "classic-mlp", "classic-perceptron")[1]
    assert "differs in" in out


def test_a_recorded_trace_is_laid_over_a_run(run, found):
    run("export", "classic-descent", "--to", "csv", "--out", "theirs.csv")
    data = found("compare", "theirs.csv", "classic-descent")
    (agreement,) = data["agreements"]
    assert agreement["matches"]
    assert "theirs matches classic-descent" in run("compare", "theirs.csv", "classic-descent")[1]


# Words


@pytest.mark.parametrize("arguments", [(*TINY, "--seeds", 6), ("compare", "classic-mlp", "xor")])
def test_lines_fit(run, arguments):
    out = run(*arguments)[1]
    assert max(map(len, out.splitlines())) <= 100


def test_a_table_cuts_texts_before_it_leaves_out_columns(monkeypatch):
    monkeypatch.setattr(tables, "width", lambda: 40)
    columns = [
        tables.Column("", ["x" * 50, "y"], is_number=False),
        tables.Column("value", ["1.25", ""]),
        tables.Column("more", ["z" * 30, ""]),
    ]
    lines = list(tables.table(columns))
    assert max(map(len, lines)) <= 40
    assert "1.25" in lines[1]
    assert "z" not in lines[1]
    assert lines[1].startswith("x" * 15 + "…")


def test_the_time_left_is_by_what_runs_cost():
    plan = Study.load("step-size-of-hill-climbing")
    costs = doing.Costs(Results(plan))
    assert costs.words == "0 of 180 runs"
    for place, seconds in ((0, 1.0), (0, 1.0), (1, 4.0)):
        costs.add(Planned(place, 1, None), replace(without_run(""), seconds=seconds))
    done, total = costs.spent_and_total()
    assert done == 6
    assert total == pytest.approx(20 * 1 + 20 * 4 + 7 * 20 * 2)  # of the others the mean


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["study", "nine"], "nine: is neither a file nor a study; they are"),
        (["study", "no.toml"], "no.toml: there is no such file"),
        (["study", "no.optiviz"], "no.optiviz"),
        (["repeat", "classic-mlp", "--seeds", "0"], "--seeds"),
        (["repeat", "classic-mlp", "--vary", "luck"], "--vary: must be search, split or both"),
        (["repeat", "classic-descent", "--vary", "split"], "has no training and test rows"),
        (["repeat", "classic-mlp", "--measure", "luck"], "measure: the text 'luck'"),
        (["repeat", "classic-mlp", "--effort", "luck"], "--effort: must be one of iterations"),
        (["repeat", "classic-mlp", "--out", "s.zip"], "s.zip: studies are written as .optiviz"),
        (["repeat", "classic-mlp", "--out", "no/s.optiviz"], "there is no such folder"),
        (["repeat", "classic-mlp", "--jobs", "0"], "--jobs: must be at least 1"),
        (["repeat", "classic-mlp", "--backend", "threads"], "--backend: must be loky or dask"),
        (["repeat", "classic-mlp", "--cluster", "x:1"], "--cluster: names a Dask scheduler"),
        (["sweep", "classic-mlp", "--over", "optimizer.step_size"], "write it as path=values"),
        (["sweep", "classic-mlp", "--over", "optimizer.step=1"], "optimizer.step: is not known"),
        (["sweep", "classic-mlp", "--over", "optimizer.step_size=1..2"], "say how many values"),
        (
            ["sweep", "classic-mlp", "--over", "seed=1", "--over", "seed=2"],
            "--over: names a setting twice",
        ),
        (["sweep", "classic-mlp"], "Missing option"),
        (["race", "classic-mlp:nothing"], "'nothing' is not an algorithm; known are"),
        (["race", "classic-perceptron:adam"], "optimizer"),
        (["race", "classic-mlp", "--report", "r.doc"], "reports are written as"),
        (["compare", "no.csv"], "no.csv: there is no such file"),
        (["compare", "no.optiviz"], "no.optiviz"),
        (["compare", "nothing"], "nothing: is neither a file nor a preset"),
        (["runs", "no.optiviz"], "no.optiviz"),
        (["runs", "no.optiviz", "--group", "luck"], "--group: must be one of algorithm"),
        (["runs", "no.optiviz", "--filter", '"adam'], 'has a " without'),
    ],
    ids=range(27),
)  # fmt: skip
def test_a_mistake_is_one_line_that_names_its_place(run, arguments, words):
    status, out, lines = run(*arguments)
    assert (status, out, len(lines)) == (2, "", 1), lines
    assert words in lines[0]
    assert "Traceback" not in lines[0]
    assert list(Path().iterdir()) == []


def test_studies_are_listed(run):
    out = run("list", "studies")[1]
    assert "eight-algorithms" in out


def test_the_start_script_knows_which_commands_open_no_window():
    """Else it would set up Qt for them."""
    script = (Path(optiviz.__file__).parents[1] / "packaging" / "run.sh").read_text()
    known = set(
        re.findall(r"[a-z]+", " ".join(re.findall(r"(?m)^ +([a-z |]+)\) return 1 ;;", script)))
    )
    assert {command.name for command in cli.app.registered_commands} <= known


# What goes wrong


HOSTILE = """
base = "classic-perceptron"
measure = "objective"
seeds = 2
stopping = { max_iterations = 3 }
[[configurations]]
name = "=cmd|' /C calc'!A0"
[[configurations]]
name = "-5"
"""


def test_names_that_a_spreadsheet_would_run_are_plain_text_in_tables(run, tmp_path):
    Path("hostile.toml").write_text(HOSTILE)
    assert run("study", "hostile.toml", "--out", "s.optiviz", "--jobs", 1)[0] == 0
    assert run("export", "s.optiviz", "--to", "csv", "--out", "s.csv")[0] == 0
    with open("s.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["configuration"] for row in rows[:2]] == ["'=cmd|' /C calc'!A0", "'-5"]
    assert {row["search_seed"] for row in rows} == {"1", "2"}


@pytest.mark.parametrize("name", [r"red \u001b[31m", r"two\nlines", r"\u202eturned", r"\u0000"])
def test_names_that_would_steer_the_terminal_are_refused(run, name):
    Path("hostile.toml").write_text(HOSTILE.replace("-5", name))
    status, _, lines = run("study", "hostile.toml")
    assert (status, len(lines)) == (2, 1)
    assert lines[0].startswith("configurations[1].name: must be one line of letters")
    assert lines[0].isprintable()


def test_a_spec_with_a_strange_file_name_is_run_under_a_plain_one(found, tmp_path):
    path = tmp_path / f"{'long' * 50}\x1b\n.json"
    path.write_text(optiviz.presets.load("classic-perceptron").spec.to_json())
    data = found("repeat", path, *SHORT, "--seeds", 1, "--jobs", 1)
    assert data["study"]["configurations"][0]["name"].isprintable()


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (("--to", "png", "--out", "x.csv"), "x.csv"),
        (("--to", "svg", "--out", "x.png"), "x.png"),
        (("--to", "csv", "--out", "x.csv", "--run", 1), "--run"),
        (("--to", "png", "--out", "x.png", "--at", 3), "--at"),
    ],
)
def test_what_an_export_of_a_study_cant_mean_is_refused(run, more, named):
    run(*TINY, "--seeds", 1, "--out", "s.optiviz")
    status, _, lines = run("export", "s.optiviz", *more)
    assert (status, len(lines)) == (2, 1)
    assert lines[0].startswith(named)
    assert sorted(path.name for path in Path().iterdir()) == ["s.optiviz"]


@pytest.mark.parametrize("place", ["nowhere/r.optiviz", "folder.optiviz", "r.csv"])
def test_a_race_that_could_not_be_kept_is_refused_before_it_is_run(run, monkeypatch, place):
    Path("folder.optiviz").mkdir()
    monkeypatch.setattr(execution, "execute", lambda *_, **__: pytest.fail("it was run"))
    status, _, lines = run("race", "classic-perceptron", *SHORT, "--save", place)
    assert (status, len(lines)) == (2, 1)
    assert lines[0].startswith(place)


def test_ctrl_c_has_the_same_status_everywhere(run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(execution, "execute", interrupted)
    assert run("race", "classic-perceptron", *SHORT, "--no-history")[0] == 130


def test_a_setting_that_is_swept_twice_is_refused(run):
    over = 'over = ["optimizer.step_size", "optimizer.step_size"]'
    Path("twice.toml").write_text(f"{over}\n{HOSTILE}")
    status, _, lines = run("study", "twice.toml")
    assert (status, lines) == (2, ["over: names a setting twice"])


@pytest.mark.parametrize("measure", ["nosuch", "test_r2"])
def test_a_measure_that_nothing_has_is_refused(run, measure):
    run("run", "classic-perceptron", *SHORT, "--save", "r.optiviz")
    for command in ("race", "compare"):
        status, _, lines = run(command, "r.optiviz", "--measure", measure)
        assert (status, len(lines)) == (2, 1)
        assert "measure" in lines[0]


def test_what_came_out_is_said_even_where_the_disk_is_full(run, monkeypatch):
    def full(*_):
        raise StoreError("s.optiviz: the disk is full")

    monkeypatch.setattr(study_file, "save", full)
    status, out, lines = run(*TINY, "--seeds", 2, "--out", "s.optiviz")
    assert (status, lines) == (2, ["s.optiviz: the disk is full"])
    assert "2/2" in out


def test_nothing_in_an_error_steers_the_terminal(run):
    assert run("show", "a\x1b[31m\nb.optiviz")[2] == ["a [31m b.optiviz: there is no such file"]


def test_the_name_of_a_table_steers_no_terminal(run):
    Path("a\x1b[31mb.csv").write_text("iteration,f\n0,1\n1,0.5\n")
    status, out, _ = run("compare", "classic-descent", "a\x1b[31mb.csv")
    assert (status, "\x1b" in out) == (0, False)


def test_ctrl_c_while_a_command_is_loaded_is_no_traceback(monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    monkeypatch.setattr("sys.argv", ["optiviz", "list"])
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == 130
