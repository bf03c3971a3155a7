"""Nesterov's accelerated gradient: momentum whose slope is taken ahead."""

import numpy as np

from optiviz.engine.parts import Part
from optiviz.engine.problem import Array
from optiviz.methods.descent import BatchDescent, Moments
from optiviz.methods.moments import Momentum


class Nesterov(BatchDescent):
    """g <- learning_rate * gradient; v <- momentum * v - g; x <- x + momentum * v - g.

    x is the point ahead, where the slope is taken: Bengio, Boulanger-Lewandowski & Pascanu (2013),
    Advances in optimizing recurrent networks, eq. 7, with a momentum that stays the same.
    """

    kind = "nesterov"
    label = "Nesterov momentum"
    source = "Nesterov (1983); as in Sutskever, Martens, Dahl & Hinton (2013), eq. 3 and 4"
    moment_names = ("velocity",)

    momentum: Momentum = 0.9

    def rule(self, slope: str) -> str:
        """Say what a step is."""
        return (
            f"Keep {self.momentum:g} of the velocity, look ahead along it, "
            f"and add -{self.learning_rate:g} times {slope} there"
        )

    @property
    def n_moments(self) -> int:
        """The velocity."""
        return 1

    def update(
        self, step: Array, gradient: Array, x: Array, moments: Moments, rate: float, t: int
    ) -> None:
        """Look ahead along the velocity, brought up to date."""
        (velocity,) = moments
        gradient *= rate
        velocity *= self.momentum
        velocity -= gradient
        np.multiply(velocity, self.momentum, out=step)
        step -= gradient

    def update_lines(self, rate: str) -> str:
        """Return the lines of the update."""
        return (
            f"velocity = momentum * velocity - {rate} * g\n"
            f"x = x + momentum * velocity - {rate} * g  # ahead of where it is\n"
        )

    def remembered(
        self, before: Moments, after: Moments, x: Array, rate: float, t: int
    ) -> tuple[Part, ...]:
        """Return the way ahead along the new velocity."""
        return (Part("memory", "momentum · velocity", self.momentum * after[0]),)
