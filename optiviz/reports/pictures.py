"""Views of runs as a page shows them: an image for each theme, tables, or lines of text."""

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optiviz.engine import registry
from optiviz.networks.losses import MEASURES
from optiviz.reports.drawing import Format, render
from optiviz.views import Shown, View, finest
from optiviz.views.figure import ClassImage, Figure, Line, Table, ValueImage

SCORES = ("accuracy", "r2")  # what people compare networks by, whatever was optimised
_LARGE_SVG = 100_000  # bytes; a PNG may then be smaller
_DPI = 160
_REFINING = 1.0  # seconds at most for a finer picture


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


def pictures_of(one: Shown) -> Iterator[Picture]:
    """Draw every view that suits the run, at its end."""
    known = registry.kinds("views").values()
    for view in sorted((cls() for cls in known), key=lambda view: view.place):
        if not (view.reported and view.suits(one.run.spec.problem)):
            continue
        if view.kind == "fitness":
            yield from fitness_pictures([one])
        else:
            yield picture(view, [one])


def _fitness(shown: Sequence[Shown]) -> Iterator[View]:
    """Choose how fitness is best shown: over a wide range on a logarithmic axis; and scores."""
    view = registry.kinds("views")["fitness"]
    reading = shown[0].run.spec.problem.reading
    over = _over(shown)
    yield view(over=over, log_y=not reading.more_is_better and _is_wide(shown))
    for score in scores(shown):
        if reading.name != MEASURES[score].reading.name:
            yield view(over=over, measure=score)


def fitness_pictures(shown: Sequence[Shown]) -> Iterator[Picture]:
    """Draw fitness, and what runs can be compared by."""
    for view in _fitness(shown):
        yield picture(view, shown)


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


def scores(shown: Sequence[Shown]) -> list[str]:
    """Return what all runs can be compared by."""
    known = [one.run.history.samples().metrics for one in shown]
    return [score for score in SCORES if all(f"train_{score}" in metrics for metrics in known)]


def picture(view: View, shown: Sequence[Shown]) -> Picture:
    """Draw a view of runs; what goes wrong in it is said in its place."""
    try:
        figure = finest(view, shown, _REFINING)
    except Exception as error:  # a view of somebody else's must not take the report with it
        broken = f"This view could not be drawn ({type(error).__name__}: {error})."
        return Picture(view.label, "", "", broken)
    title = figure.title
    if view.kind == "fitness" and figure.y.label:
        title = f"{title}: {figure.y.label}"
    note = figure.note if len(shown) == 1 else ""  # it is about the first run alone
    return drawn(figure, title, note)


def drawn(figure: Figure, title: str, note: str) -> Picture:
    """Draw a figure for a page."""
    about = (title, note, figure.caption + _left_out(figure), figure.warning)
    if figure.tables and not figure.empty:
        return Picture(*about, tables=figure.tables)
    lines = text_of(figure)
    if lines and not figure.empty:
        return Picture(*about, lines=lines)
    width, height = 7.2, 2.0 if figure.empty else 4.1
    light, dark = (_image(figure, theme, width, height) for theme in ("light", "dark"))
    return Picture(*about, light, dark, (round(width * 96), round(height * 96)))


def text_of(figure: Figure) -> tuple[str, ...]:
    """Return what a figure of words says, line by line; nothing for a plot."""
    if figure.code is not None:
        lit = figure.code.lit
        code = [f"{'>' if i == lit else ' '} {line}" for i, line in enumerate(figure.code.lines)]
        return (*code, "", *(f"{name} = {value}" for name, value in figure.code.values))
    if figure.notes:
        said = [(note.sentence, note.evidence) for note in figure.notes]
        return tuple(line for pair in said for line in pair if line)
    return figure.lines


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


def compared(shown: Sequence[Shown]) -> Iterator[Picture]:
    """Draw pictures of all runs together, where they can be compared."""
    problems = {one.run.spec.problem for one in shown}
    readings = {one.run.spec.problem.reading.name for one in shown}
    if len(readings) == 1:
        yield from fitness_pictures(shown)
    for score in scores(shown) if len(readings) > 1 else ():
        view = registry.kinds("views")["fitness"](measure=score, over=_over(shown))
        yield picture(view, shown)
    boundaries = registry.kinds("views")["boundaries"]()
    if all(boundaries.suits(one.run.spec.problem) for one in shown):
        yield picture(boundaries, shown)
    for kind in ("function_1d", "function_2d", "coordinates") if len(problems) == 1 else ():
        if (view := registry.kinds("views")[kind]()).suits(shown[0].run.spec.problem):
            yield picture(view, shown)
