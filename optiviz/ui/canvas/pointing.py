"""What the mouse does in a plot: it seeks, drags a point, and reads the values under it.

Imports Qt, the other rooms of the canvas, the theme and the figure.
"""

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent

from optiviz.ui.canvas.axes import number
from optiviz.ui.canvas.marks import CrispLine
from optiviz.ui.canvas.places import points_inside
from optiviz.ui.canvas.readout import Reading, Readout, nearest_x, value_at
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Line

if TYPE_CHECKING:
    from optiviz.ui.canvas.plot import PlotPane

__all__ = ["Pointing"]

GRAB: Final = 12.0  # pixels: how near the pointer must be to a point that can be dragged


class Pointing:
    """Follows the pointer over a plot, which forwards its events and emits its signals."""

    def __init__(self, plot: "PlotPane") -> None:
        self._plot = plot
        self.hover: QPointF | None = None
        self._drag = ""
        self._line = CrispLine(plot.box)
        self._line.setZValue(8_000)
        self._line.setVisible(False)
        self.readout = Readout(plot.box)

    def restyle(self) -> None:
        """Take the colours and the type of the theme."""
        self._line.setPen(current_theme().pen("muted", 1.0, opacity=0.7))
        self.readout.restyle()

    def hide(self) -> None:
        """Take away what is shown of the pointer until it moves again."""
        self._line.setVisible(False)
        self.readout.setVisible(False)

    def press(self, event: QMouseEvent) -> bool:
        """Seek or grab a point; return whether the event was used."""
        plot, at = self._plot, event.position()
        if event.button() != Qt.MouseButton.LeftButton or not plot.plot_area().contains(at):
            return False
        if self._over_draggable(at):
            self._drag = "point"
            plot.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            return True
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if plot.figure().time_axis and not shift:
            self._drag = "seek"
            plot.seek_requested.emit(plot.value_at(at)[0])
            return True
        return False

    def move(self, event: QMouseEvent) -> bool:
        """Go on with what was begun; return whether the event was used."""
        plot, at = self._plot, event.position()
        if self._drag == "seek":
            plot.seek_requested.emit(plot.value_at(at)[0])
        elif self._drag == "point":
            plot.drag_requested.emit(*plot.value_at(at))
        elif self._over_draggable(at):
            plot.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            plot.viewport().unsetCursor()
        return bool(self._drag)

    def moved(self, event: QMouseEvent) -> None:
        """Read the values where the pointer is now."""
        self.hover = None if event.buttons() and not self._drag else event.position()
        self.read()

    def release(self, event: QMouseEvent) -> bool:
        """End what was begun; return whether the event was used."""
        drag, self._drag = self._drag, ""
        if drag == "point":
            self._plot.viewport().unsetCursor()
            self._plot.drag_finished.emit(*self._plot.value_at(event.position()))
        return bool(drag)

    def leave(self) -> None:
        """Take the readout away."""
        self.hover = None
        self.read()

    def read(self) -> None:
        """Show the values under the pointer."""
        plot, at = self._plot, self.hover
        figure, area = plot.figure(), plot.plot_area()
        if at is None or not area.contains(at) or not figure.x.label or figure.frameless:
            self._line.setVisible(False)
            self.readout.show_readings(())
            return
        lines = [i for i in figure.items if isinstance(i, Line)]
        image = plot.ramp_image()
        # The first line is what a figure is about, unless that is a picture.
        lines = [i for i in lines if i.label] or lines[: image is None]
        x, y = plot.value_at(at)
        if figure.time_axis:
            nearest = nearest_x(lines, x)
            x = nearest if math.isfinite(plot.pixel_of(nearest, y).x()) else x
        pixel = round(plot.pixel_of(x, y).x() - area.left())
        self._line.setLine(pixel, 0.0, pixel, area.height())
        self._line.setVisible(True)
        rows = [Reading(figure.x.label, number(x))]
        for line in lines:
            there = value_at(line, x)
            if there == there:
                name = line.label or figure.y.label
                rows.append(Reading(name, number(there), line.role, line.dash))
        if not lines:
            rows = [
                Reading(figure.x.label, number(x, 3)),
                Reading(figure.y.label, number(y, 3)),
            ]
            if image is not None and image.label:
                rows.append(Reading(image.label, number(image.at(x, y), 3)))
        self.readout.show_readings(rows)
        self.readout.place(QRectF(0, 0, area.width(), area.height()), pixel, self._crowd)

    def _over_draggable(self, at: QPointF) -> bool:
        draggable = self._plot.figure().draggable
        if draggable is None:
            return False
        off = self._plot.pixel_of(*draggable) - at
        return math.hypot(off.x(), off.y()) <= GRAB * current_theme().scale

    def _crowd(self, rect: QRectF) -> int:
        """Return how many points of the data are under a rectangle of the plot's area."""
        plot = self._plot
        corner = plot.plot_area().topLeft()
        left, high = plot.value_at(rect.topLeft() + corner, inside=False)
        right, low = plot.value_at(rect.bottomRight() + corner, inside=False)
        return points_inside(plot.figure().items, (left, right), (low, high))
