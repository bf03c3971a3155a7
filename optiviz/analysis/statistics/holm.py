"""How several tests are judged together."""

import numpy as np
from numpy.typing import ArrayLike

from optiviz.engine.problem import Array


def holm(p_values: ArrayLike, tests: int | None = None) -> Array:
    """Return p-values so that the chance of one below alpha by luck alone is at most alpha.

    The i-th smallest of m, from 1, becomes max over j <= i of min(1, (m - j + 1) p_j). Equal ones
    stay equal.

    Parameters
    ----------
    p_values : array_like, shape (n,)
        nan where there was no test: it stays, and isn't counted.
    tests : int, optional
        How many tests there are in all, where only some are known: the others are taken as if they
        came last, as larger factors are on the safe side. At least the number of those known.

    References
    ----------
    S. Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal
    of Statistics 6.
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    m = max(len(known), tests or 0)
    factors = m - np.arange(len(known))
    adjusted[order] = np.maximum.accumulate(np.minimum(1.0, factors * p[order]))
    return adjusted
