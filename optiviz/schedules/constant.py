"""The same learning rate all along."""

import numpy as np

from optiviz.schedules import Array, Iterations, Schedule


class Constant(Schedule):
    """1 at every iteration."""

    kind = "constant"
    label = "Constant"
    source = "Robbins & Monro (1951), A stochastic approximation method, without their decrease"

    def shape(self, k: Iterations) -> Array:
        """Return ones, shape (n,)."""
        return np.ones(len(k))

    def course(self) -> str:
        """Say that nothing changes."""
        return "stays the same"
