"""Ellipsoid: a bowl that is far steeper one way than another, so that no one step size fits."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.functions import Array, Function, Minimum, at, total


class Ellipsoid(Function):
    """The sum of squares, with weights from 1 to `condition`."""

    kind = "ellipsoid"
    label = "Ellipsoid"
    group = "One valley"
    source = "Hansen & Ostermeier (2001), Completely derandomized self-adaptation"

    condition: Annotated[
        float,
        Param(
            "How many times as curved it is along the last coordinate as along the first.",
            label="Condition number",
            scale="log",
            ge=1,
            le=1e12,
        ),
    ] = 100.0

    def _weights(self, dim: int) -> Array:
        return np.asarray(self.condition ** (np.arange(dim)[:, None] / max(1, dim - 1)))

    def f(self, x: Array) -> Array:
        """Return the values at columns x of shape (dim, n)."""
        return total(self._weights(len(x)) * (x * x))

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (dim, n)."""
        return np.asarray(2 * self._weights(len(x)) * x)

    def written(self) -> str:
        """Return the formula."""
        return f"Σ c^((i − 1)/(n − 1)) xᵢ² with c = {self.condition:g}"

    def minimum(self, dim: int) -> Minimum:
        """Zero at the origin."""
        return at([np.zeros(dim)], 0.0)
