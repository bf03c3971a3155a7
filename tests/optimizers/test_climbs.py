"""Climbs that start anew or go uphill at times, beside programs that do one move at a time."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.datasets.classification import Classification
from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import Outcome
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.random_restart_hill_climbing import RandomRestartHillClimbing
from optiviz.optimizers.simulated_annealing import SimulatedAnnealing
from optiviz.problems.function_1d import Function1D
from optiviz.problems.network_training import NetworkTraining

MLP = RunSpec.load("classic-mlp")
LOSS = MLP.with_value("problem.objective", "log_loss")
WELLS = Function1D(formula="x^4 - 3x^2 + x")  # the left well, at -1.30, is the deeper one


def finished(optimizer, n, spec=MLP):
    return Run(spec.replace(optimizer=optimizer).with_value("stopping.max_iterations", n)).finish()


def brute_restarts(spec, optimizer, n):
    evaluator, draws = spec.problem.evaluator(), Draws(spec.seed)
    x = spec.problem.sample(draws, "start", 0, 1)[0]
    f = evaluator.evaluate(x[None])[0]
    values, restarts, since = [f], [0], 0
    for k in range(n):
        if since >= optimizer.patience and restarts[-1] < optimizer.restarts:
            x = spec.problem.sample(draws, "restart", restarts[-1], 1)[0]
            f, since = evaluator.evaluate(x[None])[0], 0
            restarts.append(restarts[-1] + 1)
        else:
            proposed = x + optimizer.step_size * draws.normals("move", k, 1, len(x))[0]
            value = evaluator.evaluate(proposed[None])[0]
            since = 0 if value < f else since + 1
            if value < f or (value == f and optimizer.accept_ties):
                x, f = proposed, value
            restarts.append(restarts[-1])
        values.append(f)
    return np.array(values), np.array(restarts[1:], dtype=float), x


@pytest.mark.parametrize("spec", [MLP, LOSS], ids=["accuracy", "log_loss"])
@pytest.mark.parametrize(("patience", "restarts"), [(1, 7), (20, 4), (60, 100), (5, 0)])
@pytest.mark.parametrize("ties", [True, False])
def test_it_starts_anew_when_patience_is_out(spec, patience, restarts, ties):
    optimizer = RandomRestartHillClimbing(patience=patience, restarts=restarts, accept_ties=ties)
    run = finished(optimizer, 300, spec)
    values, counts, x = brute_restarts(run.spec, optimizer, 300)
    rows = run.trace.rows(0, 301)
    assert rows.f.tobytes() == values.tobytes()
    np.testing.assert_array_equal(rows.channels[1:, 0], counts)
    np.testing.assert_array_equal(run.state_now.x, x)
    np.testing.assert_array_equal(rows.best_f, np.minimum.accumulate(values))
    assert run.state_now.best_k == values.argmin()


def test_a_new_start_without_a_value_is_left_at_once():
    class Holes(Function1D):
        def sample(self, draws, purpose, start, n):
            if purpose == "restart":
                return np.full((n, 1), -1.0)
            return super().sample(draws, purpose, start, n)

    problem = Holes(formula="sqrt(x) + 1", low=1.0, high=4.0)
    optimizer = RandomRestartHillClimbing(patience=3, restarts=5, step_size=1e-9, accept_ties=False)
    stopping = StoppingCriterion(max_iterations=400)
    run = Run(RunSpec(problem=problem, optimizer=optimizer, stopping=stopping)).finish()
    rows = run.trace.rows(0, 401)
    assert np.isfinite(rows.f).all()
    assert rows.channels[-1, 0] == 5
    first = int((rows.channels[1:, 0] == 1).argmax()) + 1
    assert rows.outcome[first] == Outcome.REJECTED


def brute_annealing(spec, optimizer, n):
    evaluator, draws = spec.problem.evaluator(), Draws(spec.seed)
    x = spec.problem.sample(draws, "start", 0, 1)[0]
    f = evaluator.evaluate(x[None])[0]
    values, kept = [f], []
    for k in range(n):
        proposed = x + optimizer.step_size * draws.normals("move", k, 1, len(x))[0]
        value = evaluator.evaluate(proposed[None])[0]
        u = draws.uniforms("accept", k, 1, 1)[0, 0]
        t = optimizer.temperatures(np.array([float(k)]))[0]
        kept.append(value <= f or (t > 0 and 1 - u <= np.exp(-(value - f) / t)))
        if kept[-1]:
            x, f = proposed, value
        values.append(f)
    return np.array(values), np.array(kept), x


@pytest.mark.parametrize("spec", [MLP, LOSS], ids=["accuracy", "log_loss"])
@pytest.mark.parametrize(
    "settings",
    [
        {"initial_temperature": 0.05},
        {"initial_temperature": 0.01, "schedule": "arithmetic", "rate": 0.002},
        {"initial_temperature": 3.0, "schedule": "exponential", "final_temperature": 0.001},
        {"schedule": "formula", "formula": "0.02 * (1 + cos(k / 20))"},
    ],
    ids=lambda settings: settings.get("schedule", "geometric"),
)
def test_annealing_is_the_same_one_move_at_a_time(spec, settings):
    optimizer = SimulatedAnnealing(**settings)
    run = finished(optimizer, 400, spec)
    values, kept, x = brute_annealing(run.spec, optimizer, 400)
    rows = run.trace.rows(0, 401)
    assert rows.f.tobytes() == values.tobytes()
    np.testing.assert_array_equal(run.state_now.x, x)
    assert (rows.outcome[1:] == Outcome.WORSE).any()
    acceptance = [kept[max(0, k - 100) : k].mean() for k in range(1, 401)]
    np.testing.assert_allclose(rows.channels[1:, 1], acceptance, rtol=1e-14)
    expected = optimizer.temperatures(np.arange(400.0))
    np.testing.assert_allclose(rows.channels[1:, 0], expected, rtol=1e-14)


def test_the_best_point_and_the_last_are_both_kept():
    run = finished(SimulatedAnnealing(initial_temperature=0.5, rate=0.0), 400, LOSS)
    evaluate = run.spec.problem.evaluator().evaluate
    assert run.best_f < run.state_now.f
    assert evaluate(run.best_x[None])[0] == run.best_f == run.trace.rows(0, 401).f.min()
    assert evaluate(run.state_now.x[None])[0] == run.state_now.f
    assert "both reported" in run.spec.optimizer.sentence()


@pytest.mark.parametrize("spec", [MLP, LOSS], ids=["accuracy", "log_loss"])
def test_at_temperature_0_it_is_a_climb(spec):
    cold = finished(SimulatedAnnealing(initial_temperature=0.0), 300, spec)
    climb = finished(HillClimbing(), 300, spec)
    assert cold.trace.rows(0, 301).f.tobytes() == climb.trace.rows(0, 301).f.tobytes()
    assert cold.state_now.x.tobytes() == climb.state_now.x.tobytes()


def test_schedules_are_their_formulas():
    k = np.array([0.0, 1.0, 10.0, 1000.0])
    for schedule, expected in (
        ("geometric", 2 * 0.9**k),
        ("arithmetic", 2 * (1 - 0.1 * k)),
        ("exponential", 2 * np.exp(-0.1 * k)),
    ):
        made = SimulatedAnnealing(
            initial_temperature=2.0, rate=0.1, schedule=schedule, final_temperature=0.01
        )
        np.testing.assert_allclose(made.temperatures(k), np.maximum(expected, 0.01), rtol=1e-12)


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("1 - k/50", r"not negative at every iteration, is -0\.\d+ at k = 5\d"),
        ("1 / k", "is inf at k = 0"),
        ("sqrt(k - 10)", "is nan at k = 0"),
        ("1/(1+x)", "x"),
    ],
)
def test_impossible_temperatures_are_refused_in_words(formula, sentence):
    with pytest.raises(SpecError, match=sentence) as caught:
        SimulatedAnnealing(schedule="formula", formula=formula)
    assert [mistake.path for mistake in caught.value.mistakes] == ["formula"]
    SimulatedAnnealing(formula=formula)  # it isn't used


@pytest.mark.parametrize("formula", ["1 - 2 * max(0, 1 - abs(k - 77))", "1 / abs(k - 77)"])
def test_where_a_formula_gives_no_temperature_the_run_goes_on(formula):
    """Negative, or infinite, at 77 alone, where nobody looked before."""
    optimizer = SimulatedAnnealing(schedule="formula", formula=formula, final_temperature=0.25)
    run = finished(optimizer, 200)
    assert run.status is RunStatus.FINISHED
    assert run.trace.rows(78, 79).channels[0, 0] == 0.25
    assert (run.trace.rows(70, 90).channels[:, 0] > 0).all()


def test_the_final_temperature_is_not_above_the_first():
    with pytest.raises(SpecError, match="at most the initial temperature, 1, is 2"):
        SimulatedAnnealing(initial_temperature=1.0, final_temperature=2.0)


def test_annealing_leaves_the_well_in_which_a_climb_stays():
    spec = RunSpec(
        problem=WELLS,
        optimizer=HillClimbing(step_size=0.1),
        stopping=StoppingCriterion(max_iterations=3000),
        start=(1.1,),
    )
    assert Run(spec).finish().best_x[0] > 1
    found = []
    for seed in range(5):
        optimizer = SimulatedAnnealing(step_size=0.1, initial_temperature=3.0, rate=0.002)
        run = Run(spec.replace(optimizer=optimizer, seed=seed)).finish()
        found.append(run.best_x[0])
    assert np.mean(np.isclose(found, -1.3008, atol=0.05)) >= 0.8


def perceptron(dataset, optimizer="perceptron_rule", **settings):
    problem = NetworkTraining(
        dataset=dataset,
        network=Network(layers=(Layer(units=1, activation="step"),)),
        initialization="randn",
    )
    return RunSpec.from_dict(
        {
            "problem": problem.to_dict(),
            "optimizer": {"kind": optimizer, **settings},
            "stopping": {"max_epochs": 60},
            "seed": 3,
        }
    )


FAR_APART = Classification(
    n_samples=200, n_clusters_per_class=1, class_sep=4.0, flip_y=0.0, random_state=1
)


def test_on_classes_that_a_plane_separates_the_rule_stops_making_mistakes():
    """Novikoff's theorem: without it a student would doubt the algorithm, or the drawing."""
    run = Run(perceptron(FAR_APART)).finish()
    rows = run.trace.rows(0, run.k + 1)
    assert run.best_f == 0.0
    assert rows.f[-run.spec.problem.n_rows :].sum() == 0
    last = int(np.flatnonzero(rows.f[1:]).max()) + 1
    assert Reader(run).state(last).x.tobytes() == run.state_now.x.tobytes()
    corrections, full = rows.channels[1:].T
    assert corrections.max() > 0
    assert np.count_nonzero(~np.isnan(full)) == 60
    assert full[-1] == 0.0


