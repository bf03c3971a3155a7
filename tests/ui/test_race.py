"""A class lets algorithms race: chosen from a list, on one start, shown at equal effort."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from optiviz.analysis.runs.spending import Level, spent_at
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.ui.worker import Worker

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
LEFT = Qt.MouseButton.LeftButton
SHORT = RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 200)


@pytest.fixture
def panel(person):
    """Return the open panel of a set-up whose races are short."""
    workspace = person.window.train
    workspace.setup.set_spec(SHORT)
    QTest.mouseClick(workspace.launch.race_button, LEFT)
    return workspace.racing.panel


def started(person, panel):
    panel.begin()
    person.until(lambda: not person.session.computing)
    return person.session.entries


def test_a_race_is_begun_in_one_go_and_read_off_at_equal_effort(person, panel):
    panel.choice.set_racers(("hill_climbing", "genetic_algorithm", "adam", "lbfgs"))
    assert panel.start_button.text() == "Start race of 4"
    entries = started(person, panel)
    assert not panel.isVisible()
    assert [entry.run.spec.optimizer.kind for entry in entries] == [
        "hill_climbing", "genetic_algorithm", "adam", "lbfgs",
    ]  # fmt: skip
    assert {entry.run.status for entry in entries} == {RunStatus.FINISHED}
    used = [spent_at(entry.run, entry.run.k, Level("evaluations")) for entry in entries]
    assert min(used) >= 600
    session = person.session
    session.seek(300)
    for one in session.shown():
        spent = spent_at(one.run, one.k, Level("evaluations"))
        assert spent <= 301 or one.k == 0
        assert one.k == one.run.k or spent_at(one.run, one.k + 1, Level("evaluations")) > 301
    fitness = person.see("fitness")
    assert fitness.x.label == "evaluations, a gradient counts as 2"
    assert fitness.note.startswith("same start")
    boundaries = person.see("boundaries")
    assert len(boundaries.panels) == 4


def test_the_playhead_stays_where_it_is_when_another_run_comes_into_focus(person, panel):
    panel.choice.set_racers(("hill_climbing", "adam"))
    entries = started(person, panel)
    person.session.seek(300)
    before = [(one.name, one.k) for one in person.session.shown()]
    person.session.set_focus(entries[1])
    assert person.session.k == dict(before)["Adam"]
    person.session.set_focus(entries[0])
    assert abs(person.session.k - 300) <= 3  # a gradient step is three evaluations


def test_a_click_on_a_panel_brings_its_run_into_focus_and_all_zoom_together(person, panel):
    panel.choice.set_racers(("hill_climbing", "adam"))
    entries = started(person, panel)
    person.session.seek(person.session.last_k)
    person.see("boundaries")
    canvas = person.card("boundaries").canvas
    plot = canvas._panels.plots()[1]
    head = plot.parentWidget()
    QTest.mouseClick(head, LEFT, pos=QPoint(8, 4))
    assert person.session.focus is entries[1]
    assert canvas.grab_image().width() > 100
    first, second = canvas._panels.plots()  # zooming one zooms all
    first.box.setRange(xRange=(-1, 1), yRange=(-1, 1), padding=0)
    first.set_zoomed()
    first.arrange()
    np.testing.assert_allclose(first.box.viewRange(), second.box.viewRange())
    first.reset_view()
    assert not second.zoomed()


def test_it_is_searched_and_says_who_races_on_what(person, panel):
    panel.choice.search.setText("ada")
    seen = [item.text(0) for item in panel.choice.items() if not item.isHidden()]
    assert {"Adam", "AdamW", "Adagrad", "Adadelta"} <= set(seen)
    assert "Stochastic hill climbing" not in seen
    panel.choice.search.clear()
    notes = {item.text(0): item.text(1) for item in panel.choice.items()}
    assert notes["Adam"] == "on log loss"
    assert notes["Stochastic hill climbing"] == ""
    assert notes["Perceptron rule"] == "not here"
    assert "need a slope" in panel._says.text()


def test_settings_are_the_racers_own_and_one_may_race_twice(person, panel):
    panel.choice.set_racers(("adam",))
    item = next(i for i in panel.choice.items() if i.text(0) == "Adam")
    panel.choice.tree.setCurrentItem(item)
    form = panel._forms["adam"]
    form.control("learning_rate").set_value(0.5)
    form.changed.emit()
    panel.choice.once_more()
    panel._forms["adam"].control("learning_rate").set_value(0.001)
    panel._forms["adam"].changed.emit()
    rates = {r.name: r.spec.optimizer.learning_rate for r in panel.race.racers}
    assert rates == {"Adam": 0.5, "Adam (2)": 0.001}
    entries = started(person, panel)
    assert [entry.name for entry in entries] == ["Adam", "Adam (2)"]


def test_mistakes_are_said_and_nothing_begins(person, panel):
    panel.choice.set_racers(())
    assert not panel.start_button.isEnabled()
    assert "at least one" in panel._mistake.text()
    panel.choice.set_racers(("adam",))
    panel.budget.control("amount").set_value(-3)
    panel.budget.changed.emit()
    assert not panel.start_button.isEnabled()
    panel.begin()
    assert not person.session.entries
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_runs_that_are_there_already_are_kept_but_not_drawn(person, panel):
    panel.dismiss()
    person.runs(SHORT)
    person.window.train.open_race()
    panel.choice.set_racers(("hill_climbing", "adam"))
    entries = started(person, panel)
    assert [entry.visible for entry in entries] == [False, True, True]
    assert len({entry.number for entry in entries}) == 3


def test_functions_race_too(person):
    workspace = person.window.functions
    person.window.tabs.setCurrentIndex(1)
    workspace.setup.set_spec(RunSpec.load("rosenbrock-2d"))
    workspace.open_race()
    panel = workspace.racing.panel
    panel.choice.set_racers(("adam", "lbfgs", "nelder_mead"))
    entries = started(person, panel)
    assert len(entries) == 3
    assert "left out" not in person.see("fitness").warning


def test_a_demonstration_of_a_race_is_shown_over_evaluations_and_others_are_not(person):
    person.demonstrate("race")
    assert person.see("fitness").x.label.startswith("evaluations")
    assert len(person.see("boundaries").panels) == 5
    person.demonstrate("classic-mlp")
    assert person.see("fitness").x.label == "iteration"


def test_turns_are_equal_in_the_effort_that_is_compared(qapp, monkeypatch):
    """Whatever the machine does besides: no runner is ahead by more than a turn of one of them."""
    endless = SHORT.with_value("stopping.max_iterations", 10**9)
    adam = endless.with_values([("problem.objective", "log_loss"), ("optimizer", {"kind": "adam"})])
    advance = Run.advance
    monkeypatch.setattr(Run, "advance", lambda run, seconds: advance(run, iterations=40))
    for level in (Level("evaluations", 2.0), Level("iterations"), Level("rows"), Level("seconds")):
        runs = [Run(spec) for spec in (endless, adam)]
        worker = Worker()
        worker.take_turns_by(level)
        for run in runs:
            worker._play(run)
        used, turn = np.zeros(2), 0.0
        for _ in range(40):
            before = used
            worker._compute()
            used = np.array([level.of(run.state_now, run.seconds, 670) for run in runs])
            turn = max(turn, float((used - before).max()))
            assert np.ptp(used) <= turn
        assert min(run.k for run in runs) >= 40
