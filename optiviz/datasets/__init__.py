"""Data to learn from, one file each; a new file here is a new dataset everywhere.

A dataset is a set of typed parameters, its own seeds among them; `load` makes the numbers. Imports
the engine, and scikit-learn when data are first made.
"""

import math
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from optiviz.datasets.loading import (
    Array,
    Data,
    Labels,
    Sizes,
    Targets,
    kept,
    loaded,
    remember,
    remembered,
    standardized,
    without_unit,
)
from optiviz.engine.parameters import Kind, Mistake, Param, SpecError
from optiviz.engine.usable import unusable

__all__ = [
    "Array",
    "Data",
    "DataSeed",
    "Dataset",
    "FeatureCount",
    "Labelled",
    "Labels",
    "Noise",
    "Regression",
    "RowCount",
    "ShippedTable",
    "Sizes",
    "Standardize",
    "StandardizeTarget",
    "TargetNoise",
    "Targets",
    "remember",
    "remembered",
    "some_of",
]

RowCount = Annotated[int, Param("Rows, train and test.", label="Rows", ge=2, le=1_000_000)]
FeatureCount = Annotated[int, Param("Columns.", label="Features", ge=1, le=10_000)]
Noise = Annotated[
    float, Param("Deviation of normal noise added to each feature of each row.", ge=0, le=1e6)
]
TargetNoise = Annotated[
    float, Param("Deviation of normal noise added to the target of each row.", ge=0, le=1e6)
]
DataSeed = Annotated[int, Param("Seed of the data.", ge=0, le=2**32 - 1)]
Standardize = Annotated[
    bool, Param("Shift and scale each feature to mean 0 and deviation 1 of the training rows.")
]
StandardizeTarget = Annotated[
    bool, Param("Shift and scale the target to mean 0 and deviation 1 of the training rows.")
]

_MOST_NUMBERS = 50_000_000  # rows times features


class Dataset(Kind):
    """A table of features and of what is to be said of each row, split into train and test.

    Subclass `Labelled` where that is a class, `Regression` where it is a number. Fields that
    several datasets have are called the same: `n_samples`, `noise`, `random_state`.
    """

    family: ClassVar[str] = "datasets"
    groups: ClassVar[tuple[str, ...]] = (
        "Drawn",
        "Your own",
        "Patterns in the plane",
        "Clusters",
        "Shipped tables",
        "Regression",
    )

    test_size: Annotated[
        float, Param("Share of the rows kept for testing.", label="Test share", gt=0, lt=1)
    ] = 0.33
    split_seed: Annotated[int, Param("Seed of the split.", ge=0, le=2**32 - 1)] = 1
    standardize: Standardize = False

    @property
    def name(self) -> str:
        """What sentences call it."""
        return self.label

    def caption(self) -> str:
        """Say what the data are, in a sentence; empty where the kind and its settings say it."""
        return ""

    @abstractmethod
    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes, without making the data."""

    @abstractmethod
    def table(self) -> tuple[Array, Targets]:
        """Make all rows: X of shape (rows, features), y of shape (rows,)."""

    def feature_names(self) -> tuple[str, ...]:
        """Return what the features are called; empty where they are only numbered."""
        return ()

    def class_names(self) -> tuple[str, ...]:
        """Return what the classes are called; empty where they are only numbered."""
        return ()

    def sizes(self) -> Sizes:
        """Return the numbers of rows, features and classes after the split."""
        n_rows, n_features, n_classes = self.table_sizes()
        n_test = math.ceil(self.test_size * n_rows)
        return Sizes(n_rows - n_test, n_test, n_features, n_classes)

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse a split that leaves nothing to learn from, and more than memory holds."""
        sizes = self.sizes()
        total = sizes.n_train + sizes.n_test
        if sizes.n_train < 1:
            yield "test_size", f"leaves no row of {total:,} to train on; make it smaller"
        if total * sizes.n_features > _MOST_NUMBERS:
            yield "n_samples", f"rows times features must be at most {_MOST_NUMBERS:,}"

    def load(self) -> Data:
        """Make, split and if wanted standardize the data; remembered, and safe in any thread.

        Raises
        ------
        SpecError
            If classes that are only known now have too few rows to be stratified.
        """
        return loaded(self, self._load)

    def _load(self) -> Data:
        X, y = self.table()
        if mistakes := list(self._unusable(X, y)):
            raise SpecError(mistakes)
        X_train, X_test, y_train, y_test = self._split(X, y)
        data = Data(
            kept(X_train),
            kept(y_train),
            kept(X_test),
            kept(y_test),
            self.sizes().n_classes,
            self.feature_names(),
            self.class_names(),
        )
        if self.standardize:
            X_train, X_test = standardized(X_train, X_test)
            names = tuple(map(without_unit, data.feature_names))
            data = replace(data, X_train=kept(X_train), X_test=kept(X_test), feature_names=names)
        return data

    def _unusable(self, X: Array, y: Targets) -> Iterator[Mistake]:
        names = self.feature_names() or [f"x{i + 1}" for i in range(X.shape[1])]
        for sentence in unusable(X, [f"the feature {n}" for n in names]):
            yield Mistake("problem.dataset", sentence)
        if y.dtype.kind == "f":
            yield from (Mistake("problem.dataset", s) for s in unusable(y[:, None], ["the target"]))
        elif (y == y[0]).all():
            yield Mistake("problem.dataset", "needs rows of at least 2 classes, has one alone")

    def _split(self, X: Array, y: Targets, strata: Labels | None = None) -> list[NDArray[Any]]:
        """Return X_train, X_test, y_train, y_test."""
        from sklearn.model_selection import train_test_split

        parts: list[NDArray[Any]] = train_test_split(
            X, y, test_size=self.test_size, random_state=self.split_seed, stratify=strata
        )
        return parts


