"""Rosenbrock: a bent valley, easy to get into and slow to follow to its end."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.functions import MOST, Array, Function, Minimum, at, total


class Rosenbrock(Function):
    """The sum of steepness * (next - x^2)^2 + (1 - x)^2.

    From 4 to 7 variables there is a second minimum, near (-1, 1, ..., 1) (Shang & Qiu 2006).
    """

    kind = "rosenbrock"
    label = "Rosenbrock"
    group = "One valley"
    usual = (-2.048, 2.048)
    dims = range(2, MOST + 1)
    source = "Rosenbrock (1960), An automatic method for finding the greatest or least value"

    steepness: Annotated[
        float, Param("How steep the walls of the valley are.", scale="log", gt=0, le=1e9)
    ] = 100.0

    def f(self, x: Array) -> Array:
        """Return the values at columns x of shape (dim, n)."""
        off, left = x[1:] - x[:-1] * x[:-1], 1 - x[:-1]
        return total(self.steepness * (off * off) + left * left)

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (dim, n)."""
        off = 2 * self.steepness * (x[1:] - x[:-1] * x[:-1])
        slope = np.zeros_like(x)
        slope[1:] = off
        slope[:-1] -= 2 * x[:-1] * off + 2 * (1 - x[:-1])
        return slope

    def written(self) -> str:
        """Return the formula."""
        return f"Σ {self.steepness:g} (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²"

    def minimum(self, dim: int) -> Minimum:
        """Zero where all coordinates are 1."""
        return at([np.ones(dim)], 0.0)
