"""Goldstein-Price: from 3 up to a million within four units, with three more minima on the way."""

import numpy as np

from optiviz.functions import TWO_ONLY, Array, Function, Minimum, at


class GoldsteinPrice(Function):
    """The product of two polynomials, each 1 or more."""

    kind = "goldstein_price"
    label = "Goldstein-Price"
    group = "A few minima"
    usual = (-2.0, 2.0)
    dims = TWO_ONLY
    source = "Goldstein & Price (1971), On descent from local minima"

    def f(self, x: Array) -> Array:
        """Return the values at columns of shape (2, n)."""
        a, p, b, q = _parts(*x)
        return np.asarray((1 + a * a * p) * (30 + b * b * q))

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (2, n)."""
        a, p, b, q = _parts(*x)
        x, y = x
        first, second = 1 + a * a * p, 30 + b * b * q
        p_x, q_x = 6 * x + 6 * y - 14, 24 * x - 36 * y - 32
        q_y = 54 * y - 36 * x + 48
        by_x = (2 * a * p + a * a * p_x) * second + first * (4 * b * q + b * b * q_x)
        # p depends on x + y, as a does.
        by_y = (2 * a * p + a * a * p_x) * second + first * (-6 * b * q + b * b * q_y)
        return np.stack([by_x, by_y])

    def written(self) -> str:
        """Return the formula."""
        return (
            "(1 + (x + y + 1)² (19 − 14x + 3x² − 14y + 6xy + 3y²)) × "
            "(30 + (2x − 3y)² (18 − 32x + 12x² + 48y − 36xy + 27y²))"
        )

    def minimum(self, dim: int) -> Minimum:
        """Three at (0, -1)."""
        return at([(0.0, -1.0)], 3.0)


def _parts(x: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    s = x + y
    p = 19 - 14 * s + 3 * s * s
    q = 18 - 32 * x + 12 * x * x + 48 * y - 36 * x * y + 27 * y * y
    return s + 1, p, 2 * x - 3 * y, q
