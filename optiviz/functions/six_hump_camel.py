"""Six-hump camel: two of its six minima are the lowest, opposite each other."""

import numpy as np

from optiviz.functions import TWO_ONLY, Array, Function, Minimum, at

_X, _Y, _DEPTH = 0.08984201368301331, 0.7126564032704135, 1.0316284534898774


class SixHumpCamel(Function):
    """(4 - 2.1x^2 + x^4/3) x^2 + xy + (4y^2 - 4) y^2."""

    kind = "six_hump_camel"
    label = "Six-hump camel"
    group = "A few minima"
    usual = (-2.0, 2.0)  # all six minima are here; often x goes on to -3 and 3
    dims = TWO_ONLY
    source = "Dixon & Szegö (1978), The global optimization problem: an introduction"

    def f(self, x: Array) -> Array:
        """Return the values at columns of shape (2, n)."""
        x, y = x
        s, t = x * x, y * y
        return np.asarray(s * (4 + s * (s / 3 - 2.1)) + x * y + t * (4 * t - 4))

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (2, n)."""
        x, y = x
        s = x * x
        return np.stack([x * (8 + s * (2 * s - 8.4)) + y, x + y * (16 * y * y - 8)])

    def written(self) -> str:
        """Return the formula."""
        return "(4 − 2.1x² + x⁴/3) x² + xy + (4y² − 4) y²"

    def minimum(self, dim: int) -> Minimum:
        """About -1.03 at two points."""
        return at([(_X, -_Y), (-_X, _Y)], -_DEPTH)
