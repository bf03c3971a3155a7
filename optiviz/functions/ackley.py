"""Ackley: nearly flat far off, with small waves everywhere, and a steep funnel in the middle."""

import numpy as np

from optiviz.functions import Array, Function, Minimum, at, total

_A, _B, _C = 20.0, 0.2, 2 * np.pi


class Ackley(Function):
    """20 + e - 20 exp(-0.2 sqrt(mean x^2)) - exp(mean cos(2 pi x)).

    Its minimum is a kink; the gradient there is taken for zero.
    """

    kind = "ackley"
    label = "Ackley"
    group = "Many minima"
    usual = (-32.768, 32.768)
    source = (
        "Ackley (1987), A connectionist machine for genetic hillclimbing; "
        "Bäck (1996), Evolutionary algorithms in theory and practice, for n variables"
    )

    def f(self, x: Array) -> Array:
        """Return the values at columns x of shape (dim, n)."""
        far = np.sqrt(total(x * x) / len(x))
        waves = total(np.cos(_C * x)) / len(x)
        return np.asarray(_A * (1 - np.exp(-_B * far)) + (np.e - np.exp(waves)))

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (dim, n)."""
        far = np.sqrt(total(x * x) / len(x))
        waves = total(np.cos(_C * x)) / len(x)
        funnel = _A * _B * np.exp(-_B * far) / np.where(far > 0, far, 1.0)
        return np.asarray((funnel * x + _C * np.exp(waves) * np.sin(_C * x)) / len(x))

    def written(self) -> str:
        """Return the formula."""
        return "20 + e − 20 exp(−0.2 √(Σ xᵢ²/n)) − exp(Σ cos(2πxᵢ)/n)"

    def minimum(self, dim: int) -> Minimum:
        """Zero at the origin."""
        return at([np.zeros(dim)], 0.0)
