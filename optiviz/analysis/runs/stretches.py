"""Flat stretches: where the value of a run stands still, and how far its point drifts meanwhile.

A stretch is flat where neither the current nor the best value changes by more than a billionth of
itself from one iteration to the next, for at least 20 iterations and 2% of the run so far. So
there are fifty at most, however long the run is.

Rows are looked at once, as they come. Where they are no longer held whole, the trace's buckets are
looked at instead, and the ends of a stretch are known to the width of a bucket.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.optimizer import Block, Outcome
from optiviz.engine.run import Reader, Run
from optiviz.engine.wording import counted, measured

__all__ = [
    "Drift",
    "Scan",
    "Stretch",
    "drift",
    "flat_stretches",
    "least_length",
    "measuring",
    "scan_of",
]

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

LEAST = 20  # iterations
SHARE = 0.02  # of the run so far
STILL = 1e-9  # times the value: a smaller change from one iteration to the next is none
STOPS = 32  # places along a stretch at which its way is looked at, where that is quick
_QUICK = 4096  # iterations that are replayed for it
_KEPT = 64  # candidates: fifty may be shown, however long the run becomes
_HARDLY = 0.005  # of its own length: a point that came no farther hardly moved
_STRAIGHT = 1.01  # times the distance: a way that is no longer isn't worth a word
_CHUNK = 1 << 16  # rows looked at in one go
_BUCKETS = 8192


@dataclass(frozen=True)
class Stretch:
    """A stretch of iterations over which the value stands still.

    Attributes
    ----------
    start, end : int
        The first and the last iteration with this value.
    f : float
        The value.
    kept : int or None
        How many moves were kept in between; None where the rows are no longer held.
    exact : bool
        The ends are known to the iteration.
    """

    start: int
    end: int
    f: float
    kept: int | None
    exact: bool = True

    @property
    def iterations(self) -> int:
        """How many iterations changed nothing."""
        return self.end - self.start


@dataclass(frozen=True)
class Drift:
    """How far the point moved over a stretch.

    Attributes
    ----------
    distance : float
        From the point at the start to the one at the end.
    way : float
        Along the known points between them: the way that was walked is at least as long.
    points : int
        How many points these are.
    relative : float
        The distance in lengths of the point at the start; nan if that is zero.
    end : int
        The iteration up to which it was measured.
    """

    distance: float
    way: float
    points: int
    relative: float
    end: int

    @property
    def short(self) -> str:
        """In two words."""
        if not self.distance > 0:
            return "stood still"
        return (
            "hardly moved" if self.relative < _HARDLY else f"drifted {measured(self.distance, 2)}"
        )

    def sentence(self, stretch: Stretch) -> str:
        """Say how far it drifted, and by what."""
        if not self.distance > 0:
            return "stood still" + ("" if stretch.kept != 0 else ": no move was kept")
        share = f" ({self.relative:.0%} of its length)" if self.relative >= _HARDLY else ""
        moves = "" if stretch.kept is None else f" in {counted(stretch.kept, 'kept move')}"
        way = ""
        if not self.relative < _HARDLY and self.way > _STRAIGHT * self.distance:
            way = f", by a way of {measured(self.way, 2)} through {self.points:,} known points"
        return f"{self.short}{share}{moves}{way}, while nothing changed"


_NOWHERE = Drift(0.0, 0.0, 2, 0.0, 0)


def least_length(last_k: int) -> int:
    """Return how many iterations a flat stretch has at least in a run that has done `last_k`."""
    return max(LEAST, int(np.ceil(SHARE * last_k)))


class Scan:
    """What was found along one run so far: flat stretches, restarts, drifts. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generation = -1
        self._drifts: dict[int, Drift] = {}
        self._begin(-1)

    def _begin(self, generation: int) -> None:
        self._generation = generation
        self._done = 0  # rows looked at
        self._found: list[Stretch] = []
        self._restarts: list[int] = []
        self._start, self._exact = 0, True  # of the stretch that is not over
        self._kept: int | None = 0
        self._f = self._best = self._count = np.nan  # of the last row looked at
        self._drifts.clear()

    def look(self, run: Run) -> tuple[list[Stretch], Indices]:
        """Return the flat stretches in order, and the iterations that were restarts."""
        trace = run.trace
        with self._lock:
            last = trace.last_k
            if trace.generation != self._generation or self._done > last + 1:
                self._begin(trace.generation)
            names = [channel.name for channel in run.spec.optimizer.channels]
            channel = names.index("restart") if "restart" in names else None
            if self._done < trace.first_held:
                self._begin(trace.generation)
                self._look_at_buckets(run, channel)
            while self._done <= last:
                block = trace.rows(self._done, min(last + 1, self._done + _CHUNK))
                if block is None or not len(block):
                    break  # dropped just now: looked at in the next go
                self._look_at(block, channel)
            least = least_length(last)
            found = [s for s in (*self._found, self._open()) if s.iterations >= least]
            return sorted(found, key=lambda s: s.start), np.array(self._restarts, dtype=np.int64)

    def _open(self) -> Stretch:
        end = max(self._start, self._done - 1)
        return Stretch(self._start, end, float(self._f), self._kept, self._exact)

    def _look_at(self, block: Block, channel: int | None) -> None:
        n, k = len(block), self._done
        f, best = (np.append(v, w) for v, w in ((self._f, block.f), (self._best, block.best_f)))
        breaks = np.flatnonzero(~(_still(f) & _still(best)))  # rows that begin a stretch
        moved = np.concatenate(([0], np.cumsum(block.outcome != Outcome.REJECTED)))
        starts, ends = k + breaks, k + np.append(breaks[1:], n) - 1
        before = k + int(breaks[0]) - 1 if len(breaks) else k + n - 1
        until = int(moved[before + 1 - k])
        kept = None if self._kept is None else self._kept + until
        if not len(breaks):
            self._kept = kept
        else:
            if before - self._start >= LEAST:
                value = float(f[int(breaks[0])])
                self._keep([Stretch(self._start, before, value, kept, self._exact)])
            for i in np.flatnonzero(ends[:-1] - starts[:-1] >= LEAST):
                start, end = int(starts[i]), int(ends[i])
                moves = int(moved[end + 1 - k] - moved[start + 1 - k])
                self._keep([Stretch(start, end, float(block.f[start - k]), moves)])
            self._start, self._exact = int(starts[-1]), True
            self._kept = int(moved[n] - moved[self._start + 1 - k])
        if channel is not None:
            count = np.append(self._count, block.channels[:, channel])
            self._count = float(count[-1])
            self._restarts += (k + _rises(count)).tolist()
        self._f, self._best = float(f[-1]), float(best[-1])
        self._done = k + n

    def _look_at_buckets(self, run: Run, channel: int | None) -> None:
        trace = run.trace
        columns = ("f", "best_f") if channel is None else ("f", "best_f", channel)
        curves = trace.curves(columns, trace.first_held + 1, _BUCKETS)  # with the rows between
        f, best = curves[:2]
        if not len(f.k):
            return
        begins = np.append(0, f.k[:-1] + 1)
        level = _level(f.low, f.high) & _level(best.low, best.high)
        goes_on = level & _still(np.append(np.nan, f.last)) & _still(np.append(np.nan, best.last))
        breaks = np.flatnonzero(~goes_on)
        starts = np.where(level, begins, f.k)[breaks]
        ends = f.k[np.append(breaks[1:], len(f.k)) - 1]
        # In a bucket that is not level, the next stretch begins somewhere before its end.
        for start, end, i in zip(starts[:-1], ends[:-1], breaks[:-1], strict=True):
            if end - start >= LEAST:
                value = float(f.last[i])
                self._keep([Stretch(int(start), int(end), value, None, exact=False)])
        self._start, self._kept, self._exact = int(starts[-1]), None, False
        self._f, self._best = float(f.last[-1]), float(best.last[-1])
        if channel is not None:
            self._restarts = curves[2].k[_rises(curves[2].last, first=True)].tolist()
            self._count = float(curves[2].last[-1])
        self._done = int(f.k[-1]) + 1

    def _keep(self, stretches: list[Stretch]) -> None:
        self._found += stretches
        if len(self._found) > 2 * _KEPT:
            self._found = sorted(self._found, key=lambda s: -s.iterations)[:_KEPT]

    def drift(self, run: Run, stretch: Stretch, reader: Reader | None) -> Drift | None:
        """Return how far the point drifted; without a reader, what was measured before."""
        if stretch.kept == 0:
            return _NOWHERE
        generation = run.trace.generation
        with self._lock:
            known = self._drifts.get(stretch.start) if generation == self._generation else None
        if known is not None and (known.end == stretch.end or reader is None):
            return known
        if reader is None:
            return None
        for _ in self.measure(run, stretch, reader):
            pass
        with self._lock:
            return self._drifts.get(stretch.start)

    def measure(self, run: Run, stretch: Stretch, reader: Reader) -> Iterator[None]:
        """Measure how far the point drifted, one known point after the other."""
        if not run.spec.optimizer.replays:
            return  # where its point was in between is not known
        trace, stops, way = run.trace, _stops(run, stretch), 0.0
        generation = trace.generation
        try:
            first = now = reader.state(stretch.start)
        except ValueError:  # a change dropped it meanwhile
            return
        stepper = reader.stepper
        for k in stops[1:]:
            yield
            if generation != trace.generation:
                return
            # On from here: the reader may have been asked for something else in between.
            nearest = trace.snapshot(k)
            after = stepper.advance_to(nearest if nearest.k > now.k else now, k)
            way += _distance(after.x, now.x)
            now = after
        distance, length = _distance(now.x, first.x), _distance(first.x, 0.0)
        relative = distance / length if length else np.nan
        with self._lock:
            if generation == self._generation == trace.generation:
                found = Drift(distance, way, len(stops), relative, stretch.end)
                self._drifts[stretch.start] = found

    @property
    def measured(self) -> int:
        """Up to where drifts were measured, summed up: it changes when one more is known."""
        with self._lock:
            return len(self._drifts) + sum(drift.end for drift in self._drifts.values())


