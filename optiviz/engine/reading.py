"""Opening what may be no file at all. Imports the standard library only."""

import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

NO_FILE = "is not an ordinary file"

_STRINGS = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
_LONG_KEY = re.compile(r"(?:[\w-]{1,64}\s{0,8}\.\s{0,8}){64}")


def opened(path: Path) -> BinaryIO:
    """Open a file to read; a pipe that nobody writes to doesn't keep us waiting.

    Raises
    ------
    OSError
        As by `open`, and with `NO_FILE` for what is no ordinary file.
    ValueError
        If the name can't be one.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags)
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError("is a folder, not a file")
        raise OSError(0, NO_FILE)
    return os.fdopen(handle, "rb")


def has_endless_key(text: str) -> bool:
    """Whether a key of a TOML text has so many parts that reading it takes for ever."""
    return _LONG_KEY.search(_STRINGS.sub("k", text)) is not None
