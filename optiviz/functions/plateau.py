"""Plateau: a bowl in a plain that is quite level, so that only equal moves lead across it."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.functions import Array, Function, Minimum, at, total


class Plateau(Function):
    """The smaller of |x|^2 / radius^2 and 1; on the edge its gradient is taken for zero."""

    kind = "plateau"
    label = "Plateau"
    group = "Flat, or without an end"
    usual = (-10.0, 10.0)
    source = "Made for this program: what accuracy does around most starts, with a slope to find"

    radius: Annotated[
        float, Param("Of the bowl; outside of it there is no slope.", scale="log", ge=1e-6, le=1e6)
    ] = 4.0

    def _squares(self, x: Array) -> Array:
        inside = x / self.radius
        return total(inside * inside)

    def f(self, x: Array) -> Array:
        """Return the values at columns x of shape (dim, n)."""
        return np.minimum(self._squares(x), 1.0)

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (dim, n)."""
        return np.asarray(2 * x / self.radius**2 * (self._squares(x) < 1))

    def written(self) -> str:
        """Return the formula."""
        return f"min(Σ xᵢ²/{self.radius:g}², 1)"

    def minimum(self, dim: int) -> Minimum:
        """Zero at the origin."""
        return at([np.zeros(dim)], 0.0)
