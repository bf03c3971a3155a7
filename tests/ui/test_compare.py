"""Compare as a person uses it: what is set up, what runs, what is kept, what leaves it."""

import csv
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.optimizers.adam import Adam
from optiviz.optimizers.random_search import RandomSearch
from optiviz.reports.data.tables import write_study_table
from optiviz.store import carried, study_file
from optiviz.studies.plan import Configuration, Planned, Study
from optiviz.studies.records import recorded
from optiviz.studies.results import Results
from optiviz.ui.compare import CompareWorkspace
from optiviz.ui.compare.runner import StudyRunner
from optiviz.ui.compare.study_grid import StudyCard
from optiviz.views.figure import Action
from tests.ui.at_export import Exporter

from .conftest import Person


def in_this_process(
    results: Results,
    *,
    progress: Callable[[Results, Planned, object], object],
    cancelled: Callable[[], bool],
    polite: bool,
) -> Results:
    for planned in results.missing:
        if cancelled():
            break
        record = recorded(results.study.spec_of(planned))
        results.records[planned] = record
        progress(results, planned, record)
    return results


SPEC = RunSpec.load("classic-mlp").replace(stopping=StoppingCriterion(max_iterations=30))


def tiny(seeds: int = 3) -> Study:
    steps = (0.05, 0.2)
    found = [
        Configuration(
            name=f"step {step}", spec=SPEC.replace(optimizer=SPEC.optimizer.replace(step_size=step))
        )
        for step in steps
    ]
    found.append(Configuration(name="random", spec=SPEC.replace(optimizer=RandomSearch())))
    return Study(configurations=tuple(found), search_seeds=tuple(range(1, seeds + 1)))


@pytest.fixture
def compare(person: Person) -> CompareWorkspace:
    """Return the workspace in front, whose studies are done in this process."""
    window = person.window
    window.compare.runner._execute = in_this_process
    window.bring(window.compare)
    return window.compare


def done(person: Person) -> Results:
    runner, held = person.window.compare.runner, person.window.compare.held
    person.until(lambda: not runner.running)
    assert held.results is not None
    return held.results


def cards_of(person: Person) -> None:
    """See that every card has drawn all that there is."""
    for card in person.window.compare.grid.cards:
        person.until(lambda card=card: card.settled)
        assert card.canvas.figure() is not None


def test_a_study_is_set_up_run_and_seen(person, compare, qtbot):
    """The first use: nothing there, one algorithm added after another, Run, figures."""
    assert not compare.run_button.isEnabled()
    assert "Nothing is set up" in compare.plan_text.text()
    offered = [b.text() for b in compare._empty.findChildren(QPushButton)]
    assert offered[0].startswith("Compare eight algorithms")
    panel = compare.setup.configurations
    panel.add_from("Train")
    panel.add_algorithm(RandomSearch)
    person.until(
        lambda: "Run study" in [b.text() for b in compare._empty.findChildren(QPushButton)]
    )
    compare.setup.budget.set_value({"by": "iterations", "max_iterations": 30})
    compare.setup.seeds.set_value({"count": 3})
    compare.setup._check()
    assert compare.plan_text.text().startswith("2 × 3 = 6 runs")
    compare.setup.seeds.set_value({"count": 1})
    compare.setup._check()
    assert "one seed" in compare.caution.text()
    compare.setup.seeds.set_value({"count": 3})
    compare.setup._check()
    assert "one seed" not in compare.caution.text()
    qtbot.mouseClick(compare.run_button, Qt.MouseButton.LeftButton)
    results = done(person)
    assert results.complete
    assert {r.iterations for r in results.records.values()} == {30}
    assert "all done" in compare.plan_text.text()
    assert compare.grid.cards
    cards_of(person)
    planned = results.study.runs[3]
    again = recorded(results.study.spec_of(planned))
    assert results.records[planned].digest == again.digest


def test_who_needs_a_slope_is_compared_by_a_measure_that_all_have(person, compare):
    """Else hill climbing on accuracy and Adam could never stand in one study."""
    panel = compare.setup.configurations
    panel.add_from("Train")
    panel.add_algorithm(Adam)
    study = compare.setup.study()
    assert [c.spec.problem.objective for c in study.configurations] == ["accuracy", "log_loss"]
    assert study.measure == "train_accuracy"
    assert "needs a slope" in person.window.messages.text
    assert {c.spec.stopping.max_evaluations for c in study.configurations} == {1000}
    assert {c.spec.stopping.gradient_weight for c in study.configurations} == {2.0}


