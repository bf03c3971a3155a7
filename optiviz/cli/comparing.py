"""Races, and what is in files laid side by side."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from optiviz.analysis.runs.effort import GRADIENT_WEIGHT
from optiviz.cli import options, tables
from optiviz.cli.doing import Where, as_data, check_effort, execute
from optiviz.cli.gathering import gathered, together
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
    name_from,
    progress,
    spec_from,
    write_report,
)
from optiviz.cli.studies import changed
from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import told_apart
from optiviz.reports.data.summary import summary
from optiviz.studies.listing.differences import differences
from optiviz.studies.measures import known_measures, usual_measure
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.race import suited
from optiviz.studies.results import Results


def race(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SPEC...",
            help="Presets or files; with :ALGORITHM behind one, that algorithm takes part with "
            "its usual settings, as in classic-mlp:adam.",
        ),
    ],
    settings: options.Settings = None,
    evaluations: options.Evaluations = None,
    gradient_weight: options.Weight = GRADIENT_WEIGHT,
    seed: Annotated[int | None, typer.Option(help="Seed of start and search, for all.")] = None,
    measure: options.MeasureOption = None,
    effort: options.Effort = "evaluations",
    save: Annotated[Path | None, typer.Option(metavar="F.optiviz", help="Keep the runs.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="F.html", help="Write a report.")] = None,
    explain: options.Explain = False,
    no_history: NoHistory = False,
    as_json: Json = False,
) -> None:
    """Race algorithms on the same data, split and start, and compare them at equal effort.

    Its runs are recorded in the history as they go.
    """
    from optiviz.studies.comparison import compare as compared

    check_effort(effort)
    if report is not None:
        check_report(report)
    if save is not None:
        check_save(save, *sources)
    entered = [_entered(source, settings, evaluations, gradient_weight) for source in sources]
    specs = [spec for _, spec, _ in entered]
    seed = specs[0].seed if seed is None else seed
    configurations = tuple(
        Configuration(name=name, spec=spec)
        for name, spec in zip(told_apart(n for n, _, _ in entered), specs, strict=True)
    )
    chosen: Any = measure or usual_measure(specs)
    plan = Study(
        configurations=configurations,
        search_seeds=(seed,),
        measure=chosen,
        gradient_weight=gradient_weight,
    )
    if save is None and report is None and no_history:
        results = execute(Results(plan), Where())  # on all processors
    else:
        with Recording(not no_history) as record:
            results = _kept(plan, save, report, record)
    found = compared(results, check_effort(effort), "equal")
    notes = [note for _, _, note in entered if note]
    failed = all(record.failure for record in results.records.values())
    if as_json:
        print(json.dumps(as_data(results, found) | {"notes": notes}))
    else:
        print("\n".join(tables.said(found, explain=explain)))
        for note in notes:
            print("\n".join(tables.wrapped(note, "! ", "  ")))
    raise typer.Exit(1 if failed else 0)


def _entered(
    source: str, settings: list[str] | None, evaluations: int | None, weight: float
) -> tuple[str, RunSpec, str]:
    """Return what takes part in a race: its name, its spec, and what has to be said of it."""
    place, colon, kind = source.rpartition(":")
    known = registry.kinds("optimizers")
    if not colon or Path(source).suffix or kind not in known:
        if colon and not Path(source).exists() and "/" not in kind and "\\" not in kind:
            sentence = f"{kind!r} is not an algorithm; known are {', '.join(known)}"
            raise SpecError([Mistake(source, sentence)])
        spec = changed(spec_from(source), settings, evaluations, weight)
        return name_from(source), spec, ""
    spec = spec_from(place)
    optimizer: Optimizer = known[kind]()
    problem, note = suited(spec.problem, optimizer), ""
    if problem is not spec.problem:
        note = (
            f"{optimizer.label} needs a slope, which {spec.problem.reading.name} has not: it "
            f"races on {problem.reading.name}."
        )
    spec = spec.replace(problem=problem, optimizer=optimizer, changes=())
    return optimizer.label, changed(spec, settings, evaluations, weight), note


def _kept(study: Study, save: Path | None, report: Path | None, record: Recording) -> Results:
    """Do the runs with all of their traces, write them, and return what a study keeps of them."""
    from optiviz.studies.records import record_of

    runs, results = [], Results(study)
    with asked_to_stop() as asked, progress("Doing the runs") as told:
        for i, planned in enumerate(study.runs):
            name = study.configurations[planned.configuration].name
            run = Run(study.spec_of(planned), name)
            record.follow(run)
            compute(run, record, asked, lambda run: None)
            if asked():
                break
            runs.append(run)
            results.records[planned] = record_of(run, Reader(run))
            told((i + 1) / study.size)
    if save is not None and runs:
        from optiviz.store import run_file

        run_file.save(save, runs)
    if asked():
        name, kept = record.id_of(run), record.close()
        done = f"stopped with {len(runs):,} of {study.size:,} runs done"
        print(f"{done}: {how_to_go_on(run, name, kept)}", file=sys.stderr)
        raise typer.Exit(asked.status)
    if report is not None:
        write_report(runs, report)
    return results


def _check_measure(measure: str | None, runs: list[Run]) -> None:
    """Refuse a measure that none of some runs has."""
    known = dict.fromkeys(name for run in runs for name in known_measures(run.spec.problem))
    if measure is not None and known and measure not in known:
        sentence = f"no run has {measure!r}; they have {', '.join(known)}"
        raise SpecError([Mistake("--measure", sentence)])


def compare(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES...",
            help="Run files, study files, tables that other programs wrote, presets, specs.",
        ),
    ],
    measure: options.MeasureOption = None,
    effort: options.Effort = "evaluations",
    gradient_weight: Annotated[
        float | None,
        typer.Option(
            metavar="W",
            min=0,
            help="A gradient counts as W evaluations; as in the files if left out.",
        ),
    ] = None,
    equal: Annotated[
        bool, typer.Option("--equal", help="At the largest effort that every run reached.")
    ] = False,
    explain: options.Explain = False,
    as_json: Json = False,
) -> None:
    """Lay runs, studies and recorded traces side by side."""
    from optiviz.studies.cautions import cautions_of
    from optiviz.studies.comparison import compare as compared

    check_effort(effort)
    found = gathered(sources)
    results = together(found, measure)
    if results is not None and gradient_weight is not None:
        results = results.carried_to(results.study.replace(gradient_weight=gradient_weight))
    runs = [run for _, run in found.runs]
    _check_measure(measure, found.ours)
    settings = differences([run.spec for run in runs]) if len(found.ours) == len(runs) == 2 else []
    agreements = list(found.agreements())
    comparison = None
    if results is not None:
        at = "equal" if equal else None
        comparison = compared(results, check_effort(effort), at)
    elif len(found.ours) > 1:
        specs = [run.spec for run in found.ours]
        chosen: Any = measure or usual_measure(specs)
        cautions = cautions_of(specs, check_effort(effort), chosen)
        found.notes += [f"{c.sentence} {c.instead}" for c in cautions]
    if as_json:
        data: dict[str, Any] = {
            "runs": [{"file": f, "name": run.name, **summary(run)} for f, run in found.runs],
            "differences": [vars(setting) for setting in settings],
            "agreements": [one.to_dict() for one in agreements],
            "study": None,
            "notes": found.notes,
        }
        if results is not None and comparison is not None:
            data["study"] = as_data(results, comparison)
        print(json.dumps(data))
        return
    told = [f"{one.theirs.name} {one.sentence}" for one in agreements]
    parts = [
        tables.of_runs(runs),
        tables.of_differences([run.name for run in runs], settings),
        (line for text in told for line in tables.wrapped(text)),
        () if comparison is None else tables.said(comparison, explain=explain),
        (line for note in found.notes for line in tables.wrapped(note, "! ", "  ")),
    ]
    print("\n\n".join(filter(None, ("\n".join(part) for part in parts))))
