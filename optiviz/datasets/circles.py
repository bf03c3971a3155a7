"""A circle inside another one: scikit-learn's make_circles."""

from typing import Annotated

import numpy as np

from optiviz.datasets import Array, DataSeed, Labelled, Labels, Noise, RowCount
from optiviz.engine.parameters import Param


class Circles(Labelled):
    """A circle of radius 1, class 0, and a smaller one about the same centre, class 1."""

    kind = "circles"
    label = "Circle in a circle"
    group = "Patterns in the plane"
    source = "scikit-learn's make_circles (Pedregosa et al. 2011)"

    n_samples: RowCount = 300
    factor: Annotated[
        float,
        Param("Radius of the inner circle; the outer one has 1.", label="Inner radius", ge=0, lt=1),
    ] = 0.5
    noise: Noise = 0.1
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes."""
        return self.n_samples, 2, 2

    def rows_by_class(self) -> tuple[int, ...]:
        """Return a half each; the inner circle has an odd row."""
        return self.n_samples // 2, self.n_samples - self.n_samples // 2

    def table(self) -> tuple[Array, Labels]:
        """Make all rows."""
        from sklearn.datasets import make_circles

        X, y = make_circles(
            n_samples=self.n_samples,
            factor=self.factor,
            noise=self.noise or None,
            random_state=self.random_state,
        )
        return X, y.astype(np.int64)
