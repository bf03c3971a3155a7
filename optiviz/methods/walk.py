"""A stretch of a descent: its arrays, moved in place, and what is recorded on the way.

Imports the engine.
"""

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.optimizer import Block, Outcome, State, frozen
from optiviz.engine.problem import Array

if TYPE_CHECKING:
    from optiviz.methods.descent import Descent

Counts = NDArray[np.int64]
_PART = 1 << 13  # numbers of each array that are updated together: they stay in the L2 cache


@dataclass(frozen=True)
class DescentState(State):
    """A state of a descent.

    Attributes
    ----------
    epoch, place : int
        The epoch it is in, and how many of its rows are used.
    updates : int
        Steps since the moments were zero.
    gradient : ndarray of shape (dim,) or (0,)
        At x on all rows; empty where batches left it unknown.
    moments : ndarray of shape (moments, dim)
        What the method remembers of earlier gradients.
    """

    epoch: int
    place: int
    updates: int
    gradient: Array
    moments: Array


class Walk:
    """The arrays of a stretch of steps, moved in place, and what is recorded on the way."""

    def __init__(self, method: "Descent", before: DescentState, n: int) -> None:
        self.x, self.gradient = before.x.copy(), np.empty_like(before.x)
        self._method, self._before = method, before
        k = np.arange(before.k, before.k + n)
        self._rates = method.learning_rate * method.schedule.factors(k)
        self._next_rate = iter(self._rates.tolist())
        self._updates = before.updates
        self._moments = method.moments_from(before)
        dim = len(self.x)
        step = np.empty(min(dim, _PART))  # one for all parts: it stays in the cache
        self._parts = [
            (
                step[: min(_PART, dim - i)],
                self.gradient[i : i + _PART],
                self.x[i : i + _PART],
                tuple(self._moments[:, i : i + _PART]),
            )
            for i in range(0, dim, _PART)
        ]
        self._best_x, self._best_f, self._best_k = before.best_x, before.best_f, before.best_k
        self._f: list[float] = []
        self._best: list[float] = []
        self._squares: list[float] = []
        self._step_squares: list[float] = []

    def step(self) -> None:
        """Move x by the gradient."""
        method, gradient, rate = self._method, self.gradient, next(self._next_rate)
        square = 0.0
        if method.clip_norm is not None:
            for _, slope, _, _ in self._parts:
                square += slope.dot(slope)
            norm = sqrt(square)
            if norm > method.clip_norm:  # Pascanu, Mikolov & Bengio (2013), algorithm 1
                gradient *= method.clip_norm / norm
        self._updates = t = self._updates + 1
        length = 0.0
        for step, slope, x, moments in self._parts:
            if method.clip_norm is None:
                square += slope.dot(slope)
            method.update(step, slope, x, moments, rate, t)
            x += step
            length += step.dot(step)
        self._squares.append(square)
        self._step_squares.append(length)

    def look(self, f: float) -> None:
        """Keep x, whose value on all rows is f, if it is the best so far."""
        if f < self._best_f:
            self._best_x, self._best_f = self.x.copy(), f
            self._best_k = self._before.k + len(self._f) + 1

    def record(self, f: float) -> None:
        """End the iteration."""
        self._f.append(f)
        self._best.append(self._best_f)

    def block(
        self, evaluations: Counts, gradients: Counts, rows_seen: Counts, full: Array | None = None
    ) -> Block:
        """Return what was recorded as columns; counts are since the start of the stretch."""
        before = self._before
        f = np.array(self._f)
        channels = [np.sqrt(self._squares), self._rates, np.sqrt(self._step_squares)]
        if full is not None:
            channels.insert(2, full)
        return Block(
            f,
            np.array(self._best),
            Outcome.column(before.f, f),
            before.evaluations + evaluations,
            before.gradient_evaluations + gradients,
            before.rows_seen + rows_seen,
            np.column_stack(channels),
        )

    def state(self, block: Block, epoch: int, place: int, gradient: Array) -> DescentState:
        """Return the state after the last row of a block."""
        return DescentState(
            self._before.k + len(block),
            frozen(self.x),
            self._f[-1],
            frozen(self._best_x),
            self._best_f,
            self._best_k,
            int(block.evaluations[-1]),
            int(block.gradient_evaluations[-1]),
            int(block.rows_seen[-1]),
            epoch,
            place,
            self._updates,
            frozen(gradient),
            frozen(self._moments),
        )
