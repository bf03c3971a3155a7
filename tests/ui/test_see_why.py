"""What a class sees of a network that learns: each view as a person uses it, by mouse and keys.

If one of these failed, a picture on screen would be of another moment than the one that is looked
at, or a click would lead nowhere.
"""

import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from optiviz import presets
from optiviz.engine.run import Run, RunStatus
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Band, Text

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

CLIMB = presets.load("classic-mlp").spec
ANNEALING = CLIMB.with_value("optimizer", {"kind": "simulated_annealing"})
ADAM = CLIMB.with_values(
    [
        ("problem.objective", "log_loss"),
        ("optimizer", {"kind": "adam", "learning_rate": 0.05}),
        ("stopping.max_iterations", 200),
    ]
)
LEFT = Qt.MouseButton.LeftButton
ALL = (
    "fitness", "decision_boundary", "network", "tried_steps", "confusion", "forward_pass", "code",
    "landscape", "log",
)  # fmt: skip


def said_at(person, kind):
    """Return the iteration that a card says it shows."""
    words = person.see(kind).caption
    if kind == "tried_steps":
        return int(words.split(" tried")[0].split(" to ")[1].replace(",", ""))
    found = int(re.findall(r"[Ii]teration ([\d,]*\d)", words)[0].replace(",", ""))
    return found - (kind == "code")  # it shows the one that comes next


def test_the_timeline_is_dragged_and_every_view_shows_that_moment(person):
    (run,) = person.runs(CLIMB)
    fresh = Run(CLIMB).finish()
    person.look(*ALL)
    bar = person.window.train.timeline.bar
    person.until(lambda: bar._total == 1000)
    QTest.mousePress(bar, LEFT, pos=QPoint(round(bar.x_of(900)), 34))
    for wanted in (700, 300, 120):
        QTest.mouseMove(bar, QPoint(round(bar.x_of(wanted)), 34))
        k = person.session.k
        assert abs(k - wanted) <= 1
        assert {said_at(person, kind) for kind in ALL if kind != "tried_steps"} == {k}
        assert said_at(person, "tried_steps") >= k  # it shows what comes next, pale
        x = fresh.state(k).x
        weights = dict(person.see("network").spots[2].facts)["weight"]
        assert set(np.ravel(weights)) <= set(x)
        accuracy = fresh.state(k).f
        assert f"best {1 - fresh.state(k).best_f:.4f}" in person.see("fitness").note
        assert f"train {1 - accuracy:.3f}" in person.see("confusion").note
        person.other_theme()
    QTest.mouseRelease(bar, LEFT, pos=QPoint(round(bar.x_of(120)), 34))
    assert run.digest == fresh.digest


def test_markers_are_reached_by_keys_and_a_stretch_is_looped(person):
    (run,) = person.runs(CLIMB)
    bar, session = person.window.train.timeline.bar, person.session
    person.until(lambda: {"first", "last"} <= {m.shape for m in bar.markers})
    session.seek(0)
    person.press(Qt.Key.Key_Right, control=True)
    first = next(m for m in bar.markers if m.shape == "first")
    person.until(lambda: session.k > 0)
    ks = [session.k]
    while ks[-1] < first.k:
        person.press(Qt.Key.Key_Right, control=True)
        ks.append(session.k)
    assert ks[-1] == first.k
    assert run.state(first.k).f < run.state(first.k - 1).f
    session.seek(400)
    person.press(Qt.Key.Key_L)
    assert session.loop is not None
    start, end = session.loop
    assert start <= 400 <= end
    session.set_speed(None)
    person.press(Qt.Key.Key_Space)
    seen = set()
    for _ in range(12):
        QTest.qWait(33)
        seen.add(session.k)
    assert all(start <= k <= end for k in seen)
    assert len(seen) > 2
    person.press(Qt.Key.Key_Space, Qt.Key.Key_L)
    assert session.loop is None


