"""Effect size: how often a run of one is better than a run of the other."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from optiviz.analysis.statistics.costs import costs

# Vargha & Delaney (2000), from A = 0.5 away.
_SIZES = ((0.21, "large"), (0.14, "medium"), (0.06, "small"), (0.0, "negligible"))


@dataclass(frozen=True)
class Effect:
    """The effect size A of Vargha and Delaney.

    Attributes
    ----------
    a : float
        The chance that a run of the first is better than one of the second, a tie counted as half.
        0.5 is no difference.
    low, high : float
    level : float
    size : str
        "negligible", "small", "medium" or "large".
    runs : tuple of (int, int)
    names : tuple of (str, str)
    """

    a: float
    low: float
    high: float
    level: float
    size: str
    runs: tuple[int, int]
    names: tuple[str, str]

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if np.isnan(self.a):
            return "Without runs of both there is no effect to measure."
        one, other = self.names if self.a >= 0.5 else self.names[::-1]
        a, low, high = self.a, self.low, self.high
        if a < 0.5:
            a, low, high = 1 - a, 1 - high, 1 - low
        if a == 0.5:
            said = f"A run of {one} is as often better than one of {other} as worse"
        else:
            said = (
                f"A run of {one} is better than one of {other} in {100 * a:.0f} of 100 cases, ties "
                f"counted as half: a {self.size} difference"
            )
        said += f" (with many more runs {100 * low:.0f} to {100 * high:.0f})."
        if min(self.runs) < 6:
            said += " So few runs say little."
        return said


def vargha_delaney(
    first: ArrayLike,
    second: ArrayLike,
    more_is_better: bool,
    names: tuple[str, str] = ("the first", "the second"),
    level: float = 0.95,
    units: int | None = None,
) -> Effect:
    """Return how often a run of the first is better than one of the second.

    A = P(first better) + P(tie) / 2, over all ways to take one of each (Vargha & Delaney 2000,
    eq. 14). The interval is Newcombe's: all A with (A - found)^2 <= z^2 V(A), where
    V(A) = A (1 - A) (1 + h (1 - A) / (2 - A) + h A / (1 + A)) / (m n) and h = (m + n) / 2 - 1. It
    holds where A is 0 or 1 too. For pairs that are alike it is on the wide side.

    Parameters
    ----------
    first, second : array_like, shapes (m,) and (n,)
        nan where a run failed: it is worse than any other.
    more_is_better : bool
    names : tuple of (str, str)
    level : float
    units : int, optional
        How many runs of each are independent, where that is less than all.

    References
    ----------
    A. Vargha & H. D. Delaney (2000), "A critique and improvement of the CL common language effect
    size statistics of McGraw and Wong", Journal of Educational and Behavioral Statistics 25.
    R. G. Newcombe (2006), "Confidence intervals for an effect size measure based on the
    Mann-Whitney statistic. Part 2", Statistics in Medicine 25, method 5.
    """
    one, other = costs(first, more_is_better), costs(second, more_is_better)
    m, n = len(one), len(other)
    if not min(m, n):
        return Effect(np.nan, 0.0, 1.0, level, "negligible", (m, n), names)
    ordered = np.sort(other)
    worse = np.searchsorted(ordered, one, side="left") + np.searchsorted(ordered, one, side="right")
    # Twice the losses and ties, a whole number: A and that of the two exchanged add up to 1.
    a = (2 * m * n - int(worse.sum())) / (2 * m * n)
    low, high = _newcombe(a, min(m, units or m), min(n, units or n), level)
    size = next(name for least, name in _SIZES if abs(a - 0.5) >= least - 1e-12)
    return Effect(a, low, high, level, size, (m, n), names)


def _newcombe(a: float, m: int, n: int, level: float) -> tuple[float, float]:
    z = scipy.stats.norm.ppf((1 + level) / 2)
    half = (m + n) / 2 - 1

    def apart(x: float) -> float:
        spread = x * (1 - x) * (1 + half * (1 - x) / (2 - x) + half * x / (1 + x)) / (m * n)
        return float((x - a) ** 2 - z * z * spread)

    # At 0 and 1 the spread is 0 and `apart` positive, unless a is there; at a it is negative.
    step = 1e-9
    low = 0.0 if a <= step else scipy.optimize.brentq(apart, 0.0, min(a, 1 - step))
    high = 1.0 if a >= 1 - step else scipy.optimize.brentq(apart, max(a, step), 1.0)
    return float(low), float(high)
