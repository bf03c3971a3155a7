"""Nonlinear conjugate gradients: each direction is corrected by the one before."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Annotated, Any, Literal

import numpy as np

from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Channel, State, frozen
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.methods import search_lines
from optiviz.methods.line_descent import (
    SEARCH_CHANNELS,
    LineSearchDescent,
    Plan,
    SearchState,
    steepest,
)
from optiviz.methods.line_search import Line, Point, wolfe


@dataclass(frozen=True)
class ConjugateState(SearchState):
    """A state with what the last search was.

    Attributes
    ----------
    direction, gradient_before : ndarray, shape (dim,)
        Where it went, and the gradient at its start.
    promise : float
        Its step times the slope at its start, below 0; 0 if there was none.
    since : int
        Searches since one went along the gradient; 0 before the first.
    restarts : int
        How often a search went along the gradient again.
    """

    direction: Array
    gradient_before: Array
    promise: float
    since: int
    restarts: int


class ConjugateGradient(LineSearchDescent):
    """x <- x + a d with d <- -gradient f(x) + beta d, and a by strong Wolfe conditions.

    One iteration is one step with its line search.
    """

    kind = "conjugate_gradient"
    label = "Conjugate gradients"
    source = (
        "Fletcher & Reeves (1964); Polak & Ribière (1969); Hestenes & Stiefel (1952); "
        "Nocedal & Wright (2006), algorithm 5.4"
    )
    channels = (*SEARCH_CHANNELS, Channel("restart", "restarts so far"))
    state_type = ConjugateState

    formula: Annotated[
        Literal["polak_ribiere_plus", "fletcher_reeves", "hestenes_stiefel"],
        Param(
            "How much of the last direction is kept.",
            choices={
                "polak_ribiere_plus": "Polak-Ribière, at least 0",
                "fletcher_reeves": "Fletcher-Reeves",
                "hestenes_stiefel": "Hestenes-Stiefel",
            },
            live=True,
        ),
    ] = "polak_ribiere_plus"
    restart_every: Annotated[
        int | None,
        Param(
            "Steps after which it goes along the gradient again; as many as there are "
            "coordinates if left out.",
            unset="dimension",
            ge=1,
            le=10**9,
            live=True,
        ),
    ] = None
    curvature: Annotated[
        float,
        Param(
            "A line search ends where the slope is at most this share of that at its start.",
            gt=0,
            lt=0.5,  # above, Fletcher-Reeves may go up: Nocedal & Wright (2006), lemma 5.6
            live=True,
            advanced=True,
        ),
    ] = 0.1

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse conditions that no step may satisfy."""
        if self.curvature <= self.sufficient_decrease:
            yield "curvature", f"must be above sufficient_decrease, {self.sufficient_decrease:g}"

    def sentence(self) -> str:
        """Say what an iteration does."""
        names = {
            "polak_ribiere_plus": "Polak and Ribière",
            "fletcher_reeves": "Fletcher and Reeves",
            "hestenes_stiefel": "Hestenes and Stiefel",
        }
        often = "as many steps as there are coordinates"
        if self.restart_every is not None:
            often = f"every {self.restart_every:,} steps"
        return (
            "Search along the gradient, corrected by the last direction as "
            f"{names[self.formula]} do; start afresh after {often}."
        )

    def listing(self) -> Listing:
        """Return the algorithm with the formula that is set."""
        before = f"{search_lines.START}\n{_NOTHING}"
        often = "len(x)" if self.restart_every is None else "restart_every"
        loop = f"{search_lines.HOPE}\n{_LOOP.format(often=often, beta=_BETA[self.formula])}"
        return Listing(before, loop, search_lines.WOLFE)

    def variables(self, state: State) -> dict[str, Any]:
        """Return the point with its gradient, and what the last search was."""
        assert isinstance(state, ConjugateState)
        return super().variables(state) | {
            "direction": state.direction,
            "g_before": state.gradient_before,
            "promise": state.promise,
            "since": state.since,
        }

    def first(self, dim: int) -> dict[str, Any]:
        """Return that nothing was searched yet."""
        none = frozen(np.zeros(dim))
        return {
            "direction": none,
            "gradient_before": none,
            "promise": 0.0,
            "since": 0,
            "restarts": 0,
        }

    def plan(self, problem: Evaluator[Problem], state: SearchState) -> Plan:
        """Return the gradient's direction and a share of the last one."""
        assert isinstance(state, ConjugateState)
        plan = steepest(state, float(np.linalg.norm(state.gradient)))
        if 0 < state.since < (self.restart_every or len(state.x)):
            share = self._share(state)
            if share != 0:
                plan = Plan(-state.gradient + share * state.direction, plan.step)
        slope = float(state.gradient @ plan.direction)
        # As if f went down as far as in the last search: Nocedal & Wright (2006), section 3.5.
        step = state.promise / slope if slope < 0 else 0.0
        return plan._replace(step=step) if 0 < step < inf else plan

    def _share(self, state: ConjugateState) -> float:
        """Return beta: Nocedal & Wright (2006), eq. 5.41a, 5.45 and 5.46."""
        gradient, before = state.gradient, state.gradient_before
        if self.formula == "fletcher_reeves":
            return float(gradient @ gradient) / float(before @ before)
        change = gradient - before
        if self.formula == "polak_ribiere_plus":
            return max(0.0, float(gradient @ change) / float(before @ before))
        bend = float(change @ state.direction)
        return float(gradient @ change) / bend if bend > 0 else 0.0

    def search(self, line: Line, step: float) -> Point | None:
        """Search for the strong Wolfe conditions."""
        return wolfe(line, step, self.curvature, self.trials)

    def carried(self, state: ConjugateState, plan: Plan, found: Point | None) -> dict[str, Any]:
        """Return what the next direction needs to know of this search."""
        again = plan.steepest and (state.since > 0 or state.failed > 0)
        changed: dict[str, Any] = {"restarts": state.restarts + again}
        if found is None:
            return changed | {"since": 0, "promise": 0.0}
        return changed | {
            "direction": frozen(plan.direction),
            "gradient_before": state.gradient,
            "promise": found.step * float(state.gradient @ plan.direction),
            "since": 1 if plan.steepest else state.since + 1,
        }

    def shown(self, plan: Plan | None, after: ConjugateState) -> tuple[float, ...]:
        """Return the restarts so far."""
        return (float(after.restarts),)


# The listing.
_NOTHING = """\
direction, g_before = np.zeros(len(x)), np.zeros(len(x))
promise, since = 0.0, 0  # f'(0) · step of the last one; steps since one along -g"""
_BETA = {
    "polak_ribiere_plus": "beta = max(0.0, g @ (g - g_before) / (g_before @ g_before))",
    "fletcher_reeves": "beta = g @ g / (g_before @ g_before)",
    "hestenes_stiefel": """\
bend = (g - g_before) @ direction
        beta = g @ (g - g_before) / bend if bend > 0 else 0.0""",
}
_LOOP = """\
    beta = 0.0
    if 0 < since < {often}:
        {beta}
    ahead, step = beta * direction - g, min(1.0, 1 / norm(g))
    if -inf < g @ ahead < 0:
        step = promise / (g @ ahead) or step  # as if f went down as far as last time
    else:
        beta, ahead = 0.0, -g
    found = line_search(x, fx, g, ahead, step)
    if found is None:
        failed, since, promise = 1 if beta else 2, 0, 0.0
    else:
        failed, since, promise = 0, since + 1 if beta else 1, found.step * (g @ ahead)
        direction, g_before = ahead, g
        x, fx, g = found.x, found.f, usable(found.gradient)"""
