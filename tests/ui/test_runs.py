"""The list of runs: what it says, and that nothing done to it is lost."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from optiviz import presets
from optiviz.engine.run import RunStatus
from optiviz.engine.stopping import StopReason
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.records import recorded
from optiviz.studies.results import Results
from optiviz.ui.runs import RunsList, RunsPanel, StudyRuns
from optiviz.ui.runs.compared import CompareDialog
from optiviz.ui.session import Session
from optiviz.ui.theme import current_theme
from optiviz.ui.worker import Worker

CLASSIC = presets.load("classic-mlp").spec.with_value("stopping.max_iterations", 60)
ENDLESS = presets.load("classic-mlp").spec.with_value("stopping.max_iterations", 10**9)
KEYS = Qt.Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optiviz.engine.spec import RunSpec


class Desk:
    """A session and its list, without the window around them: that takes a second to make."""

    def __init__(self, qtbot) -> None:
        self._qtbot = qtbot
        self.worker = Worker()
        self.session = Session(self.worker)
        self.list = RunsList(self.session)
        qtbot.addWidget(self.list)
        self.list.resize(280, 150)
        self.list.show()
        self.session.activate(True)
        self.worker.start()

    def until(self, holds: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(holds)

    def runs(self, *specs: RunSpec):
        entries = [
            self.session.start(spec, f"run {i}", focus=i == 1) for i, spec in enumerate(specs, 1)
        ]
        self.until(lambda: not self.session.computing)
        return [entry.run for entry in entries]

    def press(self, key: Qt.Key, control: bool = False) -> None:
        modifiers = (
            Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
        )
        self._qtbot.keyClick(self.list, key, modifiers)


@pytest.fixture
def desk(qtbot) -> Iterator[Desk]:
    current_theme().name, current_theme().scale = "light", 1.0
    current_theme().apply()
    made = Desk(qtbot)
    yield made
    made.session.activate(False)
    made.worker.close()


def seeds(n: int):
    return [CLASSIC.replace(seed=seed) for seed in range(1, n + 1)]


def results_of(n_seeds: int, done: bool = True) -> Results:
    climb = CLASSIC.with_value("stopping.max_iterations", 5)
    study = Study(
        configurations=(
            Configuration(name="small steps", spec=climb.with_value("optimizer.step_size", 0.01)),
            Configuration(name="long steps", spec=climb),
        ),
        search_seeds=tuple(range(1, n_seeds + 1)),
    )
    results = Results(study)
    if done:
        one = [recorded(study.spec_of(planned)) for planned in study.runs[:2]]
        values = np.random.default_rng(1).uniform(size=study.size)
        for planned, f in zip(study.runs, values, strict=True):
            results.records[planned] = replace(one[planned.configuration], f=float(f))
    return results


@pytest.fixture
def panel(qtbot) -> Iterator[RunsPanel]:
    current_theme().name, current_theme().scale = "light", 1.0
    current_theme().apply()
    made = RunsPanel()
    qtbot.addWidget(made)
    made.resize(1100, 600)
    made.show()
    yield made
    made.close()


def shown(panel: RunsPanel) -> list[str]:
    """Return the names in the list, those of groups among them, from top to bottom."""
    table, found = panel.table, []
    index = table.runs.index(0, 0)
    while index.isValid():
        found.append(table.runs.data(index))
        index = table.indexBelow(index)
    return found


# Delete, undo, duplicate, solo


def test_a_deleted_run_comes_back_as_it_was(person):
    first, second, third = person.runs(*seeds(3))
    session, runs = person.session, person.window.train.runs
    session.set_focus(session.entries[1])
    digest, number = second.digest, session.entries[1].number
    person.window.activateWindow()
    runs.setFocus()
    runs.select(session.entries[1:])
    person.press(KEYS.Key_Delete)
    assert [entry.run for entry in session.entries] == [first]
    messages = person.window.messages
    assert messages.text == "Took 2 runs out of this list."
    session.start(CLASSIC.replace(seed=9), "new", focus=False)  # takes a colour that is free now
    assert session.entries[1].number == number
    messages._act.click()
    assert [entry.name for entry in session.entries] == ["run 1", "run 2", "run 3", "new"]
    assert session.focus is session.entries[1]
    assert session.entries[1].run is second
    assert second.digest == digest
    assert len({entry.number for entry in session.entries}) == 4
    assert messages.text == "Brought back 2 runs."
    assert session.entries[2].run is third
    assert not session.can_undo


def test_the_last_run_of_all_comes_back_by_its_keys(person):
    person.runs(CLASSIC)
    session, runs = person.session, person.window.train.runs
    runs.setFocus()
    person.press(KEYS.Key_Delete)
    assert session.entries == []
    assert session.focus is None
    assert not person.window.train.runs.isVisible()
    person.window.train.timeline.bar.setFocus()
    person.press(KEYS.Key_Z, control=True)
    assert [entry.name for entry in session.entries] == ["run 1"]
    assert session.focus is session.entries[0]
    person.press(KEYS.Key_Z, control=True)  # there is no more
    assert len(session.entries) == 1


def test_a_run_that_is_deleted_while_it_is_computed_is_stopped(desk):
    session = desk.session
    entry = session.start(ENDLESS, "endless")
    desk.until(lambda: entry.run.k > 100)
    session.remove(entry)
    desk.until(lambda: entry.run.status is RunStatus.FINISHED)
    k = entry.run.k
    session.undo()
    assert session.entries == [entry]
    assert entry.run.stop_reason is StopReason.BY_HAND
    desk.until(lambda: entry.run.history.count > 0)  # it is measured again
    assert entry.run.k == k


def test_what_is_deleted_is_let_go_in_the_end(desk):
    desk.runs(*seeds(2))
    session = desk.session
    for _ in range(30):
        entry = session.duplicate(session.entries[0])[0]
        session.remove(entry)
    assert len(session._deleted) == 20
    session.clear()
    assert not session.can_undo
    session.undo()
    assert session.entries == []


def test_a_copy_does_what_the_run_did_and_costs_nothing(desk):
    (run,) = desk.runs(CLASSIC)
    session, runs = desk.session, desk.list
    runs.setFocus()
    desk.press(KEYS.Key_D, control=True)
    copy = session.entries[1]
    assert copy.name == "run 1 copy"
    desk.until(lambda: not copy.computing)
    assert copy.run.digest == run.digest
    assert copy.number != session.entries[0].number
    assert [e.name for e in session.duplicate(*session.entries)] == [
        "run 1 copy (2)",
        "run 1 copy copy",
    ]
    desk.until(lambda: not session.computing)
    session.rename(copy, "changed")
    session.remove(copy)
    assert run.digest == session.entries[0].run.digest


def test_many_runs_are_hidden_at_one_word(desk):
    desk.runs(*seeds(5))
    session, runs = desk.session, desk.list
    said = []
    session.runs_changed.connect(lambda: said.append(1))
    runs.select(session.entries[1:4])
    said.clear()
    box = runs.runs.index(2, 0)
    assert runs.runs.setData(box, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert [entry.visible for entry in session.entries] == [True, False, False, False, True]
    session.solo(session.entries[3:4])
    assert [entry.visible for entry in session.entries] == [False, False, False, True, False]
    assert session.focus is session.entries[3]
    session.solo(session.entries[3:4])
    assert all(entry.visible for entry in session.entries)
    session.remove(*session.entries)
    assert len(said) == 4


def test_a_name_is_typed_in_its_place(desk, qtbot):
    desk.runs(*seeds(2))
    session, runs = desk.session, desk.list
    runs.setFocus()
    runs.select([session.entries[1]])
    desk.press(KEYS.Key_F2)
    editor = runs.findChild(QLineEdit)
    assert editor.text() == "run 2"
    editor.setText("  my   own ")
    session.runs_changed.emit()  # something ends meanwhile
    assert runs.findChild(QLineEdit) is editor
    qtbot.keyClick(editor, KEYS.Key_Return)
    desk.until(lambda: session.entries[1].name == "my own")
    desk.until(lambda: runs.runs.data(runs.runs.index(1, 0)) == "my own")
    runs.runs.setData(runs.runs.index(1, 0), "   ")
    assert session.entries[1].name == "my own"


def test_another_name_is_edited_while_one_is(desk):
    """By the menu, which leaves the first field open; what was typed in it stays."""
    desk.runs(*seeds(2))
    session, runs = desk.session, desk.list
    rename = runs.actions_of_runs["rename"]

    def editor():
        (found,) = (one for one in runs.findChildren(QLineEdit) if not one.isHidden())
        return found

    runs.select(session.entries[:1])
    rename.trigger()
    editor().setText("typed")
    rename.trigger()
    assert editor().text() == session.entries[0].name == "typed"
    editor().setText("typed again")
    runs.select(session.entries[1:])
    rename.trigger()
    assert session.entries[0].name == "typed again"
    assert editor().text() == "run 2"


def test_the_run_in_focus_is_chosen_and_the_other_way_round(desk):
    desk.runs(*seeds(3))
    session, runs = desk.session, desk.list
    assert runs.selected() == [session.entries[0]]
    session.set_focus(session.entries[2])
    assert runs.selected() == [session.entries[2]]
    runs.setFocus()
    desk.press(KEYS.Key_Up)
    assert session.focus is session.entries[1]
    space = QKeyEvent(QEvent.Type.KeyPress, KEYS.Key_Space, Qt.KeyboardModifier.NoModifier)
    runs.keyPressEvent(space)
    assert not space.isAccepted()  # it is the window's, which plays


# The whole list


def test_runs_of_different_goals_are_listed_by_the_accuracy_of_all(person):
    """An accuracy above a log loss in one column would be read as better or worse."""
    window = person.window
    train = window.train
    train.open_race()
    train.racing.panel.choice.set_racers(["hill_climbing", "adam"])
    train.racing.panel.budget.set_value({"amount": 40})
    train.racing.panel.begin()
    person.until(lambda: len(train.session.entries) == 2 and not train.session.computing)
    rows = train.runs.runs.rows
    assert {row.reading for row in rows} == {"accuracy", "log loss"}
    assert train.runs.runs.columns[1].key == "train"


def test_the_whole_list_of_a_session_follows_it(person):
    run, _ = person.runs(*seeds(2))
    person.window.train.runs.expand_action.trigger()
    panel = person.window.train.runs._dialog.panel
    columns = [column.key for column in panel.table.runs.columns]
    row = panel.table.runs.texts_at(panel.table.runs.index(0, 0))
    said = dict(zip(columns, row, strict=True))
    assert said["iterations"] == "60"
    assert said["evaluations"] == f"{run.evaluations:,}"
    assert said["status"] == "finished"
    person.until(lambda: panel.table.runs.rows[0].test > 0)
    metrics = run.history.known(run.state_now.best_k)
    assert panel.table.runs.rows[0].test == metrics["test_accuracy"]
    person.session.start(CLASSIC, "third", focus=False)
    assert panel.count.text() == "3 runs"
    panel.table.opened.emit(person.session.entries[1])
    assert person.session.focus is person.session.entries[1]
    person.window.switch_theme()
    assert panel.table.grab().toImage().pixelColor(5, 300) == current_theme().colour("field")
    person.session.clear()
    assert "Press Run" in panel._nothing.text()


def test_settings_are_compared_side_by_side(desk):
    desk.runs(CLASSIC, CLASSIC.with_value("optimizer.step_size", 0.2).replace(seed=2))
    runs = desk.list
    runs.selectAll()
    runs.actions_of_runs["compare"].trigger()
    (dialog,) = desk.list.findChildren(CompareDialog)
    assert [setting.path for setting in dialog.shown] == ["optimizer.step_size", "seed"]
    assert "2 settings differ" in dialog.sentence.text()
    dialog.copy.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[1].split("\t") == ["optimizer.step_size", "Algorithm · step size", "0.1", "0.2"]
    dialog.all.setChecked(True)
    assert len(dialog.shown) > 20
    dialog.close()
    twice = CompareDialog(["a", "b"], [CLASSIC, CLASSIC], parent=desk.list)
    assert "these runs do the same" in twice.sentence.text()
    assert not twice.copy.isEnabled()
    twice.close()


def test_a_study_is_filtered_sorted_and_grouped(panel):
    panel.set_source(StudyRuns(results_of(12), panel))
    assert panel.count.text() == "24 runs"
    assert shown(panel)[:2] == ["small steps · seed 1", "long steps · seed 1"]
    panel.table.header().setSortIndicator(0, Qt.SortOrder.DescendingOrder)
    assert shown(panel)[0] == "small steps · seed 12"
    panel.set_filter("seed:12")
    assert shown(panel) == ["small steps · seed 12", "long steps · seed 12"]
    assert panel.count.text() == "2 of 24 runs"
    panel.set_filter("nobody")
    assert panel._nothing.isVisible()
    assert "None of the 24 runs" in panel._nothing.text()
    panel._all.click()
    panel.set_group("configuration")
    titles = [text for text in shown(panel) if "runs" in text]
    assert titles == ["small steps · 12 runs", "long steps · 12 runs"]
    best = [column.key for column in panel.table.runs.columns].index("best")
    panel.table.header().setSortIndicator(best, Qt.SortOrder.AscendingOrder)
    runs = panel.table.runs
    values = [float(runs.data(runs.index(i, best))) for i in range(2)]
    assert values == sorted(values)
    inside = [float(runs.data(runs.index(i, best, runs.index(0, 0)))) for i in range(12)]
    assert inside == sorted(inside)
    assert inside[5] - 1e-3 <= values[0] <= inside[6] + 1e-3  # the median


def test_what_is_chosen_stays_chosen(panel):
    results = results_of(12)
    panel.set_source(StudyRuns(results, panel))
    said = []
    panel.selection_changed.connect(lambda: said.append(panel.selected()))
    panel.select([3, 4, 9], scroll=True)
    assert sorted(panel.selected()) == [3, 4, 9]
    assert len(said) == 1
    panel.table.header().setSortIndicator(0, Qt.SortOrder.DescendingOrder)
    panel.set_group("configuration")
    assert sorted(panel.selected()) == [3, 4, 9]
    panel.set_filter("seed:5")
    panel.select([3])  # is hidden by the filter
    assert panel.filter.text() == ""
    assert panel.selected() == [3]
    opened = []
    panel.opened.connect(opened.append)
    panel.table.setFocus()
    panel.table.actions_of_runs["open"].trigger()
    assert opened == [3]
    assert not panel.table.actions_of_runs["delete"].isVisible()  # a study is as it was planned
    panel.table.actions_of_runs["copy"].trigger()
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith("long steps · seed 2\t")


def test_a_study_that_goes_on_fills_its_rows(panel):
    done, results = results_of(3), results_of(3, done=False)
    panel.set_source(StudyRuns(results, panel))
    runs = panel.table.runs
    status = [column.key for column in runs.columns].index("status")
    assert {runs.texts_at(runs.index(i, 0))[status] for i in range(6)} == {"to do"}
    panel.select([1])
    for planned in results.study.runs[:4]:
        results.records[planned] = done.records[done.study.runs[0]]
    panel.source.refresh()
    found = [runs.texts_at(runs.index(i, 0))[status] for i in range(6)]
    assert found == ["finished"] * 4 + ["to do"] * 2
    assert panel.selected() == [1]
    panel.set_source(None)
    assert panel.count.text() == "0 runs"
    panel.table.grab()


def _spent_on_a_list(panel, n_seeds: int) -> tuple[float, float]:
    """Return the processor's seconds for one move in a list, and to choose and group all of it."""
    panel.set_group("")
    panel.set_source(StudyRuns(results_of(n_seeds), panel))
    panel.table.header().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    bar, moves = panel.table.verticalScrollBar(), []
    for value in np.linspace(0, bar.maximum(), 60).astype(int):
        began = time.process_time()
        bar.setValue(int(value))
        panel.table.viewport().grab()
        moves.append(time.process_time() - began)
    panel.table.selectAll()
    began = time.process_time()
    assert len(panel.selected()) == 2 * n_seeds
    panel.set_group("configuration")
    QApplication.processEvents()
    return float(np.median(moves)), time.process_time() - began


def test_a_list_of_two_thousand_runs_moves_as_a_short_one_does(panel):
    """Else the list of a large study jerks."""
    moved, chosen = _spent_on_a_list(panel, 100)
    moved_in_many, chosen_of_many = _spent_on_a_list(panel, 1000)
    assert moved_in_many < 4 * moved
    assert chosen_of_many < 40 * chosen, "it goes with their number, not with its square"


def test_two_thousand_runs_are_chosen_and_another_order_begins_at_its_first(panel):
    panel.set_source(StudyRuns(results_of(1000), panel))
    panel.table.header().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    panel.select([1])
    bar = panel.table.verticalScrollBar()
    bar.setValue(0)
    panel.table.header().setSortIndicator(0, Qt.SortOrder.DescendingOrder)
    assert bar.value() == 0  # the first of the new order are what one wants to see
    panel.table.selectAll()
    assert len(panel.selected()) == 2000
    panel.set_group("configuration")
    index = panel.table.runs.index_of(7)
    flag = QItemSelectionModel.SelectionFlag.Toggle | QItemSelectionModel.SelectionFlag.Rows
    panel.table.selectionModel().select(index, flag)
    assert len(panel.selected()) == 1999
