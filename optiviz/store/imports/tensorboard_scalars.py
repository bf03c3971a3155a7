"""TensorBoard's scalars, from folders of event files: a run for each folder and tag."""

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from optiviz.engine.run import Run
from optiviz.store.atomic import StoreError
from optiviz.store.headings import columns_of
from optiviz.store.imports import Importer
from optiviz.store.tables import MOST_RUNS, Table

_MISSING = "needs TensorBoard, which is not installed here: pip install optiviz[imports]"
_MARK = "tfevents"
_MOST_FOLDERS = 10_000  # that are looked into
_FLOAT32 = 7  # digits


class TensorBoardScalars(Importer):
    """Reads event files; steps are iterations, wall time is seconds."""

    kind = "tensorboard"
    label = "TensorBoard scalars"

    def takes(self, path: Path) -> bool:
        """Whether it is an event file, or a folder."""
        return _MARK in path.name if not path.is_dir() else True

    def tables(self, path: Path, like: Run | None) -> Sequence[Table]:
        """Return a table for each tag of each folder."""
        folders = sorted(set(_folders(path)))
        if not folders:
            raise StoreError(f"{path}: there is no event file of TensorBoard's in this folder")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        except ImportError:
            raise StoreError(f"{path}: {_MISSING}") from None
        tables: list[Table] = []
        for folder in folders:
            tables += _tables(path, folder, EventAccumulator)
            if len(tables) > MOST_RUNS:
                raise StoreError(
                    f"{path}: has more than {MOST_RUNS} runs and tags; open a folder inside it"
                )
        if not tables:
            raise StoreError(f"{path}: there are no scalars in its event files")
        return tables


def _folders(path: Path) -> Iterator[Path]:
    """Yield what is read as one run: an event file, or each folder that has some."""
    if not path.is_dir():
        yield path
        return
    for n, (folder, _, names) in enumerate(os.walk(path)):
        if n == _MOST_FOLDERS:
            raise StoreError(
                f"{path}: has more than {_MOST_FOLDERS:,} folders inside it; open one of those"
            )
        if any(_MARK in name for name in names):
            yield Path(folder)


def _tables(path: Path, folder: Path, accumulator: Any) -> Iterator[Table]:
    log = logging.getLogger("tensorboard")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            events = accumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
            events.Reload()
            found = _scalars(events)
    except Exception as error:  # of its own, of protobuf and of the file alike
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise StoreError(f"{folder}: TensorBoard can't read it: {said[:200]}") from None
    finally:
        log.setLevel(level)
    inside = "" if folder == path else folder.relative_to(path).as_posix()
    within = inside or path.name
    starts = [wall[0] for _, _, wall, _ in found]
    for tag, steps, wall, values in found:
        better, objective = _direction(tag)
        yield Table(
            path=path,
            part=f"tag {tag[:80]!r}" + (f" of {inside}" if inside else ""),
            name=f"{tag} · {within}"[:100],
            values=values,
            written=np.ones(len(values), dtype=bool),
            measure=tag[:100],
            better=better,
            objective=objective,
            iterations=steps,
            seconds=np.maximum.accumulate(wall - min(starts)),
            digits=_FLOAT32,
        )


_Scalars = list[tuple[str, Any, Any, Any]]


def _scalars(events: Any) -> _Scalars:
    """Return tags with their steps, wall times and values, of either kind of summary."""
    tags = events.Tags()
    found: _Scalars = []
    for tag in tags.get("scalars", ()):
        rows = [(one.step, one.wall_time, one.value) for one in events.Scalars(tag)]
        found += _columns(tag, rows)
    for tag in tags.get("tensors", ()):
        metadata = events.SummaryMetadata(tag).plugin_data.plugin_name
        if metadata in ("scalars", ""):
            from tensorboard.util.tensor_util import make_ndarray

            made = [
                (o.step, o.wall_time, make_ndarray(o.tensor_proto)) for o in events.Tensors(tag)
            ]
            rows = [
                (k, wall, float(v)) for k, wall, v in made if v.size == 1 and v.dtype.kind in "fiu"
            ]
            found += _columns(tag, rows)
    return found


def _columns(tag: str, rows: Sequence[tuple[float, float, float]]) -> _Scalars:
    if not rows:
        return []
    steps, wall, values = np.array(rows, dtype=np.float64).T
    return [(tag, steps, wall, values)]


def _direction(tag: str) -> tuple[Any, bool]:
    """Return which values of a tag are better, and whether its name says no more of them."""
    for name in (tag, tag.rpartition("/")[2]):
        try:
            columns = columns_of([name])
        except ValueError:
            continue
        return columns.better, columns.objective
    return "lower", False
