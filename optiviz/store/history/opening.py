"""Opening the history of a folder: made if there is none, brought up to date, checked, mended."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from optiviz.store.history import database, leftover
from optiviz.store.history.database import DamagedError
from optiviz.store.history.salvage import salvage

_QUICK = 16 << 20  # bytes of a file whose structure is checked whenever it is opened


def opened(folder: Path, thorough: bool = False) -> tuple[sqlite3.Connection, list[str]]:
    """Open a history to read and write it, and return what there is to say about that.

    Parameters
    ----------
    folder : Path
    thorough : bool
        Its structure is checked even where that takes long.

    Raises
    ------
    OSError, sqlite3.Error, NewerError, StoreError
    """
    path = database.make(folder)
    found: list[str] = []
    for _ in range(3):
        try:
            return _opened(path, found, thorough), found
        except (DamagedError, sqlite3.DatabaseError) as error:
            if not isinstance(error, DamagedError) and not database.is_damage(error):
                raise
            found += salvage(path)
            database.make(folder)
    raise DamagedError


def _opened(path: Path, found: list[str], thorough: bool) -> sqlite3.Connection:
    _look_at_leftover(path, found)
    backup = database.migrate(path)
    if backup is not None:
        found.append(
            f"The history was brought up to date; as it was before, it is kept as {backup.name}."
        )
    db = database.connect(path)
    try:
        if thorough or path.stat().st_size <= _QUICK:
            database.check_structure(db)
        database.check_census(db)
    except BaseException:
        db.close()
        raise
    return db


def _look_at_leftover(path: Path, found: list[str]) -> None:
    """Look at what a killed program left, before it goes where it belongs."""
    if not path.with_name(f"{path.name}-wal").exists():
        return
    with suppress(OSError, sqlite3.OperationalError), closing(database.connect_raw(path)) as db:
        db.execute("PRAGMA busy_timeout=0")  # where somebody writes, it was looked at
        with database.writing(db):
            is_cut = leftover.is_cut(path, database.PAGE)
        if is_cut:
            found.append(leftover.CUT)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # said once
