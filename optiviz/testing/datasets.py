"""What every dataset keeps."""

from collections.abc import Callable

import numpy as np

from optiviz.datasets import Array, Dataset, Labels
from optiviz.testing.kinds import at_limits, bits, name_of, require


def check_data(dataset: Dataset) -> None:
    """Check shapes, types, and that the same settings make the same rows."""
    name, data, sizes = name_of(dataset), dataset._load(), dataset.sizes()
    again = dataset._load()
    for part in ("X_train", "y_train", "X_test", "y_test"):
        array = getattr(data, part)
        require(not array.flags.writeable, f"{name}: {part} can be written to")
        require(bits(array) == bits(getattr(again, part)), f"{name}: {part} is made otherwise")
        n = sizes.n_train if part.endswith("train") else sizes.n_test
        shape = (n, sizes.n_features) if part[0] == "X" else (n,)
        require(array.shape == shape, f"{name}: {part} is {array.shape}, announced was {shape}")
        kind = np.float64 if part[0] == "X" else np.int64
        require(array.dtype == kind, f"{name}: {part} holds {array.dtype}")
        require(bool(np.isfinite(array).all()), f"{name}: {part} is not finite")
        if part[0] == "y":
            classes = (array >= 0) & (array < sizes.n_classes)
            require(bool(classes.all()), f"{name}: {part} has classes outside 0 to n - 1")


def check_split(dataset: Dataset) -> None:
    """Check that each row is in one part, and that standardizing looks at the training part."""
    name, plain = name_of(dataset), dataset.replace(standardize=False)
    X, y = plain.table()
    data, other = plain._load(), plain.replace(split_seed=plain.split_seed + 1)._load()
    table = _sorted(X, y)
    for one in (data, other):
        both = np.concatenate([one.X_train, one.X_test]), np.concatenate([one.y_train, one.y_test])
        require(bits(_sorted(*both)) == bits(table), f"{name}: the split loses or doubles rows")
    if len(np.unique(table, axis=0)) > 4:
        changed = bits(data.X_train) != bits(other.X_train)
        require(changed, f"{name}: another split_seed splits the same way")
    mean, deviation = data.X_train.mean(axis=0), data.X_train.std(axis=0)
    deviation[deviation == 0] = 1.0
    scaled = plain.replace(standardize=True)._load()
    for part in ("X_train", "X_test"):
        right = np.allclose(getattr(scaled, part), (getattr(data, part) - mean) / deviation)
        require(right, f"{name}: {part} is not standardized by the training rows' mean and spread")


def check_dataset_limits(dataset: Dataset) -> None:
    """Check that each field works at its limits, and is refused beyond them."""
    for _, made in at_limits(dataset):
        sizes = made.sizes()
        if (sizes.n_train + sizes.n_test) * sizes.n_features <= 300_000:
            check_data(made)


def _sorted(X: Array, y: Labels) -> Array:
    table = np.column_stack([X, y])
    return table[np.lexsort(table.T)]


DATASET_CHECKS: tuple[Callable[[Dataset], None], ...] = (
    check_data,
    check_split,
    check_dataset_limits,
)
