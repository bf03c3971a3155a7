"""What is read of each run of a study before anything is compared."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optiviz.analysis.runs.effort import EffortName
from optiviz.engine.problem import Array, Problem
from optiviz.engine.stopping import StopReason
from optiviz.problems.network_training import NetworkTraining
from optiviz.studies.cautions import start_of
from optiviz.studies.measures import along, final, reading_of
from optiviz.studies.plan import Study
from optiviz.studies.records import Record
from optiviz.studies.results import Results

# Ended so, a run has what it hands back for good: it would not have gone on.
_DONE = (StopReason.TARGET, StopReason.PATIENCE)
_ROUNDING = 4 * float(np.finfo(np.float64).eps)


class Seeds(NamedTuple):
    """What runs of different configurations may share."""

    search: int
    split: int | None


@dataclass(frozen=True, eq=False)
class Column:
    """The runs of one configuration that are done, in order of their seeds.

    Attributes
    ----------
    seeds : tuple of Seeds
    records : tuple of Record
    values : ndarray, shape (n,)
        What is compared, as it reads; nan where a run failed or wasn't measured.
    times : ndarray, shape (n,)
        The effort at which each reached the target; inf where it didn't, or there is none.
    spent : ndarray, shape (n,)
        The effort of each, up to where it is compared.
    """

    seeds: tuple[Seeds, ...]
    records: tuple[Record, ...]
    values: Array
    times: Array
    spent: Array

    def value_of(self) -> dict[Seeds, float]:
        """Return the values by their seeds."""
        return dict(zip(self.seeds, self.values.tolist(), strict=True))


def columns(results: Results, effort: EffortName, at: float | None) -> tuple[Column, ...]:
    """Return what there is of each configuration.

    Parameters
    ----------
    results : Results
    effort : str
    at : float or None
        The effort at which values are read; None is the end of each run.
    """
    study = results.study
    target = target_of(study)
    done: list[list[tuple[Seeds, Record]]] = [[] for _ in study.configurations]
    for planned in study.runs:
        record = results.records.get(planned)
        if record is not None:
            of = Seeds(planned.search_seed, planned.split_seed)
            done[planned.configuration].append((of, record))
    made = []
    for configuration, runs in zip(study.configurations, done, strict=True):
        problem = configuration.spec.problem
        n_rows = problem.n_rows
        values, times, spent = np.empty((3, len(runs)))
        for i, (_, record) in enumerate(runs):
            along_run = record.effort(effort, study.gradient_weight, n_rows)
            values[i] = _value(study.measure, record, problem, along_run, at)
            times[i] = _time(study.measure, record, problem, along_run, target)
            spent[i] = along_run[-1] if len(along_run) else 0.0
        if at is not None:
            times[times > at] = np.inf
            spent = np.minimum(spent, at)
        seeds = tuple(seeds for seeds, _ in runs)
        records = tuple(record for _, record in runs)
        made.append(Column(seeds, records, values, times, spent))
    return tuple(made)


def _value(measure: str, record: Record, problem: Problem, spent: Array, at: float | None) -> float:
    if record.failed:
        return np.nan
    if at is None:
        return final(measure, record, problem)
    values = along(measure, record, problem)
    known = np.flatnonzero((spent <= at) & ~np.isnan(values))
    return float(values[known[-1]]) if known.size else np.nan


def _time(
    measure: str, record: Record, problem: Problem, spent: Array, target: float | None
) -> float:
    if target is None or not len(spent):
        return np.inf
    reading = reading_of(measure, problem)
    with np.errstate(invalid="ignore"):
        short = reading.sign * (along(measure, record, problem) - target)
        reached = short <= _ROUNDING * max(abs(reading.offset), abs(target))
    return float(spent[reached.argmax()]) if reached.any() else np.inf


def target_of(study: Study) -> float | None:
    """Return the value that runs are to reach: the study's, or the one at which all of them stop.

    The latter only where the objective is compared, as it is the objective's.
    """
    if study.target is not None or study.measure != "objective":
        return study.target
    targets = {configuration.spec.stopping.target for configuration in study.configurations}
    return targets.pop() if len(targets) == 1 else None


def common_effort(results: Results, effort: EffortName) -> float:
    """Return the largest effort that every run reached which didn't fail; nan without one.

    A run that reached its target, or ended as nothing better came, has its value for good and sets
    no bound, unless all are so.
    """
    study = results.study
    n_rows = [configuration.spec.problem.n_rows for configuration in study.configurations]
    bounds: list[float] = []
    ends: list[float] = []
    for planned, record in results.records.items():
        if record.failed:
            continue
        spent = record.effort(effort, study.gradient_weight, n_rows[planned.configuration])
        end = float(spent[-1])
        (ends if record.stop_reason in _DONE else bounds).append(end)
    if bounds:
        return min(bounds)
    return max(ends) if ends else np.nan


def best_possible(measure: str, problem: Problem) -> float | None:
    """Return the best value that a measure can have, or None where nobody knows."""
    if not isinstance(problem, NetworkTraining):
        return None
    if measure == "objective" and (problem.l1 or problem.l2):
        return None
    return float(reading_of(measure, problem).offset)


def shares_seeds(study: Study) -> bool:
    """Whether runs of a seed have something in common: the start, or the split of the same data.

    Else they are as independent as any two, and pairs of them mean nothing.
    """
    problems = [configuration.spec.problem for configuration in study.configurations]
    if all(problem == problems[0] for problem in problems):
        return True
    starts = [start_of(problem) for problem in problems]
    if all(start == starts[0] for start in starts):
        return True
    data = [start.get("dataset") for start in starts]
    return bool(study.split_seeds) and all(one == data[0] for one in data)


def independent_seeds(study: Study) -> int:
    """Return how many seeds there are: the fewer, where two kinds vary; 1 is held fixed."""
    kinds = [len(study.search_seeds), len(study.split_seeds)]
    return min([n for n in kinds if n > 1], default=1)


def shared_seeds(found: tuple[Column, ...]) -> list[Seeds]:
    """Return the seeds that every configuration was run with, in order."""
    if not found:
        return []
    rest = [set(column.seeds) for column in found[1:]]
    return [seeds for seeds in found[0].seeds if all(seeds in others for others in rest)]


def table(found: tuple[Column, ...], seeds: list[Seeds], study: Study) -> Array:
    """Return values of each configuration at seeds that all of them have.

    Returns
    -------
    ndarray, shape (k, n), or (k, searches, splits) where both vary and no run is missing
    """
    by_seeds = [column.value_of() for column in found]
    values = np.array([[known[one] for one in seeds] for known in by_seeds]).reshape(
        len(found), len(seeds)
    )
    r, c = len(study.search_seeds), len(study.split_seeds)
    return values.reshape(len(found), r, c) if min(r, c) > 1 and r * c == len(seeds) else values
