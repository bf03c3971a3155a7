"""Two interleaving half circles: scikit-learn's make_moons."""

import numpy as np

from optiviz.datasets import Array, DataSeed, Labelled, Labels, Noise, RowCount


class Moons(Labelled):
    """Two half circles of radius 1, each reaching into the other's hollow."""

    kind = "moons"
    label = "Two moons"
    group = "Patterns in the plane"
    source = "scikit-learn's make_moons (Pedregosa et al. 2011)"

    n_samples: RowCount = 300
    noise: Noise = 0.15
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes."""
        return self.n_samples, 2, 2

    def rows_by_class(self) -> tuple[int, ...]:
        """Return a half each; the lower moon has an odd row."""
        return self.n_samples // 2, self.n_samples - self.n_samples // 2

    def table(self) -> tuple[Array, Labels]:
        """Make all rows."""
        from sklearn.datasets import make_moons

        X, y = make_moons(
            n_samples=self.n_samples, noise=self.noise or None, random_state=self.random_state
        )
        return X, y.astype(np.int64)
