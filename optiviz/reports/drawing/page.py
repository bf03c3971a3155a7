"""The page that a figure is drawn on: what stands around plots, and where each has its room."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from optiviz.reports.drawing import fitting, marks, ticks
from optiviz.reports.drawing.styles import MARKERS, dash, plain
from optiviz.reports.sizes import SIZE
from optiviz.views.figure import Figure, LegendEntry, ValueImage, panel_grid
from optiviz.views.palette import Palette

_SMALL = SIZE - 0.5
EDGE = 0.16  # inches around everything with a heading; without, what is around gives the room
_HEADING = 0.3
_LEGEND = 0.24
_RAMP = 0.95  # for the scale of a picture of values
_GAP = 0.12  # between small plots
_LOWER = 0.3  # of the height of axes, for a plot below another
_BETWEEN = 0.1  # so that ticks of the one don't touch those of the other
_Edges = tuple[float, float, float, float]  # inches left of, below, above and right of axes
_USUAL: _Edges = (0.6, 0.5, 0.0, 0.06)


class Page:
    """A canvas that fills from the top; all measures are inches.

    Attributes
    ----------
    plots : list of (Axes, Figure)
        What has been drawn on which axes.
    notes : list of (Text, float)
        Of the figure, or of each small plot that has one, with the room it may take.
    right : float
        Room for labels at the ends of lines, in a plot.
    """

    def __init__(self, canvas: Canvas, palette: Palette, edge: float, right: float = 0.0) -> None:
        self.canvas, self.palette, self.edge, self.right = canvas, palette, edge, right
        self.plots: list[tuple[Axes, Figure]] = []
        self.notes: list[tuple[Any, float]] = []
        self.width, self.height = (float(v) for v in canvas.get_size_inches())
        self.top = self.height - self.edge  # of what is free
        self.bottom = self.edge

    def text(self, x: float, y: float, text: str, **style: Any) -> Any:
        """Write text at a place, and return its artist."""
        style = {"color": self.palette.text, "va": "center", "ha": "left"} | style
        return self.canvas.text(x / self.width, y / self.height, text, **style)

    def wide(self, text: str, size: float = SIZE, **style: Any) -> float:
        """Return the width of a line of text."""
        artist = self.text(0, 0, text, size=size, **style)
        found = artist.get_window_extent(self.canvas.canvas.get_renderer()).width  # type: ignore[attr-defined]
        artist.remove()
        return float(found) / self.canvas.dpi

    def cut(self, text: str, room: float, **style: Any) -> str:
        """Shorten a line of text until it fits."""
        return fitting.cut(plain(text, 300), room, partial(self.wide, **style))

    def add(self, artist: Any) -> None:
        """Add an artist in shares of the page."""
        artist.set_transform(self.canvas.transFigure)
        self.canvas.add_artist(artist)

    def heading(self, figure: Figure) -> None:
        """Write title, note and warning."""
        y = self.top - _HEADING / 2 + 0.03
        room = self.width - 2 * self.edge
        title = self.cut(figure.title, 0.6 * room, size=SIZE + 2, weight="bold")
        used = self.wide(title, size=SIZE + 2, weight="bold") + 0.2
        self.text(self.edge, y, title, size=SIZE + 2, weight="bold")
        if figure.note:
            note = self.cut(figure.note, room - used)
            place = (self.width - self.edge, y)
            written = self.text(*place, note, color=self.palette.muted, ha="right")
            self.notes.append((written, room - used))
        self.top -= _HEADING + 0.02
        if figure.warning:
            wide = partial(self.wide, size=_SMALL)
            for line in fitting.first_lines(plain(figure.warning), 3, room, wide):
                self.text(self.edge, self.top - 0.09, line, color=self.palette.danger, size=_SMALL)
                self.top -= 0.18
            self.top -= 0.04

    def wrapped(self, text: str, room: float, **style: Any) -> list[str]:
        """Break text into lines that fit."""
        return fitting.wrapped(plain(text), room, partial(self.wide, **style))

    def legend(self, entries: Sequence[LegendEntry]) -> None:
        """Draw the legend as lines of markers with words."""
        if not entries:
            return
        x, gap = self.edge, 0.22
        for entry in entries:
            label = self.cut(entry.label, self.width - 2 * self.edge - 0.3)
            mark = 0.28 if entry.marker == "line" else 0.17
            needed = mark + self.wide(label)
            if x > self.edge and x + needed > self.width - self.edge:
                x, self.top = self.edge, self.top - _LEGEND
            y = self.top - _LEGEND / 2
            self._mark(entry, x, y)
            self.text(x + mark, y, label, color=self.palette.muted, va="center_baseline")
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
            linestyle=dash(entry.dash) if is_line else "none",
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
        lines = self.wrapped(text, 0.8 * self.width)
        y = (self.top + self.bottom) / 2 + 0.1 * (len(lines) - 1)
        for line in lines:
            self.text(self.width / 2, y, line, color=self.palette.muted, ha="center")
            y -= 0.2

    def step(self, title: str, words: str) -> None:
        """Write what a step says at the bottom, and leave the rest to the diagram."""
        lines = self.wrapped(words, self.width - 2 * self.edge) if words else []
        y = self.bottom + 0.19 * len(lines) + 0.1
        self.bottom = y + (0.15 if title else -0.05)
        if title:
            accent = self.palette.accent
            self.text(self.width / 2, y, title, color=accent, ha="center", weight="bold")
        for line in lines:
            y -= 0.19
            self.text(self.width / 2, y, line, ha="center")

    def plot(self, figure: Figure) -> None:
        """Draw items on axes, with room for labels at the right; a lower plot below them."""
        parts = [figure] if figure.below is None else [figure, figure.below]
        pairs = [(self._axes(part), part) for part in parts]
        if figure.below is not None:  # ticks and label of x are written once
            pairs[0][0].tick_params(labelbottom=False)
            pairs[0][0].set_xlabel("")
        self.right = right = max(self.right, *map(self.right_of, parts))
        around = [_USUAL] * len(pairs)
        for measured in range(3 if any(part.equal for part in parts) else 2):
            if measured:  # ticks are there now; only axes that keep their shape need it twice
                around = [self._around(axes) for axes, _ in pairs]
            left = max(edges[0] for edges in around)  # plots over each other begin together
            beyond = max(right, *(edges[3] for edges in around))  # and end so
            below = around[-1][1]
            middle = self.bottom + below + _LOWER * (self.top - self.bottom - below)
            bottoms = (middle + _BETWEEN, self.bottom) if len(parts) > 1 else (self.bottom,)
            tops = (self.top, middle)
            for (axes, _), edges, bottom, top in zip(pairs, around, bottoms, tops, strict=False):
                self._fit(axes, left, beyond, bottom, top, edges)
        for axes, part in pairs:
            values = [item for item in part.items if isinstance(item, ValueImage)]
            if values:
                marks.draw_ramp(axes, values[0], self.palette, self.width)
            marks.leave_out(axes, part)
            marks.draw_labels(axes, part, self.palette, lambda: self.canvas.dpi / 72)

    def panels(self, panels: Sequence[Figure]) -> None:
        """Draw small plots under their titles and marks; notes are below titles they would cut."""
        width, height = self.width - 2 * self.edge, self.top - self.bottom
        columns, rows = panel_grid(len(panels), width, height)
        wide, high = width / columns, height / rows
        words = max(self.wide(panel.title + panel.note, size=_SMALL) for panel in panels)
        stacked = any(panel.note for panel in panels) and words + 0.36 > wide - _GAP
        head = _LEGEND + 0.18 * stacked
        for i, panel in enumerate(panels):
            row, column = divmod(i, columns)
            left, top = self.edge + column * wide, self.top - row * high
            if panel.legend:
                self._mark(panel.legend[0], left, top - _LEGEND / 2)
            shift = 0.28 if panel.legend else 0.0
            room = wide - shift - _GAP
            most = room if stacked else 0.6 * room
            note = self.cut(panel.note, most, size=_SMALL) if panel.note else ""
            used = self.wide(note, size=_SMALL) + 0.08 if note and not stacked else 0.0
            title = self.cut(panel.title, room - used, size=_SMALL)
            style = {"color": self.palette.muted, "size": _SMALL, "va": "center_baseline"}
            x, style["ha"] = (left + shift, "left") if stacked else (left + wide - _GAP, "right")
            written = self.text(x, top - head + _LEGEND / 2, note, **style)
            if note:
                self.notes.append((written, most))
            style |= {"color": self.palette.text, "ha": "left"}
            self.text(left + shift, top - _LEGEND / 2, title, **style)
            axes = self._axes(panel)
            for axis, label in ((axes.xaxis, panel.x.label), (axes.yaxis, panel.y.label)):
                axis.set_tick_params(labelleft=bool(label), labelbottom=bool(label))
            right = max(self.right_of(panel), _GAP)
            x, y = left, top - high + _GAP
            size = [max(0.3, wide - right), max(0.3, high - head - _GAP)]
            for _ in range(2):  # ticks follow the size
                shares = (x / self.width, y / self.height)
                axes.set_position((*shares, size[0] / self.width, size[1] / self.height))
                before, below, *_ = self._around(axes)
                x, y = left + before, top - high + _GAP + below
                size = [max(0.3, wide - right - before), max(0.3, high - head - _GAP - below)]
            marks.draw_labels(axes, panel, self.palette, lambda: self.canvas.dpi / 72)

    def _axes(self, figure: Figure) -> Axes:
        """Return axes with the items of a figure, somewhere."""
        palette = self.palette
        axes = self.canvas.add_axes(
            (0.1, 0.1, 0.8, 0.8), facecolor=palette.card, label=str(len(self.canvas.axes))
        )
        axes.set_axisbelow(True)
        if not figure.frameless:
            axes.grid(True, color=palette.line, linewidth=0.7)
        axes.tick_params(length=0, colors=palette.muted, labelsize=_SMALL, pad=4)
        axes.tick_params(axis="x", pad=6)  # where both axes begin, their words are neighbours
        for side, spine in axes.spines.items():
            spine.set_visible(side == "bottom" and not figure.frameless)
            spine.set(color=palette.line, linewidth=0.9)
        marks.set_axes(axes, figure, palette)
        if figure.frameless:
            axes.set(xticks=(), yticks=(), xlabel="", ylabel="")
        marks.draw_items(axes, figure, palette)
        self.plots.append((axes, figure))
        return axes

    def right_of(self, figure: Figure) -> float:
        """Return the room that is needed right of a plot, in inches."""
        labels = [words for _, words, _, _ in marks.labels_of(figure)]
        right = max((self.wide(words) for words in labels), default=-0.1) + 0.16
        has_ramp = any(isinstance(item, ValueImage) for item in figure.items)
        return max(right, _RAMP) if has_ramp else right

    def _fit(
        self, axes: Axes, left: float, right: float, bottom: float, top: float, edges: _Edges
    ) -> None:
        """Place axes with so much room for ticks and labels, and have no more than fit there."""
        _, below, above, _ = edges
        above = min(0.3, max(0.0, above))
        width = max(0.3, self.width - 2 * self.edge - left - right)
        height = max(0.3, top - bottom - below - above)
        x, y = self.edge + left, bottom + below
        axes.set_position(
            (x / self.width, y / self.height, width / self.width, height / self.height)
        )
        ticks.fit(axes, width, height, self.wide)

    def _around(self, axes: Axes) -> _Edges:
        """Return what ticks and labels need around axes, in inches."""
        renderer = self.canvas.canvas.get_renderer()  # type: ignore[attr-defined]
        inner = axes.get_window_extent(renderer)
        outer = axes.get_tightbbox(renderer, bbox_extra_artists=[])
        assert outer is not None
        dpi = self.canvas.dpi
        left, below = inner.x0 - outer.x0, inner.y0 - outer.y0
        above, right = outer.y1 - inner.y1, outer.x1 - inner.x1
        return left / dpi, below / dpi, above / dpi, right / dpi
