"""A damaged history: what can be read goes into a fresh one, the damaged file is put aside.

Nothing is deleted, and what is damaged stays listed by its name.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from optiviz.engine.spec import parse_json
from optiviz.store.atomic import sync, untaken
from optiviz.store.history import chunks, database, reading, rows, writers
from optiviz.store.history.chunks import Kind
from optiviz.store.history.database import PAGE
from optiviz.store.history.listing import label_of, record_of
from optiviz.store.history.packing import unsqueezed
from optiviz.store.history.writing import write_label

_COLUMNS = {
    "runs": ("place", "id", "writer", "body", "seal"),
    "labels": ("place", "id", "body", "seal"),
    "chunks": ("slot", "first", "last", "body", "seal"),
    "tables": ("place", "sha", "body"),
}
_HIGHEST = (1 << 63) - 1
_MOST_HOLES = 2_000
_NAMED = 20  # damaged runs that are named each

Row = tuple[Any, ...]


def salvage(path: Path) -> list[str]:
    """Put a sound history in the place of a damaged one, and say what became of it.

    Raises
    ------
    OSError, sqlite3.Error
        If that can't be written; the damaged file is then where it was.
    """
    before = path.stat()
    with writers.alone(path.parent):
        if not path.exists() or not os.path.samestat(path.stat(), before):
            return []  # another process was faster
        with tempfile.TemporaryDirectory(prefix=".history-", dir=path.parent) as folder:
            fresh = database.create(Path(folder) / "fresh.sqlite3")
            missing, damaged = _copy_all(_readable(path, Path(folder)), fresh)
            kept = _put_aside(path, fresh)
    return _sentences(kept, missing, damaged)


def _sentences(kept: Path, missing: int, damaged: list[str]) -> list[str]:
    found = [
        "The history was damaged on the disk. What can be read of it was copied into a new one; "
        f"the damaged file is kept as {kept.name}."
    ]
    found += [f"The run {name!r} is damaged and can't be opened." for name in damaged[:_NAMED]]
    if len(damaged) > _NAMED:
        found.append(f"So are {len(damaged) - _NAMED:,} others, which the list shows.")
    if missing > 0:
        runs = "1 run is" if missing == 1 else f"{missing:,} runs are"
        found.append(f"{runs} missing, and nothing of what could be read tells the name.")
    elif missing < 0:
        found.append("How many runs it held could not be read: some may be missing.")
    return found


def _put_aside(path: Path, fresh: Path) -> Path:
    """Give the damaged file and its log another name, and the fresh one its place."""
    name = untaken(path.parent, "history-damaged", ".sqlite3")
    log = path.with_name(path.name + "-wal")
    if log.exists():
        os.replace(log, name.with_name(name.name + "-wal"))
    with suppress(OSError):
        path.with_name(path.name + "-shm").unlink()
    try:
        os.link(path, name)
    except OSError:  # a disk without links
        shutil.copy2(path, name)
    os.replace(fresh, path)
    sync(path.parent)
    return name


def _readable(path: Path, folder: Path) -> Path:
    """Return a copy whose first page, which says where everything is, is as it must be.

    All histories of this version have their tables at the same pages: the first page of an empty
    one, with the right number of pages, fits. So nothing foreign in it is read either.
    """
    copy = folder / "copy.sqlite3"
    shutil.copyfile(path, copy)
    log = path.with_name(path.name + "-wal")
    if log.exists():
        shutil.copyfile(log, copy.with_name(copy.name + "-wal"))
        with suppress(sqlite3.Error):
            db = sqlite3.connect(copy)
            try:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                db.close()
        for end in ("-wal", "-shm"):
            with suppress(OSError):
                copy.with_name(copy.name + end).unlink()
    first = bytearray((folder / "fresh.sqlite3").read_bytes()[:PAGE])
    pages = -(-copy.stat().st_size // PAGE)
    first[24:28] = first[92:96] = (1).to_bytes(4, "big")  # the number of pages counts
    first[28:32] = max(1, pages).to_bytes(4, "big")
    first[32:40] = bytes(8)  # no page is free
    first[18:20] = b"\x01\x01"  # without a log
    with copy.open("r+b") as file:
        file.write(first)
        file.truncate(max(1, pages) * PAGE)
    return copy


def _copy_all(damaged: Path, fresh: Path) -> tuple[int, list[str]]:
    """Copy what can be read; return how many runs are missing and the names of damaged ones."""
    old, new = sqlite3.connect(damaged, isolation_level=None), database.connect(fresh)
    old.text_factory = bytes
    try:
        with database.writing(new):
            for table, columns in _COLUMNS.items():
                marks = ", ".join("?" * len(columns))
                insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})"
                for row in _rows(old, table, columns):
                    new.execute(insert, row)
            _name_orphans(new)
            missing = _count_anew(old, new)
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return missing, _damaged(new)
    finally:
        old.close()
        new.close()


def _rows(db: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of a table in order, past what can't be read.

    One by one: a row that can be read is lost if it is fetched with a next one that can't.
    """
    key = columns[0]
    query = f"SELECT {', '.join(columns)} FROM {table} WHERE {key} >= ? ORDER BY {key} LIMIT 1"
    at, holes = 0, 0
    while at <= _HIGHEST and holes < _MOST_HOLES:
        row, is_end = _row(db, query, at)
        if is_end:
            return
        if row is not None:
            yield row
            at = row[0] + 1
            continue
        holes += 1
        found = _next_readable(db, query, at)
        if found is None:
            return
        at = found


