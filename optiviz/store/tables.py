"""Tables that other programs wrote, made into runs: put in order, and laid over one of ours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.packing import packed
from optiviz.engine.problem import Array, Problem, Reading
from optiviz.engine.run import Run, start_row
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.engine.trace import Trace
from optiviz.engine.wording import capitalised, counted, one_line
from optiviz.optimizers.recorded import MOST_ITERATIONS, MOST_NUMBERS, MOST_ROWS, Recorded
from optiviz.problems.recorded import RecordedProblem
from optiviz.store.atomic import StoreError

EXACT = 400  # decimals of a number that was stored in binary
MOST_RUNS = 200  # of a file
_NAMED = 6  # names of coordinates that a sentence lists


@dataclass(frozen=True, eq=False)
class Table:
    """What was recorded of one run, a row each iteration that was written down.

    Attributes
    ----------
    path : Path
    name : str
        Of the run.
    values : ndarray, shape (m,)
        Of what is optimised, as they were written; a row without one has nan.
    written : ndarray of bool, shape (m,)
        Where there is a value, be it nan itself; elsewhere the cell was empty.
    measure : str
        What the values are called.
    better : {"lower", "higher"}
    objective : bool
        The values are whatever the program minimises, such as "f" or "loss", by a name that says
        no more of them.
    iterations, best, evaluations, gradient_evaluations, rows_seen, seconds : ndarray, optional
        Shape (m,), nan where unknown. Rows are counted from 0 where there are no iterations.
    points : ndarray, shape (m, dim), optional
    names : tuple of str
        Of the coordinates.
    decimals, digits, x_decimals, x_digits : int
        With how many digits behind the point, and in all, values and coordinates were written.
    notes : tuple of str
        What else must be known, a clause each.
    part : str
        Which part of the file it is, such as "study 'one'"; empty where it is all of it.
    """

    path: Path
    name: str
    values: Array
    written: NDArray[np.bool_]
    measure: str
    better: Literal["lower", "higher"] = "lower"
    objective: bool = False
    iterations: Array | None = None
    best: Array | None = None
    evaluations: Array | None = None
    gradient_evaluations: Array | None = None
    rows_seen: Array | None = None
    seconds: Array | None = None
    points: Array | None = None
    names: tuple[str, ...] = ()
    decimals: int = EXACT
    digits: int = 17
    x_decimals: int = EXACT
    x_digits: int = 17
    notes: tuple[str, ...] = ()
    part: str = ""

    @property
    def source(self) -> str:
        """Where it is from, as sentences call it."""
        return f"{self.path.name}, {self.part}" if self.part else self.path.name

    def refusal(self, sentence: str) -> StoreError:
        """Return the error that says what is wrong with it."""
        where = f"{self.path}, {self.part}" if self.part else str(self.path)
        return StoreError(f"{where}: {sentence}")


def parted(table: Table, labels: Sequence[str], heading: str) -> list[Table]:
    """Return a table for each run of which it has rows, in the order in which they come.

    Parameters
    ----------
    table : Table
    labels : sequence of str
        Of each row: which run it is of.
    heading : str
        What the labels are called.

    Raises
    ------
    StoreError
        If there are too many.
    """
    known = list(dict.fromkeys(labels))
    if len(known) < 2 or len(known) == len(labels):  # else it numbers the rows
        return [table]
    if len(known) > MOST_RUNS:
        raise table.refusal(f"has {len(known):,} runs by {heading}; at most {MOST_RUNS} work here")
    place = {label: i for i, label in enumerate(known)}
    of_row = np.array([place[label] for label in labels])
    made = []
    for i, label in enumerate(known):
        rows = of_row == i
        columns = {name: v[rows] for name, v in vars(table).items() if isinstance(v, np.ndarray)}
        shown = f"{heading} {label}"[:80]
        made.append(replace(table, name=f"{shown} · {table.name}", part=shown, **columns))
    return made


def run_of(table: Table, like: Run | None = None) -> Run:
    """Return what was recorded as a finished run that can only be read.

    It has the problem of a run of ours where it recorded values of the same measure and points of
    as many coordinates; its values stand on the same axis where at least the measure is the same.
    Else its problem is known by its numbers alone.

    Parameters
    ----------
    table : Table
    like : Run, optional
        The run of ours over which it is laid.

    Raises
    ------
    StoreError
        With one sentence, if there is nothing to show.
    """
    notes = list(table.notes)
    rows, k = _in_order(table, notes)
    reading = None if like is None else _same_measure(table, like.spec.problem.reading)
    points = np.empty((len(rows), 0)) if table.points is None else _kept(table.points[rows], notes)
    names = table.names if points.shape[1] else ()
    problem = _problem(table, names, None if like is None else like.spec.problem, reading)

    def f_of(values: Array) -> Array:
        written = problem.reading
        if table.objective and reading is not None:
            return values
        return np.asarray(written.sign * (values - written.offset))

    def column(values: Array | None) -> str | None:
        known = values is not None and np.isfinite(values[rows]).any()
        return packed(values[rows]) if values is not None and known else None

    def counts(values: Array | None, name: str) -> str | None:
        if values is not None and _are_counts(values[rows]):
            return column(values)
        if values is not None:
            notes.append(f"{name} are no counts that rise, and are left out")
        return None

    if table.seconds is None:
        notes.append("times are not known")
    evaluations = counts(table.evaluations, "evaluations")
    if evaluations is None:
        notes.append("evaluations are not known and counted as iterations")
    with np.errstate(all="ignore"):
        f = f_of(table.values[rows])
        best = None if table.best is None else f_of(table.best)
    optimizer = Recorded(
        about=_about(table, notes, len(rows)),
        iterations=packed(k),
        values=packed(f),
        best=column(best),
        evaluations=evaluations,
        gradient_evaluations=counts(table.gradient_evaluations, "gradient evaluations"),
        rows_seen=counts(table.rows_seen, "rows seen"),
        points=packed(points) if points.size else None,
        decimals=table.decimals,
        digits=table.digits,
        x_decimals=table.x_decimals,
        x_digits=table.x_digits,
    )
    stopping = StoppingCriterion(max_iterations=int(k[-1]))
    spec = RunSpec(problem=problem, optimizer=optimizer, stopping=stopping)
    run = Run(spec, one_line(table.name)).finish()
    if run.failure is not None:
        raise table.refusal(f"can't be shown: {run.failure.sentence}")
    return _timed(run, k, np.zeros(len(k)) if table.seconds is None else table.seconds[rows])


# In order


def _in_order(table: Table, notes: list[str]) -> tuple[NDArray[np.int64], Array]:
    """Return the rows to keep, in order, and their iterations; note what is left out."""
    usable = np.flatnonzero(table.written)
    finite = np.flatnonzero(np.isfinite(table.values) & table.written)
    if not len(finite):
        raise table.refusal(f"no row has a value of {table.measure} that is a number")
    after = usable[usable > finite[-1]]
    rows = np.concatenate((finite, after[:1]))  # the first nan at the end: there it diverged
    left_out = len(table.values) - len(finite) - len(after)
    if left_out:
        notes.append(f"{counted(left_out, 'row')} without a value {_are(left_out)} left out")
    k = _iterations(table, rows, notes)
    if (np.diff(k) < 0).any():
        order = np.argsort(k, kind="stable")
        rows, k = rows[order], k[order]
        notes.append("its rows were not in order and are sorted")
    last = np.concatenate((k[1:] != k[:-1], [True]))
    if not last.all():
        n = int((~last).sum())
        twice = "of iterations that stand twice"
        notes.append(f"{counted(n, 'row')} {twice} {_are(n)} left out for the later one")
    rows, k = rows[last], k[last]
    if len(rows) > MOST_ROWS:
        raise table.refusal(f"has {len(rows):,} rows; at most {MOST_ROWS:,} work here")
    return rows, k


def _iterations(table: Table, rows: NDArray[np.int64], notes: list[str]) -> Array:
    """Return the iteration of each row, or its number where they don't say."""
    counted = np.arange(len(rows), dtype=np.float64)
    if table.iterations is None:
        notes.append("iterations are not named, so rows are counted from 0")
        return counted
    k = table.iterations[rows]
    wrong = ""
    if not np.isfinite(k).all():
        wrong = "some rows name no iteration"
    elif (k != np.floor(k)).any():
        wrong = "its iterations are not whole"
    elif (k < 0).any() or (k > MOST_ITERATIONS).any():
        wrong = f"its iterations are not between 0 and {MOST_ITERATIONS:,}"
    elif len(np.unique(k)) <= len(k) // 2:
        wrong = "most of its iterations stand twice or more"
    if not wrong:
        return k
    notes.append(f"{wrong}, so rows are counted from 0")
    return counted


