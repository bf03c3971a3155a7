"""Styblinski-Tang: two minima along each coordinate, one lower: in all, two to the power of n."""

import numpy as np

from optiviz.functions import Array, Function, Minimum, at, total

# The lowest root of 4x^3 - 32x + 5, and the value there.
_LOWEST, _DEPTH = -2.903534027771177, 39.16616570377142


class StyblinskiTang(Function):
    """Half the sum of x^4 - 16x^2 + 5x."""

    kind = "styblinski_tang"
    label = "Styblinski-Tang"
    group = "A few minima"
    usual = (-5.0, 5.0)
    source = "Styblinski & Tang (1990), Experiments in nonconvex optimization"

    def f(self, x: Array) -> Array:
        """Return the values at columns x of shape (dim, n)."""
        s = x * x
        return total(s * (s - 16) + 5 * x) / 2

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (dim, n)."""
        return np.asarray(x * (2 * x * x - 16) + 2.5)

    def written(self) -> str:
        """Return the formula."""
        return "½ Σ xᵢ⁴ − 16xᵢ² + 5xᵢ"

    def minimum(self, dim: int) -> Minimum:
        """About -39.17 for each coordinate, near (-2.9, ..., -2.9)."""
        return at([np.full(dim, _LOWEST)], -_DEPTH * dim)
