"""Runs as a list shows them, from their two rows; what is damaged gets a sentence."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from optiviz.store.history import rows, writers
from optiviz.store.history.rows import Item, Label, Record
from optiviz.store.history.writing import opened_label, opened_record

LOST = "what is known of it was damaged on the disk; what is left is kept, but it can't be opened"
_LABEL_LOST = "its name, tags and notes were damaged on the disk; the run itself is whole"

RECORDS = "SELECT place, id, writer, body, seal FROM runs"
LABELS = "SELECT place, id, body, seal FROM labels"

Row = tuple[Any, ...]


class Listing:
    """The items of a database, made again only where a row has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[Any, ...], Item] = {}
        self.damaged: dict[str, str] = {}  # what was found when runs were opened
        self.not_understood: dict[str, str] = {}
        self.places: dict[str, int] = {}

    def items(self, db: sqlite3.Connection) -> Iterator[Item]:
        """Yield all runs, the newest first."""
        labels = _seals(db, "labels")
        records = _seals(db, "runs")
        writing = dict(db.execute("SELECT place, writer FROM runs WHERE writer != x''").fetchall())
        keys = {
            place: (records.get(place), labels.get(place))
            for place in sorted(records.keys() | labels.keys(), reverse=True)
        }
        known = self._known
        new = [place for place, key in keys.items() if key not in known]
        rows_of = _Rows(db, new, everything=len(new) > len(keys) // 4)
        live: dict[Any, bool] = {}
        self.places, self._known = {}, {}
        for place, key in keys.items():
            item = known.get(key) or _item(*rows_of(place))
            self._known[key] = item
            self.places[item.id] = place
            changes: dict[str, Any] = {}
            writer = writing.get(place)
            if isinstance(writer, bytes) and not item.damaged:
                if writer not in live:
                    live[writer] = writers.lives(self._folder, writer)
                changes["live"] = live[writer]
            if item.id in self.damaged:
                changes["damaged"] = self.damaged[item.id]
            if item.id in self.not_understood:
                changes["not_understood"] = self.not_understood[item.id]
            yield msgspec.structs.replace(item, **changes) if changes else item


def _seals(db: sqlite3.Connection, table: str) -> dict[int, Any]:
    return dict(db.execute(f"SELECT place, seal FROM {table}").fetchall())


class _Rows:
    """The rows of runs by their places: all at once, or each when it is asked for."""

    def __init__(self, db: sqlite3.Connection, places: list[int], everything: bool) -> None:
        self._db = db
        self._records: dict[int, Row] = {}
        self._labels: dict[int, Row] = {}
        if everything and places:
            self._records = {row[0]: row for row in db.execute(RECORDS)}
            self._labels = {row[0]: row for row in db.execute(LABELS)}

    def __call__(self, place: int) -> tuple[Row | None, Row | None]:
        if self._records or self._labels:
            return self._records.get(place), self._labels.get(place)
        return (
            self._db.execute(f"{RECORDS} WHERE place = ?", (place,)).fetchone(),
            self._db.execute(f"{LABELS} WHERE place = ?", (place,)).fetchone(),
        )


def record_of(row: Row | None) -> Record | None:
    """Return the record of a row whose seal is whole, else None."""
    return None if row is None else opened_record(*row[1:])


def label_of(row: Row | None) -> Label | None:
    """Return the label of a row whose seal is whole, else None."""
    return None if row is None else opened_label(*row[1:])


def _item(record_row: Row | None, label_row: Row | None) -> Item:
    record, label = record_of(record_row), label_of(label_row)
    ids = [row[1] for row in (record_row, label_row) if row is not None]
    run = next((i for i in ids if isinstance(i, bytes) and len(i) == 16), b"")
    if record is not None and label_row is not None and label_row[1] != run:
        label = None
    said = label or rows.Label(record.called if record is not None else "a run without a name")
    if record is None:
        known = Record(said.name, 0.0, "interrupted")
        damaged = LOST
    else:
        known, damaged = record, "" if label is not None else _LABEL_LOST
    return Item(
        id=run.hex(),
        name=said.name,
        created=known.created,
        tags=tuple(said.tags),
        notes=said.notes,
        status=known.status,
        k=known.k,
        seconds=known.seconds,
        stop_reason=known.stop_reason,
        failure=known.failure,
        algorithm=known.algorithm,
        problem=known.problem,
        dataset=known.dataset,
        reading=known.reading,
        best=known.best,
        train_accuracy=known.train_accuracy,
        test_accuracy=known.test_accuracy,
        summary=known.summary,
        size=known.size,
        deleted=said.deleted,
        damaged=f"The run {said.name!r}: {damaged}." if damaged else "",
        packed_course=known.course,
    )
