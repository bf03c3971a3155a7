"""Take a run away as a table, as data, or as a picture of one of its views.

Matplotlib is imported for pictures alone.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.engine import registry
from optiviz.engine.optimizer import Block, Outcome
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Reader, Run
from optiviz.reports.summary import numbers, summary
from optiviz.reports.tables import safe_cell
from optiviz.store.atomic import StoreError, write_text, writing
from optiviz.views import Shown, View, finest

PICTURES = ("png", "svg")
FORMATS = ("csv", "json", "npz", "png", "py", "svg")
OUTCOMES = {
    Outcome.IMPROVED: "better",
    Outcome.EQUAL: "equal",
    Outcome.WORSE: "worse but kept",
    Outcome.REJECTED: "rejected",
}
_CHUNK = 1 << 13
_JSON_ROWS = 100_000  # a longer trace is thinned
_JSON_POINTS = 10_000  # to about so many
_NPZ_ROWS = 10_000_000
_MEASURING = 5.0  # seconds at most for metrics along the run, before a picture
_REFINING = 5.0  # seconds at most for finer pictures
_COUNTS = ("evaluations", "gradient_evaluations", "rows_seen")
_HEADINGS = ("iteration", *_COUNTS, "f", "best_f", "outcome")


def export(
    run: Run,
    fmt: str,
    path: str | Path,
    view: str | View | None = None,
    at: int | None = None,
    *,
    beside: Sequence[Run] = (),
) -> None:
    """Write a run to a file.

    Parameters
    ----------
    fmt : {"csv", "json", "npz", "png", "py", "svg"}
        The trace as a table, or spec, result and trace as data, or a picture of a view, or the run
        as a program that needs numpy alone.
    view : str or View, optional
        For pictures: the kind of a view, or one with settings.
    at : int, optional
        The iteration to show; data then end there. The last one if left out.
    beside : sequence of Run
        For pictures: what is drawn together with it, each up to the same iteration.

    Raises
    ------
    SpecError
        If there is no such format, view or iteration; it names what there is.
    StoreError
        If the file can't be written.
    """
    if fmt not in FORMATS:
        raise _mistake("to", f"{fmt!r} is not a format; formats are {', '.join(FORMATS)}")
    if len(run.trace) == 0:
        raise StoreError(f"{path}: the run has not started, so there is nothing to export")
    last = run.trace.last_k
    if at is not None and not 0 <= at <= last:
        raise _mistake("at", f"the run has iterations 0 to {last:,}, not {at:,}")
    k = last if at is None else at
    if fmt in PICTURES:
        runs = [run, *(one for one in beside if len(one.trace))]
        _picture(runs, fmt, path, find_view(run, view), at)
    elif view is not None:
        what = "is a program" if fmt == "py" else "holds the trace"
        raise _mistake("view", f"{fmt} {what}; leave out the view, or choose png or svg")
    elif fmt == "py":
        _script(run, path, k)
    elif fmt == "csv":
        _csv(run, path, k)
    elif fmt == "json":
        _json(run, path, k)
    else:
        _npz(run, path, k)


def _mistake(field: str, sentence: str) -> SpecError:
    return SpecError([Mistake(field, sentence)])


# Pictures


def find_view(run: Run, view: str | View | None) -> View:
    """Return a view that can show a run.

    Raises
    ------
    SpecError
        If there is none of this kind that can; it names those that can.
    """
    known = registry.kinds("views")
    problem = run.spec.problem
    suitable = [kind for kind, cls in known.items() if cls().suits(problem)]
    names = ", ".join(suitable)
    if view is None:
        raise _mistake("view", f"name what to draw; views of this run are {names}")
    found = view if isinstance(view, View) else known[view]() if view in known else None
    if found is None:
        raise _mistake("view", f"there is no view {view!r}; views of this run are {names}")
    if not found.suits(problem):
        raise _mistake("view", f"{found.kind} can't show this run; views of it are {names}")
    return found


def _picture(runs: Sequence[Run], fmt: str, path: str | Path, view: View, at: int | None) -> None:
    from optiviz.reports.drawing import render

    shown = []
    for i, run in enumerate(runs):
        reader, last = Reader(run), run.trace.last_k
        run.history.extend(reader, _MEASURING / len(runs))
        k = last if at is None else min(at, last)
        shown.append(Shown(run, k, reader, run.name, i))
    figure = finest(view, shown, _REFINING * len(runs) ** 0.5)
    render(figure, path, "svg" if fmt == "svg" else "png")


# Programs


def _script(run: Run, path: str | Path, k: int) -> None:
    from optiviz.analysis.script import NoScript, script

    try:
        write_text(path, script(run, Reader(run), k))
    except NoScript as error:
        raise StoreError(f"{path}: {error}") from None


# Data


def _blocks(run: Run, last: int) -> Iterator[tuple[int, Block]]:
    """Yield all rows up to an iteration, piece by piece, each with its first iteration."""
    reader = Reader(run)
    for start in range(0, last + 1, _CHUNK):
        yield start, reader.rows(start, min(start + _CHUNK, last + 1))


def _channels(run: Run) -> list[str]:
    return [channel.name for channel in run.spec.optimizer.channels]


def _csv(run: Run, path: str | Path, last: int) -> None:
    with writing(path) as file:
        headings = [*_HEADINGS, *map(safe_cell, _channels(run))]
        file.write(_csv_text([headings]))
        for start, block in _blocks(run, last):
            file.write(_csv_text(_csv_rows(start, block)))


def _csv_text(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def _csv_rows(start: int, block: Block) -> list[Sequence[Any]]:
    columns = [
        range(start, start + len(block)),
        *(vars(block)[name].tolist() for name in (*_COUNTS, "f", "best_f")),
        _words(start, block),
        *block.channels.T.tolist(),
    ]
    return list(zip(*columns, strict=True))


def _words(start: int, block: Block) -> list[str]:
    """Return what became of each move, in words."""
    words = [OUTCOMES[Outcome(value)] for value in block.outcome.tolist()]
    if start == 0 and words:
        words[0] = "start"
    return words


def _json(run: Run, path: str | Path, last: int) -> None:
    result = summary(run)
    spec = result.pop("spec")
    samples = run.history.samples()
    seen = samples.k <= last
    data = {
        "spec": spec,
        "name": run.name,
        "result": result,
        "trace": _json_trace(run, last),
        "metrics": {
            "iteration": samples.k[seen].tolist(),
            **{name: numbers(values[seen]) for name, values in samples.metrics.items()},
        },
    }
    write_text(path, json.dumps(data, indent=1, allow_nan=False, ensure_ascii=False) + "\n")


def _json_trace(run: Run, last: int) -> dict[str, Any]:
    """Return the trace by columns: whole, or where it is long the last value of each stretch."""
    if last < _JSON_ROWS:
        blocks = list(_blocks(run, last))
        block = Block.concatenate([block for _, block in blocks])
        columns = [numbers(column) for column in block.channels.T]
        return {
            "thinned": False,
            "iterations": last,
            "iteration": list(range(last + 1)),
            **{name: vars(block)[name].tolist() for name in _COUNTS},
            "f": numbers(block.f),
            "best_f": numbers(block.best_f),
            "outcome": _words(0, block),
            "channels": dict(zip(_channels(run), columns, strict=True)),
        }
    names: list[str | int] = ["f", "best_f", *_COUNTS, *range(len(_channels(run)))]
    curves = {name: run.trace.curve(name, last + 1, _JSON_POINTS) for name in names}
    return {
        "thinned": True,
        "about": "Each entry is the last of a stretch; low and high are the range within it.",
        "iterations": last,
        "iteration": curves["f"].k.tolist(),
        **{name: [int(v) for v in curves[name].last.tolist()] for name in _COUNTS},
        "f": numbers(curves["f"].last),
        "f_low": numbers(curves["f"].low),
        "f_high": numbers(curves["f"].high),
        "best_f": numbers(curves["best_f"].last),
        "channels": {name: numbers(curves[i].last) for i, name in enumerate(_channels(run))},
    }


def _npz(run: Run, path: str | Path, last: int) -> None:
    if last >= _NPZ_ROWS:
        raise StoreError(
            f"{path}: npz holds at most {_NPZ_ROWS:,} iterations, the run has {last:,}; "
            "csv holds any number"
        )
    block = Block.concatenate([block for _, block in _blocks(run, last)])
    state = Reader(run).state(last)
    arrays: dict[str, Any] = {
        "iteration": np.arange(last + 1),
        **{name: vars(block)[name] for name in (*_COUNTS, "f", "best_f", "outcome")},
        "outcome_words": np.array([OUTCOMES[outcome] for outcome in Outcome]),
        "x": state.x,
        "best_x": state.best_x,
        "spec": np.array(json.dumps(run.spec.to_dict(), allow_nan=False)),
    }
    for name, column in zip(_channels(run), block.channels.T, strict=True):
        arrays[f"channel_{name}"] = column
    samples = run.history.samples()
    seen = samples.k <= last
    arrays["metric_iteration"] = samples.k[seen]
    arrays |= {f"metric_{name}": values[seen] for name, values in samples.metrics.items()}
    with writing(path) as file:
        np.savez_compressed(file, **arrays)
