"""How often the target is reached."""

from dataclasses import dataclass

import scipy

from optiviz.engine.wording import counted


@dataclass(frozen=True)
class SuccessRate:
    """A share of runs, with an interval.

    Attributes
    ----------
    successes, runs : int
    rate : float
        nan without runs.
    low, high : float
        Between these the rate is that many runs would have, at the level.
    level : float
    """

    successes: int
    runs: int
    rate: float
    low: float
    high: float
    level: float

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if not self.runs:
            return "No run is done, so nothing is known of how often the target is reached."
        said = (
            f"{self.successes:,} of {counted(self.runs, 'run')} reached the target; with many "
            f"more, {100 * self.low:.0f} to {100 * self.high:.0f} of 100 would."
        )
        if self.high - self.low > 0.5:
            said += " That is a wide range: more seeds are needed to say more."
        return said


def success_rate(successes: int, runs: int, level: float = 0.95) -> SuccessRate:
    """Return a share of runs with Wilson's interval.

    The interval is that of all rates which a score test doesn't reject; unlike
    rate ± z sqrt(rate (1 - rate) / n) it says something of 0 and of all.

    Raises
    ------
    ValueError
        If more runs succeed than there are.

    References
    ----------
    E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22. L. D. Brown, T. T. Cai & A. DasGupta (2001),
    "Interval estimation for a binomial proportion", Statistical Science 16, section 3.1.1.
    """
    if not 0 <= successes <= runs:
        raise ValueError(f"{successes} of {runs} runs can't have succeeded")
    if not runs:
        return SuccessRate(0, 0, float("nan"), 0.0, 1.0, level)
    interval = scipy.stats.binomtest(successes, runs).proportion_ci(level, method="wilson")
    low, high = float(interval.low), float(interval.high)
    return SuccessRate(successes, runs, successes / runs, low, high, level)
