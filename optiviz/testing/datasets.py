"""What every dataset keeps."""

from collections.abc import Callable
from typing import Any

import numpy as np

from optiviz.datasets import Array, Data, Dataset, Labelled, Targets
from optiviz.engine.parameters import SpecError
from optiviz.testing.kinds import at_limits, bits, name_of, require

_PARTS = ("X_train", "y_train", "X_test", "y_test")


def check_data(dataset: Dataset) -> None:
    """Check shapes, types and names, and that the same settings make the same rows."""
    name, data, sizes = name_of(dataset), dataset._load(), dataset.sizes()
    again = dataset._load()
    target = np.int64 if sizes.n_classes else np.float64
    for part in _PARTS:
        array = getattr(data, part)
        require(not array.flags.writeable, f"{name}: {part} can be written to")
        require(bits(array) == bits(getattr(again, part)), f"{name}: {part} is made otherwise")
        n = sizes.n_train if part.endswith("train") else sizes.n_test
        shape = (n, sizes.n_features) if part[0] == "X" else (n,)
        require(array.shape == shape, f"{name}: {part} is {array.shape}, announced was {shape}")
        kind = np.float64 if part[0] == "X" else target
        require(array.dtype == kind, f"{name}: {part} holds {array.dtype}, not {kind.__name__}")
        require(bool(np.isfinite(array).all()), f"{name}: {part} is not finite")
        if part[0] == "y" and sizes.n_classes:
            classes = (array >= 0) & (array < sizes.n_classes)
            require(bool(classes.all()), f"{name}: {part} has classes outside 0 to n - 1")
    require(data.n_classes == sizes.n_classes, f"{name}: there are {data.n_classes} classes")
    _check_names(name, data)


def _check_names(name: str, data: Data) -> None:
    for what, names, n in (
        ("features", data.feature_names, data.X_train.shape[1]),
        ("classes", data.class_names, data.n_classes),
    ):
        require(len(names) == n, f"{name}: {len(names)} names for {n} {what}")
        require(len(set(names)) == n, f"{name}: two {what} have the same name")
        plain = all(type(one) is str and one.strip() for one in names)
        require(plain, f"{name}: not every name of the {what} is a text")
    require(bool(data.target_name), f"{name}: the target has no name")


def check_split(dataset: Dataset) -> None:
    """Check that each row is in one part, and that standardizing looks at the training part."""
    name, plain = name_of(dataset), _as_made(dataset)
    X, y = plain.table()
    data, other = plain._load(), plain.replace(split_seed=plain.split_seed + 1)._load()
    table = _sorted(X, y)
    for one in (data, other):
        both = np.concatenate([one.X_train, one.X_test]), np.concatenate([one.y_train, one.y_test])
        require(bits(_sorted(*both)) == bits(table), f"{name}: the split loses or doubles rows")
    if len(np.unique(table, axis=0)) > 4:
        changed = bits(data.X_train) != bits(other.X_train)
        require(changed, f"{name}: another split_seed splits the same way")
    _check_standardized(plain, "standardize", "X", data)
    if not data.n_classes:
        _check_standardized(plain, "standardize_target", "y", data)


def _check_standardized(plain: Dataset, field: str, what: str, data: Data) -> None:
    train = getattr(data, f"{what}_train")
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation = np.where(deviation == 0, 1.0, deviation)
    scaled = plain.replace(**{field: True})._load()
    for part in _PARTS:
        expected = getattr(data, part)
        if part[0] == what:
            expected = (expected - mean) / deviation
        right = np.allclose(getattr(scaled, part), expected)
        require(
            right,
            f"{name_of(plain)}: {part} with {field} is not {what} by the training rows' mean and "
            "deviation",
        )


def check_stratified(dataset: Dataset) -> None:
    """Check that classes keep their shares in both parts, and what is said of their rows."""
    name = name_of(dataset)
    if not dataset.sizes().n_classes:
        return
    require(isinstance(dataset, Labelled), f"{name}: has classes, but isn't Labelled")
    assert isinstance(dataset, Labelled)
    _, y = dataset.table()
    counts = np.bincount(y)
    said = dataset.rows_by_class()
    if said:
        there = tuple(counts[counts > 0].tolist())
        require(there == said, f"{name}: rows_by_class says {said}, there are {there}")
    try:
        data = dataset.replace(stratify=True)._load()
    except SpecError as error:
        _check_refusal(name, error)
        return
    for part in (data.y_train, data.y_test):
        expected = counts * (len(part) / len(y))
        found = np.bincount(part, minlength=len(counts))
        right = bool((np.abs(found - expected) <= 1).all())
        require(right, f"{name}: stratified, {found} rows of the classes instead of {expected}")


def check_seeds(dataset: Dataset) -> None:
    """Check that the seed of the data and that of the split don't mix."""
    name, plain = name_of(dataset), _as_made(dataset)
    table = [bits(part) for part in plain.table()]
    other = plain.replace(split_seed=plain.split_seed + 1).table()
    require(table == [bits(part) for part in other], f"{name}: split_seed changes the rows")
    if "random_state" in vars(plain):
        with_noise: dict[str, Any] = {"noise": 0.5} if "noise" in vars(plain) else {}
        first, second = (plain.replace(random_state=seed, **with_noise).table() for seed in (1, 2))
        same = bits(first[0]) == bits(second[0]) and bits(first[1]) == bits(second[1])
        require(not same, f"{name}: another random_state makes the same rows")


def check_dataset_limits(dataset: Dataset) -> None:
    """Check that each field works at its limits, and is refused beyond them."""
    for _, made in at_limits(dataset):
        sizes = made.sizes()
        if (sizes.n_train + sizes.n_test) * sizes.n_features <= 300_000:
            try:
                check_data(made)
            except SpecError as error:  # how many rows a class has may be known only now
                _check_refusal(name_of(made), error)


def _check_refusal(name: str, error: SpecError) -> None:
    named = [mistake.path for mistake in error.mistakes] == ["stratify"]
    require(named, f"{name}: what can't be stratified is refused without naming it: {error}")


def _as_made(dataset: Dataset) -> Dataset:
    """Return the dataset with its rows as `table` makes them."""
    dataset = dataset.replace(standardize=False)
    return dataset if dataset.sizes().n_classes else dataset.replace(standardize_target=False)


def _sorted(X: Array, y: Targets) -> Array:
    table = np.column_stack([X, y])
    return table[np.lexsort(table.T)]


DATASET_CHECKS: tuple[Callable[[Dataset], None], ...] = (
    check_data,
    check_split,
    check_stratified,
    check_seeds,
    check_dataset_limits,
)
