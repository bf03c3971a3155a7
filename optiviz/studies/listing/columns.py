"""What a list shows of each run: the same in the window, on the command line and in reports.

A row is made of a live run, cheaply and from any thread, or of what a study keeps of one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan, nan
from operator import attrgetter
from typing import Any

import numpy as np

from optiviz.engine.problem import Problem, Reading
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StopReason
from optiviz.engine.wording import capitalised, measured
from optiviz.problems.network_training import NetworkTraining
from optiviz.studies.plan import Planned, Study
from optiviz.studies.records import Record, hands_back_last

__all__ = ["TO_DO", "Column", "RunRow", "StudyRows", "columns_of", "duration", "row_of_run"]

TO_DO = "to do"
_ENDED = {StopReason.DIVERGED: "diverged", StopReason.BY_HAND: "stopped"}
_SHORT = 20  # characters of a heading
_SCORES = {"accuracy": "accuracy", "r2": "R²"}  # what train and test columns show


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in a list, as plain values. Numbers that are not known, or not any, are nan.

    Attributes
    ----------
    name, algorithm, problem : str
    status : str
        One of "not started", "running", "finished", "stopped", "diverged", "failed", "to do".
    configuration : str
        What is the same but for seeds: its name in a study, else the algorithm's own sentence.
    seed : int
        Of the search.
    split_seed : int or None
        Of the split, where a study varies it.
    iterations, evaluations, gradients, seconds : float
        What it has cost; gradients are counted beside evaluations.
    best, final : float
        The objective as it reads: at the best point, and at the point that the algorithm hands
        back.
    train, test : float
        Accuracy, or R² for numbers, on training and on test rows.
    reading, score : str
        What best and final are, and what train and test are; empty if there is no such thing.
    more_is_better : bool
        Of best and final.
    hands_back_last : bool
        The algorithm hands back where it ends, so that final may differ from best.
    about : str
        What it is, and why it ended, in a few lines.
    """

    name: str
    algorithm: str
    status: str
    problem: str
    configuration: str
    seed: int
    split_seed: int | None
    iterations: float
    evaluations: float
    gradients: float
    best: float
    final: float
    train: float
    test: float
    seconds: float
    reading: str
    score: str
    more_is_better: bool
    hands_back_last: bool
    about: str


def row_of_run(run: Run) -> RunRow:
    """Return how a run stands, without computing anything.

    Train and test are of the point that the algorithm hands back where that was measured, else of
    the last point that was.
    """
    spec, state = run.spec, run.latest
    reading = spec.problem.reading
    last = hands_back_last(spec.optimizer)
    best = final = train = test = evaluations = gradients = nan
    score = _score_of(spec.problem)
    if state is not None:
        best = float(reading.value(np.array(state.best_f)))
        noisy = spec.optimizer.is_noisy
        if not last:
            final = best
        elif not noisy:
            final = float(reading.value(np.array(state.f)))
        evaluations, gradients = state.evaluations, state.gradient_evaluations
        found = run.history.known(state.k if last else state.best_k) if score else {}
        if noisy and isinstance(spec.problem, NetworkTraining):
            plain = not (spec.problem.l1 or spec.problem.l2)
            final = found.get(f"train_{spec.problem.objective}", nan) if plain else nan
        train, test = (found.get(f"{part}_{score}", nan) for part in ("train", "test"))
    status = run.status.value
    if run.stop_reason is not None and run.status is RunStatus.FINISHED:
        status = _ENDED.get(run.stop_reason, status)
    ended = "" if run.stop_reason is None else f"\n{run.stop_reason.value}"
    failed = "" if run.failure is None else f"\n{run.failure.sentence}"
    return RunRow(
        name=run.name,
        algorithm=spec.optimizer.label,
        status=status,
        problem=_problem_words(spec.problem),
        configuration=spec.optimizer.sentence(),
        seed=spec.seed,
        split_seed=None,
        iterations=run.trace.last_k if run.trace.last_k >= 0 else nan,
        evaluations=evaluations,
        gradients=gradients,
        best=best,
        final=final,
        train=train,
        test=test,
        seconds=run.seconds if state is not None else nan,
        reading=reading.name,
        score=_SCORES.get(score, ""),
        more_is_better=reading.more_is_better,
        hands_back_last=last,
        about=f"{run.name}: {spec.optimizer.sentence()}{ended}{failed}",
    )


