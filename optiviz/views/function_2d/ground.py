"""What the runs move on: values over two coordinates as colours and contour lines."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from optiviz.analysis.contours import Levels, levels_of
from optiviz.problems import FunctionProblem
from optiviz.views.figure import Array, Item, Line, Points, ValueImage, contour_lines

_CELLS = 160  # to each side
_WITHIN = 3  # points to each side of a cell: their mean leaves no false pattern of fine waves
_NUMBERS = 2_000_000  # coordinates that are computed for a picture, about
_FAR = 50.0  # pictures away a path is cut off

Ground = tuple[ValueImage | None, tuple[Line, ...], Levels | None]


class Plane(NamedTuple):
    """Two coordinates, counted from 0, and where the others are held."""

    problem: FunctionProblem
    across: int
    up: int
    held: bytes = b""

    @property
    def chosen(self) -> tuple[int, int]:
        """Both coordinates."""
        return self.across, self.up

    @property
    def side(self) -> float:
        """How wide and high the picture is."""
        low, high = self.problem.domain
        return high - low

    @property
    def middle(self) -> float:
        """The middle of the picture, along both coordinates."""
        low, high = self.problem.domain
        return (low + high) / 2

    def points(self, u: Array, v: Array) -> Array:
        """Return the points of the plane at coordinates u and v, shape (n, dim)."""
        base = np.frombuffer(self.held) if self.held else np.zeros(2)
        points = np.tile(base, (len(u), 1))
        points[:, self.across], points[:, self.up] = u, v
        return points

    def near(self, points: Array) -> tuple[Array, Array]:
        """Return points of shape (n, 2), moved to where a screen has numbers for them, as u and v.

        Those that are not finite have v = nan.
        """
        reach = _FAR * self.side / 2
        with np.errstate(invalid="ignore"):
            clipped = np.clip(points, self.middle - reach, self.middle + reach)
        known = np.isfinite(points).all(axis=1, keepdims=True)
        u, v = np.where(known, clipped, (self.middle, np.nan)).T
        return u, v


def minima(plane: Plane) -> list[Item]:
    """Return a cross at each known minimum, as far as the plane shows where it is."""
    known = plane.problem.minimum
    if known is None:
        return []
    u, v = known.points[:, plane.across], known.points[:, plane.up]
    return [
        Points(u, v, "card", size=1.0, opacity=0.5),  # so that it shows on any colour
        Points(u, v, "text", "cross", size=0.7),
    ]


@lru_cache(maxsize=8)
def ground(plane: Plane) -> Ground:
    """Return the picture of a plane, its contour lines and their levels."""
    problem = plane.problem
    low, high = problem.domain
    within = 1 if plane.held else _WITHIN
    room = int((_NUMBERS / problem.dim) ** 0.5) // within
    cells = max(24, min(_CELLS, room))
    values = _values(plane, cells, within)
    if not (np.abs(values) <= 1e300).any():
        return None, (), None
    known = problem.minimum
    inside = known is not None and not plane.held
    levels = levels_of(values, known.value if inside and known is not None else None)
    ramp = (levels.low, *levels.values, levels.high) if levels.log else (levels.low, levels.high)
    image = ValueImage(values, low, high, low, high, ramp, problem.reading.name)
    return image, contour_lines(image, levels), levels


def _values(plane: Plane, cells: int, within: int) -> Array:
    """Return the mean value of each cell, shape (cells, cells), row by row to save memory."""
    low, high = plane.problem.domain
    n = cells * within
    at = low + (np.arange(n) + 0.5) * (high - low) / n
    rows = max(1, _NUMBERS // (4 * n * plane.problem.dim * within)) * within
    parts = []
    for start in range(0, n, rows):
        v = at[start : start + rows]
        u, v = (grid.ravel() for grid in np.meshgrid(at, v))
        with np.errstate(all="ignore"):
            values = plane.problem.function.value(plane.points(u, v))
            parts.append(values.reshape(-1, within, cells, within).mean(axis=(1, 3)))
    return np.concatenate(parts)
