"""The runs of a study that are done, by configuration: what pictures of it begin with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.runs.effort import EffortName
from optiviz.engine.problem import Array, Problem, Reading
from optiviz.studies.comparison.values import columns
from optiviz.studies.measures import reading_of
from optiviz.studies.plan import Planned, Study
from optiviz.studies.records import Record
from optiviz.studies.results import Results


@dataclass(frozen=True, eq=False)
class Done:
    """The runs of one configuration that are done, in order of their seeds.

    Attributes
    ----------
    number : int
        The configuration's place in the study.
    name : str
    problem : Problem
    planned : tuple of Planned
    records : tuple of Record
    places : ndarray of int, shape (n,)
        Of the runs in ``study.runs``.
    values : ndarray, shape (n,)
        What each came to, as the measure is read; nan where it failed, or can't be measured.
    times, spent : ndarray, shape (n,)
        The effort at which each reached the target, inf where it didn't; and of the whole run.
    """

    number: int
    name: str
    problem: Problem
    planned: tuple[Planned, ...]
    records: tuple[Record, ...]
    places: NDArray[np.int64]
    values: Array
    times: Array
    spent: Array

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Which runs ended in an error or in values that are no numbers."""
        return np.array([record.failed for record in self.records], dtype=bool)


def done_of(results: Results, effort: EffortName = "evaluations") -> list[Done]:
    """Return the runs of each configuration; there may be none yet."""
    study = results.study
    planned: list[list[tuple[int, Planned]]] = [[] for _ in study.configurations]
    for place, one in enumerate(study.runs):
        if one in results.records:
            planned[one.configuration].append((place, one))
    return [
        Done(
            number,
            configuration.name,
            configuration.spec.problem,
            tuple(one for _, one in runs),
            column.records,
            np.array([place for place, _ in runs], dtype=np.int64),
            column.values,
            column.times,
            column.spent,
        )
        for number, (configuration, runs, column) in enumerate(
            zip(study.configurations, planned, columns(results, effort, None), strict=True)
        )
    ]


def reading(study: Study) -> Reading:
    """Return how what a study measures reads."""
    return reading_of(study.measure, study.configurations[0].spec.problem)
