"""Saddle: flat in the middle, but no minimum; a descent that comes in straight stays there."""

import numpy as np

from optiviz.functions import TWO_ONLY, Array, Function


class Saddle(Function):
    """x^2 - y^2, without a lowest point."""

    kind = "saddle"
    label = "Saddle"
    group = "Flat, or without an end"
    usual = (-2.0, 2.0)
    dims = TWO_ONLY
    source = "Dauphin et al. (2014), Identifying and attacking the saddle point problem"

    def f(self, x: Array) -> Array:
        """Return the values at columns of shape (2, n)."""
        x, y = x
        return np.asarray(x * x - y * y)

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (2, n)."""
        x, y = x
        return np.stack([2 * x, -2 * y])

    def written(self) -> str:
        """Return the formula."""
        return "x² − y²"
