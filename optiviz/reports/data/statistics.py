"""What several runs came to, in numbers: each run, each group of seeds, and their comparison."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optiviz.analysis.statistics.costs import costs
from optiviz.analysis.statistics.intervals import median_interval
from optiviz.analysis.statistics.quartiles import quantile, quartiles
from optiviz.engine.parameters import SpecError
from optiviz.engine.problem import Array
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import counted, lowered, one_line, told_apart
from optiviz.reports.data.summary import number, of_record
from optiviz.reports.document import Progress
from optiviz.studies.comparison import Comparison, compare
from optiviz.studies.courses import Courses, courses
from optiviz.studies.done import done_of
from optiviz.studies.listing.differences import differences
from optiviz.studies.measures import final, known_measures, reading_of, usual_measure
from optiviz.studies.plan import Configuration, Planned, Study
from optiviz.studies.records import Record, record_of
from optiviz.studies.results import Results

_POINTS = 101  # of a course
_LONGEST = 100  # letters of a group's name
_DIFFERENT = 2  # settings that tell groups of one name apart
_WITHIN = " · "  # between the label of a setting and of what it is part of
_SPENT = ("iterations", "evaluations", "gradient_evaluations", "rows_seen", "seconds")


@dataclass(frozen=True)
class Quantity:
    """One number of each run of a group, in what is usually said of it.

    Attributes
    ----------
    name : str
        "objective", a metric, or what was used up.
    label : str
    more_is_better : bool
    runs, failed : int
        A run without a value counts as the worst one, but in the mean, which leaves it out.
    mean, deviation : float
        Of the sample: divided by n - 1.
    least, lower_quartile, median, upper_quartile, most : float
    low, high : float
        The bounds of the median's 95% interval; nan of fewer than six runs.
    """

    name: str
    label: str
    more_is_better: bool
    runs: int
    failed: int
    mean: float
    deviation: float
    least: float
    lower_quartile: float
    median: float
    upper_quartile: float
    most: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Group:
    """Runs that differ in nothing but their seeds.

    Attributes
    ----------
    name : str
    spec : RunSpec
        Its seed says nothing: `planned` has theirs.
    planned : tuple of Planned
        The seeds of each.
    records : tuple of Record
    measure : str
        What their course shows.
    quantities : tuple of Quantity
    course : Courses
        Over evaluations.
    bands : ndarray, shape (5, n)
        Of the course: least, lower quartile, median, upper quartile, most; inf or -inf where
        that falls among runs that failed.
    """

    name: str
    spec: RunSpec
    planned: tuple[Planned, ...]
    records: tuple[Record, ...]
    measure: str
    quantities: tuple[Quantity, ...]
    course: Courses
    bands: Array

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield each run as plain data."""
        for planned, record in zip(self.planned, self.records, strict=True):
            yield of_record(self.name, planned, record, self.measure, self.spec)


@dataclass(frozen=True, eq=False)
class Statistics:
    """What several runs came to.

    Attributes
    ----------
    groups : tuple of Group
    comparison : Comparison or None
        Of the groups, by the seeds that all have.
    notes : tuple of str
        What has to be said of it, such as why there is no comparison.
    gradient_weight : float
        On the courses' axis a gradient counts as so many evaluations.
    """

    groups: tuple[Group, ...]
    comparison: Comparison | None
    notes: tuple[str, ...]
    gradient_weight: float


def of_study(results: Results) -> Statistics:
    """Return the statistics of a study's runs that are done."""
    study = results.study
    groups = tuple(
        _group(configuration.name, results, number)
        for number, configuration in enumerate(study.configurations)
        if any(results.of(number))
    )
    return Statistics(groups, compare(results), (), study.gradient_weight)


def of_runs(runs: Sequence[Run], progress: Progress | None = None) -> Statistics:
    """Return the statistics of runs: those that differ in nothing but their seeds are a group.

    Parameters
    ----------
    runs : sequence of Run
        That have begun; nothing may advance them meanwhile.
    progress : callable, optional
    """
    found: dict[str, dict[int, tuple[Run, Record]]] = {}
    for i, run in enumerate(runs):
        if progress is not None:
            progress(i, len(runs) + 1)
        of = found.setdefault(run.spec.reopened().replace(seed=0).to_json(), {})
        if run.spec.seed not in of:
            of[run.spec.seed] = (run, record_of(run, Reader(run)))
    if progress is not None:
        progress(len(runs), len(runs) + 1)
    notes = []
    kept = sum(map(len, found.values()))
    if kept < len(runs):
        again = counted(len(runs) - kept, "run was", "runs were")
        notes.append(f"{again} the same as others, seed and all, and counted once.")
    specs = [next(iter(of.values()))[0].spec.reopened().replace(seed=0) for of in found.values()]
    names = _told_apart([_name(of) for of in found.values()], specs)
    measure = usual_measure(specs)
    parts = [
        Results(_study([name], [spec], sorted(of), _own(measure, spec)), _records(0, of))
        for name, spec, of in zip(names, specs, found.values(), strict=True)
    ]
    groups = tuple(_group(name, part, 0) for name, part in zip(names, parts, strict=True))
    comparison = None
    common = sorted(set.intersection(*map(set, found.values())))
    if not common:
        notes.append("The groups have no seed in common, so they are not compared.")
    else:
        if any(len(of) > len(common) for of in found.values()):
            notes.append(f"Compared by {counted(len(common), 'seed')} that all groups have.")
        try:
            study = _study(names, specs, common, measure)
        except SpecError:
            notes.append("The groups have no measure in common, so they are not compared.")
        else:
            whole = [_records(i, of) for i, of in enumerate(found.values())]
            wanted = set(study.runs)
            records = {p: r for part in whole for p, r in part.items() if p in wanted}
            comparison = compare(Results(study, records))
    return Statistics(groups, comparison, tuple(notes), parts[0].study.gradient_weight)