class Labelled(Dataset):
    """A dataset with a class for each row."""

    stratify: Annotated[
        bool, Param("Keep each class's share of the rows in the training and in the test part.")
    ] = False

    def rows_by_class(self) -> tuple[int, ...]:
        """Return how many rows each class gets, those without any left out.

        Equal shares, the first classes one more where it doesn't come out even; empty where it is
        known only once the data are made. A 0 says that there are too few rows.
        """
        n_rows, _, n_classes = self.table_sizes()
        each, left = divmod(n_rows, n_classes)
        return tuple(each + (c < left) for c in range(n_classes))

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse classes without rows, and classes too small to be in both parts."""
        yield from super().check()
        counts = self.rows_by_class()
        if 0 in counts:
            yield "n_samples", f"must be at least {len(counts):,}, one for each class"
        elif self.stratify:
            sizes = self.sizes()
            yield from _not_stratified(counts or sizes.n_classes * (2,), sizes)

    def _split(self, X: Array, y: Targets, strata: Labels | None = None) -> list[NDArray[Any]]:
        if not self.stratify:
            return super()._split(X, y)
        counts = np.bincount(y)
        sentences = _not_stratified(tuple(counts[counts > 0].tolist()), self.sizes())
        if mistakes := [Mistake(field, sentence) for field, sentence in sentences]:
            raise SpecError(mistakes)
        return super()._split(X, y, y)


class Regression(Dataset):
    """A dataset with a number to predict for each row.

    Attributes
    ----------
    target_name : str
        What the number is.
    """

    target_name: ClassVar[str] = "y"

    standardize_target: StandardizeTarget = False

    def _load(self) -> Data:
        data = super()._load()
        if not self.standardize_target:
            return replace(data, target_name=self.target_name)
        y_train, y_test = standardized(data.y_train[:, None], data.y_test[:, None])
        return replace(
            data,
            y_train=kept(y_train[:, 0]),
            y_test=kept(y_test[:, 0]),
            target_name=without_unit(self.target_name),
        )


class ShippedTable(Labelled):
    """A table of classes that comes with scikit-learn, or some of its rows.

    Subclasses narrow `n_samples` to the rows that there are (`some_of`).

    Attributes
    ----------
    class_rows : tuple of int
        The rows of each class in the whole table.
    n_features : int
    """

    class_rows: ClassVar[tuple[int, ...]]
    n_features: ClassVar[int]

    n_samples: Annotated[int | None, Param("Rows.", ge=2)] = None
    noise: Annotated[
        float,
        Param(
            "Deviation of normal noise added to each feature, as a multiple of its own deviation.",
            ge=0,
            le=1e6,
        ),
    ] = 0.0
    random_state: DataSeed = 1

    @abstractmethod
    def bunch(self) -> Any:
        """Read the table, as scikit-learn delivers it."""

    def table_sizes(self) -> tuple[int, int, int]:
        """Return the numbers of rows, features and classes."""
        return self.n_samples or sum(self.class_rows), self.n_features, len(self.class_rows)

    def rows_by_class(self) -> tuple[int, ...]:
        """Return how many rows of each class are used."""
        classes = np.repeat(np.arange(len(self.class_rows)), self.class_rows)[self._places()]
        return tuple(np.bincount(classes, minlength=len(self.class_rows)).tolist())

    def table(self) -> tuple[Array, Labels]:
        """Make the rows: all as they come, or some drawn so that classes keep their shares."""
        found = self.bunch()
        X, y = found.data.astype(np.float64), found.target.astype(np.int64)
        deviation = X.std(axis=0)
        generator = np.random.default_rng(self.random_state)
        if self.n_samples is not None:
            classes = range(len(self.class_rows))
            drawn = [generator.permutation(np.flatnonzero(y == c)) for c in classes]
            rows = np.concatenate(drawn)[self._places()]
            X, y = X[rows], y[rows]
        X += self.noise * deviation * generator.standard_normal(X.shape)
        return X, y

    def feature_names(self) -> tuple[str, ...]:
        """Return the table's own names."""
        return tuple(str(name).replace("_", " ") for name in self.bunch().feature_names)

    def class_names(self) -> tuple[str, ...]:
        """Return the table's own names."""
        return tuple(str(name).replace("_", " ") for name in self.bunch().target_names)

    def _places(self) -> NDArray[np.intp]:
        """Return which rows are used, counted class after class.

        Rows are taken in the order of (rank in its class + 1/2) / (rows of its class), so that
        any number of them has about the shares of the whole.
        """
        place = np.concatenate([(np.arange(n) + 0.5) / n for n in self.class_rows])
        return np.argsort(place, kind="stable")[: self.n_samples]


def some_of(n_rows: int) -> Param:
    """Return how the number of rows is set where there are only so many."""
    text = f"How many of the {n_rows:,} rows are used, drawn at random; all if left out."
    return Param(text, label="Rows", ge=2, le=n_rows, unset=f"all {n_rows:,}")


def _not_stratified(counts: tuple[int, ...], sizes: Sizes) -> Iterator[tuple[str, str]]:
    """Yield why classes of so many rows can't be in both parts."""
    part, name = min((sizes.n_test, "test"), (sizes.n_train, "training"))
    if min(counts) < 2:
        yield "stratify", "needs at least 2 rows of each class, and one has 1; use more rows"
    elif part < len(counts):
        yield (
            "stratify",
            f"needs a row of each of the {len(counts):,} classes in both parts, "
            f"and the {name} part has {part:,}; change the test share or use more rows",
        )
