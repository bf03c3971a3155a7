"""Newton's method, damped: the curvature at each point, and steps that always go down."""

from collections.abc import Iterator
from math import nan
from typing import Annotated

import numpy as np

from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Channel
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Evaluator, Problem
from optiviz.methods import search_lines
from optiviz.methods.line_descent import SEARCH_CHANNELS, LineSearchDescent, Plan, SearchState
from optiviz.methods.line_search import Line, Point, backtracking

_LARGEST = 200  # weights
_SINGULAR = float(np.finfo(np.float64).eps) ** 0.5  # of the largest curvature: less is rounding


class Newton(LineSearchDescent):
    """x <- x - a (|H| + damping I)^-1 gradient f(x), H the second derivatives, a by backtracking.

    |H| has the eigenvectors of H and the sizes of its eigenvalues, so that a step goes down from a
    saddle too (Gill, Murray & Wright 1981, section 4.4.2; Dauphin et al. 2014). Along those where
    it would be longer than `longest`, the curvature is taken as |gradient| / longest: Levenberg's
    (1944) term, only where it is needed. One iteration is one step with its backtracking.
    """

    kind = "newton"
    label = "Newton's method"
    source = (
        "Levenberg (1944); Gill, Murray & Wright (1981), Practical Optimization, section 4.4.2; "
        "Nocedal & Wright (2006), algorithms 3.1 and 3.2"
    )
    channels = (*SEARCH_CHANNELS, Channel("condition", "condition number", scale="log"))

    damping: Annotated[
        float,
        Param(
            "Added to each curvature: the larger, the more a step is one along the gradient.",
            ge=0,
            le=1e6,
            live=True,
        ),
    ] = 0.0
    longest: Annotated[
        float,
        Param(
            "How far a step may go along each principal direction of the curvature.",
            label="Longest step",
            scale="log",
            ge=1e-9,
            le=1e6,
            live=True,
        ),
    ] = 10.0

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse problems whose second derivatives are too many."""
        yield from super().check_problem(problem)
        if problem.dim > _LARGEST:
            yield (
                "kind",
                f"{self.kind} needs all second derivatives: at most {_LARGEST} weights, here are "
                f"{problem.dim:,}; lbfgs guesses them for any number",
            )

    def sentence(self) -> str:
        """Say what an iteration does."""
        damped = f", each larger by {self.damping:g}," if self.damping else ""
        return (
            f"Step to the bottom of the parabola that has the slope and the curvatures{damped} "
            f"of this point, at most {self.longest:g} along each; halve the step while it doesn't "
            "go down."
        )

    def listing(self) -> Listing:
        """Return the algorithm."""
        loop = f"{search_lines.HOPE}\n{_LOOP.format(damping=' + damping' if self.damping else '')}"
        return Listing(search_lines.START, loop, f"{search_lines.BACKTRACKING}\n{_AXES}")

    def plan(self, problem: Evaluator[Problem], state: SearchState) -> Plan:
        """Return the damped Newton step."""
        gradient, hessian = state.gradient, problem.hessian(state.x)
        values, vectors = np.zeros(1), np.eye(len(gradient))
        if np.isfinite(hessian).all():
            values, vectors = np.linalg.eigh(hessian)
        sizes, slopes = np.abs(values), vectors.T @ gradient
        low, high = float(sizes.min()), float(sizes.max())
        sizes = np.maximum(sizes, _SINGULAR * high)
        short = np.abs(slopes) < self.longest * sizes
        least = float(np.linalg.norm(gradient)) / self.longest
        curvatures = np.where(short, sizes, least) + self.damping
        return Plan(
            -vectors @ (slopes / curvatures),
            step=1.0,
            steepest=not short.any(),
            gradients=problem.hessian_gradients,
            condition=high / low if low > 0 else nan,
        )

    def search(self, line: Line, step: float) -> Point | None:
        """Halve the step until f goes down enough."""
        return backtracking(line, step, self.trials)

    def shown(self, plan: Plan | None, after: SearchState) -> tuple[float, ...]:
        """Return the condition number of the second derivatives; nan if they are singular."""
        return (plan.condition if plan else nan,)


# The listing.
_LOOP = """\
    steepest, direction, step = True, -g, min(1.0, 1 / norm(g))
    if not failed:
        values, vectors = principal_axes(hessian(x))
        sizes, slopes = np.abs(values), vectors.T @ g
        sizes = np.maximum(sizes, sqrt(np.finfo(float).eps) * sizes.max())
        short = np.abs(slopes) < longest * sizes  # where a step isn't too long
        curvatures = np.where(short, sizes, norm(g) / longest){damping}
        downhill = -vectors @ (slopes / curvatures)
        if -inf < g @ downhill < 0:
            steepest, direction, step = not short.any(), downhill, 1.0
    found = line_search(x, fx, g, direction, step)
    if found is None:
        failed = 2 if steepest else 1
    else:
        failed, x, fx, g = 0, found.x, found.f, usable(found.gradient)"""
_AXES = '''

def principal_axes(H):
    """Return the curvatures along the axes of H and the axes, or of a plane where H has none."""
    return np.linalg.eigh(H) if np.isfinite(H).all() else (np.zeros(1), np.eye(len(H)))'''