class StudyRows:
    """Makes the rows of one study: what runs of a configuration share is looked up once."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._shared = [_shared_by(c.spec) for c in study.configurations]

    def row(self, planned: Planned, record: Record | None) -> RunRow:
        """Return a run as a row; without a record it is still to be done.

        Best is of the places that were kept where the algorithm hands back where it ends.
        """
        shared = self._shared[planned.configuration]
        name, status, about = self.study.name_of(planned), TO_DO, ""
        numbers = (nan,) * 8
        if record is not None:
            reason, f, value = record.stop_reason, record.f, shared.reading.value
            status, about = "finished", "" if reason is None else f"\n{reason.value}"
            if record.failure:
                status, about = "failed", f"\n{record.failure}"
            elif reason is not None:
                status = _ENDED.get(reason, status)
            if shared.hands_back_last:
                f = float(np.fmin.reduce(record.course.f, initial=f))
            numbers = (
                record.iterations,
                record.evaluations,
                record.gradient_evaluations,
                float(value(np.array(f))),
                float(value(np.array(record.f))),
                record.metrics.get(f"train_{shared.score}", nan),
                record.metrics.get(f"test_{shared.score}", nan),
                record.seconds,
            )
        return RunRow(
            name,
            shared.algorithm,
            status,
            shared.problem,
            self.study.configurations[planned.configuration].name,
            planned.search_seed,
            planned.split_seed,
            *numbers,
            reading=shared.reading.name,
            score=_SCORES.get(shared.score, ""),
            more_is_better=shared.reading.more_is_better,
            hands_back_last=shared.hands_back_last,
            about=f"{name}: {shared.sentence}{about}",
        )


@dataclass(frozen=True)
class _Shared:
    """What all runs of one configuration share."""

    algorithm: str
    problem: str
    sentence: str
    reading: Reading
    score: str
    hands_back_last: bool


def _shared_by(spec: RunSpec) -> _Shared:
    return _Shared(
        spec.optimizer.label,
        _problem_words(spec.problem),
        spec.optimizer.sentence(),
        spec.problem.reading,
        _score_of(spec.problem),
        hands_back_last(spec.optimizer),
    )


def _score_of(problem: Problem) -> str:
    """Return which metric the columns for training and test rows show; empty for a function."""
    if not isinstance(problem, NetworkTraining):
        return ""
    return "r2" if problem.is_regression else "accuracy"


def _problem_words(problem: Problem) -> str:
    """Return a problem in a few words that tell it from others."""
    if not isinstance(problem, NetworkTraining):
        return problem.reading.name.removeprefix("value of ")
    units = "-".join(str(layer.units) for layer in problem.network.layers)
    return f"{problem.dataset.label}, {units} units, {problem.reading.name}"


# Columns


@dataclass(frozen=True)
class Column:
    """One thing that a list says of each run.

    Attributes
    ----------
    key : str
        Its name in filters, and in files.
    label : str
        Its heading.
    help : str
        One sentence.
    value : callable
        Of a row: a text, or a number that is nan where there is none.
    said : callable
        Of a value: as people read it.
    is_number : bool
        It is sorted as a number, and stands at the right.
    """

    key: str
    label: str
    help: str
    value: Callable[[Any], str | float]
    said: Callable[[Any], str]
    is_number: bool = True

    def text(self, row: Any) -> str:
        """Return what stands in a cell; empty where there is nothing to say."""
        return self.words(self.value(row))

    def words(self, value: str | float) -> str:
        """Return any value of this column as people read it; empty for nan."""
        return "" if isinstance(value, float) and isnan(value) else self.said(value)


def columns_of(rows: Sequence[RunRow]) -> tuple[Column, ...]:
    """Return the columns that say something of these runs, what matters most first.

    Headings fit all of them.
    Functions have no accuracy, and numbers to predict have R² in its place.
    """
    scores = {row.score for row in rows} - {""}
    score = scores.pop() if len(scores) == 1 else "score" if scores else ""
    readings = {row.reading for row in rows}
    reading = next(iter(readings)) if len(readings) == 1 else "objective"
    best = f"Best {reading}" if len(readings) == 1 and len(reading) <= _SHORT else "Best"
    one_kind = len({row.algorithm for row in rows}) == 1 < len(rows)
    algorithm = _text("algorithm", "Algorithm", "What searches.")
    found = [
        _text("name", "Name", "What people call it."),
        _text("status", "Status", "What it is doing, or how it ended."),
    ]
    if not one_kind:
        found.insert(1, algorithm)
    if len(readings) > 1:
        found.append(_text("reading", "Objective", "What best and final are."))
    found.append(
        _measured(
            "best",
            best,
            f"The best {reading}, as it was reported: that of batches is lucky; in a study, of the "
            "iterations that were kept.",
        )
    )
    if any(row.hands_back_last for row in rows):
        about = f"The {reading} of what it hands back: descents the last point, others the best."
        found.append(_measured("final", "Final", about))
    if score:
        of = "of what it hands back, or of the last point that was measured."
        found.append(_measured("train", f"Train {score}", f"{score} on training rows, {of}"))
        found.append(_measured("test", f"Test {score}", f"{score} on test rows, {of}"))
    found.append(_whole("iterations", "Iterations", "Updates of the point."))
    found.append(_whole("evaluations", "Evaluations", "How often a point was scored."))
    if any(row.gradients > 0 for row in rows):
        found.append(_whole("gradients", "Gradients", "How often the slope was computed, besides."))
    found.append(Column("seconds", "Time", "Of computing.", attrgetter("seconds"), duration))
    if len({row.seed for row in rows}) > 1:
        found.append(_seed("seed", "Seed", "Of the start and the search."))
    if any(row.split_seed is not None for row in rows):
        found.append(_seed("split_seed", "Split seed", "Of training and test rows."))
    if one_kind:
        found.append(algorithm)
    if len({row.problem for row in rows}) > 1:
        found.append(_text("problem", "Problem", "What is optimised."))
    return tuple(found)


def _text(key: str, label: str, about: str) -> Column:
    return Column(key, label, about, attrgetter(key), str, is_number=False)


def _whole(key: str, label: str, about: str) -> Column:
    return Column(key, label, about, attrgetter(key), "{:,.0f}".format)


def _seed(key: str, label: str, about: str) -> Column:
    def seed(row: RunRow) -> float:
        found = getattr(row, key)
        return nan if found is None else float(found)

    return Column(key, label, about, seed, "{:.0f}".format)


def _measured(key: str, label: str, about: str) -> Column:
    return Column(key, label, capitalised(about), attrgetter(key), measured)


def duration(seconds: float) -> str:
    """Return a time as people read it, such as "0.25 s", "12 s" or "3 min 20 s"."""
    if seconds < 9.95:
        return f"{seconds:.2g} s" if seconds >= 0.0995 else f"{seconds:.3f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