_scans: WeakKeyDictionary[Run, Scan] = WeakKeyDictionary()
_scans_lock = threading.Lock()


def scan_of(run: Run) -> Scan:
    """Return what was found along a run so far."""
    with _scans_lock:
        return _scans.setdefault(run, Scan())


def flat_stretches(run: Run) -> list[Stretch]:
    """Return where a run stands still, in order; what was looked at before costs nothing."""
    return scan_of(run).look(run)[0]


def drift(run: Run, stretch: Stretch, reader: Reader | None = None) -> Drift | None:
    """Return how far the point drifted over a stretch.

    Parameters
    ----------
    run : Run
    stretch : Stretch
    reader : Reader, optional
        Of this thread: states are replayed if need be, which may take as long as the stretch did.
        Left out, only what was measured before is returned.

    Returns
    -------
    Drift or None
        None if it is not known, or the stretch is no longer there.
    """
    return scan_of(run).drift(run, stretch, reader)


def measuring(run: Run, stretch: Stretch, reader: Reader) -> Iterator[None]:
    """Measure how far the point drifted bit by bit, so that other things can be done between."""
    return scan_of(run).measure(run, stretch, reader)


def _stops(run: Run, stretch: Stretch) -> list[int]:
    """Return the iterations whose points are compared: those that are known, or quickly found."""
    start, end = stretch.start, stretch.end
    if stretch.iterations <= _QUICK:
        stops: list[int] = np.unique(np.linspace(start, end, STOPS).astype(np.int64)).tolist()
        return stops
    return [start, *(state.k for state in run.trace.snapshots if start < state.k < end), end]


def _distance(x: Array, y: Array | float) -> float:
    with np.errstate(all="ignore"):  # infinite where a square is too large
        return float(np.linalg.norm(x - y))


def _still(values: Array) -> NDArray[np.bool_]:
    """Return where values stay what they were one before, shape (n - 1,)."""
    before, after = values[:-1], values[1:]
    with np.errstate(all="ignore"):
        still: NDArray[np.bool_] = np.abs(after - before) <= STILL * np.abs(before)
    return still


def _level(low: Array, high: Array) -> NDArray[np.bool_]:
    with np.errstate(all="ignore"):
        level: NDArray[np.bool_] = high - low <= STILL * np.abs(low)
    return level


def _rises(count: Array, first: bool = False) -> Indices:
    """Return the places in `count[1:]` (or `count` itself) at which a count grows."""
    count = np.append(0.0, count) if first else count
    with np.errstate(invalid="ignore"):
        # The first row of a climb has 0, or nan where another algorithm went before.
        return np.flatnonzero(count[1:] > np.where(np.isnan(count[:-1]), 0.0, count[:-1]))
