"""What was tried, tile by tile: what was looked at once is known, and the rest takes its time."""

import time
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from weakref import WeakKeyDictionary, proxy

import numpy as np

from optiviz.analysis.tried.replay import (
    chooses,
    climbed,
    from_rows,
    is_plain_climb,
    replayed,
)
from optiviz.analysis.tried.tries import Tries
from optiviz.engine.optimizer import Block, Optimizer, State
from optiviz.engine.problem import Array
from optiviz.engine.run import Reader, Run
from optiviz.methods.climbing import Climb

if TYPE_CHECKING:
    from optiviz.engine.stepper import Stepper

TILE = 64  # points in a tile, about: aligned, so that scrubbing meets the same ones again
_MOST_TILES = 2048
_NUMBERS = 1 << 20  # in the points where tiles end, and in the states that are kept
_TOGETHER = 1 << 18  # in the points of a tile
K = TypeVar("K")
V = TypeVar("V")
_LONGEST = 1024  # iterations that are done again between two looks at the clock


class Known(NamedTuple):
    """What is known of a stretch.

    Attributes
    ----------
    tries : Tries
        All points, but where they are not yet known only those that x moved to.
    missing : int
        Iterations of which only those are known.
    """

    tries: Tries
    missing: int


@dataclass(frozen=True)
class _Tile:
    """Iterations start + 1 to stop, with what begins after them."""

    tries: Tries
    x: Array | None
    state: State | None


