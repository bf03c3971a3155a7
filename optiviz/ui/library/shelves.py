"""Which runs of the library are shown, and in what order. Knows no Qt."""

from collections.abc import Callable, Sequence
from enum import Enum
from operator import attrgetter
from typing import Final

from optiviz.store.history.words import is_interrupted
from optiviz.studies.listing import arrangement
from optiviz.studies.listing.columns import Column
from optiviz.ui.library.rows import Row

__all__ = ["Order", "Shelf", "counts", "found"]

_FIELDS: Final = ("name", "tags", "notes", "status", "algorithm", "dataset", "problem")
_OTHER_NAMES: Final = {"dataset": "problem"}  # a row has them in one


class Shelf(Enum):
    """Which runs are looked at; the value is what its button says."""

    ALL = "All"
    INTERRUPTED = "Interrupted"
    TAGGED = "Tagged"
    DELETED = "Deleted"


_ON: dict[Shelf, Callable[[Row], bool]] = {
    Shelf.ALL: lambda row: not row.deleted,
    Shelf.INTERRUPTED: lambda row: not row.deleted and is_interrupted(row.item),
    Shelf.TAGGED: lambda row: not row.deleted and bool(row.tags),
    Shelf.DELETED: lambda row: row.deleted,
}


def counts(rows: Sequence[Row]) -> dict[Shelf, int]:
    """Return how many runs stand on each shelf."""
    return {shelf: sum(map(on, rows)) for shelf, on in _ON.items()}


def found(rows: Sequence[Row], text: str) -> list[Row]:
    """Return the rows that have every word.

    Parameters
    ----------
    rows : sequence of Row
    text : str
        As in `optiviz.studies.listing.arrangement.terms`; ``tag:`` looks at tags alone.
    """
    left = list(rows)
    for expected, field, wanted in arrangement.terms(text, _FIELDS):
        if not field:
            left = [row for row in left if (wanted in row.searched) is expected]
        elif field == "tags":
            left = [row for row in left if _has_tag(row, wanted) is expected]
        else:
            of: Callable[[Row], str] = attrgetter(_OTHER_NAMES.get(field, field))
            left = [
                row for row in left if arrangement.begins(of(row).casefold(), wanted) is expected
            ]
    return left


def _has_tag(row: Row, wanted: str) -> bool:
    return any(tag.casefold().startswith(wanted) for tag in row.item.tags)


class Order:
    """Rows sorted by a column: done once, however often other words are looked for."""

    def __init__(self) -> None:
        self._rows: Sequence[Row] = ()
        self._by: tuple[str, bool] | None = None
        self._sorted: list[Row] = []

    def shown(
        self, rows: Sequence[Row], shelf: Shelf, text: str, column: Column, descending: bool
    ) -> list[Row]:
        """Return the rows of a shelf that have every word, sorted; missing numbers come last."""
        by = column.key, descending
        if rows is not self._rows or by != self._by:
            places = arrangement.arranged(rows, range(len(rows)), column, descending)
            self._sorted = [rows[place] for place in places]
            self._rows, self._by = rows, by
        return found([row for row in self._sorted if _ON[shelf](row)], text)
