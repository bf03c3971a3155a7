"""A learning rate that falls at once, every so many iterations."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.schedules import Array, Iterations, Period, Schedule


class Step(Schedule):
    """share^floor(k / period)."""

    kind = "step"
    label = "Steps"
    source = "Ge, Kakade, Kidambi & Netrapalli (2019), The step decay schedule"

    period: Period = 100
    share: Annotated[
        float, Param("What a step leaves of the rate.", label="Left over", gt=0, le=1, live=True)
    ] = 0.5

    def shape(self, k: Iterations) -> Array:
        """Return the share to the power of the steps so far, shape (n,)."""
        return np.power(self.share, (k // self.period).astype(np.float64))

    def course(self) -> str:
        """Say how far it falls, and when."""
        return f"falls to {self.share:g} of itself every {self.period:,} iterations"
