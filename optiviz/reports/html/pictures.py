"""Figures as a page shows them: a drawing for both themes, tables, notes, or lines of text."""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from optiviz.reports.document import Plot, lines_of
from optiviz.reports.drawing import render
from optiviz.reports.html.themed import Drawings, TooManyParts
from optiviz.views.figure import Figure, Note, Table

_DPI = 160
_COLOURS = 128  # of a figure as pixels
_LARGEST = 600_000  # letters of a drawing; pixels may then be smaller
_WIDTH, _HEIGHT = 7.2, 4.1  # inches
_STILL, _LARGEST_STILL = (4.8, 3.2), 120_000  # inches; letters


@dataclass(frozen=True)
class Picture:
    """A figure as the page shows it.

    Attributes
    ----------
    title, note, caption, warning, empty : str
    drawing : str
        Stands for what is drawn, as HTML.
    tables : tuple of Table
    notes : tuple of Note
    lines : tuple of str
        Text to read and copy.
    """

    title: str
    note: str
    caption: str
    warning: str
    empty: str
    drawing: str = ""
    tables: tuple[Table, ...] = ()
    notes: tuple[Note, ...] = ()
    lines: tuple[str, ...] = ()


def picture(plot: Plot, drawings: Drawings, put: Callable[[str], str]) -> Picture:
    """Draw a figure for a page.

    Parameters
    ----------
    plot : Plot
    drawings : Drawings
        Of the page.
    put : callable
        Given HTML it returns what stands for it among words.
    """
    figure = plot.figure
    about = (plot.title, plot.note, plot.caption, figure.warning, figure.empty)
    if figure.empty:
        return Picture(*about)
    if figure.tables:
        return Picture(*about, tables=figure.tables)
    if figure.notes:
        return Picture(*about, notes=figure.notes)
    lines = figure.lines if figure.code is None else lines_of(figure.code)
    if lines or not (figure.items or figure.panels):
        return Picture(*about, lines=lines)
    return Picture(*about, put(_drawn(figure, plot.alt, drawings)))


def _drawn(figure: Figure, alt: str, drawings: Drawings) -> str:
    """Return a figure as HTML: a drawing, or pixels where a drawing would be slow or large."""
    try:
        drawing = drawings.svg(figure, (_WIDTH, _HEIGHT), alt)
        drawings.latest[_called(figure)] = drawing
        if len(drawing) < _LARGEST:
            return drawing
    except TooManyParts:
        drawing = ""
    pixels = "".join(_pixels(figure, theme, alt) for theme in ("light", "dark"))
    return pixels if not drawing or len(pixels) < len(drawing) else drawing


def _pixels(figure: Figure, theme: str, alt: str) -> str:
    address = _address(figure, theme, (_WIDTH, _HEIGHT), _DPI)
    wide, high = round(_WIDTH * 96), round(_HEIGHT * 96)
    words = escape(alt, quote=True)
    return f'<img class="in-{theme}" src="{address}" width="{wide}" height="{high}" alt="{words}">'


def still(figure: Figure, drawings: Drawings) -> str:
    """Return a figure as a data address, for readers without script.

    It is what the page shows of the same run already, or else a small picture.
    """
    drawing = drawings.latest.get(_called(figure))
    if drawing is None or len(drawing) > _LARGEST_STILL:
        return _address(figure, "light", _STILL, 80)
    return drawings.alone(drawing)


def _called(figure: Figure) -> tuple[str, str, str]:
    return figure.title, figure.note, figure.y.label


def _address(figure: Figure, theme: str, size: tuple[float, float], dpi: int) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    width, height = size
    render(figure, buffer, theme=theme, dpi=dpi, heading=False, width_in=width, height_in=height)
    image = Image.open(buffer).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    small = io.BytesIO()
    image.save(small, "png", compress_level=9)
    return f"data:image/png;base64,{base64.b64encode(small.getvalue()).decode()}"
