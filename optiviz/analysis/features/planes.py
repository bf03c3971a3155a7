"""Planes through a space of features, to look at a model that has more than two of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_EXACT = 1e9  # rows * features * the smaller of both, up to which an exact decomposition is quick


@dataclass(frozen=True)
class Plane:
    """A plane: the points origin + u * axes[0] + v * axes[1].

    Attributes
    ----------
    origin : ndarray, shape (d,)
    axes : ndarray, shape (2, d) or (1, d) where there is one feature alone
        Orthonormal rows.
    labels : tuple of str
        What each axis is.
    share : float
        The share of the data's variance that lies in it.
    """

    origin: Array
    axes: Array
    labels: tuple[str, str]
    share: float

    def project(self, X: Array) -> Array:
        """Return where rows fall on the plane, shape (n, 2)."""
        uv = (X - self.origin) @ self.axes.T
        return uv if uv.shape[1] == 2 else np.column_stack([uv, np.zeros(len(uv))])

    def lift(self, uv: Array) -> Array:
        """Return the points in the space, shape (n, d), of points (n, 2) of the plane."""
        return self.origin + uv[:, : len(self.axes)] @ self.axes


def principal_plane(X: Array) -> Plane:
    """Return the plane of the first two principal components (Pearson 1901).

    Parameters
    ----------
    X : ndarray, shape (n, d)

    Returns
    -------
    Plane
        The signs of its axes are chosen so that each one's largest entry is positive.

    References
    ----------
    For large tables: Halko, Martinsson & Tropp (2011), algorithm 4.4.
    """
    origin = X.mean(axis=0)
    centred = X - origin
    if X.size * min(X.shape) <= _EXACT:
        _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    else:  # it would take minutes, and two directions are enough
        from sklearn.utils.extmath import randomized_svd

        _, sizes, axes = randomized_svd(centred, 2, n_iter=7, random_state=0)
    axes = axes[:2]
    largest = np.abs(axes).argmax(axis=1)
    axes = axes * np.sign(axes[np.arange(len(axes)), largest])[:, None]
    total = float(np.einsum("ij,ij->", centred, centred))
    share = min(float((sizes[:2] ** 2).sum()) / total, 1.0) if total > 0 else 1.0
    return Plane(origin, axes, ("component 1", "component 2"), share)


def feature_plane(X: Array, first: int, second: int, names: Sequence[str] = ()) -> Plane:
    """Return the plane of two features, counted from 0, with the others at their mean.

    Parameters
    ----------
    X : ndarray, shape (n, d)
    first, second : int
        The same for a line.
    names : sequence of str
        Of all features; "x1", "x2" if left out.
    """
    origin = X.mean(axis=0)
    origin[[first, second]] = 0.0
    axes = np.eye(X.shape[1])[[first, second] if first != second else [first]]
    variances = X.var(axis=0)
    total = float(variances.sum())
    share = float(variances[list({first, second})].sum()) / total if total > 0 else 1.0
    names = names or [f"x{feature + 1}" for feature in range(X.shape[1])]
    return Plane(origin, axes, (names[first], names[second]), share)