def test_something_else_is_tried_from_here_by_keys_alone_and_drawn_beside(person):
    (first,) = person.runs(CLIMB)
    person.look("fitness", "landscape")
    lines = len(person.see("fitness").items)
    person.session.seek(400)
    person.press(Qt.Key.Key_B, control=True)
    panel = person.window.train.branching
    person.until(panel.run_button.isEnabled)
    combo = panel.algorithm.form.combo
    assert combo.hasFocus()
    combo.setCurrentIndex(combo.findData("simulated_annealing"))
    person.until(panel.run_button.isEnabled)
    QTest.keyClick(panel, Qt.Key.Key_Return)
    second = person.session.entries[-1].run
    person.until(lambda: second.status is RunStatus.FINISHED)
    person.until(lambda: person.session.focus.run is second)
    person.session.seek(second.k)
    rows = [run.trace.rows(0, 401) for run in (first, second)]
    assert all(np.array_equal(*(vars(r)[n] for r in rows), True) for n in vars(rows[0]))
    assert first.digest != second.digest
    assert len(person.see("fitness").items) > lines
    assert len(person.see("landscape").spots) == 2
    person.other_theme()


def test_tried_steps_tell_with_which_probability_each_was_accepted(person):
    (run,) = person.runs(ANNEALING)
    person.session.seek(400)
    figure = person.look("tried_steps", "fitness")
    facts = dict(figure.spots[0].facts)
    assert {"better", "equal", "worse but kept", "rejected"} <= set(facts["became"])
    i = facts["became"].index("worse but kept")
    told = person.point("tried_steps", 0, i)
    k = int(facts["iteration"][i])
    assert told["iteration"] == str(k)
    assert told["became"] == "worse but kept"
    rise = run.state(k).f - run.state(k - 1).f
    temperature = float(facts["temperature"][i])
    assert float(told["kept with probability"]) == pytest.approx(
        float(np.exp(-rise / temperature)), abs=2e-3
    )
    # Under it, over the same iterations, what decides that.
    canvas = person.card("tried_steps").canvas
    below = canvas.lower_plot()
    assert below is not None
    assert below.figure().y.label == "temperature"
    assert below.ranges()[0] == canvas.plot().ranges()[0]
    person.other_theme()
    person.card("tried_steps").set_settings({"beneath": "acceptance"})
    person.see("tried_steps")
    assert "acceptance" in below.figure().y.label


def test_a_population_shows_parents_children_and_survivors(person):
    spec = CLIMB.with_values(
        [("optimizer", {"kind": "evolution_strategy"}), ("stopping.max_iterations", 30)]
    )
    person.runs(spec)
    person.session.seek(20)
    figure = person.look("tried_steps")
    became = set(dict(figure.spots[0].facts)["became"])
    assert {"parent", "child", "survivor"} <= became
    assert {entry.label for entry in figure.legend} >= {"parent", "child", "survivor"}


def test_flat_stretches_are_shaded_and_tell_how_far_the_weights_drifted(person):
    person.runs(CLIMB)
    person.session.seek(1000)
    figure = person.look("fitness")
    person.until(lambda: "drifted" in person.see("fitness").caption)
    figure = person.see("fitness")
    assert sum(isinstance(item, Band) for item in figure.items) >= 2
    drifts = dict(figure.spots[0].facts)["drift"]
    i = next(i for i, words in enumerate(drifts) if words)
    told = person.point("fitness", 0, i)
    assert told["drift"] == drifts[i]
    assert any(character.isdigit() for character in told["drift"])
    start = figure.spots[0].action(i).seek
    person.click("fitness", 0, i)
    assert person.session.k == start


def test_a_weight_is_clicked_and_edited_and_a_unit_is_seen_large(person):
    (run,) = person.runs(CLIMB)
    person.session.seek(200)
    person.look("network", "decision_boundary")
    figure = person.see("network")
    texts = {item.text for item in figure.items if isinstance(item, Text)}
    assert {"hidden 1 · sigmoid", "output · sigmoid"} <= texts
    assert "bias" in figure.caption
    i = 17
    index = figure.spots[2].action(i).weight
    before = run.state(200).x
    assert person.point("network", 2, i)["weight"]
    person.click("network", 2, i)
    editor = person.window.train.weight_editor
    assert editor.isVisible()
    assert f"Weight {index + 1} of 71" in editor._title.text()
    editor.field.setText("-3.5")
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    person.until(lambda: len(run.spec.changes) == 1)
    (change,) = run.spec.changes
    assert (change.at, change.x[index]) == (200, -3.5)
    assert np.delete(change.x, index).tolist() == np.delete(before, index).tolist()
    person.until(lambda: person.session.k == 201)  # the first one that shows it
    person.until(lambda: min(dict(person.see("network").spots[2].facts)["weight"]) < -3.2)
    small = len(person.see("network").spots)
    person.click("network", 0, 2)
    person.until(lambda: person.card("network").view.unit == "1:3")
    large = person.see("network")
    back = [
        (group, i)
        for group, spots in enumerate(large.spots)
        for i in range(len(spots.x))
        if (action := spots.action(i)) is not None and "Back" in action.label
    ]
    assert back
    person.window.switch_theme()
    person.click("network", *back[0])
    assert person.card("network").view.unit == ""
    assert len(person.see("network").spots) == small


