"""One HTML file about one or several runs, that needs nothing else: no network, no script."""

import base64
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined

from optiviz.engine import registry
from optiviz.engine.run import Reader, Run
from optiviz.networks.losses import MEASURES
from optiviz.reports import words
from optiviz.reports.drawing import Format, render
from optiviz.reports.words import Group, figure_of, groups, seconds_of, value_of
from optiviz.store import StoreError, machine
from optiviz.store.atomic import write_text
from optiviz.views import Shown, View
from optiviz.views.figure import ClassImage, Figure, Line, Table, ValueImage
from optiviz.views.palette import DARK, LIGHT

_MEASURING = 5.0  # seconds at most for the metrics of each run; what a snapshot has comes first
_ORDER = ("fitness", "decision_boundary", "function_1d", "function_2d", "coordinates", "confusion")
_LAST = "log"
_SCORES = ("accuracy", "r2")  # what people compare networks by, whatever was optimised
_LARGE_SVG = 100_000  # bytes; a PNG may then be smaller
_DPI = 160


@dataclass(frozen=True)
class Picture:
    """A figure as the page shows it: an image for each theme, or tables, or lines of text."""

    title: str
    note: str
    caption: str
    warning: str
    light: str = ""
    dark: str = ""
    size: tuple[int, int] = (0, 0)
    tables: tuple[Table, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def alt(self) -> str:
        """What it shows, for people who don't see it."""
        return f"{self.title}: {self.caption or self.note}"


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
    page: str = _template().render(
        title=title or _title(shown),
        paragraphs=[part.strip() for part in notes.split("\n\n") if part.strip()],
        sections=sections,
        table=_comparison(shown) if several else None,
        pictures=list(_compared(shown)) if several else [],
        skipped=len(runs) - len(started),
        versions=machine.versions(),
        machine=machine.fingerprint(),
        today=date.today().isoformat(),
        light=LIGHT,
        dark=DARK,
    )
    return page.strip() + "\n"


def _template() -> Any:
    text = resources.files(__package__).joinpath("report.html.j2").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text)


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
    for part, score in ((p, s) for s in _SCORES for p in ("train", "test")):
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
        pictures=tuple(_pictures(one)),
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
    name = f"{reading.name[:1].upper()}{reading.name[1:]}"
    yield (f"{name}, {'train' if is_train else 'as optimised'}", *goal)
    yield from rest
    if len(state.x) <= 3:
        points = (one.reader.state(0).x, state.x, state.best_x)
        for i in range(len(state.x)):
            label = "x" if len(state.x) == 1 else f"x{i + 1}"
            yield (label, *(f"{x[i]:.6g}" for x in points))


def _pictures(one: Shown) -> Iterator[Picture]:
    """Draw every view that suits the run, at its end."""
    known = registry.kinds("views")
    rest = [kind for kind in known if kind not in (*_ORDER, _LAST)]
    for kind in (*_ORDER, *rest, _LAST):
        if kind not in known or not known[kind]().suits(one.run.spec.problem):
            continue
        if kind == "fitness":
            yield from _fitness_pictures([one])
        else:
            yield _picture(known[kind](), [one])


def _fitness(shown: Sequence[Shown]) -> Iterator[View]:
    """Choose how fitness is best shown: over a wide range on a logarithmic axis; and scores."""
    view = registry.kinds("views")["fitness"]
    reading = shown[0].run.spec.problem.reading
    over = _over(shown)
    yield view(over=over, log_y=not reading.more_is_better and _is_wide(shown))
    for score in _scores(shown):
        if reading.name != MEASURES[score].reading.name:
            yield view(over=over, measure=score)


def _fitness_pictures(shown: Sequence[Shown]) -> Iterator[Picture]:
    for view in _fitness(shown):
        yield _picture(view, shown)


def _over(shown: Sequence[Shown]) -> str:
    """Choose an axis on which runs are as long as each other, if iterations are not."""
    lengths = [one.run.k for one in shown]
    if max(lengths) <= 3 * min(lengths):
        return "iterations"
    rows = min(one.run.spec.problem.n_rows for one in shown)
    return "evaluations" if rows == 1 else "epochs"


def _is_wide(shown: Sequence[Shown]) -> bool:
    """Whether no value is below zero and they lie so far apart that a linear axis hides most."""
    value = shown[0].run.spec.problem.reading.value
    curves = [one.run.trace.curve(name) for one in shown for name in ("f", "best_f")]
    # The lowest best value, as the lowest of a batch of rows says little.
    low = value(np.concatenate([curve.last for curve in curves[1::2]]))
    high = value(np.concatenate([curve.high for curve in curves]))
    low, high = low[np.isfinite(low)], high[np.isfinite(high)]
    above = low[low > 0]
    return bool(len(above) and low.min() >= 0 and high.max() > 30 * above.min())


