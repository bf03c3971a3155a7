"""What came out of a run, or of each of a study, as the object that ``--json`` prints."""

import json
import math
from collections.abc import Iterator
from typing import Any

from optiviz.engine.problem import Array, Problem
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.problems.network_training import NetworkTraining
from optiviz.studies.measures import final
from optiviz.studies.plan import Planned
from optiviz.studies.records import Record
from optiviz.studies.results import Results

_NUMBERS = 1000  # longest point that is printed
_METRICS = ("train_accuracy", "test_accuracy")
_OF_NUMBERS = ("train_r2", "test_r2")


def summary(run: Run) -> dict[str, Any]:
    """Return the result of a run as plain data that is valid JSON: nan and infinity become None.

    Returns
    -------
    dict
        spec, status, stop_reason, iterations, evaluations, gradient_evaluations, seconds, best_f,
        final_f, x and best_x (left out over 1,000 numbers), train_accuracy and test_accuracy (of
        the last point), best_train_accuracy and best_test_accuracy (of the best one; None where the
        problem knows none), for regression the same of r2, trace_sha256. A run that has not started
        has None for all it lacks.
    """
    measured = _measured(run.spec.problem)
    found: dict[str, Any] = {
        "spec": run.spec.to_dict(),
        "status": run.status.value,
        "stop_reason": None if run.stop_reason is None else run.stop_reason.name.lower(),
        "iterations": run.k,
    }
    if len(run.trace) == 0:
        names = ("evaluations", "gradient_evaluations", "seconds", "best_f", "final_f")
        missing = (*names, *measured, *(f"best_{name}" for name in measured), "trace_sha256")
        return found | dict.fromkeys(missing)
    state = run.state_now
    found |= {
        "evaluations": state.evaluations,
        "gradient_evaluations": state.gradient_evaluations,
        "seconds": number(run.seconds),
        "best_f": number(state.best_f),
        "final_f": number(state.f),
    }
    if len(state.x) <= _NUMBERS:
        found |= {"x": numbers(state.x), "best_x": numbers(state.best_x)}
    problem = Reader(run).stepper.problem
    for prefix, x in (("", state.x), ("best_", state.best_x)):
        metrics = problem.metrics(x)
        found |= {prefix + name: number(metrics.get(name)) for name in measured}
    return found | {"trace_sha256": run.digest}


def summaries(results: Results) -> Iterator[dict[str, Any]]:
    """Yield the runs of a study that are done, as plain data that is valid JSON."""
    study = results.study
    for planned in study.runs:
        record = results.records.get(planned)
        if record is None:
            continue
        configuration = study.configurations[planned.configuration]
        yield of_record(configuration.name, planned, record, study.measure, configuration.spec)


def of_record(
    name: str, planned: Planned, record: Record, measure: str, spec: RunSpec
) -> dict[str, Any]:
    """Return what a study keeps of a run as plain data that is valid JSON, under a name."""
    reason = record.stop_reason
    return {
        "configuration": name,
        "search_seed": planned.search_seed,
        "split_seed": planned.split_seed,
        "value": number(final(measure, record, spec.problem)),
        "failure": record.failure or None,
        "stop_reason": None if reason is None else reason.name.lower(),
        "iterations": record.iterations,
        "evaluations": record.evaluations,
        "gradient_evaluations": record.gradient_evaluations,
        "rows_seen": record.rows_seen,
        "seconds": number(record.seconds),
        **{name: number(value) for name, value in record.metrics.items()},
        "trace_sha256": record.digest or None,
    }


def _measured(problem: Problem) -> tuple[str, ...]:
    predicts_numbers = isinstance(problem, NetworkTraining) and problem.is_regression
    return (*_METRICS, *_OF_NUMBERS) if predicts_numbers else _METRICS


def json_text(data: Any) -> str:
    """Return plain data as a file of JSON that people can read too."""
    return json.dumps(data, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def number(value: float | None) -> float | None:
    """Return a number, or None where JSON has none for it."""
    return None if value is None or not math.isfinite(value) else float(value)


def numbers(values: Array) -> list[float | None]:
    """Return a list of numbers, with None for nan and infinity."""
    return [number(value) for value in values.tolist()]
