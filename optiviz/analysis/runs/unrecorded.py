"""Channels that a trace doesn't have: those of algorithms that were put into a run on its way.

A trace has the channels of a run's first algorithm. What a later one reports besides is found by
doing its iterations again; what was found with a reader is kept, so that a run that goes on costs
only what is new.
"""

import time
from weakref import WeakKeyDictionary

import numpy as np

from optiviz.engine.optimizer import Channel, State
from optiviz.engine.problem import Array
from optiviz.engine.run import Reader, Run

_CHUNK = 256  # iterations between two looks at the clock
_MOST = 1 << 16  # values kept; of more, every other one is dropped


def channels_of(run: Run) -> dict[str, Channel]:
    """Return the channels of all algorithms of a run by their names, those of the first first."""
    made = [run.spec.optimizer, *(c.optimizer for c in run.spec.changes if c.optimizer)]
    found: dict[str, Channel] = {}
    for optimizer in made:
        for channel in optimizer.channels:
            found.setdefault(channel.name, channel)
    return found


def is_recorded(run: Run, name: str) -> bool:
    """Whether the trace has the channel."""
    return any(channel.name == name for channel in run.spec.optimizer.channels)


class _Signal:
    """One channel of one generation of a run, as far as it was done again."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.done = 0  # iterations looked at
        self.state: State | None = None  # after them
        self.k: list[float] = []
        self.values: list[float] = []
        self.every = 1

    def add(self, k: int, values: Array) -> None:
        """Add the values of the iterations after k."""
        ks = np.arange(k + 1, k + 1 + len(values))
        kept = ks % self.every == 0
        self.k += ks[kept].tolist()
        self.values += values[kept].tolist()
        while len(self.k) > _MOST:
            self.every *= 2
            chosen = [i for i, at in enumerate(self.k) if at % self.every == 0]
            self.k = [self.k[i] for i in chosen]
            self.values = [self.values[i] for i in chosen]

    def skip(self, k: int) -> None:
        """Note that an algorithm without the channel does the iterations up to k."""
        if self.values and not np.isnan(self.values[-1]):
            self.k.append(float(self.done + 1))
            self.values.append(np.nan)
        self.done, self.state = k, None


_KNOWN: WeakKeyDictionary[Reader, dict[str, _Signal]] = WeakKeyDictionary()


def unrecorded(
    run: Run, reader: Reader, name: str, last: int, seconds: float | None = None
) -> tuple[Array, Array, int]:
    """Return a channel that the trace doesn't have, over the iterations up to `last`.

    Parameters
    ----------
    run : Run
    reader : Reader
        Of this run and of this thread.
    name : str
    last : int
    seconds : float, optional
        For about so long; the next call goes on from there. As long as it takes if left out.

    Returns
    -------
    k, values : ndarray, shape (n,)
        Thinned where there are more than some ten thousand; nan breaks a curve.
    done : int
        The iteration up to which it is known.
    """
    deadline = np.inf if seconds is None else time.perf_counter() + seconds
    generation, stepper = run.trace.generation, reader.stepper
    signals = _KNOWN.setdefault(reader, {})
    signal = signals.get(name)
    if signal is None or signal.generation != generation:
        signal = signals[name] = _Signal(generation)
    last = min(last, run.trace.last_k)
    with np.errstate(all="ignore"):
        while signal.done < last and time.perf_counter() < deadline:
            k = signal.done
            optimizer = run.spec.optimizer_after(k)
            names = [channel.name for channel in optimizer.channels]
            stop = min((c.at for c in run.spec.changes if c.at > k), default=last)
            if name not in names:
                signal.skip(min(stop, last))
                continue
            state = stepper.entering(signal.state or reader.state(k))
            n = min(stop, last, k + _CHUNK) - k
            state, rows = optimizer.steps(
                stepper.problem, stepper.entering(state), stepper.draws, n
            )
            signal.add(k, rows.channels[:, names.index(name)])
            signal.done, signal.state = k + n, state
    ks, values = np.array(signal.k), np.array(signal.values)
    seen = ks <= last
    return ks[seen], values[seen], signal.done
