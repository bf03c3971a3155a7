"""Holds a file for one process at a time. The system lets go of it when it is closed or we die.

Imports the standard library only.
"""

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["alone", "took"]

_LOOK = 0.01  # seconds between two looks whether it is free

if sys.platform == "win32":
    import msvcrt

    def took(handle: int) -> bool:
        """Hold a file that is open for writing, until it is closed; False if somebody else does."""
        try:
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def took(handle: int) -> bool:
        """Hold a file that is open for writing, until it is closed; False if somebody else does.

        Raises
        ------
        OSError
            If files can't be held on this disk.
        """
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def alone(path: Path, seconds: float, who: str) -> Iterator[None]:
    """Let nobody else be in such a block meanwhile.

    Parameters
    ----------
    path : Path
        The file that is held; it is created.
    seconds : float
        To wait for others.
    who : str
        Stays too long in it, for the error.

    Raises
    ------
    TimeoutError
        If somebody else stays in it.
    OSError
        If the file can't be created, or not be held on this disk.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        until = time.monotonic() + seconds
        while not took(handle):
            if time.monotonic() > until:
                raise TimeoutError(errno.ETIMEDOUT, who)
            time.sleep(_LOOK)
        yield
    finally:
        os.close(handle)
