"""Contour lines of values on a grid: which levels to draw, and where the values pass them."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LINES = 12  # at most
_LARGEST = 1e300
_SMALLEST = 1e-300  # of a span that is divided into steps
_WIDE = 50.0  # times as high as what is low: equal steps would then show nothing of the bottom
_STEPS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)  # of decades, between two lines

# The sides of a cell that lines go in and out by, for each choice of corners above the level
# (1 lower left, 2 lower right, 4 upper right, 8 upper left), with what is above on the left.
_B, _R, _T, _L = range(4)
_PASSES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((_B, _L),),
    2: ((_R, _B),),
    3: ((_R, _L),),
    4: ((_T, _R),),
    5: ((_B, _L), (_T, _R)),
    6: ((_T, _B),),
    7: ((_T, _L),),
    8: ((_L, _T),),
    9: ((_B, _T),),
    10: ((_R, _B), (_L, _T)),
    11: ((_R, _T),),
    12: ((_L, _R),),
    13: ((_B, _R),),
    14: ((_L, _B),),
}
# Opposite corners above, and the middle too: what is above is joined.
_JOINED = {5: ((_B, _R), (_T, _L)), 10: ((_L, _B), (_R, _T))}


class Levels(NamedTuple):
    """Heights to draw lines at.

    Attributes
    ----------
    values : tuple of float
        Rising, all strictly between the lowest and the highest value.
    low, high : float
        The lowest and the highest value.
    step : float
        Between two lines; where the levels are logarithmic, how many times as high above `low` a
        line is as the one below it.
    log : bool
    """

    values: tuple[float, ...]
    low: float
    high: float
    step: float
    log: bool


def levels_of(values: Array, lowest: float | None = None, log: bool | None = None) -> Levels:
    """Choose round levels, logarithmic in the height above the lowest where heights differ so much.

    Parameters
    ----------
    values : ndarray of any shape
        At least one finite.
    lowest : float, optional
        A value that is known to be the lowest, even if no point of the grid has it.
    log : bool, optional
        Whether levels are logarithmic; if left out, where equal steps would show nothing of what
        is low.
    """
    finite = values[np.abs(values) <= _LARGEST]
    low, high = float(finite.min()), float(finite.max())
    if lowest is not None and lowest < low:
        low = lowest
    span = high - low
    if not _SMALLEST < span <= _LARGEST:
        return Levels((), low, high, 0.0, False)
    heights = finite - low
    if log is None:
        log = bool(span > _WIDE * np.quantile(heights, 0.05) > 0)
    if log:
        # Lines whose values differ from the lowest in late digits alone can't be told apart.
        first = max(float(np.quantile(heights, 0.005)) or span * 1e-6, 0.01 * abs(low))
        first = math.log10(first)
        last = math.log10(span)
        step = next((s for s in _STEPS if last - first <= _LINES * s), _STEPS[-1])
        powers = step * np.arange(math.ceil(first / step), math.ceil(last / step))
        found, step = low + 10.0**powers, 10.0**step
    else:
        power = 10.0 ** math.floor(math.log10(span / _LINES))
        step = next(f * power for f in (1, 2, 5, 10, 20) if span <= _LINES * f * power)
        found = step * np.arange(math.ceil(low / step), math.floor(high / step) + 1)
        # At the very edge there is nothing but the last digits.
        found = found[(found > low + 0.005 * span) & (found < high - 0.005 * span)]
    inside = np.unique(found[(found > low) & (found < high)])
    return Levels(tuple(inside.tolist()), low, high, step, log)


def contour(values: Array, level: float) -> list[Array]:
    """Return the lines along which values on a grid are at a level: marching squares.

    They are marching cubes (Lorensen & Cline 1987) in the plane. Between neighbours the values are
    taken to be straight. In a cell whose opposite corners are above, the mean of the four decides
    what is joined. Cells with a corner that is not finite are left out.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
    level : float

    Returns
    -------
    list of ndarray, shape (m, 2)
        Places on the grid, as (column, row) counted from 0; higher values are on the left. A
        closed line ends where it begins.
    """
    rows, columns = values.shape
    if rows < 2 or columns < 2:
        return []
    start, end = _passes(values, level)
    if not len(start):
        return []
    after = dict(zip(start.tolist(), end.tolist(), strict=True))
    ends = set(after.values())
    lines = [_followed(after, first) for first in [s for s in after if s not in ends]]
    while after:  # what is left goes round
        lines.append(_followed(after, next(iter(after))))
    return [_places(values, level, np.array(line)) for line in lines]


def _passes(values: Array, level: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return by which edges of the grid lines go into and out of cells.

    An edge has a number: those along rows come first, row by row, and then those between rows. A
    line through it goes in one direction, so that each is gone into once and out of once at most.
    """
    rows, columns = values.shape
    above = values > level
    lower_left, lower_right = above[:-1, :-1], above[:-1, 1:]
    upper_right, upper_left = above[1:, 1:], above[1:, :-1]
    case = lower_left + 2 * lower_right + 4 * upper_right + 8 * upper_left
    corners = np.stack([values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]])
    with np.errstate(invalid="ignore", over="ignore"):
        joined = corners.mean(axis=0) > level
    case[~np.isfinite(corners).all(axis=0)] = 0
    cell = np.arange(rows * columns).reshape(rows, columns)[:-1, :-1]
    sides = np.stack([cell, rows * columns + cell + 1, cell + columns, rows * columns + cell])
    start, end = [], []
    for number, passes in _PASSES.items():
        here = case == number
        choices = [(here, passes)]
        if number in _JOINED:
            choices = [(here & ~joined, passes), (here & joined, _JOINED[number])]
        for chosen, through in choices:
            for side_in, side_out in through:
                start.append(sides[side_in][chosen])
                end.append(sides[side_out][chosen])
    return np.concatenate(start), np.concatenate(end)


def _followed(after: dict[int, int], first: int) -> list[int]:
    """Take a line out of the steps from edge to edge, from its first edge on."""
    line = [first]
    while line[-1] in after:
        line.append(after.pop(line[-1]))
    return line


def _places(values: Array, level: float, edges: NDArray[np.int64]) -> Array:
    """Return where edges are at the level, shape (m, 2)."""
    rows, columns = values.shape
    upright, cell = np.divmod(edges, rows * columns)
    row, column = np.divmod(cell, columns)
    one, other = values[row, column], values[row + upright, column + 1 - upright]
    share = (level - one) / (other - one)
    return np.column_stack([column + share * (1 - upright), row + share * upright])
