"""Gradients over batches: in single precision where a network is large, with double for the rest.

A batch is a sample: its gradient differs from that of all rows by far more than rounding. Weights,
and what a method makes of the gradient, stay in double precision, so that steps that are small
beside the weights are not lost: Micikevicius et al. (2018), Mixed precision training, section 3.1.
"""

from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.networks.backward import Backward, Rows, Table
from optiviz.networks.losses import Loss
from optiviz.networks.network import Network

Array = NDArray[np.float64]

_LARGE = 2_000  # weights from which on the products save more time than turning numbers takes
_ROUNDING = 1e-6  # of a column's range, by which single precision may move its numbers
# Squared lengths of gradients between which no number that matters over- or underflowed.
_SHORTEST, _LONGEST = 1e-30, 1e30


class Batches:
    """Mean loss and gradient of a network over some of its rows, with buffers for one thread.

    In single precision the gradient is off by about 1e-6 of its length. Networks of fewer than
    2,000 weights, and data that single precision would blur, are computed in double; and so is
    each batch for which numbers left the range of single precision.

    Parameters
    ----------
    network : Network
    loss : Loss
        One that has a slope.
    X : ndarray, shape (rows, features)
    target : ndarray, shape (outputs, rows)
        See `optiviz.networks.losses`.
    exact : Backward
        Of the same, in double precision.
    """

    def __init__(
        self, network: Network, loss: Loss, X: Array, target: NDArray[Any], exact: Backward
    ) -> None:
        self.exact = exact
        self.single: _Single | None = None
        large = network.dim(X.shape[1]) >= _LARGE
        if large and fits_single(X) and (target.dtype == bool or fits_single(target.T)):
            self.single = _Single(network, loss, X, target)

    def laid_out(self, order: Rows) -> "LaidOut":
        """Return rows laid out in an order."""
        return LaidOut(self, order)


class LaidOut:
    """Rows in an order, so that a batch of them is a slice."""

    def __init__(self, batches: Batches, order: Rows) -> None:
        self._exact, self._single, self._order = batches.exact, batches.single, order
        self._table = (batches.single or batches.exact).table.taken(order)

    def value_and_gradient(self, x: Array, start: int, stop: int, gradient: Array) -> float:
        """Return the mean loss over a batch, and write its gradient.

        Parameters
        ----------
        x : ndarray, shape (dim,)
        start, stop : int
            Places in the order.
        gradient : ndarray, shape (dim,)
        """
        rows = self._table.part(start, stop)
        if self._single is not None:
            f = self._single.value_and_gradient(x, rows, gradient)
            if f is not None:
                return f
            rows = self._exact.table.taken(self._order[start:stop])
        return self._exact.value_and_gradient(x, rows, gradient)


class _Single:
    """Backpropagation in single precision for points and gradients in double."""

    def __init__(self, network: Network, loss: Loss, X: Array, target: NDArray[Any]) -> None:
        self._backward = Backward(network, loss, X, target, np.float32)
        self.table = self._backward.table
        self._x, self._gradient = np.empty((2, network.dim(X.shape[1])), np.float32)

    def value_and_gradient(self, x: Array, rows: Table, gradient: Array) -> float | None:
        """Return the mean loss, and write its gradient; None where numbers left the range."""
        with np.errstate(all="ignore"):
            np.copyto(self._x, x, casting="same_kind")
            f = self._backward.value_and_gradient(self._x, rows, self._gradient)
            square = self._gradient.dot(self._gradient)
        if not (_SHORTEST < square < _LONGEST and isfinite(f)):
            return None
        np.copyto(gradient, self._gradient)
        return f


def fits_single(columns: Array) -> bool:
    """Whether single precision keeps the differences in each column.

    A column without any counts as if it had the widest range of the others.

    Parameters
    ----------
    columns : ndarray, shape (rows, columns)
    """
    with np.errstate(all="ignore"):
        off = np.abs(columns - columns.astype(np.float32)).max(axis=0)
        ranges = np.ptp(columns, axis=0)
        return bool((off <= _ROUNDING * np.where(ranges > 0, ranges, ranges.max())).all())
