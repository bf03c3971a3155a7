"""What mouse and keys do in a plot: seek, drag a point, read values, point at spots and act.

Imports Qt, the other rooms of the canvas, the theme and the figure.
"""

import math
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QGraphicsEllipseItem

from optiviz.ui.canvas.axes import Scale, number
from optiviz.ui.canvas.marks import CrispLine
from optiviz.ui.canvas.places import points_inside
from optiviz.ui.canvas.readout import Reading, Readout, nearest_x, value_at
from optiviz.ui.canvas.spots import Place, Places
from optiviz.ui.canvas.steps import steps_of_key
from optiviz.ui.guard import guarded
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Axis, Line

if TYPE_CHECKING:
    from optiviz.ui.canvas.plot import PlotPane

__all__ = ["Pointing"]

GRAB: Final = 12.0  # pixels: how near the pointer must be to a point that can be dragged
STILL: Final = 5.0  # pixels that a hand moves while it clicks
RING: Final = 0.62  # radius of the ring around a spot, in the size of usual text

_NEXT: Final = (Qt.Key.Key_Period, Qt.Key.Key_PageDown)
_BEFORE: Final = (Qt.Key.Key_Comma, Qt.Key.Key_PageUp)
_ACT: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Ring(QGraphicsEllipseItem):
    """The ring around the spot that is pointed at, in pixels of the plot's area."""

    @guarded
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw it on a wider one in the colour of the card, to be seen on anything."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = current_theme()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (theme.pen("card", 4.0, opacity=0.8), theme.pen("accent", 2.0)):
            painter.setPen(pen)
            painter.drawEllipse(self.rect())


