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

Row = tuple[Any, ...]


class Listing:
    """The items of a database, made again only where a row has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[Any, ...], Item] = {}
        self.damaged: dict[str, str] = {}  # what was found when runs were opened
        self.places: dict[str, int] = {}

    def items(self, db: sqlite3.Connection) -> Iterator[Item]:
        """Yield all runs, the newest first."""
        labels = {row[0]: row for row in db.execute("SELECT place, id, body, seal FROM labels")}
        query = "SELECT place, id, writer, body, seal FROM runs ORDER BY place DESC"
        records = {row[0]: row for row in db.execute(query)}
        live: dict[Any, bool] = {b"": False}
        known: dict[tuple[Any, ...], Item] = {}
        self.places = {}
        for place in sorted(records.keys() | labels.keys(), reverse=True):
            record, label = records.get(place), labels.get(place)
            key = (record, label)
            item = self._known.get(key) or _item(record, label)
            known[key] = item
            self.places[item.id] = place
            changes: dict[str, Any] = {}
            writer = record[2] if record is not None else b""
            if isinstance(writer, bytes) and writer and not item.damaged:
                if writer not in live:
                    live[writer] = writers.lives(self._folder, writer)
                changes["live"] = live[writer]
            if item.id in self.damaged:
                changes["damaged"] = self.damaged[item.id]
            yield msgspec.structs.replace(item, **changes) if changes else item
        self._known = known


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
