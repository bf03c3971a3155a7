"""A straight line, or its like in more dimensions: what linear regression is right about."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np

from optiviz.datasets import Array, DataSeed, Regression, RowCount, TargetNoise
from optiviz.engine.parameters import Param


class Linear(Regression):
    """y = intercept + slopes · x + noise, with x uniform between -1 and 1."""

    kind = "linear"
    label = "Linear function"
    group = "Regression"
    source = "Legendre (1805), who published least squares first; the rows are our own"

    n_samples: RowCount = 200
    slopes: Annotated[
        tuple[float, ...],
        Param("The slope along each feature; there are as many features.", ge=-1e6, le=1e6),
    ] = (2.0,)
    intercept: Annotated[float, Param("Value where all features are 0.", ge=-1e6, le=1e6)] = 1.0
    noise: TargetNoise = 0.3
    random_state: DataSeed = 1

    def check(self) -> Iterator[tuple[str, str]]:
        """Ask for a slope at least."""
        yield from super().check()
        if not self.slopes:
            yield "slopes", "needs at least one number"

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows and features, and no classes."""
        return self.n_samples, len(self.slopes), 0

    def table(self) -> tuple[Array, Array]:
        """Make all rows."""
        generator = np.random.default_rng(self.random_state)
        X = generator.uniform(-1, 1, (self.n_samples, len(self.slopes)))
        y = self.intercept + X @ np.array(self.slopes)
        return X, y + self.noise * generator.standard_normal(self.n_samples)
