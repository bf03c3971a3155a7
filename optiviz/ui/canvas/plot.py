"""A figure's items on axes: pyqtgraph draws them and zooms.

Imports Qt, pyqtgraph, the other rooms of the canvas, the theme and the figure.
"""

from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from optiviz.ui.canvas.axes import Scale, range_of
from optiviz.ui.canvas.box import Box
from optiviz.ui.canvas.focus import by_keys, paint_focus
from optiviz.ui.canvas.frame import Frame
from optiviz.ui.canvas.labels import EndLabel, EndLabels, margin_for
from optiviz.ui.canvas.marks import LineMark, Marks
from optiviz.ui.canvas.pixels import Pixels, type_size
from optiviz.ui.canvas.places import extents_of
from optiviz.ui.canvas.playhead import PlayheadLine
from optiviz.ui.canvas.pointing import Pointing
from optiviz.ui.canvas.ramp import RampScale
from optiviz.ui.canvas.readout import Reading
from optiviz.ui.guard import guarded
from optiviz.ui.theme import SPACE, current_theme
from optiviz.views.figure import Axis, ClassImage, Figure, Line, ValueImage

__all__ = ["PlotPane"]

_IMAGES: Final = (ClassImage, ValueImage)


class PlotPane(pg.GraphicsView):
    """Draws the items of a figure and keeps its graphics items from one figure to the next.

    Attributes
    ----------
    seek_requested : Signal of float
        A time was clicked or dragged to, on an axis that is time.
    drag_requested, drag_finished : Signal of (float, float)
        The point at `draggable` is dragged to this x and y; it was let go there.
    acted : Signal of Action
        A spot was clicked, or chosen by keys.
    step_requested : Signal of int
        So many steps on, or back.
    zoomed_changed : Signal of bool
        The range is the user's own now, or that of the data again.
    arranged : Signal
        It was laid out anew, for another range or size.
    """

    seek_requested = Signal(float)
    drag_requested = Signal(float, float)
    drag_finished = Signal(float, float)
    acted = Signal(object)
    step_requested = Signal(int)
    zoomed_changed = Signal(bool)
    arranged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        for widget in (self, self.viewport()):
            widget.setAcceptDrops(False)  # files that are dropped are the window's
        self._figure = Figure("")
        self._identity: tuple[Any, ...] = ()
        self._sx, self._sy = Scale(), Scale()
        self._wanted: tuple[float, float, float, float] | None = None
        self._zoomed = False
        self._arranging = False
        self._margin = 0.0
        self._focused = False
        self._copying = False
        self._over = False
        self.box = Box()
        self.box.disableAutoRange()
        self.box.setZValue(0)
        self.frame = Frame()
        self._labels = EndLabels()
        self._ramp = RampScale()
        for item in (self.frame, self.box, self._labels, self._ramp):
            self.scene().addItem(item)
        self._marks = Marks(self.box)
        self._playhead = PlayheadLine(self.box)
        self._pointing = Pointing(self)
        self.box.sigRangeChanged.connect(self._range_changed)
        self.box.sigRangeChangedManually.connect(self.set_zoomed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(60, 40)
        self.restyle()

    def let_go(self) -> None:
        """Hold nothing of what was drawn, while there is nothing to draw."""
        self._figure = Figure("")
        self._marks.clear()

    def set_figure(self, figure: Figure) -> None:
        """Draw a figure; its range is the user's own as long as the axes are the same."""
        self._figure = figure
        x, y = figure.x, figure.y
        identity = (figure.title, x.label, y.label, x.log, y.log, figure.equal, figure.frameless)
        if identity != self._identity:
            self._identity = identity
            self._set_zoomed(False)
            self._margin = 0.0
            self.box.setAspectLocked(figure.equal)
            # On a time axis the wheel zooms time alone.
            self.box.setMouseEnabled(x=True, y=not figure.time_axis)
        extents = [extents_of(item, x.log, y.log) for item in figure.items]
        images = [i for i, item in enumerate(figure.items) if isinstance(item, _IMAGES)]
        exact = extents[images[0]] if images else (None, None)
        values = (item for item in figure.items if isinstance(item, ValueImage))
        self._ramp.show_image(next(values, None))
        x_range = range_of(x, [e[0] for e in extents], exact=exact[0], time=figure.time_axis)
        y_range = range_of(y, [e[1] for e in extents], exact=exact[1])
        sx, sy = Scale.fitting(*x_range, x.log), Scale.fitting(*y_range, y.log)
        if figure.equal:
            sx = sy = Scale(unit=max(sx.unit, sy.unit))
        if (sx, sy) != (self._sx, self._sy) and self._wanted is not None:
            self._set_zoomed(False)
        self._sx, self._sy = sx, sy
        self._marks.show(figure.items, sx, sy)
        if figure.frameless:
            x = y = Axis()
        elif self._over:
            x = Axis()
        self.frame.set_axes(x, y, sx, sy, grid=not images)
        wanted = (
            x_range[0] / sx.unit, x_range[1] / sx.unit,
            y_range[0] / sy.unit, y_range[1] / sy.unit,
        )  # fmt: skip
        self._pointing.set_figure(sx, sy)
        keys = figure.spots or figure.steps
        policy = Qt.FocusPolicy.StrongFocus if keys else Qt.FocusPolicy.ClickFocus
        if self.focusPolicy() != policy:
            self.setFocusPolicy(policy)
        if self.accessibleName() != figure.title:
            self.setAccessibleName(figure.title)
        self._show_range(wanted)
        self.arrange()

    def set_playhead(self, x: float | None) -> None:
        """Move the line that marks the time on show; None for none."""
        self._playhead.x = x
        self._place_playhead()

    def reset_view(self) -> None:
        """Show all of the data again."""
        wanted = self._wanted
        self._wanted = None
        self._set_zoomed(False)
        if wanted is not None:
            self._show_range(wanted)
        self.arrange()

    def zoomed(self) -> bool:
        """Return whether the range is the user's own."""
        return self._zoomed

    def restyle(self) -> None:
        """Take the colours, type and line widths of the theme."""
        self.setBackground(current_theme().colour("card"))
        self._playhead.restyle()
        self._pointing.restyle()
        self._marks.forget()
        self._margin = 0.0
        self.set_figure(self._figure)

    def set_copying(self, copying: bool) -> None:
        """Draw sharp at any size while a copy is made."""
        self._marks.set_copying(copying)
        self._copying = copying
        self._pointing.hide()

    def figure(self) -> Figure:
        """Return what is drawn."""
        return self._figure

    def readings(self) -> tuple[Reading, ...]:
        """Return what is read where the pointer is, the first one as a heading."""
        return self._pointing.readout.readings()

    def ramp_image(self) -> ValueImage | None:
        """Return the picture of values whose scale stands beside the plot."""
        return self._ramp.image()

    def plot_area(self) -> QRectF:
        """Return where the axes are, in pixels of the pane."""
        return QRectF(self.box.geometry())

    def pixel_of(self, x: float, y: float) -> QPointF:
        """Return where a point of the data is, in pixels of the pane."""
        inside = QPointF(*self.pixels().at(self._sx.place(x), self._sy.place(y)))
        return inside + self.plot_area().topLeft()

    def value_at(self, at: QPointF, inside: bool = True) -> tuple[float, float]:
        """Return the point of the data at a pixel of the pane, or the nearest one that is shown."""
        area = self.plot_area()
        across, down = at.x() - area.left(), at.y() - area.top()
        if inside:
            across = min(max(across, 0.0), area.width())
            down = min(max(down, 0.0), area.height())
        x, y = self.pixels().place(across, down)
        return self._sx.value(x), self._sy.value(y)

    def pixels(self) -> Pixels:
        """Return how places become pixels of the plot's area."""
        (x0, x1), (y0, y1) = self.box.viewRange()
        size = self.box.geometry()
        width, height = size.width(), size.height()
        words = type_size(width, height, current_theme().em) if self._figure.frameless else 1.0
        return Pixels((x0, x1), (y0, y1), width, height, words)

    # Over another plot

    def set_over(self, over: bool) -> None:
        """Leave the ticks of x to a plot below, or write them."""
        if over != self._over:
            self._over = over
            self.set_figure(self._figure)

    def is_over(self) -> bool:
        """Return whether a plot below has the ticks of x."""
        return self._over

    def set_zoomed(self) -> None:
        """Take the range for the user's own."""
        self._set_zoomed(True)

    def ranges(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return what the axes cover, in values."""
        (x0, x1), (y0, y1) = self.box.viewRange()
        sx, sy = self._sx, self._sy
        return (sx.value(x0), sx.value(x1)), (sy.value(y0), sy.value(y1))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Lay everything out again."""
        super().resizeEvent(event)
        if hasattr(self, "_pointing"):
            self._margin = 0.0
            self.arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Seek or grab a point; anything else zooms and moves the range."""
        if self._pointing.press(event):
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with what was begun, or read the values under the pointer."""
        if not self._pointing.move(event):
            super().mouseMoveEvent(event)
        self._pointing.moved(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what was begun."""
        if not self._pointing.release(event):
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all of the data again."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_view()
            event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, point at spots, act; A shows all of the data again; others are the window's."""
        if event.key() == Qt.Key.Key_A and not event.modifiers():
            self.reset_view()
        elif self._pointing.key(event):
            self._show_focus(True)
            event.accept()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys come here, if they were led here by keys."""
        super().focusInEvent(event)
        self._show_focus(by_keys(event.reason()))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no longer."""
        super().focusOutEvent(event)
        self._show_focus(False)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the scene, and the ring of the focus over it."""
        super().paintEvent(event)
        if self._focused and not self._copying:
            painter = QPainter(self.viewport())
            paint_focus(painter, self.viewport())
            painter.end()

    def leaveEvent(self, event: QEvent) -> None:
        """Take the readout away."""
        super().leaveEvent(event)
        self._pointing.leave()

    def _show_focus(self, focused: bool) -> None:
        if focused != self._focused:
            self._focused = focused
            self.viewport().update()

    def _show_range(self, wanted: tuple[float, float, float, float]) -> None:
        if wanted == self._wanted:
            return
        self._wanted = wanted
        x0, x1, y0, y1 = wanted
        self.box.home = (x0, x1), (y0, y1)
        if not self._zoomed:
            self.box.setRange(xRange=(x0, x1), yRange=(y0, y1), padding=0.0)

    def _set_zoomed(self, zoomed: bool) -> None:
        if zoomed != self._zoomed:
            self._zoomed = zoomed
            if not zoomed:
                self._wanted = None
            self.zoomed_changed.emit(zoomed)

    def _range_changed(self) -> None:
        if not self._arranging:
            self.arrange()

    def arrange(self) -> None:
        """Lay out what depends on the range or on the size."""
        self._arranging = True
        try:
            whole = QRectF(self.viewport().rect())
            if whole.width() < 2 or whole.height() < 2:
                return
            texts = [i.label for i in self._figure.items if isinstance(i, Line) and i.label]
            margin = max(margin_for(texts, whole.width()), self._ramp.room(whole.height()))
            # It grows at once and shrinks late, as the room for ticks does.
            if margin > self._margin or margin < self._margin - 2 * SPACE[4]:
                self._margin = margin
            area = self.frame.area_in(whole, self._y_range(), self._margin)
            if self.box.geometry() != area:
                self.box.setGeometry(area)
            x_range = self._x_range()
            self.frame.arrange(area, x_range, self._y_range())
            self._marks.arrange(self.pixels())
            self._place_labels(area, whole)
            self._ramp.place(area, whole)
            self._place_playhead()
            self._pointing.read()
        finally:
            self._arranging = False
        self.arranged.emit()

    def _x_range(self) -> tuple[float, float]:
        low, high = self.box.viewRange()[0]
        return low, high

    def _y_range(self) -> tuple[float, float]:
        low, high = self.box.viewRange()[1]
        return low, high

    def _place_labels(self, area: QRectF, whole: QRectF) -> None:
        right = self._x_range()[1]
        pixels, labels = self.pixels(), []
        for mark in self._marks.shown:
            if not isinstance(mark, LineMark) or mark.item is None or not mark.item.label:
                continue
            place = mark.end_before(right)
            if place is not None:
                end = QPointF(*pixels.at(*place)) + area.topLeft()
                line = mark.item
                labels.append(EndLabel(line.label, line.role, end, line.opacity))
        margin = QRectF(area.right(), area.top(), whole.right() - area.right(), area.height())
        self._labels.place(labels, margin)

    def _place_playhead(self) -> None:
        self._playhead.place(self._figure.time_axis, self._marks, self._sx, self.pixels())
