"""The plane through a dataset that pictures of a model are drawn on, with its grids, remembered."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.features.planes import Plane, feature_plane, principal_plane
from optiviz.datasets import Dataset

Array = NDArray[np.float64]
Features = tuple[int, int] | None
"""Two features, counted from 0; None for the first two principal components."""

Detail = tuple[int, int]
"""Columns and rows of a grid."""


class Ground(NamedTuple):
    """A plane and a grid on it.

    Attributes
    ----------
    plane : Plane
    grid : ndarray, shape (rows * columns, features)
        The middles of its cells in the space of features, the lowest row first.
    edges : tuple of float
        Left, right, bottom and top of the plane, to the outer edges of the cells.
    """

    plane: Plane
    grid: Array
    edges: tuple[float, float, float, float]


@lru_cache(maxsize=8)
def plane_of(dataset: Dataset, features: Features = None) -> Plane:
    """Return a dataset's plane: its one or two features as they are, or what is asked for."""
    data = dataset.load()
    X, names = data.X_train, data.feature_names
    if X.shape[1] == 1:
        return feature_plane(X, 0, 0, names)
    if features is not None:
        return feature_plane(X, *features, names)
    return feature_plane(X, 0, 1, names) if X.shape[1] == 2 else principal_plane(X)


def edges_of(dataset: Dataset, plane: Plane) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of the training rows on a plane, with a margin."""
    uv = plane.project(dataset.load().X_train)
    low, high = uv.min(axis=0), uv.max(axis=0)
    margin = np.where(high > low, 0.06 * (high - low), 1.0)
    (left, bottom), (right, top) = low - margin, high + margin
    return float(left), float(right), float(bottom), float(top)


@lru_cache(maxsize=12)
def ground(dataset: Dataset, features: Features, detail: Detail) -> Ground:
    """Return a dataset's plane with a grid on it.

    The arrays are the same ones at every call, so that whoever keeps buffers for them may.
    """
    plane = plane_of(dataset, features)
    edges = left, right, bottom, top = edges_of(dataset, plane)
    columns, rows = detail
    u = left + (np.arange(columns) + 0.5) * (right - left) / columns
    v = bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows
    uv = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    return Ground(plane, plane.lift(uv), edges)
