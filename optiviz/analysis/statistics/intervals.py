"""Within which bounds the median is, if other seeds had been drawn."""

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from optiviz.analysis.statistics.costs import costs
from optiviz.engine.problem import Array
from optiviz.engine.wording import counted, measured

FEWEST = 6  # runs: the interval from the least to the largest of five holds 93.75%
_RESAMPLES = 2_000
_MANY = 500  # runs: of more, both ways give the same, and the bootstrap takes long
_SEED = 20_210_607  # any fixed one, so that the same runs always give the same interval

Method = Literal["BCa bootstrap", "order statistics", "bootstrap of both seeds", "none"]


@dataclass(frozen=True)
class Interval:
    """An interval of the median.

    Attributes
    ----------
    low, high : float
        By number, whichever is better; nan where there is none, and on the side on which it
        reaches runs that failed.
    level : float
    method : str
    runs, failed : int
    same : bool
        Whether all runs came to the same value.
    """

    low: float
    high: float
    level: float
    method: Method
    runs: int
    failed: int
    same: bool

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if self.runs < FEWEST:
            return (
                f"{counted(self.runs, 'run')} can't bound the median: at least {FEWEST} seeds are "
                f"needed for an interval of {100 * self.level:.0f}%."
            )
        if self.failed == self.runs:
            return f"All {self.runs:,} runs failed, so there is no median to bound."
        if self.same:
            return (
                f"All {self.runs:,} runs came to {measured(self.low)}: an interval says nothing "
                "here."
            )
        if self.method == "none":
            return "The median isn't bounded until every seed was run with every split."
        low, high = measured(self.low), measured(self.high)
        if np.isnan(self.low) and np.isnan(self.high):
            return f"{self.failed:,} of {self.runs:,} runs failed: too many to bound the median."
        if np.isnan(self.low + self.high):
            known = f"at most {high}" if np.isnan(self.low) else f"at least {low}"
            return f"The median is {known}; the other side is open, as {self.failed:,} runs failed."
        return (
            f"With other seeds the median would be between {low} and {high}: such intervals hold "
            f"it in {100 * self.level:.0f} of 100 studies."
        )


def median_interval(
    values: ArrayLike, more_is_better: bool, level: float = 0.95, *, quick: bool = False
) -> Interval:
    """Return an interval of the median.

    By a bootstrap, bias-corrected and accelerated, from a fixed seed. Where runs failed, where the
    bootstrap's distribution is degenerate, and of more than 500 runs, by order statistics: the k-th
    least and the k-th largest of n hold the median with probability 1 - 2 P(B < k), where
    B ~ binomial(n, 1/2).

    Parameters
    ----------
    values : array_like, shape (n,)
        nan where a run failed: it counts as the worst.
    more_is_better : bool
    level : float
    quick : bool
        By order statistics in any case.

    References
    ----------
    B. Efron (1987), "Better bootstrap confidence intervals", Journal of the American Statistical
    Association 82; H. A. David & H. N. Nagaraja (2003), "Order Statistics", section 7.1.
    """
    cost = costs(values, more_is_better)
    n, failed = len(cost), int(np.isinf(cost).sum())
    same = n > 0 and failed == 0 and bool(np.all(cost == cost[0]))
    low, high, method = np.nan, np.nan, "none"
    if same:
        low = high = float(cost[0])
        method = "order statistics" if n >= FEWEST else "none"
    elif n >= FEWEST and failed < n:
        found = None if quick or failed or n > _MANY else _bootstrapped(cost, level)
        low, high = found or _ordered(cost, level)
        method = "BCa bootstrap" if found else "order statistics"
    return _interval(low, high, more_is_better, level, method, n, failed, same)


def crossed_interval(
    values: ArrayLike, medians: Array | None, more_is_better: bool, level: float = 0.95
) -> Interval:
    """Return an interval of the median of runs that share seeds of two kinds.

    Parameters
    ----------
    values : array_like
        Of the runs; nan where one failed.
    medians : ndarray of shape (b,), or None
        Medians of costs, of bootstrap samples of both kinds of seeds; see `best.resampled`. None
        where runs are missing: there is no interval then.
    more_is_better : bool
    level : float

    References
    ----------
    A. B. Owen (2007), "The pigeonhole bootstrap", The Annals of Applied Statistics 1: it errs on
    the wide side.
    """
    cost = costs(values, more_is_better).ravel()
    n, failed = len(cost), int(np.isinf(cost).sum())
    same = n > 0 and failed == 0 and bool(np.all(cost == cost[0]))
    if medians is None:
        return _interval(np.nan, np.nan, more_is_better, level, "none", n, failed, same)
    low, high = np.quantile(medians, ((1 - level) / 2, (1 + level) / 2), method="inverted_cdf")
    method = "bootstrap of both seeds"
    return _interval(float(low), float(high), more_is_better, level, method, n, failed, same)


def _interval(
    low: float,
    high: float,
    more_is_better: bool,
    level: float,
    method: str,
    n: int,
    failed: int,
    same: bool,
) -> Interval:
    if more_is_better:
        low, high = -high, -low
    low, high = (float(v) + 0.0 if np.isfinite(v) else np.nan for v in (low, high))
    return Interval(low, high, level, method, n, failed, same)  # type: ignore[arg-type]


def _bootstrapped(cost: Array, level: float) -> tuple[float, float] | None:
    """Return the BCa interval, or None where it is degenerate."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)
        found = scipy.stats.bootstrap(
            (cost,),
            np.median,
            n_resamples=_RESAMPLES,
            confidence_level=level,
            method="BCa",
            random_state=np.random.default_rng(_SEED),
        ).confidence_interval
    low, high = float(found.low), float(found.high)
    return (low, high) if np.isfinite(low + high) and low < high else None


def _ordered(cost: Array, level: float) -> tuple[float, float]:
    n = len(cost)
    # The largest k with P(B < k) < (1 - level) / 2.
    k = int(scipy.stats.binom.ppf((1 - level) / 2, n, 0.5))
    ordered = np.sort(cost)
    return float(ordered[k - 1]), float(ordered[n - k])
