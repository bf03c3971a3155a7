"""What is in files: shown, recomputed, reported, exported."""

import json
from pathlib import Path
from typing import Annotated

import typer

from optiviz.cli.shared import (
    Json,
    check_report,
    in_words,
    opened,
    progress,
    read_setting,
    spec_from,
    write_report,
)
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run
from optiviz.views import View


def show(files: list[Path], as_json: Json = False) -> None:
    """Say what is in run files."""
    from optiviz.reports.summary import summary

    found = [(path, made) for path in files for made in opened(path)]
    if as_json:
        named = [{"file": str(p), "name": made.name, **summary(made)} for p, made in found]
        print(json.dumps(named))
        return
    for path, made in found:
        print(f"{path}: {made.name}")
        print(in_words(made, summary(made)))


def verify(files: list[Path], as_json: Json = False) -> None:
    """Recompute run files, and say whether the result is the same."""
    from optiviz.store.verify import verify as recompute

    results = []
    for path in files:
        with progress(f"Recomputing {path.name}") as shown:
            results.append((path, recompute(path, lambda done, of: shown(done / max(1, of)))))
    if as_json:
        print(
            json.dumps(
                [{"file": str(p), **vars(one)} for p, found in results for one in found.runs]
            )
        )
    else:
        for path, found in results:
            for one in found.runs:
                print(f"{path}: {one.sentence}")
    raise typer.Exit(0 if all(found.identical for _, found in results) else 1)


def report(
    files: list[Path],
    out: Annotated[Path, typer.Option(metavar="F.html", help="Where to write it.")],
) -> None:
    """Write one report of the runs in run files."""
    check_report(out)
    write_report([made for path in files for made in opened(path)], out)
    print(out)


def export(
    file: Path,
    to: Annotated[str, typer.Option(metavar="FORMAT", help="csv, json, npz, png, svg or py.")],
    out: Annotated[Path, typer.Option(help="Where to write it.")],
    view: Annotated[str | None, typer.Option(help="For png and svg: which view.")] = None,
    run_number: Annotated[
        int | None, typer.Option("--run", min=1, help="Which of the runs in the file, from 1.")
    ] = None,
    at: Annotated[int | None, typer.Option(help="Up to which iteration; all if left out.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Of the view, such as row=12."),
    ] = None,
) -> None:
    """Write a run's trace, a picture of it at any iteration, or the run as a program."""
    from optiviz.reports.export import export as write
    from optiviz.reports.export import find_view

    made = _one_of(_runs(str(file)), run_number, file)
    chosen: str | View | None = view
    if settings:
        found = find_view(made, view)
        chosen = type(found).from_dict({"kind": found.kind, **dict(map(read_setting, settings))})
    write(made, to, out, view=chosen, at=at)
    print(out)


def _runs(source: str) -> list[Run]:
    """Return the runs of a run file, or do the run of a spec or preset."""
    if Path(source).suffix.lower() == ".optiviz":
        return opened(Path(source))
    return [Run(spec_from(source), Path(source).stem).finish()]


def _one_of(runs: list[Run], number: int | None, file: Path) -> Run:
    if number is None and len(runs) > 1:
        raise SpecError([Mistake(str(file), f"has {len(runs)} runs; say which with --run")])
    if number is not None and number > len(runs):
        raise SpecError([Mistake("--run", f"must be at most {len(runs)}, is {number}")])
    return runs[(number or 1) - 1]
