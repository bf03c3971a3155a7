"""Values so that less is better, and runs that failed are the worst."""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from optiviz.engine.problem import Array


def costs(values: ArrayLike, more_is_better: bool) -> Array:
    """Return values so that less is better; what is no finite number is the worst: inf.

    Parameters
    ----------
    values : array_like
        As people read them; nan where a run failed.
    more_is_better : bool

    Returns
    -------
    ndarray, of the same shape
    """
    read = np.array(values, dtype=np.float64)
    read[~np.isfinite(read)] = -np.inf if more_is_better else np.inf
    return -read if more_is_better else read


def differences(first: Array, second: Array) -> Array:
    """Return the differences of costs pair by pair; of two that failed it is 0.

    What differs by rounding alone counts as the same, so that 0.9 - 0.8 ties with 0.8 - 0.7. A
    difference to a run that failed is larger than any other, but finite.

    Parameters
    ----------
    first, second : ndarray, shape (n,)
    """
    both = np.concatenate((first, second))
    finite = both[np.isfinite(both)]
    scale = float(np.abs(finite).max(initial=0.0)) or 1.0
    with np.errstate(invalid="ignore"):
        apart = np.round(first / scale - second / scale, 12)
    apart[np.isnan(apart)] = 0.0
    return np.clip(apart, -4.0, 4.0)  # those of finite ones are within 2


def mean_ranks(cost: Array) -> Array:
    """Return the mean place of each of k at the same seeds, 1 being the best, shape (k,).

    Parameters
    ----------
    cost : ndarray, shape (k, n)
        At least one seed.
    """
    return np.asarray(scipy.stats.rankdata(cost, axis=0).mean(axis=1), dtype=np.float64)
