"""What is printed, without what would steer a terminal: names of others may hold escape sequences.

Imports the standard library only.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

_UNUSUAL = re.compile(r"[^\n\t\x20-\x7e]")


def harmless(text: str) -> str:
    """Return text with a space for each character that is not seen, line ends and tabs kept."""
    return _UNUSUAL.sub(lambda found: found[0] if found[0].isprintable() else " ", text)


class _Harmless:
    """A stream that writes text as `harmless` has it, and is else the one that it stands for."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(harmless(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def harmless_output() -> Iterator[None]:
    """Let all that is printed in the block be harmless."""
    before = sys.stdout
    sys.stdout = _Harmless(before)
    try:
        yield
    finally:
        sys.stdout = before
