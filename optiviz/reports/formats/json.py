"""Spec, result, trace and metrics as one object."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optiviz.engine.run import Run
from optiviz.reports.data import rows
from optiviz.reports.data.summary import json_text, numbers, summary
from optiviz.reports.document import Progress
from optiviz.reports.formats import Format, Options
from optiviz.store.atomic import write_text

_ROWS = 100_000  # a longer trace is thinned
_POINTS = 10_000  # to about so many


def write(runs: Sequence[Run], path: Path, options: Options) -> None:
    """Write a run as an object; several as the list `runs` of an object.

    Raises
    ------
    StoreError
        If there is nothing to write, or the file can't be written.
    """
    lasts = rows.ends(runs, path, options.at)
    told = rows.shares(lasts, options.progress)
    found = [_object(*each) for each in zip(runs, lasts, told, strict=True)]
    data = found[0] if len(found) == 1 else {"runs": found}
    write_text(path, json_text(data))


def _object(run: Run, last: int, progress: Progress | None) -> dict[str, Any]:
    if progress is not None:
        progress(0, last + 1)
    result = summary(run)
    spec = result.pop("spec")
    samples = run.history.samples()
    seen = samples.k <= last
    return {
        "spec": spec,
        "name": run.name,
        "result": result,
        "trace": _trace(run, last, progress),
        "metrics": {
            "iteration": samples.k[seen].tolist(),
            **{name: numbers(values[seen]) for name, values in samples.metrics.items()},
        },
    }


def _trace(run: Run, last: int, progress: Progress | None) -> dict[str, Any]:
    """Return the trace by columns: whole, or where it is long the last value of each stretch."""
    channels = rows.channels(run)
    if last < _ROWS:
        block = rows.whole(run, last, progress)
        columns = [numbers(column) for column in block.channels.T]
        return {
            "thinned": False,
            "iterations": last,
            "iteration": list(range(last + 1)),
            **{name: vars(block)[name].tolist() for name in rows.COUNTS},
            "f": numbers(block.f),
            "best_f": numbers(block.best_f),
            "outcome": rows.words(0, block),
            "channels": dict(zip(channels, columns, strict=True)),
        }
    names: list[str | int] = ["f", "best_f", *rows.COUNTS, *range(len(channels))]
    curves = {name: run.trace.curve(name, last + 1, _POINTS) for name in names}
    return {
        "thinned": True,
        "about": "Each entry is the last of a stretch; low and high are the range within it.",
        "iterations": last,
        "iteration": curves["f"].k.tolist(),
        **{name: [int(v) for v in curves[name].last.tolist()] for name in rows.COUNTS},
        "f": numbers(curves["f"].last),
        "f_low": numbers(curves["f"].low),
        "f_high": numbers(curves["f"].high),
        "best_f": numbers(curves["best_f"].last),
        "channels": {name: numbers(curves[i].last) for i, name in enumerate(channels)},
    }


FORMAT = Format(
    name="json",
    label="Trace and result (JSON)",
    about="Settings, result, trace and metrics as one object; long traces are thinned.",
    suffix=".json",
    group="data",
    write=write,
    takes=frozenset({"at"}),
    several=True,
    is_long=True,
)
