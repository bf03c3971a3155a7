"""Line searches as lines to read: the helpers of listings, the same searches as `line_search`."""

START = """\
fx, g = f(x), usable(gradient(x))
failed = 0  # searches that found nothing; after 2, all has been tried"""

# What holds where a search may find something.
HOPE = "if failed < 2 and 0 < norm(g) < inf:"

_LINE = '''\
from collections import namedtuple
from math import inf, isfinite, sqrt

from numpy.linalg import norm

Point = namedtuple("Point", "step f slope x gradient")


def usable(g):
    """Return the gradient, or zeros where it is not finite: no way down can be seen there."""
    return g if np.isfinite(g).all() else np.zeros_like(g)


class Line:
    """f along x + step * direction."""

    def __init__(self, x, fx, g, direction):
        self.start, self.direction = Point(0.0, fx, g @ direction, x, g), direction
        self.rounding = 8 * np.finfo(float).eps * abs(fx)  # what a difference of f may hide
        self.tried = 0

    def at(self, step):
        """Try a step; where there is no value or no slope, f is infinite."""
        x = self.start.x + step * self.direction
        fx, g = f(x), gradient(x)
        self.tried += 1
        slope = g @ self.direction
        if fx != -inf and not (isfinite(fx) and isfinite(slope) and np.isfinite(x).all()):
            fx = inf
        return Point(step, fx, slope, x, g)

    def is_enough(self, point):
        """Whether f goes down enough (Armijo), or its slope says so where rounding hides it."""
        if point.f <= self.start.f + sufficient_decrease * point.step * self.start.slope:
            return True
        hidden = abs(point.f - self.start.f) <= self.rounding
        return hidden and point.slope <= (2 * sufficient_decrease - 1) * self.start.slope

    def gains(self, point):
        """Whether a point is better than the start: lower, or as low and flatter."""
        flatter = abs(point.slope) <= (2 * sufficient_decrease - 1) * self.start.slope
        return point.f < self.start.f or (flatter and self.is_enough(point))


def line_search(x, fx, g, direction, step):
    """Return the point where a search along a direction ends, or None if it finds nothing."""
    found = search(Line(x, fx, g, direction), step)
    return None if found is None or np.array_equal(found.x, x) else found'''

BACKTRACKING = f'''\
{_LINE}


def search(line, step):
    """Halve the step until f goes down enough."""
    for halvings in range(trials):
        here = line.at(step * 0.5**halvings)
        if line.is_enough(here) and line.gains(here):
            return here
    return None'''

WOLFE = f'''\
{_LINE}


def search(line, step):
    """Search for the strong Wolfe conditions: f goes down enough, and its slope is flat enough."""
    flat = curvature * -line.start.slope
    before = line.start
    while line.tried < trials:
        here = line.at(step)
        if here.f == -inf:
            return here
        if not line.is_enough(here) or here.f > before.f + line.rounding:
            return narrowed(line, before, here, flat)
        if abs(here.slope) <= flat:
            return here
        if here.slope >= 0:
            return narrowed(line, here, before, flat)
        step = beyond(line, before, here)
        before = here
    return before if line.gains(before) else None


def narrowed(line, low, high, flat):
    """Narrow a bracket: `low` goes down enough and slopes towards `high`."""
    width = wider = inf
    while line.tried < trials:
        width, wider, widest = abs(high.step - low.step), width, wider
        step = between(line, low, high, halve=width > 0.66 * widest)
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


def between(line, low, high, halve):
    """Return a step inside the bracket, not too near its ends."""
    width = high.step - low.step
    share = 0.5
    if not halve and isfinite(high.f) and width:
        share = (lowest(line, low, high) - low.step) / width
        share = min(max(share, 0.1), 0.9) if 0 < share < 1 else 0.5
    return low.step + share * width


def beyond(line, before, here):
    """Return a longer step, on a line that still goes down."""
    width = here.step - before.step
    step = lowest(line, before, here)
    nearest, farthest = here.step + 0.1 * width, here.step + 4 * width
    return min(max(step, nearest), farthest) if step > here.step else farthest


def lowest(line, a, b):
    """Return the lowest step of the cubic through two points with their slopes, or infinity."""
    width = b.step - a.step
    if abs(b.f - a.f) <= line.rounding:  # the secant of the slopes
        bend = b.slope - a.slope
        return a.step - a.slope * width / bend if bend else inf
    first = a.slope + b.slope - 3 * (b.f - a.f) / width
    square = first * first - a.slope * b.slope
    if not 0 <= square < inf:
        return inf
    second = sqrt(square) if width > 0 else -sqrt(square)
    bend = b.slope - a.slope + 2 * second
    return b.step - width * (b.slope + second - first) / bend if bend else inf'''
