"""Draw any figure with matplotlib, as PNG or SVG. The same figure gives the same bytes."""

import io
import textwrap
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from optiviz.reports import marks
from optiviz.reports.marks import FONT, MARKERS, SIZE, plain
from optiviz.store.atomic import write_bytes
from optiviz.views.figure import Figure, LegendEntry, Table, ValueImage
from optiviz.views.palette import THEMES, Palette

Format = Literal["png", "svg"]
_SMALL = SIZE - 0.5
_EDGE = 0.16  # inches around everything with a heading; without, what is around gives the room
_HEADING = 0.3
_LEGEND = 0.24
_RAMP = 0.95  # for the scale of a picture of values
_drawing = threading.Lock()  # matplotlib's settings belong to the whole process
_SETTINGS: dict[str, Any] = {
    "font.family": FONT,
    "font.size": SIZE,
    "text.parse_math": False,  # names are not formulas
    "svg.hashsalt": "optiviz",
    "svg.fonttype": "path",
    "svg.image_inline": True,
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
    dpi: int = 192,
    heading: bool = True,
) -> None:
    """Draw a figure into a file, whole or not at all, or into a buffer.

    Parameters
    ----------
    target : path or binary file
    theme : {"light", "dark"}
    width_in, height_in : float
        Inches.
    dpi : int
        Pixels to an inch, of PNG and of the images inside an SVG.
    heading : bool
        Draw title, note and warning too, where nothing around the picture says them.

    Raises
    ------
    StoreError
        If the file can't be written.
    """
    buffer = io.BytesIO()
    with _drawing, mpl.rc_context(_settings()):
        canvas = draw(figure, theme=theme, size=(width_in, height_in), heading=heading)
        nothing = {"Date": None, "Creator": None} if format == "svg" else {"Software": None}
        canvas.savefig(
            buffer, format=format, dpi=dpi, metadata=nothing, facecolor=canvas.get_facecolor()
        )
    if isinstance(target, str | Path):
        write_bytes(target, buffer.getvalue())
    else:
        target.write(buffer.getvalue())


def _settings() -> Any:
    """Return all settings: what a user has set for plots of their own doesn't matter here."""
    default = mpl.rcParamsDefault.items()
    return {name: v for name, v in default if not name.startswith("backend")} | _SETTINGS


def draw(figure: Figure, *, theme: str, size: tuple[float, float], heading: bool = True) -> Canvas:
    """Return a figure as matplotlib's, drawn in the settings of `render`."""
    palette = THEMES[theme]
    canvas = Canvas(figsize=size, facecolor=palette.card, dpi=100)
    FigureCanvasAgg(canvas)
    page = _Page(canvas, palette, _EDGE if heading else 0.03)
    if heading:
        page.heading(figure)
    if figure.empty:
        page.words(figure.empty)
    elif figure.tables:
        page.legend(figure.legend)
        page.tables(figure.tables)
    elif figure.lines:
        page.lines(figure.lines)
    else:
        page.legend(figure.legend)
        page.plot(figure)
    return canvas


