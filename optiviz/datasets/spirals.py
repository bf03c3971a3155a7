"""Spirals about one centre, a class each: hard for straight lines, and for small networks."""

from typing import Annotated

import numpy as np

from optiviz.datasets import Array, DataSeed, Labelled, Labels, Noise, RowCount
from optiviz.engine.parameters import Param

_INNER = 0.1  # the radius at which the arms begin: at 0 they would meet


class Spirals(Labelled):
    """Arms of Archimedes' spiral, turned against each other, from the middle out to radius 1.

    Without noise the arms never meet: along any ray from the centre they are
    1 / (turns * arms) apart.
    """

    kind = "spirals"
    label = "Spirals"
    group = "Patterns in the plane"
    source = (
        'Lang & Witbrock (1988), "Learning to tell two spirals apart", '
        "Proceedings of the Connectionist Models Summer School; the rows are our own"
    )

    n_samples: RowCount = 300
    n_classes: Annotated[int, Param("Arms, a class each.", label="Arms", ge=2, le=10)] = 2
    turns: Annotated[float, Param("How often each arm goes round.", gt=0, le=20)] = 1.5
    noise: Noise = 0.02
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes."""
        return self.n_samples, 2, self.n_classes

    def table(self) -> tuple[Array, Labels]:
        """Make all rows, the arms in turn."""
        generator = np.random.default_rng(self.random_state)
        y = np.arange(self.n_samples, dtype=np.int64) % self.n_classes
        # r^2 uniform: as many rows in each ring of the same area
        r = np.sqrt(_INNER**2 + (1 - _INNER**2) * generator.random(self.n_samples))
        angle = 2 * np.pi * (self.turns * r + y / self.n_classes)
        X = np.column_stack([r * np.cos(angle), r * np.sin(angle)])
        return X + self.noise * generator.standard_normal(X.shape), y
