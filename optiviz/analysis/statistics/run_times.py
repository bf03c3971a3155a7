"""Which share of runs has reached the target after how much effort."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from optiviz.engine.problem import Array
from optiviz.engine.wording import counted


@dataclass(frozen=True, eq=False)
class RunTimes:
    """The empirical distribution of running times, a staircase.

    Attributes
    ----------
    times : ndarray, shape (m,)
        Efforts at which runs reached the target, rising, each once.
    shares : ndarray, shape (m,)
        Of all runs that had reached it by then; it holds until the next.
    runs : int
    unseen : float
        The least effort of a run that ended before the target: up to there shares are those that
        longer runs would have; inf if every run reached it.
    unit : str
        Of the efforts, for the sentence.
    """

    times: Array
    shares: Array
    runs: int
    unseen: float
    unit: str = ""

    def at(self, effort: ArrayLike) -> Array:
        """Return the share of runs that had reached the target at efforts, of their shape."""
        place = np.searchsorted(self.times, np.asarray(effort, dtype=np.float64), side="right")
        return np.concatenate(([0.0], self.shares))[place]

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if not self.runs:
            return "No run is done, so there are no running times."
        if not len(self.times):
            return f"None of {counted(self.runs, 'run')} reached the target."
        n = round(self.shares[-1] * self.runs)
        if n < self.runs:
            said = f"{n:,} of {counted(self.runs, 'run')} reached the target"
        else:
            said = "The run" if n == 1 else f"All {n:,} runs"
            said += " reached the target"
        half = np.flatnonzero(self.shares >= 0.5)
        if half.size and self.runs > 1:
            said += f"; half of them all had after {self.times[half[0]]:,.4g} {self.unit}".rstrip()
        return said + "."


def run_times(times: ArrayLike, spent: ArrayLike, unit: str = "") -> RunTimes:
    """Return the empirical distribution of running times to a target.

    Parameters
    ----------
    times : array_like, shape (n,)
        What each run had spent when it reached the target; nan or inf where it didn't.
    spent : array_like, shape (n,)
        What each run spent in all.
    unit : str
        Such as "evaluations".

    References
    ----------
    H. H. Hoos & T. Stützle (1998), "Evaluating Las Vegas algorithms: pitfalls and remedies", UAI;
    N. Hansen, A. Auger, R. Ros, O. Mersmann, T. Tušar & D. Brockhoff (2021), "COCO".
    """
    times = np.asarray(times, dtype=np.float64)
    reached = np.isfinite(times)
    steps, counts = np.unique(times[reached], return_counts=True)
    shares = np.cumsum(counts) / max(1, len(times))
    left = np.asarray(spent, dtype=np.float64)[~reached]
    return RunTimes(steps, shares, len(times), float(left.min(initial=np.inf)), unit)
