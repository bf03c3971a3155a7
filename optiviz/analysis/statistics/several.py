"""Whether there is any difference between several, or it is luck."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, factorial, lgamma
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from optiviz.analysis.statistics.chance import ALPHA, chance
from optiviz.analysis.statistics.costs import costs
from optiviz.engine.problem import Array
from optiviz.engine.wording import counted

_SMALL = 15  # below so many runs of each, chi-squared is too rough
_MOST_PERMUTED = 1_000  # values: of more it isn't, and permutations take long
_PERMUTATIONS = 9_999
_SEED = 19_370_901
_TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class SeveralTest:
    """A rank test of whether several differ at all.

    Attributes
    ----------
    name : str
    p : float
        Above 0 and at most 1; 1 where nothing can be tested.
    least_p : float
        The smallest that so many runs could have given.
    statistic : float
        Chi-squared with k - 1 degrees of freedom where there is no difference; nan if untested.
    by_permutation : bool
        Whether p is of random exchanges of the values, as there are few; else of chi-squared.
    mean_ranks : tuple of float
        Of each, 1 being the best, as far as runs belong together; else over all.
    runs, compared, failed : int
        Seeds, or runs in all where they don't belong together; how many are compared; and runs
        that failed.
    all_same : bool
    """

    name: Literal["Friedman", "Kruskal-Wallis"]
    p: float
    least_p: float
    statistic: float
    by_permutation: bool
    mean_ranks: tuple[float, ...]
    runs: int
    compared: int
    failed: int
    all_same: bool

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if self.runs == 0:
            return f"No seed was run with all {self.compared:,}."
        if self.all_same:
            return f"All {self.compared:,} ended the same wherever they can be compared."
        if self.least_p >= ALPHA:
            what = "seed" if self.name == "Friedman" else "run"
            return (
                f"With {counted(self.runs, what)} p can't be below {self.least_p:.3g}, whatever "
                f"the values are: too few for a test of all {self.compared:,}."
            )
        odds = f"differences this large would turn up in {chance(self.p)} studies"
        if self.p < ALPHA:
            said = f"The {self.compared:,} are not all alike: {odds} if they were."
        else:
            said = (
                f"No difference is shown among the {self.compared:,}: {odds} if they were all "
                "alike. That doesn't show that they are."
            )
        if self.failed:
            said += f" {counted(self.failed, 'run')} failed and count as worst."
        return said


def friedman(values: ArrayLike, more_is_better: bool) -> SeveralTest:
    """Test several whose runs belong together, such as by their seeds.

    Friedman's test, by ranks within each seed. Below 15 seeds p is that of exchanging values
    within seeds at random, of all ways or 9,999 of them, from a fixed seed, unless there are more
    than 1,000 values.

    Parameters
    ----------
    values : array_like, shape (k, n)
        k that are compared x n seeds; nan where a run failed.
    more_is_better : bool

    References
    ----------
    M. Friedman (1937), "The use of ranks to avoid the assumption of normality implicit in the
    analysis of variance", Journal of the American Statistical Association 32. J. Demšar (2006),
    "Statistical comparisons of classifiers over multiple data sets", JMLR 7. B. Phipson & G. K.
    Smyth (2010), "Permutation p-values should never be zero".
    """
    cost = costs(values, more_is_better)
    k, n = cost.shape
    ranks = scipy.stats.rankdata(cost, axis=0) if n else np.empty((k, 0))
    same = bool(np.all(ranks == (k + 1) / 2))
    small = n < _SMALL and k * n <= _MOST_PERMUTED
    p, statistic = 1.0, np.nan
    if n > 1 and k > 2 and not same:
        found = scipy.stats.friedmanchisquare(*ranks)
        statistic, p = float(found.statistic), float(found.pvalue)
        if small:
            p = _permuted(list(ranks), _sum_of_squares, "samples")
    return SeveralTest(
        name="Friedman",
        p=_within(p),
        least_p=max(exp(min(0, 1 - n) * lgamma(k + 1)), _least(small)),
        statistic=statistic,
        by_permutation=small,
        mean_ranks=tuple(ranks.mean(axis=1).tolist()) if n else (np.nan,) * k,
        runs=n,
        compared=k,
        failed=int(np.isinf(cost).sum()),
        all_same=same,
    )


def kruskal_wallis(groups: Sequence[ArrayLike], more_is_better: bool) -> SeveralTest:
    """Test several whose runs have nothing to do with each other.

    By permutations as in `friedman`, where one has fewer than 15 runs.

    Parameters
    ----------
    groups : sequence of array_like
        The values of each; nan where a run failed.
    more_is_better : bool

    References
    ----------
    W. H. Kruskal & W. A. Wallis (1952), "Use of ranks in one-criterion variance analysis", Journal
    of the American Statistical Association 47.
    """
    cost = [costs(values, more_is_better) for values in groups]
    sizes = [len(values) for values in cost]
    k, n = len(cost), sum(sizes)
    ranks = scipy.stats.rankdata(np.concatenate(cost))
    parts = np.split(ranks, np.cumsum(sizes)[:-1])
    same = bool(np.all(ranks == (n + 1) / 2))
    small = min(sizes) < _SMALL and n <= _MOST_PERMUTED
    p, statistic = 1.0, np.nan
    if min(sizes) > 1 and k > 2 and not same:
        found = scipy.stats.kruskal(*parts)
        statistic, p = float(found.statistic), float(found.pvalue)
        if small:
            p = _permuted(parts, _sum_of_squares_by_size, "independent")
    orders = 1.0
    for i, size in enumerate(sizes):
        for j in range(1, size + 1):
            orders *= (sum(sizes[:i]) + j) / j
            orders = min(orders, 1e300)
    equal = factorial(k) if len(set(sizes)) == 1 else 1
    return SeveralTest(
        name="Kruskal-Wallis",
        p=_within(p),
        least_p=min(1.0, max(equal / orders, _least(small))) if min(sizes) > 1 else 1.0,
        statistic=statistic,
        by_permutation=small,
        mean_ranks=tuple(float(part.mean()) if len(part) else np.nan for part in parts),
        runs=n if min(sizes) else 0,
        compared=k,
        failed=int(sum(np.isinf(values).sum() for values in cost)),
        all_same=same,
    )


def _least(small: bool) -> float:
    return 1 / (_PERMUTATIONS + 1) if small else _TINY


def _within(p: float) -> float:
    return min(1.0, max(p, _TINY))


def _sum_of_squares(*samples: Array, axis: int = -1) -> Any:
    """Return what grows as Friedman's statistic does, where ranks stay within their seeds."""
    return sum(np.square(sample.sum(axis=axis)) for sample in samples)


def _sum_of_squares_by_size(*samples: Array, axis: int = -1) -> Any:
    """Return what grows as the statistic of Kruskal and Wallis does."""
    return sum(np.square(sample.sum(axis=axis)) / sample.shape[axis] for sample in samples)


def _permuted(samples: list[Array], statistic: Any, kind: str) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return float(
            scipy.stats.permutation_test(
                samples,
                statistic,
                permutation_type=kind,
                vectorized=True,
                n_resamples=_PERMUTATIONS,
                batch=2_000,
                alternative="greater",
                random_state=np.random.default_rng(_SEED),
            ).pvalue
        )
