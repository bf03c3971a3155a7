"""Where a run has been: each of its first iterations, then those that were measured along it."""

import threading
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.run import Reader, Run

Array = NDArray[np.float64]

EACH = 400  # iterations from the start of which each is there
_EVALUATIONS = 40_000  # about, that are computed again for them
_LATER = 400  # places after them


class Path(NamedTuple):
    """Places of a run, in order.

    Attributes
    ----------
    k : ndarray of int, shape (n,)
    x : ndarray, shape (n, coordinates)
    f : ndarray, shape (n,)
        What the run knew there; nan where it was not kept.
    """

    k: NDArray[np.int64]
    x: Array
    f: Array


class _Walked:
    """The first iterations of a run as far as they were asked for."""

    def __init__(self) -> None:
        self.generation = -1
        self.x: list[Array] = []
        self.f: list[float] = []

    def forget(self, run: Run) -> None:
        """Drop what a change of the run has made wrong."""
        generation = run.trace.generation
        if generation != self.generation:
            kept = run.trace.unchanged_since(self.generation) + 1 if self.x else 0
            del self.x[kept:], self.f[kept:]
            self.generation = generation


_walks: WeakKeyDictionary[Run, dict[tuple[int, ...], _Walked]] = WeakKeyDictionary()
_lock = threading.RLock()


def path(run: Run, reader: Reader, k: int, coordinates: tuple[int, ...] = (0,)) -> Path:
    """Return where a run has been up to iteration k, which is the last place.

    Parameters
    ----------
    run : Run
    reader : Reader
        Of this run, for this thread.
    k : int
    coordinates : tuple of int
        Of the points that are wanted, counted from 0.
    """
    chosen, now = list(coordinates), reader.state(k)
    each = min(k, EACH, _EVALUATIONS * max(1, k) // max(1, now.evaluations))
    with _lock:
        walked = _walks.setdefault(run, {}).setdefault(coordinates, _Walked())
        walked.forget(run)
        for i in range(len(walked.x), each):
            state = reader.state(i)
            walked.x.append(state.x[chosen])
            walked.f.append(state.f)
        first, values = walked.x[:each], walked.f[:each]
    samples = run.history.samples()
    later = (samples.k >= each) & (samples.k < k)
    if samples.x is None:
        states = [s for s in run.trace.snapshots if each <= s.k < k]
        ks = np.array([s.k for s in states], dtype=np.int64)
        xs = np.array([s.x[chosen] for s in states]).reshape(-1, len(chosen))
    else:
        ks, xs = samples.k[later], samples.x[later][:, chosen]
    thin = slice(None, None, max(1, -(-len(ks) // _LATER)))
    ks, xs = ks[thin], xs[thin]
    return Path(
        np.concatenate([np.arange(len(first)), ks, [k]]).astype(np.int64),
        np.concatenate([np.array(first).reshape(-1, len(chosen)), xs, now.x[None, chosen]]),
        np.concatenate([values, np.full(len(ks), np.nan), [now.f]]),
    )


def stretch(reader: Reader, start: int, stop: int) -> Path:
    """Return every place from iteration start to stop, of the first coordinate."""
    states = [reader.state(k) for k in range(start, stop + 1)]
    x = np.array([s.x[:1] for s in states]).reshape(-1, 1)
    return Path(np.arange(start, stop + 1), x, np.array([s.f for s in states]))
