"""A dataset as a few points on a plane and one line of words, made by the worker."""

from dataclasses import dataclass

import numpy as np

from optiviz.analysis.features.planes import principal_plane
from optiviz.datasets import Array, Data, Dataset, Labels
from optiviz.ui.worker import ReaderOf

_POINTS = 600
_PLANE_ROWS = 5000  # enough to find the plane
_LINE = 40  # characters that fit below the picture


@dataclass(frozen=True)
class Thumbnail:
    """Some training rows: two features, two principal components, or the target over a feature.

    Attributes
    ----------
    points : ndarray, shape (n, 2), n at most 600
    labels : ndarray of int, shape (n,)
    about : str
        How many rows are in each class, or what the axes of a regression are.
    """

    points: Array
    labels: Labels
    about: str


def thumbnail(dataset: Dataset, reader_of: ReaderOf) -> Thumbnail:
    """Make a dataset's thumbnail."""
    data = dataset.load()
    step = max(1, -(-len(data.X_train) // _POINTS))
    X, y = data.X_train[::step], data.y_train[::step]
    if not data.n_classes:
        feature = _most_telling(data)
        points = np.column_stack([X[:, feature], y])
        names = (data.target_name, data.feature_names[feature])
        about = " over ".join(name.partition(" (")[0] for name in names)
        return Thumbnail(points, np.zeros(len(y), dtype=np.int64), about)
    if X.shape[1] == 1:
        points = np.column_stack([X[:, 0], np.zeros(len(X))])
    elif X.shape[1] == 2:
        points = X.copy()
    else:
        points = principal_plane(data.X_train[:_PLANE_ROWS]).project(X)
    return Thumbnail(points, y.copy(), _counts(data))


def _most_telling(data: Data) -> int:
    """Return the feature that goes up or down with the target most."""
    X, y = data.X_train[:_PLANE_ROWS], data.y_train[:_PLANE_ROWS]
    deviation = X.std(axis=0)
    together = np.abs((y - y.mean()) @ (X - X.mean(axis=0)))
    return int(np.argmax(together / np.where(deviation > 0, deviation, np.inf)))


def _counts(data: Data) -> str:
    counts = np.bincount(np.concatenate([data.y_train, data.y_test]), minlength=data.n_classes)
    named = zip(counts.tolist(), data.class_names, strict=True)
    one_by_one = " · ".join(f"{n:,} of {name}" for n, name in named)
    if len(one_by_one) <= _LINE:
        return one_by_one
    low, high = int(counts.min()), int(counts.max())
    each = f"{low:,} rows each" if low == high else f"{low:,} to {high:,} rows"
    return f"{data.n_classes} classes of {each}"
