"""Shells of one normal cloud: scikit-learn's make_gaussian_quantiles."""

from typing import Annotated

import numpy as np

from optiviz.datasets import Array, DataSeed, Labelled, Labels, Noise, RowCount
from optiviz.engine.parameters import Param


class GaussianQuantiles(Labelled):
    """One standard normal cloud, cut into shells of as many rows, a class each.

    The innermost is class 0. No straight line helps: only the distance from the centre counts.
    """

    kind = "gaussian_quantiles"
    label = "Nested shells (gaussian quantiles)"
    group = "Clusters"
    source = (
        'Zhu, Zou, Rosset & Hastie (2009), "Multi-class AdaBoost", Statistics and Its '
        "Interface 2; as scikit-learn's make_gaussian_quantiles makes it"
    )

    n_samples: RowCount = 300
    # The time that the cloud takes grows with the cube of its columns: a second for 1,000.
    n_features: Annotated[int, Param("Columns.", label="Features", ge=1, le=1_000)] = 2
    n_classes: Annotated[int, Param("Shells, a class each.", label="Classes", ge=2, le=100)] = 3
    noise: Noise = 0.0
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes."""
        return self.n_samples, self.n_features, self.n_classes

    def rows_by_class(self) -> tuple[int, ...]:
        """Return equal shares; the outermost shell has what is left."""
        each = self.n_samples // self.n_classes
        return (*(self.n_classes - 1) * (each,), self.n_samples - (self.n_classes - 1) * each)

    def table(self) -> tuple[Array, Labels]:
        """Make all rows; noise moves them once they have their class."""
        from sklearn.datasets import make_gaussian_quantiles

        X, y = make_gaussian_quantiles(
            n_samples=self.n_samples,
            n_features=self.n_features,
            n_classes=self.n_classes,
            random_state=self.random_state,
        )
        generator = np.random.default_rng(self.random_state)
        return X + self.noise * generator.standard_normal(X.shape), y.astype(np.int64)
