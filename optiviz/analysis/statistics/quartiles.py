"""What the middle run comes to, and what the middle half of runs."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from optiviz.analysis.statistics.costs import costs
from optiviz.engine.problem import Array
from optiviz.engine.wording import counted, measured


@dataclass(frozen=True)
class Quartiles:
    """The median and the quartiles of runs, those that failed counted as the worst.

    Attributes
    ----------
    low, median, high : float
        By number, whichever is better; nan where one falls among runs that failed.
    runs, failed : int
    """

    low: float
    median: float
    high: float
    runs: int
    failed: int

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if not self.runs:
            return "No run is done."
        if self.failed == self.runs:
            return (
                f"All {counted(self.runs, 'run')} failed." if self.runs > 1 else "The run failed."
            )
        if np.isnan(self.median):
            return (
                f"{self.failed:,} of {counted(self.runs, 'run')} failed, so the middle run has no "
                "value."
            )
        said = f"The middle one of {counted(self.runs, 'run')} came to {measured(self.median)}"
        if self.runs == 1:
            return f"The one run came to {measured(self.median)}: another seed may say otherwise."
        if self.low == self.high:
            said += ", and at least half of them to the same"
        elif not np.isnan(self.low + self.high):
            said += f", the middle half to {measured(self.low)} to {measured(self.high)}"
        if self.failed:
            said += f"; {self.failed:,} failed and count as worst"
        return said + "."


def quartiles(values: ArrayLike, more_is_better: bool) -> Quartiles:
    """Return the median and the quartiles of runs.

    Parameters
    ----------
    values : array_like, shape (n,)
        nan where a run failed.
    more_is_better : bool

    References
    ----------
    R. J. Hyndman & Y. Fan (1996), "Sample quantiles in statistical packages", The American
    Statistician 50: their definition 7, between neighbours in proportion.
    """
    cost = costs(values, more_is_better)
    failed = int(np.isinf(cost).sum())
    if not len(cost):
        return Quartiles(np.nan, np.nan, np.nan, 0, 0)
    low, median, high = (float(quantile(cost, q)) for q in (0.25, 0.5, 0.75))
    if more_is_better:
        low, median, high = -high, -median, -low
    low, median, high = (v if np.isfinite(v) else np.nan for v in (low, median, high))
    return Quartiles(low, median, high, len(cost), failed)


def quantile(values: Array, q: float) -> Array:
    """Return a quantile of each column, of which some values may be infinite.

    It is infinite too where it falls among these, or beside one.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        At least one row; none is nan, and those that are infinite are all inf or all -inf.
    q : float
        From 0 to 1.
    """
    ordered = np.sort(values, axis=0)
    place = q * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    share = place % 1
    with np.errstate(invalid="ignore"):
        between = low * (1 - share) + high * share
    # Equal ones stay what they are, to the last bit: configurations tie by that.
    return np.asarray(np.where(low == high, low, between))
