"""Gradient descent with momentum: the heavy ball."""

import numpy as np

from optiviz.engine.parts import Part
from optiviz.engine.problem import Array
from optiviz.methods.descent import BatchDescent, Moments
from optiviz.methods.moments import Momentum as Share


class Momentum(BatchDescent):
    """v <- momentum * v - learning_rate * gradient; x <- x + v."""

    kind = "momentum"
    label = "Momentum"
    source = "Polyak (1964); as in Sutskever, Martens, Dahl & Hinton (2013), eq. 1 and 2"
    moment_names = ("velocity",)

    momentum: Share = 0.9

    def rule(self, slope: str) -> str:
        """Say what a step is."""
        rate = self.learning_rate
        return f"Keep {self.momentum:g} of the last step, and add -{rate:g} times {slope}"

    @property
    def n_moments(self) -> int:
        """The velocity, which is the last step."""
        return 1

    def update(
        self, step: Array, gradient: Array, x: Array, moments: Moments, rate: float, t: int
    ) -> None:
        """Take over the velocity, brought up to date."""
        (velocity,) = moments
        velocity *= self.momentum
        gradient *= rate
        velocity -= gradient
        np.copyto(step, velocity)

    def update_lines(self, rate: str) -> str:
        """Return the lines of the update."""
        return f"velocity = momentum * velocity - {rate} * g\nx = x + velocity\n"

    def remembered(
        self, before: Moments, after: Moments, x: Array, rate: float, t: int
    ) -> tuple[Part, ...]:
        """Return what is kept of the last step."""
        return (Part("memory", "momentum · last step", self.momentum * before[0]),)
