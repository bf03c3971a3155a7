"""Holds a file for one process at a time. The system lets go of it when the process dies.

Imports the standard library only.
"""

from contextlib import suppress

__all__ = ["let_go", "took"]

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt

    def took(handle: int) -> bool:
        """Hold a file that is open for writing; False if another process does."""
        with suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            return True
        return False

    def let_go(handle: int) -> None:
        """Hold it no more."""
        with suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
else:

    def took(handle: int) -> bool:
        """Hold a file that is open for writing; False if another process does."""
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def let_go(handle: int) -> None:
        """Hold it no more."""
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
