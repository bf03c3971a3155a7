"""The trace as a table, a row for each iteration. Of several runs, one below the other."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optiviz.engine.optimizer import Block
from optiviz.engine.run import Run
from optiviz.engine.wording import told_apart
from optiviz.reports.data import rows
from optiviz.reports.data.tables import safe_cell
from optiviz.reports.formats import Format, Options
from optiviz.store.atomic import writing

_HEADINGS = ("iteration", *rows.COUNTS, "f", "best_f", "outcome")


def write(runs: Sequence[Run], path: Path, options: Options) -> None:
    """Write every iteration; of several runs with their names in front.

    Raises
    ------
    StoreError
        If there is nothing to write, or the file can't be written.
    """
    lasts = rows.ends(runs, path, options.at)
    several = len(runs) > 1
    own = [rows.channels(run) for run in runs]
    channels = list(dict.fromkeys(name for names in own for name in names))
    labels = [safe_cell(name) for name in told_apart(run.name or "run" for run in runs)]
    with writing(path) as file:
        headings = [*_HEADINGS, *map(safe_cell, channels)]
        file.write(_text([["run", *headings] if several else headings]))
        for place, start, block in rows.blocks(runs, lasts, options.progress):
            columns = _columns(start, block, [_at(name, own[place]) for name in channels])
            if several:
                columns.insert(0, [labels[place]] * len(block))
            file.write(_text(list(zip(*columns, strict=True))))


def _at(name: str, names: Sequence[str]) -> int | None:
    return names.index(name) if name in names else None


def _columns(start: int, block: Block, channels: Sequence[int | None]) -> list[Sequence[Any]]:
    none = [""] * len(block)
    return [
        range(start, start + len(block)),
        *(vars(block)[name].tolist() for name in (*rows.COUNTS, "f", "best_f")),
        rows.words(start, block),
        *(none if i is None else block.channels[:, i].tolist() for i in channels),
    ]


def _text(lines: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode("utf-8")


FORMAT = Format(
    name="csv",
    label="Trace as a table (CSV)",
    about="Every iteration as a row, for spreadsheets and other programs; of any length.",
    suffix=".csv",
    group="data",
    write=write,
    takes=frozenset({"at"}),
    several=True,
    is_long=True,
)
