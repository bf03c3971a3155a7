"""Stochastic hill climbing: try a random step, keep it if it is no worse."""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import (
    Block,
    Optimizer,
    Outcome,
    Row,
    State,
    first_state,
    frozen,
)
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem

Bools = NDArray[np.bool_]

_STRETCH = 1 << 16  # numbers in the moves that are held ready
_CALL = 3e4  # what a call costs, in products of a row and a weight: about 10 microseconds


class HillClimbing(Optimizer):
    """Propose x + step_size * N(0, I); keep it if it is no worse (or only if it is better).

    Candidates for the next iterations are scored together, on the guess that none of them will be
    kept, or on flat stretches that all will; the first that is otherwise makes the rest void. How
    many go together changes the speed alone.
    """

    kind = "hill_climbing"
    label = "Stochastic hill climbing"
    group = "Local search"
    source = "Mitchell, Holland & Forrest (1993), random-mutation hill climbing, on real numbers"

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
        Param("Chance of each weight to be in the subset.", label="In subset", gt=0, le=1),
    ] = 0.2
    accept_ties: Annotated[
        bool,
        Param(
            "Keep moves that are neither better nor worse.",
            label="Equal moves",
            choices={"true": "keep"},
            live=True,
        ),
    ] = True

    def sentence(self) -> str:
        """Say what an iteration does."""
        where = {
            "all": "",
            "subset": f" on each weight with probability {self.subset_probability:g}",
            "one": " on one weight",
        }[self.mutate]
        kept = "it is no worse" if self.accept_ties else "it is better"
        return f"Propose w + {self.step_size:g} · N(0, 1){where}; keep it if {kept}."

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> State:
        """Score the start point."""
        return first_state(x0, float(problem.evaluate(x0[None])[0]))

    def step(self, problem: Evaluator[Problem], state: State, draws: Draws) -> tuple[State, Row]:
        """Try one move."""
        after, block = self.steps(problem, state, draws, 1)
        return after, block.row(0)

    def steps(
        self, problem: Evaluator[Problem], state: State, draws: Draws, n: int
    ) -> tuple[State, Block]:
        """Try n moves, several at a time."""
        dim = len(state.x)
        longest = max(1, min(128, _STRETCH // dim))
        call = 2 * _CALL / (problem.n_rows * dim)
        x, f = state.x, state.f
        best_x, best_f, best_k = state.best_x, state.best_f, state.best_k
        kept_at, values = [0], [f]  # each value of f, and the row from which it holds
        tries, keeps = 4.0, 1.0  # of late, for a guess at what comes next
        done = first = ready = 0
        while done < n:
            if done == ready:
                first, ready = done, min(n, done + max(longest, _STRETCH // dim))
                moves = self._moves(draws, state.k + first, ready - first, dim)
            chain = keeps > 0.6 * tries
            odd = max(1 - keeps / tries if chain else keeps / tries, 0.01)
            batch = min(longest, int(sqrt(call / odd)) + 1)
            tried = moves[done - first : done - first + batch]
            if chain:
                points, scores, keep = self._if_all_are_kept(problem, x, f, tried)
            else:
                points, scores, keep = self._if_none_is_kept(problem, x, f, tried)
            known, kept = _decided(keep, chain)
            for i in kept:
                f = float(scores[i])
                kept_at.append(done + i)
                values.append(f)
                if f < best_f:
                    best_x, best_f, best_k = points[i], f, state.k + done + i + 1
            if kept:
                x = points[kept[-1]]
            done += known
            tries, keeps = 0.85 * tries + known, 0.85 * keeps + len(kept)
        x, best_x = x.copy(), best_x.copy()
        levels = np.array(values)
        lengths = np.diff(kept_at, append=n)
        best_levels = np.fmin.accumulate(np.fmin(levels, state.best_f))  # x may have no value
        outcome = np.full(n, Outcome.REJECTED, dtype=np.int8)
        better = levels[1:] < levels[:-1]
        outcome[kept_at[1:]] = np.where(better, Outcome.IMPROVED, Outcome.EQUAL)
        f_column, best_column = np.repeat(levels, lengths), np.repeat(best_levels, lengths)
        after = replace(
            state,
            k=state.k + n,
            x=frozen(x),
            f=f,
            best_x=frozen(best_x),
            best_f=best_f,
            best_k=best_k,
            evaluations=state.evaluations + n,
            rows_seen=state.rows_seen + n * problem.n_rows,
        )
        return after, Block.of_evaluations(f_column, best_column, outcome, state, problem.n_rows)

    def _if_all_are_kept(
        self, problem: Evaluator[Problem], x: Array, f: float, moves: Array
    ) -> tuple[Array, Array, Bools]:
        """Return points, their values and which are kept, if each move starts where one led."""
        points = np.add.accumulate(np.concatenate((x[None], moves)))[1:]  # as single steps add up
        scores = problem.evaluate(points)
        before = np.concatenate(((f,), scores[:-1]))
        return points, scores, scores <= before if self.accept_ties else scores < before

    def _if_none_is_kept(
        self, problem: Evaluator[Problem], x: Array, f: float, moves: Array
    ) -> tuple[Array, Array, Bools]:
        """Return points, their values and which are kept, if each move starts from x."""
        points = x + moves
        scores = problem.evaluate(points)
        return points, scores, scores <= f if self.accept_ties else scores < f

    def _moves(self, draws: Draws, k: int, n: int, dim: int) -> Array:
        """Return the moves for n iterations after k, shape (n, dim)."""
        moves = self.step_size * draws.normals("move", k, n, dim)
        if self.mutate == "subset":
            moves *= draws.uniforms("subset", k, n, dim) < self.subset_probability
        elif self.mutate == "one":
            chosen = (draws.uniforms("one", k, n, 1) * dim).astype(np.intp)
            moves *= chosen == np.arange(dim)
        return moves


def _decided(keep: Bools, guess: bool) -> tuple[int, Sequence[int]]:
    """Return how many moves are decided, and which of those are kept.

    These are the moves for which the guess that all (or none) are kept holds, and the first that
    is otherwise.
    """
    other = int(keep.argmin() if guess else keep.argmax())
    if keep[other] == guess:
        return len(keep), range(len(keep)) if guess else ()
    return other + 1, range(other) if guess else (other,)
