"""Data to learn from, one file each; a new file here is a new dataset everywhere.

A dataset is a set of typed parameters, its own seeds among them; `load` makes the numbers. Imports
the engine, and scikit-learn when data are first made.
"""

import math
import threading
from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.parameters import Kind, Param

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
T = TypeVar("T", bound=np.generic)

_REMEMBERED = 8  # datasets kept in memory


@dataclass(frozen=True)
class Sizes:
    """What can be said of a dataset without making it."""

    n_train: int
    n_test: int
    n_features: int
    n_classes: int


@dataclass(frozen=True)
class Data:
    """Rows for training and for testing; all arrays are read-only.

    Attributes
    ----------
    X_train, X_test : ndarray, shape (rows, features)
    y_train, y_test : ndarray of int, shape (rows,)
        Classes from 0.
    """

    X_train: Array
    y_train: Labels
    X_test: Array
    y_test: Labels
    n_classes: int


class Dataset(Kind):
    """A table of features with a class for each row, split into train and test."""

    family: ClassVar[str] = "datasets"

    test_size: Annotated[
        float, Param("Share of the rows kept for testing.", label="Test share", gt=0, lt=1)
    ] = 0.33
    split_seed: Annotated[int, Param("Seed of the split.", ge=0, le=2**32 - 1)] = 1
    standardize: Annotated[
        bool,
        Param("Shift and scale each feature to mean 0 and deviation 1 of the training rows."),
    ] = False

    @abstractmethod
    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes."""

    @abstractmethod
    def table(self) -> tuple[Array, Labels]:
        """Make all rows: X of shape (rows, features), y of shape (rows,)."""

    def sizes(self) -> Sizes:
        """Return the numbers of rows, features and classes after the split."""
        n_rows, n_features, n_classes = self.table_sizes()
        n_test = math.ceil(self.test_size * n_rows)
        return Sizes(n_rows - n_test, n_test, n_features, n_classes)

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse a split that leaves nothing to learn from."""
        sizes = self.sizes()
        if sizes.n_train < 1:
            total = sizes.n_train + sizes.n_test
            yield "test_size", f"leaves no row of {total:,} to train on; make it smaller"

    def load(self) -> Data:
        """Make, split and if wanted standardize the data; remembered, and safe in any thread."""
        with _loading:
            if self in _remembered:
                _remembered.move_to_end(self)
            else:
                _remembered[self] = self._load()
                if len(_remembered) > _REMEMBERED:
                    _remembered.popitem(last=False)
            return _remembered[self]

    def _load(self) -> Data:
        from sklearn.model_selection import train_test_split

        X, y = self.table()
        X_train, X_test, y_train, y_test = train_test_split(
            X, y, test_size=self.test_size, random_state=self.split_seed
        )
        if self.standardize:
            mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
            deviation[deviation == 0] = 1.0
            X_train, X_test = (X_train - mean) / deviation, (X_test - mean) / deviation
        return Data(
            _kept(X_train), _kept(y_train), _kept(X_test), _kept(y_test), self.sizes().n_classes
        )


def _kept(array: NDArray[T]) -> NDArray[T]:
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array


_loading = threading.Lock()
_remembered: OrderedDict[Dataset, Data] = OrderedDict()
