"""Griewank: a wide bowl with ripples that are seen only from near."""

import numpy as np

from optiviz.functions import Array, Function, Minimum, at, total


class Griewank(Function):
    """1 + sum of x^2 / 4000 - product of cos(x_i / sqrt(i))."""

    kind = "griewank"
    label = "Griewank"
    group = "Many minima"
    usual = (-600.0, 600.0)
    source = "Griewank (1981), Generalized descent for global optimization"

    def f(self, x: Array) -> Array:
        """Return the values at columns x of shape (dim, n)."""
        ripples = np.multiply.accumulate(np.cos(x / _roots(len(x))))[-1]
        return np.asarray(1 + total(x * x) / 4000 - ripples)

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (dim, n)."""
        root = _roots(len(x))
        cosines = np.cos(x / root)
        # The product of all others, as what is before times what is after: a cosine may be zero.
        others = np.ones_like(x)
        others[1:] = np.multiply.accumulate(cosines[:-1])
        others[:-1] *= np.multiply.accumulate(cosines[:0:-1])[::-1]
        return np.asarray(x / 2000 + np.sin(x / root) / root * others)

    def written(self) -> str:
        """Return the formula."""
        return "1 + Σ xᵢ²/4000 − Π cos(xᵢ/√i)"

    def minimum(self, dim: int) -> Minimum:
        """Zero at the origin."""
        return at([np.zeros(dim)], 0.0)


def _roots(dim: int) -> Array:
    return np.asarray(np.sqrt(np.arange(1.0, dim + 1.0))[:, None])
