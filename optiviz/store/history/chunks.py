"""Where the parts of a run stand in the history, and the chain over them.

A chunk's slot says its run, its kind and its place among those, so that the chunks of a run lie
beside each other in their order, and one that is written again takes its own place.
"""

import hashlib
from collections.abc import Mapping
from enum import IntEnum

from optiviz.store.history.rows import number, seal

ROWS = 4096  # iterations in a chunk of rows
BUCKETS = 512
NOTES = 4096  # improvements, or notes of time, in a chunk
STATES = 1024  # iterations between two states, at least

_KIND, RUN = 36, 40  # bits below
MAX_RUNS = 1 << 22


class Kind(IntEnum):
    """What is in a chunk."""

    SPEC = 0  # JSON
    ABOUT = 1  # JSON: id, name, machine, versions, failure
    STATE = 2  # the last state, the link of the digest, and what is in no other chunk
    ROWS = 3
    BUCKETS = 4
    IMPROVEMENTS = 5
    CLOCK = 6
    SAMPLES = 7  # metrics along the run
    KEPT = 8  # a snapshot


def slot(place: int, kind: int, i: int = 0) -> int:
    """Return where the i-th chunk of a kind of the run at a place stands."""
    return place << RUN | kind << _KIND | i


def slots(place: int) -> tuple[int, int]:
    """Return the first and the last slot of a run."""
    return place << RUN, (place + 1 << RUN) - 1


def kind_of(at: int) -> tuple[int, int]:
    """Return the kind of a slot and its place among those."""
    return at >> _KIND & 15, at & (1 << _KIND) - 1


def place_of(at: int) -> int:
    """Return the run's place of a slot."""
    return at >> RUN


def chunk_seal(run: bytes, at: int, first: int, last: int, body: bytes) -> bytes:
    """Return the SHA-256 over a chunk, which belongs to one run."""
    kind, i = kind_of(at)
    return seal(b"chunk", run, number(kind), number(i), number(first), number(last), body)


def chain(seals: Mapping[int, bytes]) -> bytes:
    """Return the last link of the chain over the seals of chunks, in the order of their slots."""
    link = b""
    for at in sorted(seals):
        link = hashlib.sha256(link + seals[at]).digest()
    return link
