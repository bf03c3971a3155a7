"""What a trace hands out: its curves, its snapshots, and its rows as they are hashed and stored."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.chain import Chain
from optiviz.engine.optimizer import COLUMNS, State

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A column over a stretch: at each k (the end of a bucket) the last, lowest, highest value."""

    k: NDArray[np.int64]
    last: Array
    low: Array
    high: Array


class Kept(NamedTuple):
    """A snapshot.

    Attributes
    ----------
    state : State
    chain : Chain or None
        The digest of all rows up to it; None where an older version stored the run.
    row : ndarray of `row_dtype`, shape ()
        The row there.
    """

    state: State
    chain: Chain | None = None
    row: Any = None


@dataclass(frozen=True)
class Recent:
    """What came into a trace after so many rows, full buckets, improvements and notes of time.

    Attributes
    ----------
    rows : ndarray of `row_dtype`, shape (n,)
    width : int
        Iterations in each bucket.
    buckets : dict
        Their "lows", "highs" and "lasts", each of shape (buckets, columns).
    begun : ndarray of shape (3, columns) or None
        Low, high and last of the rows before these that are in no full bucket.
    improvements : ndarray of int
    clock : ndarray, shape (notes,)
        Of k and seconds.
    """

    rows: NDArray[Any]
    width: int
    buckets: dict[str, Array]
    begun: Array | None
    improvements: NDArray[np.int64]
    clock: NDArray[Any]


def row_dtype(n_channels: int) -> np.dtype[Any]:
    """Return the packed, little-endian layout of one row, as it is hashed and stored."""
    kinds = ("<f8", "<f8", "i1", "<i8", "<i8", "<i8")
    columns: list[Any] = list(zip(COLUMNS, kinds, strict=False))
    return np.dtype([*columns, ("channels", "<f8", (n_channels,))])
