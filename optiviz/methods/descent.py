"""Descent along the gradient of all rows, or of a batch of them.

A method is what it makes of a gradient (`Descent.update`); batches, schedules, clipping, what is
recorded and what is carried on are the same for all of them, and are here.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import (
    FULL_LOSS,
    Block,
    Channel,
    State,
    StretchOptimizer,
    first_state,
    frozen,
)
from optiviz.engine.parameters import Param
from optiviz.engine.parts import Part
from optiviz.engine.problem import Array, Epoch, Evaluator, Problem
from optiviz.methods import descent_lines
from optiviz.methods.walk import DescentState, Walk
from optiviz.schedules import Schedule
from optiviz.schedules.constant import Constant

LearningRate = Annotated[
    float,
    Param(
        "How far to go along the slope.",
        scale="log",
        ge=0,
        le=1e6,
        live=True,
        zero="With 0 nothing moves.",
    ),
]

DESCENT_CHANNELS = (
    Channel("gradient_norm", "length of the gradient", scale="log"),
    Channel("learning_rate", "learning rate", scale="log"),
    Channel("step_size", "length of the step", scale="log"),
)
BATCH_CHANNELS = (
    *DESCENT_CHANNELS[:2],
    FULL_LOSS,
    *DESCENT_CHANNELS[2:],
)

Moments = tuple[Array, ...]


class Descent(StretchOptimizer):
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

    def remembered(
        self, before: Moments, after: Moments, x: Array, rate: float, t: int
    ) -> tuple[Part, ...]:
        """Return what a step has of earlier ones, from the moments before and after `update`."""
        return ()

    def parts(self, problem: Evaluator[Problem], state: State) -> tuple[Part, ...]:
        """Return the plain step along the gradient of all rows, and what is remembered."""
        assert isinstance(state, DescentState)
        with np.errstate(all="ignore"):
            gradient = problem.gradient(state.x)
            length = float(np.linalg.norm(gradient))
            if self.clip_norm is not None and length > self.clip_norm:
                gradient *= self.clip_norm / length
            rate = float(self.learning_rate * self.schedule.factors(np.array([state.k]))[0])
            before = self.moments_from(state)
            after, step, t = before.copy(), np.empty_like(gradient), state.updates + 1
            self.update(step, gradient.copy(), state.x, tuple(after), rate, t)
            memory = self.remembered(tuple(before), tuple(after), state.x, rate, t)
            return Part("gradient", "−rate · gradient", -rate * gradient), *memory

    def rule(self, slope: str) -> str:
        """Say, with the numbers set, what a step is, given the words for the gradient."""
        return f"Move by −{self.learning_rate:g} times {slope}"

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
        walk = Walk(self, state, n)
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
        walk = Walk(self, state, n)
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
