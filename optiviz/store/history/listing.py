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

_BOTH = (
    "SELECT r.place, r.id, r.writer, r.body, r.seal, l.id, l.body, l.seal "
    "FROM runs AS r LEFT JOIN labels AS l USING (place) ORDER BY r.place DESC"
)

Row = tuple[Any, ...]
Found = tuple[int, tuple[Any, Any], Item]  # a run's place, the seals of its rows, and it


class Listing:
    """The items of a database, made again only where a row has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[Any, ...], Item] = {}
        self._said: dict[str, dict[str, str]] = {}  # what was found when runs were opened
        self.places: dict[str, int] = {}

    def items(self, db: sqlite3.Connection) -> Iterator[Item]:
        """Yield all runs, the newest first."""
        writing = dict(db.execute("SELECT place, writer FROM runs WHERE writer != x''").fetchall())
        live: dict[Any, bool] = {}
        found = _changed(db, self._known) if self._known else _everything(db)
        self._known, self.places = {}, {}
        for place, key, item in found:
            self._known[key] = item
            self.places[item.id] = place
            if place not in writing and item.id not in self._said:
                yield item
                continue
            changes: dict[str, Any] = {}
            writer = writing.get(place)
            if isinstance(writer, bytes) and not item.damaged:
                if writer not in live:
                    live[writer] = writers.lives(self._folder, writer)
                changes["live"] = live[writer]
            changes |= self._said.get(item.id, {})
            yield msgspec.structs.replace(item, **changes) if changes else item

    def say(self, run: str, **found: str) -> None:
        """Have a run listed with what was found when it was opened."""
        self._said[run] = found


def _everything(db: sqlite3.Connection) -> Iterator[Found]:
    """Yield all runs from one reading of their rows."""
    others = "SELECT place FROM labels WHERE place NOT IN (SELECT place FROM runs)"
    every = db.execute(_BOTH).fetchall()
    alone = [(place, *(None,) * 7) for (place,) in db.execute(others)]  # damaged: labels only
    if alone:
        every = sorted(every + alone, key=lambda row: row[0], reverse=True)
    rows_of = _Rows(db, [], everything=False)
    for place, run, writer, body, seal, label_run, label_body, label_seal in every:
        record = opened_record(run, writer, body, seal)
        label = opened_label(label_run, label_body, label_seal) if label_run == run else None
        if record is not None and label is not None:
            yield place, (seal, label_seal), _whole(run, record, label)
        else:
            record_row, label_row = rows_of(place)
            yield place, _key(record_row, label_row), _item(record_row, label_row)


def _key(record_row: Row | None, label_row: Row | None) -> tuple[Any, Any]:
    """Return the seals of two rows, each its last field."""
    return (record_row and record_row[-1], label_row and label_row[-1])


def _changed(db: sqlite3.Connection, known: dict[tuple[Any, Any], Item]) -> Iterator[Found]:
    """Yield all runs; only rows that are not known by their seals are read."""
    labels, records = _seals(db, "labels"), _seals(db, "runs")
    keys = {
        place: (records.get(place), labels.get(place))
        for place in sorted(records.keys() | labels.keys(), reverse=True)
    }
    new = [place for place, key in keys.items() if key not in known]
    rows_of = _Rows(db, new, everything=len(new) > len(keys) // 4)
    for place, key in keys.items():
        yield place, key, known.get(key) or _item(*rows_of(place))


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
    sentence = f"The run {said.name!r}: {damaged}." if damaged else ""
    return msgspec.structs.replace(_whole(run, known, said), damaged=sentence)


def _whole(run: bytes, record: Record, label: Label) -> Item:
    # By place, not by name: ten thousand are made before a list is seen.
    return Item(
        run.hex(), label.name, record.created, tuple(label.tags), label.notes, record.status,
        record.k, record.seconds, record.stop_reason, record.failure, record.algorithm,
        record.problem, record.dataset, record.reading, record.best, record.train_accuracy,
        record.test_accuracy, record.summary, record.size, label.deleted, "", False, "",
        record.course,
    )  # fmt: skip