class Pointing:
    """Follows pointer and keys over a plot, which forwards its events and emits its signals.

    Attributes
    ----------
    hover : QPointF or None
        Where the pointer is, in pixels of the pane.
    """

    def __init__(self, plot: "PlotPane") -> None:
        self._plot = plot
        self.hover: QPointF | None = None
        self._drag = ""
        self._pressed = QPointF()
        self._places = Places()
        self._spot: Place | None = None
        self._by_keys = False
        self._line = CrispLine(plot.box)
        self._line.setZValue(8_000)
        self._ring = _Ring(plot.box)
        self._ring.setZValue(8_500)
        self.readout = Readout(plot.box)
        self.hide()

    def set_figure(self, sx: Scale, sy: Scale) -> None:
        """Point at another figure's spots; what was chosen by keys stays so, if it is there."""
        self._places = Places(self._plot.figure().spots, sx, sy)
        if not self._places.there(self._spot):
            self._spot, self._by_keys = None, False

    def spot(self) -> Place | None:
        """Return the spot that is pointed at."""
        return self._spot

    def restyle(self) -> None:
        """Take the colours and the type of the theme."""
        self._line.setPen(current_theme().pen("muted", 1.0, opacity=0.7))
        self.readout.restyle()

    def hide(self) -> None:
        """Take away what is shown of the pointer until it moves again."""
        for item in (self._line, self._ring, self.readout):
            item.setVisible(False)

    def press(self, event: QMouseEvent) -> bool:
        """Seek, grab a point or a spot; return whether the event was used."""
        plot, at = self._plot, event.position()
        if event.button() != Qt.MouseButton.LeftButton or not plot.plot_area().contains(at):
            return False
        self._pressed = at
        if self._over_draggable(at):
            self._drag = "point"
            plot.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            return True
        spot = self._spot_at(at)
        if spot is not None and self._places.action(spot) is not None:
            self._drag = "act"
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
        off = at - self._pressed
        if self._drag == "act" and math.hypot(off.x(), off.y()) > STILL:
            self._drag = "seek" if plot.figure().time_axis else "nothing"
        if self._drag == "seek":
            plot.seek_requested.emit(plot.value_at(at)[0])
        elif self._drag == "point":
            plot.drag_requested.emit(*plot.value_at(at))
        elif not self._drag:
            self._show_cursor(at)
        return bool(self._drag)

    def moved(self, event: QMouseEvent) -> None:
        """Read the values where the pointer is now."""
        self.hover = None if event.buttons() and not self._drag else event.position()
        self._by_keys = False
        self.read()

    def release(self, event: QMouseEvent) -> bool:
        """End what was begun; return whether the event was used."""
        drag, self._drag = self._drag, ""
        plot, at = self._plot, event.position()
        if drag == "point":
            plot.viewport().unsetCursor()
            plot.drag_finished.emit(*plot.value_at(at))
        elif drag == "act":
            self._spot = self._spot_at(self._pressed)
            self.act()
        return bool(drag)

    def leave(self) -> None:
        """Take the readout away."""
        self.hover = None
        self.read()

    def key(self, event: QKeyEvent) -> bool:
        """Step, go from spot to spot, or act; return whether the key was used."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        by = steps_of_key(event.key(), self._plot.figure().steps)
        if by is not None:
            if by:
                self._plot.step_requested.emit(by)
            return True
        if not len(self._places):
            return False
        if event.key() in _NEXT or event.key() in _BEFORE:
            by = 1 if event.key() in _NEXT else -1
            self._spot = self._places.next(self._spot, by, self._plot.pixels())
            self._by_keys = self._spot is not None
            self.hover = None
            self.read()
            return True
        return event.key() in _ACT and self.act()

    def act(self) -> bool:
        """Do what a click on the spot does; return whether there is anything to do."""
        action = None if self._spot is None else self._places.action(self._spot)
        if action is not None:
            self._plot.acted.emit(action)
        return action is not None

    def read(self) -> None:
        """Show the values under the pointer, or the facts of the spot that is meant."""
        if not self._by_keys:
            at = self.hover
            self._spot = self._spot_at(at) if at is not None and self._drag != "point" else None
        self._tell()
        self._ring.setVisible(self._spot is not None)
        if self._spot is not None:
            self._line.setVisible(False)
            self._read_spot(self._spot)
        else:
            self._read_values()

    def _read_spot(self, spot: Place) -> None:
        theme, area = current_theme(), self._plot.plot_area()
        at = QPointF(*self._places.pixel(spot, self._plot.pixels()))
        radius = RING * theme.em
        self._ring.setRect(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
        rows = [Reading(name, text) for name, text in self._places.facts(spot)]
        action = self._places.action(spot)
        if action is not None:
            rows.append(Reading(f"{'Enter' if self._by_keys else 'Click'}: {action.label}", ""))
        inside = QRectF(0, 0, area.width(), area.height())
        self.readout.show_facts(rows, inside)
        self.readout.place_beside(inside, at, radius)

    def _tell(self) -> None:
        """Say to people who don't see it what is pointed at by keys."""
        told = self._plot.figure().caption
        if self._spot is not None and self._by_keys:
            facts = "; ".join(f"{name} {text}".strip() for name, text in self.facts())
            action = self._places.action(self._spot)
            told = f"{facts}. Enter: {action.label}." if action else f"{facts}."
        if self._plot.accessibleDescription() != told:
            self._plot.setAccessibleDescription(told)

    def facts(self) -> list[tuple[str, str]]:
        """Return what the spot tells that is pointed at."""
        return [] if self._spot is None else self._places.facts(self._spot)

    def _read_values(self) -> None:
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
                Reading(figure.x.label, _told(figure.x, x)),
                Reading(figure.y.label, _told(figure.y, y)),
            ]
            if image is not None and image.label:
                rows.append(Reading(image.label, number(image.at(x, y), 3)))
        self.readout.show_readings(rows)
        self.readout.place(QRectF(0, 0, area.width(), area.height()), pixel, self._crowd)

    def _show_cursor(self, at: QPointF) -> None:
        spot = self._spot_at(at)
        if self._over_draggable(at):
            self._plot.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif spot is not None and self._places.action(spot) is not None:
            self._plot.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self._plot.viewport().unsetCursor()

    def _spot_at(self, at: QPointF) -> Place | None:
        """Return the spot that is meant by a pixel of the pane."""
        area = self._plot.plot_area()
        if not len(self._places) or not area.contains(at):
            return None
        inside = at - area.topLeft()
        em = current_theme().em
        return self._places.nearest(inside.x(), inside.y(), self._plot.pixels(), em)

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


def _told(axis: Axis, value: float) -> str:
    """Return a value as an axis says it: the name of the nearest category where it has names."""
    if not axis.ticks:
        return number(value, 3)
    return min(axis.ticks, key=lambda tick: abs(tick[0] - value))[1]
