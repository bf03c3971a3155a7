"""The climbs that the classic programs do, move for move, and what keeps them from moving."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.analysis.diagnosis import diagnose
from optiviz.bench import reference
from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import Outcome
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.random_search import RandomSearch
from optiviz.problems.network_training import NetworkTraining

PERCEPTRON, MLP = RunSpec.load("classic-perceptron"), RunSpec.load("classic-mlp")


def test_the_weights_that_classify_863_of_1000_rows():
    weights = (0.0097317, 0.13818088, 1.17634326, -0.04296336, 0.00485813, -0.14767616)
    X, y = PERCEPTRON.problem.dataset.table()
    said = PERCEPTRON.problem.evaluator().predict(np.array(weights), X)
    assert int((said == y).sum()) == 863
    assert (
        sum(
            reference.predict_row_by_perceptron(row, np.array(weights)) == label
            for row, label in zip(X, y, strict=True)
        )
        == 863
    )


@pytest.mark.parametrize(
    ("spec", "units", "n", "weights"), [(PERCEPTRON, (), 300, 6), (MLP, (10, 1), 60, 71)]
)
@pytest.mark.parametrize("seed", [1, 4])
def test_the_row_by_row_programs_find_the_same(spec, units, n, weights, seed):
    run = Run(spec.replace(seed=seed).with_value("stopping.max_iterations", n)).finish()
    data = spec.problem.dataset.load()
    start = run.state(0).x
    assert len(start) == spec.problem.dim == weights
    moves = spec.optimizer.step_size * Draws(seed).normals("move", 0, n, len(start))
    final, scores = reference.hill_climb(data.X_train, data.y_train, start, moves, units)
    np.testing.assert_allclose(1 - run.trace.rows(0, n + 1).f, scores, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(run.state_now.x, final)


def brute(spec, n):
    """Climb one move at a time, by `evaluate` alone."""
    evaluator, optimizer = spec.problem.evaluator(), spec.optimizer
    draws = Draws(spec.seed)
    x = spec.problem.sample(draws, "start", 0, 1)[0]
    f = evaluator.evaluate(x[None])[0]
    values, outcomes = [f], []
    for k in range(n):
        move = optimizer.step_size * draws.normals("move", k, 1, len(x))[0]
        if optimizer.mutate == "subset":
            chosen = draws.uniforms("subset", k, 1, len(x))[0] < optimizer.subset_probability
            move = np.where(chosen, move, 0.0)
        elif optimizer.mutate == "one":
            chosen = int(draws.uniforms("one", k, 1, 1)[0, 0] * len(x))
            move = np.zeros(len(x))
            move[chosen] = optimizer.step_size * draws.normals("one", k, 1, 1)[0, 0]
        proposed = evaluator.evaluate((x + move)[None])[0]
        if proposed < f or (proposed == f and optimizer.accept_ties):
            outcomes.append(Outcome.IMPROVED if proposed < f else Outcome.EQUAL)
            x, f = x + move, proposed
        else:
            outcomes.append(Outcome.REJECTED)
        values.append(f)
    return np.array(values), outcomes, x


@pytest.mark.parametrize("mutate", ["all", "subset", "one"])
@pytest.mark.parametrize("accept_ties", [True, False])
@pytest.mark.parametrize("spec", [PERCEPTRON, MLP], ids=["perceptron", "mlp"])
@pytest.mark.parametrize("step_size", [0.02, 1.0])
def test_batches_are_guesses_only(spec, mutate, accept_ties, step_size):
    optimizer = HillClimbing(mutate=mutate, accept_ties=accept_ties, step_size=step_size)
    spec = spec.replace(optimizer=optimizer).with_value("stopping.max_iterations", 400)
    run = Run(spec).finish()
    values, outcomes, x = brute(spec, 400)
    rows = run.trace.rows(0, 401)
    assert rows.f.tobytes() == values.tobytes()
    assert rows.outcome[1:].tolist() == outcomes
    np.testing.assert_array_equal(run.state_now.x, x)


def test_without_equal_moves_the_network_never_moves_and_is_told_why():
    """Every start from `rand` predicts class 1; only equal moves drift away from there."""
    for seed in range(1, 6):
        run = Run(MLP.replace(seed=seed).with_value("optimizer.accept_ties", False)).finish()
        assert set(run.trace.rows(1, 1001).outcome.tolist()) == {Outcome.REJECTED}
        assert run.state_now.x.tobytes() == run.state(0).x.tobytes()
        sentence = diagnose(run)
        assert "No move was kept in 1,000 iterations" in sentence
        assert "Keep equal moves" in sentence
        assert diagnose(run, 100) == ""


def test_a_climb_that_works_needs_no_diagnosis():
    run = Run(PERCEPTRON).finish()
    assert diagnose(run) == ""
    first = int(run.trace.improvements[0])
    assert run.trace.rows(first, first + 1).outcome[0] == Outcome.IMPROVED
    assert first > 0


def test_other_diagnoses():
    rate = RunSpec.load("classic-descent").with_value("optimizer.learning_rate", 1.1)
    run = Run(rate).finish()
    assert diagnose(run).startswith("Diverged at iteration 76: a smaller")
    assert diagnose(run, 10) == ""
    flat = Run(
        rate.with_value("problem.formula", "0*x + 3").with_value("stopping.max_iterations", 300)
    )
    assert diagnose(flat.finish()) == "Nothing better was found in 300 iterations."
    broken = Run(MLP)
    broken._stepper = None
    broken.spec = MLP
    problem = NetworkTraining.evaluator

    def fail(self):
        raise OSError("no data today")

    NetworkTraining.evaluator = fail
    try:
        broken.finish()
    finally:
        NetworkTraining.evaluator = problem
    assert diagnose(broken) == "OSError: no data today"


def test_the_classic_runs_reach_what_they_are_known_for():
    """Over 100 seeds: mean .862 and median about .868; the bench measures them all."""
    train = []
    for seed in range(12):
        spec = PERCEPTRON.replace(seed=seed).with_value("problem.dataset.split_seed", seed)
        run = Run(spec).finish()
        train.append(spec.problem.evaluator().metrics(run.state_now.x)["train_accuracy"])
    assert abs(np.mean(train) - 0.862) < 0.01
    run = Run(MLP).finish()
    assert 0.8 < 1 - run.best_f < 0.95


def test_random_search_keeps_the_best_of_its_draws():
    spec = MLP.replace(optimizer=RandomSearch(spread=2.0)).with_value(
        "stopping.max_iterations", 300
    )
    run = Run(spec).finish()
    points = 2.0 * spec.problem.sample(Draws(1), "proposal", 0, 300)
    start = spec.problem.sample(Draws(1), "start", 0, 1)
    scores = spec.problem.evaluator().evaluate(np.concatenate([start, points]))
    np.testing.assert_array_equal(run.trace.rows(0, 301).f, np.minimum.accumulate(scores))
    best = int(scores.argmin())
    assert run.state_now.best_k == best
    np.testing.assert_array_equal(run.best_x, np.concatenate([start, points])[best])
    assert Reader(run).state(best - 1).best_f > run.best_f if best else True
