"""What a class sees of an algorithm and of what it searches: code, landscape, functions, notes."""

import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from optiviz import presets
from optiviz.engine.run import Run
from optiviz.ui.forms import LogControl
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Arrows, Points

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

CLIMB = presets.load("classic-mlp").spec
ANNEALING = CLIMB.with_values(
    [("optimizer", {"kind": "simulated_annealing"}), ("stopping.max_iterations", 200)]
)
SHORT = CLIMB.with_value("stopping.max_iterations", 200)
ROSENBROCK = presets.load("rosenbrock-2d").spec.with_value("stopping.max_iterations", 60)


def texts_of(menu):
    return [action.text() for action in menu.actions()]


def drag(card, *to):
    """Take the start with the mouse and let it go at a place."""
    plot = card.canvas.plot()
    begin = plot.pixel_of(*card.canvas.figure().draggable)
    end = plot.pixel_of(*to)
    QTest.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=begin.toPoint())
    for share in (0.5, 1.0):
        at = QPointF(begin + share * (end - begin)).toPoint()
        QTest.mouseMove(plot.viewport(), at)
    QTest.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=end.toPoint())


def test_code_is_followed_line_by_line_and_copied_as_a_script(person, tmp_path):
    (run,) = person.runs(SHORT)
    person.session.seek(100)
    figure = person.look("code", "tried_steps")
    parts, lit = figure.code.parts, [figure.code.lit]
    assert parts >= 3
    assert len(figure.code.lines) <= 20
    for part in range(1, parts):
        person.press(Qt.Key.Key_Right, shift=True)
        assert (person.session.k, round(person.session.within * parts)) == (100, part)
        lit.append(person.see("code").code.lit)
    assert lit == sorted(set(lit))
    values = dict(person.see("code").code.values)
    proposed = dict(person.see("tried_steps").spots[0].facts)
    at = proposed["iteration"].tolist().index(101)
    assert float(values["candidate_f"]) == pytest.approx(
        1 - proposed["accuracy proposed"][at], abs=1e-6
    )
    person.press(Qt.Key.Key_Right, shift=True)
    assert (person.session.k, person.session.within) == (101, 0.0)
    # Slow play does the same by itself.
    slider = person.window.train.timeline.speed
    slider.setFocus()
    person.press(Qt.Key.Key_Home)
    assert person.session.speed < 1
    person.session.set_speed(2.0)
    person.window.train.timeline.bar.setFocus()
    person.press(Qt.Key.Key_Space)
    seen = set()
    for _ in range(16):
        QTest.qWait(33)
        seen.add((person.session.k, person.card("code").canvas.figure().code.lit))
    person.press(Qt.Key.Key_Space)
    assert len({line for _, line in seen}) >= 2
    person.other_theme()
    menus = person.card("code").findChildren(QMenu)
    next(a for m in menus for a in m.actions() if a.text().startswith("Copy")).trigger()
    text = QApplication.clipboard().text()
    script = tmp_path / "script.py"
    script.write_text(text, encoding="utf-8")
    ask = (
        "import runpy, sys; sys.modules['optiviz'] = None; "
        "print(repr(float(runpy.run_path('script.py')['best_f'])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) == run.best_f


def test_paths_of_all_runs_are_on_the_landscape_and_a_click_goes_there(person):
    genetic = SHORT.with_values(
        [("optimizer", {"kind": "evolution_strategy"}), ("stopping.max_iterations", 20)]
    )
    person.runs(SHORT, ANNEALING, genetic)
    figure = person.look("landscape")
    assert len(figure.spots) == 3
    assert "of the paths' variance" in figure.note
    assert "principal components" in figure.caption
    card = person.card("landscape")
    person.until(lambda: "coarse" not in person.see("landscape").caption)
    ks = dict(person.see("landscape").spots[0].facts)["iteration"]
    i = len(ks) // 3
    told = person.point("landscape", 0, i)
    assert {"run", "iteration", "accuracy", "beside the plane"} <= set(told)
    person.click("landscape", 0, i)
    there = person.session.k
    assert there in ks.tolist()
    assert abs(there - ks[i]) <= 5  # the nearest one to the pointer is meant
    person.other_theme()
    card.set_settings({"plane": "random"})
    figure = person.see("landscape")
    assert "two random directions" in figure.caption
    card.set_settings({"picture": "surface"})
    assert person.see("landscape").surface is not None
    card.set_settings({"picture": "contours"})
    assert person.see("landscape").surface is None


def test_another_signal_is_chosen_in_the_menu_of_its_card(person):
    person.runs(ANNEALING)
    before = person.look("signals")
    card = person.card("signals")
    menu = next(m for m in card.findChildren(QMenu) if "Close this view" in texts_of(m))
    menu.aboutToShow.emit()
    assert card._form is not None
    combo = card._form.control("channel").combo
    assert combo.count() >= 3
    other = next(
        i for i in range(combo.count()) if combo.itemText(i).lower() not in before.y.label.lower()
        and combo.itemData(i)
    )  # fmt: skip
    combo.setCurrentIndex(other)
    person.until(lambda: person.see("signals").y.label != before.y.label)
    assert combo.itemText(other).split(",")[0].lower() in person.see("signals").y.label.lower()
    person.other_theme()


def test_notes_say_why_nothing_improves_and_lead_there(person):
    refused = CLIMB.with_values([("optimizer.accept_ties", False)])
    person.runs(refused)
    figure = person.look("diagnosis", "fitness")
    sentences = [note.sentence for note in figure.notes]
    assert any("Equal moves are refused" in sentence for sentence in sentences)
    assert any("predicts one class only" in sentence for sentence in sentences)
    assert all(note.evidence and any(map(str.isdigit, note.evidence)) for note in figure.notes)
    rows = person.card("diagnosis").canvas._notes.rows()
    at = next(i for i, s in enumerate(sentences) if "predicts one class only" in s)
    pane = person.card("diagnosis").canvas._notes
    place = pane.mapTo(person.window, pane.rect().bottomRight() - QPoint(12, 12))
    corner = person.window.grab().toImage().pixelColor(place)
    assert corner == current_theme().colour("card")
    rows[0].setFocus()
    for _ in range(at):
        person.press(Qt.Key.Key_Tab)
    assert rows[at].hasFocus()
    person.press(Qt.Key.Key_Return)
    assert person.grid.is_open("confusion")
    assert person.session.k == figure.notes[at].action.seek
    person.other_theme()
    QTest.mouseClick(rows[0], Qt.MouseButton.LeftButton)
    assert person.grid.is_open(figure.notes[0].action.view)


def test_contours_draw_the_parts_of_steps_clouds_and_an_ellipse_and_drag_one_start(person):
    momentum = {"kind": "momentum", "learning_rate": 0.0005}
    specs = [
        ROSENBROCK.with_value("optimizer", optimizer)
        for optimizer in (momentum, {"kind": "adam", "learning_rate": 0.1}, {"kind": "cma_es"})
    ]
    person.runs(*specs)
    person.session.seek(10)
    figure = person.look("function_2d")
    labels = " ".join(entry.label for entry in figure.legend)
    assert "gradient" in labels
    assert sum(isinstance(item, Arrows) for item in figure.items) >= 2
    assert "ellipse" in figure.caption
    clouds = [i for i in figure.items if isinstance(i, Points) and len(np.ravel(i.x)) >= 4]
    assert clouds
    person.other_theme()
    drag(person.card("function_2d"), 0.5, -0.5)
    starts = {entry.run.spec.start for entry in person.session.entries}
    assert len(starts) == 1
    assert starts.pop() == pytest.approx((0.5, -0.5), abs=0.1)
    person.until(lambda: not person.session.computing)
    run = person.session.entries[0].run
    assert run.digest == Run(run.spec).finish().digest


def test_one_dimension_has_bands_on_the_slider_and_a_cobweb(person):
    person.demonstrate("classic-descent")
    person.session.seek(4)
    control = person.window.functions.setup.algorithm.form.form.control("learning_rate")
    assert isinstance(control, LogControl)
    person.until(lambda: control._bands is not None and bool(control._bands.note.text()))
    assert "divergent above 1" in control.slider.accessibleDescription().lower()
    words = control._bands.note.text()
    control.slider.setFocus()
    person.press(Qt.Key.Key_PageUp)
    assert control._bands.note.text() != words
    person.look("cobweb", "function_1d")
    figure = person.see("cobweb")
    assert len(figure.spots) == 4
    told = person.point("cobweb", 0, 2)
    assert {"x before", "x after"} <= set(told)
    person.click("cobweb", 0, 2)
    assert person.session.k == figure.spots[0].action(2).seek
    person.other_theme()
    card = person.card("cobweb")
    person.see("cobweb")
    drag(card, -2.0, -2.0)
    (start,) = {entry.run.spec.start for entry in person.session.entries}
    assert start[0] == pytest.approx(-2.0, abs=0.1)


def test_one_slope_is_sought_by_all_rows_batches_and_single_ones_side_by_side(person):
    runs = person.demonstrate("one-parameter")
    assert [run.spec.optimizer.kind for run in runs] == [
        "gradient_descent", "mini_batch_gradient_descent", "stochastic_gradient_descent",
    ]  # fmt: skip
    person.session.seek(3)
    person.look("regression_line", "function_1d", "fitness")
    assert "all rows" in person.see("regression_line").caption
    person.session.set_focus(person.session.entries[1])
    figure = person.see("regression_line")
    chosen = dict(figure.spots[0].facts)["next step"]
    assert sum(bool(word) and "not" not in word for word in chosen) == 5
    assert len(person.see("function_1d").spots) >= 3
    person.other_theme()


def test_every_card_opens_its_menu_of_settings(person):
    """One whose choices depend on the run failed here, and nothing could be chosen."""
    person.runs(ANNEALING)
    for view in person.grid.views():
        person.look(view.kind)
        for menu in person.card(view.kind).findChildren(QMenu):
            menu.aboutToShow.emit()
        form = person.card(view.kind)._form
        if form is not None:
            assert {"kind": view.kind} | form.value() == view.to_dict()
