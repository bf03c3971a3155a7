"""Small plots side by side, each under its title: zooming one zooms all.

Imports Qt, the plot, the legend's words, the theme and the figure.
"""

from functools import partial
from typing import Final

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from optiviz.ui.canvas.legend import ElidedLabel, Legend
from optiviz.ui.canvas.plot import PlotPane
from optiviz.ui.plain import tip
from optiviz.ui.theme import SPACE
from optiviz.views.figure import Action, Figure, panel_grid

__all__ = ["PanelsPane"]


class _Panel(QWidget):
    """One plot under its title; a click on the title does what a click on its first spots does."""

    acted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.plot = PlotPane(self)
        self.plot.setMinimumSize(20, 20)
        self.plot.acted.connect(self.acted)
        self._mark = Legend(self)
        self._note = ElidedLabel(role="muted", parent=self)
        self._action: Action | None = None
        head = QHBoxLayout()
        head.setContentsMargins(SPACE[0], 0, SPACE[0], 0)
        head.setSpacing(SPACE[1])
        head.addWidget(self._mark, 1)
        head.addWidget(self._note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.plot, 1)

    def set_figure(self, figure: Figure) -> None:
        """Draw a figure."""
        self._mark.set_entries(figure.legend[:1])
        self._note.set_text(figure.note)
        self._action = figure.spots[0].action(0) if figure.spots else None
        can = Qt.CursorShape.ArrowCursor if self._action is None else self._pointer
        self.setCursor(can)
        self.setToolTip("" if self._action is None else tip(self._action.label))
        self.plot.set_figure(figure)

    _pointer: Final = Qt.CursorShape.PointingHandCursor

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._action is not None and event.button() == Qt.MouseButton.LeftButton:
            self.acted.emit(self._action)


class PanelsPane(QWidget):
    """Draws the panels of a figure, in rows.

    Signals
    -------
    acted(Action)
    """

    acted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels: list[_Panel] = []
        self._count = 0
        self._busy = False
        self._waiting: list[tuple[_Panel, Figure]] = []
        # One at a time, so that whatever else the window has to do comes between.
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._draw_next)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def plots(self) -> list[PlotPane]:
        """Return the plots that are shown, drawn."""
        self.finish()
        return [panel.plot for panel in self._panels[: self._count]]

    def set_figure(self, figure: Figure) -> None:
        """Draw a figure's panels."""
        while len(self._panels) < len(figure.panels):
            panel = _Panel(self)
            panel.acted.connect(self.acted)
            panel.plot.arranged.connect(partial(self._follow, panel.plot))
            panel.plot.zoomed_changed.connect(self._zoomed)
            self._panels.append(panel)
        changed, self._count = self._count != len(figure.panels), len(figure.panels)
        self._waiting = list(zip(self._panels, figure.panels, strict=False))
        if changed:
            self._lay_out()
        self._timer.start()

    def finish(self) -> None:
        """Draw the panels that are not drawn yet."""
        while self._waiting:
            self._draw_next()

    def _draw_next(self) -> None:
        if self._waiting:
            panel, figure = self._waiting.pop(0)
            self._busy = True
            panel.set_figure(figure)
            self._busy = False
        if not self._waiting:
            self._timer.stop()

    def restyle(self) -> None:
        """Take the colours, type and line widths of the theme."""
        for panel in self._panels:
            panel.plot.restyle()

    def reset_view(self) -> None:
        """Show all of the data again."""
        for plot in self.plots():
            plot.reset_view()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        columns, rows = panel_grid(self._count, self.width(), self.height())
        for i, panel in enumerate(self._panels):
            panel.setVisible(i < self._count)
            row, column = divmod(i, columns)
            left, right = (self.width() * c // columns for c in (column, column + 1))
            top, bottom = (self.height() * r // rows for r in (row, row + 1))
            panel.setGeometry(QRect(left, top, right - left - SPACE[0], bottom - top - SPACE[0]))

    def _follow(self, plot: PlotPane) -> None:
        """Give the others the range of a plot that was zoomed."""
        if self._busy or not plot.zoomed():
            return
        self._busy = True
        x, y = plot.box.viewRange()
        for other in (panel.plot for panel in self._panels[: self._count]):
            if other is not plot and other.box.viewRange() != [x, y]:
                other.set_zoomed()
                other.box.setRange(xRange=x, yRange=y, padding=0.0)
        self._busy = False

    def _zoomed(self, zoomed: bool) -> None:
        if not (zoomed or self._busy):
            self._busy = True
            self.reset_view()
            self._busy = False
