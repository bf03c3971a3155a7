"""Planes through a space of points: along the paths of runs, or of random directions.

References
----------
Li, Xu, Taylor, Studer & Goldstein (2018), Visualizing the loss landscape of neural nets: random
directions scaled by the weights (section 4), and planes along the path of a run (section 7).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.problem import Problem
from optiviz.problems.network_training import NetworkTraining

Array = NDArray[np.float64]
Starts = NDArray[np.int64]

_PARALLEL = 1e-6  # of a direction is left beside another one: there is nothing of its own in it
_NO_VARIANCE = 1e-13  # of the first component's: rounding alone


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
