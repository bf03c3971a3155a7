"""Draws figures: a plot, tables, text, code, notes, or what to do where there is nothing yet.

Imports Qt, pyqtgraph, the theme and the figures; knows no run and no view.
"""

from collections.abc import Sequence
from typing import Final, TypeVar

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QImage, QPainter, QRegion, QResizeEvent
from PySide6.QtWidgets import QApplication, QStackedLayout, QVBoxLayout, QWidget

from optiviz.reports.data.tables import tabbed
from optiviz.ui.canvas.code import CodePane
from optiviz.ui.canvas.empty import EmptyPane
from optiviz.ui.canvas.focus import put_after
from optiviz.ui.canvas.lower import LOWER, UPPER, Pair
from optiviz.ui.canvas.notes import NotesPane
from optiviz.ui.canvas.panels import PanelsPane
from optiviz.ui.canvas.plot import PlotPane
from optiviz.ui.canvas.steps import StepsBar
from optiviz.ui.canvas.surface import SurfacePane, available, flat
from optiviz.ui.canvas.tables import TablesPane
from optiviz.ui.canvas.text import TextPane
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Figure

__all__ = ["FigureCanvas"]

Pane = TypeVar("Pane", bound=QWidget)

_TIGHT: Final = 18.0  # usual texts high: below this words of steps are on one line
_NOTHING: Final = "There is nothing to show yet."


