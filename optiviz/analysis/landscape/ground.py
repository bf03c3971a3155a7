"""The values of an objective over a rectangle of a plane, bit by bit."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.landscape.planes import SearchPlane

Array = NDArray[np.float64]
Evaluate = Callable[[Array], Array]

_SIDES = (100, 50, 25, 11)  # cells to a side of the finest picture, by what a value costs
_FIRST = (25, 11, 5)  # of the first one
_FINEST_WORK = 1e11  # multiplications for all values of the finest picture
_FIRST_WORK = 6e7
_CALL_WORK = 1e7  # multiplications for the values that are computed in a go
_CALL_NUMBERS = 1_000_000  # coordinates of their points


class Extent(NamedTuple):
    """What of a plane is looked at."""

    left: float
    right: float
    bottom: float
    top: float

    def holds(self, uv: Array) -> bool:
        """Whether all of some points (n, 2) are inside."""
        u, v = uv.T
        inside = (self.left <= u) & (u <= self.right) & (self.bottom <= v) & (v <= self.top)
        return bool(inside.all())


def extent_of(uv: Array, span: float, margin: float = 1.15, slimmest: float = 0.25) -> Extent:
    """Return what holds places (n, 2) with a margin, `span` times as wide.

    Parameters
    ----------
    uv : ndarray, shape (n, 2)
    span : float
    margin : float
    slimmest : float
        The shorter side is at least so much of the longer one.
    """
    low, high = uv.min(axis=0), uv.max(axis=0)
    middle, half = (low + high) / 2, margin * (high - low) / 2
    half = span * np.maximum(half, slimmest * half.max())
    half = np.where(half > 0, half, 1.0)
    (left, bottom), (right, top) = middle - half, middle + half
    return Extent(float(left), float(right), float(bottom), float(top))


class Ground:
    """Values over a rectangle of a plane: first coarse, then fine, from the middle outwards.

    Parameters
    ----------
    plane : SearchPlane
    extent : Extent
    work : float
        What a value costs, about, in multiplications: how fine it gets follows from this alone.
    """

    def __init__(self, plane: SearchPlane, extent: Extent, work: float) -> None:
        self.plane, self.extent = plane, extent
        work = max(work, float(len(plane.origin)))
        self.side = _largest(_SIDES, _FINEST_WORK / work)
        first = min(_largest(_FIRST, _FIRST_WORK / work), self.side)
        numbers = _CALL_NUMBERS // len(plane.origin)
        self._call = max(1, min(int(_CALL_WORK / work), numbers))
        # Explicit, as an iterator would be lost when work is left halfway (`engine.threads`).
        self._side, self._done = first, 0
        self.values = np.full((first, first), np.nan)

    @property
    def complete(self) -> bool:
        """Whether all values are there."""
        return self._side == self.side and self._done == self.side**2

    @property
    def stage(self) -> tuple[int, int]:
        """How far it is: cells to a side, and how many of them have their values."""
        return self._side, self._done

    def fill(self, evaluate: Evaluate, seconds: float) -> bool:
        """Compute more values for about so many seconds; return whether all are there."""
        ends = time.perf_counter() + seconds
        while not self.complete:
            if self._done == self._side**2:
                self._refine()
            self._compute(evaluate)
            if time.perf_counter() >= ends:
                break
        return self.complete

    def _refine(self) -> None:
        """Go on to the finest grid; what is not computed yet looks as it did."""
        near = (np.arange(self.side) + 0.5) * self._side / self.side
        self.values = self.values[np.ix_(near.astype(int), near.astype(int))]
        self._side, self._done = self.side, 0

    def _compute(self, evaluate: Evaluate) -> None:
        """Compute the next few values."""
        left, right, bottom, top = self.extent
        row, column = _outwards(self._side)
        cells = slice(self._done, self._done + self._call)
        row, column = row[cells], column[cells]
        share = (np.column_stack([column, row]) + 0.5) / self._side
        points = self.plane.lift([left, bottom] + share * [right - left, top - bottom])
        with np.errstate(all="ignore"):
            self.values[row, column] = evaluate(points)
        self._done += len(row)

    def heights(self, uv: Array) -> Array:
        """Return the values at places (n, 2), straight between the middles of cells, shape (n,).

        Outside it is the value at the edge.
        """
        left, right, bottom, top = self.extent
        values, side = self.values, len(self.values)
        share = (uv - [left, bottom]) / [right - left, top - bottom]
        at = np.clip(share * side - 0.5, 0, side - 1)
        low = np.minimum(at.astype(int), max(side - 2, 0))
        (x, y), (tx, ty) = low.T, (at - low).T
        right_x, upper_y = np.minimum(x + 1, side - 1), np.minimum(y + 1, side - 1)
        with np.errstate(all="ignore"):
            lower = (1 - tx) * values[y, x] + tx * values[y, right_x]
            upper = (1 - tx) * values[upper_y, x] + tx * values[upper_y, right_x]
            return np.asarray((1 - ty) * lower + ty * upper)

    def draped(self, uv: Array) -> tuple[Array, Array]:
        """Return a path (n, 2) in steps of about a cell, and the values under it."""
        uv = uv[np.isfinite(uv).all(axis=1)]
        if not len(uv):
            return uv, np.zeros(0)
        left, right, bottom, top = self.extent
        cells = np.abs(np.diff(uv, axis=0)) / [right - left, top - bottom] * self.side
        pieces = np.clip(np.ceil(cells.max(axis=1)), 1, self.side).astype(int)
        at = np.append(0.0, np.cumsum(np.repeat(1 / pieces, pieces)))
        steps = [np.interp(at, np.arange(len(uv)), column) for column in uv.T]
        draped = np.column_stack(steps)
        return draped, self.heights(draped)


@lru_cache(maxsize=8)
def _outwards(side: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the row and the column of each cell of a grid, those in the middle first."""
    row, column = np.divmod(np.arange(side * side), side)
    far = (2 * row + 1 - side) ** 2 + (2 * column + 1 - side) ** 2
    order = np.argsort(far, kind="stable")
    return row[order], column[order]


def _largest(sides: tuple[int, ...], values: float) -> int:
    """Return the most cells to a side with at most so many values."""
    return next((side for side in sides if side * side <= values), sides[-1])
