"""Where a normal distribution of two coordinates has its points."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_POINTS = 97


def ellipse(centre: Array, covariance: Array, size: float = 1.0) -> Array:
    """Return the points that are `size` standard deviations from the centre, in order.

    Of all that is drawn, 39% lie within 1, 86% within 2: 1 - exp(-size^2 / 2).

    Parameters
    ----------
    centre : ndarray, shape (2,)
    covariance : ndarray, shape (2, 2)
        Symmetric.
    size : float

    Returns
    -------
    ndarray, shape (n, 2)
        Closed; empty where something is not finite.
    """
    if not (np.isfinite(centre).all() and np.isfinite(covariance).all()):
        return np.empty((0, 2))
    variances, axes = np.linalg.eigh(covariance)
    around = np.linspace(0, 2 * np.pi, _POINTS)
    circle = np.column_stack([np.cos(around), np.sin(around)])
    points: Array = centre + size * (circle * np.sqrt(np.maximum(variances, 0.0))) @ axes.T
    return points
