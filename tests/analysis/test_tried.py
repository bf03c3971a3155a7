"""What iterations tried: the points, their f, what became of them, and how likely that was."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from optiviz.analysis.tried import Role, tried
from optiviz.analysis.tried.book import Book
from optiviz.analysis.tried.replay import replayed
from optiviz.engine import registry
from optiviz.engine.optimizer import Outcome
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion

CLIMBS = [
    ("hill_climbing", {}),
    ("hill_climbing", {"mutate": "one"}),
    ("hill_climbing", {"mutate": "subset", "accept_ties": False, "step_size": 1.0}),
    ("simulated_annealing", {"initial_temperature": 0.05}),
    ("random_restart_hill_climbing", {"patience": 15}),
    ("random_search", {}),
]
POPULATIONS = [
    ("genetic_algorithm", {"population_size": 12, "elites": 2}),
    ("evolution_strategy", {"parents": 4, "children": 9, "selection": "plus"}),
    ("differential_evolution", {"population_size": 9}),
    ("particle_swarm", {"population_size": 7}),
    ("cma_es", {"population_size": 8}),
]


def finished(preset, iterations, kind=None, **settings):
    spec = RunSpec.load(preset)
    if kind is not None:
        spec = spec.with_value("optimizer", {"kind": kind, **settings})
    return Run(spec.with_value("stopping.max_iterations", iterations)).finish()


def all_of(run, **limits):
    return tried(run, Reader(run), 1, run.k + 1, **limits).tries


def columns(tries):
    return {name: column.tobytes() for name, column in vars(tries).items()}


@pytest.mark.parametrize("preset", ["classic-perceptron", "classic-mlp", "rosenbrock-2d"])
@pytest.mark.parametrize(("kind", "settings"), CLIMBS)
def test_climbs_scored_together_are_climbs_done_again_one_by_one(preset, kind, settings):
    run = finished(preset, 300, kind, **settings)
    reader = Reader(run)
    found = all_of(run)
    stepper, state = reader.stepper, reader.state(0)
    again, end = replayed(stepper, run.spec.optimizer, state, run.k)
    assert columns(found) == columns(again)
    assert end.x.tobytes() == run.state_now.x.tobytes()
    rows = run.trace.rows(0, run.k + 1)
    np.testing.assert_array_equal(found.k, np.arange(1, run.k + 1))
    np.testing.assert_array_equal(found.before, rows.f[:-1])
    np.testing.assert_array_equal(found.outcome, rows.outcome[1:])
    kept = found.outcome != Outcome.REJECTED
    assert found.proposed[kept].tobytes() == rows.f[1:][kept].tobytes()
    if kind == "random_restart_hill_climbing":
        assert (found.role == Role.RESTART).sum() == run.state_now.restarts > 0
    else:
        assert (found.role == Role.MOVE).all()


def test_a_proposal_has_the_value_of_its_point():
    run = finished("classic-mlp", 40)
    reader = Reader(run)
    problem, draws = reader.stepper.problem, reader.stepper.draws
    found = all_of(run)
    for k in range(40):
        x = reader.state(k).x + run.spec.optimizer.moves(draws, k, 1, problem.dim)[0]
        assert found.proposed[k] == problem.evaluate(x[None])[0]


def test_the_chance_of_a_move_is_what_decides_about_it():
    run = finished("classic-perceptron", 600, "simulated_annealing", initial_temperature=0.1)
    found = all_of(run)
    t = run.spec.optimizer.temperatures(np.arange(600.0))
    expected = np.minimum(1.0, np.exp(-np.maximum(found.rise, 0) / t))
    np.testing.assert_allclose(found.chance, expected, rtol=1e-12)
    worse = found.rise > 0
    kept = found.outcome[worse] == Outcome.WORSE
    # As many are kept as their chances say: within four standard deviations.
    p = found.chance[worse]
    assert abs(kept.sum() - p.sum()) < 4 * np.sqrt((p * (1 - p)).sum())
    assert 0 < kept.sum() < len(kept)


def test_a_climb_leaves_nothing_to_chance():
    for ties in (True, False):
        run = finished("classic-mlp", 200, "hill_climbing", accept_ties=ties)
        found = all_of(run)
        np.testing.assert_array_equal(found.chance == 1, found.outcome != Outcome.REJECTED)
        assert set(found.chance.tolist()) <= {0.0, 1.0}
    cold = registry.kinds("optimizers")["simulated_annealing"](initial_temperature=0.0)
    rise = np.array([-1.0, 0.0, 1e-300, np.inf, np.nan])
    assert cold.chance(rise, np.zeros(5, np.int64)).tolist() == [1, 1, 0, 0, 0]


@pytest.mark.parametrize(("kind", "settings"), POPULATIONS)
def test_of_a_population_parents_children_and_survivors_are_told_apart(kind, settings):
    run = finished("rosenbrock-2d", 12, kind, **settings)
    reader = Reader(run)
    found = all_of(run)
    for k in range(run.k):
        before, after = reader.state(k), reader.state(k + 1)
        here = found[found.k == k + 1]
        parents, children = here[here.role == Role.PARENT], here[here.role == Role.CHILD]
        assert sorted(parents.proposed.tolist()) == sorted(before.values.tolist())
        assert len(children) == after.evaluations - before.evaluations
        survivors = here[here.outcome != Outcome.REJECTED]
        assert set(after.values.tolist()) == set(survivors.proposed.tolist())
        assert len(survivors) >= len(after.population)
        best = before.values.min()
        assert ((survivors.outcome == Outcome.IMPROVED) == (survivors.proposed < best)).all()


@pytest.mark.parametrize("kind", ["pattern_search", "nelder_mead", "lbfgs", "newton"])
def test_of_several_trials_those_that_led_on_were_kept(kind):
    run = finished("rosenbrock-2d", 40, kind)
    reader = Reader(run)
    found = all_of(run)
    for k in range(run.k):
        before, after = reader.state(k), reader.state(k + 1)
        here = found[found.k == k + 1]
        assert (here.role == Role.TRIAL).all()
        if after.f < before.f:
            assert after.f in here.proposed[here.outcome == Outcome.IMPROVED]
        elif kind != "nelder_mead":
            assert (here.outcome == Outcome.REJECTED).all()
        if kind in ("pattern_search", "nelder_mead") and len(here):
            assert len(here) == after.evaluations - before.evaluations


def test_steps_that_choose_nothing_are_the_trace_itself():
    run = finished("classic-minibatch", 30, "gradient_descent")
    found = all_of(run)
    rows = run.trace.rows(0, 31)
    np.testing.assert_array_equal(found.rise, np.diff(rows.f))
    assert (found.role == Role.STEP).all()
    assert np.isnan(found.chance).all()
    batches = all_of(finished("classic-minibatch", 30))
    assert (batches.role == Role.BATCH).all()
    rule = finished("classic-perceptron", 30, "perceptron_rule")
    assert (all_of(rule).role == Role.BATCH).all()


@pytest.mark.parametrize("kind", sorted(registry.kinds("optimizers")))
def test_every_algorithm_shows_what_it_tried_at_any_place(kind):
    from optiviz.testing.samples import problems_with_slope, problems_without_slope

    optimizer = registry.kinds("optimizers")[kind]()
    suits = [
        p
        for p in (*problems_with_slope(), *problems_without_slope())
        if not list(optimizer.check_problem(p))
    ]
    if not suits:
        pytest.skip("needs a perceptron; tried above")
    problem = suits[-1]
    stopping = StoppingCriterion(max_iterations=9)
    run = Run(RunSpec(problem=problem, optimizer=optimizer, stopping=stopping)).finish()
    whole = all_of(run)
    reader = Reader(run)
    for start, stop in ((5, 8), (1, 2), (9, 10), (1, 10), (4, 4), (7, 99)):
        part = tried(run, reader, start, stop)
        inside = whole[(whole.k >= start) & (whole.k < stop)]
        assert columns(part.tries) == columns(inside)
        assert part.missing == 0


def test_a_run_that_was_changed_on_the_way():
    """Another algorithm, a setting, and weights put in: each part is tried as it was done."""
    optimizers = registry.kinds("optimizers")
    run = finished("classic-mlp", 120)
    run.change(30, optimizers["random_restart_hill_climbing"](patience=5, restarts=3))
    run.change(60, optimizers["genetic_algorithm"](population_size=6))
    run.change(70, x=np.full(run.spec.problem.dim, 0.3))
    run.change(90, optimizers["simulated_annealing"]())
    run.finish()
    found = all_of(run)
    rows = run.trace.rows(0, run.k + 1)
    assert (found.role[found.k <= 30] == Role.MOVE).all()
    assert (found.role == Role.RESTART).sum() > 0
    assert set(found.k[found.role == Role.CHILD].tolist()) == set(range(61, 91))
    moves = found[(found.k > 90)]
    kept = moves.outcome != Outcome.REJECTED
    assert moves.proposed[kept].tolist() == rows.f[moves.k[kept]].tolist()
    # The weights that were put in are what iteration 71 starts from.
    reader = Reader(run)
    start = reader.stepper.problem.evaluate(np.full((1, run.spec.problem.dim), 0.3))[0]
    assert found.before[(found.k == 71)][0] <= start


def test_points_without_a_value_are_infinitely_worse():
    run = finished("classic-descent", 60, "hill_climbing", step_size=3.0)
    spec = run.spec.with_value("problem.formula", "log(x)").with_value(
        "stopping.max_iterations", 60
    )
    run = Run(spec).finish()
    found = all_of(run)
    worthless = np.isnan(found.proposed)
    assert worthless.any()
    assert (found.rise[worthless] == np.inf).all()
    assert (found.chance[worthless] == 0).all()
    assert (found.outcome[worthless] == Outcome.REJECTED).all()


def test_where_there_is_no_time_the_moves_that_were_kept_are_known():
    run = finished("classic-mlp", 5000)
    reader = Reader(run)
    soon = tried(run, reader, 3000, 3200, seconds=0.0)
    assert soon.missing > 0
    rows = run.trace.rows(3000, 3200)
    kept = np.flatnonzero(rows.outcome != Outcome.REJECTED) + 3000
    assert soon.tries.k.tolist() == kept.tolist()
    for _ in range(400):  # each look does a little more, until all is known
        soon = tried(run, reader, 3000, 3200, seconds=0.001)
        if soon.missing == 0:
            break
    assert soon.missing == 0
    assert columns(soon.tries) == columns(tried(run, Reader(run), 3000, 3200).tries)


def test_what_was_looked_at_costs_nothing_again(monkeypatch):
    run = finished("classic-mlp", 3000)
    reader = Reader(run)
    tried(run, reader, 1000, 1500)
    evaluator = type(reader.stepper.problem)
    monkeypatch.setattr(evaluator, "evaluate", None)
    monkeypatch.setattr(evaluator, "proposals", None)
    assert tried(run, reader, 1100, 1400).missing == 0


def test_a_change_makes_it_forget():
    run = finished("classic-mlp", 500)
    reader = Reader(run)
    tried(run, reader, 1, 501)
    run.change(100, run.spec.optimizer.replace(step_size=0.5))
    run.finish()
    assert columns(tried(run, reader, 1, 501).tries) == columns(all_of(run))


def test_nothing_keeps_a_run_that_was_closed():
    run = finished("classic-perceptron", 50)
    gone = weakref.ref(run)
    all_of(run)
    del run
    gc.collect()
    assert gone() is None


def test_an_algorithm_of_another_make_is_done_again():
    """A subclass that moves otherwise than it says is not believed."""
    hill = registry.kinds("optimizers")["hill_climbing"]

    class Longer(hill):
        def steps(self, problem, state, draws, n):
            return hill(step_size=2 * self.step_size).steps(problem, state, draws, n)

    spec = RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 200)
    other = Run(spec.with_value("optimizer.step_size", 0.2)).finish()
    run = Run(spec)
    run.spec = spec.replace(optimizer=Longer(step_size=0.1))
    run.finish()
    assert run.trace.rows(0, 201).f.tobytes() == other.trace.rows(0, 201).f.tobytes()
    assert all_of(run).proposed.tobytes() == all_of(other).proposed.tobytes()


def test_large_networks_and_large_populations_take_no_more_memory_than_small_ones():
    layers = [{"units": 300, "activation": "tanh"}, {"units": 1}]
    spec = RunSpec.load("classic-mlp").with_value("problem.network.layers", layers)
    run = Run(spec.with_value("stopping.max_iterations", 700)).finish()
    reader = Reader(run)
    book = Book(run, reader)
    assert book.between(1, 701).missing == 0
    assert sum(x.size for x in book._places.values()) <= 1 << 20
    population = finished("rosenbrock-2d", 300, "genetic_algorithm", population_size=2000)
    reader = Reader(population)
    book = Book(population, reader)
    assert book.between(1, 40).missing == 0
    sizes = [a.nbytes for s in book._states.values() for a in s.to_arrays().values()]
    assert sum(sizes) <= 8 << 20


@pytest.mark.parametrize("kind", ["lbfgs", "conjugate_gradient", "newton"])
def test_of_a_line_that_leads_nowhere_nothing_was_kept(kind):
    """At a minimum its last steps are so short that they are none: points equal to x."""
    run = finished("one-parameter", 30, kind)
    rows, found = run.trace.rows(0, run.k + 1), all_of(run)
    nowhere = np.flatnonzero(rows.outcome == Outcome.REJECTED)
    at = np.isin(found.k, nowhere)
    assert at.any()
    assert (found.outcome[at] == Outcome.REJECTED).all()
