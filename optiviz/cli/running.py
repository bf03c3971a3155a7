"""Runs and benchmarks."""

import json
import sys
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from optiviz.cli.recording import (
    NoHistory,
    Recording,
    asked_to_stop,
    compute,
    how_to_go_on,
)
from optiviz.cli.shared import (
    Json,
    check_report,
    check_save,
    in_words,
    progress,
    read_settings,
    spec_from,
    write_report,
)
from optiviz.cli.terminal import harmless
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run, RunStatus


def run(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SPEC",
            help="A preset, of which it does the first run, or a .toml, .json, .optiviz or report "
            "file.",
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Such as optimizer.step_size=0.2."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of start and search.")] = None,
    save: Annotated[Path | None, typer.Option(metavar="F.optiviz", help="Keep the run.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="F.html", help="Write a report.")] = None,
    no_history: NoHistory = False,
    as_json: Json = False,
) -> None:
    """Do a run, and say how it ended. It is recorded in the history as it goes."""
    values = read_settings(settings)
    if seed is not None:
        values.append(("seed", seed))
    spec = spec_from(source).with_values(values)
    if report is not None:
        check_report(report)
    if save is not None:
        check_save(save, source)
    made = Run(spec, Path(source).stem)
    with Recording(not no_history) as record:
        record.follow(made)
        finish(made, record, Leaving(save, report, as_json))


class Leaving(NamedTuple):
    """What is written of a run when it has ended, and how it is said."""

    save: Path | None = None
    report: Path | None = None
    as_json: bool = False


def finish(made: Run, record: Recording, leaving: Leaving) -> None:
    """Compute a run, say how it ended, and exit with its status."""
    with asked_to_stop() as asked, progress(f"Running {made.name}") as shown:
        compute(made, record, asked, lambda run: shown(_share_done(run)))
    name = record.id_of(made)
    kept = record.close()
    if made.failure is not None and not made.failure.details:  # no defect: the data can't be used
        raise SpecError([Mistake("", made.failure.sentence)])
    if made.status is RunStatus.FAILED and made.failure is not None:
        print(f"The run failed: {harmless(made.failure.sentence)}", file=sys.stderr)
        print(harmless(made.failure.details), file=sys.stderr)
    if leaving.save is not None and made.status is not RunStatus.NEW:
        from optiviz.store import run_file

        run_file.save(leaving.save, [made])
    if asked():
        print(how_to_go_on(made, name, kept), file=sys.stderr)
        raise typer.Exit(asked.status)
    if leaving.report is not None:
        write_report([made], leaving.report)
    from optiviz.reports.data.summary import summary

    found = summary(made)
    print(json.dumps(found) if leaving.as_json else in_words(made, found))
    raise typer.Exit(1 if made.status is RunStatus.FAILED else 0)


def bench(
    name: Annotated[str | None, typer.Argument(help="Which one; all if left out.")] = None,
    as_json: Json = False,
) -> None:
    """Measure: ratios and statistics within one run."""
    from optiviz import bench as benchmarks

    if name is not None and name not in benchmarks.names():
        known = ", ".join(benchmarks.names())
        raise SpecError([Mistake(name, f"is not a benchmark; they are {known}")])
    if not as_json:
        print(benchmarks.TABLE)
    for each in benchmarks.names() if name is None else [name]:
        for figures in benchmarks.measure(each):
            shown = {"benchmark": each, "name": figures.name, **figures.values}
            print(json.dumps(shown) if as_json else figures.row(each), flush=True)


def _share_done(made: Run) -> float:
    """Return how much of the nearest limit is used, from 0 to 1."""
    stopping = made.spec.stopping
    if made.trace.last_k < 0:
        return 0.0
    state = made.state_now
    used = (
        (made.k, stopping.max_iterations),
        (state.evaluations, stopping.max_evaluations),
        (state.rows_seen / made.spec.problem.n_rows, stopping.max_epochs),
        (made.seconds, stopping.max_seconds),
    )
    return max((value / limit for value, limit in used if limit), default=1.0)
