"""People's own tables on their way through files: members named by their SHA-256, checked by it."""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from optiviz.store.archive import Archive, Writer
from optiviz.tables import contents

_AT = "tables/"
_LARGEST = 256 << 20  # bytes of a table


def save(writer: Writer, specs: Iterable[Any]) -> None:
    """Add the tables that specs, as plain data, name; each once."""
    for sha in sorted({sha for spec in specs for sha in contents.named_in(spec)}):
        content = contents.get(sha)
        if content is not None:
            writer.array(f"{_AT}{sha}.npy", np.frombuffer(content, dtype=np.uint8))


def load(archive: Archive, named: Any) -> None:
    """Make the tables known that plain data name, so that specs in it can be read.

    One that is in no file of theirs is left to the spec to miss; one that nothing names, to the
    archive to refuse.

    Raises
    ------
    StoreError
        If one is not what its name says, or is too large.
    """
    for sha in contents.named_in(named):
        name = f"{_AT}{sha}.npy"
        if name not in archive:
            continue
        if archive.size(name) > _LARGEST:
            raise archive.refusal(f"{name} is larger than {_LARGEST >> 20:,} MB")
        content = archive.array(name, "|u1", (None,)).tobytes()
        if hashlib.sha256(content).hexdigest() != sha:
            raise archive.refusal(f"is damaged: {name} is not the table that its name says")
        contents.put(content)
