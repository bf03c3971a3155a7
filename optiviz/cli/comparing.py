"""Races, and what is in files laid side by side."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from optiviz.analysis.runs.effort import GRADIENT_WEIGHT
from optiviz.cli import options, studies, tables
from optiviz.cli.doing import Where, as_data, check_effort, execute
from optiviz.cli.shared import Json, check_report, progress, spec_from, write_report
from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.studies.comparison import compare
from optiviz.studies.differences import differences
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.race import suited
from optiviz.studies.results import Results

# What runs of one race may differ in: they are measured alike whatever they optimise.
_OWN = ("problem.objective", "problem.penalty")
_MOST_TOLD = 4


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
    as_json: Json = False,
) -> None:
    """Race algorithms on the same data, split and start, and compare them at equal effort."""
    check_effort(effort)
    if report is not None:
        check_report(report)
    entered = [_entered(source, settings, evaluations, gradient_weight) for source in sources]
    specs = [spec for _, spec, _ in entered]
    seed = specs[0].seed if seed is None else seed
    configurations = tuple(
        Configuration(name=name, spec=spec)
        for name, spec in zip(_told_apart([n for n, _, _ in entered]), specs, strict=True)
    )
    plan = Study(
        title="",
        configurations=configurations,
        search_seeds=(seed,),
        measure=measure or studies.usual_measure(specs),
        gradient_weight=gradient_weight,
    )
    results = Results(plan)
    execute(results, Where())
    found = compare(results, check_effort(effort), "equal")
    notes = [note for _, _, note in entered if note] + list(unlike(plan))
    if save is not None or report is not None:
        _keep(plan, save, report)
    failed = all(record.failure for record in results.records.values())
    if as_json:
        print(json.dumps(as_data(results, found) | {"notes": notes}))
    else:
        print("\n".join(tables.said(found)))
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
        spec = studies.changed(spec_from(source), settings, evaluations, weight)
        return Path(source).stem, spec, ""
    spec = spec_from(place)
    optimizer: Optimizer = known[kind]()
    problem, note = suited(spec.problem, optimizer), ""
    if problem is not spec.problem:
        note = (
            f"{optimizer.label} needs a slope, which {spec.problem.reading.name} has not: it "
            f"races on {problem.reading.name}."
        )
    spec = spec.replace(problem=problem, optimizer=optimizer, changes=())
    return optimizer.label, studies.changed(spec, settings, evaluations, weight), note


def _told_apart(names: list[str]) -> list[str]:
    """Return names of which no two are the same."""
    made: list[str] = []
    for name in names:
        n, told = 1, name
        while told in made:
            n += 1
            told = f"{name} ({n})"
        made.append(told)
    return made


def unlike(study: Study) -> Iterator[str]:
    """Say, a sentence each, what keeps runs from having the same data, split and start."""
    first, *others = study.configurations
    for other in others:
        found = [
            setting
            for setting in differences([first.spec, other.spec])
            if setting.path.split(".")[0] in ("problem", "start")
            and not setting.path.startswith(_OWN)
        ]
        if found:
            words = [f"{s.label} is {s.values[0]} and {s.values[1]}" for s in found[:_MOST_TOLD]]
            more = f", and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
            yield (
                f"{first.name} and {other.name} don't race on the same data, split and start: "
                f"{'; '.join(words)}{more}."
            )


def _keep(study: Study, save: Path | None, report: Path | None) -> None:
    """Do the runs once more with all of their traces: a study keeps a few numbers of each."""
    runs = []
    with progress("Recording the runs") as told:
        for i, planned in enumerate(study.runs):
            name = study.configurations[planned.configuration].name
            runs.append(Run(study.spec_of(planned), name).finish())
            told((i + 1) / study.size)
    if save is not None:
        from optiviz.store import run_file

        run_file.save(save, runs)
    if report is not None:
        write_report(runs, report)
