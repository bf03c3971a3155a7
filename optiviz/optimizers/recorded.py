"""What another program did, row by row as it was written down, played back as a run."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import Block, Outcome, State, StretchOptimizer, best_so_far, frozen
from optiviz.engine.packing import unpacked
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem

MOST_ROWS = 1_000_000
MOST_NUMBERS = 3_000_000  # of all points
MOST_ITERATIONS = 10_000_000
_LONGEST = 60_000_000  # characters of a packed column
_EXACT = 400  # decimals: half of the last one is no number that differs from zero


class Recorded(StretchOptimizer):
    """Play back a table that another program wrote; nothing is computed.

    Row i of the table is what was known after iteration `iterations[i]`. Between two rows, and
    before the first, nothing is known: there the run stands still. Columns are packed by
    `optiviz.engine.packing`.
    """

    kind = "recorded"
    label = "Recorded elsewhere"
    group = "Recorded"
    listed = False
    recorded = True

    about: Annotated[str, Param("Where it is from, and what was understood of it.")]
    iterations: Annotated[
        str, Param("The iteration of each row, packed; rising.", max_length=_LONGEST)
    ]
    values: Annotated[str, Param("f after it, packed; lower is better.", max_length=_LONGEST)]
    best: Annotated[
        str | None, Param("The best f so far, packed; nan if unknown.", max_length=_LONGEST)
    ] = None
    evaluations: Annotated[
        str | None, Param("Evaluations so far, packed; nan if unknown.", max_length=_LONGEST)
    ] = None
    gradient_evaluations: Annotated[
        str | None, Param("The same of gradients.", max_length=_LONGEST)
    ] = None
    rows_seen: Annotated[str | None, Param("The same of rows of data.", max_length=_LONGEST)] = None
    points: Annotated[
        str | None,
        Param(
            "x after each row, packed, one after the other; nan if unknown.", max_length=_LONGEST
        ),
    ] = None
    decimals: Annotated[
        int, Param("Digits behind the point with which f was written.", ge=0, le=_EXACT)
    ] = _EXACT
    digits: Annotated[int, Param("Digits in all with which f was written.", ge=1, le=_EXACT)] = 17
    x_decimals: Annotated[int, Param("The same of x.", ge=0, le=_EXACT)] = _EXACT
    x_digits: Annotated[int, Param("The same of x.", ge=1, le=_EXACT)] = 17

    def check(self) -> Iterator[tuple[str, str]]:
        """Check that the columns are whole, of one length, and rise where they count."""
        try:
            k = self.k
        except ValueError as error:
            yield "iterations", str(error)
            return
        whole = (k >= 0) & (k <= MOST_ITERATIONS) & (k == np.floor(k))
        if not len(k) or not whole.all() or (np.diff(k) <= 0).any():
            yield "iterations", f"must be whole numbers that rise, from 0 to {MOST_ITERATIONS:,}"
            return
        for name in ("values", "best", "evaluations", "gradient_evaluations", "rows_seen"):
            try:
                n = len(self.column(name))
            except ValueError as error:
                yield name, str(error)
            else:
                if n != len(k):
                    yield name, f"must have {len(k):,} numbers, as iterations has, has {n:,}"
                elif name not in ("values", "best"):
                    yield from _count_mistakes(name, self.column(name))
        try:
            n = 0 if self.points is None else len(unpacked(self.points, MOST_NUMBERS))
        except ValueError as error:
            yield "points", str(error)
        else:
            if n % len(k):
                yield "points", f"must have as many numbers for each of {len(k):,} rows"

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse a problem whose points have other coordinates than the recorded ones."""
        if self.dim != problem.dim:
            yield "points", f"have {self.dim:,} coordinates; this problem's have {problem.dim:,}"

    def sentence(self) -> str:
        """Say where it is from and what was understood."""
        return self.about if self.about.endswith(".") else f"{self.about}."

    # The table

    @cached_property
    def k(self) -> Array:
        """The iteration of each row, shape (m,)."""
        return unpacked(self.iterations, MOST_ROWS)

    def column(self, name: str) -> Array:
        """Return a column of counts or values, shape (m,); all nan where it was not recorded."""
        text = getattr(self, name)
        return np.full(len(self.k), np.nan) if text is None else unpacked(text, MOST_ROWS)

    @cached_property
    def f(self) -> Array:
        """The value after each row, shape (m,)."""
        return self.column("values")

    @cached_property
    def x(self) -> Array:
        """The point after each row, shape (m, dim); nan where it was not recorded."""
        if self.points is None:
            return np.empty((len(self.k), 0))
        return unpacked(self.points, MOST_NUMBERS).reshape(len(self.k), -1)

    @property
    def dim(self) -> int:
        """The number of coordinates of the points; 0 where none were recorded."""
        return int(self.x.shape[1])

    @property
    def last_k(self) -> int:
        """The last iteration that was recorded."""
        return int(self.k[-1])

    # Playing it back

    @cached_property
    def _played(self) -> tuple[Array, NDArray[np.int64], NDArray[np.int64], Array]:
        """The best f by rows, the row that has it, the counts by rows, and whole points."""
        best = self._best()
        better = np.concatenate(([False], best[1:] < best[:-1]))
        at = np.maximum.accumulate(np.where(better, np.arange(len(best)), 0))
        counts = [_held(self.column(name)) for name in ("evaluations", "gradient_evaluations")]
        evaluations = self.k if counts[0] is None else counts[0]
        gradients = np.zeros(len(best)) if counts[1] is None else counts[1]
        rows = _held(self.column("rows_seen"))
        counted = np.array([evaluations, gradients, -evaluations if rows is None else rows])
        whole = np.flatnonzero(np.isfinite(self.x).all(axis=1))
        if not len(whole):
            return best, at, counted.astype(np.int64), self.x
        of_row = np.maximum(np.searchsorted(whole, np.arange(len(best)), "right") - 1, 0)
        return best, at, counted.astype(np.int64), self.x[whole[of_row]]

    def _best(self) -> Array:
        """Return the best value by rows: as it was recorded, if it was and never rises.

        Of batches it is not the best of their values.
        """
        told = self.column("best")
        if np.isfinite(told[0]):
            best = _held(told)
            if best is not None and not (np.diff(best) > 0).any():
                return best
        return np.concatenate((self.f[:1], best_so_far(float(self.f[0]), self.f[1:])))

    def _row(self, k: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the last row at or before iterations: the first where there is none yet."""
        return np.maximum(np.searchsorted(self.k, k, "right") - 1, 0)

    def _rows_seen(self, problem: Evaluator[Problem], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        counted: NDArray[np.int64] = self._played[2][2][rows]
        return np.where(counted < 0, -counted * problem.n_rows, counted)

    def _state(self, problem: Evaluator[Problem], k: int) -> State:
        best, found, counts, points = self._played
        row = int(self._row(np.array([k]))[0])
        at = int(found[row])
        return State(
            k,
            frozen(points[row].copy()),
            float(self.f[row]),
            frozen(points[at].copy()),
            float(best[row]),
            int(self.k[at]) if at else 0,
            int(counts[0][row]),
            int(counts[1][row]),
            int(self._rows_seen(problem, np.array([row]))[0]),
        )

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> State:
        """Return what was known first; the start point is the recorded one."""
        return self._state(problem, 0)

    def steps(
        self, problem: Evaluator[Problem], state: State, draws: Draws, n: int
    ) -> tuple[State, Block]:
        """Read n iterations."""
        best, _, counts, _ = self._played
        rows = self._row(np.arange(state.k + 1, state.k + 1 + n))
        f = self.f[rows]
        block = Block(
            f,
            best[rows],
            Outcome.column(state.f, f),
            counts[0][rows],
            counts[1][rows],
            self._rows_seen(problem, rows),
            np.empty((n, 0)),
        )
        return replace(self._state(problem, state.k + n)), block


def _count_mistakes(name: str, counts: Array) -> Iterator[tuple[str, str]]:
    known = counts[~np.isnan(counts)]
    whole = (known >= 0) & (known < 2**53) & (known == np.floor(known))
    if not whole.all() or (np.diff(known) < 0).any():
        yield name, "must be whole numbers that don't fall"


def _held(counts: Array) -> Array | None:
    """Return counts that stand still where they are unknown, or None where all are."""
    known = np.flatnonzero(~np.isnan(counts))
    if not len(known):
        return None
    return counts[known[np.maximum(np.searchsorted(known, np.arange(len(counts)), "right") - 1, 0)]]
