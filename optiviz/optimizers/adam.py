"""Adam: a running mean of the gradient over the root of a running mean of its square."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array
from optiviz.methods.descent import Moments
from optiviz.methods.moments import AdaptiveMoments


class Adam(AdaptiveMoments):
    """x <- x - learning_rate * m / (sqrt(v) + epsilon), both means freed of their start at zero.

    AMSGrad divides by the largest v so far, which never falls: Reddi, Kale & Kumar (2018), On the
    convergence of Adam and beyond, algorithm 2, with the means freed.
    """

    kind = "adam"
    label = "Adam"
    source = "Kingma & Ba (2015), Adam: a method for stochastic optimization, algorithm 1"

    amsgrad: Annotated[
        bool,
        Param(
            "Divide by the root of the largest mean square so far, which never falls.",
            label="AMSGrad",
            choices={"true": "on"},
            live=True,
            advanced=True,
        ),
    ] = False

    def rule(self, slope: str) -> str:
        """Say what a step is."""
        largest = "the largest " if self.amsgrad else "the "
        return (
            f"Move by −{self.learning_rate:g} times the running mean of {slope}, "
            f"over the root of {largest}running mean of its square"
        )

    @property
    def n_moments(self) -> int:
        """Both means, and the largest of the second for AMSGrad."""
        return 3 if self.amsgrad else 2

    def second(self, moments: Moments) -> Array:
        """Return the mean square whose root divides, shape (m,)."""
        if not self.amsgrad:
            return moments[1]
        _, square, largest = moments
        return np.maximum(largest, square, out=largest)

    def second_lines(self) -> str:
        """Return the lines that set `v_hat`: of the largest mean square for AMSGrad."""
        if not self.amsgrad:
            return super().second_lines()
        return "largest = np.maximum(largest, v)\nv_hat = largest / (1 - beta_2**t)\n"
