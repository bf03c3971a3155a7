"""Tried steps and signals say what was so, at any place of any run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optiviz.analysis.runs.unrecorded import unrecorded
from optiviz.analysis.tried import tried
from optiviz.engine import registry
from optiviz.engine.optimizer import Outcome
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.views import show
from optiviz.views.figure import Line, Points
from optiviz.views.signals import Signals
from optiviz.views.tried_steps import TriedSteps

OPTIMIZERS = registry.kinds("optimizers")


def finished(preset="classic-mlp", iterations=300, optimizer=None):
    spec = RunSpec.load(preset)
    if optimizer is not None:
        spec = spec.with_value("optimizer", optimizer)
    return Run(spec.with_value("stopping.max_iterations", iterations), "a run").finish()


@pytest.fixture(scope="module")
def climb():
    return finished()


def dots(figure):
    return {
        marker: sum(len(i.x) for i in figure.items if isinstance(i, Points) and i.marker == marker)
        for marker in {i.marker for i in figure.items if isinstance(i, Points)}
    }


def test_every_proposal_is_a_dot_whose_shape_says_what_became_of_it(climb):
    figure = TriedSteps(stretch=None).figure([show(climb)])
    rows = climb.trace.rows(1, 301)
    counts = [int((rows.outcome == o).sum()) for o in Outcome]
    found = dots(figure)
    assert found["triangle"] == counts[Outcome.IMPROVED] > 0
    assert found["ring"] == counts[Outcome.EQUAL] > 0
    assert found["circle"] == counts[Outcome.REJECTED] > 0
    assert "down" not in found
    assert figure.note == f"{counts[0] + counts[1]} of 300 kept"
    said = f"{counts[0]} are better, {counts[1]} are equal and {counts[3]} are rejected."
    assert f"Of these {said}" in figure.caption
    assert {entry.label for entry in figure.legend} == {"better", "equal", "rejected"}
    assert figure.y.label == "change in accuracy"
    assert figure.time_axis


def test_what_is_counted_are_the_iterations_on_show(climb):
    view = TriedSteps(stretch=20)
    ended = view.figure([show(climb)]).caption
    assert "What iterations 280 to 300 tried" in ended
    assert "Of these " in ended
    assert "Up to iteration" not in ended
    between = view.figure([show(climb, 150)]).caption
    assert "What iterations 140 to 160 tried" in between
    assert "From 140 to 150 " in between


def test_a_dot_tells_its_numbers():
    run = finished(optimizer={"kind": "simulated_annealing", "initial_temperature": 0.05})
    figure = TriedSteps(stretch=None).figure([show(run)])
    (spots,) = figure.spots
    facts = dict(spots.facts)
    found = tried(run, Reader(run), 1, 301).tries
    np.testing.assert_array_equal(facts["iteration"], found.k)
    np.testing.assert_allclose(facts["change in accuracy"], -found.rise)
    np.testing.assert_allclose(facts["accuracy proposed"], 1 - found.proposed)
    np.testing.assert_array_equal(facts["kept with probability"], found.chance)
    t = run.spec.optimizer.temperatures(np.arange(300.0))
    np.testing.assert_allclose(facts["temperature"], t)
    words = np.array(["better", "equal", "worse but kept", "rejected"])
    assert facts["became"] == tuple(words[found.outcome])


def test_a_window_goes_with_the_playhead_and_what_is_to_come_is_pale(climb):
    view = TriedSteps(stretch=40)
    for k in (0, 1, 17, 150, 299, 300):
        figure = view.figure([replace(show(climb, k), seen=300)])
        assert figure.x.low <= k <= figure.x.high
        assert figure.x.high - figure.x.low == 40
        for item in figure.items:
            if isinstance(item, Points):
                assert (item.x >= figure.x.low).all()
                assert (item.x <= figure.x.high).all()
                later = item.x > k
                assert later.all() or not later.any()
                assert (item.opacity < 0.5) == bool(later.all())
    unseen = view.figure([replace(show(climb, 150), seen=150)])
    assert max(i.x.max() for i in unseen.items if isinstance(i, Points)) <= 150


def test_small_improvements_are_seen_beside_large_failures():
    run = finished("classic-mlp", 2000, {"kind": "hill_climbing", "step_size": 0.05})
    k = int(run.trace.improvements[-1])
    figure = TriedSteps().figure([show(run, k)])
    better = [i for i in figure.items if isinstance(i, Points) and i.marker == "triangle"]
    height = max(abs(p.y).max() for p in better) / (figure.y.high - figure.y.low)
    assert height > 0.02
    for item in figure.items:
        if isinstance(item, Points):
            assert (item.y >= figure.y.low).all()
            assert (item.y <= figure.y.high).all()


def test_the_lower_plot_has_the_same_iterations(climb):
    figure = TriedSteps(stretch=100).figure([show(climb, 200)])
    below = figure.below
    assert (below.x.low, below.x.high) == (figure.x.low, figure.x.high)
    assert below.y.label == "acceptance rate"
    line = next(i for i in below.items if isinstance(i, Line) and i.opacity == 1)
    rows = climb.trace.rows(101, 201)
    assert line.y[-1] == pytest.approx((rows.outcome != Outcome.REJECTED).mean())
    early = TriedSteps().figure([show(climb, 30)]).below.items[-1]
    share = (climb.trace.rows(1, 31).outcome != Outcome.REJECTED).mean()
    assert early.y[-1] == pytest.approx(share)
    assert np.isnan(early.y[0])


def test_what_is_below_can_be_chosen():
    run = finished(optimizer={"kind": "simulated_annealing"})
    shown = [show(run)]
    offered = TriedSteps().offers(shown)["beneath"]
    assert list(offered) == ["", "temperature", "acceptance"]
    assert TriedSteps().figure(shown).below.y.label == "temperature"
    assert TriedSteps(beneath="acceptance").figure(shown).below.y.label == "acceptance rate"
    assert TriedSteps(beneath="no such").figure(shown).below.y.label == "temperature"


@pytest.mark.parametrize("kind", sorted(OPTIMIZERS))
def test_every_algorithm_has_its_steps_and_signals(kind):
    from optiviz.testing.samples import problems_with_slope

    optimizer = OPTIMIZERS[kind]()
    spec = RunSpec.load("classic-perceptron").replace(optimizer=HILL)
    if kind != "perceptron_rule":
        suits = [p for p in problems_with_slope() if not list(optimizer.check_problem(p))]
        spec = spec.replace(problem=suits[-1])
    spec = spec.replace(optimizer=optimizer).with_value("stopping.max_iterations", 25)
    run = Run(spec).finish()
    for k in (0, 1, 13, 25):
        figure = TriedSteps().figure([replace(show(run, min(k, run.k)), seen=k)])
        assert figure.items or figure.empty
        assert bool(figure.empty) == (k == 0)
    offered = Signals().offers([show(run)])["channel"]
    assert list(offered) == [c.name for c in optimizer.channels]
    for name in offered:
        figure = Signals(channel=name).figure([show(run)])
        place = list(offered).index(name)
        values = run.trace.rows(1, run.k + 1).channels[:, place]
        if not np.isfinite(values).any():
            assert figure.empty
            continue
        line = next(i for i in figure.items if isinstance(i, Line))
        known = np.isfinite(values)
        np.testing.assert_array_equal(line.y[np.isfinite(line.y)], values[known])
    if not offered:
        assert "nothing of itself" in Signals().figure([show(run)]).empty


HILL = OPTIMIZERS["hill_climbing"]()


def test_a_long_run_is_thinned_and_says_so():
    run = finished(iterations=20_000)
    figure = TriedSteps(stretch=None).figure([show(run)])
    assert (figure.x.low, figure.x.high) == (0, 20_000)
    assert "Of 20,000 iterations all is shown for 3," in figure.caption
    assert sum(dots(figure).values()) < 8000
    improved = (run.trace.rows(1, 20_001).outcome == Outcome.IMPROVED).sum()
    assert dots(figure)["triangle"] == improved


def test_while_it_plays_a_picture_is_there_at_once():
    run = finished(
        iterations=3000, optimizer={"kind": "genetic_algorithm"} | {"population_size": 6}
    )
    figure = TriedSteps().figure([replace(show(run, 2900), quick=True)])
    assert figure.items
    assert "all is shown for" in figure.caption


def test_points_without_a_value_are_at_the_edge():
    spec = RunSpec.load("classic-descent").with_value("problem.formula", "log(x)")
    spec = spec.with_value("optimizer", {"kind": "hill_climbing", "step_size": 3.0})
    run = Run(spec.with_value("stopping.max_iterations", 60)).finish()
    figure = TriedSteps().figure([show(run)])
    crosses = [i for i in figure.items if isinstance(i, Points) and i.marker == "cross"]
    assert crosses
    assert (crosses[0].y == figure.y.high).all()


def test_signals_of_several_runs_and_of_one_without():
    annealing = finished(optimizer={"kind": "simulated_annealing"})
    other = finished(optimizer={"kind": "simulated_annealing", "initial_temperature": 0.1})
    plain = finished()
    annealing.name, other.name, plain.name = "a · cool", "a · hot", "a · climb"
    shown = [
        replace(show(run, name=run.name), number=i)
        for i, run in enumerate((annealing, other, plain))
    ]
    figure = Signals().figure(shown)
    assert [i.label for i in figure.items if isinstance(i, Line)] == ["cool", "hot"]
    assert "a · climb has no temperature and is left out" in figure.warning
    assert figure.y.log
    assert figure.x.high == 300
    assert "There is no" not in figure.empty
    assert "No run here has a signal 'sigma'" in Signals(channel="sigma").figure(shown).empty


def test_signals_where_the_algorithm_was_changed():
    run = finished(optimizer={"kind": "simulated_annealing"})
    run.change(100, OPTIMIZERS["genetic_algorithm"](population_size=4))
    run.finish()
    figure = Signals().figure([show(run)])
    line = next(i for i in figure.items if isinstance(i, Line))
    assert np.isfinite(line.y[line.x <= 100]).all()
    assert np.isnan(line.y[line.x > 100]).all()
    assert "where an algorithm that has it is at work" in figure.caption
    steps = TriedSteps(stretch=None).figure([show(run)])
    assert {"survivor"} <= {entry.label for entry in steps.legend}


def test_signals_of_an_algorithm_that_was_put_in_later():
    """The trace has no column for them: they are what the same stretch reports when done again."""
    run = finished(iterations=900)
    run.change(300, OPTIMIZERS["simulated_annealing"](initial_temperature=0.3))
    run.change(600, OPTIMIZERS["hill_climbing"](step_size=0.2))
    run.change(700, OPTIMIZERS["simulated_annealing"](initial_temperature=0.3))
    run.finish()
    shown = [show(run)]
    assert list(Signals().offers(shown)["channel"]) == ["temperature", "acceptance"]
    figure = Signals(channel="temperature").figure(shown)
    line = next(i for i in figure.items if isinstance(i, Line))
    known = np.isfinite(line.y)
    expected = [*range(301, 601), *range(701, 901)]
    assert line.x[known].tolist() == expected
    t = OPTIMIZERS["simulated_annealing"](initial_temperature=0.3).temperatures
    np.testing.assert_array_equal(line.y[known], t(np.array(expected) - 1.0))
    assert not known.all()  # and the curve is broken in between
    at_work = TriedSteps().figure([show(run, 500)])
    assert at_work.below.y.label == "temperature"
    assert TriedSteps().figure([show(run, 200)]).below.y.label == "acceptance rate"


def test_a_signal_that_has_to_be_worked_out_says_how_far_it_is():
    run = finished(iterations=20_000)
    run.change(100, OPTIMIZERS["simulated_annealing"]())
    run.finish()
    reader = Reader(run)
    k, _, done = unrecorded(run, reader, "temperature", run.k, seconds=0.0)
    assert done < run.k
    assert len(k) == 0
    one = replace(show(run), reader=reader, quick=True)
    first = Signals(channel="temperature").figure([one])
    assert "so far" in first.warning + first.empty or "yet" in first.empty
    for _ in range(200):
        last = Signals(channel="temperature").figure([one])
        if not last.warning:
            break
    assert not last.warning
    # A change makes it begin again.
    run.change(50, OPTIMIZERS["simulated_annealing"](initial_temperature=9.0))
    run.finish()
    k, values, done = unrecorded(run, reader, "temperature", 60)
    assert done == 60
    np.testing.assert_allclose(values[0], 9.0 * 0.995**50)


def test_values_that_come_once_in_an_epoch_are_joined():
    run = finished("classic-minibatch", 60)
    figure = Signals(channel="full_loss").figure([show(run)])
    line = next(i for i in figure.items if isinstance(i, Line))
    assert np.isfinite(line.y).all()
    assert 2 <= len(line.y) < 10


@pytest.mark.parametrize("later", [False, True])
def test_the_acceptance_rate_of_a_climb_is_counted_whatever_a_population_calls_acceptance(later):
    first, second = ("hill_climbing", "particle_swarm")[:: 1 if later else -1]
    run = finished(iterations=40, optimizer={"kind": first})
    run.change(10 if later else 0, optimizer=OPTIMIZERS[second]())
    run.finish()
    k = 8 if later else 40
    below = TriedSteps(stretch=None).figure([show(run, k)]).below
    line = next(i for i in below.items if isinstance(i, Line) and i.x[-1] == k)
    kept = run.trace.rows(1, k + 1).outcome != Outcome.REJECTED
    np.testing.assert_allclose(line.y[1:], np.cumsum(kept) / np.arange(1, k + 1))
