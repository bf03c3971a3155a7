"""A learning rate that falls like a power of the iterations."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.schedules import Array, Iterations, Schedule


class InverseTime(Schedule):
    """(1 + decay k)^-power; sums without bound, as descent on batches needs to arrive."""

    kind = "inverse_time"
    label = "Inverse time"
    source = "Bottou (2012), Stochastic gradient descent tricks; powers below 1: Xu (2011)"

    decay: Annotated[
        float, Param("How fast it falls at first.", scale="log", ge=0, le=1e6, live=True)
    ] = 0.01
    power: Annotated[
        float,
        Param("1 falls like 1/k, 0.5 like its root.", gt=0, le=4, live=True, advanced=True),
    ] = 1.0

    def shape(self, k: Iterations) -> Array:
        """Return the factors, shape (n,)."""
        factors: Array = np.power(1.0 + self.decay * k, -self.power)
        return factors

    def course(self) -> str:
        """Say what divides it."""
        power = "" if self.power == 1 else f"^{self.power:g}"
        return f"is divided by (1 + {self.decay:g} k){power} at iteration k"
