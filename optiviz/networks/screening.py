"""Errors counted in single precision, wherever that provably gives the answer of double precision.

A class depends on the sign of one weighted sum. Where single precision puts that sum further from
zero than its rounding can reach, the sign is right, and half the memory and a third of the time
are saved. Candidates for which one row is nearer than that are left to double precision.
"""

import numpy as np
from numpy.typing import NDArray

from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.kernels import Kernel
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Network

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

_UNIT = 2.0**-24  # the unit roundoff of single precision
_SAFETY = 2.0  # on top of every bound; double precision's own rounding is far below it
_TANH = 2.0**-20  # at most so far off is a single-precision tanh; its makers promise 2**-22


class Screen:
    """Counts a network's errors over one table of rows.

    Parameters
    ----------
    network : Network
        One for which `suits` holds.
    X : ndarray, shape (rows, features)
    target : ndarray of bool, shape (1, rows)
    """

    def __init__(self, network: Network, X: Array, target: Bools) -> None:
        self._kernel = Kernel(network, X, target, np.float32)
        self._exact = Kernel(network, X, target)
        self._layout = network.layout(X.shape[1])
        self._hidden = [ACTIVATIONS[layer.activation] for layer in network.layers[:-1]]
        # The largest size of each input, and of the 1 that stands for the bias.
        self._largest = np.append(np.abs(X).max(axis=0), 1.0)

    @staticmethod
    def suits(network: Network) -> bool:
        """Whether the bounds hold: bounded, smooth hidden units, and one output that has a sign."""
        *hidden, last = network.layers
        bounded = all(ACTIVATIONS[layer.activation].steepest is not None for layer in hidden)
        one_sign = last.units == 1 and ACTIVATIONS[last.activation].threshold == 0
        return bool(hidden) and bounded and one_sign

    def error_rates(self, W: Array) -> Array:
        """Return the share of rows named wrongly, the very numbers of `Kernel.losses`.

        Parameters
        ----------
        W : ndarray, shape (n, dim)

        Returns
        -------
        ndarray, shape (n,)
        """
        accuracy = LOSSES["accuracy"]
        with np.errstate(over="ignore", invalid="ignore"):
            rates, nearest = self._kernel.losses_and_margins(W.astype(np.float32), accuracy)
            unsure = ~(nearest > self._reach(W))  # so that nan is unsure
        if unsure.any():
            rates[unsure] = self._exact.losses(W[unsure], accuracy)
        return rates

    def _reach(self, W: Array) -> Array:
        """Return how far rounding can move the output's weighted sum, shape (n,).

        For a sum of m products |error| <= (m + c) u sum |w| |a|, with c for the rounding of what
        goes in (Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1); what an
        input is off by goes on with its weight, and a unit passes it on times its steepest slope.
        """
        sizes = np.abs(W)
        largest, off = self._largest, np.zeros(1)
        for (at, shape), unit in zip(self._layout, (*self._hidden, None), strict=True):
            weights = sizes[:, at].reshape(-1, *shape)
            rounding = _SAFETY * (2 * shape[1] + 16) * _UNIT
            reach = weights @ (rounding * largest)
            if off.ndim > 1:
                reach += (weights[..., :-1] @ off[..., None])[..., 0]
            if unit is not None and unit.steepest is not None:
                off = unit.steepest * reach + _TANH
                largest = np.ones(shape[0] + 1)
        return np.asarray(reach[:, 0], dtype=np.float64)
