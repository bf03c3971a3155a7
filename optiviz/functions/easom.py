"""Easom: a needle's hole in a wide plain; nothing far off says where it is."""

import numpy as np

from optiviz.functions import TWO_ONLY, Array, Function, Minimum, at


class Easom(Function):
    """-cos(x) cos(y) exp(-(x - pi)^2 - (y - pi)^2)."""

    kind = "easom"
    label = "Easom"
    group = "Flat, or without an end"
    usual = (-100.0, 100.0)
    dims = TWO_ONLY
    source = "Easom (1990), A survey of global optimization techniques"

    def f(self, x: Array) -> Array:
        """Return the values at columns of shape (2, n)."""
        x, y = x
        u, v = x - np.pi, y - np.pi
        return np.asarray(-np.cos(x) * np.cos(y) * np.exp(-(u * u + v * v)))

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (2, n)."""
        x, y = x
        u, v = x - np.pi, y - np.pi
        bell = np.exp(-(u * u + v * v))
        by_x = (np.sin(x) + 2 * u * np.cos(x)) * np.cos(y) * bell
        by_y = (np.sin(y) + 2 * v * np.cos(y)) * np.cos(x) * bell
        return np.stack([by_x, by_y])

    def written(self) -> str:
        """Return the formula."""
        return "−cos x cos y exp(−(x − π)² − (y − π)²)"

    def minimum(self, dim: int) -> Minimum:
        """-1 at (pi, pi)."""
        return at([(np.pi, np.pi)], -1.0)
