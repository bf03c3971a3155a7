"""A learning rate that falls by the same share at every iteration."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.schedules import Array, Iterations, Period, Schedule


class Exponential(Schedule):
    """share^(k / period)."""

    kind = "exponential"
    label = "Exponential"
    source = "Senior, Heigold, Ranzato & Yang (2013), An empirical study of learning rates"

    period: Period = 100
    share: Annotated[
        float, Param("What a period leaves of the rate.", label="Left over", gt=0, le=1, live=True)
    ] = 0.5

    def shape(self, k: Iterations) -> Array:
        """Return the share to the power of the periods so far, shape (n,)."""
        return np.power(self.share, k / self.period)

    def course(self) -> str:
        """Say how far it falls, and how fast."""
        return f"falls steadily, to {self.share:g} of itself over {self.period:,} iterations"
