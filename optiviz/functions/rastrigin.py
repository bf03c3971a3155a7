"""Rastrigin: a bowl with waves, hundreds of minima in a grid."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.functions import Array, Function, Minimum, at, total


class Rastrigin(Function):
    """The sum of x^2 + amplitude * (1 - cos(2 pi x))."""

    kind = "rastrigin"
    label = "Rastrigin"
    group = "Many minima"
    usual = (-5.12, 5.12)
    source = (
        "Rastrigin (1974), Systems of extremal control; "
        "Mühlenbein, Schomisch & Born (1991) for n variables"
    )

    amplitude: Annotated[
        float, Param("How high the waves are; half of it, as they go up and down.", ge=0, le=1e6)
    ] = 10.0

    def f(self, x: Array) -> Array:
        """Return the values at columns x of shape (dim, n)."""
        return total(x * x + self.amplitude * (1 - np.cos(2 * np.pi * x)))

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (dim, n)."""
        return np.asarray(2 * x + 2 * np.pi * self.amplitude * np.sin(2 * np.pi * x))

    def written(self) -> str:
        """Return the formula."""
        return f"Σ xᵢ² + {self.amplitude:g} (1 − cos 2πxᵢ)"

    def minimum(self, dim: int) -> Minimum:
        """Zero at the origin."""
        return at([np.zeros(dim)], 0.0)
