"""What a run needs that is another one up to an iteration: the point there, and new limits."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optiviz.engine.problem import Array
from optiviz.engine.reader import Reader
from optiviz.engine.run import Run
from optiviz.engine.stopping import StoppingCriterion, StopReason

__all__ = ["Crossing", "crossing", "edited", "point_after"]


@dataclass(frozen=True, eq=False)
class Crossing:
    """Where a branch leaves its run.

    Attributes
    ----------
    k : int
    x : ndarray, shape (dim,)
        The point that iteration k + 1 starts from.
    stopping : StoppingCriterion
        Limits that let it go on.
    diverged : bool
        Nothing leads on from here.
    """

    k: int
    x: Array
    stopping: StoppingCriterion
    diverged: bool


def crossing(run: Run, k: int, reader: Reader) -> Crossing:
    """Return where a branch at iteration k leaves a run.

    Raises
    ------
    ValueError
        If the run has not come to iteration k.
    """
    state, problem, f_start = reader.state(k), run.spec.problem, run.f_start
    seconds = float(run.trace.seconds(np.array([k]))[0])
    limits = run.spec.stopping.beyond(state, seconds, problem, f_start)
    due = limits.before(state, seconds, problem, f_start)
    diverged = due is not None and due.reason is StopReason.DIVERGED
    return Crossing(k, point_after(run, k, reader), limits, diverged)


def point_after(run: Run, k: int, reader: Reader) -> Array:
    """Return the point that iteration k + 1 starts from: where it was edited, as it was edited.

    Its shape is (dim,).

    Raises
    ------
    ValueError
        If the run has not come to iteration k.
    """
    edits = [c.x for c in run.spec.changes if c.at == k and c.x is not None]
    return np.array(edits[-1]) if edits else reader.state(k).x


def edited(x: Array, values: Mapping[int, float]) -> Array:
    """Return a copy of a point of shape (dim,) in which some coordinates have other values."""
    x = x.copy()
    x[list(values)] = list(values.values())
    return x