def test_the_list_is_edited_and_every_step_can_be_undone(person, compare, qtbot):
    compare.show_study(tiny())
    panel = compare.setup.configurations
    panel.list.setCurrentRow(0)
    panel.duplicate()
    names = [c.name for c in panel.configurations()]
    assert names == ["step 0.05", "step 0.05 (2)", "step 0.2", "random"]
    panel.list.item(1).setText("random")  # a name that is there
    assert panel.configurations()[1].name == "random (2)"
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert len(panel.configurations()) == 3
    panel.undo()
    panel.undo()
    panel.undo()
    assert [c.name for c in panel.configurations()] == [c.name for c in tiny().configurations]
    assert compare.setup.study().configurations == tiny().configurations


@pytest.mark.parametrize(
    ("panel", "data", "words"),
    [
        ("seeds", {"count": 0}, "at least 1"),
        ("seeds", {"first": 2**32 - 2, "count": 50}, "eaves no room"),
        ("budget", {"by": "evaluations", "max_evaluations": "many"}, "whole number"),
        ("measure", {"target": "high", "measure": "train_accuracy"}, "a number"),
        ("seeds", {"vary": "both", "count": 400, "splits": 400}, "are possible"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(person, compare, panel, data, words):
    compare.show_study(tiny())
    place = getattr(compare.setup, panel)
    place.set_value(data)
    compare.setup._check()
    assert compare.setup.study() is None
    assert words in compare.setup.card(place).header().accessibleDescription()
    assert not compare.run_button.isEnabled()
    place.set_value({"measure": "objective"} if panel == "measure" else {})
    compare.setup._check()
    assert compare.setup.study() is not None


def test_functions_have_no_rows_to_split(person, compare):
    """A plain sentence at the seeds, and no traceback when it is run."""
    compare.setup.configurations.add_from("Functions")
    compare.setup.seeds.set_value({"vary": "split", "count": 3})
    compare.setup._check()
    card = compare.setup.card(compare.setup.seeds)
    assert "no training and test rows" in card.header().accessibleDescription()


def test_a_sweep_is_a_study_over_values(person, compare):
    compare.show_study(tiny())
    compare.setup.swept.setChecked(True)
    axis = compare.setup.sweep.axes[0]
    axis.choice.set_value("optimizer.step_size")
    axis.form.set_value({"low": 0.01, "high": 1.0, "steps": 3, "scale": "log"})
    compare.setup._check()
    study = compare.setup.study()
    assert study.over == ("optimizer.step_size",)
    assert [c.spec.optimizer.step_size for c in study.configurations] == [0.01, 0.1, 1.0]
    compare.run()
    assert done(person).complete
    cards_of(person)
    axis.form.set_value({"low": -1.0, "high": 1.0, "steps": 3, "scale": "linear"})
    compare.setup._check()
    card = compare.setup.card(compare.setup.sweep)
    assert "step_size" in card.header().accessibleDescription() or (
        "above 0" in card.header().accessibleDescription()
    )


def test_words_layers_and_random_cells_are_swept_too(person, compare):
    compare.show_study(tiny())
    setup = compare.setup
    setup.swept.setChecked(True)
    first, second = setup.sweep.axes
    first.choice.set_value("problem.network.layers.0.activation")
    first._on_setting()
    boxes = first._boxes
    for value, box in boxes.items():
        box.setChecked(value in ("tanh", "relu"))
    second.choice.set_value("hidden layers")
    second._on_setting()
    second.form.set_value({"how": "list", "values": [0, 1, 2]})
    setup._check()
    assert len(setup.study().configurations) == 6
    second.choice.set_value("")
    second._on_setting()
    setup._check()
    acts = [c.spec.problem.network.layers[0].activation for c in setup.study().configurations]
    assert sorted(acts) == ["relu", "tanh"]
    first.choice.set_value("hidden layers")
    first._on_setting()
    setup._check()
    depths = [len(c.spec.problem.network.layers) for c in setup.study().configurations]
    assert depths == [1, 2, 3, 4]
    first.choice.set_value("optimizer.step_size")
    first._on_setting()
    setup.sweep.picking.set_value({"pick": "random", "cells": 7})
    setup._check()
    assert len(setup.study().configurations) == 7


def test_more_seeds_keep_what_is_done_and_warn_of_peeking(person, compare):
    compare.show_study(tiny())
    compare.run()
    before = dict(done(person).records)
    cards_of(person)
    compare.held.look()
    compare.add_seeds()
    results = done(person)
    assert len(results.study.search_seeds) == 13
    assert results.complete
    assert all(results.records[planned] is record for planned, record in before.items())
    assert "Decide beforehand" in person.window.messages.text


def test_cancel_keeps_what_is_done_and_resume_goes_on(person, compare, qtbot):
    done_so_far, go_on = threading.Event(), threading.Event()

    def slowly(results: Results, **how: object) -> Results:
        def progress(*found: object) -> None:
            how_told(*found)
            if len(results.records) == 4:
                done_so_far.set()
                go_on.wait(10)

        how_told = how["progress"]
        return in_this_process(results, **{**how, "progress": progress})

    compare.runner._execute = slowly
    compare.show_study(tiny())
    compare.run()
    person.until(lambda: len(compare.held.results.records) == 4)
    assert compare.run_button.text() == "Cancel"
    qtbot.mouseClick(compare.run_button, Qt.MouseButton.LeftButton)
    go_on.set()
    results = done(person)
    assert len(results.records) == 4
    assert compare.run_button.text() == "Resume"
    kept = dict(results.records)
    compare.runner._execute = in_this_process
    qtbot.mouseClick(compare.run_button, Qt.MouseButton.LeftButton)
    results = done(person)
    assert results.complete
    assert all(results.records[planned] is record for planned, record in kept.items())


def test_a_study_that_can_not_go_on_says_why(person, compare):
    def fails(results: Results, **how: object) -> Results:
        raise OSError("no process can be started")

    compare.runner._execute = fails
    compare.show_study(tiny())
    compare.run()
    done(person)
    assert "no process can be started" in person.window.messages.text
    assert compare.run_button.text() == "Run study"
    assert compare.run_button.isEnabled()


def test_a_run_behind_a_point_is_one_click_away_and_the_same(person, compare):
    """A figure names runs; the list shows them; opened, a run is the record's to the last bit."""
    compare.show_study(tiny())
    compare.run()
    results = done(person)
    card = compare.grid.cards[0]
    card.act(Action("Show", runs=(2, 5)))
    assert list(compare.runs.selected()) == [2, 5]
    compare.open_run(5)
    assert person.window.workspace is person.window.train
    entry = person.window.train.session.focus
    person.until(lambda: "identical" in person.window.messages.text)
    assert entry.run.digest == results.records[results.study.runs[5]].digest
    assert entry.run.spec == results.study.spec_of(results.study.runs[5])


def test_a_study_is_saved_saves_itself_and_comes_back(person, compare, tmp_path, monkeypatch):
    window, path = person.window, tmp_path / "mine.optiviz"
    compare.show_study(tiny())
    compare.run()
    done(person)
    window.study_files.save(path)
    person.until(lambda: not window.jobs.busy)
    compare.add_seeds()
    results = done(person)
    person.until(lambda: not window.jobs.busy)
    compare.show_study(tiny(1))
    window.files.open_file(path)
    person.until(lambda: compare.held.results is not None)
    assert compare.held.results.study == results.study
    assert compare.held.results.complete
    assert compare.setup.study() == results.study  # so that it can go on
    table = tmp_path / "runs.csv"
    Exporter(window, person.until, monkeypatch).write(table, "csv")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 39
    assert {row["failure"] for row in rows} == {""}


def test_a_study_from_a_report_is_never_saved_into_it(person, compare, tmp_path):
    window, path = person.window, tmp_path / "report.html"
    compare.show_study(tiny())
    compare.run()
    results = done(person)
    block = carried.block(study_file.to_bytes(results))
    path.write_text(f"<!DOCTYPE html><html><body>{block}</body></html>")
    before = path.read_bytes()
    compare.show_study(tiny(1))
    window.files.open_file(path)
    person.until(lambda: compare.held.results is not None and compare.held.results.complete)
    assert compare.held.results.study == results.study
    compare.add_seeds()
    done(person)
    window.study_files._save_by_itself()
    assert window.study_files.close() == ""
    person.until(lambda: not window.jobs.busy)
    assert path.read_bytes() == before


def test_the_empty_workspace_says_so_where_something_would_be_written(person, compare):
    person.window.doors.export_dialog("csv")
    assert "press Run study first" in person.window.messages.text


def test_keys_and_both_themes(person, compare):
    compare.show_study(tiny())
    compare.run()
    done(person)
    person.window.switch_theme()
    cards_of(person)
    person.window.larger()
    person.window.run()  # all done: nothing begins
    assert not compare.runner.running
    for card in compare.grid.cards:
        card.expand_requested.emit()
        card.expand_requested.emit()
    for button in compare.findChildren(QPushButton):
        assert button.text() or button.accessibleName()


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
def test_real_processes_are_ended_by_closing_and_what_is_done_is_kept(person, tmp_path):
    """Nobody wants processes left behind by a window, nor hours of computing lost."""
    window = person.window
    window.bring(window.compare)
    short, endless = tiny().configurations[:2]
    endless = endless.replace(
        spec=endless.spec.replace(stopping=StoppingCriterion(max_iterations=10**9))
    )
    study = Study(configurations=(short, endless), search_seeds=(1, 2, 3))
    window.compare.show_study(study)
    window.compare.run()
    path = window.compare.path = tmp_path / "kept.optiviz"
    person.until(lambda: len(window.compare.held.results.records) >= 2)
    assert _working()
    window.close()
    person.until(lambda: not _working())
    from optiviz.store import study_file

    assert len(study_file.load(path).records) >= 2


def test_closing_waits_until_the_processes_of_a_study_are_ended(qapp):
    """Else what they were doing then would be lost, and they might outlive the window."""
    begun, ended = threading.Event(), threading.Event()

    def execute(results, progress, cancelled, polite):
        begun.set()
        while not cancelled():
            time.sleep(0.01)
        time.sleep(0.2)
        ended.set()

    runner = StudyRunner(execute)
    runner.start(Results(tiny()))
    assert begun.wait(10)
    runner.close()
    assert ended.is_set()


def _working() -> list[int]:
    """Return the processes that this one started, but for joblib's own watchman."""
    found = []
    for line in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = line.read_text().rpartition(") ")
            command = (line.parent / "cmdline").read_text()
        except OSError:
            continue  # it ended meanwhile
        state, parent = rest.split()[:2]
        if int(parent) == os.getpid() and state != "Z" and "resource_tracker" not in command:
            found.append(int(line.parent.name))
    return found


def test_a_file_that_is_opened_first_is_drawn_without_another_click(
    person, compare, tmp_path, monkeypatch
):
    """The empty workspace is in front, a file with results comes: no card waits for ever."""
    results = in_this_process(
        Results(tiny(2)), progress=lambda *_: None, cancelled=lambda: False, polite=False
    )
    study_file.save(tmp_path / "done.optiviz", results)
    said, show = [], StudyCard._show
    monkeypatch.setattr(
        StudyCard, "_show", lambda card, figure: (said.append(figure.empty), show(card, figure))
    )
    person.window.files.open_file(tmp_path / "done.optiviz")
    person.until(lambda: compare.held.results is not None)
    cards_of(person)
    assert any("being made" in words for words in said), said
    assert not any("Press Run" in words for words in said[len(compare.grid.cards) :]), said
    assert not any("being made" in card.canvas.figure().empty for card in compare.grid.cards)


def test_a_study_in_no_file_comes_back_after_another_took_its_place(person, compare):
    """One click in a menu threw away what took an hour."""
    compare.show_study(tiny())
    compare.run()
    first = done(person)
    person.window._begin_study("eight-algorithms")
    assert compare.held.results is None
    bar = person.window.messages
    assert "is in no file" in bar.text
    bar._act.click()
    assert compare.held.results is first
    assert "all done" in compare.plan_text.text()


def test_a_study_that_cant_be_saved_keeps_the_window_open_once(person, compare, tmp_path):
    compare.show_study(tiny())
    compare.run()
    done(person)
    compare.path = tmp_path / "gone" / "s.optiviz"
    assert not person.window.close()
    assert person.window.isVisible()
    assert "its folder does not exist. Close again" in person.window.messages.text
    assert person.window.close()


def test_names_are_one_line_whatever_is_typed(person, compare):
    compare.show_study(tiny())
    panel = compare.setup.configurations
    panel.list.item(0).setText("a\x1b[31m\n\u202eb" + "x" * 250)
    assert panel.configurations()[0].name.startswith("a [31m bx")
    assert compare.setup.study() is not None
    panel.list.item(0).setText("\x00\x1b")
    assert panel.configurations()[0].name.isprintable()
    assert compare.setup.study() is not None


def test_a_table_of_runs_has_no_formulas(tmp_path):
    plan = tiny(1)
    evil = plan.configurations[0].replace(name="=1+1")
    results = in_this_process(
        Results(plan.replace(configurations=(evil,))),
        progress=lambda *_: None,
        cancelled=lambda: False,
        polite=False,
    )
    write_study_table(results, tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["configuration"] == "'=1+1"
