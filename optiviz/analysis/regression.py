"""How well numbers are predicted."""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def explained(actual: Array, predicted: Array) -> float:
    """Return R²: 1 minus the squared error over that of always saying the mean.

    Returns
    -------
    float
        1 for perfect predictions; nan where one is lost. Where all actual values are the same it
        is 1 or 0, as scikit-learn's ``r2_score`` has it.
    """
    with np.errstate(all="ignore"):
        total = float(np.square(actual - actual.mean()).sum())
        left = float(np.square(actual - predicted).sum())
    if total > 0:
        return 1.0 - left / total
    return 1.0 if left == 0 else 0.0


def shown_share(value: float) -> str:
    """Return R² as people read it; far below zero the number says nothing."""
    if not value >= -99:
        return "–" if math.isnan(value) else "below −99"
    return f"{value:.3f}".replace("-", "−")


def spread_along(at: Array, errors: Array, parts: int = 12) -> tuple[Array, Array]:
    """Return how large errors are along something: their root mean square in parts of equal count.

    Parameters
    ----------
    at, errors : ndarray, shape (n,)
        What is not finite is left out.
    parts : int
        At most; each has at least five of the errors.

    Returns
    -------
    middles, sizes : ndarray, shape (m,)
        In rising order; empty for fewer than ten errors.
    """
    good = np.isfinite(at) & np.isfinite(errors)
    at, errors = at[good], errors[good]
    parts = min(parts, len(at) // 5)
    if parts < 2:
        return np.empty(0), np.empty(0)
    order = np.argsort(at, kind="stable")
    groups = np.array_split(order, parts)
    with np.errstate(over="ignore"):
        middles = np.array([float(np.median(at[group])) for group in groups])
        sizes = np.array([float(np.sqrt(np.mean(np.square(errors[group])))) for group in groups])
    return middles, sizes
