"""The list of runs that the window shows, of files: filtered, sorted, in groups, side by side."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from optiviz.cli import tables
from optiviz.cli.shared import Json, measured_at_end, opened
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.spec import RunSpec
from optiviz.reports.data.summary import number
from optiviz.studies.listing.arrangement import GROUPINGS, Arrangement, Group
from optiviz.studies.listing.columns import Column, RunRow, StudyRows, columns_of, row_of_run
from optiviz.studies.listing.differences import differences

_MOST_SIDE_BY_SIDE = 6


def runs(
    files: list[Path],
    words: Annotated[
        str,
        typer.Option(
            "--filter",
            metavar="WORDS",
            help='Only runs with these words, as in "adam -status:failed seed:3".',
        ),
    ] = "",
    sort: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Such as best, test, seconds, name.")
    ] = None,
    descending: Annotated[bool, typer.Option("--descending", help="The largest first.")] = False,
    group: Annotated[str, typer.Option(metavar="BY", help=f"One of {', '.join(GROUPINGS)}.")] = "",
    settings: Annotated[
        bool, typer.Option("--settings", help="In which settings they differ, side by side.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the runs in run files and study files."""
    if group and group not in GROUPINGS:
        raise SpecError([Mistake("--group", f"must be one of {', '.join(GROUPINGS)}")])
    if words.count('"') % 2:
        raise SpecError([Mistake("--filter", 'has a " without another one')])
    rows, specs = _found(files)
    columns = {column.key: column for column in columns_of(rows)} if rows else {}
    if sort is not None and rows and sort not in columns:
        raise SpecError([Mistake("--sort", f"must be one of {', '.join(columns)}, is {sort!r}")])
    by = None if sort is None else columns.get(sort)
    shown = Arrangement(rows, words, group, by, descending)
    places = [place for order in shown.orders for place in order]
    if settings and len(places) > _MOST_SIDE_BY_SIDE:
        sentence = f"shows up to {_MOST_SIDE_BY_SIDE} runs side by side, not {len(places):,}"
        raise SpecError([Mistake("--settings", f"{sentence}; choose with --filter")])
    differing = differences([specs[place] for place in places]) if settings else []
    if as_json:
        found = [_plain(rows[place]) for place in places]
        data: dict[str, Any] = {"runs": found, "of": len(rows)}
        if settings:
            data["differences"] = [vars(setting) for setting in differing]
        print(json.dumps(data))
    elif settings:
        names = [rows[place].name for place in places]
        lines = list(tables.of_differences(names, differing))
        print("\n".join(lines) or "They differ in no setting.")
    else:
        listed = tuple(column for key, column in columns.items() if key != group)
        print("\n".join(_said(rows, shown, listed)))


def _found(files: Sequence[Path]) -> tuple[list[RunRow], list[RunSpec]]:
    """Return a row for each run of the files, and its spec."""
    from optiviz.store import study_file

    rows: list[RunRow] = []
    specs: list[RunSpec] = []
    for path in files:
        if study_file.holds_study(path):
            results = study_file.load(path)
            made = StudyRows(results.study)
            for planned in results.study.runs:
                rows.append(made.row(planned, results.records.get(planned)))
                specs.append(results.study.spec_of(planned))
        else:
            for run in opened(path):
                measured_at_end(run)
                rows.append(row_of_run(run))
                specs.append(run.spec)
    return rows, specs


def _said(rows: Sequence[RunRow], shown: Arrangement, columns: tuple[Column, ...]) -> Iterator[str]:
    groups: Sequence[Group | None] = shown.groups or (None,)
    for group, order in zip(groups, shown.orders, strict=True):
        if group is not None:
            failed = f", {group.failed:,} failed" if group.failed else ""
            runs = "1 run" if len(order) == 1 else f"{len(order):,} runs"
            yield f"{group.title}: {runs}{failed}"
        if order:
            yield from tables.of_rows([rows[place] for place in order], columns)
        if group is not None:
            yield ""
    places = len(shown)
    yield f"{places:,} of {len(rows):,} runs" if places < len(rows) else f"{len(rows):,} runs"


def _plain(row: RunRow) -> dict[str, Any]:
    return {k: number(v) if isinstance(v, float) else v for k, v in asdict(row).items()}
