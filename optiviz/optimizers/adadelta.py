"""Adadelta: steps in the unit of the coordinates, by the running mean of earlier steps."""

import numpy as np

from optiviz.engine.problem import Array
from optiviz.methods.descent import BatchDescent, LearningRate, Moments
from optiviz.methods.moments import Decay, Epsilon, move_toward


class Adadelta(BatchDescent):
    """x <- x - learning_rate * gradient * RMS(steps) / RMS(gradients).

    RMS is the root of a running mean of squares and epsilon. The learning rate, which is 1 in the
    paper, multiplies the step that is taken but not the one that is remembered.
    """

    kind = "adadelta"
    label = "Adadelta"
    source = "Zeiler (2012), Adadelta: an adaptive learning rate method, algorithm 1"
    moment_names = ("s", "d")

    learning_rate: LearningRate = 1.0
    decay: Decay = 0.95
    epsilon: Epsilon = 1e-6

    def rule(self, slope: str) -> str:
        """Say what a step is."""
        return (
            f"Move by −{self.learning_rate:g} times {slope}, "
            "each slope over its usual size and times the usual size of a step"
        )

    @property
    def n_moments(self) -> int:
        """The mean squares of slopes and of steps."""
        return 2

    def update(
        self, step: Array, gradient: Array, x: Array, moments: Moments, rate: float, t: int
    ) -> None:
        """Scale the gradient to the size of earlier steps, and remember this one."""
        slopes, steps = moments
        np.multiply(gradient, gradient, out=step)
        move_toward(slopes, step, 1 - self.decay, step)
        np.divide(steps + self.epsilon, slopes + self.epsilon, out=step)
        np.sqrt(step, out=step)
        step *= gradient
        np.multiply(step, step, out=gradient)
        move_toward(steps, gradient, 1 - self.decay, gradient)
        step *= -rate

    def update_lines(self, rate: str) -> str:
        """Return the lines of the update."""
        return (
            "s = decay * s + (1 - decay) * g**2  # squares of slopes\n"
            "step = np.sqrt((d + epsilon) / (s + epsilon)) * g\n"
            "d = decay * d + (1 - decay) * step**2  # squares of steps\n"
            f"x = x - {rate} * step\n"
        )
