"""Write a file so that it is there whole or not at all.

The new content goes to a temporary file in the same folder, is synced, and takes the old file's
place in one step. Imports the standard library only.
"""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO


class StoreError(Exception):
    """A file can't be written, read or understood: one plain sentence that names it."""


_REASONS = {
    errno.EACCES: "there is no permission to write here, or another program holds the file",
    errno.EPERM: "there is no permission to write here",
    errno.EROFS: "this place can only be read, not written",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk space you may use is full",
    errno.EFBIG: "the file would be larger than this disk can hold",
    errno.ENOENT: "its folder does not exist",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
    errno.EEXIST: "a file is where its folder should be",
    errno.EISDIR: "is a folder, not a file",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EIO: "the disk reports an error",
}


def reason(error: OSError) -> str:
    """Return in plain words why the system refused to write."""
    return _REASONS.get(error.errno or 0) or f"it can't be written ({error.strerror or error})"


@contextmanager
def writing(path: str | Path) -> Iterator[BinaryIO]:
    """Give a file to write into, which becomes `path` when the block ends without an error.

    Raises
    ------
    StoreError
        If it can't be written; whatever was at `path` before is then untouched.
    """
    try:
        target = _target(Path(path))
        temporary, handle = _open_beside(target)
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise _refusal(path, error) from None
        raise
    sync(target.parent)


@contextmanager
def naming(path: str | Path) -> Iterator[None]:
    """Have what is refused in the block begin with the name of the file that it is for.

    Raises
    ------
    StoreError
        Where the block raises one.
    """
    try:
        yield
    except StoreError as error:
        raise StoreError(f"{path}: {error}") from None


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a whole file.

    Raises
    ------
    StoreError
        If it can't be written.
    """
    with writing(path) as file:
        file.write(content)


def write_text(path: str | Path, text: str) -> None:
    """Write a whole text file in UTF-8, with the line ends as they are.

    Raises
    ------
    StoreError
        If it can't be written.
    """
    write_bytes(path, text.encode("utf-8"))


def _target(path: Path) -> Path:
    """Return where the file really goes: the end of symbolic links, which stay."""
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder")
    if not stat.S_ISREG(mode):
        raise ValueError("is a device or a pipe; name an ordinary file")
    return target


def _open_beside(target: Path) -> tuple[Path, int]:
    """Create a temporary file in the same folder, with the rights that the file will have."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        temporary = target.parent / f".optiviz-{secrets.token_hex(8)}.part"
        with suppress(FileExistsError):
            handle = os.open(temporary, flags, 0o666)
            break
    with suppress(OSError):
        os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
    return temporary, handle


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, last through a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def untaken(folder: Path, stem: str, suffix: str) -> Path:
    """Return the first of stem-1, stem-2 and so on in a folder that is not taken."""
    names = (folder / f"{stem}-{n}{suffix}" for n in count(1))
    return next(name for name in names if not name.exists())


def _refusal(path: str | Path, error: OSError | ValueError) -> StoreError:
    shown = str(path) if len(str(path)) <= 300 else f"{str(path)[:297]}..."
    if isinstance(error, FileNotFoundError) and Path(path).absolute().parent.is_dir():
        return StoreError(f"{shown}: no file can be made in this folder")
    if isinstance(error, OSError):
        return StoreError(f"{shown}: {reason(error)}")
    if "null" in str(error):
        return StoreError(f"{shown!r}: a file name can't contain a null character")
    return StoreError(f"{shown}: {error}")
