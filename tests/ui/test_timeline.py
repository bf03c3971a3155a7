"""The timeline as a person uses it: markers, loops, keys, and something else tried from here."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from optiviz import presets
from optiviz.analysis.runs.events import events
from optiviz.engine.run import Run, RunStatus
from optiviz.ui.main_window import MainWindow
from optiviz.ui.session import Entry

CLIMB = presets.load("classic-mlp").spec
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def done(window: MainWindow, qtbot: QtBot, spec=CLIMB) -> Entry:
    """Run something to its end."""
    session = window.train.session
    entry = session.start(spec, "first")
    qtbot.waitUntil(lambda: entry.run.status is RunStatus.FINISHED)
    session.pause()
    return entry


def branched(window: MainWindow, qtbot: QtBot) -> Entry:
    """Press the panel's button, and wait for the run that it begins."""
    session, panel = window.workspace.session, window.workspace.branching
    qtbot.waitUntil(panel.run_button.isEnabled)
    before = len(session.entries)
    qtbot.mouseClick(panel.run_button, LEFT)
    assert len(session.entries) == before + 1, panel._mistake.text()
    made = session.entries[-1]
    qtbot.waitUntil(lambda: made.run.status is RunStatus.FINISHED)
    qtbot.waitUntil(lambda: session.focus is made)
    return made


def open_panel(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_B, CONTROL)
    panel = window.workspace.branching
    assert panel.isVisible()
    qtbot.waitUntil(lambda: panel._at is not None)


def set_step(window: MainWindow, value: float) -> None:
    control = window.train.branching.algorithm.form.form.control("step_size")
    control.set_value(value)
    control.changed.emit()


def same_until(one: Run, other: Run, k: int) -> bool:
    rows = [run.trace.rows(0, k + 1) for run in (one, other)]
    return all(np.array_equal(*(vars(r)[name] for r in rows), True) for name in vars(rows[0]))


def test_markers_tell_what_happened_and_a_click_near_one_goes_exactly_there(window, qtbot):
    entry = done(window, qtbot)
    session, bar = window.train.session, window.train.timeline.bar
    optimizer = CLIMB.optimizer.replace(step_size=0.05)
    window.worker.change(entry.run, 310, optimizer)
    qtbot.waitUntil(lambda: bool(entry.run.spec.changes))
    qtbot.waitUntil(lambda: entry.run.status is RunStatus.FINISHED)
    shapes = {"change", "first", "last"}
    qtbot.waitUntil(lambda: shapes <= {m.shape for m in bar.markers})
    by_shape = {marker.shape: marker for marker in bar.markers}
    change = by_shape["change"]
    at = QPoint(round(change.x) + 3, 8)
    assert bar.words_at(QPointF(at)) == "Change at iteration 310: step size 0.1 → 0.05"
    assert bar.words_at(QPointF(by_shape["first"].x, 8)).startswith("First improvement at")
    session.seek(0)
    qtbot.mouseClick(bar, LEFT, pos=at)
    assert session.k == 310
    stretch = bar.stretches[0]
    middle = QPointF(bar.x_of((stretch.start + stretch.end) / 2), 34)
    qtbot.waitUntil(lambda: "drifted" in bar.words_at(middle))
    assert bar.words_at(middle).startswith(
        f"Flat stretch from iteration {stretch.start:,} to {stretch.end:,}"
    )


def test_control_and_arrows_go_from_one_event_to_the_next(window, qtbot):
    entry = done(window, qtbot)
    session, found = window.train.session, events(entry.run)
    qtbot.keyClick(window, Qt.Key.Key_Home)
    ks = [0]
    for _ in range(5):
        ks.append(found.neighbour(ks[-1], forward=True))
        qtbot.keyClick(window, Qt.Key.Key_Right, CONTROL)
        assert session.k == ks[-1]
    qtbot.keyClick(window, Qt.Key.Key_Left, CONTROL)
    assert session.k == ks[-2]
    qtbot.keyClick(window, Qt.Key.Key_End)
    qtbot.keyClick(window, Qt.Key.Key_Right, CONTROL)
    assert session.k == entry.run.k


