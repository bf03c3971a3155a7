"""The pairwise table: who differs from whom, all tests judged together."""

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from optiviz.analysis.statistics.chance import ALPHA
from optiviz.analysis.statistics.costs import costs
from optiviz.analysis.statistics.effect_size import vargha_delaney
from optiviz.analysis.statistics.holm import holm
from optiviz.analysis.statistics.several import SeveralTest, friedman, kruskal_wallis
from optiviz.analysis.statistics.two import PairTest, mann_whitney, signed_ranks
from optiviz.engine.problem import Array
from optiviz.engine.wording import counted
from optiviz.studies.comparison.tables import Group, Pair
from optiviz.studies.comparison.values import Column

_MOST_ALL = 12  # configurations of which all pairs are made
MOST_RIVALS = 200  # of more, how many are put beside the best


@dataclass(frozen=True, eq=False)
class Ground:
    """What all comparisons of a study stand on.

    Attributes
    ----------
    columns : tuple of Column
        By configuration.
    more_is_better : bool
    best_possible : float or None
    paired : bool
        Whether runs of a seed belong together.
    crossed : bool
        Whether seeds of search and split both vary: then runs that share one aren't independent.
    withheld : bool
        Whether tests have to wait, as runs are missing.
    """

    columns: tuple[Column, ...]
    more_is_better: bool
    best_possible: float | None
    paired: bool
    crossed: bool
    withheld: bool

    def views(self, chosen: tuple[int, ...]) -> list[tuple[str, Array]]:
        """Return what pairs are of, with values of shape (k, n) of some configurations.

        Where both seeds vary it is two tables, of medians over the seeds of one kind each: among
        these, what shares a seed is put together.
        """
        by_seeds = [self.columns[i].value_of() for i in chosen]
        seeds = [s for s in by_seeds[0] if all(s in other for other in by_seeds[1:])]
        values = np.array([[one[s] for s in seeds] for one in by_seeds])
        values = values.reshape(len(chosen), len(seeds))
        if not self.crossed:
            return [("of runs with the same seed", values)]
        made = []
        for kind, of in (("search", "of medians over splits"), ("split", "of medians over seeds")):
            names = [getattr(s, kind) for s in seeds]
            parts = [np.flatnonzero([n == name for n in names]) for name in dict.fromkeys(names)]
            cost = costs(values, self.more_is_better)
            medians = np.array([np.median(cost[:, part], axis=1) for part in parts]).T
            medians = -medians if self.more_is_better else medians
            made.append((f"{of} with the same {kind} seed", medians.reshape(len(chosen), -1)))
        return made


def overall(ground: Ground, chosen: tuple[int, ...]) -> SeveralTest | None:
    """Test whether several configurations differ at all; of seeds that cross, the larger p."""
    if ground.withheld or len(chosen) < 3:
        return None
    if not ground.paired:
        groups = [ground.columns[i].values for i in chosen]
        return kruskal_wallis(groups, ground.more_is_better)
    tests = [friedman(values, ground.more_is_better) for _, values in ground.views(chosen)]
    return max(tests, key=lambda test: test.p)


def pairs(ground: Ground, groups: tuple[Group, ...]) -> tuple[Pair, ...]:
    """Return the pairwise table of ranked groups that have runs.

    Of more than 12 only the pairs with the best one are made, and judged as if all were.
    """
    if len(groups) <= _MOST_ALL:
        chosen = list(combinations(groups, 2))
    else:
        chosen = [(groups[0], rival) for rival in groups[1:MOST_RIVALS]]
    tests = [None if ground.withheld else _test(ground, *pair) for pair in chosen]
    every = len(groups) * (len(groups) - 1) // 2
    adjusted = holm([np.nan if test is None else test.p for test in tests], every)
    return tuple(
        _pair(ground, one, other, test, float(p), every)
        for (one, other), test, p in zip(chosen, tests, adjusted, strict=True)
    )


def _pair(
    ground: Ground, one: Group, other: Group, test: PairTest | None, p: float, every: int
) -> Pair:
    names = (one.name, other.name)
    first, second = (ground.columns[group.configuration] for group in (one, other))
    units = _independent(first) if ground.crossed else None
    effect = vargha_delaney(first.values, second.values, ground.more_is_better, names, units=units)
    sentence = _so_far(ground, one, other) if test is None else test.told(p, every)
    return Pair(
        first=one.configuration,
        second=other.configuration,
        names=names,
        difference=one.median - other.median,
        effect=effect,
        test=test,
        p=p,
        differs=bool(p < ALPHA),
        sentence=sentence,
    )


def _independent(column: Column) -> int:
    """Return the lesser of the numbers of seeds: so many runs share none."""
    return min(len(set(kind)) for kind in zip(*column.seeds, strict=True))


def _test(ground: Ground, one: Group, other: Group) -> PairTest:
    names = (one.name, other.name)
    more, best = ground.more_is_better, ground.best_possible
    both = (one.configuration, other.configuration)
    if not ground.paired:
        first, second = (ground.columns[i].values for i in both)
        return mann_whitney(first, second, more, names, best)
    tests = [
        signed_ranks(values[0], values[1], more, names, best, pairs)
        for pairs, values in ground.views(both)
    ]
    least = max(test.least_p for test in tests)
    return replace(max(tests, key=lambda test: test.p), least_p=least)


def _so_far(ground: Ground, one: Group, other: Group) -> str:
    if not ground.paired:
        return "No test until all runs are done."
    both = (one.configuration, other.configuration)
    (_, values), *_ = ground.views(both)
    if not values.size:
        return f"No seed was run with both {one.name} and {other.name} yet."
    first, second = costs(values, ground.more_is_better)
    wins, losses = int((first < second).sum()), int((first > second).sum())
    name, count = (one.name, wins) if wins >= losses else (other.name, losses)
    return (
        f"So far {name} is ahead in {count:,} of {counted(values.shape[1], 'pair')}; no test until "
        "all runs are done."
    )


def differing(pair: Pair) -> bool:
    """Whether the first is better than the second by more than luck explains."""
    return pair.differs and pair.effect is not None and pair.effect.a > 0.5