def _row(db: sqlite3.Connection, query: str, at: int) -> tuple[Row | None, bool]:
    """Return the next row, if it can be read, and whether there is none."""
    try:
        row = db.execute(query, (at,)).fetchone()
    except (sqlite3.Error, OverflowError, MemoryError):
        return None, False
    if row is None:
        return None, True
    return (row if isinstance(row[0], int) and row[0] >= at else None), False


def _next_readable(db: sqlite3.Connection, query: str, after: int) -> int | None:
    """Return the next key from which on a row can be read again, or None."""
    low, step = after, 1
    while True:
        high = min(after + step, _HIGHEST)
        if _row(db, query, high)[0] is not None:
            break
        if high == _HIGHEST:
            return None
        low, step = high, 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        if _row(db, query, middle)[0] is not None:
            high = middle
        else:
            low = middle
    return high


def _name_orphans(db: sqlite3.Connection) -> None:
    """Have runs listed of which only chunks are left."""
    query = (
        f"SELECT DISTINCT slot >> {chunks.RUN} FROM chunks WHERE slot >> {chunks.RUN} NOT IN "
        "(SELECT place FROM runs UNION SELECT place FROM labels)"
    )
    for (place,) in db.execute(query).fetchall():
        at = chunks.slot(place, Kind.ABOUT)
        found = db.execute("SELECT body FROM chunks WHERE slot = ?", (at,)).fetchone()
        with suppress(ValueError, TypeError, KeyError, RecursionError, AttributeError):
            about = parse_json(unsqueezed(found[0]).decode())
            label = rows.Label(str(about["name"])[: rows.MAX_NAME])
            write_label(db, place, bytes.fromhex(about["id"]), label)


def _count_anew(old: sqlite3.Connection, new: sqlite3.Connection) -> int:
    """Write the census of what is there; return how many are missing, -1 if nobody knows."""
    query = "SELECT place, id FROM labels UNION SELECT place, id FROM runs ORDER BY place"
    found = dict(new.execute(query).fetchall())
    ids = [run if isinstance(run, bytes) else b"" for run in found.values()]
    database.write_census(new, database.census_of(ids))
    with suppress(sqlite3.Error):
        census = database.read_census(old)
        if census is not None:
            return max(0, census.runs - len(found))
    return -1


def _damaged(db: sqlite3.Connection) -> list[str]:
    """Return the names of the runs that are damaged."""
    labels = {row[0]: row for row in db.execute("SELECT place, id, body, seal FROM labels")}
    query = "SELECT place, id, writer, body, seal FROM runs"
    records = {row[0]: row for row in db.execute(query)}
    names = []
    for place in sorted(labels.keys() | records.keys(), reverse=True):
        record, label = record_of(records.get(place)), label_of(labels.get(place))
        name = label.name if label else record.called if record else "a run without a name"
        try:
            if record is None:
                raise ValueError
            reading.Parts(db, place, records[place][1], record)
        except (ValueError, sqlite3.Error):
            names.append(name)
        else:
            if label is None:
                names.append(name)
    return names
