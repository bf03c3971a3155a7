"""A sine wave with noise: a curve to be fitted."""

from typing import Annotated

import numpy as np

from optiviz.datasets import Array, DataSeed, Regression, RowCount, TargetNoise
from optiviz.engine.parameters import Param


class Sine(Regression):
    """y = sin(pi periods x) + noise, with x uniform between -1 and 1."""

    kind = "sine"
    label = "Sine wave"
    group = "Regression"
    source = "After Bishop (2006), Pattern Recognition and Machine Learning, section 1.1"

    n_samples: RowCount = 200
    periods: Annotated[float, Param("Whole waves between -1 and 1.", gt=0, le=100)] = 1.0
    noise: TargetNoise = 0.1
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows and features, and no classes."""
        return self.n_samples, 1, 0

    def table(self) -> tuple[Array, Array]:
        """Make all rows."""
        generator = np.random.default_rng(self.random_state)
        X = generator.uniform(-1, 1, (self.n_samples, 1))
        y = np.sin(np.pi * self.periods * X[:, 0])
        return X, y + self.noise * generator.standard_normal(self.n_samples)
