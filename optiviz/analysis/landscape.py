"""Planes through a space of points, and the values of an objective over them, bit by bit.

References
----------
Li, Xu, Taylor, Studer & Goldstein (2018), Visualizing the loss landscape of neural nets: random
directions scaled by the weights (section 4), and planes along the path of a run (section 7).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.problem import Problem
from optiviz.problems.network_training import NetworkTraining

Array = NDArray[np.float64]
Starts = NDArray[np.int64]
Evaluate = Callable[[Array], Array]

_SIDES = (100, 50, 25, 11)  # cells to a side of the finest picture, by what a value costs
_FIRST = (25, 11, 5)  # of the first one
_FINEST_WORK = 1e11  # multiplications for all values of the finest picture
_FIRST_WORK = 6e7
_CALL_WORK = 1e7  # multiplications for the values that are computed in a go
_CALL_NUMBERS = 1_000_000  # coordinates of their points
_PARALLEL = 1e-6  # of a direction is left beside another one: there is nothing of its own in it
_NO_VARIANCE = 1e-13  # of the first component's: rounding alone


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


@dataclass(frozen=True, eq=False)
class SearchPlane:
    """The points origin + unit * (u * axes[0] + v * axes[1]).

    Attributes
    ----------
    origin : ndarray, shape (dim,)
    axes : ndarray, shape (2, dim)
        Orthonormal rows, so that distances on the plane are distances.
    unit : float
        How long 1 is.
    shares : (float, float) or None
        The shares of the paths' variance along each axis; None for random directions.
    """

    origin: Array
    axes: Array
    unit: float
    shares: tuple[float, float] | None = None

    def project(self, X: Array) -> Array:
        """Return where points (n, dim) fall on the plane, shape (n, 2)."""
        return (X - self.origin) @ self.axes.T / self.unit

    def lift(self, uv: Array) -> Array:
        """Return the points in the space, shape (n, dim), of places (n, 2) on the plane."""
        return self.origin + (uv * self.unit) @ self.axes

    def distances(self, X: Array) -> Array:
        """Return how far points (n, dim) are from the plane, shape (n,)."""
        return np.asarray(np.linalg.norm(X - self.lift(self.project(X)), axis=1))

    def same(self, other: "SearchPlane") -> bool:
        """Whether it is the same plane, to the bit."""
        return (
            self.unit == other.unit
            and np.array_equal(self.origin, other.origin)
            and np.array_equal(self.axes, other.axes)
        )


def parts_of(problem: Problem, by: str) -> Starts:
    """Return where in a point each part begins that is scaled by itself.

    Parameters
    ----------
    problem : Problem
        Only the weights of a network have parts.
    by : str
        "layer" or "unit".
    """
    if not isinstance(problem, NetworkTraining):
        return np.array([0])
    starts: list[int] = []
    for at, (_, inputs) in problem.network.layout(problem.dataset.sizes().n_features):
        starts += range(at.start, at.stop, inputs) if by == "unit" else [at.start]
    return np.array(starts)


def random_plane(origin: Array, starts: Starts, draws: Draws, unit: float = 0.0) -> SearchPlane:
    """Return a plane of two random directions, each part of which is as long as that of the origin.

    Li et al. (2018) scale the direction of each filter, here of each unit, or of each layer. The
    second one is made orthogonal to the first, which in few dimensions it would not be by itself.

    Parameters
    ----------
    origin : ndarray, shape (dim,)
        dim is at least 2.
    starts : ndarray of int
        Where in the point each part begins, rising from 0.
    draws : Draws
    unit : float
        How long 1 is on the plane; as long as the origin if left out, or 1 where that is all 0.
    """
    normals = draws.normals("landscape direction", 0, 2, len(origin))
    first, second = (_scaled(normal, origin, starts) for normal in normals)
    length = unit or float(np.linalg.norm(origin))
    return SearchPlane(origin, _orthonormal([first, second, *normals]), length or 1.0)


def path_plane(
    X: Array, origin: Array, starts: Starts, draws: Draws, begins: int = 0
) -> SearchPlane | None:
    """Return the plane of the first two principal components of points, through a given one.

    Where there is only one component, a random direction is the other.

    Parameters
    ----------
    X : ndarray, shape (n, dim)
    origin : ndarray, shape (dim,)
        Which the plane goes through.
    starts, draws
        As in `random_plane`.
    begins : int
        The point from which its path goes to the right, to the origin.

    Returns
    -------
    SearchPlane or None
        None where all points are one.
    """
    if not len(X):
        return None
    centred = X - X.mean(axis=0)
    # Of few points in many dimensions, the products with each other give the components too.
    squares, mixes = np.linalg.eigh(centred @ centred.T)
    squares, mixes = squares[::-1], mixes[:, ::-1]
    total = float(np.einsum("ij,ij->", centred, centred))
    if not total > 0 or not np.isfinite(total):
        return None
    found = [mixes[:, i] @ centred for i in range(min(2, len(X))) if _counts(squares, i)]
    normals = draws.normals("landscape direction", 0, 2, len(origin))
    axes = _orthonormal([*found, *(_scaled(n, origin, starts) for n in normals), *normals])
    axes *= _signs((X[begins] - origin) @ axes.T)[:, None]
    shares = [min(max(float(s) / total, 0.0), 1.0) for s in squares[: len(found)]]
    return SearchPlane(origin, axes, 1.0, (shares[0], shares[1] if len(shares) > 1 else 0.0))


def _counts(squares: Array, i: int) -> bool:
    return bool(squares[i] > _NO_VARIANCE * squares[0])


def _signs(beginning: Array) -> Array:
    """Return the signs with which a path begins at the left and at the top."""
    return np.where(beginning * [1, -1] > 0, -1.0, 1.0)


def _scaled(direction: Array, origin: Array, starts: Starts) -> Array:
    """Return a direction each part of which is as long as that part of the origin."""
    lengths = np.diff(np.append(starts, len(origin)))
    own = np.sqrt(np.add.reduceat(direction**2, starts))
    wanted = np.sqrt(np.add.reduceat(origin**2, starts))
    return direction * np.repeat(wanted / np.where(own > 0, own, 1.0), lengths)


def _orthonormal(candidates: list[Array]) -> Array:
    """Return the first two directions that are none of each other's, made orthonormal."""
    axes: list[Array] = []
    for candidate in candidates:
        length = float(np.linalg.norm(candidate))
        rest = candidate / (length or 1.0)
        for _ in range(2):  # twice is enough for all digits (Kahan; Parlett 1980)
            for axis in axes:
                rest = rest - (rest @ axis) * axis
        size = float(np.linalg.norm(rest))
        if size > _PARALLEL:
            axes.append(rest / size)
        if len(axes) == 2:
            return np.array(axes)
    raise ValueError("a plane needs at least two dimensions")


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
