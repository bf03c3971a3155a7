"""A checkerboard: as many islands as wanted, to see how much a network can hold."""

from typing import Annotated

import numpy as np

from optiviz.datasets import Array, DataSeed, Labelled, Labels, Noise, RowCount
from optiviz.engine.parameters import Param


class Checkerboard(Labelled):
    """Rows spread over a board from -1 to 1, whose square at the lower left is of class 0."""

    kind = "checkerboard"
    label = "Checkerboard"
    group = "Patterns in the plane"
    source = (
        'Ho & Kleinberg (1996), "Building projectable classifiers of arbitrary complexity", '
        "ICPR; the rows are our own"
    )

    n_samples: RowCount = 400
    squares: Annotated[int, Param("Squares along each side.", ge=2, le=50)] = 4
    noise: Noise = 0.0
    random_state: DataSeed = 1

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes."""
        return self.n_samples, 2, 2

    def table(self) -> tuple[Array, Labels]:
        """Make all rows, the classes in turn; noise moves them once they have their class."""
        generator = np.random.default_rng(self.random_state)
        y = np.arange(self.n_samples, dtype=np.int64) % 2
        # The squares of a class, row by row, are those of an even (or odd) number along the board.
        column, line = np.divmod(np.arange(self.squares**2), self.squares)
        colour = (column + line) % 2
        square = np.empty(self.n_samples, dtype=np.intp)
        for c in (0, 1):
            rows = np.flatnonzero(y == c)
            square[rows] = generator.choice(np.flatnonzero(colour == c), len(rows))
        corner = np.column_stack([column[square], line[square]])
        X = 2 * (corner + generator.random(corner.shape)) / self.squares - 1
        return X + self.noise * generator.standard_normal(X.shape), y
