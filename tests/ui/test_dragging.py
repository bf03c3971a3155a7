"""A start is dragged in two directions, by mouse or by keys, and all runs go from there."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from optiviz.engine.run import Run
from optiviz.ui.main_window import MainWindow
from optiviz.ui.view_card import ViewCard

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    made = MainWindow()
    qtbot.addWidget(made, before_close_func=lambda _: made.worker.close())
    made.show()
    return made


def shown(window: MainWindow, name: str, qtbot: QtBot) -> ViewCard:
    """Return the card with the picture of a demonstration that is computed and drawn."""
    window.demonstrate(name)
    session = window.functions.session
    qtbot.waitUntil(lambda: not session.computing)
    session.seek(5)
    card = window.functions.cards[0]
    qtbot.waitUntil(lambda: card.canvas.figure().draggable is not None)
    return card


def drag(card: ViewCard, x: float, y: float) -> None:
    """Take the start with the mouse, and let it go at a place."""
    plot, figure = card.canvas.plot(), card.canvas.figure()
    assert figure is not None
    assert figure.draggable is not None
    begin, end = plot.pixel_of(*figure.draggable), plot.pixel_of(x, y)
    viewport, left = plot.viewport(), Qt.MouseButton.LeftButton
    QTest.mousePress(viewport, left, pos=begin.toPoint())
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(viewport, QPointF(begin + share * (end - begin)).toPoint())
    QTest.mouseRelease(viewport, left, pos=end.toPoint())


def test_all_runs_start_where_the_point_is_let_go(window: MainWindow, qtbot: QtBot) -> None:
    card = shown(window, "himmelblau-2d", qtbot)
    session = window.functions.session
    assert len({entry.run.spec.start for entry in session.entries}) == 4
    drag(card, -2.0, 3.5)
    (start,) = {entry.run.spec.start for entry in session.entries}
    assert start is not None
    assert start == pytest.approx((-2.0, 3.5), abs=0.1)
    assert session.playing
    qtbot.waitUntil(lambda: not session.computing)
    assert session.entries[0].run.digest == Run(session.entries[0].run.spec).finish().digest
    spec = window.functions.setup.spec()
    assert spec is not None
    assert spec.start == start


def test_a_hidden_run_stays_where_it_was(window: MainWindow, qtbot: QtBot) -> None:
    card = shown(window, "himmelblau-2d", qtbot)
    session = window.functions.session
    session.set_visible(session.entries[2], False)
    before = session.entries[2].run
    drag(card, 1.0, 1.0)
    assert session.entries[2].run is before
    assert session.entries[1].run.spec.start == pytest.approx((1.0, 1.0), abs=0.1)


def test_of_ten_coordinates_two_are_dragged(window: MainWindow, qtbot: QtBot) -> None:
    card = shown(window, "rastrigin-10d", qtbot)
    session = window.functions.session
    before = session.entries[0].window_reader.stepper.start_point()
    drag(card, 1.5, -2.5)
    start = session.entries[0].run.spec.start
    assert start is not None
    assert start[:2] == pytest.approx((1.5, -2.5), abs=0.1)
    assert start[2:] == tuple(before[2:])


def test_in_one_dimension_only_x_counts(window: MainWindow, qtbot: QtBot) -> None:
    card = shown(window, "one-parameter", qtbot)
    drag(card, 4.0, 10.0)
    session = window.functions.session
    (start,) = {entry.run.spec.start for entry in session.entries}
    assert start is not None
    assert start == pytest.approx((4.0,), abs=0.1)


def test_the_same_by_keys(window: MainWindow, qtbot: QtBot) -> None:
    """Who can't drag types the point, and presses a button below it."""
    shown(window, "himmelblau-2d", qtbot)
    session, panel = window.functions.session, window.functions.setup.function
    panel.set_start([2.0, -1.5])
    panel.restart.setFocus()
    QTest.keyClick(panel.restart, Qt.Key.Key_Space)
    assert {entry.run.spec.start for entry in session.entries} == {(2.0, -1.5)}
    assert session.playing
    panel.start.set_value([2.0])
    panel.start.changed.emit()
    assert not panel.restart.isEnabled()


def test_one_slope_is_set_up_by_keys_and_drawn(window: MainWindow, qtbot: QtBot) -> None:
    window.demonstrate("classic-descent")
    panel = window.functions.setup.function
    combo = panel.choice.combo
    combo.setFocus()
    while combo.currentData() != "one_parameter_regression":
        QTest.keyClick(combo, Qt.Key.Key_Down)
    assert window.functions.setup.mistakes() == ()
    spec = window.functions.setup.spec()
    assert spec is not None
    assert spec.problem.kind == "one_parameter_regression"
    assert "Least squares are at w = " in panel.known.text()
    window.functions.run()
    session = window.functions.session
    assert session.focus is not None
    assert session.focus.run.spec.problem == spec.problem
    qtbot.waitUntil(lambda: not session.computing)
