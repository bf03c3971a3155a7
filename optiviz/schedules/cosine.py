"""A learning rate that falls along a cosine, and starts again at the top."""

from typing import Annotated

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.schedules import Array, Iterations, Period, Schedule


class Cosine(Schedule):
    """minimum + (1 - minimum) (1 + cos(pi t)) / 2, with t from 0 to 1 in each period."""

    kind = "cosine"
    label = "Cosine with restarts"
    source = "Loshchilov & Hutter (2017), SGDR: stochastic gradient descent with warm restarts"

    period: Period = 200
    multiplier: Annotated[
        int,
        Param("Each period is so many times as long as the one before.", ge=1, le=100, live=True),
    ] = 1
    minimum: Annotated[
        float, Param("Share of the rate at the end of a period.", ge=0, le=1, live=True)
    ] = 0.0

    def shape(self, k: Iterations) -> Array:
        """Return the factors by their eq. 5, shape (n,)."""
        begin, length = self._periods(k)
        cosine = np.cos(np.pi * ((k - begin) / length))
        return self.minimum + (1 - self.minimum) * (0.5 + 0.5 * cosine)

    def _periods(self, k: Iterations) -> tuple[Iterations, Iterations | int]:
        """Return the first iteration and the length of the period that each iteration is in."""
        if self.multiplier == 1:
            return k - k % self.period, self.period
        begins, lengths = [0], [self.period]
        while begins[-1] + lengths[-1] <= k.max(initial=0):
            begins.append(begins[-1] + lengths[-1])
            lengths.append(lengths[-1] * self.multiplier)
        at = np.searchsorted(begins, k, side="right") - 1
        return np.array(begins)[at], np.array(lengths)[at]

    def course(self) -> str:
        """Say how low it goes, and when it starts again."""
        longer = "" if self.multiplier == 1 else f", each {self.multiplier} times as long"
        return (
            f"falls along a cosine to {self.minimum:g} of itself, "
            f"again every {self.period:,} iterations{longer}"
        )
