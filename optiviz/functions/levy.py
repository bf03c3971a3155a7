"""Levy: waves on a wide valley, which cross each other at an angle."""

import numpy as np

from optiviz.functions import Array, Function, Minimum, at, total

_PI = np.pi


class Levy(Function):
    """With w = 1 + (x - 1)/4: three kinds of waves on a parabola around w = 1."""

    kind = "levy"
    label = "Levy"
    group = "Many minima"
    usual = (-10.0, 10.0)
    source = "Levy & Montalvo (1985), The tunneling algorithm; as in Laguna & Martí (2005)"

    def f(self, x: Array) -> Array:
        """Return the values at columns x of shape (dim, n)."""
        u = (x - 1) / 4
        w = 1 + u
        waves = u * u  # of each coordinate, but for the last its own
        waves[:-1] *= 1 + 10 * np.sin(_PI * w[:-1] + 1) ** 2
        waves[-1] *= 1 + np.sin(2 * _PI * w[-1]) ** 2
        return np.asarray(np.sin(_PI * w[0]) ** 2 + total(waves))

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (dim, n)."""
        u = (x - 1) / 4
        w = 1 + u
        slope = np.empty_like(x)
        a, b = _PI * w[:-1] + 1, 2 * _PI * w[-1]
        slope[:-1] = 2 * u[:-1] * (1 + 10 * np.sin(a) ** 2)
        slope[:-1] += u[:-1] ** 2 * 10 * _PI * np.sin(2 * a)
        slope[-1] = 2 * u[-1] * (1 + np.sin(b) ** 2) + u[-1] ** 2 * 2 * _PI * np.sin(2 * b)
        slope[0] += _PI * np.sin(2 * _PI * w[0])
        return slope / 4

    def written(self) -> str:
        """Return the formula."""
        return (
            "sin²(πw₁) + Σ (wᵢ − 1)² (1 + 10 sin²(πwᵢ + 1)) + (wₙ − 1)² (1 + sin²(2πwₙ)) "
            "with wᵢ = 1 + (xᵢ − 1)/4"
        )

    def minimum(self, dim: int) -> Minimum:
        """Zero where all coordinates are 1."""
        return at([np.ones(dim)], 0.0)
