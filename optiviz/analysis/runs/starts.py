"""Whether runs begin at the same point, bit for bit."""

from collections.abc import Sequence

import numpy as np

from optiviz.engine.optimizer import State
from optiviz.engine.problem import Array
from optiviz.engine.run import Run


def same_start(runs: Sequence[Run]) -> bool:
    """Whether all runs begin at one point: alone there, or with it among others.

    Parameters
    ----------
    runs : sequence of Run
        Those that are not prepared yet are left out.
    """
    states = [run.trace.snapshot(0) for run in runs if run.trace.last_k >= 0]
    if len({len(state.x) for state in states}) > 1:
        return False
    alone = [state for state in states if not _clouds(state)]
    if not states:
        return True
    if alone:
        x = alone[0].x
        return all(_holds(state, x) for state in states)
    return any(all(_holds(state, x) for state in states) for x in _points(states[0]))


def _clouds(state: State) -> list[Array]:
    """Return the populations that a state has, shape (n, dim) each."""
    arrays = [value for value in vars(state).values() if isinstance(value, np.ndarray)]
    return [a for a in arrays if a.ndim == 2 and a.shape[1] == len(state.x)]


def _points(state: State) -> list[Array]:
    return [state.x, *(x for cloud in _clouds(state) for x in cloud)]


def _holds(state: State, x: Array) -> bool:
    wanted = x.tobytes()
    return any(point.tobytes() == wanted for point in _points(state))
