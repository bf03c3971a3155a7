"""Adagrad: a learning rate for each coordinate, which falls with the squares that it has seen."""

import numpy as np

from optiviz.engine.problem import Array
from optiviz.methods.descent import BatchDescent, Moments
from optiviz.methods.moments import Epsilon


class Adagrad(BatchDescent):
    """s <- s + gradient^2; x <- x - learning_rate * gradient / (sqrt(s) + epsilon)."""

    kind = "adagrad"
    label = "Adagrad"
    source = "Duchi, Hazan & Singer (2011), Adaptive subgradient methods, figure 1"
    moment_names = ("s",)

    epsilon: Epsilon = 1e-8

    def rule(self, slope: str) -> str:
        """Say what a step is."""
        return (
            f"Move by −{self.learning_rate:g} times {slope}, "
            "each slope over the root of the sum of its squares so far"
        )

    @property
    def n_moments(self) -> int:
        """The sum of squares."""
        return 1

    def update(
        self, step: Array, gradient: Array, x: Array, moments: Moments, rate: float, t: int
    ) -> None:
        """Divide by the root of the sum of squares, brought up to date."""
        (squares,) = moments
        np.multiply(gradient, gradient, out=step)
        squares += step
        np.sqrt(squares, out=step)
        step += self.epsilon
        np.divide(gradient, step, out=step)
        step *= -rate

    def update_lines(self, rate: str) -> str:
        """Return the lines of the update."""
        return (
            "s = s + g**2  # the sum of all squares so far\n"
            f"x = x - {rate} * g / (np.sqrt(s) + epsilon)\n"
        )
