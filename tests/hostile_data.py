"""Tables that nobody would make on purpose, as datasets that only tests know."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from optiviz.datasets import Labelled, Regression
from optiviz.engine.parameters import Param

ROWS = 24


def features(which: str, X: np.ndarray) -> np.ndarray:
    """Return columns that are as the name says."""
    signs = np.where(X > 0, 1.0, -1.0)
    made = {
        "usual": X,
        "constant": np.full_like(X, 3.0),
        "one constant": np.column_stack([np.full(len(X), -7.25), X[:, 1]]),
        "duplicate rows": np.tile(X[:1], (len(X), 1)),
        "duplicate columns": np.column_stack([X[:, 0], X[:, 0]]),
        "all nan": np.full_like(X, np.nan),
        "a column of nan": np.column_stack([X[:, 0], np.full(len(X), np.nan)]),
        "one nan": np.where(np.arange(X.size).reshape(X.shape) == 7, np.nan, X),
        "infinite": np.where(np.arange(X.size).reshape(X.shape) == 7, -np.inf, X),
        "1e308": 1e308 * signs,
        "1e100": 1e100 * signs,
        "1e-308": 1e-308 * X,
        "5e-324": 5e-324 * signs,
        "mixed": np.column_stack([1e100 * signs[:, 0], 1e-308 * X[:, 1]]),
    }
    return made[which]


class HostileRows(Labelled):
    """A class for each row, and features that are as somebody's file may have them."""

    kind = "hostile_rows"
    label = "Hostile rows"
    listed = False

    which: Annotated[str, Param("What the features are.")] = "usual"
    classes: Annotated[int, Param("How many classes have rows.", ge=1, le=50)] = 2
    rows: Annotated[int, Param("How many rows.", ge=0, le=1000)] = ROWS

    def table_sizes(self) -> tuple[int, int, int]:
        return self.rows, 2, max(2, self.classes)

    def rows_by_class(self) -> tuple[int, ...]:
        return ()

    def table(self):
        X = np.random.default_rng(1).normal(size=(self.rows, 2))
        return features(self.which, X), np.arange(self.rows) % self.classes


class HostileNumbers(Regression):
    """Numbers to predict that are as somebody's file may have them."""

    kind = "hostile_numbers"
    label = "Hostile numbers"
    listed = False

    which: Annotated[str, Param("What the features are.")] = "usual"
    target: Annotated[str, Param("What the target is.")] = "usual"

    def table_sizes(self) -> tuple[int, int, int]:
        return ROWS, 2, 0

    def table(self):
        generator = np.random.default_rng(1)
        X, y = generator.normal(size=(ROWS, 2)), generator.normal(size=(ROWS, 2))
        return features(self.which, X), features(self.target, y)[:, 0].copy()
