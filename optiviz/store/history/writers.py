"""Who lives: each process that records holds a lock of the system as long as it does.

A lock needs no clock and no heartbeat, goes with its process however that ends, and says nothing of
process ids, which are used again. Whoever can take the lock of a writer knows that it is dead.
"""

import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from optiviz.store.alone import alone as held_alone
from optiviz.store.alone import took

_FOLDER = "writers"
_own: dict[Path, tuple[bytes, int]] = {}  # folder -> token, handle
_changing = threading.Lock()


def _path(folder: Path, token: bytes) -> Path:
    return folder / _FOLDER / f"{token.hex()}.lock"


def token(folder: Path) -> bytes:
    """Return this process's name as a writer in a folder, which it holds locked from now on.

    Raises
    ------
    OSError
        If the folder can't be written.
    """
    folder = folder.absolute()
    with _changing:
        found = _own.get(folder)
        name = secrets.token_bytes(16)
        if found is not None:
            name, handle = found
            if _is_at(handle, _path(folder, name)):
                return name
            # Someone removed its lock, or the whole folder: it must be seen to live again.
            with suppress(OSError):
                os.close(handle)
            del _own[folder]
        (folder / _FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
        while (taken := _taken(_path(folder, name))) is None:
            name = secrets.token_bytes(16)
        _own[folder] = name, taken
        return name


def _taken(path: Path) -> int | None:
    """Create a lock and hold it; None if someone who cleans up was faster."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError:
        if os.name != "nt":
            raise
        return None
    try:
        if took(handle) and _is_at(handle, path):
            return handle
    except OSError:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except OSError:
        return False


def is_own(folder: Path, name: bytes) -> bool:
    """Whether a writer is this process."""
    with _changing:
        found = _own.get(folder.absolute())
        return found is not None and found[0] == name


def lives(folder: Path, name: bytes) -> bool:
    """Whether the process of a writer lives."""
    if is_own(folder, name):
        return True
    if len(name) != 16:
        return False
    try:
        handle = os.open(_path(folder, name), os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # nothing is known of it: it isn't taken for dead
    try:
        return not took(handle)
    except OSError:
        return True
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove the locks of the dead."""
    with suppress(OSError):
        for path in (folder / _FOLDER).glob("*.lock"):
            with suppress(OSError, ValueError):
                _sweep_one(folder, path)


def _sweep_one(folder: Path, path: Path) -> None:
    if len(path.stem) != 32 or is_own(folder, bytes.fromhex(path.stem)):
        return
    handle = os.open(path, os.O_RDWR)
    try:
        if took(handle) and os.name != "nt":
            path.unlink()
    finally:
        os.close(handle)


@contextmanager
def alone(folder: Path, seconds: float = 30.0) -> Iterator[None]:
    """Let no other process be in such a block meanwhile.

    Raises
    ------
    TimeoutError
        If another one stays in it.
    """
    (folder / _FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    with held_alone(folder / _FOLDER / "mending", seconds, "another program mends the history"):
        yield


def _after_fork() -> None:
    """Close the locks in a child: it would hold them when its parent is dead."""
    global _changing
    _changing = threading.Lock()
    for _, handle in _own.values():
        with suppress(OSError):
            os.close(handle)
    _own.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
