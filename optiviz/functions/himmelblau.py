"""Himmelblau: four minima of the same depth, so that the start decides where a descent ends."""

import numpy as np

from optiviz.functions import TWO_ONLY, Array, Function, Minimum, at


class Himmelblau(Function):
    """(x^2 + y - 11)^2 + (x + y^2 - 7)^2."""

    kind = "himmelblau"
    label = "Himmelblau"
    group = "A few minima"
    usual = (-5.0, 5.0)
    dims = TWO_ONLY
    source = "Himmelblau (1972), Applied nonlinear programming"

    def f(self, x: Array) -> Array:
        """Return the values at columns of shape (2, n)."""
        x, y = x
        a, b = x * x + y - 11, x + y * y - 7
        return np.asarray(a * a + b * b)

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (2, n)."""
        x, y = x
        a, b = x * x + y - 11, x + y * y - 7
        return np.stack([4 * x * a + 2 * b, 2 * a + 4 * y * b])

    def written(self) -> str:
        """Return the formula."""
        return "(x² + y − 11)² + (x + y² − 7)²"

    def minimum(self, dim: int) -> Minimum:
        """Zero at four points."""
        points = (
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
        )
        return at(points, 0.0)
