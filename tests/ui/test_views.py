"""Any view can be opened, closed, put in another's place and found again; figures act."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton

from optiviz import presets
from optiviz.engine.run import RunStatus
from optiviz.ui.card_grid import MOST, _places
from optiviz.ui.main_window import MainWindow
from optiviz.views.figure import Action


@pytest.fixture
def grid(window):
    window.train.grid.choose(["fitness", "decision_boundary", "confusion", "log"])
    return window.train.grid


def run_classic(window, qtbot, iterations=60):
    spec = presets.load("classic-mlp").spec.with_value("stopping.max_iterations", iterations)
    window.train.setup.set_spec(spec)
    window.train.run()
    run = window.train.session.entries[-1].run
    qtbot.waitUntil(lambda: run.status is RunStatus.FINISHED)
    window.train.session.seek(run.k)
    return run


@pytest.mark.parametrize("count", range(1, MOST + 1))
def test_places_fill_the_middle_and_never_lie_on_each_other(count):
    places, rows, columns = _places(count)
    cells = [
        (row + i, column + j)
        for row, column, down, across in places
        for i in range(down)
        for j in range(across)
    ]
    assert len(places) == count
    assert len(set(cells)) == len(cells) == len(rows) * len(columns)


def test_every_view_of_the_menu_can_be_opened_and_drawn(window, qtbot):
    run_classic(window, qtbot)
    grid = window.train.grid
    for view in grid.views():
        card = grid.open(view.kind)
        assert card.isVisible()
        qtbot.waitUntil(lambda card=card: card.settled and card.canvas.figure() is not None)
        assert "can't be drawn" not in card.canvas.figure().empty, card.canvas.figure().empty
    assert len(grid.cards) <= MOST


def test_a_number_opens_and_closes_a_view_and_the_last_one_stays(window, grid, qtbot):
    kinds = [view.kind for view in grid.views()]
    assert grid.is_open("fitness")
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert not grid.is_open(kinds[0])
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert grid.open_kinds()[-1] == kinds[0]
    for kind in grid.open_kinds():
        grid.close_view(kind)
    assert len(grid.cards) == 1
    grid.usual()
    assert grid.open_kinds() == kinds[:4]


def test_the_menu_beside_a_title_changes_what_is_there(grid):
    card = grid.cards[0]
    button = next(b for b in card.findChildren(QToolButton) if "another view" in b.accessibleName())
    menu = button.defaultAction().menu()
    menu.aboutToShow.emit()
    actions = {action.text(): action for action in menu.actions()}
    assert actions["Fitness"].isChecked()
    actions["Log"].trigger()
    assert grid.open_kinds() == ["log", "decision_boundary", "confusion", "fitness"]
    assert all(card.isVisible() for card in grid.cards)


def test_open_views_are_remembered_for_each_kind_of_problem(window, grid, qtbot):
    classes = presets.load("classic-mlp").spec.problem
    grid.show_problem(presets.load("sine").spec.problem)
    grid.choose(["residuals"])
    grid.show_problem(classes)
    assert grid.open_kinds() == ["fitness", "decision_boundary", "confusion", "log"]
    again = MainWindow()
    qtbot.addWidget(again)
    try:
        again.train.grid.show_problem(classes)
        assert again.train.grid.open_kinds() == grid.open_kinds()
        again.train.grid.show_problem(presets.load("sine").spec.problem)
        assert again.train.grid.open_kinds() == ["residuals"]
    finally:
        again.close()


def test_a_card_fills_the_middle_and_gives_it_back_by_its_button(grid):
    card = grid.cards[1]
    card._fill.trigger()
    assert [c.isVisible() for c in grid.cards] == [False, True, False, False]
    card._fill.trigger()
    assert all(c.isVisible() for c in grid.cards)


def test_an_action_goes_to_its_iteration_and_opens_its_view(window, grid, qtbot):
    run_classic(window, qtbot)
    grid.choose(["fitness"])
    grid.cards[0].act(Action("there", seek=7, view="confusion"))
    assert window.train.session.k == 7
    assert grid.open_kinds() == ["fitness", "confusion"]
    grid.cards[0].act(Action("so", settings=(("log_x", True),)))
    assert grid.cards[0].view.log_x
    qtbot.waitUntil(lambda: grid.cards[0].canvas.figure().x.log)


def test_a_weight_is_given_another_value_from_the_playhead_on(window, grid, qtbot):
    run = run_classic(window, qtbot)
    window.train.session.seek(20)
    before = run.state(20).x.copy()
    grid.cards[0].act(Action("Set this weight…", weight=3))
    editor = window.train.weight_editor
    editor.field.setText("nothing")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.mistake.text()
    editor.field.setText("−2.5")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(run.spec.changes))
    change = run.spec.changes[0]
    assert change.at == 20
    assert change.x[3] == -2.5
    assert [v for i, v in enumerate(change.x) if i != 3] == [
        v for i, v in enumerate(before.tolist()) if i != 3
    ]
    qtbot.waitUntil(lambda: run.status is RunStatus.FINISHED)


def test_a_weight_can_be_tried_in_a_run_beside(window, grid, qtbot):
    run = run_classic(window, qtbot)
    digest = run.digest
    window.train.session.seek(20)
    grid.cards[0].act(Action("Set this weight…", weight=3))
    editor = window.train.weight_editor
    editor.field.setText("4")
    qtbot.mouseClick(editor.beside, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    qtbot.waitUntil(lambda: len(window.train.session.entries) == 2)
    branch = window.train.session.entries[-1].run
    qtbot.waitUntil(lambda: branch.status is RunStatus.FINISHED)
    assert run.digest == digest
    assert not run.spec.changes
    assert branch.spec.changes[0].x[3] == 4.0


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_iteration_that_a_weight_is_changed_at_stands_still_while_it_is_asked_for(
    window, grid, qtbot
):
    run = run_classic(window, qtbot)
    session, editor = window.train.session, window.train.weight_editor
    session.seek(0)
    session.set_speed(20.0)
    session.play()
    qtbot.waitUntil(lambda: session.k > 2)
    editor.ask(3)
    k = session.k
    qtbot.wait(300)
    assert f"from iteration {k:,} on" in editor._title.text()
    editor.field.setText("4")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(run.spec.changes))
    assert run.spec.changes[0].at == k
    qtbot.waitUntil(lambda: run.status is RunStatus.FINISHED)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_of_a_failed_run_a_weight_is_refused_in_words(window, grid, qtbot):
    run = run_classic(window, qtbot)
    window.train.session.seek(20)
    run.status = RunStatus.FAILED
    editor = window.train.weight_editor
    editor.ask(3)
    editor.field.setText("4")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.isVisible()
    assert "has failed" in editor.mistake.text()
    editor.hide()
