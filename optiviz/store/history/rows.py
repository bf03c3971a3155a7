"""The rows of the history's tables, each with a SHA-256 over its own fields.

What a list shows of a run is one short row (`Record`); what people say of it is another (`Label`),
so that the library and whoever records the run write beside each other.
"""

import struct
from hashlib import sha256
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from optiviz.store.unknown import unknown_kind

Status = Literal["running", "finished", "failed", "interrupted"]
MAX_NAME = 1_000
MAX_NOTES = 100_000
MAX_TAGS = 100


class Record(msgspec.Struct, gc=False):
    """What is known of a run without reading what it did.

    Attributes
    ----------
    called : str
        Its name when it was recorded first, should its label be lost.
    best, train_accuracy, test_accuracy : float or None
    chain : bytes
        The last link of the SHA-256 chain over its chunks, in order.
    rows_digest, digest : str
        What `Trace.digest` and `Run.digest` were.
    course : bytes
        The best value along the run, at most 48 of float32.
    tables : list of str
        SHA-256 of the tables that its spec names.
    """

    called: str
    created: float
    status: Status
    k: int = 0
    seconds: float = 0.0
    stop_reason: str | None = None
    failure: str = ""
    algorithm: str = ""
    problem: str = ""
    dataset: str = ""
    reading: str = ""
    best: float | None = None
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    summary: str = ""
    course: bytes = b""
    size: int = 0
    chunks: int = 0
    chain: bytes = b""
    rows_digest: str = ""
    digest: str = ""
    tables: list[str] = []


class Label(msgspec.Struct, gc=False):
    """What people say of a run."""

    name: str
    tags: list[str] = []
    notes: str = ""
    deleted: bool = False


class Census(msgspec.Struct):
    """How many runs there should be, and the sum of their ids, so that one that is gone is missed.

    The sum is of 128-bit numbers and is written in hexadecimal digits.
    """

    runs: int = 0
    ids: str = "0"

    def with_run(self, run: bytes, sign: int = 1) -> "Census":
        """Return the census with one run more, or one less."""
        total = (int(self.ids, 16) + sign * int.from_bytes(run, "big")) % (1 << 128)
        return Census(self.runs + sign, f"{total:x}")


class Item(msgspec.Struct, frozen=True, gc=False):
    """A run in the list.

    Attributes
    ----------
    id : str
        32 hexadecimal digits.
    created : float
        Seconds since 1970, UTC.
    k : int
        Iterations done.
    seconds : float
        Of computing.
    algorithm, problem, dataset : str
        Their kinds; empty if there is none.
    reading : str
        What `best` is, such as "accuracy".
    best, train_accuracy, test_accuracy : float or None
    summary : str
        Its spec in a few words, for searching.
    size : int
        Bytes in the history.
    damaged : str
        A sentence if something of it is damaged, else empty.
    live : bool
        A living process is recording it, this one or another.
    not_understood : str
        What was found when it was opened: see `read_only`.
    packed_course : bytes
    """

    id: str
    name: str
    created: float
    tags: tuple[str, ...]
    notes: str
    status: Status
    k: int
    seconds: float
    stop_reason: str | None
    failure: str
    algorithm: str
    problem: str
    dataset: str
    reading: str
    best: float | None
    train_accuracy: float | None
    test_accuracy: float | None
    summary: str
    size: int
    deleted: bool
    damaged: str = ""
    live: bool = False
    not_understood: str = ""
    packed_course: bytes = b""

    @property
    def read_only(self) -> str:
        """Why it can only be looked at, in a sentence; empty if it isn't known to be so."""
        return self.not_understood or unknown_kind(self.algorithm, self.problem, self.dataset)

    @property
    def course(self) -> NDArray[np.float32]:
        """The best value along the run as it is read, at most 48 of them."""
        usable = len(self.packed_course) // 4 * 4
        return np.frombuffer(self.packed_course[:usable], dtype="<f4")


_encoder = msgspec.json.Encoder()
encoded = _encoder.encode
decode_record = msgspec.json.Decoder(Record).decode
decode_label = msgspec.json.Decoder(Label).decode
decode_census = msgspec.json.Decoder(Census).decode


_LENGTHS = [struct.Struct(f"<{n}Q").pack for n in range(8)]


def seal(table: bytes, *fields: bytes) -> bytes:
    """Return the SHA-256 over the fields of a row.

    Parameters
    ----------
    table : bytes
        Which table it is in, so that a row of one can't stand in another.
    """
    lengths = _LENGTHS[len(fields)](*map(len, fields))
    return sha256(b"".join((table, lengths, *fields))).digest()


def text(words: str, most: int = MAX_NAME) -> str:
    """Return words as they can be stored: not too long, and without halves of characters."""
    return words[:most].encode("utf-8", "replace").decode()


def number(value: int) -> bytes:
    """Return a whole number as a field to seal."""
    return value.to_bytes(8, "little", signed=True)
