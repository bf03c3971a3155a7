"""Metrics along a run, the same whatever it optimises, at up to about 2,000 iterations.

They cost more than the run itself, so they are filled in when there is time: first where the
trace has snapshots, then evenly, finer and finer as far as the run is long.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optiviz.engine import threads

if TYPE_CHECKING:
    from optiviz.engine.run import Reader
    from optiviz.engine.trace import Trace

Array = NDArray[np.float64]
SAMPLES = 2000
_MOST = 2200  # samples held: more are thinned to those on the grid
_FIRST = 16  # samples between two that are measured first
_SHORT = 16  # points of at most so many numbers are kept along the run


@dataclass(frozen=True)
class Samples:
    """What was measured along a run, in order of iterations.

    Attributes
    ----------
    k : ndarray of int, shape (n,)
    metrics : dict of str to ndarray of shape (n,)
    x : ndarray of shape (n, dim), or None if dim is above 16
    """

    k: NDArray[np.int64]
    metrics: dict[str, Array]
    x: Array | None


class History:
    """Samples of metrics along the run of one trace. Filled by one thread, read by any.

    It doesn't hold the run, which holds it: a run that is dropped is then freed at once.
    """

    def __init__(self, trace: "Trace") -> None:
        self._trace = trace
        self._lock = threading.Lock()
        self._generation = 0
        self._found: dict[int, tuple[dict[str, float], Array | None]] = {}
        self._made: Samples | None = None  # of what is found now

    def stride(self) -> int:
        """Return the distance between samples: a power of two, for about 1,000 to 2,000 of them."""
        return 1 << max(0, int(self._trace.last_k // SAMPLES).bit_length())

    def extend(
        self,
        reader: "Reader",
        seconds: float | None = None,
        only_snapshots: bool = False,
        clock: Callable[[], float] | None = None,
    ) -> bool:
        """Measure more of the run, for about so many seconds.

        Parameters
        ----------
        reader : Reader
        seconds : float, optional
            As long as it takes if left out.
        only_snapshots : bool
            Only where the trace has the state, so that nothing is replayed.
        clock : callable, optional
            What the seconds are of; those of the wall if left out.

        Returns
        -------
        bool
            True if nothing is left to do for now.
        """
        clock = time.perf_counter if clock is None else clock
        trace, began = self._trace, clock()
        generation = self._forget()
        for k in self._missing(only_snapshots):
            if seconds is not None and clock() - began > seconds:
                return False
            if k > trace.last_k or trace.generation != generation:
                return False
            threads.go_on()
            self.measure(reader, k)
        return True

    def measure(self, reader: "Reader", k: int) -> dict[str, float]:
        """Return the metrics at iteration k, measuring them if they are not known."""
        generation = self._forget()
        with self._lock:
            found = self._found.get(k)
        if found is None:
            state = reader.state(k)
            metrics = dict(reader.stepper.problem.metrics(state.x))
            found = metrics, state.x if len(state.x) <= _SHORT else None
            with self._lock:
                if generation == self._generation == self._trace.generation:
                    self._found[k] = found
                    self._made = None
        return found[0]

    def _forget(self) -> int:
        """Drop what belongs to rows that are gone, and what is finer than needed.

        Returns
        -------
        int
            The trace's generation that all samples now belong to.
        """
        trace = self._trace
        last, stride = trace.last_k, self.stride()
        with self._lock:
            generation = trace.generation
            if generation != self._generation:
                kept = trace.unchanged_since(self._generation)
                self._generation = generation
                self._found = {k: v for k, v in self._found.items() if k <= kept}
                self._made = None
            if len(self._found) > _MOST:
                found = self._found.items()
                self._found = {k: v for k, v in found if k % stride == 0 or k == last}
                self._made = None
            return generation

    def _missing(self, only_snapshots: bool) -> list[int]:
        last, stride = self._trace.last_k, self.stride()
        coarse = [state.k for state in self._trace.snapshots if state.k % stride == 0]
        # Some of all of it before all of some of it, as time may be short.
        grids = [range(0, last + 1, step) for step in (_FIRST * stride, stride)]
        fine = () if only_snapshots else (last, *grids[0], *grids[1])
        wanted = dict.fromkeys((*coarse, *fine))
        with self._lock:
            return [k for k in wanted if k not in self._found and k >= 0]

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(self._found)

    def known(self, k: int) -> dict[str, float]:
        """Return the metrics at iteration k, or at the last one measured; none if nothing was."""
        with self._lock:
            if self._generation != self._trace.generation or not self._found:
                return {}
            found = self._found.get(k)
            return (found if found is not None else self._found[max(self._found)])[0]

    def samples(self) -> Samples:
        """Return what is known so far, but of rows that a change has dropped.

        They are the same arrays until more is known, and can't be written.
        """
        self._forget()
        with self._lock:
            if self._made is None:
                self._made = self._collected()
            return self._made

    def _collected(self) -> Samples:
        ks = sorted(self._found)
        found = [self._found[k] for k in ks]
        names = found[0][0] if found else {}
        metrics = {name: np.array([m[name] for m, _ in found]) for name in names}
        xs = [x for _, x in found if x is not None]
        x = np.array(xs) if xs and len(xs) == len(found) else None
        made = Samples(np.array(ks, dtype=np.int64), metrics, x)
        for array in (made.k, made.x, *metrics.values()):
            if array is not None:
                array.setflags(write=False)
        return made

    def restore(self, samples: Samples) -> None:
        """Put back what `samples` gave."""
        rows = zip(*samples.metrics.values(), strict=True) if samples.metrics else ()
        found = [dict(zip(samples.metrics, map(float, row), strict=True)) for row in rows]
        xs = [None] * len(samples.k) if samples.x is None else list(samples.x)
        with self._lock:
            for i, k in enumerate(samples.k.tolist()):
                self._found[k] = (found[i] if found else {}), xs[i]
            self._made = None
