"""Opening the history of a folder: made if there is none, brought up to date, checked, mended."""

import sqlite3
from pathlib import Path

from optiviz.store.history import database
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
