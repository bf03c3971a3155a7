"""The runs of a study by configuration, with what each came to: what pictures of it begin with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.problem import Array, Problem, Reading
from optiviz.studies.measures import final, reading_of
from optiviz.studies.plan import Planned, Study
from optiviz.studies.records import Record
from optiviz.studies.results import Results


@dataclass(frozen=True, eq=False)
class Group:
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
    """

    number: int
    name: str
    problem: Problem
    planned: tuple[Planned, ...]
    records: tuple[Record, ...]
    places: NDArray[np.int64]
    values: Array

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Which runs ended in an error or in values that are no numbers."""
        return np.array([record.failed for record in self.records], dtype=bool)


def grouped(results: Results) -> list[Group]:
    """Return one group for each configuration of a study; it may be empty yet."""
    study, records = results.study, results.records
    found: list[list[tuple[int, Planned, Record]]] = [[] for _ in study.configurations]
    for place, planned in enumerate(study.runs):
        record = records.get(planned)
        if record is not None:
            found[planned.configuration].append((place, planned, record))
    groups = []
    for number, (configuration, runs) in enumerate(zip(study.configurations, found, strict=True)):
        problem = configuration.spec.problem
        values = [
            np.nan if record.failed else final(study.measure, record, problem)
            for _, _, record in runs
        ]
        groups.append(
            Group(
                number,
                configuration.name,
                problem,
                tuple(planned for _, planned, _ in runs),
                tuple(record for _, _, record in runs),
                np.array([place for place, _, _ in runs], dtype=np.int64),
                np.array(values, dtype=np.float64),
            )
        )
    return groups


def reading(study: Study) -> Reading:
    """Return how what a study measures reads."""
    return reading_of(study.measure, study.configurations[0].spec.problem)
