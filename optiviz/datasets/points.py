"""Points that were drawn by hand, a class each."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np

from optiviz.datasets import Array, DataSeed, Labelled, Labels, Noise
from optiviz.engine.parameters import Param

_MOST = 100_000
_POSITION = Param(
    "Positions from left to right.", label="x1", ge=-1e6, le=1e6, max_length=_MOST, advanced=True
)


class Points(Labelled):
    """Points of the plane with a class each, as somebody drew them.

    A class below the highest may be without points: it has its output unit all the same, and no
    row ever asks for it.
    """

    kind = "points"
    label = "Drawn points"
    group = "Drawn"
    source = "Whoever drew them"

    x: Annotated[tuple[float, ...], _POSITION] = (
        -0.9, -0.7, -0.6, -0.8, -0.4, -0.5, -0.2, -0.3, 0.0, 0.1, -0.1, 0.2,
        0.0, 0.2, 0.3, 0.5, 0.4, 0.6, 0.7, 0.8, 0.6, 0.9, 0.8, 0.9,
    )  # fmt: skip
    y: Annotated[
        tuple[float, ...],
        Param(
            "Positions upwards.", label="x2", ge=-1e6, le=1e6, max_length=_MOST, advanced=True
        ),
    ] = (
        -0.6, -0.3, 0.0, 0.2, 0.1, 0.4, 0.5, 0.7, 0.6, 0.8, 0.4, 0.7,
        -0.7, -0.5, -0.8, -0.6, -0.3, -0.4, -0.1, -0.3, 0.1, 0.0, 0.3, 0.4,
    )  # fmt: skip
    classes: Annotated[
        tuple[int, ...],
        Param("The class of each point.", ge=0, le=9, max_length=_MOST, advanced=True),
    ] = 12 * (0,) + 12 * (1,)
    noise: Noise = 0.0
    random_state: DataSeed = 1

    def check(self) -> Iterator[tuple[str, str]]:
        """Ask for a class for each point, and for something to tell apart."""
        n, with_points = len(self.x), len(set(self.classes))
        if len(self.y) != n:
            yield "y", f"must be as many as x: there are {n:,}, here {len(self.y):,}"
        if len(self.classes) != n:
            yield "classes", f"must be one for each point: {n:,}, here {len(self.classes):,}"
        elif n < 2:
            yield "x", f"needs at least 2 points, has {n}"
        elif with_points < 2:
            yield "classes", "needs points of at least 2 classes, has one alone"
        else:
            yield from super().check()

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes up to the highest."""
        return len(self.x), 2, max(self.classes) + 1

    def rows_by_class(self) -> tuple[int, ...]:
        """Return the points of each class that has some."""
        counts = np.bincount(self.classes)
        return tuple(counts[counts > 0].tolist())

    def table(self) -> tuple[Array, Labels]:
        """Return the points as rows; noise moves them."""
        X = np.column_stack([self.x, self.y])
        generator = np.random.default_rng(self.random_state)
        X += self.noise * generator.standard_normal(X.shape)
        return X, np.array(self.classes, dtype=np.int64)