class _Page:
    """A canvas that fills from the top; all measures are inches."""

    def __init__(self, canvas: Canvas, palette: Palette, edge: float) -> None:
        self.canvas, self.palette, self.edge = canvas, palette, edge
        self.width, self.height = (float(v) for v in canvas.get_size_inches())
        self.top = self.height - self.edge  # of what is free
        self.bottom = self.edge

    def _text(self, x: float, y: float, text: str, **style: Any) -> Any:
        style = {"color": self.palette.text, "va": "center", "ha": "left"} | style
        return self.canvas.text(x / self.width, y / self.height, text, **style)

    def _wide(self, text: str, size: float = SIZE, **style: Any) -> float:
        """Return the width of a line of text."""
        artist = self._text(0, 0, text, size=size, **style)
        found = artist.get_window_extent(self.canvas.canvas.get_renderer()).width  # type: ignore[attr-defined]
        artist.remove()
        return float(found) / self.canvas.dpi

    def _cut(self, text: str, room: float, **style: Any) -> str:
        """Shorten a line of text until it fits."""
        text = plain(text, 300)
        while len(text) > 2 and self._wide(text, **style) > room:
            text = text[: max(1, int(len(text) * 0.9) - 1)].rstrip() + "…"
        return text

    def heading(self, figure: Figure) -> None:
        """Write title, note and warning."""
        y = self.top - _HEADING / 2 + 0.03
        room = self.width - 2 * self.edge
        title = self._cut(figure.title, 0.6 * room, size=SIZE + 2, weight="bold")
        used = self._wide(title, size=SIZE + 2, weight="bold") + 0.2
        self._text(self.edge, y, title, size=SIZE + 2, weight="bold")
        if figure.note:
            note = self._cut(figure.note, room - used)
            self._text(self.width - self.edge, y, note, color=self.palette.muted, ha="right")
        self.top -= _HEADING + 0.02
        if figure.warning:
            for line in self._wrapped(figure.warning, room)[:3]:
                self._text(self.edge, self.top - 0.09, line, color=self.palette.danger, size=_SMALL)
                self.top -= 0.18
            self.top -= 0.04

    def _wrapped(self, text: str, room: float, **style: Any) -> list[str]:
        """Break text into lines that fit, measured by a usual letter."""
        letters = max(8, int(room / self._wide("n" * 50, **style) * 50))
        return textwrap.wrap(plain(text), letters) or [""]

    def legend(self, entries: Sequence[LegendEntry]) -> None:
        """Draw the legend as lines of markers with words."""
        if not entries:
            return
        x, gap = self.edge, 0.22
        for entry in entries:
            label = self._cut(entry.label, self.width - 2 * self.edge - 0.3)
            mark = 0.28 if entry.marker == "line" else 0.17
            needed = mark + self._wide(label)
            if x > self.edge and x + needed > self.width - self.edge:
                x, self.top = self.edge, self.top - _LEGEND
            y = self.top - _LEGEND / 2
            self._mark(entry, x, y)
            self._text(x + mark, y, label, color=self.palette.muted, va="center_baseline")
            x += needed + gap
        self.top -= _LEGEND + 0.04

    def _mark(self, entry: LegendEntry, x: float, y: float) -> None:
        colour = self.palette.colour("text" if entry.role == "outline" else entry.role)
        is_line = entry.marker == "line"
        hollow = entry.marker == "ring"
        xs = [x, x + 0.22] if is_line else [x + 0.06]
        artist = Line2D(
            [v / self.width for v in xs],
            [y / self.height] * len(xs),
            color=colour,
            linestyle=marks.dash(entry.dash) if is_line else "none",
            linewidth=1.6,
            dash_capstyle="round" if entry.dash == "dot" else "butt",
            marker="" if is_line else MARKERS[entry.marker],
            markersize=0.62 * SIZE,
            markerfacecolor="none" if hollow else colour,
            markeredgewidth=1.1 if hollow else 0,
            transform=self.canvas.transFigure,
        )
        self.canvas.add_artist(artist)

    def words(self, text: str) -> None:
        """Write what there is to say instead of a picture."""
        lines = self._wrapped(text, 0.8 * self.width)
        y = (self.top + self.bottom) / 2 + 0.1 * (len(lines) - 1)
        for line in lines:
            self._text(self.width / 2, y, line, color=self.palette.muted, ha="center")
            y -= 0.2

    def plot(self, figure: Figure) -> None:
        """Draw items on axes, with room for labels at the right."""
        palette = self.palette
        axes = self.canvas.add_axes((0.1, 0.1, 0.8, 0.8), facecolor=palette.card)
        axes.set_axisbelow(True)
        axes.grid(True, color=palette.line, linewidth=0.7)
        axes.tick_params(length=0, colors=palette.muted, labelsize=_SMALL, pad=4)
        for side, spine in axes.spines.items():
            spine.set_visible(side == "bottom")
            spine.set(color=palette.line, linewidth=0.9)
        marks.set_axes(axes, figure, palette)
        marks.draw_items(axes, figure, palette)
        labels = [words for _, words, _, _ in marks.labels_of(figure)]
        right = max((self._wide(words) for words in labels), default=-0.1) + 0.16
        values = [item for item in figure.items if isinstance(item, ValueImage)]
        if values:
            right = max(right, _RAMP)
        self._fit(axes, right)
        if values:
            marks.draw_ramp(axes, values[0], palette, self.width)
        marks.draw_labels(axes, figure, palette, lambda: self.canvas.dpi / 72)

    def _fit(self, axes: Any, right: float) -> None:
        """Place the axes so that ticks and labels just fit; twice, as ticks follow the size."""
        renderer = self.canvas.canvas.get_renderer()  # type: ignore[attr-defined]
        left, below, above = 0.6, 0.5, 0.0
        for _ in range(2):
            width = max(0.3, self.width - 2 * self.edge - left - max(right, 0.06))
            height = max(0.3, self.top - self.bottom - below - above)
            x, y = self.edge + left, self.bottom + below
            axes.set_position(
                (x / self.width, y / self.height, width / self.width, height / self.height)
            )
            outer, inner = axes.get_tightbbox(renderer), axes.get_window_extent(renderer)
            left = (inner.x0 - outer.x0) / self.canvas.dpi
            below = (inner.y0 - outer.y0) / self.canvas.dpi
            above = min(0.3, max(0.0, (outer.y1 - inner.y1) / self.canvas.dpi))

    def lines(self, lines: Sequence[str]) -> None:
        """Write lines of text, the last ones where there are too many."""
        style: dict[str, Any] = {"family": "DejaVu Sans Mono", "size": SIZE - 1}
        step = 0.165
        room = max(1, int((self.top - self.bottom) / step))
        shown: list[str] = []
        used = 0
        for line in reversed(lines):
            wrapped = self._wrapped_log(line, max(2, room // 3), style)
            if len(shown) + len(wrapped) > room - 1 and used:
                break
            shown = wrapped + shown
            used += 1
        shown = shown[-room:]
        if used < len(lines):
            left_out = len(lines) - used
            shown = [f"… {left_out:,} earlier line{'s' if left_out > 1 else ''}", *shown]
        for i, line in enumerate(shown):
            self._text(self.edge, self.top - (i + 0.5) * step, line, **style)

    def _wrapped_log(self, line: str, longest: int, style: dict[str, Any]) -> list[str]:
        letters = int((self.width - 2 * self.edge) / self._wide("n" * 50, **style) * 50)
        text = plain(line[:20_000])
        wrapped = textwrap.wrap(text, max(8, letters), drop_whitespace=False) or [""]
        return wrapped if len(wrapped) <= longest else [*wrapped[: longest - 1], "…"]

    def tables(self, tables: Sequence[Table]) -> None:
        """Draw tables beside each other."""
        gap = 0.35
        width = (self.width - 2 * self.edge - gap * (len(tables) - 1)) / len(tables)
        for i, table in enumerate(tables):
            self._table(table, self.edge + i * (width + gap), width)

    def _table(self, table: Table, x: float, width: float) -> None:
        muted = {"color": self.palette.muted, "size": _SMALL}
        y = self.top
        if table.title:
            self._text(x, y - 0.12, self._cut(table.title, width, weight="bold"), weight="bold")
            y -= 0.34
        names = [plain(name, 16) for name in table.rows]
        left = max((self._wide(name) for name in names), default=0.0) + 0.16
        if table.row_title:
            row_title = plain(table.row_title, 40)
            left = max(left, self._wide(row_title, size=_SMALL) + 0.14)
            self._text(x + left - 0.1, y - 0.34, row_title, ha="right", **muted)
        if table.column_title:
            middle = x + (left + width) / 2
            self._text(middle, y - 0.08, plain(table.column_title, 40), ha="center", **muted)
        y -= 0.24
        cell = (width - left) / max(1, len(table.columns))
        height = min(0.75, (y - self.bottom - 0.24) / max(1, len(table.rows)))
        longest = max((self._wide(plain(c, 24)) for row in table.cells for c in row), default=0.1)
        size = max(4.0, min(SIZE + 1, SIZE * 0.9 * cell / max(longest, 0.05), 50 * height))
        for j, name in enumerate(table.columns):
            at = x + left + (j + 0.5) * cell
            self._text(at, y - 0.1, self._cut(name, cell), ha="center", **muted)
        y -= 0.24
        for i, row in enumerate(table.cells):
            middle = y - (i + 0.5) * height
            self._text(x + left - 0.1, middle, names[i], ha="right", **muted)
            for j, text in enumerate(row):
                at = x + left + j * cell
                shade = 0.0 if table.shade is None else float(table.shade[i][j])
                self._cell(table, at, middle - height / 2, (cell, height), shade)
                place = (at + cell / 2, middle)
                self._text(*place, plain(text, 24), ha="center", size=size, va="center_baseline")

    def _cell(
        self, table: Table, x: float, y: float, size: tuple[float, float], shade: float
    ) -> None:
        box = Rectangle(
            (x / self.width, y / self.height),
            size[0] / self.width,
            size[1] / self.height,
            facecolor=self.palette.colour(table.role),
            alpha=0.05 + 0.4 * min(max(shade, 0.0), 1.0) if shade == shade else 0.05,
            edgecolor=self.palette.card,
            linewidth=1.5,
            transform=self.canvas.transFigure,
        )
        self.canvas.add_artist(box)