class Book:
    """What iterations of a run tried, for the thread of one reader.

    Parameters
    ----------
    run : Run
    reader : Reader
        Of this run.
    """

    def __init__(self, run: Run, reader: Reader) -> None:
        self._run = run
        self._reader: Reader = proxy(reader)  # it lives as long as the reader does
        self._generation = -1
        self._stepper: Stepper | None = None
        self._tiles: dict[tuple[int, int], _Tile] = {}
        self._places: dict[int, Array] = {}  # where tiles end
        self._states: dict[int, State] = {}  # besides the trace's snapshots

    def between(self, start: int, stop: int, seconds: float | None = None) -> Known:
        """Return what the iterations start to stop - 1 tried; the first is 1.

        Parameters
        ----------
        start, stop : int
        seconds : float, optional
            For about so long; what is found meanwhile is known at the next call. As long as it
            takes if left out.
        """
        deadline = np.inf if seconds is None else time.perf_counter() + seconds
        trace = self._run.trace
        first, last = max(0, start - 1), min(stop - 1, trace.last_k)
        if first >= last:
            return Known(Tries.concatenate([]), 0)
        generation = self._fresh()
        width = self._width(first, last)
        at, end = first // width * width, min(-(-last // width) * width, trace.last_k)
        rows = self._reader.rows(at, end + 1)
        parts, missing = [], 0
        with np.errstate(all="ignore"):  # a problem may overflow or divide by zero
            for a, b in self._cut(at, end, width):
                here = rows[a - at : b - at + 1]
                tile = self._tiles.get((a, b)) or self._done(a, here, deadline)
                if tile is None:
                    parts.append(from_rows(self._optimizer(a), here.row(0).f, a, here[1:]))
                    missing += b - a
                    continue
                self._keep(a, b, tile)
                parts.append(tile.tries)
        if trace.generation != generation:  # it was changed meanwhile
            return Known(Tries.concatenate([]), last - first)
        tries = Tries.concatenate(parts)
        low, high = np.searchsorted(tries.k, (first + 1, last + 1))
        return Known(tries[int(low) : int(high)], missing)

    def _fresh(self) -> int:
        """Forget what belongs to rows that are gone; return the trace's generation."""
        generation, stepper = self._run.trace.generation, self._reader.stepper
        if generation != self._generation or stepper is not self._stepper:
            self._tiles, self._places, self._states = {}, {}, {}
            self._generation, self._stepper = generation, stepper
        return generation

    def _optimizer(self, k: int) -> Optimizer:
        return self._run.spec.optimizer_after(k)

    def _width(self, first: int, last: int) -> int:
        """Return the length of tiles, a power of two: the shorter the more an iteration scores."""
        ends = self._reader.rows(first, first + 1), self._reader.rows(last, last + 1)
        scored = int(ends[1].evaluations[0] - ends[0].evaluations[0])
        each = max(1.0, scored / (last - first))
        most = min(TILE / each, _TOGETHER / self._run.spec.problem.dim)
        return 1 << max(0, int(most).bit_length() - 1)

    def _cut(self, start: int, end: int, width: int) -> list[tuple[int, int]]:
        """Return the tiles of a stretch: aligned, and cut where something is changed."""
        changes = [c.at for c in self._run.spec.changes if start < c.at < end]
        edges = sorted({*range(start, end, width), end, *changes})
        return list(pairwise(edges))

    def _done(self, start: int, rows: Block, deadline: float) -> _Tile | None:
        """Return a tile, or None if there is no time for it.

        Parameters
        ----------
        rows : Block
            Row `start` and those of the tile.
        """
        optimizer, after = self._optimizer(start), rows[1:]
        changed = any(change.at == start for change in self._run.spec.changes)
        if not chooses(optimizer) and not changed:
            return _Tile(from_rows(optimizer, float(rows.f[0]), start, after), None, None)
        if time.perf_counter() > deadline:
            return None
        stepper = self._reader.stepper
        x = self._x(start, deadline) if is_plain_climb(optimizer) and not changed else None
        state = None
        if x is None:
            state = self._state(start, deadline)
            if state is None:
                return None
            state = stepper.entering(state)
            if not chooses(optimizer):
                return _Tile(from_rows(optimizer, state.f, start, after), None, None)
            x = state.x
        before = float(rows.f[0]) if state is None else state.f
        if isinstance(optimizer, Climb) and is_plain_climb(optimizer):
            anew = _new_starts(self._run, optimizer, rows)
            if anew is not None:
                return _Tile(*climbed(stepper, optimizer, x, before, start, after, anew), None)
        state = state or self._state(start, deadline)
        if state is None:
            return None
        tries, state = replayed(stepper, optimizer, state, len(after))
        return _Tile(tries, state.x, state)

    def _x(self, k: int, deadline: float) -> Array | None:
        """Return where the run is after iteration k, or None if there is no time for it."""
        if k in self._places:
            return self._places[k]
        state = self._state(k, deadline)
        return None if state is None else state.x

    def _state(self, k: int, deadline: float) -> State | None:
        """Return state(k), or None if there is no time for it; what is done is kept."""
        latest = self._run.latest
        if latest is not None and latest.k == k:
            return latest
        known = [at for at in self._states if at <= k]
        if deadline == np.inf and not known:
            return self._reader.state(k)
        state = self._reader.nearest(k)
        if known and max(known) > state.k:
            state = self._states[max(known)]
        stepper: Stepper = self._reader.stepper
        if deadline == np.inf:
            return stepper.advance_to(state, k)
        step, began = 1, time.perf_counter()
        while state.k < k and began < deadline:
            state = stepper.advance_to(state, min(k, state.k + step))
            now = time.perf_counter()
            longer = step < _LONGEST and now - began < (deadline - now) / 4
            step, began = (4 * step if longer else step), now
        self._note(state)
        return state if state.k == k else None

    def _note(self, state: State) -> None:
        size = sum(array.nbytes for array in state.to_arrays().values())
        _put(self._states, state.k, state, 8 * _NUMBERS // max(1, size))

    def _keep(self, a: int, b: int, tile: _Tile) -> None:
        """Keep a tile as the one that was used last."""
        _put(self._tiles, (a, b), tile, _MOST_TILES)
        if tile.state is not None:
            self._note(tile.state)
        elif tile.x is not None:
            _put(self._places, b, tile.x, _NUMBERS // tile.x.size)


def _put(table: dict[K, V], key: K, value: V, most: int) -> None:
    """Put an entry last, and drop the first where there are too many; two are always kept."""
    table.pop(key, None)
    table[key] = value
    while len(table) > max(2, most):
        del table[next(iter(table))]


def _new_starts(run: Run, optimizer: Climb, rows: Block) -> Array | None:
    """Return the number of the new start that each row but the first is, 0 for none.

    None where the trace doesn't tell: it has the channels of the run's first algorithm.
    """
    if not any(channel.name == "restart" for channel in optimizer.channels):
        return np.zeros(len(rows) - 1)
    names = [channel.name for channel in run.spec.optimizer.channels]
    if "restart" not in names:
        return None
    so_far = np.nan_to_num(rows.channels[:, names.index("restart")])
    return np.where(np.diff(so_far) > 0, so_far[1:], 0.0)


_BOOKS: WeakKeyDictionary[Reader, Book] = WeakKeyDictionary()


def tried(run: Run, reader: Reader, start: int, stop: int, seconds: float | None = None) -> Known:
    """Return what the iterations start to stop - 1 of a run tried; see `Book.between`.

    What was found with a reader is kept as long as the reader is.
    """
    book = _BOOKS.get(reader)
    if book is None:
        book = _BOOKS[reader] = Book(run, reader)
    return book.between(start, stop, seconds)
