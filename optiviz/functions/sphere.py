"""Sphere: the same bowl from every side, which everything should go down."""

import numpy as np

from optiviz.functions import Array, Function, Minimum, at, total


class Sphere(Function):
    """The sum of squares."""

    kind = "sphere"
    label = "Sphere"
    group = "One valley"
    usual = (-5.12, 5.12)
    source = "De Jong (1975), Analysis of the behavior of genetic adaptive systems, F1"

    def f(self, x: Array) -> Array:
        """Return the values at columns x of shape (dim, n)."""
        return total(x * x)

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (dim, n)."""
        return 2 * x

    def written(self) -> str:
        """Return the formula."""
        return "Σ xᵢ²"

    def minimum(self, dim: int) -> Minimum:
        """Zero at the origin."""
        return at([np.zeros(dim)], 0.0)
