"""What datasets become: rows for training and for testing, remembered for who asks again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.usable import deviation

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Targets = NDArray[Any]
"""Classes from 0 as int64, or numbers to predict as float64."""

T = TypeVar("T", bound=np.generic)

_REMEMBERED = 8  # datasets kept in memory
_MOST_REMEMBERED = 50_000_000  # numbers of all of them, but for the last
_ROOM = f"{__package__}."
_SMALL = 100_000  # numbers that are quickly sent


@dataclass(frozen=True)
class Sizes:
    """What can be said of a dataset without making it; no classes is a regression."""

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
    y_train, y_test : ndarray, shape (rows,)
        Classes from 0 as int64; for a regression, the target as float64.
    n_classes : int
        0 for a regression.
    feature_names, class_names : tuple of str
        "x1", "x2" and "class 0", "class 1" if left out.
    target_name : str
        What y is: "class" or "y" if left out.
    """

    X_train: Array
    y_train: Targets
    X_test: Array
    y_test: Targets
    n_classes: int
    feature_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    target_name: str = ""

    def __post_init__(self) -> None:
        usual = {
            "feature_names": tuple(f"x{i + 1}" for i in range(self.X_train.shape[1])),
            "class_names": tuple(f"class {c}" for c in range(self.n_classes)),
            "target_name": "class" if self.n_classes else "y",
        }
        for name, value in usual.items():
            object.__setattr__(self, name, getattr(self, name) or value)


def standardized(train: Array, test: Array) -> tuple[Array, Array]:
    """Shift and scale the columns of both parts to mean 0 and deviation 1 of the training part."""
    mean, spread = scaling(train)
    return (train - mean) / spread, (test - mean) / spread


def scaling(train: Array) -> tuple[Array, Array]:
    """Return by what columns are shifted and scaled: their means and deviations, (columns,)."""
    mean, spread = train.mean(axis=0), train.std(axis=0)
    for column in np.flatnonzero(spread == 0):
        spread[column] = deviation(train[:, column], float(mean[column]))
    return mean, spread


def without_unit(name: str) -> str:
    """Name what is counted in deviations now: "length (cm)" becomes "length (standardized)"."""
    return f"{name.partition(' (')[0]} (standardized)"


def kept(array: NDArray[T]) -> NDArray[T]:
    """Return an array that is in one piece and read-only."""
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array


_loading = threading.Lock()
_remembered: OrderedDict[Hashable, Data] = OrderedDict()


def loaded(dataset: Hashable, make: Callable[[], Data]) -> Data:
    """Return a dataset's data, made only if that was not done lately; safe in any thread."""
    with _loading:
        if dataset in _remembered:
            _remembered.move_to_end(dataset)
        else:
            _remembered[dataset] = make()
            while len(_remembered) > 1 and (
                len(_remembered) > _REMEMBERED
                or sum(map(_size, _remembered.values())) > _MOST_REMEMBERED
            ):
                _remembered.popitem(last=False)
        return _remembered[dataset]


def remembered() -> tuple[tuple[Hashable, Data], ...]:
    """Return small data that are loaded, for other processes: making them loads scikit-learn.

    Only those of datasets that come along: others' modules may be known to nobody else.
    """
    with _loading:
        return tuple(
            (dataset, data)
            for dataset, data in _remembered.items()
            if type(dataset).__module__.startswith(_ROOM) and _size(data) <= _SMALL
        )


def remember(taken_over: Iterable[tuple[Hashable, Data]]) -> None:
    """Take over data that another process has loaded."""
    for dataset, data in taken_over:
        for array in (data.X_train, data.y_train, data.X_test, data.y_test):
            array.flags.writeable = False  # which is lost on the way
        with _loading:
            _remembered[dataset] = data


def _size(data: Data) -> int:
    return data.X_train.size + data.X_test.size
