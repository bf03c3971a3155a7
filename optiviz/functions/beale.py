"""Beale: a flat valley with steep corners, in which step sizes that fit one don't fit the other."""

import numpy as np

from optiviz.functions import TWO_ONLY, Array, Function, Minimum, at

_TARGETS = (1.5, 2.25, 2.625)


class Beale(Function):
    """(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2."""

    kind = "beale"
    label = "Beale"
    group = "One valley"
    usual = (-4.5, 4.5)
    dims = TWO_ONLY
    source = "Beale (1958), On an iterative method for finding a local minimum"

    def f(self, x: Array) -> Array:
        """Return the values at columns of shape (2, n)."""
        x, y = x
        a, b, c = _errors(x, y)
        return a * a + b * b + c * c

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (2, n)."""
        x, y = x
        a, b, c = _errors(x, y)
        across = a * (y - 1) + b * (y * y - 1) + c * (y * y * y - 1)
        return np.stack([2 * across, 2 * x * (a + 2 * y * b + 3 * y * y * c)])

    def written(self) -> str:
        """Return the formula."""
        return "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²"

    def minimum(self, dim: int) -> Minimum:
        """Zero at (3, 0.5)."""
        return at([(3.0, 0.5)], 0.0)


def _errors(x: Array, y: Array) -> tuple[Array, Array, Array]:
    first, second, third = _TARGETS
    return first - x + x * y, second - x + x * y * y, third - x + x * y * y * y
