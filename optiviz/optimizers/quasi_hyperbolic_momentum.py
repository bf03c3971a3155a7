"""Quasi-hyperbolic momentum: between plain descent and momentum."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.engine.parts import Part
from optiviz.engine.problem import Array
from optiviz.methods.descent import BatchDescent, Moments
from optiviz.methods.moments import Decay, move_toward


class QuasiHyperbolicMomentum(BatchDescent):
    """x <- x - learning_rate * ((1 - nu) * gradient + nu * running mean of gradients).

    The authors' rule of thumb is nu = 0.7 with a momentum of 0.999, for long trainings on batches;
    here it begins with the 0.9 of other momentums, so that they can be compared.
    """

    kind = "quasi_hyperbolic_momentum"
    label = "Quasi-hyperbolic momentum"
    source = "Ma & Yarats (2019), Quasi-hyperbolic momentum and Adam for deep learning, eq. 3 and 4"
    moment_names = ("mean",)

    momentum: Decay = 0.9
    nu: Annotated[
        float,
        Param("Share of the mean in a step; 0 is plain descent.", label="ν", ge=0, le=1, live=True),
    ] = 0.7

    def rule(self, slope: str) -> str:
        """Say what a step is."""
        return (
            f"Move by −{self.learning_rate:g} times the sum of {1 - self.nu:g} of {slope} and "
            f"{self.nu:g} of its running mean"
        )

    @property
    def n_moments(self) -> int:
        """The mean gradient."""
        return 1

    def update(
        self, step: Array, gradient: Array, x: Array, moments: Moments, rate: float, t: int
    ) -> None:
        """Mix the gradient and its mean, brought up to date."""
        (mean,) = moments
        move_toward(mean, gradient, 1 - self.momentum, step)
        np.multiply(mean, -rate * self.nu, out=step)
        gradient *= -rate * (1 - self.nu)
        step += gradient

    def update_lines(self, rate: str) -> str:
        """Return the lines of the update."""
        return (
            "mean = momentum * mean + (1 - momentum) * g\n"
            f"x = x - {rate} * ((1 - nu) * g + nu * mean)\n"
        )

    def remembered(
        self, before: Moments, after: Moments, x: Array, rate: float, t: int
    ) -> tuple[Part, ...]:
        """Return the step along the mean, of which nu is taken."""
        return (Part("memory", "−rate · mean gradient", -rate * after[0]),)