def _name(of: dict[int, tuple[Run, Record]]) -> str:
    """Name a group: as its runs, where they are called the same, or else by its algorithm."""
    names = {one_line(run.name) for run, _ in of.values()} - {""}
    run = next(iter(of.values()))[0]
    return names.pop()[:_LONGEST].strip() if len(names) == 1 else run.spec.optimizer.label


def _told_apart(names: Sequence[str], specs: Sequence[RunSpec]) -> list[str]:
    """Return names of which no two are the same, by the settings in which they differ."""
    made = list(names)
    for name in {name for name in names if names.count(name) > 1}:
        places = [i for i, each in enumerate(names) if each == name]
        differ = differences([specs[i] for i in places])[:_DIFFERENT]
        for n, i in enumerate(places):
            settings = ", ".join(
                f"{lowered(one.label.rpartition(_WITHIN)[2])} {one.values[n]}" for one in differ
            )
            made[i] = one_line(f"{name}, {settings}")[:_LONGEST].strip()
    return told_apart(made)


def _own(measure: str, spec: RunSpec) -> str:
    return measure if measure in known_measures(spec.problem) else "objective"


def _study(
    names: Sequence[str], specs: Sequence[RunSpec], seeds: Sequence[int], measure: str
) -> Study:
    chosen: Any = measure
    return Study(
        configurations=tuple(
            Configuration(name=n, spec=spec) for n, spec in zip(names, specs, strict=True)
        ),
        search_seeds=tuple(seeds),
        measure=chosen,
    )


def _records(place: int, of: dict[int, tuple[Run, Record]]) -> dict[Planned, Record]:
    return {Planned(place, seed, None): record for seed, (_, record) in sorted(of.items())}


def _group(name: str, results: Results, number: int) -> Group:
    study, spec = results.study, results.study.configurations[number].spec
    done = done_of(results)[number]
    reading = reading_of(study.measure, spec.problem)
    worst = -np.inf if reading.more_is_better else np.inf
    course = courses(results, done, "evaluations", worst=worst, points=_POINTS, log=False)
    return Group(
        name=name,
        spec=spec,
        planned=done.planned,
        records=done.records,
        measure=study.measure,
        quantities=tuple(_quantities(spec, done.records)),
        course=course,
        bands=_bands(course.values),
    )


def _bands(values: Array) -> Array:
    if not values.size:
        return np.empty((5, values.shape[1]))
    return np.array([quantile(values, q) for q in (0, 0.25, 0.5, 0.75, 1)])


def _quantities(spec: RunSpec, records: Sequence[Record]) -> Iterator[Quantity]:
    problem = spec.problem
    for name in known_measures(problem):
        values = np.array([final(name, record, problem) for record in records])
        reading = reading_of(name, problem)
        yield _quantity(name, reading.name, reading.more_is_better, values)
    for name in _SPENT:
        values = np.array([getattr(record, name) for record in records], dtype=np.float64)
        yield _quantity(name, name.replace("_", " "), False, values)


def _quantity(name: str, label: str, more_is_better: bool, values: Array) -> Quantity:
    known = values[np.isfinite(values)]
    found = quartiles(values, more_is_better)
    interval = median_interval(values, more_is_better)
    low, high = (np.nan, np.nan) if interval.method == "none" else (interval.low, interval.high)
    return Quantity(
        name=name,
        label=label,
        more_is_better=more_is_better,
        runs=len(values),
        failed=int(np.isinf(costs(values, more_is_better)).sum()),
        mean=float(known.mean()) if len(known) else np.nan,
        deviation=float(known.std(ddof=1)) if len(known) > 1 else np.nan,
        least=float(known.min()) if len(known) else np.nan,
        lower_quartile=found.low,
        median=found.median,
        upper_quartile=found.high,
        most=float(known.max()) if len(known) else np.nan,
        low=low,
        high=high,
    )


def table(found: Statistics) -> Iterator[dict[str, Any]]:
    """Yield a row for each quantity of each group, as plain data that is valid JSON."""
    for group in found.groups:
        for quantity in group.quantities:
            yield {"group": group.name, **plain(quantity)}


def plain(quantity: Quantity) -> dict[str, Any]:
    """Return a quantity as plain data that is valid JSON."""
    values = vars(quantity).items()
    return {name: number(v) if isinstance(v, float) else v for name, v in values}
