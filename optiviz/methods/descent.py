"""Descent along the gradient of all rows, or of a batch of them.

A method is what it makes of a gradient (`Descent.update`); batches, schedules, clipping, what is
recorded and what is carried on are the same for all of them, and are here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import (
    Block,
    Channel,
    Outcome,
    State,
    StretchOptimizer,
    first_state,
    frozen,
)
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Epoch, Evaluator, Problem
from optiviz.methods import descent_lines
from optiviz.methods.parts import StepParts
from optiviz.schedules import Schedule
from optiviz.schedules.constant import Constant

LearningRate = Annotated[
    float,
    Param("How far to go along the slope.", scale="log", ge=0, le=1e6, live=True),
]

DESCENT_CHANNELS = (
    Channel("gradient_norm", "length of the gradient", scale="log"),
    Channel("learning_rate", "learning rate", scale="log"),
    Channel("step_size", "length of the step", scale="log"),
)
BATCH_CHANNELS = (
    *DESCENT_CHANNELS[:2],
    Channel("full_loss", "loss on all rows, after each epoch"),
    *DESCENT_CHANNELS[2:],
)

Counts = NDArray[np.int64]
Moments = tuple[Array, ...]
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


class Descent(StepParts, StretchOptimizer):
    """x <- x + step, with a step made of the gradient; here, the plain one.

    On all rows, a row's f is the value that the step led to. On batches, which are shuffled for
    each epoch, it is the loss of the batch before the step: the loss on all rows is known at the
    start and at the end of each epoch, which is also when the best point is looked for.
    """

    group = "Gradients"
    needs_gradient = True
    channels: ClassVar[tuple[Channel, ...]] = DESCENT_CHANNELS
    state_type: ClassVar[type[State]] = DescentState

    learning_rate: LearningRate = 0.1
    schedule: Annotated[
        Schedule, Param("How the learning rate changes along the run.", live=True, advanced=True)
    ] = Constant()
    clip_norm: Annotated[
        float | None,
        Param(
            "Gradients that are longer are shortened to this length.",
            label="Clip at length",
            unset="never",
            gt=0,
            le=1e6,
            live=True,
            advanced=True,
        ),
    ] = None

    @property
    def rows_in_batch(self) -> int | None:
        """The rows in a batch, or None for all; the last one of an epoch may be shorter."""
        return None

    @property
    def n_moments(self) -> int:
        """The number of vectors that are remembered from step to step; they begin at zero."""
        return 0

    def update(
        self, step: Array, gradient: Array, x: Array, moments: Moments, rate: float, t: int
    ) -> None:
        """Write the step to take, and bring the moments up to date, in place.

        It is called for some coordinates at a time: each must depend on its own numbers alone.

        Parameters
        ----------
        step : ndarray, shape (m,)
            What is then added to x; before, its numbers mean nothing.
        gradient : ndarray, shape (m,)
            After clipping; may be overwritten.
        x : ndarray, shape (m,)
            Must not be changed.
        moments : tuple of ndarray, each of shape (m,)
        rate : float
            The learning rate of this iteration.
        t : int
            The number of this step since the moments were zero, from 1.
        """
        np.multiply(gradient, -rate, out=step)

    moment_names: ClassVar[tuple[str, ...]] = ()  # in listings

    def update_lines(self, rate: str) -> str | None:
        """Return the lines that move `x` by the gradient `g` in a listing; None without.

        They may read and set the moments by their names, and read `t`.

        Parameters
        ----------
        rate : str
            What the learning rate of this iteration is called.
        """
        return f"x = x - {rate} * g\n"

    def listing(self) -> Listing | None:
        """Return the descent as it is set; None if only its `update` is defined."""
        changing = self.schedule != Constant()
        rate = "rate" if changing else "learning_rate"
        update = self.update_lines(rate) if descent_lines.are_of_update(type(self)) else None
        if update is None:
            return None
        return descent_lines.listing(
            update,
            self.moment_names[: self.n_moments],
            size=self.rows_in_batch,
            changing=changing,
            clipped=self.clip_norm is not None,
        )

    def variables(self, state: State) -> dict[str, Any]:
        """Return the point, the place in the epoch and what is remembered of gradients."""
        assert isinstance(state, DescentState)
        moments = self.moments_from(state)
        names = self.moment_names[: self.n_moments]
        return {
            **super().variables(state),
            **dict(zip(names, moments, strict=False)),
            "t": state.updates,
            "epoch": state.epoch,
            "place": state.place,
        }

    def moments_from(self, state: DescentState) -> Array:
        """Return the moments to go on with: what another setting didn't remember is zero."""
        moments = np.zeros((self.n_moments, len(state.x)))
        kept = min(self.n_moments, len(state.moments))
        moments[:kept] = state.moments[:kept]
        return moments

    def rule(self, slope: str) -> str:
        """Say, with the numbers set, what a step is, given the words for the gradient."""
        return f"Move by -{self.learning_rate:g} times {slope}"

    def sentence(self) -> str:
        """Say what an iteration does: the rule, and what is otherwise than usual."""
        size = self.rows_in_batch
        rows = "" if size is None else " on one row" if size == 1 else f" on {size:,} rows"
        shuffled = "" if size is None else "; rows are shuffled for each epoch"
        words = f"{self.rule(f'the gradient{rows}')}{shuffled}."
        if self.schedule != Constant():
            words += f" {self.schedule.sentence()}"
        if self.clip_norm is not None:
            words += f" Gradients longer than {self.clip_norm:g} are shortened to that."
        return words

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> DescentState:
        """Score the start point on all rows, with its gradient unless that is for batches."""
        if self.rows_in_batch is None:
            f, gradient = problem.value_and_gradient(x0)
            first = first_state(x0, f, 1)
        else:
            first, gradient = first_state(x0, float(problem.evaluate(x0[None])[0])), np.empty(0)
        moments = np.zeros((self.n_moments, len(x0)))
        return DescentState(
            **vars(first),
            epoch=0,
            place=0,
            updates=0,
            gradient=frozen(gradient),
            moments=frozen(moments),
        )

    def steps(
        self, problem: Evaluator[Problem], state: State, draws: Draws, n: int
    ) -> tuple[DescentState, Block]:
        """Take n steps."""
        assert isinstance(state, DescentState)
        if self.rows_in_batch is None:
            return self._on_all_rows(problem, state, n)
        return self._on_batches(problem, state, draws, n, self.rows_in_batch)

    def _on_all_rows(
        self, problem: Evaluator[Problem], state: DescentState, n: int
    ) -> tuple[DescentState, Block]:
        walk = _Walk(self, state, n)
        unknown = len(state.gradient) == 0
        walk.gradient[:] = problem.gradient(walk.x) if unknown else state.gradient
        for _ in range(n):
            walk.step()
            f, walk.gradient[:] = problem.value_and_gradient(walk.x)
            walk.look(f)
            walk.record(f)
        counts = np.arange(1, n + 1) + unknown
        block = walk.block(counts, counts, counts * problem.n_rows)
        return walk.state(block, state.epoch + n, 0, walk.gradient), block

    def _on_batches(
        self, problem: Evaluator[Problem], state: DescentState, draws: Draws, n: int, size: int
    ) -> tuple[DescentState, Block]:
        walk = _Walk(self, state, n)
        n_rows, epoch, place = problem.n_rows, state.epoch, state.place
        seen, full, ends = np.empty(n, np.int64), np.full(n, np.nan), np.zeros(n, np.int64)
        rows: Epoch | None = None
        for i in range(n):
            if rows is None:
                rows = problem.epoch(draws.permutation("epoch", epoch, n_rows))
            stop = min(place + size, n_rows)
            f = rows.value_and_gradient(walk.x, place, stop, walk.gradient)
            walk.step()
            seen[i] = stop - place
            place = stop
            if place == n_rows:
                epoch, place, rows = epoch + 1, 0, None
                ends[i] = 1
                full[i] = problem.evaluate(walk.x[None])[0]
                walk.look(float(full[i]))
            walk.record(f)
        counts = np.arange(1, n + 1)
        block = walk.block(counts + ends.cumsum(), counts, seen.cumsum(), full)
        return walk.state(block, epoch, place, np.empty(0)), block


