"""When a run ends: limits set by the user, whichever comes first, and divergence."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.optimizer import Block, State
from optiviz.engine.parameters import Param, Parameters
from optiviz.engine.problem import Array, Problem


class StopReason(Enum):
    """Why a run ended; the value is the sentence that the user reads."""

    ITERATIONS = "It did the number of iterations that was set."
    EVALUATIONS = "It used the number of evaluations that was set."
    EPOCHS = "It went over the data as often as was set."
    SECONDS = "It used the time that was set."
    TARGET = "It reached the target."
    PATIENCE = "It found nothing better for as long as was set."
    DIVERGED = "It diverged: the value grew without bound or is no longer a number."
    BY_HAND = "It was stopped by hand."
    INTERRUPTED = "It was interrupted: the program ended while it ran."
    ENDED = "It ended where the recorded run was stopped."


@dataclass(frozen=True)
class Stop:
    """Where and why a run ends."""

    k: int
    reason: StopReason


_DIVERGED = 1e12  # times max(1, |f at the start|)


class StoppingCriterion(Parameters):
    """The limits of a run. The first one that is reached ends it."""

    max_iterations: Annotated[
        int | None,
        Param(
            "Updates of the point.",
            label="Iterations",
            ge=0,
            le=10**12,
            zero="With 0 the start is all there is to see.",
        ),
    ] = None
    max_evaluations: Annotated[
        int | None,
        Param("How often a point may be scored.", label="Evaluations", ge=1, le=10**12),
    ] = None
    gradient_weight: Annotated[
        float,
        Param(
            "Of the evaluations that are set, a gradient counts as so many.",
            label="Gradient counts as",
            unit="evaluations",
            ge=0,
            le=1e6,
            advanced=True,
        ),
    ] = 0.0
    max_epochs: Annotated[
        float | None, Param("How often it may go over the rows.", label="Epochs", gt=0, le=1e9)
    ] = None
    max_seconds: Annotated[
        float | None, Param("Time of computing.", label="Seconds", unit="s", gt=0, le=1e7)
    ] = None
    target: Annotated[
        float | None,
        Param("Stop when the best value reaches this, as it is read on the axis.", label="Target"),
    ] = None
    patience: Annotated[
        int | None,
        Param("Iterations without anything better.", label="Patience", ge=1, le=10**12),
    ] = None
    ended_at: Annotated[
        int | None,
        Param(
            "Where it was stopped by hand or by the clock, for replay.",
            ge=0,
            le=10**12,
            advanced=True,
        ),
    ] = None

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse a run without an end."""
        limits = (self.max_iterations, self.max_evaluations, self.max_epochs, self.max_seconds)
        if all(limit is None for limit in (*limits, self.ended_at)):
            yield (
                "max_iterations",
                "set at least one of iterations, evaluations, epochs and seconds, "
                "so that the run ends",
            )

    def reopened(self) -> "StoppingCriterion":
        """Return the limits without the end that was made by hand or by the clock."""
        limits = (self.max_iterations, self.max_evaluations, self.max_epochs, self.max_seconds)
        if self.ended_at is None or all(limit is None for limit in limits):
            return self
        return self.replace(ended_at=None)

    def beyond(
        self, state: State, seconds: float, problem: Problem, f_start: float
    ) -> "StoppingCriterion":
        """Return limits with which a run can go on after a state.

        They are these ones, as far as they let it; what is used up is given once more, and a
        target that is reached is left out. Nothing leads on from a state that has diverged.
        """
        limits = self.reopened()
        for _ in StopReason:
            due = limits.before(state, seconds, problem, f_start)
            if due is None or due.reason is StopReason.DIVERGED:
                break
            limits = limits._widened(due.reason, state)
        return limits

    def _widened(self, reason: StopReason, state: State) -> "StoppingCriterion":
        given: dict[StopReason, dict[str, float | int | None]] = {
            StopReason.ITERATIONS: {"max_iterations": state.k + max(1, self.max_iterations or 0)},
            StopReason.EVALUATIONS: {
                "max_evaluations": ceil(self._scored(state)) + (self.max_evaluations or 0)
            },
            StopReason.EPOCHS: {"max_epochs": 2 * (self.max_epochs or 0.0)},
            StopReason.SECONDS: {"max_seconds": 2 * (self.max_seconds or 0.0)},
            StopReason.PATIENCE: {"patience": state.k - state.best_k + (self.patience or 0)},
            StopReason.TARGET: {"target": None},
            # Where it was stopped is all that is known of its length.
            StopReason.ENDED: {"ended_at": None, "max_iterations": 2 * max(1, state.k)},
        }
        return self.replace(**given[reason])

    def before(self, state: State, seconds: float, problem: Problem, f_start: float) -> Stop | None:
        """Return the stop that is due before another iteration.

        What `first` found at the end of a block is found here again, so that a change made there
        doesn't bring a run past it that its replay would not pass.
        """
        if not _is_bounded(np.array([state.f]), f_start)[0]:
            return Stop(state.k, StopReason.DIVERGED)
        if self.target is not None and self._reaches(np.array([state.best_f]), problem)[0]:
            return Stop(state.k, StopReason.TARGET)
        rows = None if self.max_epochs is None else self.max_epochs * problem.n_rows
        reached = (
            (StopReason.PATIENCE, state.k - state.best_k, self.patience),
            (StopReason.ITERATIONS, state.k, self.max_iterations),
            (StopReason.EVALUATIONS, self._scored(state), self.max_evaluations),
            (StopReason.EPOCHS, state.rows_seen, rows),
            (StopReason.ENDED, state.k, self.ended_at),
        )
        for reason, value, limit in reached:
            if limit is not None and value >= limit:
                return Stop(state.k, reason)
        if self.max_seconds is not None and self.ended_at is None and seconds >= self.max_seconds:
            return Stop(state.k, StopReason.SECONDS)
        return None

    def _scored(self, state: State) -> float:
        """Return how many evaluations count as used."""
        return state.evaluations + self.gradient_weight * state.gradient_evaluations

    def _reaches(self, best_f: Array, problem: Problem) -> NDArray[np.bool_]:
        """Return where the best value is as good as the target, both as they are read."""
        assert self.target is not None
        reading = problem.reading
        # 1 - 0.07 is a little less than 0.93: what rounding takes off is not held against a run.
        rounding = 4 * np.finfo(np.float64).eps * abs(reading.offset)
        with np.errstate(all="ignore"):  # values may be as large as there are any
            short: Array = reading.sign * (reading.value(best_f) - self.target)
        return short <= rounding

    def iterations_left(
        self, state: State, problem: Problem, earlier: State | None = None
    ) -> int | None:
        """Return how many iterations may follow a state, or None if nothing says.

        Parameters
        ----------
        state : State
        problem : Problem
        earlier : State, optional
            One of the same run: what was used up since says about how many iterations the
            evaluations and epochs that are left are enough for.
        """
        limits = [m - state.k for m in (self.max_iterations, self.ended_at) if m is not None]
        if earlier is not None and earlier.k < state.k:
            rows = None if self.max_epochs is None else self.max_epochs * problem.n_rows
            for limit, now, before in (
                (self.max_evaluations, self._scored(state), self._scored(earlier)),
                (rows, state.rows_seen, earlier.rows_seen),
            ):
                if limit is not None and now > before:
                    enough = ceil((limit - now) * (state.k - earlier.k) / (now - before))
                    # A little less, as a block that goes past the end has to be done again.
                    limits.append(max(1, enough - enough // 8))
        return max(0, min(limits)) if limits else None

    def first(self, block: Block, start: State, problem: Problem, f_start: float) -> Stop | None:
        """Return the first stop inside a block that follows the state `start`."""
        hits: list[tuple[int, StopReason]] = []

        def reached(rows: NDArray[np.bool_], reason: StopReason) -> None:
            if rows.any():
                hits.append((int(rows.argmax()), reason))

        reached(~_is_bounded(block.f, f_start), StopReason.DIVERGED)
        if self.target is not None:
            reached(self._reaches(block.best_f, problem), StopReason.TARGET)
        if self.patience is not None:
            k = start.k + 1 + np.arange(len(block))
            better = block.best_f < np.concatenate(([start.best_f], block.best_f[:-1]))
            last = np.maximum.accumulate(np.where(better, k, start.best_k))
            reached(k - last >= self.patience, StopReason.PATIENCE)
        if self.max_evaluations is not None:
            scored = block.evaluations + self.gradient_weight * block.gradient_evaluations
            reached(scored >= self.max_evaluations, StopReason.EVALUATIONS)
        if self.max_epochs is not None:
            reached(block.rows_seen >= self.max_epochs * problem.n_rows, StopReason.EPOCHS)
        if not hits:
            return None
        i, reason = min(hits, key=lambda hit: hit[0])
        return Stop(start.k + 1 + i, reason)


def _is_bounded(f: Array, f_start: float) -> NDArray[np.bool_]:
    """Return where values have not diverged from the one at the start."""
    limit = _DIVERGED * max(1.0, abs(f_start))  # itself infinite where the start is far up
    with np.errstate(invalid="ignore"):
        bounded: NDArray[np.bool_] = np.isfinite(f) & (np.abs(f) <= limit)
    return bounded
