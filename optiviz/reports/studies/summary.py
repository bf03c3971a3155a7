"""What was compared in a study and how, in sentences and key figures."""

from collections.abc import Iterator, Sequence

from optiviz.engine.parameters import fields
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.engine.wording import counted, listed, measured
from optiviz.reports.document import Block, Items, Keys, Paragraphs
from optiviz.reports.words import seconds_of, setting_words
from optiviz.studies.plan import Study
from optiviz.studies.results import Results
from optiviz.studies.swept import setting_of
from optiviz.study_views.parts import compared

_PROBLEMS, _CONFIGURATIONS = 4, 24  # that are told one by one
_VALUES = 12  # of a setting
_SEEDS = 60  # that are named one by one


def summary_of(results: Results) -> Iterator[Block]:
    """Yield what was compared, with which seeds, by what, and what came of it in a few figures."""
    study = results.study
    specs = [configuration.spec for configuration in study.configurations]
    yield Paragraphs(tuple(_problems(specs)))
    if study.over:
        yield Paragraphs(tuple(_sweep(study)))
    else:
        told = [
            f"{_named(c.name, c.spec.optimizer.label)}. {c.spec.optimizer.sentence()}"
            for c in study.configurations[:_CONFIGURATIONS]
        ]
        if len(specs) > len(told):
            told.append(f"{len(specs) - len(told):,} more, of which the settings tell.")
        yield Items(tuple(told))
    yield Paragraphs((*_how(study), _done(results)))
    yield Keys(tuple(_keys(results)))


def _problems(specs: Sequence[RunSpec]) -> Iterator[str]:
    sentences = list(dict.fromkeys(spec.problem.sentence() for spec in specs))
    yield from sentences[:_PROBLEMS]
    if len(sentences) > _PROBLEMS:
        yield f"And {len(sentences) - _PROBLEMS:,} more problems, of which the settings tell."


def _named(name: str, label: str) -> str:
    """Return a configuration's name with that of its algorithm, unless this is the same."""
    return name if name.lower() == label.lower() else f"{name}: {label}"


def _sweep(study: Study) -> Iterator[str]:
    """Say what was varied, and what was held."""
    parts = []
    for path in study.over:
        swept = setting_of(study, path)
        values = listed(list(swept.texts), most=_VALUES)
        one = len(swept.texts) == 1
        parts.append(f"{swept.label}, which is {values}" if one else f"{swept.label} ({values})")
    optimizers = {c.spec.optimizer.label for c in study.configurations}
    of = f" of {listed(sorted(optimizers))}" if len(optimizers) <= _PROBLEMS else ""
    n = counted(len(study.configurations), "configuration")
    yield f"What was varied{of}: {' and '.join(parts)}; {n} in all."


def _how(study: Study) -> Iterator[str]:
    """Say with which seeds runs were done, when they ended, and by what they are compared."""
    words = f"Each was run with {_few('seed', study.search_seeds)} of start and search"
    if study.split_seeds:
        words += f", on {_few('split', study.split_seeds)} into training and test rows"
    yield f"{words}."
    ends = dict.fromkeys(_limits(c.spec.stopping) for c in study.configurations)
    if len(ends) == 1:
        (limits,) = ends
        yield f"Each run finished at the first of these limits: {limits}."
    else:
        yield "The runs finished at limits of their own, which the settings name."


def _limits(stopping: StoppingCriterion) -> str:
    """Return the limits that are set; what a gradient counts as only where it counts."""
    rows = {f.name: setting_words(f, getattr(stopping, f.name)) for f in fields(type(stopping))}
    if stopping.max_evaluations is None or not stopping.gradient_weight:
        del rows["gradient_weight"]
    return ", ".join(f"{one.label.lower()} {one.value}" for one in rows.values() if one.is_set)


def _few(name: str, seeds: tuple[int, ...]) -> str:
    return f"{counted(len(seeds), name)} ({seeds_words(seeds)})"


def seeds_words(seeds: tuple[int, ...]) -> str:
    """Return seeds as they can be copied: from first to last where none between is missing."""
    if len(seeds) > 2 and seeds == tuple(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    shown = ", ".join(map(str, seeds[:_SEEDS]))
    return shown if len(seeds) <= _SEEDS else f"{shown}, … {len(seeds):,} in all"


def _done(results: Results) -> str:
    n, planned = len(results.records), results.study.size
    seconds = seconds_of(sum(record.seconds for record in results.records.values()))
    done = f"All {counted(n, 'run')}" if results.complete else f"{n:,} of {planned:,} runs"
    if planned == 1:
        return f"The one run is done; it took {seconds} of computing."
    return f"{done} are done; together they took {seconds} of computing."


def _keys(results: Results) -> Iterator[tuple[str, str]]:
    found = compared(results)
    several = len(found.groups) > 1
    if found.best is not None:
        if several:
            yield "ahead" if found.best.not_worse or not found.complete else "best", found.best.name
        median = "median " if found.planned > len(found.groups) else ""
        yield f"{median}{found.label}", measured(found.best.value)
    if several:
        yield "configurations", f"{len(found.groups):,}"
    yield "seeds", f"{len(results.study.search_seeds):,}"
    if results.study.split_seeds:
        yield "splits", f"{len(results.study.split_seeds):,}"
    yield "runs", f"{found.runs:,}"
    failed = sum(record.failed for record in results.records.values())
    if failed:
        yield "failed", f"{failed:,}"
