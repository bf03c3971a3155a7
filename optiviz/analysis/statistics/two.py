"""Whether one of two ends better than the other, or it is luck."""

from dataclasses import dataclass
from math import comb
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from optiviz.analysis.statistics.chance import ALPHA, chance
from optiviz.analysis.statistics.costs import costs, differences
from optiviz.analysis.statistics.exact import rank_sum_p, signed_ranks_p
from optiviz.engine.wording import counted

_SMALL = 50  # up to here p is exact
_TINY = float(np.finfo(np.float64).tiny)

TestName = Literal["Wilcoxon signed-rank", "Mann-Whitney"]


@dataclass(frozen=True)
class PairTest:
    """A rank test between two.

    Attributes
    ----------
    name : str
    names : tuple of (str, str)
    p : float
        Two-sided, above 0 and at most 1; 1 where nothing can be tested.
    least_p : float
        The smallest that so many runs could have given.
    exact : bool
        Whether p is of all possible outcomes; else of the normal curve.
    wins, ties, losses : int
        Of the first: over pairs of the same seed, or over all ways to take a run of each.
    runs : tuple of (int, int)
    failed : tuple of (int, int)
    more_is_better : bool
    all_best : bool
        Whether all runs came to the best value that is possible.
    pairs : str
        What the pairs are of, as it follows "27 of 30 pairs".
    """

    name: TestName
    names: tuple[str, str]
    p: float
    least_p: float
    exact: bool
    wins: int
    ties: int
    losses: int
    runs: tuple[int, int]
    failed: tuple[int, int]
    more_is_better: bool
    all_best: bool
    pairs: str = ""

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        return self.told(self.p)

    def told(self, p: float, tests: int = 1) -> str:
        """Say it with a p that is adjusted for so many tests."""
        said = self._nothing() or self._counts() + self._odds(p, tests)
        return said + self._failures()

    @property
    def says_nothing(self) -> bool:
        """Whether no outcome of so few, or of such equal runs, could have shown a difference."""
        return self.least_p >= ALPHA

    def _nothing(self) -> str:
        one, other = self.names
        if not min(self.runs):
            if self.name == "Mann-Whitney":
                return f"{one} or {other} has no run yet."
            return f"No seed was run with both {one} and {other}."
        if self.failed == self.runs:
            return f"All runs of {one} and of {other} failed, so nothing can be compared."
        if self.all_best:
            return (
                f"All runs of {one} and of {other} came to the best value that is possible: a "
                "harder task, or the time that each takes, would tell them apart."
            )
        if self.wins + self.losses == 0:
            where = f"In all pairs {self.pairs}" if self._paired else "In all runs"
            return f"{where} {one} and {other} ended the same: a test says nothing."
        return ""

    @property
    def _paired(self) -> bool:
        return self.name == "Wilcoxon signed-rank"

    def _counts(self) -> str:
        ahead = self.wins >= self.losses
        better, count = (self.names[0], self.wins) if ahead else (self.names[1], self.losses)
        word = "higher" if self.more_is_better else "lower"
        total = self.wins + self.ties + self.losses
        if self._paired:
            of = f"{count:,} of {counted(total, 'pair')} {self.pairs}"
        else:
            of = f"{count:,} of {total:,} ways to take a run of each"
        ties = f" ({counted(self.ties, 'tie')})" if self.ties else ""
        return f"In {of} {better} ended {word}{ties}"

    def _odds(self, p: float, tests: int) -> str:
        if self.says_nothing:
            differ = self.wins + self.losses
            if not self._paired:
                few = f"With {self.runs[0]:,} and {counted(self.runs[1], 'run')}"
                need = "at least 4 of each"
            elif self.ties and differ:
                few = f"With only {counted(differ, 'pair')} that differ{'s' * (differ == 1)}"
                need = "at least 6 that differ"
            else:
                few = f"With {counted(differ, 'pair')}"
                need = "at least 6"
            return (
                f". {few} p can't be below {self.least_p:.3g}, whatever the values are: "
                f"{need} are needed before a test can say anything."
            )
        if tests > 1:
            found = f"among the {tests:,} comparisons made here a difference this large"
            luck = f"{found} would turn up in {chance(p)} studies if there were none at all"
        else:
            luck = f"a difference this large would turn up in {chance(p)} studies"
            luck += " if there were none"
        if p < ALPHA:
            return f"; {luck}."
        return f"; {luck}. This shows neither that one is better nor that they are equal."

    def _failures(self) -> str:
        said = [
            f"{counted(n, 'run')} of {name} failed"
            for n, name in zip(self.failed, self.names, strict=True)
            if n
        ]
        if not said or self.failed == self.runs:
            return ""
        return f" {' and '.join(said)}: a run that failed counts as worse than any other."


