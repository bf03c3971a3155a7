"""The trace as NumPy's arrays, with the last and the best point. It needs no pickle."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.engine.optimizer import Outcome
from optiviz.engine.run import Reader, Run
from optiviz.reports.data import rows
from optiviz.reports.document import Progress
from optiviz.reports.formats import Format, Options
from optiviz.store.atomic import StoreError, writing

_ROWS = 10_000_000


def write(runs: Sequence[Run], path: Path, options: Options) -> None:
    """Write arrays; of several runs each with ``run_1/``, ``run_2/`` and so on before its name.

    Raises
    ------
    StoreError
        If there is nothing to write, it is too much, or the file can't be written.
    """
    lasts = rows.ends(runs, path, options.at)
    if sum(lasts) >= _ROWS:
        whose = "the run has" if len(runs) == 1 else "these runs have"
        raise StoreError(
            f"{path}: npz holds at most {_ROWS:,} iterations, {whose} {sum(lasts):,}; "
            "csv holds any number"
        )
    arrays: dict[str, Any] = {}
    told = rows.shares(lasts, options.progress)
    for number, each in enumerate(zip(runs, lasts, told, strict=True), 1):
        before = f"run_{number}/" if len(runs) > 1 else ""
        found = _arrays(*each)
        arrays |= {f"{before}{name}": array for name, array in found.items()}
    with writing(path) as file:
        np.savez_compressed(file, **arrays)


def _arrays(run: Run, last: int, progress: Progress | None) -> dict[str, Any]:
    block = rows.whole(run, last, progress)
    state = Reader(run).state(last)
    arrays: dict[str, Any] = {
        "name": np.array(run.name),
        "iteration": np.arange(last + 1),
        **{name: vars(block)[name] for name in (*rows.COUNTS, "f", "best_f", "outcome")},
        "outcome_words": np.array([rows.OUTCOMES[outcome] for outcome in Outcome]),
        "x": state.x,
        "best_x": state.best_x,
        "spec": np.array(json.dumps(run.spec.to_dict(), allow_nan=False)),
    }
    for name, column in zip(rows.channels(run), block.channels.T, strict=True):
        arrays[f"channel_{name}"] = column
    samples = run.history.samples()
    seen = samples.k <= last
    arrays["metric_iteration"] = samples.k[seen]
    return arrays | {f"metric_{name}": values[seen] for name, values in samples.metrics.items()}


FORMAT = Format(
    name="npz",
    label="Trace and points (NumPy)",
    about="Every iteration as arrays, with the last and the best point, for numpy.load.",
    suffix=".npz",
    group="data",
    write=write,
    takes=frozenset({"at"}),
    several=True,
    is_long=True,
)
