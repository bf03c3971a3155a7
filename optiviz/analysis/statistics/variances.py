"""How much seeds of the search, and how much seeds of the split, move the result."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from optiviz.engine.wording import counted


@dataclass(frozen=True)
class Variances:
    """The variance of results, in its parts.

    Attributes
    ----------
    search, split, rest : float
        By the seed of the search, by that of the split, and what is left: the two together. Never
        negative; nan where they can't be told.
    clipped : tuple of str
        Which of "search" and "split" were estimated below 0 and set to 0.
    searches, splits : int
        How many seeds of each there are.
    failed : int
        Runs without a value.
    """

    search: float
    split: float
    rest: float
    clipped: tuple[str, ...]
    searches: int
    splits: int
    failed: int

    @property
    def shares(self) -> tuple[float, float, float]:
        """What part of the variance is by search, split and rest; nan without any variance."""
        total = self.search + self.split + self.rest
        if not total > 0:
            return np.nan, np.nan, np.nan
        return self.search / total, self.split / total, self.rest / total

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if min(self.searches, self.splits) < 2:
            return "Two seeds of the search and two of the split are the least to tell them apart."
        if self.failed:
            return (
                f"{counted(self.failed, 'run')} failed, so the variances by search and by split "
                "can't be told apart."
            )
        if np.isnan(self.rest):
            return "Runs are missing, so the variances by search and by split can't be told apart."
        if self.search + self.split + self.rest == 0:
            return "All runs came to the same value, whatever the seeds."
        search, split, rest = (f"{100 * share:.0f}%" for share in self.shares)
        said = (
            f"Of the variance {search} comes with the seed of the search, {split} with the split, "
            f"and {rest} with the two together."
        )
        if self.clipped:
            names = " and ".join(
                {"search": "the search", "split": "the split"}[c] for c in self.clipped
            )
            said += f" The part of {names} was estimated below 0, which means about 0."
        if min(self.searches, self.splits) < 5:
            said += (
                f" With {self.searches:,} and {self.splits:,} seeds these shares are rough: take "
                "at least 5 of each."
            )
        return said


def crossed_variances(values: ArrayLike) -> Variances:
    """Return the parts of the variance where every seed of one kind meets every one of the other.

    Two-way random effects, one run in each cell: y_ij = m + s_i + t_j + e_ij. From the mean
    squares, var(e) = MS_e, var(s) = (MS_s - MS_e) / c and var(t) = (MS_t - MS_e) / r for r seeds
    of the search and c of the split.

    Parameters
    ----------
    values : array_like, shape (r, c)
        nan where a run failed: nothing is told then, as leaving it out would be wrong.

    References
    ----------
    S. R. Searle, G. Casella & C. E. McCulloch (1992), "Variance Components", chapter 4.
    """
    y = np.asarray(values, dtype=np.float64)
    r, c = y.shape
    failed = int((~np.isfinite(y)).sum())
    if min(r, c) < 2 or failed:
        return Variances(np.nan, np.nan, np.nan, (), r, c, failed)
    y = y - y.flat[0]  # the same values differ by exactly 0
    rows, columns = y.mean(axis=1), y.mean(axis=0)
    left = y - rows[:, None] - columns + y.mean()
    rest = float(np.square(left).sum()) / ((r - 1) * (c - 1))
    search = float(rows.var(ddof=1)) - rest / c
    split = float(columns.var(ddof=1)) - rest / r
    parts = {"search": search, "split": split}
    clipped = tuple(name for name, part in parts.items() if part < 0)
    return Variances(max(0.0, search), max(0.0, split), rest, clipped, r, c, 0)
