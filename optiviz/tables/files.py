"""Files that the user chose, as bytes."""

from collections.abc import Callable
from pathlib import Path

from optiviz.tables import MOST_BYTES, Cancelled, TableError

_BLOCK = 1 << 20
_NO_TEXT = {
    b"PK\x03\x04": "a spreadsheet or an archive; save it as CSV first",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of an older kind; save it as CSV first",
    b"\x1f\x8b": "compressed; unpack it first",
    b"%PDF": "a PDF document",
    b"SQLite format 3\x00": "a database",
    b"\x89PNG": "a picture",
    b"\x93NUMPY": "numbers in binary; save them as CSV first",
}


def content_of(path: Path, go_on: Callable[[float], bool] = lambda share: True) -> bytes:
    """Read a file, whose size is looked at before.

    Parameters
    ----------
    path : Path
    go_on : callable
        Called with the share that is read, from 0 to 1; False ends it.

    Raises
    ------
    TableError
        With one sentence that names the file.
    Cancelled
    """
    try:
        if not path.is_file():  # a pipe or a device would never end
            what = "is a folder, not a file" if path.is_dir() else "there is no such file"
            raise TableError(f"{path}: {what}", "file")
        before = path.stat()
        size = before.st_size
        if size > MOST_BYTES:
            raise TableError(
                f"{path} has {size / 2**20:,.0f} MB; tables of at most {MOST_BYTES // 2**20} MB "
                "work here: leave out rows or columns",
                "file",
            )
        blocks, read = [], 0
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                blocks.append(block)
                read += len(block)
                if read > MOST_BYTES:
                    raise TableError(f"{path} grew while it was read; try again", "file")
                if not go_on(min(1.0, read / max(1, size))):
                    raise Cancelled
        after = path.stat()
        if read != size or (after.st_size, after.st_mtime_ns) != (size, before.st_mtime_ns):
            raise TableError(f"{path} changed while it was read; try again", "file")
        return b"".join(blocks)
    except OSError as error:
        reason = error.strerror or error
        raise TableError(f"{path} can't be read: {reason}", "file") from None
    except ValueError as error:  # a path with a NUL
        raise TableError(f"{path!s} is no path: {error}", "file") from None


def refuse_what_is_no_text(content: bytes) -> None:
    """Refuse what is plainly something else than a table as text.

    Raises
    ------
    TableError
    """
    for start, what in _NO_TEXT.items():
        if content.startswith(start):
            raise TableError(f"is no table as text: it is {what}")
