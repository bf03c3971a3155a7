"""Exclusive or: the smallest task that no single unit can do."""

import numpy as np

from optiviz.datasets import Array, DataSeed, Labelled, Labels, Noise, RowCount


class Xor(Labelled):
    """Rows spread over the square from -1 to 1; class 1 where x1 and x2 differ in sign.

    The four quadrants get their rows in turn.
    """

    kind = "xor"
    label = "Exclusive or (XOR)"
    group = "Patterns in the plane"
    source = 'Minsky & Papert (1969), "Perceptrons"; the rows are our own'

    n_samples: RowCount = 300
    noise: Noise = 0.05
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes."""
        return self.n_samples, 2, 2

    def table(self) -> tuple[Array, Labels]:
        """Make all rows; noise moves them once they have their class."""
        generator = np.random.default_rng(self.random_state)
        y = np.arange(self.n_samples, dtype=np.int64) % 2
        right = np.arange(self.n_samples) // 2 % 2 == 0
        up = right ^ (y == 1)
        sign = np.where(np.column_stack([right, up]), 1.0, -1.0)
        X = sign * (1 - generator.random((self.n_samples, 2)))  # never 0, which is in no quadrant
        return X + self.noise * generator.standard_normal(X.shape), y