def _scores(shown: Sequence[Shown]) -> list[str]:
    """Return what all runs can be compared by."""
    known = [one.run.history.samples().metrics for one in shown]
    return [score for score in _SCORES if all(f"train_{score}" in metrics for metrics in known)]


def _picture(view: View, shown: Sequence[Shown]) -> Picture:
    try:
        figure = view.figure(shown)
    except Exception as error:  # a view of somebody else's must not take the report with it
        broken = f"This view could not be drawn ({type(error).__name__}: {error})."
        return Picture(view.label, "", "", broken)
    title = figure.title
    if view.kind == "fitness" and figure.y.label:
        title = f"{title}: {figure.y.label}"
    note = figure.note if len(shown) == 1 else ""  # it is about the first run alone
    about = (title, note, figure.caption + _left_out(figure), figure.warning)
    if figure.tables and not figure.empty:
        return Picture(*about, tables=figure.tables)
    if figure.lines and not figure.empty:
        return Picture(*about, lines=figure.lines)
    width, height = 7.2, 2.0 if figure.empty else 4.1
    light, dark = (_image(figure, theme, width, height) for theme in ("light", "dark"))
    return Picture(*about, light, dark, (round(width * 96), round(height * 96)))


def _left_out(figure: Figure) -> str:
    """Say that a logarithmic axis has no place for some values."""
    lines = (item for item in figure.items if isinstance(item, Line) and item.label)
    if (
        not figure.y.log
        or "logarithm" in figure.caption
        or not any((i.y <= 0).any() for i in lines)
    ):
        return ""
    return " Values of zero have no place on the logarithmic axis and are left out."


def _image(figure: Figure, theme: str, width: float, height: float) -> str:
    """Return a figure as a data address: SVG, or PNG where that is smaller."""
    size: dict[str, Any] = {"width_in": width, "height_in": height, "heading": False}
    found = []
    dense = any(isinstance(item, ClassImage | ValueImage) for item in figure.items)
    kinds: tuple[Format, ...] = ("png",) if dense else ("svg", "png")
    for kind in kinds:
        buffer = io.BytesIO()
        render(figure, buffer, kind, theme=theme, dpi=_DPI, **size)
        found.append((buffer.getvalue(), "svg+xml" if kind == "svg" else kind))
        if len(buffer.getvalue()) < _LARGE_SVG:
            break
    content, name = min(found, key=lambda image: len(image[0]))
    return f"data:image/{name};base64,{base64.b64encode(content).decode()}"


# Several runs


def _comparison(shown: Sequence[Shown]) -> tuple[list[str], list[list[str]]]:
    """Return headings and a row for each run."""
    readings = {one.run.spec.problem.reading.name for one in shown}
    one_goal = len(readings) == 1
    metrics = [_metrics(one) for one in shown]
    scores = [(p, s) for s in _scores(shown) for p in ("train", "test")]
    scores = [(p, s) for p, s in scores if p != "train" or readings != {MEASURES[s].reading.name}]
    goal = f"Best {next(iter(readings))}" if one_goal else "Best"
    headings = ["Run", "Algorithm", goal]
    headings += [f"{part.capitalize()} {MEASURES[score].reading.name}" for part, score in scores]
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
                *(figure_of(found[f"{part}_{score}"][2]) for part, score in scores),
                f"{one.run.k:,}",
                f"{state.evaluations:,}",
                f"{state.gradient_evaluations:,}",
                seconds_of(one.run.seconds),
            ]
        )
    return headings, rows


def _compared(shown: Sequence[Shown]) -> Iterator[Picture]:
    """Draw pictures of all runs together, where they can be compared."""
    problems = {one.run.spec.problem for one in shown}
    readings = {one.run.spec.problem.reading.name for one in shown}
    if len(readings) == 1:
        yield from _fitness_pictures(shown)
    for score in _scores(shown) if len(readings) > 1 else ():
        view = registry.kinds("views")["fitness"](measure=score, over=_over(shown))
        yield _picture(view, shown)
    for kind in ("function_1d", "function_2d", "coordinates") if len(problems) == 1 else ():
        if (view := registry.kinds("views")[kind]()).suits(shown[0].run.spec.problem):
            yield _picture(view, shown)
