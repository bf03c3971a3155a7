"""The bytes of people's own tables, each known by its SHA-256 alone.

A spec names what is in a table, never where it lies. So opening somebody's spec reads no file: the
bytes are here because the user chose the file, or because they came along in a run file, the
history, or from the process that has a run done.

What is put here stays as long as the process lives: any run that is open may be computed again from
it, and copies of the spec (in the undo of the runs, in studies, in forms) can't be counted. One
table is at most 256 MB, the same table is kept once, and nothing is put here that wasn't chosen or
opened by the user.
"""

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping
from typing import Any

_SHA = re.compile(r"[0-9a-f]{64}\Z")

_lock = threading.Lock()
_contents: dict[str, bytes] = {}


def put(content: bytes) -> str:
    """Keep the bytes of a table, and return their SHA-256 in hexadecimal."""
    content = bytes(content)
    sha = hashlib.sha256(content).hexdigest()
    with _lock:
        _contents.setdefault(sha, content)
    return sha


def get(sha: str) -> bytes | None:
    """Return the bytes of a table, or None where they aren't known."""
    with _lock:
        return _contents.get(sha)


def named_in(data: Any) -> tuple[str, ...]:
    """Return the tables that the plain data of a spec name, each once, in the order they come.

    Parameters
    ----------
    data : plain data
        Of one spec or of anything that holds specs; kinds that aren't known here may be in it.
    """
    return tuple(dict.fromkeys(_named(data)))


def _named(data: Any) -> Iterator[str]:
    waiting = [data]
    while waiting:  # not by recursion: a stranger's data may be nested deeply
        one = waiting.pop()
        if isinstance(one, Mapping):
            sha = one.get("content")
            if isinstance(sha, str) and _SHA.match(sha):
                yield sha
            waiting += list(one.values())[::-1]
        elif isinstance(one, list | tuple):
            waiting += [item for item in one[::-1] if isinstance(item, Mapping | list | tuple)]