class FigureCanvas(QWidget):
    """Draws any figure; give it the next one as often as the screen is drawn.

    Attributes
    ----------
    seek_requested : Signal of float
        A time was clicked or dragged to, in a figure whose x is time.
    drag_requested, drag_finished : Signal of (float, float)
        The point at `draggable` is being dragged to this x and y; it was let go there.
    acted : Signal of Action
        A spot or a note was clicked, or chosen by keys.
    step_requested : Signal of int
        So many steps on, or back, in a figure that has steps; never beyond them.
    zoomed_changed : Signal of bool
        The range is the user's own now (offer to reset it), or that of the data again.
    """

    seek_requested = Signal(float)
    drag_requested = Signal(float, float)
    drag_finished = Signal(float, float)
    acted = Signal(object)
    step_requested = Signal(int)
    zoomed_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure: Figure | None = None
        self._playhead: float | None = None
        self._plot: PlotPane | None = None
        self._lower: PlotPane | None = None
        self._pair: Pair | None = None
        self._surface: SurfacePane | None = None
        self._panels: PanelsPane | None = None
        self._tables: TablesPane | None = None
        self._text: TextPane | None = None
        self._code: CodePane | None = None
        self._notes: NotesPane | None = None
        self._empty = EmptyPane(self)
        self._empty.set_sentence(_NOTHING)
        self.steps = StepsBar(self)
        self.steps.step_requested.connect(self._step_clicked)
        self._stack = QStackedLayout()
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._empty)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(self._stack, UPPER)
        self._column.addWidget(self.steps)
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
        pane = self._pane_of(figure)
        self.steps.set_steps(None if figure.empty else figure.steps)
        before, focus = self._stack.currentWidget(), QApplication.focusWidget()
        if before is not pane:
            has_keys = focus is not None and (focus is self or before.isAncestorOf(focus))
            self._stack.setCurrentWidget(pane)
            if has_keys or focus is before:
                pane.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_below()

    def _show_below(self) -> None:
        figure = self._figure
        below = None if figure is None or figure.empty else figure.below
        if below is not None and self._lower is None:
            self._lower = self._connected(PlotPane(self))
            self._column.insertWidget(1, self._lower, LOWER)
            put_after(self.plot(), self._lower)
            self._pair = Pair(self.plot(), self._lower)
        if self._pair is not None:
            self._pair.show_below(below, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Look again whether there is room for a lower plot."""
        super().resizeEvent(event)
        self.steps.set_tight(self.height() < _TIGHT * current_theme().em)
        if self._pair is not None:
            self._show_below()

    def _pane_of(self, figure: Figure) -> QWidget:
        """Return the pane that draws a figure, drawing it."""
        if figure.empty:
            self._empty.set_sentence(figure.empty)
            for plot in (self._plot, self._lower):
                if plot is not None:
                    plot.let_go()
        elif figure.surface is not None and available():
            self._surface = self._surface or self._add(SurfacePane(self))
            self._surface.set_figure(figure)
            return self._surface
        elif figure.panels:
            if self._panels is None:
                self._panels = self._add(PanelsPane(self))
                self._panels.acted.connect(self.acted)
            self._panels.set_figure(figure)
            self._panels.setAccessibleName(figure.title)
            return self._panels
        elif figure.items:
            self.plot().set_figure(flat(figure))
            return self.plot()
        elif figure.code is not None:
            if self._code is None:
                self._code = self._add(CodePane(self))
                self._code.step_requested.connect(self.step_requested)
            self._code.set_code(figure.code, figure.steps)
            self._code.setAccessibleName(figure.title)
            return self._code
        elif figure.tables:
            self._tables = self._tables or self._add(TablesPane(self))
            self._tables.set_tables(figure.tables)
            return self._tables
        elif figure.lines:
            self._text = self._text or self._add(TextPane(self))
            self._text.set_lines(figure.lines)
            self._text.setAccessibleName(figure.title)
            return self._text
        elif figure.notes:
            if self._notes is None:
                self._notes = self._add(NotesPane(self))
                self._notes.acted.connect(self.acted)
            self._notes.set_notes(figure.notes)
            self._notes.setAccessibleName(figure.title)
            return self._notes
        else:
            self._empty.set_sentence(_NOTHING)
        return self._empty

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Let what is drawn have the keys."""
        self._stack.currentWidget().setFocus(event.reason())

    def _step_clicked(self, by: int) -> None:
        # So that the arrow keys go on from there.
        self._stack.currentWidget().setFocus(Qt.FocusReason.MouseFocusReason)
        self.step_requested.emit(by)

    def set_playhead(self, x: float | None) -> None:
        """Move the playhead's line to a time; None for none. The figure is not drawn again."""
        self._playhead = x
        for plot in (self._plot, self._lower):
            if plot is not None:
                plot.set_playhead(x)

    def set_empty_actions(self, actions: Sequence[QAction]) -> None:
        """Offer buttons where there is nothing to draw."""
        self._empty.set_actions(actions)

    def reset_view(self) -> None:
        """Show all of the data again, after zooming."""
        if self._surface is not None:
            self._surface.reset_view()
        if self._panels is not None:
            self._panels.reset_view()
        if self._plot is not None:
            self._plot.reset_view()

    def zoomed(self) -> bool:
        """Return whether the range is the user's own."""
        return self._plot is not None and self._plot.zoomed()

    def plot(self) -> PlotPane:
        """Return the pane that plots are drawn in."""
        if self._plot is None:
            self._plot = self._connected(self._add(PlotPane(self)))
            self._plot.zoomed_changed.connect(self.zoomed_changed)
        return self._plot

    def lower_plot(self) -> PlotPane | None:
        """Return the plot under the other one, if there is one on show."""
        shown = self._lower is not None and not self._lower.isHidden()
        return self._lower if shown else None

    def _connected(self, plot: PlotPane) -> PlotPane:
        plot.set_playhead(self._playhead)
        plot.seek_requested.connect(self.seek_requested)
        plot.drag_requested.connect(self.drag_requested)
        plot.drag_finished.connect(self.drag_finished)
        plot.acted.connect(self.acted)
        plot.step_requested.connect(self.step_requested)
        return plot

    def copy_text(self) -> str:
        """Return a figure as text: tables with tabs, lines, notes, a program; empty for a plot."""
        figure = self._figure
        if figure is None or figure.items or figure.empty:
            return ""
        if figure.code is not None:
            return figure.code.script or "\n".join(figure.code.lines) + "\n"
        blocks = []
        for table in figure.tables:
            rows = [[table.title, *table.columns]]
            rows += [[name, *row] for name, row in zip(table.rows, table.cells, strict=False)]
            blocks.append(tabbed(rows))
        if figure.lines:
            blocks.append("\n".join(figure.lines))
        if figure.notes:
            blocks.append("\n".join(f"{note.sentence} {note.evidence}" for note in figure.notes))
        return "\n\n".join(blocks)

    def grab_image(self, scale: float = 2.0) -> QImage:
        """Return a picture of what is seen, `scale` times as many pixels each way."""
        panes = [self._stack.currentWidget(), self.lower_plot()]
        height = sum(pane.height() for pane in panes if pane is not None)
        size = QSize(panes[0].width(), height) * scale  # type: ignore[union-attr]
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        image.fill(current_theme().colour("card"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = QPoint()
        for pane in panes:
            if pane is None:
                continue
            drawn = pane.plots() if isinstance(pane, PanelsPane) else [pane]
            plots = [one for one in drawn if isinstance(one, PlotPane)]
            for plot in plots:
                plot.set_copying(True)
            # A graphics view's own `render` is another: of its scene.
            QWidget.render(pane, painter, at, QRegion(), QWidget.RenderFlag.DrawChildren)
            for plot in plots:
                plot.set_copying(False)
            at += QPoint(0, pane.height())
        painter.end()
        return image

    def sizeHint(self) -> QSize:
        """Return the size of a plot among four in a small window."""
        return QSize(460, 260)

    def _add(self, pane: Pane) -> Pane:
        self._stack.addWidget(pane)
        put_after(self._empty, pane)
        return pane

    def _restyle(self) -> None:
        self._empty.restyle()
        for plot in (self._plot, self._lower):
            if plot is not None:
                plot.restyle()
        if self._surface is not None:
            self._surface.restyle()
        if self._text is not None:
            self._text.restyle()
        if self._tables is not None:
            self._tables.update()
        for pane in (self._panels, self._code, self._notes, self.steps):
            if pane is not None:
                pane.restyle()
