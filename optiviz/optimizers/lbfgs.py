"""Limited-memory BFGS: curvature from the last few steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import State, frozen
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.methods import search_lines
from optiviz.methods.line_descent import LineSearchDescent, Plan, SearchState, steepest
from optiviz.methods.line_search import Line, Point, wolfe

_EPS, _TINY = float(np.finfo(np.float64).eps), float(np.finfo(np.float64).tiny)
_LARGEST = 1 << 25  # numbers in the steps that are remembered: 256 MB, and as much for slopes


@dataclass(frozen=True)
class LbfgsState(SearchState):
    """A state with the last steps s, changes y of the gradient along them, and 1 / (s · y).

    Attributes
    ----------
    s, y : ndarray, shape (memory, dim)
        Pair number i is in row i % memory.
    rho : ndarray, shape (memory,)
    pairs : int
        Pairs since the memory was last emptied.
    """

    s: Array
    y: Array
    rho: Array
    pairs: int


class Lbfgs(LineSearchDescent):
    """x <- x - a H gradient f(x), with H from the last few steps, and a by strong Wolfe conditions.

    One iteration is one step with its line search.
    """

    kind = "lbfgs"
    label = "L-BFGS"
    source = "Liu & Nocedal (1989), On the limited memory BFGS method, algorithm 2.1 with M3"
    state_type = LbfgsState

    memory: Annotated[
        int, Param("Steps whose curvature is remembered.", ge=1, le=100, live=True)
    ] = 10
    curvature: Annotated[
        float,
        Param(
            "A line search ends where the slope is at most this share of that at its start.",
            gt=0,
            lt=1,
            live=True,
            advanced=True,
        ),
    ] = 0.9

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse conditions that no step may satisfy."""
        if self.curvature <= self.sufficient_decrease:
            yield "curvature", f"must be above sufficient_decrease, {self.sufficient_decrease:g}"

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse more memory than a machine has."""
        yield from super().check_problem(problem)
        most = _LARGEST // problem.dim
        if self.memory > most:
            yield (
                "memory",
                f"must be at most {most} for {problem.dim:,} weights, is {self.memory}",
            )

    def sentence(self) -> str:
        """Say what an iteration does."""
        return (
            f"Guess the curvature from the last {self.memory} steps, and search along the step "
            "that would reach the bottom if the guess were right."
        )

    def listing(self) -> Listing:
        """Return the algorithm."""
        before = f"{search_lines.START}\n{_NOTHING}"
        return Listing(
            before, f"{search_lines.HOPE}\n{_LOOP}", f"{search_lines.WOLFE}\n{_REMEMBERED}"
        )

    def variables(self, state: State) -> dict[str, Any]:
        """Return the point with its gradient, and the last steps, the newest last."""
        assert isinstance(state, LbfgsState)
        rows = self._remembered(state)[::-1]
        memory = {"S": state.s[rows], "Y": state.y[rows], "rho": state.rho[rows]}
        return super().variables(state) | memory

    def first(self, dim: int) -> dict[str, Any]:
        """Return an empty memory."""
        pairs = frozen(np.zeros((self.memory, dim)))
        return {"s": pairs, "y": pairs, "rho": frozen(np.zeros(self.memory)), "pairs": 0}

    def plan(self, problem: Evaluator[Problem], state: SearchState) -> Plan:
        """Return -H gradient, by the two loops of Nocedal (1980)."""
        assert isinstance(state, LbfgsState)
        if state.pairs == 0:
            return steepest(state, float(np.linalg.norm(state.gradient)))
        s, y, rho = state.s, state.y, state.rho.tolist()
        newest_first = self._remembered(state)
        direction, shares = -state.gradient, []
        for i in newest_first:
            shares.append(rho[i] * float(s[i] @ direction))
            direction -= shares[-1] * y[i]
        newest = newest_first[0]
        direction /= rho[newest] * float(y[newest] @ y[newest])  # M3: gamma = s · y / y · y
        for i, share in zip(reversed(newest_first), reversed(shares), strict=True):
            direction += (share - rho[i] * float(y[i] @ direction)) * s[i]
        return Plan(direction, 1.0)

    def search(self, line: Line, step: float) -> Point | None:
        """Search for the strong Wolfe conditions."""
        return wolfe(line, step, self.curvature, self.trials)

    def carried(self, state: LbfgsState, plan: Plan, found: Point | None) -> dict[str, Any]:
        """Remember the step, or forget all steps that led to a search that found nothing."""
        if found is None:
            return {"pairs": 0}
        s, y = found.x - state.x, found.gradient - state.gradient
        bend, square = float(s @ y), float(y @ y)
        if not bend > max(_EPS * square, _TINY):  # no curvature that could be used
            return {"pairs": 0} if plan.steepest else {}
        kept = [] if plan.steepest else self._remembered(state)[::-1]
        if len(state.rho) == self.memory and kept:
            S, Y, rho, pairs = state.s.copy(), state.y.copy(), state.rho.copy(), state.pairs
        else:
            S, Y = np.zeros((2, self.memory, len(s)))
            rho, pairs = np.zeros(self.memory), len(kept)
            S[:pairs], Y[:pairs], rho[:pairs] = state.s[kept], state.y[kept], state.rho[kept]
        row = pairs % self.memory
        S[row], Y[row], rho[row] = s, y, 1 / bend
        return {"s": frozen(S), "y": frozen(Y), "rho": frozen(rho), "pairs": pairs + 1}

    def _remembered(self, state: LbfgsState) -> list[int]:
        """Return the rows of the pairs to use, the newest first."""
        rows = len(state.rho)  # of before a change of `memory`, maybe
        count = min(state.pairs, rows, self.memory)
        return [(state.pairs - 1 - i) % rows for i in range(count)]


# The listing.
_NOTHING = """\
S, Y = np.empty((0, len(x))), np.empty((0, len(x)))  # the last steps, and changes of g
rho = np.empty(0)  # 1 / (s · y)"""
_LOOP = """\
    direction, shares = -g, []
    for s, y, r in zip(S[::-1], Y[::-1], rho[::-1]):  # the newest first
        shares.append(r * (s @ direction))
        direction -= shares[-1] * y
    if len(rho):
        direction /= rho[-1] * (Y[-1] @ Y[-1])
    for s, y, r in zip(S, Y, rho):
        direction += (shares.pop() - r * (y @ direction)) * s
    step = 1.0
    if len(rho) == 0 or not -inf < g @ direction < 0:  # along the gradient alone
        S, Y, rho = S[:0], Y[:0], rho[:0]
        direction, step = -g, min(1.0, 1 / norm(g))
    found = line_search(x, fx, g, direction, step)
    if found is None:
        failed, S, Y, rho = 1 if len(rho) else 2, S[:0], Y[:0], rho[:0]
    else:
        S, Y, rho = remembered(S, Y, rho, found.x - x, found.gradient - g)
        failed, x, fx, g = 0, found.x, found.f, usable(found.gradient)"""
_REMEMBERED = '''

def remembered(S, Y, rho, s, y):
    """Return the last steps s, the changes y of the gradient along them, and 1 / (s · y)."""
    if not s @ y > max(np.finfo(float).eps * (y @ y), np.finfo(float).tiny):
        return S, Y, rho  # no curvature that could be used
    S, Y, rho = np.vstack((S, s)), np.vstack((Y, y)), np.append(rho, 1 / (s @ y))
    return S[-memory:], Y[-memory:], rho[-memory:]'''
