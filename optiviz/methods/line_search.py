"""How far to go along a line: searches for the strong Wolfe conditions, and backtracking.

Along x + a d, f is a function of the step a alone. A point where f is nan, infinite or without a
slope is a wall; where f is -inf the search ends, for it can't get better. So close to a minimum
that rounding hides the descent of f, slopes decide: the approximate Wolfe conditions of Hager &
Zhang (2005), A new conjugate gradient method with guaranteed descent.
"""

from math import inf, isfinite, sqrt
from typing import Annotated, NamedTuple

import numpy as np

from optiviz.engine.optimizer import frozen
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem

_ROUNDING = 8 * float(np.finfo(np.float64).eps)  # of the size of f: what a difference may hide

SufficientDecrease = Annotated[
    float,
    Param(
        "Least descent of a step, as a share of what the slope at its start promises.",
        gt=0,
        lt=0.5,
        scale="log",
        live=True,
        advanced=True,
    ),
]
Trials = Annotated[
    int,
    Param(
        "How many points a line search may try.",
        label="Trials of a search",
        ge=1,
        le=1000,
        live=True,
        advanced=True,
    ),
]


class Point(NamedTuple):
    """A point on the line: its step, value and slope along the line, and x and gradient there."""

    step: float
    f: float
    slope: float
    x: Array
    gradient: Array


class Line:
    """f along x + step * direction, and what was spent on it.

    Parameters
    ----------
    problem : Evaluator
    x, gradient, direction : ndarray, shape (dim,)
    f : float
    sufficient_decrease : float
        c1 of Armijo's condition f(a) <= f(0) + c1 a f'(0).

    Attributes
    ----------
    start : Point
        With step 0.
    evaluations : int
        Points that were tried: at each, f and its gradient were computed.
    """

    def __init__(
        self,
        problem: Evaluator[Problem],
        x: Array,
        f: float,
        gradient: Array,
        direction: Array,
        sufficient_decrease: float,
    ) -> None:
        self._problem, self._direction = problem, direction
        self.start = Point(0.0, f, float(gradient @ direction), x, gradient)
        self.evaluations = 0
        self.rounding = _ROUNDING * abs(f)
        self._share = sufficient_decrease

    def at(self, step: float) -> Point:
        """Try a point; a wall has f = inf."""
        x = self.start.x + step * self._direction
        f, gradient = self._problem.value_and_gradient(x)
        self.evaluations += 1
        slope = float(gradient @ self._direction)
        if f != -inf and not (isfinite(f) and isfinite(slope) and np.isfinite(x).all()):
            f = inf
        return Point(step, f, slope, frozen(x), frozen(gradient))

    def is_enough(self, point: Point) -> bool:
        """Whether f goes down enough: Armijo (1966), or by slopes where rounding hides it."""
        start = self.start
        if point.f <= start.f + self._share * point.step * start.slope:
            return True
        hidden = abs(point.f - start.f) <= self.rounding
        return hidden and point.slope <= (2 * self._share - 1) * start.slope

    def gains(self, point: Point) -> bool:
        """Whether the point is better than the start: by f, or by a flatter slope if f is equal.

        Steps that are too short to change f pass for enough, for what they promise is too little
        to be seen as well.
        """
        flatter = abs(point.slope) <= (2 * self._share - 1) * self.start.slope
        return point.f < self.start.f or (flatter and self.is_enough(point))


def wolfe(line: Line, step: float, curvature: float, trials: int) -> Point | None:
    """Return a point that satisfies the strong Wolfe conditions.

    Nocedal & Wright (2006), algorithms 3.5 and 3.6: f goes down enough, and |f'(a)| is at most
    curvature * |f'(0)|.

    Parameters
    ----------
    line : Line
        Its slope at the start is negative.
    step : float
        The first to try, above 0.
    curvature : float
        c2, above the share of sufficient decrease and below 1.
    trials : int
        Points that may be tried.

    Returns
    -------
    Point or None
        If none was found in so many trials, the lowest that goes down enough, if there is one.
    """
    flat = curvature * -line.start.slope
    before = line.start
    while line.evaluations < trials:
        here = line.at(step)
        if here.f == -inf:
            return here
        if not line.is_enough(here) or here.f > before.f + line.rounding:
            return _zoom(line, before, here, flat, trials)
        if abs(here.slope) <= flat:
            return here
        if here.slope >= 0:
            return _zoom(line, here, before, flat, trials)
        step = _beyond(line, before, here)
        before = here
    return before if line.gains(before) else None


def backtracking(line: Line, step: float, trials: int) -> Point | None:
    """Return the first point that goes down enough, halving the step, or None.

    Nocedal & Wright (2006), algorithm 3.1.
    """
    for halvings in range(trials):
        here = line.at(step * 0.5**halvings)
        if line.is_enough(here) and line.gains(here):
            return here
    return None


def _zoom(line: Line, low: Point, high: Point, flat: float, trials: int) -> Point | None:
    """Narrow a bracket: `low` goes down enough and slopes towards `high`."""
    width = wider = inf
    while line.evaluations < trials:
        # Where two trials did not take a third off the bracket (Moré & Thuente 1994), halve it.
        width, wider, widest = abs(high.step - low.step), width, wider
        step = _between(line, low, high, halve=width > 0.66 * widest)
        if step in (low.step, high.step):  # no number is left between them
            break
        here = line.at(step)
        if here.f == -inf:
            return here
        if not line.is_enough(here) or here.f > low.f + line.rounding:
            high = here
            continue
        if abs(here.slope) <= flat:
            return here
        if here.slope * (high.step - low.step) >= 0:
            high = low
        low = here
    return low if line.gains(low) else None


def _between(line: Line, low: Point, high: Point, halve: bool) -> float:
    """Return a step inside the bracket, not too near its ends."""
    width = high.step - low.step
    share = 0.5
    if not halve and isfinite(high.f) and width:
        share = (_lowest(line, low, high) - low.step) / width
        share = min(max(share, 0.1), 0.9) if 0 < share < 1 else 0.5
    return low.step + share * width


def _beyond(line: Line, before: Point, here: Point) -> float:
    """Return a longer step, on a line that still goes down."""
    width = here.step - before.step
    step = _lowest(line, before, here)
    nearest, farthest = here.step + 0.1 * width, here.step + 4 * width
    return min(max(step, nearest), farthest) if step > here.step else farthest


def _lowest(line: Line, a: Point, b: Point) -> float:
    """Return the lowest step of the cubic through two points with their slopes, or inf.

    Nocedal & Wright (2006), eq. 3.59; where rounding hides the difference of the values, the
    secant of the slopes.
    """
    width = b.step - a.step
    if abs(b.f - a.f) <= line.rounding:
        bend = b.slope - a.slope
        return a.step - a.slope * width / bend if bend else inf
    first = a.slope + b.slope - 3 * (b.f - a.f) / width
    square = first * first - a.slope * b.slope
    if not 0 <= square < inf:
        return inf
    second = sqrt(square) if width > 0 else -sqrt(square)
    bend = b.slope - a.slope + 2 * second
    return b.step - width * (b.slope + second - first) / bend if bend else inf
