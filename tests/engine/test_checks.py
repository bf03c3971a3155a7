"""An algorithm that returns garbage, raises whatever, or gives nan ends its run with a sentence."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest

from optiviz.engine.optimizer import Block, Optimizer, first_state
from optiviz.engine.problem import Array
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion, StopReason
from optiviz.problems.function_1d import Function1D


class _Odd(Optimizer):
    """Halves its point, and after three iterations returns what it is told to."""

    kind: ClassVar[str] = "odd_for_tests"
    label: ClassVar[str] = "Odd"
    listed: ClassVar[bool] = False
    steps_of: ClassVar[Callable[..., Any]]

    def init(self, problem, x0: Array, draws):
        return first_state(x0, float(problem.evaluate(x0[None])[0]))

    def step(self, problem, state, draws):
        raise NotImplementedError

    def steps(self, problem, state, draws, n):
        x = state.x / 2
        f = float(problem.evaluate(x[None])[0])
        k = state.k + n
        after = replace(state, k=k, x=x, f=f, best_x=x, best_f=f, best_k=k)
        columns = [np.full(n, f), np.full(n, f), np.zeros(n, np.int8)]
        counts = [np.full(n, k), np.zeros(n, np.int64), np.full(n, k)]
        block = Block(*columns, *counts, np.empty((n, 0)))
        return (after, block) if k < 4 else type(self).steps_of(after, block)


def run_of(returns: Callable[..., Any]) -> Run:
    class Odd(_Odd):
        steps_of = staticmethod(returns)

    Odd.family = ""  # nobody's: it is in no list
    problem = Function1D(formula="x^2")
    return Run(
        RunSpec(problem=problem, optimizer=Odd(), stopping=StoppingCriterion(max_iterations=50))
    )


def _raise(error: BaseException) -> Callable[..., Any]:
    def raising(after, block):
        raise error

    return raising


def _recurse(after, block):
    return _recurse(after, block)


def _column(name: str, value: object) -> Callable[..., Any]:
    return lambda after, block: (after, replace(block, **{name: value}))


def _state(**values: object) -> Callable[..., Any]:
    return lambda after, block: (replace(after, **values), block)


FAULTS = {
    "nothing": lambda after, block: None,
    "one thing": lambda after, block: (after,),
    "no state": lambda after, block: ({}, block),
    "no block": lambda after, block: (after, []),
    "another iteration": _state(k=2),
    "a point of another shape": _state(x=np.zeros(3)),
    "a flat point": _state(x=np.array(1.0)),
    "a list as its point": _state(x=[1.0]),
    "whole numbers as its point": _state(x=np.array([1])),
    "objects as its best point": _state(best_x=np.array([None])),
    "a text as its value": _state(f="low"),
    "an array as its value": _state(best_f=np.zeros(2)),
    "a column too long": _column("f", np.zeros(5000)),
    "a column of texts": _column("outcome", np.array(["a"])),
    "no column": _column("evaluations", None),
    "channels that were not declared": _column("channels", np.zeros((1, 3))),
    "MemoryError": _raise(MemoryError()),
    "RecursionError": _recurse,
    "SystemExit": _raise(SystemExit(3)),
    "GeneratorExit": _raise(GeneratorExit()),
    "ZeroDivisionError": _raise(ZeroDivisionError("division by zero")),
    "an error that cannot be shown": _raise(
        type("Mute", (Exception,), {"__str__": lambda s: 1 / 0})()
    ),
}


@pytest.mark.parametrize("returns", FAULTS.values(), ids=FAULTS)
def test_what_an_algorithm_returns_wrongly_fails_its_run_alone(returns):
    run = run_of(returns).finish()
    assert run.status is RunStatus.FAILED
    assert run.failure is not None
    assert run.failure.sentence
    assert "\n" not in run.failure.sentence
    assert run.trace.last_k == run.state_now.k >= 1  # nothing half done is kept
    assert np.isfinite(run.best_f)


def test_ctrl_c_is_the_users_in_the_first_thread_and_the_algorithms_in_another():
    with pytest.raises(KeyboardInterrupt):
        run_of(_raise(KeyboardInterrupt())).finish()
    run = run_of(_raise(KeyboardInterrupt()))
    thread = threading.Thread(target=run.finish)
    thread.start()
    thread.join()
    assert run.status is RunStatus.FAILED


def test_nan_ends_a_run_as_diverged():
    def nan(after, block):
        column = np.full(len(block), np.nan)
        return replace(after, f=float("nan"), x=np.full(1, np.nan)), replace(block, f=column)

    run = run_of(nan).finish()
    assert run.status is RunStatus.FINISHED
    assert run.stop_reason is StopReason.DIVERGED
    assert np.isfinite(run.best_f)