def test_gradients_stand_at_the_edges_of_a_network_that_has_them(person):
    (run,) = person.runs(ADAM)
    person.session.seek(50)
    figure = person.look("network")
    told = person.point("network", 2, 3)
    evaluator = person.session.focus.window_reader.stepper.problem
    gradient = evaluator.value_and_gradient(run.state(50).x)[1]
    facts = dict(figure.spots[2].facts)
    index = figure.spots[2].action(3).weight
    assert facts["gradient"][3] == pytest.approx(gradient[index])
    assert told["gradient"]
    person.card("network").set_settings({"show": "gradient"})
    assert "gradient" in person.see("network").caption


def test_a_row_is_clicked_and_watched_go_through_to_its_loss_and_back(person):
    (run,) = person.runs(ADAM)
    person.session.seek(60)
    figure = person.look("decision_boundary", "fitness")
    rows = dict(figure.spots[0].facts)["row"]
    i = 123
    person.click("decision_boundary", 0, i)
    assert person.grid.is_open("forward_pass")
    card = person.card("forward_pass")
    action = figure.spots[0].action(i)
    assert card.view.row == dict(action.settings)["row"]
    assert str(card.view.row) in str(rows[i])
    person.until(lambda: person.see("forward_pass").steps is not None)
    assert card.canvas.plot().hasFocus()  # so that arrow keys go through it at once
    words, count = [], person.see("forward_pass").steps.count
    for at in range(count):
        figure = person.see("forward_pass")
        assert figure.steps.at == at
        assert f"row {card.view.row}" in figure.caption
        words.append(figure.caption)
        person.press(Qt.Key.Key_Right)
    assert len(set(words)) == count
    text = " ".join(words)
    for word in ("sum", "sigmoid", "loss", "0.5", "error", "gradient"):
        assert word in text.lower(), word
    person.other_theme()
    person.press(Qt.Key.Key_Home)
    assert person.see("forward_pass").steps.at == 0
    person.session.step(1)
    assert "iteration 61" in person.see("forward_pass").caption
    assert run.status is RunStatus.FINISHED


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_views_are_opened_and_reached_by_keys(person, theme):
    current_theme().name = theme
    person.runs(CLIMB.with_value("stopping.max_iterations", 80))
    kinds = [view.kind for view in person.grid.views()]
    person.look("fitness", "decision_boundary")
    for number in range(3, 10):
        person.press(getattr(Qt.Key, f"Key_{number}"), control=True)
        assert person.grid.open_kinds()[-1] == kinds[number - 1]
        assert not person.see(kinds[number - 1]).empty or kinds[number - 1] == "signals"
    person.press(Qt.Key.Key_9, control=True)
    assert not person.grid.is_open(kinds[8])
    reached = set()
    person.window.views_button.setFocus()
    for _ in range(200):
        person.press(Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        reached |= {card.view.kind for card in person.grid.cards if card.isAncestorOf(focus)}
    assert reached == set(person.grid.open_kinds())


def test_the_menu_of_views_opens_by_alt_and_v(person):
    person.runs(CLIMB.with_value("stopping.max_iterations", 80))
    person.look("fitness")
    menu = person.window.views_button.menu()

    def choose():
        assert menu.isVisible()
        texts = [action.text().split("\t")[0] for action in menu.actions()]
        for _ in range(texts.index("Landscape") + 1):
            QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, Qt.Key.Key_Return)

    QTimer.singleShot(200, menu, choose)
    QTest.keyClick(person.window, Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    person.until(lambda: person.grid.is_open("landscape"))
    person.see("landscape")
