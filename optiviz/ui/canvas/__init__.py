"""Draws figures: a plot, tables, lines of text, or what to do where there is nothing yet.

Imports Qt, pyqtgraph, the theme and the figures; knows no run and no view.
"""

from collections.abc import Sequence
from typing import Final, TypeVar

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QAction, QImage, QPainter
from PySide6.QtWidgets import QStackedLayout, QWidget

from optiviz.ui.canvas.empty import EmptyPane
from optiviz.ui.canvas.plot import PlotPane
from optiviz.ui.canvas.surface import SurfacePane, available, flat
from optiviz.ui.canvas.tables import TablesPane
from optiviz.ui.canvas.text import TextPane
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Figure

__all__ = ["FigureCanvas"]

Pane = TypeVar("Pane", bound=QWidget)

_NOTHING: Final = "There is nothing to show yet."


class FigureCanvas(QWidget):
    """Draws any figure; give it the next one as often as the screen is drawn.

    Attributes
    ----------
    seek_requested : Signal of float
        A time was clicked or dragged to, in a figure whose x is time.
    drag_requested, drag_finished : Signal of (float, float)
        The point at `draggable` is being dragged to this x and y; it was let go there.
    zoomed_changed : Signal of bool
        The range is the user's own now (offer to reset it), or that of the data again.
    """

    seek_requested = Signal(float)
    drag_requested = Signal(float, float)
    drag_finished = Signal(float, float)
    zoomed_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure: Figure | None = None
        self._playhead: float | None = None
        self._plot: PlotPane | None = None
        self._surface: SurfacePane | None = None
        self._tables: TablesPane | None = None
        self._text: TextPane | None = None
        self._empty = EmptyPane(self)
        self._empty.set_sentence(_NOTHING)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._empty)
        current_theme().changed.connect(self._restyle)

    def figure(self) -> Figure | None:
        """Return what is drawn."""
        return self._figure

    def set_figure(self, figure: Figure) -> None:
        """Draw a figure; the same one again costs nothing."""
        if figure is self._figure:
            return
        self._figure = figure
        if self.accessibleName() != figure.title:
            self.setAccessibleName(figure.title)
        if self.accessibleDescription() != figure.caption:
            self.setAccessibleDescription(figure.caption)
        pane: QWidget
        if figure.surface is not None and not figure.empty and available():
            pane = self._surface = self._surface or self._add(SurfacePane(self))
            self._surface.set_figure(figure)
        elif figure.items and not figure.empty:
            pane = self.plot()
            self.plot().set_figure(flat(figure))
        elif figure.tables and not figure.empty:
            pane = self._tables = self._tables or self._add(TablesPane(self))
            self._tables.set_tables(figure.tables)
        elif figure.lines and not figure.empty:
            pane = self._text = self._text or self._add(TextPane(self))
            self._text.set_lines(figure.lines)
            self._text.setAccessibleName(figure.title)
        else:
            pane = self._empty
            self._empty.set_sentence(figure.empty or _NOTHING)
        if self._stack.currentWidget() is not pane:
            self._stack.setCurrentWidget(pane)

    def set_playhead(self, x: float | None) -> None:
        """Move the playhead's line to a time; None for none. The figure is not drawn again."""
        self._playhead = x
        if self._plot is not None:
            self._plot.set_playhead(x)

    def set_empty_actions(self, actions: Sequence[QAction]) -> None:
        """Offer buttons where there is nothing to draw."""
        self._empty.set_actions(actions)

    def reset_view(self) -> None:
        """Show all of the data again, after zooming."""
        if self._surface is not None:
            self._surface.reset_view()
        if self._plot is not None:
            self._plot.reset_view()

    def zoomed(self) -> bool:
        """Return whether the range is the user's own."""
        return self._plot is not None and self._plot.zoomed()

    def plot(self) -> PlotPane:
        """Return the pane that plots are drawn in."""
        if self._plot is None:
            self._plot = self._add(PlotPane(self))
            self._plot.set_playhead(self._playhead)
            self._plot.seek_requested.connect(self.seek_requested)
            self._plot.drag_requested.connect(self.drag_requested)
            self._plot.drag_finished.connect(self.drag_finished)
            self._plot.zoomed_changed.connect(self.zoomed_changed)
        return self._plot

    def copy_text(self) -> str:
        """Return tables and lines as text, cells parted by tabs; empty for a plot."""
        figure = self._figure
        if figure is None or figure.items or figure.empty:
            return ""
        blocks = []
        for table in figure.tables:
            rows = [[table.title, *table.columns]]
            rows += [[name, *row] for name, row in zip(table.rows, table.cells, strict=False)]
            blocks.append("\n".join("\t".join(row) for row in rows))
        if figure.lines:
            blocks.append("\n".join(figure.lines))
        return "\n\n".join(blocks)

    def grab_image(self, scale: float = 2.0) -> QImage:
        """Return a picture of what is seen, `scale` times as many pixels each way."""
        size = self.size() * scale
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        image.fill(current_theme().colour("card"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawn = self._stack.currentWidget() is self._plot and self._plot is not None
        if drawn and self._plot is not None:
            self._plot.set_copying(True)
        self.render(painter, QPoint())
        if drawn and self._plot is not None:
            self._plot.set_copying(False)
        painter.end()
        return image

    def sizeHint(self) -> QSize:
        """Return the size of a plot among four in a small window."""
        return QSize(460, 260)

    def _add(self, pane: Pane) -> Pane:
        self._stack.addWidget(pane)
        return pane

    def _restyle(self) -> None:
        self._empty.restyle()
        if self._plot is not None:
            self._plot.restyle()
        if self._surface is not None:
            self._surface.restyle()
        if self._text is not None:
            self._text.restyle()
        if self._tables is not None:
            self._tables.update()
