"""The database of the history: how it is made, opened, checked, and brought up to date.

Nothing in it is ever run: it may hold our tables, word for word as we make them, and nothing else.
Imports the standard library and how its rows are sealed.
"""

import errno
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from optiviz.store.atomic import StoreError, reason, sync
from optiviz.store.history.rows import Census, decode_census, encoded, seal

NAME = "history.sqlite3"
VERSION = 1
APPLICATION = 0x6F707469  # "opti"
PAGE = 4096  # bytes
_PATIENCE = 5.0  # seconds to wait for another process that writes

TABLES = {
    "runs": "CREATE TABLE runs (place INTEGER PRIMARY KEY, id BLOB, writer BLOB, body BLOB, "
    "seal BLOB)",
    "labels": "CREATE TABLE labels (place INTEGER PRIMARY KEY, id BLOB, body BLOB, seal BLOB)",
    "chunks": "CREATE TABLE chunks (slot INTEGER PRIMARY KEY, first INTEGER, last INTEGER, "
    "body BLOB, seal BLOB)",
    "tables": "CREATE TABLE tables (place INTEGER PRIMARY KEY, sha BLOB, body BLOB)",
    "census": "CREATE TABLE census (place INTEGER PRIMARY KEY, body BLOB, seal BLOB)",
}

MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {}
"""What brings the tables of a version to the next one, inside a transaction."""


class DamagedError(Exception):
    """The file is no sound database of ours."""


class NewerError(Exception):
    """A newer optiviz made the database."""


def why(error: Exception, path: Path) -> StoreError:
    """Return the sentence that a database can't be read or written."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, DamagedError) or is_damage(error):
        return StoreError(f"{path}: the history is damaged")
    if isinstance(error, NewerError):
        return StoreError(f"{path}: the history was written by a newer optiviz")
    if isinstance(error, OSError):
        return StoreError(f"{path}: {reason(error)}")
    if isinstance(error, MemoryError):
        return StoreError(f"{path}: there is not enough memory")
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    return StoreError(f"{path}: {_REASONS.get(code, f'it can not be used ({error})')}")


_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_READONLY: "this place can only be read, not written",
    sqlite3.SQLITE_PERM: "there is no permission to write here",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened or made here",
    sqlite3.SQLITE_BUSY: "another program is writing it and does not let go",
    sqlite3.SQLITE_LOCKED: "another program is writing it and does not let go",
    sqlite3.SQLITE_TOOBIG: "a run is too large to be kept",
}


def is_damage(error: Exception) -> bool:
    """Whether an error means that the file is damaged, and not that the disk fails."""
    if isinstance(error, sqlite3.DataError | UnicodeDecodeError):
        return True
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)


def make(folder: Path) -> Path:
    """Make an empty history in a folder if there is none, and return its path.

    It is whole when it is seen, so that an empty file is never one that is new.

    Raises
    ------
    OSError, sqlite3.Error
    """
    path = folder / NAME
    if path.exists():
        return path
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "no permission", str(folder))
    fresh = create(folder / f".{NAME}-{secrets.token_hex(8)}.part")
    with suppress(FileExistsError):
        place(fresh, path)
    with suppress(OSError):
        fresh.unlink()
    return path


def place(fresh: Path, path: Path) -> None:
    """Give a file its name, unless there is one of that name.

    Raises
    ------
    FileExistsError
    """
    try:
        os.link(fresh, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without links
        if path.exists():
            raise FileExistsError(errno.EEXIST, "exists", str(path)) from None
        os.rename(fresh, path)
    sync(path.parent)


def create(path: Path) -> Path:
    """Make an empty history, synced, that only its user can read."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        db = connect_raw(path)
        try:
            db.execute(f"PRAGMA page_size={PAGE}")
            db.execute("PRAGMA auto_vacuum=INCREMENTAL")
            db.execute("BEGIN")
            db.execute(f"PRAGMA application_id={APPLICATION}")
            db.execute(f"PRAGMA user_version={VERSION}")
            for sql in TABLES.values():
                db.execute(sql)
            write_census(db, Census())
            db.execute("COMMIT")
            db.execute("PRAGMA journal_mode=WAL")
        finally:
            db.close()
        sync(path)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
    return path


def connect_raw(path: Path, query: str = "mode=rw") -> sqlite3.Connection:
    """Open a database whatever is in it, of which nothing is run."""
    uri = f"{path.absolute().as_uri()}?{query}"
    db = sqlite3.connect(
        uri, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
    )
    db.text_factory = bytes
    for pragma in (
        "trusted_schema=OFF", "cell_size_check=ON", "synchronous=FULL", "mmap_size=0",
        "journal_size_limit=67108864", "cache_size=-16000",
    ):  # fmt: skip
        db.execute(f"PRAGMA {pragma}")
    return db


