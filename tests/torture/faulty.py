"""A disk that fails: the n-th thing that is asked of it, once or from then on, for one folder.

What Python asks (open, write, sync, rename, link, make a folder) is counted and refused where it is
asked. SQLite asks the system by itself: its connections are counted statement by statement and
refuse with its own errors, some of them real ones (no page may be added, nothing may be written).
"""

import errno
import io
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NUMBERS = {
    "no space": errno.ENOSPC,
    "an I/O error": errno.EIO,
    "no permission": errno.EACCES,
    "a read-only disk": errno.EROFS,
}
_CODES = {
    errno.ENOSPC: (sqlite3.SQLITE_FULL, "database or disk is full"),
    errno.EIO: (sqlite3.SQLITE_IOERR, "disk I/O error"),
    errno.EACCES: (sqlite3.SQLITE_CANTOPEN, "unable to open database file"),
    errno.EROFS: (sqlite3.SQLITE_READONLY, "attempt to write a readonly database"),
}
PYTHON = ("open", "write", "fsync", "replace", "rename", "link", "mkdir")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Disk:
    """What becomes of each thing that is asked of a folder.

    Parameters
    ----------
    folder : Path
        Other folders are left alone.
    error : int
        An errno.
    what : str or None
        Only calls of this kind count, such as "fsync" or "sqlite"; all if None.
    nth : int
        The first call that fails, from 1.
    once : bool
        Only that one; else all from then on, until `heal`.

    Attributes
    ----------
    asked : int
        Calls that counted.
    refused : list of str
        The kinds of those that failed.
    """

    def __init__(self, folder: Path, error: int, what: str | None, nth: int, once: bool) -> None:
        self._folder = os.path.realpath(folder)
        self.error, self._what, self._nth, self._once = error, what, nth, once
        self.asked = 0
        self.refused: list[str] = []
        self.healed = False

    def heal(self) -> None:
        """Let everything go well again."""
        self.healed = True

    def fails(self, what: str, path: Any) -> bool:
        """Count a call, and say whether it is to fail."""
        if self.healed or not self._is_here(path) or self._what not in (None, what):
            return False
        self.asked += 1
        failing = self.asked == self._nth if self._once else self.asked >= self._nth
        if failing:
            self.refused.append(what)
        return failing

    def ask(self, what: str, path: Any) -> None:
        """Raise where a call is to fail."""
        if self.fails(what, path):
            raise OSError(self.error, os.strerror(self.error), str(path))

    def _is_here(self, path: Any) -> bool:
        try:
            if isinstance(path, int):
                path = os.readlink(f"/proc/self/fd/{path}")
            found = os.path.realpath(os.fsdecode(path))
        except (OSError, TypeError, ValueError):
            return False
        return found == self._folder or found.startswith(self._folder + os.sep)


class _File(io.FileIO):
    """A file of which a write may fail: a part of it is on the disk then."""

    disk: Disk

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        if self.disk.fails("write", self.fileno()):
            super().write(view[: len(view) // 2])
            raise OSError(self.disk.error, os.strerror(self.disk.error))
        return super().write(view) or 0


class _Connection(sqlite3.Connection):
    """A connection of which a statement may fail, as it does where the disk has failed."""

    disk: Disk
    place: str

    def _ask(self, sql: str) -> None:
        first = sql.lstrip().partition(" ")[0].upper()
        if first in ("PRAGMA", "SELECT", "ROLLBACK", "SAVEPOINT", "RELEASE"):
            return
        if self.disk.fails("sqlite", self.place):
            code, words = _CODES[self.disk.error]
            raised = sqlite3.OperationalError(words)
            raised.sqlite_errorcode = code
            raised.sqlite_errorname = ""
            raise raised

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        self._ask(sql)
        return super().execute(sql, *parameters)

    def executemany(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        self._ask(sql)
        return super().executemany(sql, *parameters)

    def commit(self) -> None:
        self._ask("COMMIT")
        super().commit()


@contextmanager
def failing(disk: Disk) -> Iterator[Disk]:
    """Have a disk behind every call of this process, until the block ends."""
    before = {name: getattr(os, name) for name in ("open", "fsync", "replace", "rename", "link",
                                                    "mkdir", "fdopen")}  # fmt: skip
    connect = sqlite3.connect
    disk_of_file = type("File", (_File,), {"disk": disk})

    def opening(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if flags & _WRITES:
            disk.ask("open", path)
        return before["open"](path, flags, *rest, **named)  # type: ignore[no-any-return]

    def asking(name: str) -> Any:
        def call(path: Any, *rest: Any, **named: Any) -> Any:
            disk.ask(name, path)
            return before[name](path, *rest, **named)

        return call

    def fdopen(handle: int, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if mode == "wb":
            return io.BufferedWriter(disk_of_file(handle, "wb"))
        return before["fdopen"](handle, mode, *rest, **named)

    def connecting(database: Any, *rest: Any, **named: Any) -> sqlite3.Connection:
        place = os.fsdecode(database).removeprefix("file://").partition("?")[0]
        kind = type("Connection", (_Connection,), {"disk": disk, "place": place})
        return connect(database, *rest, **named | {"factory": kind})

    os.open, os.fdopen, sqlite3.connect = opening, fdopen, connecting  # type: ignore[assignment]
    for name in ("fsync", "replace", "rename", "link", "mkdir"):
        setattr(os, name, asking(name))
    try:
        yield disk
    finally:
        for name, usual in before.items():
            setattr(os, name, usual)
        sqlite3.connect = connect
        disk.heal()