def _kept(points: Array, notes: list[str]) -> Array:
    """Return points, or none where they are too many numbers to keep."""
    if points.size <= MOST_NUMBERS:
        return points
    notes.append(f"its points are {points.size:,} numbers, too many to keep, so x is left out")
    return np.empty((len(points), 0))


def _are_counts(counts: Array) -> bool:
    known = counts[~np.isnan(counts)]
    whole = (known >= 0) & (known < 2**53) & (known == np.floor(known))
    return bool(len(known)) and bool(whole.all()) and not (np.diff(known) < 0).any()


# Which problem it is


def plain(name: str) -> str:
    """Return a name as it is compared: in small letters, words joined by single underscores."""
    letters = (c if c.isalnum() else "_" for c in name.strip().lower())
    return "_".join(part for part in "".join(letters).split("_") if part)


_SAME = {
    "accuracy": {"acc", "train_accuracy", "train_acc", "training_accuracy"},
    "log_loss": {"cross_entropy", "crossentropy", "bce", "nll", "train_log_loss", "logloss"},
    "squared_error": {"mse", "mean_squared_error", "train_mse"},
    "absolute_error": {"mae", "mean_absolute_error", "train_mae"},
    "hinge_loss": {"hinge"},
}


def _same_measure(table: Table, reading: Reading) -> Reading | None:
    """Return a run's reading if it is what the table recorded, or None."""
    if table.objective:
        return reading
    ours, theirs = plain(reading.name), plain(table.measure)
    higher = reading.more_is_better == (table.better == "higher")
    if theirs == ours or theirs == f"train_{ours}":
        return reading
    return reading if higher and theirs in _SAME.get(ours, ()) else None


