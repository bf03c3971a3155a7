"""Figures as a page shows them: an image for each theme, tables, or lines of text."""

import base64
import io
from dataclasses import dataclass
from typing import Any

from optiviz.reports.document import Plot
from optiviz.reports.drawing import Format, render
from optiviz.views.figure import ClassImage, Figure, Table, ValueImage

_LARGE_SVG = 100_000  # bytes; a PNG may then be smaller
_DPI = 160
_WIDTH, _HEIGHT, _HEIGHT_EMPTY = 7.2, 4.1, 2.0  # inches


@dataclass(frozen=True)
class Picture:
    """A figure as the page shows it: an image for each theme, or tables, or lines of text."""

    title: str
    note: str
    caption: str
    warning: str
    alt: str
    light: str = ""
    dark: str = ""
    size: tuple[int, int] = (0, 0)
    tables: tuple[Table, ...] = ()
    lines: tuple[str, ...] = ()


def picture(plot: Plot) -> Picture:
    """Draw a figure for a page."""
    figure = plot.figure
    about = (plot.title, plot.note, plot.caption, figure.warning, plot.alt)
    if figure.tables and not figure.empty:
        return Picture(*about, tables=figure.tables)
    lines = text_of(figure)
    if lines and not figure.empty:
        return Picture(*about, lines=lines)
    if not (figure.empty or figure.items or figure.panels):
        return Picture(*about)
    width, height = _WIDTH, _HEIGHT_EMPTY if figure.empty else _HEIGHT
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
