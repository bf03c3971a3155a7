"""How far rounding can move the weighted sum of a network's one output."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optiviz.networks.activations import Activation

Array = NDArray[np.float64]
Layout = Sequence[tuple[slice, tuple[int, int]]]

TINY, HUGE = 1e-36, 1e30  # between them, single precision neither under- nor overflows
_SAFETY = 2.0  # on top of every bound, so that the sign is right from half of it on


def reach(
    sizes: Array,
    largest: Array,
    layout: Layout,
    hidden: Sequence[Activation],
    *,
    unit_roundoff: float,
    off_by: float,
) -> Array:
    """Return how far rounding can move the output's weighted sum, shape (n,).

    For a sum of m products |error| <= (m + c) u sum |w| |a|, with c for the rounding of what
    goes in (Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1); what an
    input is off by goes on with its weight, and a unit passes it on times its steepest slope.

    Parameters
    ----------
    sizes : ndarray, shape (n, dim)
        Of the weights.
    largest : ndarray, shape (features + 1,)
        The largest size of each input, and of the 1 that stands for the bias.
    layout : sequence
        See `Network.layout`.
    hidden : sequence of Activation
        Bounded by 1, with a steepest slope.
    unit_roundoff : float
        Of the numbers.
    off_by : float
        How far a hidden unit's answer is off at most, given its weighted sum.
    """
    largest, off = np.maximum(largest, TINY), np.zeros(1)
    sizes = np.maximum(sizes, TINY)
    for (at, shape), unit in zip(layout, (*hidden, None), strict=True):
        weights = sizes[:, at].reshape(-1, *shape)
        rounding = _SAFETY * (2 * shape[1] + 8) * unit_roundoff
        far = weights @ (rounding * largest)
        if off.ndim > 1:
            far += (weights[..., :-1] @ off[..., None])[..., 0]
        if unit is not None and unit.steepest is not None:
            off = unit.steepest * far + off_by
            largest = np.ones(shape[0] + 1)
    return np.asarray(far[:, 0], dtype=np.float64)
