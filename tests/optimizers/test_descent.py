"""Descent does the textbook's steps: exactly, with whole epochs, and as its sentences say."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.engine.draws import Draws
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion, StopReason
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.optimizers.stochastic_gradient_descent import StochasticGradientDescent
from optiviz.problems.function_1d import Function1D

BATCHES = RunSpec.load("classic-minibatch").with_value("stopping.max_epochs", 3)


def descent(rate, **spec):
    return Run(RunSpec.load("classic-descent").with_value("optimizer.learning_rate", rate)).finish()


def test_the_classic_descent_ends_where_it_should():
    run = descent(0.1)
    assert (run.k, run.stop_reason) == (100, StopReason.ITERATIONS)
    assert f"{run.state_now.x[0]:.4e}" == "6.1111e-10"
    x = np.array([Reader(run).state(k).x[0] for k in range(101)])
    np.testing.assert_allclose(x, 3 * 0.8 ** np.arange(101), rtol=1e-13)


def test_half_lands_in_one_step():
    run = descent(0.5)
    assert run.state(1).x[0] == 0.0
    assert run.state_now.best_k == 1


def test_one_swings_for_ever():
    run = descent(1.0)
    x = np.array([Reader(run).state(k).x[0] for k in range(101)])
    np.testing.assert_array_equal(x, 3.0 * (-1.0) ** np.arange(101))
    assert run.stop_reason is StopReason.ITERATIONS


def test_a_little_more_is_stopped_as_diverged():
    run = descent(1.1)
    assert run.stop_reason is StopReason.DIVERGED
    assert run.k == int(np.ceil(np.log(1e12) / (2 * np.log(1.2))))


@pytest.mark.parametrize(
    ("formula", "start", "end"),
    [("x^4 - 3x^2 + x", 2.0, 1.1309), ("x^4 - 3x^2 + x", -2.0, -1.3008), ("abs(x)", 1.03, 0.03)],
)
def test_other_functions(formula, start, end):
    run = Run(
        RunSpec(
            problem=Function1D(formula=formula),
            optimizer=GradientDescent(learning_rate=0.05),
            stopping=StoppingCriterion(max_iterations=200),
            start=(start,),
        )
    ).finish()
    assert abs(run.state_now.x[0]) == pytest.approx(abs(end), abs=0.03)


def test_every_row_once_an_epoch_in_a_new_order():
    """670 rows make 13 batches of 50 and a last one of 20, which is kept."""
    run = Run(BATCHES)
    run.prepare()
    evaluator, seen = run._stepper.problem, []
    usual = evaluator.epoch

    def watched(order):
        epoch = usual(order)

        class Watched:
            def value_and_gradient(self, x, start, stop, gradient):
                seen.append(order[start:stop])
                return epoch.value_and_gradient(x, start, stop, gradient)

        return Watched()

    evaluator.epoch = watched
    run.advance(42)
    assert [len(rows) for rows in seen] == ([50] * 13 + [20]) * 3
    epochs = [np.concatenate(seen[14 * e : 14 * e + 14]) for e in range(3)]
    for epoch in epochs:
        np.testing.assert_array_equal(np.sort(epoch), np.arange(670))
    assert len({epoch.tobytes() for epoch in epochs}) == 3
    np.testing.assert_array_equal(epochs[1], Draws(1).permutation("epoch", 1, 670))
    rows = run.trace.rows(0, 43)
    np.testing.assert_array_equal(np.diff(rows.rows_seen), [len(r) for r in seen])
    assert run.state_now.epoch == 3
    run.finish()
    assert (run.k, run.stop_reason) == (42, StopReason.EPOCHS)


def test_a_batch_step_is_the_textbooks():
    run = Run(BATCHES).finish()
    reader = Reader(run)
    evaluator = BATCHES.problem.evaluator()
    rows = run.trace.rows(0, 43)
    for k in (0, 12, 13, 14, 40):
        before, after = reader.state(k), reader.state(k + 1)
        epoch, place = divmod(k, 14)
        order = Draws(1).permutation("epoch", epoch, 670)[50 * place : 50 * place + 50]
        f, gradient = evaluator.value_and_gradient(before.x, order)
        assert after.x.tobytes() == (before.x - 0.5 * gradient).tobytes()
        assert rows.f[k + 1] == f
        np.testing.assert_allclose(rows.channels[k + 1, :2], [np.linalg.norm(gradient), 0.5])
        full = rows.channels[k + 1, 2]
        if place == 13:
            assert full == evaluator.evaluate(after.x[None])[0]
            assert rows.best_f[k + 1] <= full
        else:
            assert np.isnan(full)


def test_the_best_of_batches_is_looked_for_on_all_rows():
    """The luckiest batch of 50 is no best point."""
    run = Run(BATCHES).finish()
    rows = run.trace.rows(0, 43)
    full = rows.channels[[14, 28, 42], 2]
    assert run.best_f == min(full.min(), rows.f[0])
    assert run.best_f == BATCHES.problem.evaluator().evaluate(run.best_x[None])[0]
    assert run.state_now.best_k in (0, 14, 28, 42)


def test_counts():
    run = Run(BATCHES).finish()
    assert run.state_now.gradient_evaluations == 42
    assert run.evaluations == 1 + 42 + 3
    one = Run(BATCHES.replace(optimizer=StochasticGradientDescent(learning_rate=0.05)))
    one.finish()
    assert one.k == 3 * 670
    assert one.state_now.rows_seen == 3 * 670
    full = Run(BATCHES.replace(optimizer=GradientDescent(learning_rate=0.5))).finish()
    assert full.k == 3
    assert full.evaluations == full.state_now.gradient_evaluations == 4


def test_all_rows_in_one_batch_are_gradient_descent():
    spec = BATCHES.with_value("optimizer.batch_size", 670)
    batches = Run(spec).finish()
    whole = Run(BATCHES.replace(optimizer=GradientDescent(learning_rate=0.5))).finish()
    np.testing.assert_allclose(batches.state_now.x, whole.state_now.x, rtol=1e-9)


def test_sentences_say_the_numbers():
    assert "0.5 times the gradient on 50 rows" in BATCHES.optimizer.sentence()
    assert "on one row" in BATCHES.optimizer.replace(batch_size=1).sentence()
