"""Where runs have been: points along each, first those that cost nothing, then by replay.

Which iterations they are follows from the length of the run alone, so that pictures made of all
of them are the same everywhere.
"""

import time
import weakref

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.runs.paths import Path
from optiviz.engine.problem import Problem
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.trace import Trace
from optiviz.problems import FunctionProblem
from optiviz.problems.network_training import NetworkTraining

Array = NDArray[np.float64]
_POINTS = 160  # of a path, at most
_FEWEST = 3  # however many coordinates a point has
_NUMBERS = 4_000_000  # held for a path, about
_LARGEST = 1e100  # what is beyond has no place in a picture, and its square no number


class Survey:
    """The points along one run that are known so far, for one thread.

    Attributes
    ----------
    complete : bool
        All that are wanted were there when it was last extended.
    """

    def __init__(self) -> None:
        self._found: dict[int, tuple[Array, float]] = {}
        self._generation = 0
        self.complete = False

    def extend(self, run: Run, reader: Reader, seconds: float) -> bool:
        """Find more points: those that the trace has, and in some seconds what replay gives.

        Returns
        -------
        bool
            True if nothing is left to do for now.
        """
        trace, began = run.trace, time.perf_counter()
        generation = trace.generation
        if generation != self._generation:
            kept = trace.unchanged_since(self._generation)
            self._found = {k: found for k, found in self._found.items() if k <= kept}
            self._generation = generation
        wanted = wanted_iterations(trace.last_k, run.spec.problem.dim)
        there = {state.k: state for state in trace.snapshots}
        if run.latest is not None:
            there[run.latest.k] = run.latest
        self._found = {k: self._found[k] for k in wanted if k in self._found}
        for k in wanted:
            if k in there:
                self._found[k] = there[k].x, there[k].f
        self.complete = False
        for k in wanted:
            if k in self._found:
                continue
            if time.perf_counter() - began > seconds or not self._is_still(trace, k):
                return False
            state = reader.state(k)
            self._found[k] = state.x, state.f
        self.complete = True
        return True

    def _is_still(self, trace: Trace, k: int) -> bool:
        return trace.generation == self._generation and k <= trace.last_k

    @property
    def known(self) -> tuple[int, int, int]:
        """What tells one stage of it from another: generation, number of points, the last one."""
        return self._generation, len(self._found), max(self._found, default=-1)

    def path(self) -> Path:
        """Return the points known so far, but those that have flown off."""
        dim = len(next(iter(self._found.values()))[0]) if self._found else 0
        ks = sorted(self._found)
        ks = [k for k in ks if (np.abs(self._found[k][0]) <= _LARGEST).all()]
        x = np.array([self._found[k][0] for k in ks]) if ks else np.empty((0, dim))
        f = np.array([self._found[k][1] for k in ks])
        return Path(np.array(ks, dtype=np.int64), x, f)


def wanted_iterations(last_k: int, dim: int) -> list[int]:
    """Return which iterations of a run are looked at: evenly, and the last one.

    The distance is a power of two, as that of snapshots is, so that a run that grows keeps what is
    known of it and a long one needs no replay.
    """
    most = max(_FEWEST, min(_POINTS, _NUMBERS // dim))
    stride = 1
    while last_k // stride + 2 > most:
        stride *= 2
    return [*range(0, last_k, stride), last_k] if last_k >= 0 else []


_surveys: weakref.WeakKeyDictionary[Trace, Survey] = weakref.WeakKeyDictionary()


def survey_of(run: Run) -> Survey:
    """Return the survey of a run, which may have no point yet; it is kept as long as its trace."""
    return _surveys.setdefault(run.trace, Survey())


def with_point(path: Path, x: Array, f: float, k: int) -> Path:
    """Return a path with one more point, if it hasn't it already; nan where it has flown off.

    Parameters
    ----------
    path : Path
    x : ndarray, shape (dim,)
    f : float
    k : int
    """
    at = int(np.searchsorted(path.k, k))
    if at < len(path.k) and path.k[at] == k:
        return path
    x = np.where(np.abs(x) <= _LARGEST, x, np.nan)[None]
    rows = path.x.reshape(len(path.k), x.shape[1])
    ks, fs = np.insert(path.k, at, k), np.insert(path.f, at, f)
    return Path(ks, np.concatenate([rows[:at], x, rows[at:]]), fs)


def same_space(one: Problem, other: Problem) -> bool:
    """Whether points of both mean the same: they may be searched for different goals."""
    if isinstance(one, NetworkTraining) and isinstance(other, NetworkTraining):
        return (one.dataset, one.network) == (other.dataset, other.network)
    if isinstance(one, FunctionProblem) and isinstance(other, FunctionProblem):
        return (one.function, one.dim) == (other.function, other.dim)
    return one == other


def is_live(run: Run) -> bool:
    """Whether the run may still go on by itself."""
    return run.status in (RunStatus.NEW, RunStatus.RUNNING)
