"""What is added to a loss so that weights stay small."""

import numpy as np
from numpy.typing import NDArray

from optiviz.networks.network import Network

Array = NDArray[np.float64]


class Penalty:
    """l1 times the sum of |w| and half of l2 times the sum of w^2, over all weights but biases.

    Hoerl & Kennard (1970) for l2, Tibshirani (1996) for l1. The slope of |w| at 0 is taken as 0.

    Parameters
    ----------
    network : Network
    n_inputs : int
        Features of the data.
    l1, l2 : float
    """

    def __init__(self, network: Network, n_inputs: int, l1: float, l2: float) -> None:
        self._l1, self._l2 = l1, l2
        is_weight = np.ones(network.dim(n_inputs))
        for matrix in network.matrices(is_weight, n_inputs):
            matrix[:, -1] = 0
        self._at = np.flatnonzero(is_weight)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self._l1 > 0 or self._l2 > 0

    def of(self, X: Array) -> Array:
        """Return the penalty of each candidate; it has the same bits alone and among others.

        Parameters
        ----------
        X : ndarray, shape (n, dim)

        Returns
        -------
        ndarray, shape (n,)
        """
        weights = np.take(X, self._at, axis=1)
        total: Array = np.zeros(len(X))
        if self._l1:
            total += self._l1 * np.abs(weights).sum(axis=1)
        if self._l2:
            total += self._l2 / 2 * np.square(weights, out=weights).sum(axis=1)
        return total

    def add_slope(self, x: Array, gradient: Array) -> None:
        """Add the penalty's derivative at x to a gradient, both of shape (dim,)."""
        weights = x[self._at]
        if self._l1:
            gradient[self._at] += self._l1 * np.sign(weights)
        if self._l2:
            gradient[self._at] += self._l2 * weights

    def add_curvature(self, second: Array) -> None:
        """Add the penalty's second derivatives to those of a loss, shape (dim, dim)."""
        second[self._at, self._at] += self._l2
