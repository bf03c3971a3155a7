"""How a learning rate changes along a run, one file each; a new file here is a new schedule.

Imports the engine. A schedule is a pure function of the iteration, so that replay and branching
need nothing stored.
"""

from abc import abstractmethod
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.parameters import Kind, Param

Array = NDArray[np.float64]
Iterations = NDArray[np.int64]

Period = Annotated[
    int, Param("Iterations of a period.", unit="iterations", scale="log", ge=1, le=10**9, live=True)
]


class Schedule(Kind):
    """What multiplies the learning rate at each iteration, after an optional linear warm-up.

    References
    ----------
    Goyal et al. (2017), Accurate, large minibatch SGD, section 2.2, for the warm-up.
    """

    family: ClassVar[str] = "schedules"

    warm_up: Annotated[
        int,
        Param(
            "Iterations in which the rate first rises in equal steps; the schedule follows.",
            label="Warm-up",
            unit="iterations",
            ge=0,
            le=10**9,
            live=True,
            advanced=True,
        ),
    ] = 0

    def factors(self, k: Iterations) -> Array:
        """Return what multiplies the learning rate at iterations, counted from 0.

        Parameters
        ----------
        k : ndarray of int, shape (n,)

        Returns
        -------
        ndarray, shape (n,)
            At least 0, at most 1.
        """
        if self.warm_up == 0:
            return self.shape(k)
        ramp = np.minimum((k + 1) / self.warm_up, 1.0)
        return ramp * self.shape(np.maximum(k - self.warm_up, 0))

    @abstractmethod
    def shape(self, k: Iterations) -> Array:
        """Return the factors at iterations counted from the end of the warm-up, shape (n,)."""

    @abstractmethod
    def course(self) -> str:
        """Say, as the rest of a sentence that begins with the rate, how it changes."""

    def sentence(self) -> str:
        """Say in one sentence, with the numbers set, how the rate changes."""
        start = ""
        if self.warm_up:
            start = f"rises for {_iterations(self.warm_up)} and then "
        return f"The learning rate {start}{self.course()}."


def _iterations(n: int) -> str:
    return "1 iteration" if n == 1 else f"{n:,} iterations"