def test_shift_and_a_drag_choose_a_loop_whose_ends_can_be_moved(window, qtbot):
    done(window, qtbot)
    session, bar = window.train.session, window.train.timeline.bar
    qtbot.waitUntil(lambda: bar._total == 1000)

    def drag(a: float, b: float, y: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        start, end = (QPoint(round(bar.x_of(k)), y) for k in (a, b))
        qtbot.mousePress(bar, LEFT, modifier, start)
        qtbot.mouseMove(bar, end)
        qtbot.mouseRelease(bar, LEFT, modifier, end)
        qtbot.wait(50)

    session.seek(900)
    drag(200, 400, 30, SHIFT)
    assert session.loop == pytest.approx((200, 400), abs=2)
    assert session.k == 900
    drag(session.loop[1], 450, 30)
    assert session.loop == pytest.approx((200, 450), abs=2)
    drag(session.loop[0], 430, 30)
    assert session.loop == pytest.approx((430, 450), abs=2)
    session.set_speed(None)
    session.play()
    start, end = session.loop
    assert session.k == start
    seen = set()
    qtbot.waitUntil(lambda: seen.add(session.k) or len(seen) > 12)
    qtbot.wait(1200)
    assert session.playing
    assert start <= session.k <= end
    assert min(seen) >= start
    assert max(seen) <= end


def test_the_loop_has_a_button_and_keys(window, qtbot):
    done(window, qtbot)
    session, button = window.train.session, window.train.timeline._buttons["loop"]
    session.seek(500)
    qtbot.mouseClick(button, LEFT)
    assert session.loop == (450, 550)
    assert button.isChecked()
    qtbot.keyClick(window, Qt.Key.Key_L)
    assert session.loop is None
    assert not button.isChecked()
    session.seek(300)
    qtbot.keyClicks(window, "[")
    session.seek(350)
    qtbot.keyClicks(window, "]")
    assert session.loop == (300, 350)
    window.train.session.remove(window.train.session.focus)
    assert session.loop is None
    session.play()
    qtbot.wait(60)


def test_a_letter_that_is_typed_is_no_key_of_the_timeline(window, qtbot):
    done(window, qtbot)
    open_panel(window, qtbot)
    field = window.train.branching.name
    field.setFocus()
    qtbot.keyClicks(field, "l[]")
    assert field.text() == "l[]"
    assert window.train.session.loop is None


def test_something_else_is_tried_from_here_and_plays_beside_the_first(window, qtbot):
    first = done(window, qtbot)
    session, panel = window.train.session, window.train.branching
    digest = first.run.digest
    session.seek(400)
    qtbot.mouseClick(window.train.timeline.branch_button, LEFT)
    assert "From iteration 400 of first" in panel._from.text()
    set_step(window, 0.5)
    made = branched(window, qtbot)
    assert not panel.isVisible()
    assert made.number != first.number
    assert made.name == "step size 0.1 → 0.5 from 400"
    assert session.k >= 400
    assert session.playing
    assert {one.run for one in session.shown()} == {first.run, made.run}
    assert same_until(first.run, made.run, 400)
    assert first.run.digest == digest != made.run.digest
    assert made.run.digest == Run(made.run.spec).finish().digest


def test_another_algorithm_and_a_branch_of_a_branch_by_keys_alone(window, qtbot):
    first = done(window, qtbot)
    session, panel = window.train.session, window.train.branching
    session.seek(0)
    open_panel(window, qtbot)
    combo = panel.algorithm.form.combo
    assert combo.hasFocus()
    combo.setCurrentIndex(combo.findData("simulated_annealing"))
    qtbot.waitUntil(panel.run_button.isEnabled)
    qtbot.keyClick(panel, Qt.Key.Key_Return)
    second = session.entries[-1]
    assert second.name == "Simulated annealing from 0"
    qtbot.waitUntil(lambda: session.focus is second)
    qtbot.waitUntil(lambda: second.run.status is RunStatus.FINISHED)
    session.seek(250)
    open_panel(window, qtbot)
    set_step(window, 0.01)
    third = branched(window, qtbot)
    assert [c.at for c in third.run.spec.changes] == [0, 250]
    assert same_until(second.run, third.run, 250)
    assert same_until(first.run, second.run, 0)
    assert third.run.digest == Run(third.run.spec).finish().digest


def test_at_the_end_it_goes_on_and_says_how_far(window, qtbot):
    first = done(window, qtbot)
    window.train.session.seek(1000)
    open_panel(window, qtbot)
    panel = window.train.branching
    assert "to iteration 2,000" in panel._goes_on.text()
    made = branched(window, qtbot)  # nothing else is different: it goes on
    assert made.run.k == 2000
    assert same_until(first.run, made.run, 1000)


def test_while_the_first_is_computed_it_branches_and_both_go_on(window, qtbot):
    spec = CLIMB.with_value("stopping.max_iterations", 10**8)
    session = window.train.session
    first = session.start(spec, "long")
    session.set_speed(None)
    qtbot.waitUntil(lambda: first.run.k > 3000)
    session.seek(2500)
    open_panel(window, qtbot)
    set_step(window, 0.3)
    qtbot.mouseClick(window.train.branching.run_button, LEFT)
    made = session.entries[-1]
    qtbot.waitUntil(lambda: session.focus is made and made.run.k > 4000)
    assert first.computing
    assert made.computing
    assert same_until(first.run, made.run, 2500)
    session.stop()
    qtbot.waitUntil(lambda: not session.computing)


def test_weights_are_edited_by_number_or_pasted_and_mistakes_are_sentences(window, qtbot):
    done(window, qtbot)
    session, panel = window.train.session, window.train.branching
    session.seek(300)
    open_panel(window, qtbot)
    qtbot.mouseClick(panel.run_button, LEFT)
    assert "Nothing is different yet" in panel._mistake.text()
    qtbot.mouseClick(panel.edit_button, LEFT)
    point = panel.point
    for text, said in (
        ("1, 2, 3", "paste 71 numbers"),
        ("1, two", "two among the pasted numbers"),
        ("1, nan", "not a finite number"),
    ):
        point._paste.setText(text)
        qtbot.mouseClick(panel.run_button, LEFT)
        assert said.lower() in panel._mistake.text().lower()
        assert len(session.entries) == 1
    point._paste.clear()
    point._number.findChild(QLineEdit).setText("72")
    qtbot.mouseClick(panel.run_button, LEFT)
    assert "from 1 to 71" in panel._mistake.text()
    point._number.findChild(QLineEdit).setText("5")
    point._value.findChild(QLineEdit).setText("2.5")
    made = branched(window, qtbot)
    (change,) = made.run.spec.changes
    x = session.entries[0].run.state(300).x
    assert change.x[4] == 2.5
    assert np.delete(change.x, 4).tolist() == np.delete(x, 4).tolist()
    assert made.name == "first, edited from 300"


def test_an_impossible_setting_is_said_in_the_panel(window, qtbot):
    done(window, qtbot)
    open_panel(window, qtbot)
    panel = window.train.branching
    set_step(window, -1.0)
    qtbot.mouseClick(panel.run_button, LEFT)
    assert "Step size" in panel._mistake.text()
    assert len(window.train.session.entries) == 1
    combo = panel.algorithm.form.combo
    combo.setCurrentIndex(combo.findData("adam"))  # it needs a slope, and accuracy has none
    qtbot.mouseClick(panel.run_button, LEFT)
    assert "needs a slope" in panel._mistake.text()
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_where_a_run_diverged_the_panel_says_to_go_back(window, qtbot):
    spec = presets.load("classic-descent").spec.with_value("optimizer.learning_rate", 50.0)
    window.tabs.setCurrentIndex(1)
    session = window.functions.session
    entry = session.start(spec, "far")
    qtbot.waitUntil(lambda: entry.run.status is RunStatus.FINISHED)
    session.seek(entry.run.k)
    panel = window.functions.branching
    open_panel(window, qtbot)
    qtbot.waitUntil(lambda: "diverged" in panel._mistake.text())
    assert not panel.run_button.isEnabled()
    session.seek(2)
    open_panel(window, qtbot)
    qtbot.waitUntil(panel.run_button.isEnabled)
    qtbot.mouseClick(panel.edit_button, LEFT)
    panel.point._fields[0].findChild(QLineEdit).setText("-1.5")
    qtbot.mouseClick(panel.run_button, LEFT)
    made = session.entries[-1]
    assert made.run.spec.changes[0].x == (-1.5,)
    qtbot.waitUntil(lambda: made.run.status is RunStatus.FINISHED)


def test_the_panel_goes_with_its_run(window, qtbot):
    entry = done(window, qtbot)
    open_panel(window, qtbot)
    window.train.session.remove(entry)
    assert not window.train.branching.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_B, CONTROL)
    assert not window.train.branching.isVisible()


