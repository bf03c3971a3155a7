"""Three-hump camel: the lowest of three minima is in the middle."""

import numpy as np

from optiviz.functions import TWO_ONLY, Array, Function, Minimum, at


class ThreeHumpCamel(Function):
    """2x^2 - 1.05x^4 + x^6/6 + xy + y^2."""

    kind = "three_hump_camel"
    label = "Three-hump camel"
    group = "A few minima"
    usual = (-5.0, 5.0)
    dims = TWO_ONLY
    source = "Jamil & Yang (2013), A literature survey of benchmark functions"

    def f(self, x: Array) -> Array:
        """Return the values at columns of shape (2, n)."""
        x, y = x
        s = x * x
        return np.asarray(s * (2 + s * (s / 6 - 1.05)) + x * y + y * y)

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (2, n)."""
        x, y = x
        s = x * x
        return np.stack([x * (4 + s * (s - 4.2)) + y, x + 2 * y])

    def written(self) -> str:
        """Return the formula."""
        return "2x² − 1.05x⁴ + x⁶/6 + xy + y²"

    def minimum(self, dim: int) -> Minimum:
        """Zero at the origin."""
        return at([(0.0, 0.0)], 0.0)
