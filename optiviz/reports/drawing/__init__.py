"""Draw any figure with matplotlib, as PNG or SVG. The same figure gives the same bytes."""

import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from optiviz.reports.drawing import panes
from optiviz.reports.drawing.page import EDGE, Page
from optiviz.reports.drawing.styles import FONT
from optiviz.reports.sizes import SIZE
from optiviz.store.atomic import write_bytes
from optiviz.views.figure import Figure
from optiviz.views.palette import THEMES, Palette

Format = Literal["png", "svg", "pdf"]
_drawing = threading.Lock()  # matplotlib's settings belong to the whole process
_UNSAID: dict[str, dict[str, Any]] = {  # what differs between two writings of one figure
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_SETTINGS: dict[str, Any] = {
    "font.family": FONT,
    "font.size": SIZE,
    "text.parse_math": False,  # names are not formulas
    "svg.hashsalt": "optiviz",
    "svg.fonttype": "path",
    "svg.image_inline": True,
    "pdf.fonttype": 42,  # letters that can be searched for
    "path.simplify": True,
    "axes.unicode_minus": True,
}


def render(
    figure: Figure,
    target: str | Path | BinaryIO,
    format: Format = "png",  # noqa: A002 - what matplotlib and everybody calls it
    *,
    theme: str = "light",
    width_in: float = 6.4,
    height_in: float = 4.0,
    dpi: float = 192,
    heading: bool = True,
) -> None:
    """Draw a figure into a file, whole or not at all, or into a buffer.

    Parameters
    ----------
    target : path or binary file
    theme : {"light", "dark"}
    width_in, height_in : float
        Inches.
    dpi : float
        Pixels to an inch, of PNG and of the images inside an SVG.
    heading : bool
        Draw title, note and warning too, where nothing around the picture says them.

    Raises
    ------
    StoreError
        If the file can't be written.
    """
    buffer = io.BytesIO()
    with settled():
        canvas = draw(figure, theme=theme, size=(width_in, height_in), heading=heading)
        canvas.savefig(
            buffer,
            format=format,
            dpi=dpi,
            metadata=_UNSAID[format],
            facecolor=canvas.get_facecolor(),
        )
    if isinstance(target, str | Path):
        write_bytes(target, buffer.getvalue())
    else:
        target.write(buffer.getvalue())


@contextmanager
def settled(more: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Have matplotlib's settings be those of our figures, and some more, for one thread."""
    with _drawing, mpl.rc_context(_settings() | dict(more or {})):
        yield


def _settings() -> Any:
    """Return all settings: what a user has set for plots of their own doesn't matter here."""
    default = mpl.rcParamsDefault.items()
    return {name: v for name, v in default if not name.startswith("backend")} | _SETTINGS


def draw(
    figure: Figure, *, theme: str | Palette, size: tuple[float, float], heading: bool = True
) -> Canvas:
    """Return a figure as matplotlib's, drawn in the settings of `render`."""
    return page_of(figure, theme=theme, size=size, heading=heading).canvas


def page_of(
    figure: Figure,
    *,
    theme: str | Palette,
    size: tuple[float, float],
    heading: bool = True,
    right: float = 0.0,
) -> Page:
    """Return the page on which a figure is drawn; at least `right` inches are for end labels."""
    palette = THEMES[theme] if isinstance(theme, str) else theme
    canvas = Canvas(figsize=size, facecolor=palette.card, dpi=100)
    FigureCanvasAgg(canvas)
    page = Page(canvas, palette, EDGE if heading else 0.03, right)
    if heading:
        page.heading(figure)
    if figure.empty:
        page.words(figure.empty)
    elif figure.tables:
        page.legend(figure.legend)
        panes.draw_tables(page, figure.tables)
    elif figure.code is not None:
        panes.draw_code(page, figure.code)
    elif figure.notes:
        panes.draw_notes(page, figure.notes)
    elif figure.lines:
        panes.draw_lines(page, figure.lines)
    elif figure.panels:
        page.legend(figure.legend)
        page.panels(figure.panels)
    else:
        page.legend(figure.legend)
        if figure.steps is not None:
            page.step(figure.steps.title, figure.steps.words)
        page.plot(figure)
    return page
