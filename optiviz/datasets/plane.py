"""A plane over two features: linear regression that can be looked at from all sides."""

from typing import Annotated

import numpy as np

from optiviz.datasets import Array, DataSeed, Regression, RowCount, TargetNoise
from optiviz.engine.parameters import Param


class Plane(Regression):
    """y = intercept + slope_x1 x1 + slope_x2 x2 + noise, with x uniform between -1 and 1."""

    kind = "plane"
    label = "Plane"
    group = "Regression"
    source = "Legendre (1805), who published least squares first; the rows are our own"

    n_samples: RowCount = 300
    slope_x1: Annotated[float, Param("Slope along x1.", label="Slope x1", ge=-1e6, le=1e6)] = 1.0
    slope_x2: Annotated[float, Param("Slope along x2.", label="Slope x2", ge=-1e6, le=1e6)] = -0.5
    intercept: Annotated[float, Param("Value where both are 0.", ge=-1e6, le=1e6)] = 0.0
    noise: TargetNoise = 0.1
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows and features, and no classes."""
        return self.n_samples, 2, 0

    def table(self) -> tuple[Array, Array]:
        """Make all rows."""
        generator = np.random.default_rng(self.random_state)
        X = generator.uniform(-1, 1, (self.n_samples, 2))
        y = self.intercept + self.slope_x1 * X[:, 0] + self.slope_x2 * X[:, 1]
        return X, y + self.noise * generator.standard_normal(self.n_samples)