def connect(path: Path) -> sqlite3.Connection:
    """Open a history to read and write it.

    Raises
    ------
    DamagedError, NewerError
    OSError, sqlite3.Error
        If it can't be opened.
    """
    os.stat(path)  # with the system's own reason
    db = connect_raw(path)
    try:
        check_shape(db)
        db.execute("PRAGMA journal_mode=WAL")
    except BaseException:
        db.close()
        raise
    return db


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a history of any version that is only read.

    Raises
    ------
    OSError, sqlite3.Error
        If it can't be opened.
    """
    os.stat(path)
    try:
        db = connect_raw(path, "mode=ro")
        db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()
    except sqlite3.Error as error:
        if is_damage(error):
            raise
        # Where nothing can be written beside it, as on a disc, it is read as it lies there.
        db = connect_raw(path, "mode=ro&immutable=1")
        db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()
    return db


def check_shape(db: sqlite3.Connection) -> None:
    """Check that these are our tables and nothing else, so that nothing foreign is run.

    Raises
    ------
    DamagedError, NewerError
    """
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise DamagedError
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise NewerError
    if version < 1:
        raise DamagedError
    found = db.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
    for kind, name, sql in found:
        if kind != b"table" or (version == VERSION and not _is_ours(name, sql)):
            raise DamagedError
    if version == VERSION and len(found) != len(TABLES):
        raise DamagedError


def _is_ours(name: bytes, sql: bytes) -> bool:
    return TABLES.get(name.decode("utf-8", "replace"), "").encode() == sql


def check_structure(db: sqlite3.Connection) -> None:
    """Check that each page is where it belongs.

    Raises
    ------
    DamagedError
    """
    if db.execute("PRAGMA quick_check(1)").fetchall() != [(b"ok",)]:
        raise DamagedError


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """Do all that is written in the block in one transaction, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


def read_census(db: sqlite3.Connection) -> Census | None:
    """Return the census, or None if it is damaged."""
    rows = db.execute("SELECT body, seal FROM census WHERE place = 1").fetchall()
    if not rows or not all(isinstance(field, bytes) for field in rows[0]):
        return None
    body, sealed = rows[0]
    return decode_census(body) if seal(b"census", body) == sealed else None


def write_census(db: sqlite3.Connection, census: Census) -> None:
    """Write the census, in the transaction that adds or removes runs."""
    body = encoded(census)
    values = (body, seal(b"census", body))
    db.execute("INSERT OR REPLACE INTO census (place, body, seal) VALUES (1, ?, ?)", values)


def check_census(db: sqlite3.Connection) -> None:
    """Check that all runs are there, at least by one of their rows.

    Raises
    ------
    DamagedError
    """
    db.execute("BEGIN")
    try:
        census = read_census(db)
        query = "SELECT place, id FROM labels UNION SELECT place, id FROM runs"
        found = db.execute(query).fetchall()
    finally:
        db.execute("COMMIT")
    if census is None or len({place for place, _ in found}) != census.runs:
        raise DamagedError
    ids = [run for _, run in found if isinstance(run, bytes)]
    # Where a row names another run than its fellow does, the seals say so.
    if len(found) == len(ids) == census.runs and census_of(ids) != census:
        raise DamagedError


def census_of(ids: Iterable[bytes]) -> Census:
    """Return the census of some runs."""
    census = Census()
    for run in ids:
        census = census.with_run(run)
    return census


def migrate(path: Path) -> Path | None:
    """Bring a history of an earlier version up to date, and return its backup; None if it is.

    Raises
    ------
    OSError, sqlite3.Error, DamagedError, NewerError
        It is then as it was.
    """
    db = connect_raw(path)
    try:
        check_shape(db)
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == VERSION:
            return None
        backup = _backed_up(db, path.with_name(f"history-before-{VERSION}.sqlite3"))
        with writing(db):
            found = db.execute("PRAGMA user_version").fetchone()[0]
            for version in range(found, VERSION):  # another process may have done it meanwhile
                MIGRATIONS[version](db)
            db.execute(f"PRAGMA user_version={VERSION}")
            check_shape(db)
        return backup
    finally:
        db.close()


def _backed_up(db: sqlite3.Connection, path: Path) -> Path:
    """Copy a database, synced, under a name that is not taken."""
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(8)}.part")
    os.close(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        copy = sqlite3.connect(temporary)
        try:
            db.backup(copy)
        finally:
            copy.close()
        sync(temporary)
        return put_aside(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink()


def put_aside(file: Path, name: Path) -> Path:
    """Give a file a name that is not taken: with -2, -3 and so on behind it."""
    n = 1
    while True:
        target = name if n == 1 else name.with_name(f"{name.stem}-{n}{name.suffix}")
        n += 1
        try:
            place(file, target)
        except FileExistsError:
            continue
        with suppress(OSError):
            file.unlink()
        return target