def test_one_weight_is_edited_in_the_run_or_beside_it(window, qtbot):
    entry = done(window, qtbot)
    session = window.train.session
    session.seek(200)
    x = entry.run.state(200).x
    session.edit_point(3, 1.25, branch=True)
    qtbot.waitUntil(lambda: len(session.entries) == 2)
    made = session.entries[-1]
    qtbot.waitUntil(lambda: session.focus is made)
    assert made.run.spec.changes[0].x[3] == 1.25
    assert not entry.run.spec.changes
    session.set_focus(entry)
    session.seek(200)
    session.edit_point(3, -2.0, branch=False)
    session.edit_point(4, 0.5, branch=False)  # both: the second doesn't undo the first
    qtbot.waitUntil(lambda: len(entry.run.spec.changes) == 1)
    wanted = x.copy()
    wanted[3:5] = -2.0, 0.5
    qtbot.waitUntil(lambda: entry.run.spec.changes[0].x == tuple(wanted))
    qtbot.waitUntil(lambda: not session.computing)
    assert entry.run.digest == Run(entry.run.spec).finish().digest
    for index, value, said in ((71, 0.0, "0 to 70"), (0, float("nan"), "finite")):
        with pytest.raises(ValueError, match=said):
            session.edit_point(index, value, branch=True)


def test_lines_are_stepped_with_shift_and_arrows(window, qtbot):
    done(window, qtbot)
    session = window.train.session
    session.seek(10)
    session.parts = 4
    for within in (0.25, 0.5, 0.75):
        qtbot.keyClick(window, Qt.Key.Key_Right, SHIFT)
        assert (session.k, session.within) == (10, within)
        assert session.shown()[0].within == within
    qtbot.keyClick(window, Qt.Key.Key_Right, SHIFT)
    assert (session.k, session.within) == (11, 0.0)
    qtbot.keyClick(window, Qt.Key.Key_Left, SHIFT)
    assert session.k == 10
    assert int(session.within * 4) == 3


def test_the_slider_goes_down_to_a_fifth_of_an_iteration_a_second(window, qtbot):
    done(window, qtbot)
    session, speed = window.train.session, window.train.timeline.speed
    speed.setValue(0)
    assert session.speed == pytest.approx(0.2)
    speed.setValue(speed.maximum())
    assert session.speed is None
