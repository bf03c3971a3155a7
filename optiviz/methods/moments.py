"""What gradient methods remember: a velocity, and running means of gradients and their squares."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.engine.parts import Part
from optiviz.engine.problem import Array
from optiviz.methods.descent import BatchDescent, LearningRate, Moments

Momentum = Annotated[
    float, Param("Share of the velocity that each step keeps.", ge=0, lt=1, live=True)
]
Decay = Annotated[
    float, Param("Share of the running mean that each step keeps.", ge=0, lt=1, live=True)
]
Epsilon = Annotated[
    float,
    Param(
        "Added to what is divided by, so that it is not zero.",
        scale="log",
        ge=1e-100,
        le=1,
        live=True,
        advanced=True,
    ),
]


def move_toward(mean: Array, value: Array, share: float, scratch: Array) -> None:
    """Move a running mean by a share of the way to a new value, in place.

    Parameters
    ----------
    mean, value, scratch : ndarray of one shape
        `scratch` is overwritten, and may be `value` itself.
    share : float
        1 less what is kept.
    """
    np.subtract(value, mean, out=scratch)
    scratch *= share
    mean += scratch


class AdaptiveMoments(BatchDescent):
    """Running means of the gradient and of its square, each freed of its start at zero.

    The step is that of Adam; `second` and `update` are where others differ.

    References
    ----------
    Kingma & Ba (2015), Adam: a method for stochastic optimization, algorithm 1.
    """

    moment_names = ("m", "v", "largest")

    learning_rate: LearningRate = 0.01
    beta_1: Annotated[
        float,
        Param(
            "Share of the mean gradient that each step keeps.", label="β₁", ge=0, lt=1, live=True
        ),
    ] = 0.9
    beta_2: Annotated[
        float,
        Param("Share of the mean square that each step keeps.", label="β₂", ge=0, lt=1, live=True),
    ] = 0.999
    epsilon: Epsilon = 1e-8

    @property
    def n_moments(self) -> int:
        """Both means."""
        return 2

    def second(self, moments: Moments) -> Array:
        """Return the mean square whose root divides, shape (m,)."""
        return moments[1]

    def remembered(
        self, before: Moments, after: Moments, x: Array, rate: float, t: int
    ) -> tuple[Part, ...]:
        """Return the step along the mean gradient, freed of its start at zero."""
        freed = after[0] / (1 - self.beta_1**t)
        return (Part("memory", "−rate · mean gradient", -rate * freed),)

    def update(
        self, step: Array, gradient: Array, x: Array, moments: Moments, rate: float, t: int
    ) -> None:
        """Divide the mean by the root of the mean square, both brought up to date."""
        mean = moments[0]
        move_toward(mean, gradient, 1 - self.beta_1, step)
        np.multiply(gradient, gradient, out=gradient)
        move_toward(moments[1], gradient, 1 - self.beta_2, gradient)
        # Both corrections are taken into two numbers, as at the end of their section 2; epsilon is
        # that of algorithm 1.
        freed = (1 - self.beta_2**t) ** 0.5
        np.sqrt(self.second(moments), out=step)
        step += self.epsilon * freed
        np.divide(mean, step, out=step)
        step *= -rate * freed / (1 - self.beta_1**t)

    def second_lines(self) -> str:
        """Return the lines that set `v_hat`, the mean square freed of its start."""
        return "v_hat = v / (1 - beta_2**t)\n"

    def update_lines(self, rate: str) -> str:
        """Return the lines of the update."""
        return (
            "t = t + 1\n"
            "m = beta_1 * m + (1 - beta_1) * g  # running mean of the gradient\n"
            "v = beta_2 * v + (1 - beta_2) * g**2  # and of its square\n"
            "m_hat = m / (1 - beta_1**t)  # freed of the start at zero\n"
            f"{self.second_lines()}"
            f"x = x - {rate} * m_hat / (np.sqrt(v_hat) + epsilon)\n"
        )
