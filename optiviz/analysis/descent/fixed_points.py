"""Where a function of one number is level, which is where descent stays once it is there."""

import numpy as np
from numpy.typing import NDArray

from optiviz.problems import OneVariable

Array = NDArray[np.float64]

_GRID = 1601
_HALVINGS = 60
_MOST = 40  # more are a pattern, and no points
_LEVEL = 1e-6  # of the usual slope, and of the range beside a point
_STEEP = 1e-3  # of the usual slope: more beside a point is a kink


def level_points(problem: OneVariable) -> Array:
    """Return where the slope is zero within the problem's range, rising.

    Parameters
    ----------
    problem : OneVariable

    Returns
    -------
    ndarray, shape (n,)
        At most 40; empty where it is nowhere level.

    Notes
    -----
    Kinks and poles, where the slope changes its sign without being zero, are left out; so is all
    where it is level over a stretch, and all but the first 40.
    """
    x = np.linspace(*problem.domain, _GRID)
    with np.errstate(all="ignore"):
        slope = problem.slopes(x)
        sizes = np.abs(slope[np.isfinite(slope)])
        if not len(sizes) or not (sizes > 0).any():
            return np.empty(0)
        usual = float(np.median(sizes[sizes > 0]))
        zero = slope == 0
        alone = zero & ~np.roll(zero, 1) & ~np.roll(zero, -1)
        crossing = np.flatnonzero(slope[:-1] * slope[1:] < 0)
        found = [_crossing(problem, x[i], x[i + 1]) for i in crossing[:_MOST]]
        size = np.abs(slope)
        touching = (size[1:-1] < size[:-2]) & (size[1:-1] < size[2:])
        touching &= (np.sign(slope[:-2]) == np.sign(slope[2:])) & ~zero[1:-1]
        found += [_lowest(problem, x[i], x[i + 2]) for i in np.flatnonzero(touching)[:_MOST]]
        found += x[alone].tolist()
        points = np.unique(np.array(found[: 2 * _MOST]))
        aside = _LEVEL * (x[-1] - x[0])
        near = np.abs([problem.slopes(points + by) for by in (0.0, -aside, aside)])
        level = (near[0] <= _LEVEL * usual) & (near[1:] <= _STEEP * usual).all(axis=0)
    return np.asarray(points[level][:_MOST])


def _crossing(problem: OneVariable, low: float, high: float) -> float:
    """Return where the slope changes its sign, by halving."""
    below = problem.slopes(np.array([low]))[0] < 0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if (problem.slopes(np.array([middle]))[0] < 0) == below:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _lowest(problem: OneVariable, low: float, high: float) -> float:
    """Return where the slope is smallest in size, by thirds."""
    for _ in range(_HALVINGS):
        one, two = low + (high - low) / 3, high - (high - low) / 3
        a, b = np.abs(problem.slopes(np.array([one, two])))
        low, high = (low, two) if a < b else (one, high)
    return (low + high) / 2
