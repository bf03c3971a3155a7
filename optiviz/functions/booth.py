"""Booth: a plain bowl that leans, narrow along a diagonal."""

import numpy as np

from optiviz.functions import TWO_ONLY, Array, Function, Minimum, at


class Booth(Function):
    """(x + 2y - 7)^2 + (2x + y - 5)^2."""

    kind = "booth"
    label = "Booth"
    group = "One valley"
    usual = (-10.0, 10.0)
    dims = TWO_ONLY
    source = "Jamil & Yang (2013), A literature survey of benchmark functions"

    def f(self, x: Array) -> Array:
        """Return the values at columns of shape (2, n)."""
        x, y = x
        a, b = x + 2 * y - 7, 2 * x + y - 5
        return np.asarray(a * a + b * b)

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (2, n)."""
        x, y = x
        a, b = x + 2 * y - 7, 2 * x + y - 5
        return np.stack([2 * a + 4 * b, 4 * a + 2 * b])

    def written(self) -> str:
        """Return the formula."""
        return "(x + 2y − 7)² + (2x + y − 5)²"

    def minimum(self, dim: int) -> Minimum:
        """Zero at (1, 3)."""
        return at([(1.0, 3.0)], 0.0)
