"""The history as a list of runs: what is there, what people say of it, and each run as it was."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from optiviz.engine.run import Run
from optiviz.store.atomic import StoreError
from optiviz.store.folders import data_folder
from optiviz.store.history import chunks, database, reading, rows, writers
from optiviz.store.history.database import NewerError
from optiviz.store.history.listing import LOST, RECORDS, Listing, label_of, record_of
from optiviz.store.history.opening import opened
from optiviz.store.history.packing import squeezed
from optiviz.store.history.rows import Item, Label, Record
from optiviz.store.history.writing import keep_content, write_label, write_record
from optiviz.tables import contents

_BURIALS = 1.0  # seconds between two looks for runs whose process died
_RESUMABLE = ("interrupted", "by_hand")


class History:
    """The runs of a folder. Several processes, and several of these, share it.

    Attributes
    ----------
    path : Path
        Of the database.
    findings : tuple of str
        What opening found: what was damaged, put aside, brought up to date, interrupted.
    read_only : bool
        It can be looked at, and nothing changed.
    """

    def __init__(
        self, path: Path, db: sqlite3.Connection, findings: Sequence[str], read_only: bool
    ) -> None:
        self.path = path
        self.findings = tuple(findings)
        self.read_only = read_only
        self._folder = path.parent
        self._db = db
        self._lock = threading.RLock()
        self._listing = Listing(self._folder)
        self._version: tuple[int, int] | None = None
        self._buried_at = -1e9

    @classmethod
    def open(cls, folder: str | Path | None = None) -> Self:
        """Open the history of a folder, the user's data folder if left out.

        Where nothing can be written, and where a newer optiviz wrote it, it is read only.

        Raises
        ------
        StoreError
            If it can't be opened.
        """
        at = Path(folder) if folder is not None else data_folder()
        path = at / database.NAME
        try:
            try:
                db, findings = opened(at)
                made = cls(path, db, findings, read_only=False)
            except (OSError, sqlite3.Error, NewerError, StoreError) as error:
                if not path.exists():
                    raise
                db = database.connect_to_read(path)
                made = cls(path, db, [f"{database.why(error, path)}; it is only read."], True)
            n = made._bury() if not made.read_only else 0
        except Exception as error:
            raise database.why(error, path) from None
        if n:
            runs = "1 run was" if n == 1 else f"{n:,} runs were"
            made.findings += (f"{runs} interrupted when the program that ran them ended.",)
        return made

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _using(self, write: bool = False) -> Iterator[sqlite3.Connection]:
        """Use the database in the block, in one transaction if it is to be written.

        Raises
        ------
        StoreError
        """
        with self._lock:
            if write and self.read_only:
                raise StoreError(f"{self.path}: it is only read here, and can't be changed")
            try:
                if write:
                    with database.writing(self._db):
                        yield self._db
                else:
                    yield self._db
            except (sqlite3.Error, OSError, MemoryError, UnicodeDecodeError) as error:
                raise database.why(error, self.path) from None

    # The list

    def items(self, deleted: bool = False) -> list[Item]:
        """Return the runs, the newest first.

        Parameters
        ----------
        deleted : bool
            Those that were deleted and can be restored, instead of the others.

        Raises
        ------
        StoreError
            If it can't be read.
        """
        with self._using() as db:
            if not self.read_only and time.monotonic() - self._buried_at >= _BURIALS:
                with suppress(sqlite3.OperationalError):  # somebody writes; it has time
                    self._bury()
            self._version = self._data_version()
            return [item for item in self._listing.items(db) if item.deleted == deleted]

    def changed(self) -> bool:
        """Whether anybody changed something since `items` was asked for."""
        with self._lock:
            try:
                return self._data_version() != self._version
            except sqlite3.Error:
                return True

    def _data_version(self) -> tuple[int, int]:
        return int(self._db.execute("PRAGMA data_version").fetchone()[0]), self._db.total_changes

    def _bury(self) -> int:
        """Mark the runs that a dead process left as interrupted, and return how many."""
        self._buried_at = time.monotonic()
        query = "SELECT DISTINCT writer FROM runs WHERE writer != x''"
        writing = [row[0] for row in self._db.execute(query) if isinstance(row[0], bytes)]
        dead = [name for name in writing if not writers.lives(self._folder, name)]
        n = 0
        if dead:
            with database.writing(self._db):
                for name in dead:
                    n += self._bury_runs_of(name)
        writers.sweep(self._folder)
        return n

    def _bury_runs_of(self, name: bytes) -> int:
        query = "SELECT place, id, writer, body, seal FROM runs WHERE writer = ?"
        n = 0
        for row in self._db.execute(query, (name,)).fetchall():
            record = record_of(row)
            if record is not None:  # a damaged row stays as it is
                record.status, record.stop_reason = "interrupted", "interrupted"
                write_record(self._db, row[0], row[1], b"", record)
                n += 1
        return n

    # What people say

    def label(
        self,
        ids: Sequence[str],
        name: str | None = None,
        tags: Sequence[str] | None = None,
        notes: str | None = None,
    ) -> None:
        """Set the name, the tags or the notes of runs; what is None stays.

        Raises
        ------
        StoreError
            If they can't be written.
        """

        def change(label: Label) -> None:
            label.name = label.name if name is None else rows.text(name)
            if tags is not None:
                label.tags = list(dict.fromkeys(map(rows.text, tags)))[: rows.MAX_TAGS]
            label.notes = label.notes if notes is None else rows.text(notes, rows.MAX_NOTES)

        self._relabel(ids, change)

    def delete(self, ids: Sequence[str]) -> None:
        """Put runs out of the list; `restore` brings them back.

        Raises
        ------
        StoreError
            If that can't be written.
        """
        self._relabel(ids, lambda label: setattr(label, "deleted", True))

    def restore(self, ids: Sequence[str]) -> None:
        """Bring deleted runs back.

        Raises
        ------
        StoreError
            If that can't be written.
        """
        self._relabel(ids, lambda label: setattr(label, "deleted", False))

    def _relabel(self, ids: Sequence[str], change: Callable[[Label], None]) -> None:
        with self._using(write=True) as db:
            for run_id in ids:
                place, record, label = self._rows(run_id)
                run = bytes.fromhex(run_id)
                if label is None and record is None:
                    raise StoreError(f"the run can't be changed: {LOST}")
                label = label or Label(record.called if record is not None else "")
                change(label)
                write_label(db, place, run, label)

    def _rows(self, run_id: str) -> tuple[int, Record | None, Label | None]:
        """Return where a run stands, and its rows as far as they are whole."""
        run = bytes.fromhex(run_id) if len(run_id) == 32 else b""
        known = self._listing.places.get(run_id)
        for place in (known, None):
            at = ("place = ? AND id = ?", (place, run)) if place is not None else ("id = ?", (run,))
            query = "SELECT place, id, writer, body, seal FROM runs WHERE " + at[0]
            record_row = self._db.execute(query, at[1]).fetchone()
            query = "SELECT place, id, body, seal FROM labels WHERE " + at[0]
            label_row = self._db.execute(query, at[1]).fetchone()
            row = record_row or label_row
            if row is not None:
                return int(row[0]), record_of(record_row), label_of(label_row)
        raise StoreError("this run is no longer in the history")

    # Runs

    def load(self, run_id: str) -> Run:
        """Return a run as it was recorded.

        Raises
        ------
        StoreError
            If it is damaged, or can't be understood by this optiviz.
        """
        with self._using() as db:
            db.execute("BEGIN")  # its rows and its chunks of one moment
            name = "without a name"
            try:
                place, record, label = self._rows(run_id)
                name = label.name if label else record.called if record else name
                if record is None:
                    raise self._damage(run_id, name, LOST)
                parts = reading.Parts(db, place, bytes.fromhex(run_id), record)
                for table in record.tables:
                    content = reading.read_table(db, table)
                    if content is not None:
                        contents.put(content)
            except ValueError as error:
                raise self._damage(run_id, name, str(error)) from None
            except sqlite3.Error as error:
                if not database.is_damage(error):
                    raise
                raise self._damage(run_id, name, "a part of it can't be read") from None
            finally:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
        run = reading.read_run(parts, record, name)
        if why := run.spec.optimizer.read_only:
            why = f"The run {name!r} can only be looked at: {why}."
            self._listing.say(run_id, not_understood=why)
        return run

    def _damage(self, run_id: str, name: str, what: str) -> StoreError:
        sentence = f"The run {name!r} is damaged: {what}."
        self._listing.say(run_id, damaged=sentence)
        return StoreError(sentence)

    def resume(self, run_id: str) -> Run:
        """Return a run that goes on, claimed for this process: a `Recorder` follows it by its id.

        Raises
        ------
        StoreError
            If it can't go on, or a living process writes it.
        """
        run = self.load(run_id)
        if why := run.spec.optimizer.read_only:
            raise StoreError(f"the run {run.name!r} can't go on: {why}")
        with self._using(write=True) as db:
            place, record, label = self._rows(run_id)
            name = label.name if label else ""
            writer = db.execute("SELECT writer FROM runs WHERE place = ?", (place,)).fetchone()[0]
            if writer and writers.lives(self._folder, writer):
                raise StoreError(f"the run {name!r} is being recorded; it can't go on twice")
            if record is None or record.stop_reason not in _RESUMABLE:
                raise StoreError(
                    f"the run {name!r} ended by itself: only one that was interrupted or stopped "
                    "by hand can go on"
                )
            record.status = "running"
            record.stop_reason = None
            write_record(db, place, bytes.fromhex(run_id), writers.token(self._folder), record)
        try:
            run.resume()
        except Exception as error:
            with self._using(write=True) as db:
                record.status = record.stop_reason = "interrupted"
                write_record(db, place, bytes.fromhex(run_id), b"", record)
            raise StoreError(f"the run {name!r} can't go on: {error}") from error
        return run

    def purge(self, ids: Sequence[str]) -> None:
        """Remove runs for good.

        Raises
        ------
        StoreError
            If one is being recorded or damaged, or it can't be written.
        """
        with self._using(write=True) as db:
            for run_id in ids:
                place, record, label = self._rows(run_id)
                name = label.name if label else ""
                if record is None:
                    raise StoreError(
                        f"the run {name!r} is damaged, and such runs are never removed"
                    )
                writer = db.execute("SELECT writer FROM runs WHERE place = ?", (place,)).fetchone()
                if writer[0] and writers.lives(self._folder, writer[0]):
                    raise StoreError(f"the run {name!r} is being recorded; stop it first")
                db.execute("DELETE FROM runs WHERE place = ?", (place,))
                db.execute("DELETE FROM labels WHERE place = ?", (place,))
                db.execute("DELETE FROM chunks WHERE slot BETWEEN ? AND ?", chunks.slots(place))
                census = database.read_census(db)
                if census is not None:
                    database.write_census(db, census.with_run(bytes.fromhex(run_id), -1))
            self._drop_tables(db)
        with suppress(StoreError), self._using() as db:
            db.execute("PRAGMA incremental_vacuum").fetchall()

    def _drop_tables(self, db: sqlite3.Connection) -> None:
        """Remove the tables that no run names, unless a damaged one may."""
        tables = {sha for (sha,) in db.execute("SELECT sha FROM tables")}
        if not tables:
            return
        for row in db.execute(RECORDS):
            record = record_of(row)
            if record is None:
                return
            tables -= {bytes.fromhex(name) for name in record.tables}
        db.executemany("DELETE FROM tables WHERE sha = ?", [(sha,) for sha in tables])

    def check(self) -> Iterator[tuple[Item, str]]:
        """Read every run whole, and yield each with a sentence if something is wrong with it.

        Raises
        ------
        StoreError
            If the file as a whole is damaged.
        """
        with self._using() as db:
            try:
                database.check_structure(db)
            except database.DamagedError:
                raise StoreError(f"{self.path}: the history is damaged") from None
        for item in (*self.items(), *self.items(deleted=True)):
            try:
                self.load(item.id)
            except StoreError as error:
                yield item, str(error)
            else:
                yield item, item.damaged

    # Tables

    def put_table(self, content: bytes) -> str:
        """Keep a table's bytes, and return their SHA-256.

        Raises
        ------
        StoreError
            If it can't be written.
        """
        with self._using(write=True) as db:
            return keep_content(db, content, squeezed(content))

    def get_table(self, sha: str) -> bytes | None:
        """Return a table's bytes by their SHA-256; None if they aren't there, or damaged."""
        with self._using() as db:
            return reading.read_table(db, sha)