def _problem(
    table: Table, names: tuple[str, ...], ours: Problem | None, reading: Reading | None
) -> Problem:
    fits = ours is not None and reading is not None and len(names) == ours.dim
    if ours is not None and fits and ours.missing_values() is None:
        return ours
    rows = ours.n_rows if ours is not None and reading is not None else 1
    if reading is None:
        accuracy = table.better == "higher" and _is_share(table)
        offset = 1.0 if accuracy else 0.0
        return RecordedProblem(
            measure=table.measure, better=table.better, offset=offset, names=names
        )
    return RecordedProblem(
        measure=reading.name,
        better="higher" if reading.more_is_better else "lower",
        offset=reading.offset,
        names=names,
        rows=rows,
    )


def _is_share(table: Table) -> bool:
    """Whether values where more is better are shares, as accuracies are: 1 is the best."""
    known = table.values[np.isfinite(table.values)]
    return bool(len(known)) and bool(((known >= 0) & (known <= 1)).all())


# In words


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _about(table: Table, notes: list[str], n: int) -> str:
    """Say in a sentence or two what was understood."""
    parts = [f"{table.measure} ({table.better} is better)"]
    if table.evaluations is not None:
        parts.append("evaluations")
    if table.points is not None and table.names:
        shown = ", ".join(table.names[:_NAMED]) + ("…" if len(table.names) > _NAMED else "")
        parts.append(f"{counted(len(table.names), 'coordinate')} ({shown})")
    if table.seconds is not None:
        parts.append("seconds")
    rows = f"{counted(n, 'row')} of {', '.join(parts)}"
    told = f"Recorded elsewhere and read from {table.source}: {rows}."
    if notes:
        told += f" {capitalised('; '.join(notes))}."
    return told


def _timed(run: Run, k: Array, seconds: Array) -> Run:
    """Return the run with the clock that was recorded: reading it took no time of its own."""
    known = np.isfinite(seconds)
    k, seconds = k[known], seconds[known]
    if not len(k) or (np.diff(seconds) < 0).any():
        return run
    seconds = seconds - min(0.0, float(seconds[0]))
    arrays = run.trace.to_arrays()
    inside = k <= run.trace.last_k
    arrays["clock_k"], arrays["clock_seconds"] = k[inside].astype(np.int64), seconds[inside]
    first = run.trace.snapshots[0]
    trace = Trace.restored(arrays, run.trace.kept, start_row(first, 0), run.trace.digest)
    return Run.restored(
        run.spec,
        trace,
        run.state_now,
        name=run.name,
        stop_reason=run.stop_reason,
        seconds=float(seconds[inside][-1]),
    )
