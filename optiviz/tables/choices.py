"""What is made of a table: which columns are features, which is the target, which rows are used."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.tables import MOST_NUMBERS, TableError
from optiviz.tables.numbers import shown, why_no_number
from optiviz.tables.reading import MOST_LISTED
from optiviz.tables.table import MISSING, NUMBER, OTHER, Column, Table

TaskName = Literal["classes", "numbers"]
MOST_CLASSES = 1_000
MOST_PARTS = 100  # texts of a feature, a column of 0 and 1 each
_FEW = 10  # whole numbers that are taken for classes
_FEW_LOOK = 10_000  # rows that show at once that there are more


@dataclass(frozen=True)
class Feature:
    """A column that is learned from: a number, or whether its text is a certain one."""

    name: str
    column: int
    code: int | None = None


@dataclass(frozen=True, eq=False)
class Chosen:
    """A table of which features and target are chosen.

    Attributes
    ----------
    table : Table
    features : tuple of Feature
    columns : tuple of int
        Those that features are made of.
    target : int
    task : {"classes", "numbers"}
    used : ndarray of bool, shape (rows,)
        The rows that have all that is chosen.
    class_names : tuple of str
        Empty for numbers.
    """

    table: Table
    features: tuple[Feature, ...]
    columns: tuple[int, ...]
    target: int
    task: TaskName
    used: NDArray[np.bool_]
    class_names: tuple[str, ...]

    @cached_property
    def n_rows(self) -> int:
        """How many rows are used."""
        return int(self.used.sum())

    @property
    def n_left_out(self) -> int:
        """How many rows can't be used."""
        return len(self.used) - self.n_rows + self.table.n_ragged

    @property
    def target_name(self) -> str:
        """What the target is called."""
        return self.table.columns[self.target].name

    @cached_property
    def rows_by_class(self) -> tuple[int, ...]:
        """How many rows each class has; empty for numbers."""
        if not self.class_names:
            return ()
        return tuple(np.bincount(self.y(), minlength=len(self.class_names)).tolist())

    def left_out(self) -> list[tuple[int, str]]:
        """Return the first rows that can't be used: the line of each, and why."""
        ragged = iter(self.table.ragged)
        found = sorted([*ragged, *self._unusable()])
        return found[:MOST_LISTED]

    def X(self) -> NDArray[np.float64]:
        """Return the features, shape (rows, features)."""
        X = np.empty((self.n_rows, len(self.features)))
        for j, feature in enumerate(self.features):
            column = self.table.columns[feature.column]
            if feature.code is None:
                X[:, j] = column.values[self.used]
            else:
                assert column.codes is not None
                X[:, j] = column.codes[self.used] == feature.code
        return X

    def y(self) -> NDArray[np.float64] | NDArray[np.int64]:
        """Return the target, shape (rows,): classes from 0, or numbers."""
        column = self.table.columns[self.target]
        if self.task == "numbers":
            return column.values[self.used]
        return _classes(column)[0][self.used]

    def _unusable(self) -> Iterator[tuple[int, str]]:
        for row in np.flatnonzero(~self.used)[:MOST_LISTED].tolist():
            for j in (*self.columns, self.target):
                column = self.table.columns[j]
                as_text = column.is_text if j != self.target else self.task == "classes"
                reason = _why_not(column, row, as_text)
                if reason:
                    yield int(self.table.lines[row]), reason
                    break


def chosen(
    table: Table,
    target: str | None = None,
    features: Sequence[str] = (),
    task: TaskName | None = None,
) -> Chosen:
    """Choose of a table.

    Parameters
    ----------
    table : Table
    target : str, optional
        The column that is to be said of each row; the last that has values if left out.
    features : sequence of str, optional
        The columns that are learned from; all others with numbers if left out.
    task : {"classes", "numbers"}, optional
        Whether the target is one of some classes or a number to predict. If left out, classes
        for texts and for at most ten whole numbers.

    Raises
    ------
    TableError
        With one sentence and the setting that it is about.
    """
    names = {column.name: j for j, column in enumerate(table.columns)}
    if not len(table.lines):
        what = "no row that fits its columns" if table.n_ragged else "a header and no rows"
        first = f": line {table.ragged[0][0]:,} {table.ragged[0][1]}" if table.ragged else ""
        raise TableError(f"has {what}{first}")
    goal = _last_with_values(table.columns) if target is None else _place(names, target, "target")
    column = table.columns[goal]
    found = task or _task(column)
    if found == "numbers" and not column.n_numbers:
        raise TableError(f"the column {shown(column.name)} has no numbers to predict", "task")
    columns = (
        tuple(_place(names, name, "features") for name in features)
        if features
        else tuple(j for j, c in enumerate(table.columns) if j != goal and _is_usual(c))
    )
    if goal in columns:
        raise TableError(f"the target {shown(column.name)} can't be a feature too", "features")
    if len(set(columns)) < len(columns):
        raise TableError("a column is named twice", "features")
    if not columns:
        others = (c for j, c in enumerate(table.columns) if j != goal and c.texts)
        example = next((f" ({_why_text(c, 0)})" for c in others), "")
        raise TableError(
            f"no other column has numbers to learn from{example}; choose another target, or "
            "another delimiter if there should be more columns",
            "features",
        )
    made = [feature for j in columns for feature in _features(table.columns[j], j)]
    if len(made) * len(table.lines) > MOST_NUMBERS:
        raise TableError(
            f"has {len(table.lines):,} rows of {len(made):,} features; at most {MOST_NUMBERS:,} "
            "numbers work here: choose fewer features",
            "features",
        )
    used = np.ones(len(table.lines), dtype=bool)
    for j in columns:
        used &= _there(table.columns[j], table.columns[j].is_text)
    used &= _there(column, found == "classes")
    classes: tuple[str, ...] = ()
    if found == "classes":
        classes = _classes(column)[1]
        if len(classes) > MOST_CLASSES:
            raise TableError(
                f"the column {shown(column.name)} has {len(classes):,} different values; at most "
                f"{MOST_CLASSES:,} classes work here",
                "target",
            )
    return Chosen(table, tuple(made), columns, goal, found, used, classes)


