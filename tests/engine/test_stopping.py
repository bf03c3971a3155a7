"""A run ends where its limits say, at the exact iteration, whichever comes first."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.datasets.classification import Classification
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stepper import Stepper
from optiviz.engine.stopping import StoppingCriterion, StopReason
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.mini_batch_gradient_descent import MiniBatchGradientDescent
from optiviz.problems.function_1d import Function1D
from optiviz.problems.network_training import NetworkTraining


def descent(rate=0.1, start=3.0, formula="x^2", **stopping):
    return Run(
        RunSpec(
            problem=Function1D(formula=formula),
            optimizer=GradientDescent(learning_rate=rate),
            stopping=StoppingCriterion(**stopping),
            start=(start,),
        )
    )


def climb(n_samples=150, test_size=0.33, **stopping):
    problem = NetworkTraining(
        dataset=Classification(n_samples=n_samples, test_size=test_size),
        network=Network(layers=(Layer(units=1, activation="step"),)),
        initialization="rand",
    )
    return Run(
        RunSpec(
            problem=problem,
            optimizer=HillClimbing(step_size=0.05),
            stopping=StoppingCriterion(**{"max_iterations": 3000, **stopping}),
        )
    )


def rows_of(run):
    return run.trace.rows(0, run.k + 1)


@pytest.mark.parametrize("n", [0, 1, 7, 1024, 1025, 5000])
def test_iterations(n):
    run = descent(max_iterations=n).finish()
    assert (run.k, run.stop_reason) == (n, StopReason.ITERATIONS)
    assert len(run.trace) == n + 1


@pytest.mark.parametrize(("limit", "k"), [(1, 0), (2, 1), (50, 49)])
def test_evaluations(limit, k):
    run = descent(max_evaluations=limit).finish()
    assert (run.k, run.evaluations, run.stop_reason) == (k, limit, StopReason.EVALUATIONS)


@pytest.mark.parametrize(
    ("epochs", "k"), [(0.5, 7), (1, 14), (2, 28), (2.01, 29), (50 / 670, 1), (1e-9, 1)]
)
def test_epochs(epochs, k):
    spec = RunSpec.load("classic-minibatch")
    run = Run(spec.replace(stopping=StoppingCriterion(max_epochs=epochs))).finish()
    assert (run.k, run.stop_reason) == (k, StopReason.EPOCHS)
    assert rows_of(run).rows_seen[-2] < epochs * 670 <= rows_of(run).rows_seen[-1]


def test_epochs_end_at_the_same_iteration_for_every_split():
    """Between R >= e n and R / n >= e rounding may decide: only one of them may be asked."""
    odd = [
        (n, rows) for n in range(40, 400) for rows in range(1, n) if (rows / n) * n > float(rows)
    ]
    assert odd  # there are such numbers
    n, rows = odd[0]
    problem = NetworkTraining(
        dataset=Classification(n_samples=2 * n, test_size=0.5, flip_y=0),
        network=Network(layers=(Layer(units=1),)),
        objective="log_loss",
    )
    assert problem.n_rows == n
    stopping = StoppingCriterion(max_epochs=rows / n)
    optimizer = MiniBatchGradientDescent(batch_size=1)
    spec = RunSpec(problem=problem, optimizer=optimizer, stopping=stopping)
    singly, whole = Run(spec), Run(spec).finish()
    while singly.status in (RunStatus.NEW, RunStatus.RUNNING):
        singly.advance(1)
    assert singly.k == whole.k


@pytest.mark.parametrize("seconds", [0.02, 0.1])
def test_seconds_end_it_and_are_replayed_without_a_clock(seconds):
    run = climb(max_iterations=None, max_seconds=seconds).finish()
    assert run.stop_reason is StopReason.SECONDS
    assert run.k > 0
    assert run.spec.stopping.ended_at == run.k
    again = Run(RunSpec.from_dict(run.spec.to_dict())).finish()
    assert again.stop_reason is StopReason.ENDED
    assert again.digest == run.digest


def test_stopped_by_hand_is_replayed():
    run = climb()
    run.advance(777)
    run.stop()
    assert (run.status, run.stop_reason) == (RunStatus.FINISHED, StopReason.BY_HAND)
    again = Run(run.spec).finish()
    assert (again.k, again.stop_reason, again.digest) == (777, StopReason.ENDED, run.digest)


def test_target_is_read_as_on_the_axis():
    run = climb(target=0.9).finish()
    accuracy = 1 - rows_of(run).best_f
    assert run.stop_reason is StopReason.TARGET
    assert accuracy[-1] >= 0.9 > accuracy[-2]
    run = descent(target=0.01, max_iterations=100).finish()
    assert run.stop_reason is StopReason.TARGET
    assert rows_of(run).f[-1] <= 0.01 < rows_of(run).f[-2]


@pytest.mark.parametrize("n_train", [10, 100, 1000, 670, 49])
def test_a_target_that_is_met_exactly_is_met(n_train):
    """1 - 0.07 is a little less than 0.93."""
    problem = climb().spec.problem
    for wrong in range(n_train + 1):
        criterion = StoppingCriterion(max_iterations=9, target=float(f"{1 - wrong / n_train:.15g}"))
        better = StoppingCriterion(max_iterations=9, target=1 - (wrong - 0.01) / n_train)
        f = np.array([wrong / n_train])
        assert criterion._reaches(f, problem)[0]
        assert not better._reaches(f, problem)[0]


def test_a_target_near_zero_is_not_met_too_early():
    run = descent(target=1e-20, max_iterations=1000).finish()
    assert run.best_f <= 1e-20 < rows_of(run).f[-2]


def test_a_start_that_meets_the_target_is_the_end():
    run = descent(target=10.0, max_iterations=100).finish()
    assert (run.k, run.stop_reason) == (0, StopReason.TARGET)


@pytest.mark.parametrize("patience", [1, 5, 60])
def test_patience(patience):
    run = climb(patience=patience).finish()
    rows = rows_of(run)
    better = np.flatnonzero(np.diff(rows.best_f) < 0) + 1
    last = int(better[-1]) if len(better) else 0
    assert run.stop_reason is StopReason.PATIENCE
    assert run.k == last + patience
    assert np.diff([0, *better]).max(initial=0) <= patience


def test_patience_ends_at_the_same_iteration_for_every_split_after_a_change():
    """A better point put in by hand counts as found at the iteration after, in every split."""

    def changed(first):
        run = descent(rate=0.0, patience=10, max_iterations=1000)
        run.advance(5)
        run.change(5, x=np.array([1.0]))
        while run.status is RunStatus.RUNNING:
            run.advance(first)
        return run

    ends = {(changed(n).k, changed(n).digest) for n in (1, 2, 7, 1000)}
    assert len(ends) == 1
    (k, _), *_ = ends
    assert k == 5 + 1 + 10


def test_whichever_comes_first():
    limits = {"max_iterations": 40, "max_evaluations": 30, "target": 0.5}
    assert descent(**limits).finish().stop_reason is StopReason.TARGET
    assert descent(**{**limits, "target": 1e-9}).finish().k == 29
    assert descent(**{**limits, "target": 1e-9, "max_evaluations": 99}).finish().k == 40
    assert descent(max_iterations=40, max_epochs=7.0).finish().k == 7


def test_divergence_ends_it_at_the_first_row_beyond():
    run = descent(rate=1.1, max_iterations=1000).finish()
    f = rows_of(run).f
    assert run.stop_reason is StopReason.DIVERGED
    assert abs(f[-1]) > 9e12 >= abs(f[-2])


def test_limits_bind_every_split_alike():
    for stopping in ({"target": 0.85}, {"patience": 30}, {"max_evaluations": 333}):
        whole = climb(**stopping).finish()
        random = np.random.default_rng(5)
        run = climb(**stopping)
        while run.status in (RunStatus.NEW, RunStatus.RUNNING):
            run.advance(int(random.integers(1, 40)))
        assert (run.k, run.stop_reason, run.digest) == (whole.k, whole.stop_reason, whole.digest)


def test_a_run_without_an_end_is_refused():
    with pytest.raises(SpecError, match="set at least one of iterations"):
        StoppingCriterion(target=0.5)


@pytest.mark.parametrize("reason", StopReason)
def test_reasons_are_sentences(reason):
    assert reason.value[0].isupper()
    assert reason.value.endswith(".")


@pytest.mark.parametrize("limits", [{"max_epochs": 40.0}, {"max_evaluations": 900}])
def test_a_short_run_does_not_compute_far_past_its_end(limits, monkeypatch):
    """It took up to twice as long: iterations past the end were done, and those before it anew."""
    done = []
    steps = Stepper.steps

    def counted(self, state, n):
        done.append(n)
        return steps(self, state, n)

    monkeypatch.setattr(Stepper, "steps", counted)
    spec = RunSpec.load("classic-minibatch").replace(stopping=StoppingCriterion(**limits))
    run = Run(spec).finish()
    assert run.stop_reason in (StopReason.EPOCHS, StopReason.EVALUATIONS)
    assert run.k <= sum(done) <= 1.1 * run.k + 32
