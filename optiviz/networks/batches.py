"""Gradients over batches: in single precision where a network is large, with double for the rest.

A batch is a sample: its gradient differs from that of all rows by far more than rounding. Weights,
and what a method makes of the gradient, stay in double precision, so that steps that are small
beside the weights are not lost: Micikevicius et al. (2018), Mixed precision training, section 3.1.
"""

from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiviz.networks.backward import Backward, Rows, Table
from optiviz.networks.losses import Loss
from optiviz.networks.network import Network

Array = NDArray[np.float64]

_LARGE = 2_000  # weights from which on the products save more time than turning numbers takes
_ROUNDING = 1e-6  # of a column's deviation, that single precision may take off its numbers
# Squared lengths of gradients between which no number that matters over- or underflowed.
_SHORTEST, _LONGEST = 1e-30, 1e30


class Ordered(NamedTuple):
    """Rows of a table in an order, and which they are."""

    table: Table
    order: Rows

    def part(self, start: int, stop: int) -> "Ordered":
        """Return the rows at places start to stop - 1, as views."""
        return Ordered(self.table.part(start, stop), self.order[start:stop])


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
        self._exact = exact
        self._single: Backward | None = None
        dim = network.dim(X.shape[1])
        if dim >= _LARGE and fits_single(X) and (target.dtype == bool or fits_single(target.T)):
            self._single = Backward(network, loss, X, target, np.float32)
            self._x, self._gradient = np.empty((2, dim), np.float32)

    def taken(self, order: Rows) -> Ordered:
        """Return rows laid out in an order."""
        return Ordered((self._single or self._exact).table.taken(order), order)

    def value_and_gradient(self, x: Array, rows: Ordered, gradient: Array) -> float:
        """Return the mean loss over some rows, and write its gradient.

        Parameters
        ----------
        x : ndarray, shape (dim,)
        rows : Ordered
            `taken`, or a part of it.
        gradient : ndarray, shape (dim,)
        """
        if self._single is None:
            return self._exact.value_and_gradient(x, rows.table, gradient)
        with np.errstate(all="ignore"):
            np.copyto(self._x, x, casting="same_kind")
            f = self._single.value_and_gradient(self._x, rows.table, self._gradient)
            square = self._gradient.dot(self._gradient)
        if _SHORTEST < square < _LONGEST and isfinite(f):
            np.copyto(gradient, self._gradient)
            return f
        return self._exact.value_and_gradient(x, self._exact.table.taken(rows.order), gradient)


def fits_single(columns: Array) -> bool:
    """Whether single precision keeps the differences in each column, of shape (rows, columns)."""
    with np.errstate(all="ignore"):
        off = np.abs(columns - columns.astype(np.float32)).max(axis=0)
        return bool((off <= _ROUNDING * columns.std(axis=0)).all())
