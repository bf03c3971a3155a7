"""What a run did, as columns and snapshots inside a budget of memory. One writer, many readers.

The newest stretch is held whole. All of the run is also held as buckets (lowest, highest and last
value of a column in a stretch), so that a curve over millions of iterations costs what it shows.
What is no longer held is recomputed on demand from the nearest snapshot (`optiviz.engine.run`).
"""

import copy
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.buckets import Buckets, Points, thinned
from optiviz.engine.chain import LINK, Chain, as_bytes
from optiviz.engine.notes import Clock, Notes
from optiviz.engine.optimizer import COLUMNS, Block, State
from optiviz.engine.records import Curve, Kept, Recent, row_dtype

__all__ = ["Curve", "Kept", "Trace", "row_dtype"]

Array = NDArray[np.float64]

SNAPSHOT_STRIDE = 1024  # iterations between snapshots at first; doubles when there are too many
_SNAPSHOT_BYTES = 32 << 20
_SNAPSHOTS = 1024
_ROWS = 1 << 19  # whole rows held, 20 to 30 MB
_BUCKETS = 8192
_EVENTS = 1 << 16
_UNBUCKETED = 1 << 13  # rows that may wait for their buckets
_CLOCK = 1 << 13


class Trace:
    """The record of one run. Row k belongs to iteration k; row 0 is the start.

    Parameters
    ----------
    n_channels : int
        The number of channels in each row.
    rows, buckets : int
        The budget: whole rows, and buckets (made even), that are held.
    """

    def __init__(self, n_channels: int, *, rows: int = _ROWS, buckets: int = _BUCKETS) -> None:
        self.n_channels = n_channels
        self._budget = rows
        self._lock = threading.RLock()
        self._first = 0  # iteration of the first row held
        self._length = 0  # rows ever, = last iteration + 1
        self._rows = self._allocate(min(rows, 4096))
        self._buckets = Buckets(buckets, len(_CURVES) + n_channels)
        self._improvements = Notes(np.int64, _EVENTS)
        self._kept: dict[int, Kept] = {}
        self._stride = SNAPSHOT_STRIDE
        self._chain = Chain()
        self._recorded = ""  # the digest, where it was stored without its chain
        self._clock = Clock(_CLOCK)
        self._cuts: list[int] = []  # the last row that each rewind left as it was

    def _allocate(self, n: int) -> NDArray[Any]:
        return np.empty(n, dtype=row_dtype(self.n_channels))

    # Writing

    def append(self, block: Block) -> None:
        """Add the rows that follow the last one."""
        n = len(block)
        best_before = self.best_f
        self._make_room(n)
        held = self._length - self._first
        records = self._rows[held : held + n]  # which nobody reads before they are counted
        for name in COLUMNS:
            records[name] = vars(block)[name]
        better = block.best_f < np.concatenate(([best_before], block.best_f[:-1]))
        better[: self._length == 0] = False  # the start improves on nothing
        with self._lock:
            self._chain.add(records)
            self._improvements.add(self._length + np.flatnonzero(better))
            self._length += n
            if self._length - self._buckets.end > _UNBUCKETED:
                self._fill()

    @property
    def best_f(self) -> float:
        """Best value so far; infinite before the first row."""
        with self._lock:
            if self._length == 0:
                return np.inf
            return float(self._rows["best_f"][self._length - self._first - 1])

    def _make_room(self, n: int) -> None:
        held = self._length - self._first
        if held + n <= len(self._rows):
            return
        keep = held if held + n <= self._budget else min(held, self._budget // 2)
        rows = self._allocate(max(min(self._budget, 2 * len(self._rows)), keep + n))
        as_bytes(rows[:keep])[:] = as_bytes(self._rows[held - keep : held])
        with self._lock:
            self._fill()
            self._buckets.let_go(self._values, self._first, self._first + held - keep)
            self._rows, self._first = rows, self._first + held - keep

    def _fill(self) -> None:
        """Bring the buckets up to the last row; short runs are drawn without them."""
        self._buckets.fill(self._values, self._first, self._length)

    def _values(self, start: int, stop: int) -> Array:
        """Return the columns of `curve` of rows that are held."""
        rows = self._rows[start - self._first : stop - self._first]
        return np.column_stack([*(rows[name] for name in _CURVES), rows["channels"]])

    def next_snapshot(self, k: int) -> int:
        """Return the first iteration after k at which a snapshot is kept."""
        return (k // self._stride + 1) * self._stride

    def keep(self, state: State) -> None:
        """Keep a snapshot of the state at the last row, thinning the older ones if need be."""
        size = sum(array.nbytes for array in state.to_arrays().values())
        limit = max(2, min(_SNAPSHOTS, _SNAPSHOT_BYTES // max(1, size)))
        with self._lock:
            row = self._rows[self._length - self._first - 1].copy()
            self._kept[state.k] = Kept(state, self._chain.copy(), row)
            while len(self._kept) > limit:
                self._stride *= 2
                self._kept = {k: s for k, s in self._kept.items() if k % self._stride == 0}

    def clock(self, k: int, seconds: float) -> None:
        """Note that iteration k was done after so many seconds of computing."""
        with self._lock:
            self._clock.add([(k, seconds)])

    def rewind(self, k: int) -> State:
        """Drop everything after the last snapshot at or before k, and return that snapshot."""
        with self._lock:
            self._fill()
            at, chain = max(
                (s, kept.chain)
                for s, kept in self._kept.items()
                if s <= k and kept.chain is not None and self._can_go_on_from(s)
            )
            state, _, row = self._kept[at]
            self._cuts.append(k)
            self._chain, self._recorded = chain.copy(), ""
            self._kept = {s: v for s, v in self._kept.items() if s <= at}
            improvements, clock = self._improvements.all, self._clock.all
            self._improvements.replace(improvements[improvements <= at])
            self._clock.replace(clock[clock["k"] <= at])
            if at < self._first:  # of the rows before, only buckets are left
                self._first, self._rows[0] = at, row
            self._length = at + 1
            self._buckets.end_at(at, self._first)
            return state

    def until(self, k: int) -> "tuple[Trace, State]":
        """Return a copy that ends at the last snapshot at or before k, and that snapshot."""
        with self._lock:
            made = copy.copy(self)
            made._lock, made._rows, made._buckets = (
                threading.RLock(),
                self._rows.copy(),
                copy.deepcopy(self._buckets),
            )
            made._improvements, made._clock = self._improvements.copy(), self._clock.copy()
        state = made.rewind(k)
        made._cuts = []
        return made, state

    def _can_go_on_from(self, k: int) -> bool:
        return self._buckets.can_end_at(k, self._first)

    # Reading

    def __len__(self) -> int:
        return self._length

    @property
    def generation(self) -> int:
        """How often rows were dropped: when it grows, readers drop what they derived."""
        return len(self._cuts)

    def unchanged_since(self, generation: int) -> int:
        """Return the last iteration that is still what it was in an earlier generation."""
        with self._lock:
            return min((*self._cuts[generation:], self.last_k))

    @property
    def last_k(self) -> int:
        """The last iteration recorded; -1 before the start."""
        return self._length - 1

    @property
    def improvements(self) -> NDArray[np.int64]:
        """Iterations that found something better than ever before (thinned over 65,536)."""
        with self._lock:
            return self._improvements.all

    @property
    def digest(self) -> str:
        """SHA-256 over all rows ever appended, the same for every split into blocks."""
        with self._lock:
            return self._recorded or self._chain.digest

    def seconds(self, k: NDArray[np.int64]) -> Array:
        """Return the time of computing at iterations, interpolated between blocks."""
        with self._lock:
            return self._clock.seconds(k)

    def snapshot(self, k: int) -> State:
        """Return the last snapshot at or before iteration k."""
        with self._lock:
            return self._kept[max(s for s in self._kept if s <= k)].state

    @property
    def snapshots(self) -> tuple[State, ...]:
        """All snapshots kept, in order."""
        with self._lock:
            return tuple(kept.state for kept in self.kept)

    @property
    def kept(self) -> tuple[Kept, ...]:
        """All snapshots kept, in order, with what it takes to go on from them."""
        with self._lock:
            return tuple(self._kept[k] for k in sorted(self._kept))

    def rows(self, start: int, stop: int) -> Block | None:
        """Return whole rows start to stop - 1, or None if they are not all held."""
        with self._lock:
            if start < self._first or stop > self._length or start > stop:
                return None
            rows = self._rows[start - self._first : stop - self._first].copy()
        return Block(*(rows[name] for name in COLUMNS))

    @property
    def first_held(self) -> int:
        """The first iteration that is held whole."""
        return self._first

    def curve(self, column: str | int, stop: int | None = None, points: int = 2000) -> Curve:
        """Return a column from the start to iteration stop - 1, thinned to about `points`.

        Parameters
        ----------
        column : str or int
            One of f, best_f, evaluations, gradient_evaluations, rows_seen; or the number of a
            channel.
        stop : int, optional
            Up to a bucket's length before it is left out where it is no longer held whole.
        """
        return self.curves((column,), stop, points)[0]

    def curves(
        self, columns: Sequence[str | int], stop: int | None = None, points: int = 2000
    ) -> tuple[Curve, ...]:
        """Return several columns as `curve` does, all at one moment, so that they share their k."""
        at = [_CURVES.index(c) if isinstance(c, str) else len(_CURVES) + c for c in columns]
        with self._lock:
            stop = self._length if stop is None else max(0, min(stop, self._length))
            parts: list[Points] = []
            start = 0
            if self._first > 0 or stop > 8 * points:
                self._fill()
                parts += self._buckets.points(at, self._first, stop, points)
                start = max(self._first, min(self._buckets.end, stop - stop % self._buckets.width))
            if start < stop or not parts:
                rows = self._values(start, stop)[:, at]
                parts.append(thinned(np.arange(start, stop), rows, rows, rows, points))
        k, last, low, high = (np.concatenate(column) for column in zip(*parts, strict=True))
        columns_of = (np.ascontiguousarray(part.T) for part in (last, low, high))
        return tuple(Curve(k, *column) for column in zip(*columns_of, strict=True))

    # Storing

    @property
    def moment(self) -> threading.RLock:
        """Held, it keeps the trace as it is while several things of it are read."""
        return self._lock

    @property
    def link(self) -> bytes:
        """The last whole link of its digest; nothing where it can't be led on."""
        with self._lock:
            return self._chain.link

    @property
    def width(self) -> int:
        """Iterations in a bucket."""
        return self._buckets.width

    def noted(self, improvement: int, note: int) -> tuple[int, int]:
        """Return the iterations of one improvement and of one note of time; -1 if there is none."""
        with self._lock:
            improvements, clock = self._improvements.all, self._clock.all["k"]
            return (
                int(improvements[improvement]) if 0 <= improvement < len(improvements) else -1,
                int(clock[note]) if 0 <= note < len(clock) else -1,
            )

    def recent(self, row: int, bucket: int, improvement: int, note: int) -> Recent:
        """Return what came after so many of each; the rows from `row` on must be held."""
        with self._lock:
            self._fill()
            buckets = self._buckets.to_arrays()
            return Recent(
                self._rows[row - self._first : self._length - self._first].copy(),
                self._buckets.width,
                {name: part[bucket:] for name, part in buckets.items()},
                self._buckets.begun(self._values, self._first, row),
                self._improvements.all[improvement:],
                self._clock.all[note:],
            )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that is held but the snapshots, for storing."""
        with self._lock:
            self._fill()
            rows = self._rows[: self._length - self._first]
            begun = self._buckets.begun(self._values, self._first, self._first)
            return {
                **{name: rows[name].copy() for name in COLUMNS},
                "first": np.array(self._first),
                "width": np.array(self._buckets.width),
                "link": np.frombuffer(self._chain.link, dtype=np.uint8),
                **self._buckets.to_arrays(),
                **({} if begun is None else {"begun": begun}),
                "improvements": self._improvements.all,
                "clock_k": self._clock.all["k"].copy(),
                "clock_seconds": self._clock.all["seconds"].copy(),
            }

    @classmethod
    def restored(
        cls, arrays: dict[str, NDArray[Any]], kept: Sequence[Kept], start: Block, digest: str
    ) -> "Trace":
        """Return a trace from what `to_arrays` gave.

        Parameters
        ----------
        kept : sequence of Kept
            Snapshots in order; the first is state(0). Their chains and rows, and `link` among the
            arrays, are needed to go on with a trace of which older rows are gone.
        start : Block
            Row 0.
        digest : str
            Of all rows; needed where they are not all held.
        """
        block = Block(*(arrays[name] for name in COLUMNS))
        first = int(arrays["first"])
        trace = Trace(block.channels.shape[1])
        done = 0
        for one in kept if first == 0 else kept[:1]:
            trace._append_long((block if first == 0 else start)[done : one.state.k + 1])
            trace.keep(one.state)
            done = one.state.k + 1
        if first == 0:
            trace._append_long(block[done:])
        else:
            trace._open(block, arrays, kept, digest)
        trace._improvements.replace(arrays["improvements"])
        trace._clock.take(arrays["clock_k"], arrays["clock_seconds"])
        return trace

    def _append_long(self, block: Block) -> None:
        for start in range(0, len(block), 1 << 15):
            self.append(block[start : start + (1 << 15)])

    def _open(
        self, block: Block, arrays: dict[str, NDArray[Any]], kept: Sequence[Kept], digest: str
    ) -> None:
        """Take over a stored trace whose older rows are gone."""
        self._rows = self._allocate(len(block))
        for name in COLUMNS:
            self._rows[name] = vars(block)[name]
        self._first = int(arrays["first"])
        self._length = self._first + len(block)
        lows, highs, lasts = (arrays[name] for name in ("lows", "highs", "lasts"))
        begun = arrays.get("begun")
        self._buckets.restore(int(arrays["width"]), lows, highs, lasts, begun)
        self._kept |= {one.state.k: one for one in kept[1:]}
        link, link_k = bytes(arrays.get("link", b"")), self.last_k - self.last_k % LINK
        if link and link_k + 1 >= self._first:
            self._chain = Chain(link, link_k)
            self._chain.add(self._rows[link_k + 1 - self._first :])
        else:
            self._recorded = digest

    @property
    def leads_on(self) -> bool:
        """Whether rows can be added; else only after a rewind."""
        return not self._recorded


_CURVES = tuple(name for name in COLUMNS if name not in ("outcome", "channels"))
