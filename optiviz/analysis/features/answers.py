"""What a network says over a plane through the features, and the rows that lie on it."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.features.grounds import Features, plane_of
from optiviz.datasets import Dataset

Array = NDArray[np.float64]


def lean_of(p: Array) -> Array:
    """Return how sure the network is of its class, from outputs (outputs, m); 0 if it's lost."""
    p = np.nan_to_num(p)
    if len(p) == 1:
        return np.asarray(np.abs(2 * p[0] - 1))
    second, first = np.sort(p, axis=0)[-2:]
    return np.asarray((first - second) / np.maximum(first, 1e-12))


@lru_cache(maxsize=4)
def rows_of(dataset: Dataset, which: str, features: Features) -> tuple[Array, Array, Array]:
    """Return rows, their classes, and where the plane's picture has them."""
    data = dataset.load()
    if which == "all":
        X = np.concatenate([data.X_train, data.X_test])
        y = np.concatenate([data.y_train, data.y_test])
    elif which == "test":
        X, y = data.X_test, data.y_test
    else:
        X, y = data.X_train, data.y_train
    plane = plane_of(dataset, features)
    return X, y, plane.lift(plane.project(X))
