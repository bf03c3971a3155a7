"""What is in files that are laid side by side: runs of ours, recorded ones, and studies."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optiviz.analysis.runs.agreement import Agreement, best_agreement
from optiviz.cli.doing import Where, execute
from optiviz.cli.shared import measured_at_end, name_from, opened, progress, spec_from
from optiviz.engine.parameters import Mistake, SpecError
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import told_apart
from optiviz.store import is_ours
from optiviz.studies.measures import usual_measure
from optiviz.studies.plan import Configuration, Planned, Study
from optiviz.studies.records import Record
from optiviz.studies.results import Results


@dataclass
class Gathered:
    """What was found.

    Attributes
    ----------
    runs : list of (str, Run)
        Files and runs, ours and recorded ones.
    studies : list of (str, Results)
    notes : list of str
        What has to be said of it.
    """

    runs: list[tuple[str, Run]] = field(default_factory=list)
    studies: list[tuple[str, Results]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ours(self) -> list[Run]:
        """The runs that can be done again."""
        return [run for _, run in self.runs if not run.spec.optimizer.recorded]

    def agreements(self) -> Iterator[Agreement]:
        """Yield how far each recorded run is the same as one of ours."""
        for _, run in self.runs:
            if run.spec.optimizer.recorded and self.ours:
                found = best_agreement(run, self.ours)
                if found is not None:
                    yield found
                else:
                    self.notes.append(f"{run.name} recorded something else than these runs.")


def gathered(sources: list[str]) -> Gathered:
    """Open files, and do the runs of presets and specs.

    Raises
    ------
    SpecError, StoreError
        If one can't be read.
    """
    from optiviz.store import imports, study_file

    found, foreign = Gathered(), []
    for source in sources:
        path = Path(source)
        if is_ours(path):
            if study_file.holds_study(path):
                found.studies.append((source, study_file.load(path)))
            else:
                found.runs += [(source, run) for run in opened(path)]
        elif path.exists() and imports.reads(path):
            foreign.append(path)
        elif path.suffix.lower() in imports.suffixes():
            raise SpecError([Mistake(source, "there is no such file")])
        else:
            with progress(f"Running {name_from(source)}") as told:
                run = Run(spec_from(source), name_from(source))
                found.runs.append((source, run.finish()))
                told(1.0)
    for run in found.ours:
        measured_at_end(run)
    like = found.ours[0] if found.ours else None
    for path in foreign:
        found.runs += [(str(path), run) for run in imports.open_any(path, like)]
    return found


def together(found: Gathered, measure: str | None) -> Results | None:
    """Return one study of all that was found; None where nothing was run with several seeds.

    Runs of ours that differ in nothing but their seeds are one configuration. They are measured by
    doing them again.

    Raises
    ------
    SpecError
        If they have no measure in common.
    """
    parts = list(found.studies)
    runs = _study_of(found)
    if runs is not None and (parts or len(runs.study.search_seeds) > 1):
        execute(runs, Where())
        parts.append(("", runs))
    if not parts:
        return None
    if len(parts) == 1:
        (_, results), study = parts[0], parts[0][1].study
        plan: dict[str, Any] = {} if measure is None else {"measure": measure}
        return results.carried_to(study.replace(**plan)) if plan else results
    return _merged(found, parts, measure)


def _study_of(found: Gathered) -> Results | None:
    """Return the runs of ours as a study that is still to be done."""
    seeds: dict[Any, tuple[str, Run, set[int]]] = {}
    for run in found.ours:
        spec = run.spec.replace(seed=0)
        name = seeds.setdefault(spec.to_json(), (run.name, run, set()))
        name[2].add(run.spec.seed)
    if not seeds:
        return None
    common = set.intersection(*(each for _, _, each in seeds.values()))
    several = max(len(each) for _, _, each in seeds.values()) > 1
    if not common:
        if several:
            found.notes.append("The runs have no seed in common, so nothing is tested.")
        return None
    if several and any(each != common for _, _, each in seeds.values()):
        found.notes.append(_only(len(common)))
    names = told_apart(name or "run" for name, _, _ in seeds.values())
    specs = [run.spec for _, run, _ in seeds.values()]
    chosen: Any = usual_measure(specs)
    return Results(
        Study(
            configurations=tuple(
                Configuration(name=n, spec=s) for n, s in zip(names, specs, strict=True)
            ),
            search_seeds=tuple(sorted(common)),
            measure=chosen,
        )
    )


def _merged(
    found: Gathered, parts: list[tuple[str, Results]], measure: str | None
) -> Results | None:
    studies = [results.study for _, results in parts]
    searches = set.intersection(*(set(study.search_seeds) for study in studies))
    splits = set.intersection(*(set(study.split_seeds or (None,)) for study in studies))
    if not searches or not splits:
        found.notes.append("The studies have no seeds in common, so they aren't laid side by side.")
        return None
    whole = len(searches) * len(splits)
    if any(study.size > whole * len(study.configurations) for study in studies):
        found.notes.append(_only(whole))
    names: list[str] = []
    specs: list[RunSpec] = []
    records: dict[Planned, Record] = {}
    for _, results in parts:
        for i, configuration in enumerate(results.study.configurations):
            place = len(specs)
            names.append(configuration.name)
            specs.append(configuration.spec)
            for planned, record in results.of(i):
                records[planned._replace(configuration=place)] = record
    measures, weights, targets = (
        {getattr(study, name) for study in studies}
        for name in ("measure", "gradient_weight", "target")
    )
    chosen: Any = measure or (measures.pop() if len(measures) == 1 else usual_measure(specs))
    study = Study(
        configurations=tuple(
            Configuration(name=n, spec=s) for n, s in zip(told_apart(names), specs, strict=True)
        ),
        search_seeds=tuple(s for s in studies[0].search_seeds if s in searches),
        split_seeds=tuple(s for s in studies[0].split_seeds if s in splits),
        measure=chosen,
        target=targets.pop() if len(targets) == 1 and len(measures) < 2 else None,
        gradient_weight=max(weights),
    )
    wanted: set[Planned] = set(study.runs)
    return Results(study, {p: r for p, r in records.items() if p in wanted})


def _only(n: int) -> str:
    if n == 1:
        return "Only the one seed that all have is compared."
    return f"Only the {n:,} seeds that all have are compared."
