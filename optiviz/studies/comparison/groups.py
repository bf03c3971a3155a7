"""The grouped table: a row for each configuration, the best first."""

import numpy as np

from optiviz.analysis.runs.effort import EffortName
from optiviz.analysis.statistics.best import chances_of_best, resampled
from optiviz.analysis.statistics.costs import costs, mean_ranks
from optiviz.analysis.statistics.expected_time import expected_time
from optiviz.analysis.statistics.intervals import (
    FEWEST,
    Interval,
    crossed_interval,
    median_interval,
)
from optiviz.analysis.statistics.quartiles import quantile, quartiles
from optiviz.analysis.statistics.run_times import run_times
from optiviz.analysis.statistics.success import success_rate
from optiviz.engine.problem import Array
from optiviz.studies.comparison.pairs import Ground
from optiviz.studies.comparison.tables import Group
from optiviz.studies.comparison.values import Column, Seeds, table
from optiviz.studies.plan import Study

_MANY = 100  # configurations: of more, intervals of medians are by order statistics


def groups(
    study: Study,
    ground: Ground,
    effort: EffortName,
    target: float | None,
    seeds: list[Seeds],
) -> tuple[Group, ...]:
    """Return the rows, ranked by their medians, then by their mean places at the same seeds."""
    found = ground.columns
    medians = _resampled(study, ground, seeds)
    chances = np.full(len(found), np.nan) if medians is None else chances_of_best(medians)
    places = np.zeros(len(found))
    if seeds:
        values = table(found, seeds, study).reshape(len(found), -1)
        places = mean_ranks(costs(values, ground.more_is_better))
    cost = [
        float(quantile(costs(column.values, ground.more_is_better), 0.5))
        if column.records
        else np.nan
        for column in found
    ]
    started = [i for i, column in enumerate(found) if column.records]
    order = sorted(started, key=lambda i: (cost[i], places[i], i))
    better = np.searchsorted([cost[i] for i in order], [cost[i] for i in order])
    ranks = {i: 1 + int(n) for i, n in zip(order, better, strict=True)}
    waiting = [i for i in range(len(found)) if i not in ranks]
    return tuple(
        _group(
            study,
            ground,
            i,
            rank=ranks.get(i, 0),
            interval=_interval(ground, i, None if medians is None else medians[:, i]),
            effort=effort,
            target=target,
            chance=float(chances[i]),
        )
        for i in (*order, *waiting)
    )


def _resampled(study: Study, ground: Ground, seeds: list[Seeds]) -> Array | None:
    """Return medians of bootstrap samples; None where there are too few seeds for any."""
    values = table(ground.columns, seeds, study)
    if min(values.shape[1:]) < (2 if ground.crossed else FEWEST):
        return None
    if ground.crossed and values.ndim == 2:  # some runs are still to be done
        return None
    cost = costs(values, ground.more_is_better)
    return resampled(cost, together=ground.paired)


def _interval(ground: Ground, i: int, medians: Array | None) -> Interval:
    values, more = ground.columns[i].values, ground.more_is_better
    if ground.crossed and len(values) >= FEWEST:
        return crossed_interval(values, medians, more)
    return median_interval(values, more, quick=len(ground.columns) > _MANY)


def _group(
    study: Study,
    ground: Ground,
    i: int,
    *,
    rank: int,
    interval: Interval,
    effort: EffortName,
    target: float | None,
    chance: float,
) -> Group:
    column, more = ground.columns[i], ground.more_is_better
    middle = quartiles(column.values, more)
    known = column.values[np.isfinite(column.values)]
    ends = (known.min(), known.max()) if known.size else (np.nan, np.nan)
    success = expected = reached = None
    median_time = np.nan
    if target is not None:
        success = success_rate(int(np.isfinite(column.times).sum()), len(column.times))
        expected = expected_time(column.times, column.spent, effort)
        reached = run_times(column.times, column.spent, effort)
        if len(column.times):
            median_time = float(quantile(column.times, 0.5))
    return Group(
        configuration=i,
        name=study.configurations[i].name,
        rank=rank,
        runs=len(column.records),
        planned=study.size // len(study.configurations),
        failed=middle.failed,
        median=middle.median,
        lower_quartile=middle.low,
        upper_quartile=middle.high,
        interval=interval,
        best=float(ends[1] if more else ends[0]),
        worst=float(ends[0] if more else ends[1]),
        train_accuracy=_mean(column, "train_accuracy"),
        test_accuracy=_mean(column, "test_accuracy"),
        success=success,
        median_time=median_time,
        expected_time=expected,
        running_times=reached,
        effort=_median([float(v) for v in column.spent]),
        seconds=_median([record.seconds for record in column.records]),
        probability_best=chance,
    )


def _median(values: list[float]) -> float:
    return float(np.median(values)) if values else np.nan


def _mean(column: Column, metric: str) -> float:
    """Return the mean of a metric over the runs that have it."""
    values = [r.metrics[metric] for r in column.records if not r.failed and metric in r.metrics]
    return float(np.mean(values)) if values else np.nan
