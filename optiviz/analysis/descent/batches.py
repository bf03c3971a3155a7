"""Which rows the next step of a run looks at."""

from typing import NamedTuple

import numpy as np

from optiviz.engine.problem import Rows
from optiviz.engine.run import Reader
from optiviz.methods.walk import DescentState


class Batches(NamedTuple):
    """The batches of the epoch that a run is in.

    Attributes
    ----------
    following : ndarray of int, shape (m,)
        The rows of the next step.
    all : tuple of ndarray of int
        Those of the whole epoch, in order, the following ones among them.
    """

    following: Rows
    all: tuple[Rows, ...]


def batches_at(reader: Reader, k: int) -> Batches | None:
    """Return the batches around iteration k, or None where each step looks at all rows."""
    state = reader.state(k)
    stepper = reader.stepper
    state = stepper.entering(state)
    size: int | None = getattr(stepper.spec.optimizer_after(k), "rows_in_batch", None)
    if size is None or not isinstance(state, DescentState):
        return None
    n, place = stepper.problem.n_rows, state.place
    order = stepper.draws.permutation("epoch", state.epoch, n)
    # Batches of another size may have gone before.
    cuts = [*range(place, 0, -size)[::-1], *range(place + size, n, size)]
    parts = tuple(part for part in np.split(order, cuts) if len(part))
    return Batches(order[place : place + size], parts)
