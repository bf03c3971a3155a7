"""Matyas: a plate, nearly flat along a diagonal."""

import numpy as np

from optiviz.functions import TWO_ONLY, Array, Function, Minimum, at


class Matyas(Function):
    """0.26 (x^2 + y^2) - 0.48 xy."""

    kind = "matyas"
    label = "Matyas"
    group = "One valley"
    usual = (-10.0, 10.0)
    dims = TWO_ONLY
    source = "Jamil & Yang (2013), A literature survey of benchmark functions"

    def f(self, x: Array) -> Array:
        """Return the values at columns of shape (2, n)."""
        x, y = x
        return np.asarray(0.26 * (x * x + y * y) - 0.48 * x * y)

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (2, n)."""
        x, y = x
        return np.stack([0.52 * x - 0.48 * y, 0.52 * y - 0.48 * x])

    def written(self) -> str:
        """Return the formula."""
        return "0.26 (x² + y²) − 0.48 xy"

    def minimum(self, dim: int) -> Minimum:
        """Zero at the origin."""
        return at([(0.0, 0.0)], 0.0)
