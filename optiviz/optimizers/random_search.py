"""Random search: draw points where a search should start, keep the best."""

from dataclasses import replace
from typing import Annotated

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
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

_STRETCH = 1 << 16  # numbers in the points that are scored together


class RandomSearch(StretchOptimizer):
    """Draw points independently, as start points are drawn; keep one if it is better."""

    kind = "random_search"
    label = "Random search"
    group = "Local search"
    source = "Brooks (1958), A discussion of random methods for seeking maxima"

    spread: Annotated[
        float,
        Param(
            "Points are drawn as start points are, and multiplied by this.",
            scale="log",
            gt=0,
            le=1e6,
            live=True,
        ),
    ] = 1.0

    def sentence(self) -> str:
        """Say what an iteration does."""
        wide = "" if self.spread == 1 else f", times {self.spread:g}"
        return f"Draw a new start point{wide}; keep it if it is better than the best so far."

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> State:
        """Score the start point."""
        return first_state(x0, float(problem.evaluate(x0[None])[0]))

    def steps(
        self, problem: Evaluator[Problem], state: State, draws: Draws, n: int
    ) -> tuple[State, Block]:
        """Try n points, many at a time."""
        f_column, outcome = np.empty(n), np.full(n, Outcome.REJECTED, dtype=np.int8)
        x, f, best_k = state.x, state.f, state.best_k
        longest = max(1, _STRETCH // len(x))
        for done in range(0, n, longest):
            count = min(longest, n - done)
            points = problem.problem.sample(draws, "proposal", state.k + done, count) * self.spread
            scores = problem.evaluate(points)
            # A point without a value is never kept; a current one without shows as it is.
            best = best_so_far(f, scores)
            better = best < np.concatenate(([f], best[:-1]))
            f_column[done : done + count] = best
            outcome[done : done + count][better] = Outcome.IMPROVED
            if better.any():
                last = int(np.flatnonzero(better)[-1])
                x, f, best_k = points[last].copy(), float(best[-1]), state.k + done + last + 1
        best_f = best_so_far(state.best_f, f_column)
        new = f < state.best_f
        after = replace(
            state,
            k=state.k + n,
            x=frozen(x),
            f=f,
            best_x=x if new else state.best_x,
            best_f=f if new else state.best_f,
            best_k=best_k if new else state.best_k,
            evaluations=state.evaluations + n,
            rows_seen=state.rows_seen + n * problem.n_rows,
        )
        return after, Block.of_evaluations(f_column, best_f, outcome, state, problem.n_rows)

    def listing(self) -> Listing:
        """Return the search."""
        spread = "" if self.spread == 1 else " * spread"
        return Listing(
            before="fx = f(x)",
            loop=(
                f'candidate = sample("proposal", k, 1)[0]{spread}  # as start points are drawn\n'
                "candidate_f = f(candidate)\n"
                "if candidate_f < fx:\n"
                "    x, fx = candidate, candidate_f"
            ),
        )
