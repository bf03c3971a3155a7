"""A learning rate that rises once, and falls to next to nothing."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.schedules import Array, Iterations, Period, Schedule


class OneCycle(Schedule):
    """From `start` up to 1 and down to `end`, along straight lines; then it stays there."""

    kind = "one_cycle"
    label = "One cycle"
    source = (
        "Smith (2018), A disciplined approach to neural network hyper-parameters: part 1; "
        "Smith & Topin (2019), Super-convergence"
    )

    period: Period = 1000
    rise: Annotated[
        float, Param("Share of the period in which it rises.", ge=0.001, le=0.999, live=True)
    ] = 0.3
    start: Annotated[float, Param("Share of the rate at the start.", ge=0, le=1, live=True)] = 0.04
    end: Annotated[float, Param("Share of the rate at the end.", ge=0, le=1, live=True)] = 0.0

    def shape(self, k: Iterations) -> Array:
        """Return the factors, shape (n,)."""
        t = np.minimum(k / self.period, 1.0)
        up = self.start + (1 - self.start) * np.minimum(t / self.rise, 1.0)
        down = 1 + (self.end - 1) * (t - self.rise) / (1 - self.rise)
        return np.where(t < self.rise, up, np.maximum(down, 0.0))

    def course(self) -> str:
        """Say where it comes from and where it goes."""
        return (
            f"rises from {self.start:g} of itself over {self.rise:.0%} of {self.period:,} "
            f"iterations, and falls to {self.end:g}"
        )
