"""What a program that was killed left beside the database: SQLite's log of what it wrote last.

SQLite reads that log up to the first page that is damaged and says nothing of what comes after.
That is said here, as far as it shows: damage in the very last page of the log does not.
"""

import sys
from pathlib import Path

CUT = (
    "What was written last before a program ended was damaged on the disk: newest parts of runs "
    "may be missing."
)
# A frame says its page, how many there are after a commit (else 0), and the salts of its log.
_HEADER, _FRAME_HEADER = 32, 24  # bytes


def is_cut(path: Path, page: int) -> bool:
    """Whether the log holds something finished that SQLite did not read; nobody writes meanwhile.

    Parameters
    ----------
    path : Path
        Of the database.
    page : int
        Bytes in a page.

    Raises
    ------
    OSError
        If it can't be read.
    """
    log, index = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    if not log.exists() or not index.exists():
        return False
    with index.open("rb") as file:
        read = int.from_bytes(file.read(20)[16:], sys.byteorder)  # frames that SQLite takes
    with log.open("rb") as file:
        header = file.read(_HEADER)
        salts = {header[16:24]}
        if not read:  # the header itself may be what is damaged
            salts.add(file.read(_FRAME_HEADER)[8:16])
        file.seek(_HEADER + read * (_FRAME_HEADER + page))
        while len(frame := file.read(_FRAME_HEADER + page)) == _FRAME_HEADER + page:
            if any(frame[4:8]) and frame[8:16] in salts:
                return True
    return False
