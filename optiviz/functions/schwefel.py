"""Schwefel: the lowest point is far from the second lowest, near a corner."""

import numpy as np

from optiviz.functions import Array, Function, Minimum, at, total

# Where sin(s) + s cos(s)/2 = 0 for s = sqrt(x), and the height of x sin(sqrt(x)) there.
_LOWEST, _DEPTH = 420.968746359982, 418.98288727243374


class Schwefel(Function):
    """The sum of 418.98... - x sin(sqrt(|x|)).

    Outside of -500 to 500 it goes lower without an end.
    """

    kind = "schwefel"
    label = "Schwefel"
    group = "Many minima"
    usual = (-500.0, 500.0)
    source = "Schwefel (1981), Numerical optimization of computer models, problem 2.26"

    def f(self, x: Array) -> Array:
        """Return the values at columns x of shape (dim, n)."""
        return total(_DEPTH - x * np.sin(np.sqrt(np.abs(x))))

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (dim, n)."""
        s = np.sqrt(np.abs(x))
        return np.asarray(-np.sin(s) - s * np.cos(s) / 2)

    def written(self) -> str:
        """Return the formula."""
        return "Σ 418.9829 − xᵢ sin √|xᵢ|"

    def minimum(self, dim: int) -> Minimum:
        """Zero near (421, ..., 421)."""
        return at([np.full(dim, _LOWEST)], 0.0)
