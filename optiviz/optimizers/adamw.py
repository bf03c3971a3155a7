"""AdamW: Adam, with weights that shrink apart from the gradient."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.engine.parts import Part
from optiviz.engine.problem import Array
from optiviz.methods.descent import Moments
from optiviz.methods.moments import AdaptiveMoments


class AdamW(AdaptiveMoments):
    """Adam's step, and x shrinks by learning_rate * weight_decay of itself.

    The paper's weight decay is this one times the learning rate.
    """

    kind = "adamw"
    label = "AdamW"
    source = "Loshchilov & Hutter (2019), Decoupled weight decay regularization, algorithm 2"

    weight_decay: Annotated[
        float,
        Param(
            "Share of each weight that a step takes away, when multiplied by the learning rate.",
            ge=0,
            le=1e3,
            live=True,
        ),
    ] = 0.01

    def rule(self, slope: str) -> str:
        """Say what a step is."""
        return (
            f"Move by −{self.learning_rate:g} times the running mean of {slope}, "
            "over the root of the running mean of its square, "
            f"and shrink each weight by {self.learning_rate * self.weight_decay:g} of itself"
        )

    def update(
        self, step: Array, gradient: Array, x: Array, moments: Moments, rate: float, t: int
    ) -> None:
        """Take Adam's step, and shrink x."""
        super().update(step, gradient, x, moments, rate, t)
        np.multiply(x, rate * self.weight_decay, out=gradient)
        step -= gradient

    def update_lines(self, rate: str) -> str:
        """Return the lines of the update: those of Adam, and what shrinks x."""
        *first, _ = super().update_lines(rate).splitlines()
        step = "step = m_hat / (np.sqrt(v_hat) + epsilon)"
        return "\n".join((*first, step, f"x = x - {rate} * (step + weight_decay * x)\n"))

    def remembered(
        self, before: Moments, after: Moments, x: Array, rate: float, t: int
    ) -> tuple[Part, ...]:
        """Return the step along the mean gradient, and the shrinking."""
        shrinking = Part("other", "−rate · weight decay · x", -rate * self.weight_decay * x)
        return *super().remembered(before, after, x, rate, t), shrinking