class StochasticDescent(Descent):
    """Descent on batches, always."""

    channels: ClassVar[tuple[Channel, ...]] = BATCH_CHANNELS

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse problems without rows to choose from."""
        yield from super().check_problem(problem)
        if problem.n_rows == 1:
            yield "kind", f"{self.kind} needs rows to choose from; this problem has none"


class BatchDescent(Descent):
    """Descent on all rows, or on batches if their size is set."""

    channels: ClassVar[tuple[Channel, ...]] = BATCH_CHANNELS

    batch_size: Annotated[
        int | None,
        Param(
            "Rows in a batch; all of them if it is left out.",
            unset="all rows",
            unit="rows",
            scale="log",
            ge=1,
            le=1_000_000,
            live=True,
        ),
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.batch_size is None:  # f itself is the loss on all rows
            object.__setattr__(self, "channels", DESCENT_CHANNELS)

    @property
    def rows_in_batch(self) -> int | None:
        """The batch size."""
        return self.batch_size

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse a batch where there are no rows to choose from, or fewer."""
        yield from super().check_problem(problem)
        if self.batch_size is not None:
            if problem.n_rows == 1:
                yield "batch_size", "must be left out: this problem has no rows to choose from"
            else:
                yield from too_large_a_batch(self.batch_size, problem)


def too_large_a_batch(batch_size: int, problem: Problem) -> Iterator[tuple[str, str]]:
    """Yield the mistake of a batch that is larger than the data."""
    if batch_size > problem.n_rows:
        yield (
            "batch_size",
            f"must be at most {problem.n_rows:,}, the number of training rows, is {batch_size:,}",
        )


class _Walk:
    """The arrays of a stretch of steps, moved in place, and what is recorded on the way."""

    def __init__(self, method: Descent, before: DescentState, n: int) -> None:
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