def signed_ranks(
    first: ArrayLike,
    second: ArrayLike,
    more_is_better: bool,
    names: tuple[str, str] = ("the first", "the second"),
    best_possible: float | None = None,
    pairs: str = "of runs with the same seed",
) -> PairTest:
    """Test two whose runs belong together in pairs, such as by their seeds.

    Wilcoxon's signed-rank test, two-sided. Pairs that are the same are left out of the ranks. Up
    to 50 pairs p is exact, also with ties.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        nan where a run failed.
    more_is_better : bool
    names : tuple of (str, str)
    best_possible : float, optional
        Such as 1 of accuracy.
    pairs : str
        What the pairs are of.

    Raises
    ------
    ValueError
        If there are not as many of each.

    References
    ----------
    F. Wilcoxon (1945), "Individual comparisons by ranking methods", Biometrics Bulletin 1.
    """
    one, other = costs(first, more_is_better), costs(second, more_is_better)
    if one.shape != other.shape:
        raise ValueError(f"pairs need as many of each, not {len(one)} and {len(other)}")
    apart = differences(one, other)
    wins, losses = int((apart < 0).sum()), int((apart > 0).sum())
    differ = apart[apart != 0]
    n = len(differ)
    ranks = scipy.stats.rankdata(np.abs(differ))
    exact = n <= _SMALL
    if not n:
        p = 1.0
    elif not exact:
        p = float(scipy.stats.wilcoxon(differ).pvalue)
    elif len(np.unique(ranks)) == n:
        p = float(scipy.stats.wilcoxon(differ, method="exact").pvalue)
    else:
        p = signed_ranks_p(ranks, differ > 0)
    return PairTest(
        name="Wilcoxon signed-rank",
        names=names,
        p=min(1.0, max(p, _TINY)),
        least_p=min(1.0, 2.0 * 0.5**n),
        exact=exact,
        wins=wins,
        ties=len(apart) - n,
        losses=losses,
        runs=(len(one), len(other)),
        failed=(int(np.isinf(one).sum()), int(np.isinf(other).sum())),
        more_is_better=more_is_better,
        all_best=_all_best(first, second, best_possible),
        pairs=pairs,
    )


def mann_whitney(
    first: ArrayLike,
    second: ArrayLike,
    more_is_better: bool,
    names: tuple[str, str] = ("the first", "the second"),
    best_possible: float | None = None,
) -> PairTest:
    """Test two whose runs have nothing to do with each other.

    The test of Mann and Whitney, Wilcoxon's rank sum, two-sided. Up to 50 runs in all p is exact,
    also with ties.

    Parameters
    ----------
    first, second : array_like, shapes (m,) and (n,)
        nan where a run failed.
    more_is_better : bool
    names : tuple of (str, str)
    best_possible : float, optional
        Such as 1 of accuracy.

    References
    ----------
    H. B. Mann & D. R. Whitney (1947), "On a test of whether one of two random variables is
    stochastically larger than the other", The Annals of Mathematical Statistics 18.
    """
    one, other = costs(first, more_is_better), costs(second, more_is_better)
    m, n = len(one), len(other)
    ranks = scipy.stats.rankdata(np.concatenate((one, other)))
    exact = m + n <= _SMALL
    distinct = len(np.unique(ranks))
    if distinct < 2 or not min(m, n):
        p = 1.0
    elif exact and distinct < m + n:
        p = rank_sum_p(ranks, np.arange(m + n) < m)
    else:
        method = "exact" if exact else "asymptotic"
        p = float(scipy.stats.mannwhitneyu(ranks[:m], ranks[m:], method=method).pvalue)
    ordered = np.sort(other)
    lost = int(np.searchsorted(ordered, one, side="left").sum())
    not_won = int(np.searchsorted(ordered, one, side="right").sum())
    return PairTest(
        name="Mann-Whitney",
        names=names,
        p=min(1.0, max(p, _TINY)),
        least_p=min(1.0, 2.0 / comb(m + n, m)) if distinct > 1 else 1.0,
        exact=exact,
        wins=m * n - not_won,
        ties=not_won - lost,
        losses=lost,
        runs=(m, n),
        failed=(int(np.isinf(one).sum()), int(np.isinf(other).sum())),
        more_is_better=more_is_better,
        all_best=_all_best(first, second, best_possible),
    )


def fewest_runs(tests: int = 1, *, paired: bool = True) -> int:
    """Return how many runs of each are the least with which one of so many tests can say anything.

    The smallest p is 2 / 2^n of n pairs, and 2 / C(2n, n) of n runs of each; it has to be below
    0.05 / tests, the first step of Holm.
    """
    n = 1
    while tests * 2 / (2**n if paired else comb(2 * n, n)) >= ALPHA:
        n += 1
    return n


def _all_best(first: ArrayLike, second: ArrayLike, best_possible: float | None) -> bool:
    values = np.concatenate((np.asarray(first), np.asarray(second))).astype(np.float64)
    return best_possible is not None and len(values) > 0 and bool(np.all(values == best_possible))
