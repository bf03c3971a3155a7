"""What is compared: the objective, or a metric that is the same whatever a run optimises."""

from collections.abc import Sequence

import numpy as np

from optiviz.engine.problem import Array, Problem, Reading
from optiviz.engine.spec import RunSpec
from optiviz.networks.losses import MEASURES
from optiviz.problems.network_training import NetworkTraining
from optiviz.studies.records import Record


def known_measures(problem: Problem) -> tuple[str, ...]:
    """Return the names of what can be measured of a problem, the objective first."""
    if not isinstance(problem, NetworkTraining):
        return ("objective",)
    return (
        "objective",
        *(f"{part}_{name}" for name in problem.measures for part in ("train", "test")),
    )


def reading_of(measure: str, problem: Problem) -> Reading:
    """Return how the values of a measure read: its name, and whether more is better."""
    if measure == "objective":
        return problem.reading
    part, _, name = measure.partition("_")
    reading = MEASURES[name].reading
    return Reading(f"{part} {reading.name}", reading.offset, reading.sign)


def final(measure: str, record: Record, problem: Problem) -> float:
    """Return what a run came to, as it reads; nan where it failed before it could be measured."""
    if measure == "objective":
        return float(problem.reading.value(np.array(record.f)))
    return record.metrics.get(measure, np.nan)


def along(measure: str, record: Record, problem: Problem) -> Array:
    """Return a measure along a run's course, as it reads; nan where it was not measured."""
    course = record.course
    if measure == "objective":
        return problem.reading.value(course.f)
    return course.metrics.get(measure, np.full(len(course.f), np.nan))


def usual_measure(specs: Sequence[RunSpec]) -> str:
    """Return what runs are compared by if nobody says: as they train, not by test rows."""
    if len({spec.problem.reading.name for spec in specs}) == 1:
        return "objective"
    common = set.intersection(*(set(known_measures(spec.problem)) for spec in specs))
    for measure in ("train_accuracy", "train_r2", "train_log_loss", "train_mean_squared_error"):
        if measure in common:
            return measure
    return "objective"
