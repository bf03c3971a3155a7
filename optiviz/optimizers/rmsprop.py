"""RMSprop: each slope divided by the root of the running mean of its square."""

import numpy as np

from optiviz.engine.problem import Array
from optiviz.methods.descent import BatchDescent, LearningRate, Moments
from optiviz.methods.moments import Decay, Epsilon, move_toward


class RMSprop(BatchDescent):
    """v <- mean of gradient^2; x <- x - learning_rate * gradient / (sqrt(v) + epsilon)."""

    kind = "rmsprop"
    label = "RMSprop"
    source = "Tieleman & Hinton (2012), Lecture 6.5: divide the gradient by its recent magnitude"
    moment_names = ("v",)

    learning_rate: LearningRate = 0.01
    decay: Decay = 0.9
    epsilon: Epsilon = 1e-8

    def rule(self, slope: str) -> str:
        """Say what a step is."""
        return (
            f"Move by −{self.learning_rate:g} times {slope}, "
            "each slope over the root of the running mean of its square"
        )

    @property
    def n_moments(self) -> int:
        """The mean square."""
        return 1

    def update(
        self, step: Array, gradient: Array, x: Array, moments: Moments, rate: float, t: int
    ) -> None:
        """Divide by the root of the mean square, brought up to date."""
        (square,) = moments
        np.multiply(gradient, gradient, out=step)
        move_toward(square, step, 1 - self.decay, step)
        np.sqrt(square, out=step)
        step += self.epsilon
        np.divide(gradient, step, out=step)
        step *= -rate

    def update_lines(self, rate: str) -> str:
        """Return the lines of the update."""
        return (
            "v = decay * v + (1 - decay) * g**2  # running mean of the square\n"
            f"x = x - {rate} * g / (np.sqrt(v) + epsilon)\n"
        )
