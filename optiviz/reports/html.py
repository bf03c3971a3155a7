"""One HTML file about one or several runs, that needs nothing else: no network, no script."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from optiviz.engine.run import Reader, Run
from optiviz.engine.wording import capitalised
from optiviz.networks.losses import MEASURES
from optiviz.reports import words
from optiviz.reports.pictures import SCORES, Picture, compared, pictures_of, scores
from optiviz.reports.words import Group, figure_of, groups, seconds_of, value_of
from optiviz.store import StoreError, machine
from optiviz.store.atomic import write_text
from optiviz.views import Shown
from optiviz.views.palette import DARK, LIGHT

_MEASURING = 5.0  # seconds at most for the metrics of each run; what a snapshot has comes first


@dataclass(frozen=True)
class Section:
    """One run on the page: words, tables and pictures, all still to be escaped."""

    name: str
    number: int
    sentences: tuple[str, ...]
    changes: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    points: tuple[tuple[str, ...], ...]
    pictures: tuple[Picture, ...]
    groups: tuple[Group, ...]
    source: str
    spec_file: tuple[str, str]
    digest: str


Progress = Callable[[int, int], None]


def write_report(
    runs: Sequence[Run],
    path: str | Path,
    title: str | None = None,
    notes: str = "",
    progress: Progress | None = None,
) -> None:
    """Write a report.

    Parameters
    ----------
    runs : sequence of Run
        Each one at least prepared; nothing may advance them meanwhile. Metrics along them are
        measured where they are missing.
    title : str, optional
        Made from the runs if left out.
    notes : str
        The user's own words, as paragraphs.
    progress : callable, optional
        Told the runs done and to do before each one; what it raises ends the writing.

    Raises
    ------
    StoreError
        If no run has started, or the file can't be written.
    """
    write_text(path, report(runs, title, notes, label=str(path), progress=progress))


def report(
    runs: Sequence[Run],
    title: str | None = None,
    notes: str = "",
    *,
    label: str = "report",
    progress: Progress | None = None,
) -> str:
    """Return a report as HTML text; see `write_report`. Errors name the label.

    Raises
    ------
    StoreError
        If no run has started.
    """
    started = [run for run in runs if len(run.trace)]
    if not started:
        raise StoreError(f"{label}: no run has started, so there is nothing to report")
    shown, sections = [], []
    for i, run in enumerate(started):
        if progress is not None:
            progress(i, len(started))
        reader = Reader(run)
        run.history.extend(reader, _MEASURING)
        name = run.name or (f"Run {i + 1}" if len(started) > 1 else "")
        shown.append(Shown(run, run.trace.last_k, reader, name, i))
        sections.append(_section(shown[-1]))
    several = len(shown) > 1
    return page(
        "report.html.j2",
        title=title or _title(shown),
        paragraphs=[part.strip() for part in notes.split("\n\n") if part.strip()],
        sections=sections,
        table=_comparison(shown) if several else None,
        pictures=list(compared(shown)) if several else [],
        skipped=len(runs) - len(started),
    )


def page(template: str, **words: Any) -> str:
    """Return one of our pages as HTML text, of words that are still to be escaped."""
    text: str = (
        _templates()
        .get_template(template)
        .render(
            versions=machine.versions(),
            machine=machine.fingerprint(),
            today=date.today().isoformat(),
            light=LIGHT,
            dark=DARK,
            **words,
        )
    )
    return text.strip() + "\n"


def _templates() -> Environment:
    folder = resources.files(__package__)
    return Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _title(shown: Sequence[Shown]) -> str:
    if len(shown) > 1:
        return f"Comparison of {len(shown)} runs"
    run = shown[0].run
    return run.name or f"{run.spec.optimizer.label} on {run.spec.problem.label.lower()}"


# One run


def _section(one: Shown) -> Section:
    run, spec = one.run, one.run.spec
    state, reading = run.state_now, spec.problem.reading
    best = figure_of(value_of(run, state.best_f))
    metrics = _metrics(one)
    keys = [(f"best {reading.name}", best)]
    for part, score in ((p, s) for s in SCORES for p in ("train", "test")):
        found, word = metrics.get(f"{part}_{score}"), MEASURES[score].reading.name
        if found is not None and not (part == "train" and reading.name == word):
            keys.append((f"{part} {word} of the best", figure_of(found[2])))
    keys += [
        ("iterations", f"{run.k:,}"),
        ("evaluations", f"{state.evaluations:,}"),
        ("computing", seconds_of(run.seconds)),
    ]
    facts = [
        ("Iterations", f"{run.k:,}"),
        ("Evaluations", f"{state.evaluations:,}"),
        ("Gradient evaluations", f"{state.gradient_evaluations:,}"),
        ("Time of computing", seconds_of(run.seconds)),
        ("Best found at iteration", f"{state.best_k:,}"),
    ]
    if spec.problem.n_rows > 1:
        epochs = state.rows_seen / spec.problem.n_rows
        facts.insert(3, ("Times over the training rows", f"{epochs:,.6g}"))
    sentences = (
        spec.problem.sentence(),
        f"{spec.optimizer.label}: {spec.optimizer.sentence()}",
        words.start_sentence(run),
        words.end_sentence(run),
    )
    return Section(
        name=one.name,
        number=one.number,
        sentences=sentences,
        changes=tuple(words.change_sentences(spec)),
        keys=tuple(keys),
        facts=tuple(facts),
        points=tuple(_points(one, metrics)),
        pictures=tuple(pictures_of(one)),
        groups=tuple(groups(spec)),
        source=spec.optimizer.source,
        spec_file=words.spec_file(spec),
        digest=run.digest,
    )


def _metrics(one: Shown) -> dict[str, tuple[float, float, float]]:
    """Return each metric at the start, at the last and at the best point."""
    state = one.run.state_now
    problem = one.reader.stepper.problem
    points = (one.reader.state(0).x, state.x, state.best_x)
    start, last, best = (problem.metrics(x) for x in points)
    return {name: (start[name], last[name], best[name]) for name in start}


def _points(
    one: Shown, metrics: dict[str, tuple[float, float, float]]
) -> Iterator[tuple[str, ...]]:
    """Yield rows: what it is, at the start, at the last point, at the best."""
    run, reading = one.run, one.run.spec.problem.reading
    state = run.state_now
    values = (one.reader.state(0).f, state.f, state.best_f)
    goal = [figure_of(value_of(run, f)) for f in values]
    rest = []
    is_train = False
    for metric, found in metrics.items():
        part, _, what = metric.partition("_")
        row = [figure_of(value) for value in found]
        known = MEASURES.get(what)
        if row == goal and part == "train" and known is not None and known.reading == reading:
            is_train = True  # the same numbers need no second row
        else:
            rest.append((f"{what if known is None else known.label}, {part}".lstrip(", "), *row))
    name = capitalised(reading.name)
    yield (f"{name}, {'train' if is_train else 'as optimised'}", *goal)
    yield from rest
    if len(state.x) <= 3:
        points = (one.reader.state(0).x, state.x, state.best_x)
        for i in range(len(state.x)):
            label = "x" if len(state.x) == 1 else f"x{i + 1}"
            yield (label, *(f"{x[i]:.6g}" for x in points))


# Several runs


def _comparison(shown: Sequence[Shown]) -> tuple[list[str], list[list[str]]]:
    """Return headings and a row for each run."""
    readings = {one.run.spec.problem.reading.name for one in shown}
    one_goal = len(readings) == 1
    metrics = [_metrics(one) for one in shown]
    by = [(p, s) for s in scores(shown) for p in ("train", "test")]
    by = [(p, s) for p, s in by if p != "train" or readings != {MEASURES[s].reading.name}]
    goal = f"Best {next(iter(readings))}" if one_goal else "Best"
    headings = ["Run", "Algorithm", goal]
    headings += [f"{part.capitalize()} {MEASURES[score].reading.name}" for part, score in by]
    headings += ["Iterations", "Evaluations", "Gradients", "Computing"]
    rows = []
    for one, found in zip(shown, metrics, strict=True):
        state, reading = one.run.state_now, one.run.spec.problem.reading
        best = figure_of(value_of(one.run, state.best_f))
        rows.append(
            [
                one.name,
                one.run.spec.optimizer.label,
                best if one_goal else f"{reading.name} {best}",
                *(figure_of(found[f"{part}_{score}"][2]) for part, score in by),
                f"{one.run.k:,}",
                f"{state.evaluations:,}",
                f"{state.gradient_evaluations:,}",
                seconds_of(one.run.seconds),
            ]
        )
    return headings, rows
