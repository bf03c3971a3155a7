"""Nadam: Adam that looks ahead, as Nesterov's momentum does."""

import numpy as np

from optiviz.engine.problem import Array
from optiviz.methods.descent import Moments
from optiviz.methods.moments import AdaptiveMoments, move_toward


class Nadam(AdaptiveMoments):
    """Adam, with beta_1 * (next mean) + (1 - beta_1) * gradient in the place of the mean.

    Both parts are freed of their start at zero; beta_1 stays the same, so that the products of
    the paper's mu are its powers.
    """

    kind = "nadam"
    label = "Nadam"
    source = "Dozat (2016), Incorporating Nesterov momentum into Adam, algorithm 2"

    def rule(self, slope: str) -> str:
        """Say what a step is."""
        return (
            f"Move by −{self.learning_rate:g} times the running mean of {slope}, "
            "looked at one step ahead, over the root of the running mean of its square"
        )

    def update(
        self, step: Array, gradient: Array, x: Array, moments: Moments, rate: float, t: int
    ) -> None:
        """Divide the mean ahead by the root of the mean square, both brought up to date."""
        mean, square = moments
        beta, freed = self.beta_1, (1 - self.beta_2**t) ** 0.5
        np.multiply(gradient, gradient, out=step)
        move_toward(square, step, 1 - self.beta_2, step)
        move_toward(mean, gradient, 1 - beta, step)
        np.multiply(mean, beta / (1 - beta ** (t + 1)), out=step)
        gradient *= (1 - beta) / (1 - beta**t)
        step += gradient
        np.sqrt(square, out=gradient)
        gradient += self.epsilon * freed
        step /= gradient
        step *= -rate * freed

    def update_lines(self, rate: str) -> str:
        """Return the lines of the update."""
        return (
            "t = t + 1\n"
            "m = beta_1 * m + (1 - beta_1) * g  # running mean of the gradient\n"
            "v = beta_2 * v + (1 - beta_2) * g**2  # and of its square\n"
            "ahead = beta_1 * m / (1 - beta_1 ** (t + 1))  # the mean, one step ahead\n"
            "m_hat = ahead + (1 - beta_1) * g / (1 - beta_1**t)\n"
            "v_hat = v / (1 - beta_2**t)\n"
            f"x = x - {rate} * m_hat / (np.sqrt(v_hat) + epsilon)\n"
        )
