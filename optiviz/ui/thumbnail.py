"""A dataset as a few points on a plane, made by the worker."""

from dataclasses import dataclass

import numpy as np

from optiviz.analysis.planes import principal_plane
from optiviz.datasets import Array, Dataset, Labels
from optiviz.ui.worker import ReaderOf

_POINTS = 600
_PLANE_ROWS = 5000  # enough to find the plane


@dataclass(frozen=True)
class Thumbnail:
    """Some training rows on the first two principal components.

    Where rows have numbers instead of classes: on the first component, and their number upwards.

    Attributes
    ----------
    points : ndarray, shape (n, 2), n at most 600
    labels : ndarray of int, shape (n,)
    counts : tuple of int
        How many rows of all are in each class; empty without classes.
    """

    points: Array
    labels: Labels
    counts: tuple[int, ...]


def thumbnail(dataset: Dataset, reader_of: ReaderOf) -> Thumbnail:
    """Make a dataset's thumbnail."""
    data = dataset.load()
    step = max(1, -(-len(data.X_train) // _POINTS))
    X, y = data.X_train[::step], data.y_train[::step]
    if X.shape[1] == 1:
        points = np.column_stack([X[:, 0], np.zeros(len(X))])
    else:
        points = principal_plane(data.X_train[:_PLANE_ROWS]).project(X)
    if data.n_classes == 0:
        return Thumbnail(np.column_stack([points[:, 0], y]), np.zeros(len(y), dtype=np.int64), ())
    labels = np.concatenate([data.y_train, data.y_test])
    counts = np.bincount(labels, minlength=data.n_classes)
    return Thumbnail(points, y.copy(), tuple(counts.tolist()))