def _place(names: dict[str, int], name: str, field: str) -> int:
    if name not in names:
        some = ", ".join(map(shown, list(names)[:6])) + (" …" if len(names) > 6 else "")
        raise TableError(f"there is no column {shown(name)}; there are {some}", field)
    return names[name]


def _last_with_values(columns: Sequence[Column]) -> int:
    """Return the place of the last column in which something stands: lines may end in a comma."""
    filled = [j for j, column in enumerate(columns) if column.n_numbers or column.n_texts]
    return max(filled, default=len(columns) - 1)


def _task(column: Column) -> TaskName:
    """Return classes for texts and for few whole numbers that come more than once."""
    if column.is_text or not column.n_numbers:
        return "classes"
    head = column.values[:_FEW_LOOK]
    if len(np.unique(head[np.isfinite(head)])) > _FEW:
        return "numbers"
    values = np.unique(column.values[np.isfinite(column.values)])
    few = len(values) <= _FEW and 2 * len(values) <= column.n_numbers
    return "classes" if few and (values == np.floor(values)).all() else "numbers"


def _is_usual(column: Column) -> bool:
    """Whether a column is a feature without being asked for: most of it is numbers."""
    return bool(column.n_numbers) and not column.is_text


def _features(column: Column, j: int) -> list[Feature]:
    if not column.n_numbers and not column.n_texts:
        raise TableError(f"the column {shown(column.name)} has no values", "features")
    if not column.is_text:
        return [Feature(column.name, j)]
    n = len(column.texts)
    if n > MOST_PARTS or column.codes is None or (column.codes == OTHER).any():
        raise TableError(
            f"the column {shown(column.name)} has more than {MOST_PARTS} different texts; as a "
            "feature each would be a column of its own",
            "features",
        )
    order = sorted(range(n), key=lambda code: column.texts[code])
    return [Feature(f"{column.name} is {column.texts[code]}"[:200], j, code) for code in order]


def _there(column: Column, as_text: bool) -> NDArray[np.bool_]:
    """Return which rows have a value that can be used, shape (rows,)."""
    if column.codes is None:
        return np.ones(len(column.values), dtype=bool)
    there: NDArray[np.bool_] = column.codes == NUMBER
    if as_text:
        there |= column.codes >= 0
    return there


def _classes(column: Column) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the class of each row, -1 without one, and what classes are called.

    Numbers come first, by size, then texts in the order of their characters: the same table has
    the same classes however its rows are ordered.
    """
    finite = np.isfinite(column.values)
    numbers, places = np.unique(column.values[finite], return_inverse=True)
    of_row = np.full(len(column.values), -1, dtype=np.int64)
    of_row[finite] = places
    names = [f"{v:.15g}" for v in numbers.tolist()]
    if column.codes is not None and column.texts:
        order = sorted(range(len(column.texts)), key=lambda code: column.texts[code])
        place = np.empty(len(order), dtype=np.int64)
        place[order] = len(names) + np.arange(len(order))
        texts = column.codes >= 0
        of_row[texts] = place[column.codes[texts]]
        names += [column.texts[code] for code in order]
    return of_row, tuple(names)


def _why_not(column: Column, row: int, as_text: bool) -> str:
    """Say why a row has no usable value in a column; empty if it has one."""
    code = NUMBER if column.codes is None else int(column.codes[row])
    if code == NUMBER or (as_text and code >= 0):
        return ""
    where = f"in column {shown(column.name)}"
    if code == MISSING:
        return f"has no value {where}"
    if code == OTHER:
        what = "a text that is too long, or one of too many" if as_text else "no number"
        return f"has {what} {where}"
    return _why_text(column, code)


def _why_text(column: Column, code: int) -> str:
    return f"{why_no_number(column.texts[code])}, in column {shown(column.name)}"
