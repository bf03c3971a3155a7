"""The hand that writes the history, in the recorder's thread: one transaction for all runs."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from optiviz.engine.run import Run
from optiviz.engine.wording import one_line
from optiviz.store.atomic import StoreError
from optiviz.store.history import database, rows, writers
from optiviz.store.history.capture import NOTHING, Capture
from optiviz.store.history.opening import opened
from optiviz.store.history.writing import (
    Chunk,
    Place,
    chunks_of,
    keep_tables,
    new_place,
    opened_record,
    place_at,
    places_of,
    read_label,
    write,
    write_label,
    write_record,
)

_LARGEST = 999_000_000  # bytes that SQLite takes in one piece


class LostError(Exception):
    """What was written is no longer there, so that all has to be written once more."""


class RefusedError(Exception):
    """One run can't be written, whatever the disk does; the others can."""

    def __init__(self, job: "Job", sentence: str) -> None:
        super().__init__(sentence)
        self.job = job


@dataclass
class Job:
    """What is to be written of one run.

    Attributes
    ----------
    run : Run
    at : Place
        Where it stands, and what is there; `Pen.write` changes it.
    made : Capture or None
        None if there is nothing new of what it did.
    name : str
        What it is called.
    renamed : bool
        The name is to be written.
    leaving : bool
        It isn't recorded any longer: if it isn't done, it is interrupted there.
    """

    run: Run
    at: Place
    made: Capture | None
    name: str
    renamed: bool
    leaving: bool


class Pen:
    """Writes runs into the history of a folder, opening it when it is needed.

    Attributes
    ----------
    beats : int
        Grows while it gets on, so that a disk that hangs shows.
    """

    def __init__(self) -> None:
        self.beats = 0
        self._db: sqlite3.Connection | None = None
        self._folder = Path()
        self._file: tuple[int, int] | None = None
        self._is_damaged = False  # what is to be looked into when it is opened next
        self._lasts: tuple[Path, tuple[int, int]] | None = None
        self._has_gone = False  # the file that was written is no longer at its place
        self._witness: tuple[int, bytes] | None = None  # the place of a run, and its id

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            with suppress(sqlite3.Error):
                self._db.close()
        self._db = None

    def write(self, jobs: list[Job], folder: Path) -> None:
        """Write all, or nothing.

        Raises
        ------
        LostError
            If what had been written is gone.
        RefusedError
            If one of them can't be written.
        StoreError, OSError, sqlite3.Error, DamagedError, NewerError
        """
        try:
            self._write(jobs, self._connected(folder))
        except sqlite3.Error as error:
            self._is_damaged = database.is_damage(error)
            raise

    def _write(self, jobs: list[Job], db: sqlite3.Connection) -> None:
        token = writers.token(self._folder)
        packed = [self._packed(job) for job in jobs]
        with database.writing(db):
            places = self._places(db, jobs)
            for job, chunks in zip(jobs, packed, strict=True):
                with _of(job):
                    self._write_one(db, job, chunks, places, token)
                self.beats += 1
        self._witness = next(((j.at.place, j.at.run) for j in jobs if j.at.place >= 0), None)
        self.beats += 1

    def _packed(self, job: Job) -> list[Chunk]:
        made: list[Chunk] = []
        if job.made is not None:
            with _of(job):
                for chunk in chunks_of(job.made, job.at.run):
                    made.append(chunk)
                    self.beats += 1
                    if len(chunk[-1]) > _LARGEST:
                        raise StoreError(f"the run {job.name!r} is too large to be kept")
        return made

    def _write_one(
        self,
        db: sqlite3.Connection,
        job: Job,
        chunks: list[Chunk],
        places: dict[bytes, tuple[int, bytes]],
        token: bytes,
    ) -> None:
        if job.made is not None:
            job.at.place = self._place(db, job, places)
            job.at.record = write(db, job.at, job.made, chunks)
            keep_tables(db, job.at.record.tables)
        self._write_record(db, job, token)
        if job.renamed and job.at.place >= 0:
            label = read_label(db, job.at.place, job.at.run)
            if label is not None:
                label.name = job.name
                write_label(db, job.at.place, job.at.run, label)

    def _write_record(self, db: sqlite3.Connection, job: Job, token: bytes) -> None:
        record = job.at.record
        if record is None:
            return
        live = record.status == "running"
        if live and job.leaving:
            record.status, record.stop_reason, live = "interrupted", "interrupted", False
        elif job.made is None:
            return
        write_record(db, job.at.place, job.at.run, token if live else b"", record)

    def _connected(self, folder: Path) -> sqlite3.Connection:
        path = folder / database.NAME
        if self._db is not None and (folder != self._folder or _identity(path) != self._file):
            self.close()
            self._has_gone = True
        if self._db is None:
            db, _ = opened(folder, thorough=self._is_damaged)
            self._is_damaged = False
            self._db, self._folder, self._file = db, folder, _identity(path)
            there = (folder, self._file or (0, 0))
            before, self._lasts = self._lasts, there
            # A new file may have got the number of the one that is gone.
            gone = self._has_gone or before != there or not self._is_witnessed(db)
            if before is not None and gone:
                self._has_gone, self._witness = False, None
                raise LostError
        return self._db

    def _is_witnessed(self, db: sqlite3.Connection) -> bool:
        return self._witness is None or place_at(db, *self._witness) is not None

    def _places(self, db: sqlite3.Connection, jobs: list[Job]) -> dict[bytes, tuple[int, bytes]]:
        """Return where runs stand that may be there already, and who writes them."""
        runs = [j.at.run for j in jobs if j.made is not None and j.at.place < 0 and not j.at.fresh]
        return places_of(db, runs)

    def _place(
        self, db: sqlite3.Connection, job: Job, places: dict[bytes, tuple[int, bytes]]
    ) -> int:
        """Return where a run stands, making room for a new one."""
        at, made = job.at, job.made
        assert made is not None
        there = place_at(db, at.place, at.run) if at.place >= 0 else places.get(at.run)
        if there is None:
            if at.place >= 0 or made.since is not NOTHING:
                raise LostError
            return new_place(db, at.run, job.name)
        place, writer = there
        if at.place < 0:  # one that goes on keeps when it was begun, and its first name
            query = "SELECT id, writer, body, seal FROM runs WHERE place = ?"
            known = opened_record(*db.execute(query, (place,)).fetchone())
            if known is not None:
                at.created, at.called = known.created, known.called
        own = writers.is_own(self._folder, writer)
        if writer and not own and writers.lives(self._folder, writer):
            raise StoreError(f"the run {job.name!r} is recorded by another window or program")
        return place


@contextmanager
def _of(job: Job) -> Iterator[None]:
    """Say of which run it is that it can't be written."""
    try:
        yield
    except (sqlite3.Error, OSError, MemoryError, LostError):
        raise
    except StoreError as error:
        raise RefusedError(job, str(error)) from error
    except Exception as error:
        why = f"the run {job.name!r} can't be written ({type(error).__name__}: {error})"
        raise RefusedError(job, one_line(why)) from error


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def named(run: Run) -> str:
    """Return what a run is called, as it is stored."""
    return rows.text(run.name)
