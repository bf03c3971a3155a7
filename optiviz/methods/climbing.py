"""Climbs: random moves from a point, each of which is kept or not by the f that it leads to.

Imports the engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import sqrt
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import (
    Block,
    Outcome,
    State,
    StretchOptimizer,
    best_so_far,
    first_state,
    frozen,
)
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem

STRETCH = 1 << 14  # numbers in the moves that are held ready
_TOGETHER = 256  # points at most that are scored together
_RAREST = 0.004  # a guess is never taken to be surer than this

AcceptTies = Annotated[
    bool,
    Param(
        "Keep moves that are neither better nor worse.",
        label="Equal moves",
        choices={"true": "keep"},
        live=True,
    ),
]


class Climb(StretchOptimizer):
    """What climbs have in common: their moves, which are step_size * N(0, 1) on some weights."""

    group = "Local search"

    step_size: Annotated[
        float,
        Param("Standard deviation of a step.", scale="log", gt=0, le=1e6, live=True),
    ] = 0.1
    mutate: Annotated[
        Literal["all", "subset", "one"],
        Param(
            "Which weights a step changes.",
            label="Change",
            choices={"all": "all weights", "subset": "a random subset", "one": "one weight"},
            live=True,
        ),
    ] = "all"
    subset_probability: Annotated[
        float,
        Param(
            "Chance of each weight to be in the subset.",
            label="In subset",
            gt=0,
            le=1,
            live=True,
            when=("mutate", ("subset",)),
        ),
    ] = 0.2

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> State:
        """Score the start point."""
        return first_state(x0, float(problem.evaluate(x0[None])[0]))

    def chance(self, rise: Array, k: NDArray[np.int64]) -> Array | None:
        """Return 1 for moves that are kept and 0 for others: nothing is left to chance.

        A climb that asks nothing about equal moves keeps them.
        """
        rise = np.asarray(rise, dtype=np.float64)
        keeps_ties = bool(getattr(self, "accept_ties", True))
        return np.asarray(rise <= 0 if keeps_ties else rise < 0, dtype=np.float64)

    def stretches(self, draws: Draws, k: int, n: int, dim: int) -> Iterator[Array]:
        """Yield the moves for n iterations after k, so many at a time as may be held."""
        longest = max(1, (8 if self.mutate == "one" else 1) * STRETCH // dim)
        for start in range(0, n, longest):
            yield self.moves(draws, k + start, min(longest, n - start), dim)

    def proposal(self) -> str:
        """Say in words what is proposed."""
        where = {
            "all": "",
            "subset": f" on each weight with probability {self.subset_probability:g}",
            "one": " on one weight",
        }[self.mutate]
        return f"Propose w + {self.step_size:g} · N(0, 1){where}"

    def proposal_lines(self) -> str:
        """Return the lines of a listing that set `candidate`."""
        if self.mutate == "one":
            return (
                'i = int(uniforms("one", 1)[0] * len(x))  # one weight, by chance\n'
                "candidate = x.copy()\n"
                'candidate[i] += step_size * normals("one", 1)[0]\n'
            )
        if self.mutate == "subset":
            return (
                'chosen = uniforms("subset", len(x)) < subset_probability\n'
                'candidate = x + step_size * normals("move", len(x)) * chosen\n'
            )
        return 'candidate = x + step_size * normals("move", len(x))\n'

    def moves(self, draws: Draws, k: int, n: int, dim: int) -> Array:
        """Return the moves for n iterations after k, shape (n, dim)."""
        if self.mutate == "one":  # a number for each weight would take longer than a move does
            moves = np.zeros((n, dim))
            chosen = (draws.uniforms("one", k, n, 1)[:, 0] * dim).astype(np.intp)
            moves[np.arange(n), chosen] = self.step_size * draws.normals("one", k, n, 1)[:, 0]
            return moves
        moves = self.step_size * draws.normals("move", k, n, dim)
        if self.mutate == "subset":
            moves *= draws.uniforms("subset", k, n, dim) < self.subset_probability
        return moves


@dataclass
class Path:
    """Where a climb went from a point: each f on the way, and the row from which it holds.

    Attributes
    ----------
    x, f : ndarray of shape (dim,), float
        The current point and its value.
    best_x, best_f, best_at : ndarray of shape (dim,), float, int
        The first best point since before the path began, its value, and the row that found it;
        -1 if that was before.
    rows, values : list
        The value after row rows[i] - 1 and before row rows[i + 1] is values[i]; rows[0] is 0.
    done : int
        The rows that are decided.
    improved : int
        The row after the last one that was better than the one before; the caller's at first.
    """

    x: Array
    f: float
    best_x: Array
    best_f: float
    improved: int = 0
    best_at: int = -1
    done: int = 0
    rows: list[int] = field(default_factory=lambda: [0])
    values: list[float] = field(default_factory=list)
    _tries: float = 4.0  # of late, for a guess at what comes next
    _keeps: float = 1.0

    def __post_init__(self) -> None:
        self.values.append(self.f)

    def go(self, row: int, x: Array, f: float) -> None:
        """Note that a row led to a point."""
        self.rows.append(row)
        self.values.append(f)
        if f < self.f:
            self.improved = row + 1
        if f < self.best_f:
            self.best_x, self.best_f, self.best_at = x, f, row
        self.x, self.f = x, f

    def restart(self, x: Array, f: float) -> None:
        """Begin a new climb at a point, in a row of its own; stay if the point has no value."""
        if f < np.inf:
            self.go(self.done, x, f)
        self.done += 1
        self.improved = self.done

    def climb(
        self,
        problem: Evaluator[Problem],
        moves: Array,
        *,
        ties: bool,
        slack: Array | None = None,
        patience: int | None = None,
    ) -> int:
        """Try moves in order and keep each that leads to no more than f + slack.

        Candidates are scored together, on the guess that none of them will be kept, or where most
        are that all will; the first that is otherwise makes the rest void. How many go together
        changes the speed alone.

        Parameters
        ----------
        problem : Evaluator
        moves : ndarray, shape (n, dim)
        ties : bool
            Keep moves to the very limit.
        slack : ndarray, shape (n,), optional
            How much worse may be kept; nothing if left out.
        patience : int, optional
            Stop when so many rows were no improvement.

        Returns
        -------
        int
            The moves tried: all, unless patience ran out.
        """
        proposals = problem.proposals(moves)
        n, at = len(moves), 0
        longest = max(1, min(_TOGETHER, STRETCH // moves.shape[1]))
        while at < n:
            chain, end = False, n
            if not proposals.one_by_one:
                share = self._keeps / self._tries
                chain = share > 0.6
                odd = max(1 - share if chain else share, _RAREST)
                together = int(sqrt(2 * proposals.points_per_call / odd)) + 1
                end = min(n, at + min(longest, together))
            if patience is not None:
                if self.done - self.improved >= patience:
                    break
                end = min(end, at + self.improved + patience - self.done)
            more = None if slack is None else slack[at:end]
            if chain:
                known, kept = self._if_all_are_kept(problem, moves[at:end], more, ties)
            else:
                limit = self.f if more is None else self.f + more
                found = proposals.first(self.x, at, end, limit, ties=ties)
                known, kept = end - at, 0
                if found is not None:
                    known, kept = found[0] - at + 1, 1
                    self.go(self.done + known - 1, found[1], found[2])
            at += known
            self.done += known
            self._tries = 0.85 * self._tries + known
            self._keeps = 0.85 * self._keeps + kept
        return at

    def _if_all_are_kept(
        self, problem: Evaluator[Problem], moves: Array, slack: Array | None, ties: bool
    ) -> tuple[int, int]:
        """Go where moves lead if each starts where one led; return how many are decided, kept.

        These are all until one is not kept.
        """
        points = np.add.accumulate(np.concatenate((self.x[None], moves)))[1:]  # as they add up
        scores = problem.evaluate_within(points, np.inf)
        limits = np.concatenate(((self.f,), scores[:-1]))
        if slack is not None:
            limits += slack
        keep = scores <= limits if ties else scores < limits
        other = int(keep.argmin())
        kept = len(keep) if keep[other] else other
        for i in range(kept):
            self.go(self.done + i, points[i], float(scores[i]))
        return min(kept + 1, len(keep)), kept

    def block(self, before: State, n_rows: int) -> Block:
        """Return the rows of the path, which began at the state `before`, without channels."""
        levels = np.array(self.values)
        lengths = np.diff(self.rows, append=self.done)
        best = best_so_far(before.best_f, levels)
        outcome = np.full(self.done, Outcome.REJECTED, dtype=np.int8)
        better, worse = levels[1:] < levels[:-1], levels[1:] > levels[:-1]
        kept = np.where(better, Outcome.IMPROVED, np.where(worse, Outcome.WORSE, Outcome.EQUAL))
        outcome[self.rows[1:]] = kept
        f, best_f = np.repeat(levels, lengths), np.repeat(best, lengths)
        return Block.of_evaluations(f, best_f, outcome, before, n_rows)

    def end(self, before: State, n_rows: int) -> dict[str, Any]:
        """Return the fields of the state at the end of the path, which began at `before`."""
        found = self.best_at >= 0
        return {
            "k": before.k + self.done,
            "x": frozen(self.x.copy()),
            "f": self.f,
            "best_x": frozen(self.best_x.copy()) if found else before.best_x,
            "best_f": self.best_f,
            "best_k": before.k + self.best_at + 1 if found else before.best_k,
            "evaluations": before.evaluations + self.done,
            "gradient_evaluations": before.gradient_evaluations,
            "rows_seen": before.rows_seen + self.done * n_rows,
        }