@pytest.mark.parametrize("rate", [0.01, 1.0])
def test_the_rule_is_scikit_learns_perceptron_on_the_same_rows(rate):
    from sklearn.linear_model import Perceptron

    spec = perceptron(Classification(n_samples=150), rate=rate).with_value("stopping.max_epochs", 5)
    run = Run(spec).finish()
    data, draws = spec.problem.dataset.load(), Draws(spec.seed)
    n = spec.problem.n_rows
    order = np.concatenate([draws.permutation("epoch", epoch, n) for epoch in range(5)])
    start = run.state(0).x
    witness = Perceptron(eta0=rate, shuffle=False, max_iter=1, tol=None)
    witness.fit(
        data.X_train[order],
        data.y_train[order],
        coef_init=start[None, :-1].copy(),
        intercept_init=start[-1:].copy(),
    )
    theirs = np.append(witness.coef_, witness.intercept_)
    np.testing.assert_allclose(run.state_now.x, theirs, rtol=1e-9)
    assert not np.allclose(start, theirs)


def test_the_rule_for_several_classes_corrects_each_unit():
    data = Classification(n_samples=120, n_classes=3, n_informative=3)
    problem = NetworkTraining(
        dataset=data, network=Network(layers=(Layer(units=3, activation="step"),))
    )
    evaluator = problem.evaluator()
    x = problem.sample(Draws(1), "start", 0, 1)[0]
    loaded = problem.dataset.load()
    inputs = np.append(loaded.X_train[7], 1.0)
    target = (loaded.y_train[7] == np.arange(3)).astype(float)
    said = (x.reshape(3, -1) @ inputs >= 0).astype(float)
    expected = np.outer(target - said, inputs)
    np.testing.assert_array_equal(evaluator.correction(x, 7).reshape(3, -1), expected)
    assert evaluator.mistakes(x)[7] == (target != said).any()


def test_what_the_rule_cannot_correct_is_refused():
    with pytest.raises(SpecError, match="one layer of step units"):
        MLP.with_value("optimizer", {"kind": "perceptron_rule"})
    evaluator = MLP.problem.evaluator()
    for ask in (
        lambda: evaluator.mistakes(np.zeros(71)),
        lambda: evaluator.correction(np.zeros(71), 0),
    ):
        with pytest.raises(NotImplementedError, match="one layer of step units"):
            ask()


@pytest.mark.parametrize("kind", ["hill_climbing", "random_search", "simulated_annealing"])
def test_zero_with_a_sign_is_no_better_in_any_block(kind):
    """Where 0.0 and -0.0 are both reached, a run would have another trace in other blocks."""
    data = {
        "problem": {"kind": "function_1d", "formula": "0 sin(9x)"},
        "optimizer": {"kind": kind},
        "stopping": {"max_iterations": 40},
    }
    whole, steps = Run(RunSpec.from_dict(data)), Run(RunSpec.from_dict(data))
    while steps.k < 40:
        steps.advance(1)
    values = whole.finish().trace.rows(0, 41).f
    assert not values.any()
    assert steps.digest == whole.digest
