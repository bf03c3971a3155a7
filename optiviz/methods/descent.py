"""Descent along the gradient of all rows, or of a batch of them."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import (
    Channel,
    Optimizer,
    Outcome,
    Row,
    State,
    first_state,
    frozen,
)
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem

LearningRate = Annotated[
    float,
    Param("How far to go along the slope.", scale="log", ge=0, le=1e6, live=True),
]

DESCENT_CHANNELS = (
    Channel("gradient_norm", "length of the gradient", scale="log"),
    Channel("learning_rate", "learning rate", scale="log"),
)


@dataclass(frozen=True)
class EpochState(State):
    """A state inside an epoch: its number, and how many of its rows are used."""

    epoch: int
    place: int


class BatchDescent(Optimizer):
    """Descent along the gradient of some rows at a time, shuffled for each epoch.

    A row's f is the loss of its batch before the update. The loss on all rows is known at the
    start and at the end of each epoch, which is also when the best point is looked for.
    """

    needs_gradient: ClassVar[bool] = True
    channels: ClassVar[tuple[Channel, ...]] = (
        *DESCENT_CHANNELS,
        Channel("full_loss", "loss on all rows, after each epoch"),
    )
    state_type: ClassVar[type[State]] = EpochState

    learning_rate: LearningRate = 0.1

    @property
    @abstractmethod
    def rows_in_batch(self) -> int:
        """The rows in a batch; the last one of an epoch may be shorter."""

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse problems without rows to choose from."""
        yield from super().check_problem(problem)
        if problem.n_rows == 1:
            yield "kind", f"{self.kind} needs rows to choose from; this problem has none"

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> EpochState:
        """Score the start point on all rows."""
        first = first_state(x0, float(problem.evaluate(x0[None])[0]))
        return EpochState(**vars(first), epoch=0, place=0)

    def step(
        self, problem: Evaluator[Problem], state: State, draws: Draws
    ) -> tuple[EpochState, Row]:
        """Take the next batch of the epoch and go along its slope."""
        assert isinstance(state, EpochState)
        order = draws.permutation("epoch", state.epoch, problem.n_rows)
        rows = order[state.place : state.place + self.rows_in_batch]
        f, gradient = problem.value_and_gradient(state.x, rows)
        x = frozen(state.x - self.learning_rate * gradient)
        k, evaluations = state.k + 1, state.evaluations + 1
        epoch, place = state.epoch, state.place + len(rows)
        best_x, best_f, best_k, full = state.best_x, state.best_f, state.best_k, np.nan
        if place >= problem.n_rows:
            epoch, place = epoch + 1, 0
            full = float(problem.evaluate(x[None])[0])
            evaluations += 1
            if full < best_f:
                best_x, best_f, best_k = x, full, k
        gradients, seen = state.gradient_evaluations + 1, state.rows_seen + len(rows)
        row = Row(
            f,
            best_f,
            Outcome.of(state.f, f),
            evaluations,
            gradients,
            seen,
            (float(np.linalg.norm(gradient)), self.learning_rate, full),
        )
        after = EpochState(
            k, x, f, best_x, best_f, best_k, evaluations, gradients, seen, epoch, place
        )
        return after, row
