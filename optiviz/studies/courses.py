"""A measure along many runs at once: what half of them have reached, at one effort after another.

Runs take their samples at iterations of their own; here they are read at the same efforts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.runs.effort import EffortName
from optiviz.engine.problem import Array
from optiviz.studies.done import Done
from optiviz.studies.measures import along
from optiviz.studies.records import Record, hands_back_last
from optiviz.studies.results import Results


@dataclass(frozen=True, eq=False)
class Courses:
    """The runs of one configuration over effort.

    Attributes
    ----------
    x : ndarray, shape (n,)
        Efforts, from where all runs have begun to where half of them have ended.
    values : ndarray, shape (runs, n)
        What was measured last, of runs that ended before what they came to; of runs that failed
        the worst there is from there on: inf or -inf.
    going : ndarray of int, shape (n,)
        How many runs go on at least as far.
    steps : bool
        Values stay what they are until the next one is found.
    ways : tuple of (ndarray, ndarray)
        Efforts and values of each run as they were measured.
    """

    x: Array
    values: Array
    going: NDArray[np.int64]
    steps: bool
    ways: tuple[tuple[Array, Array], ...]


def courses(
    results: Results, group: Done, effort: EffortName, *, worst: float, points: int, log: bool
) -> Courses:
    """Read the runs of a configuration at the same efforts.

    Parameters
    ----------
    worst : float
        What a failed run counts as: inf, or -inf where more is better.
    points : int
        How many efforts.
    log : bool
        They are evenly spaced in their logarithms.
    """
    study = results.study
    steps = not hands_back_last(study.configurations[group.number].spec.optimizer)
    weight, n_rows = study.gradient_weight, group.problem.n_rows
    ways = tuple(
        _way(study.measure, group, record, record.effort(effort, weight, n_rows))
        for record in group.records
    )
    failed = group.failed
    x = _efforts(ways, points, log)
    values = np.full((len(ways), len(x)), np.nan)
    going = np.zeros(len(x), dtype=np.int64)
    for i, (xs, ys) in enumerate(ways):
        if not len(xs):
            values[i] = worst
            continue
        if steps:
            values[i] = ys[np.maximum(np.searchsorted(xs, x, side="right") - 1, 0)]
        else:
            values[i] = np.interp(x, xs, ys)
        if failed[i]:
            values[i, x > xs[-1]] = worst
        going += xs[-1] >= x
    return Courses(x, values, going, steps, ways)


def _way(measure: str, group: Done, record: Record, x: Array) -> tuple[Array, Array]:
    """Return efforts and values of a run where it was measured."""
    if not len(x):
        return x, x
    y = along(measure, record, group.problem)
    known = np.isfinite(y)
    return (x, y) if known.all() else (x[known], y[known])


def _efforts(ways: Sequence[tuple[Array, Array]], points: int, log: bool) -> Array:
    """Return efforts from where all runs have begun to where half of them have ended."""
    begun = [x for x, _ in ways if len(x)]
    if not begun:
        return np.empty(0)
    ends = sorted((float(x[-1]) if len(x) else 0.0 for x, _ in ways), reverse=True)
    low, high = max(float(x[0]) for x in begun), ends[(len(ends) - 1) // 2]
    if log:
        low = max(low, min((float(x[x > 0][0]) for x in begun if (x > 0).any()), default=0.0))
        if not 0 < low <= high:
            return np.empty(0)
        efforts = np.geomspace(low, high, points)
        efforts[[0, -1]] = low, high
        return efforts
    return np.linspace(low, high, points) if low <= high else np.empty(0)
