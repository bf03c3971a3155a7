"""What is around a plot: a light grid, tick texts and the names of the axes.

Imports Qt, the axes' arithmetic, the theme and the figure.
"""

import math
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem

from optiviz.ui.canvas.axes import Scale, Tick, named_ticks, ticks_of
from optiviz.ui.guard import guarded
from optiviz.ui.theme import SPACE, current_theme
from optiviz.views.figure import Axis

__all__ = ["Frame"]

TICK = 4.0
"""The length of a tick, in pixels."""

NAMES = 0.36
"""Of the width may be the room for names of categories."""

_LEFT = Qt.AlignmentFlag.AlignLeft.value | Qt.AlignmentFlag.AlignVCenter.value
_CENTRE = Qt.AlignmentFlag.AlignCenter
_RIGHT = Qt.AlignmentFlag.AlignRight.value | Qt.AlignmentFlag.AlignVCenter.value
_TOP = Qt.AlignmentFlag.AlignHCenter.value | Qt.AlignmentFlag.AlignTop.value


class Frame(QGraphicsItem):
    """Measures the room that axes need, and draws them.

    An axis without a name is not drawn: some pictures have none.

    Attributes
    ----------
    needs : (float, float)
        The room that is needed left and right of the plot itself, in pixels.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(-1000)
        self._x, self._y = Axis(), Axis()
        self._sx, self._sy = Scale(), Scale()
        self._size = QRectF()
        self._area = QRectF()
        self._grid = True
        self._level = False
        self._left = 0.0
        self._least = (0.0, 0.0)
        self.needs = (0.0, 0.0)
        self._x_ticks: list[tuple[float, str]] = []
        self._y_ticks: list[tuple[float, str]] = []
        self._y_found: list[Tick] = []

    def set_axes(self, x: Axis, y: Axis, sx: Scale, sy: Scale, grid: bool) -> None:
        """Say what the axes are."""
        self._x, self._y, self._sx, self._sy, self._grid = x, y, sx, sy, grid

    def set_least(self, left: float, right: float) -> None:
        """Keep so much room beside the plot, because one above or below it needs that."""
        self._least = left, right

    def least(self) -> tuple[float, float]:
        """Return what room is kept."""
        return self._least

    def area_in(self, size: QRectF, y_range: tuple[float, float], margin: float) -> QRectF:
        """Return where the plot itself goes.

        Parameters
        ----------
        size : QRectF
            The whole, in pixels.
        y_range : (float, float)
            Places, because the widths of their texts count.
        margin : float
            What labels at the right need.
        """
        metrics = QFontMetricsF(current_theme().font())
        line = metrics.height()
        # Where its name is longer than the axis is high, it stands level above it.
        self._level = metrics.horizontalAdvance(self._y.label) > size.height()
        top = line / 2 if self._y.drawn else float(SPACE[0])
        if self._level:
            top = line + SPACE[0]
        bottom = float(SPACE[0])
        if self._x.drawn:
            named = line if self._x.label and size.height() > 8 * line else 0.0
            bottom = TICK + line + named + SPACE[0]
        left = float(SPACE[0])
        if self._y.drawn:
            height = max(size.height() - top - bottom, 1.0)
            self._y_found = self._found_upwards(y_range, height)
            widths = [metrics.horizontalAdvance(tick.text) for tick in self._y_found]
            wanted = max(widths, default=0.0) + TICK + SPACE[0]
            if self._y.ticks:
                wanted = min(wanted, NAMES * size.width())
            wanted += 0.0 if self._level or not self._y.label else line + SPACE[0]
            # It grows at once and shrinks late, so that a digit more does not move the plot.
            if wanted > self._left or wanted < self._left - 2.5 * line:
                self._left = wanted
            left = self._left
        half = 1.4 * line if self._x.drawn else 0.0
        right = max(margin, half, float(SPACE[0]))
        self.needs = left, right
        left, right = max(left, self._least[0]), max(right, self._least[1])
        width = max(size.width() - left - right, 20.0)
        height = max(size.height() - top - bottom, 20.0)
        self._size = size
        return QRectF(
            round(size.left() + left), round(size.top() + top), round(width), round(height)
        )

    def arrange(
        self, area: QRectF, x_range: tuple[float, float], y_range: tuple[float, float]
    ) -> None:
        """Lay the ticks out around the plot's area."""
        if self._area != area:
            self.prepareGeometryChange()
            self._area = area
        self._x_ticks, self._y_ticks = [], []
        if self._x.drawn:
            per = area.width() / (x_range[1] - x_range[0])
            found = self._found_across(x_range, area.width())
            self._x_ticks = [(area.left() + (t.place - x_range[0]) * per, t.text) for t in found]
        if self._y.drawn:
            per = area.height() / (y_range[1] - y_range[0])
            found = self._found_upwards(y_range, area.height())
            self._y_ticks = [(area.bottom() - (t.place - y_range[0]) * per, t.text) for t in found]
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the whole."""
        return QRectF(self._size)

    @guarded
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw grid, ticks and names."""
        theme = current_theme()
        area = self._area
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        grid, edge = theme.pen("line"), theme.pen("edge")
        if self._grid:
            painter.setPen(grid)
            for at, _ in self._y_ticks:
                painter.drawLine(QPointF(area.left(), at), QPointF(area.right(), at))
        painter.setPen(edge)
        if self._x.drawn:
            painter.drawLine(area.bottomLeft(), area.bottomRight())
        for at, _ in self._x_ticks:
            painter.drawLine(QPointF(at, area.bottom()), QPointF(at, area.bottom() + TICK))
        if self._y.drawn and not self._grid:
            painter.drawLine(area.topLeft(), area.bottomLeft())
        painter.setFont(theme.font())
        painter.setPen(theme.colour("muted"))
        line = QFontMetricsF(theme.font()).height()
        for at, text in self._x_ticks:
            room = QRectF(at - 300, area.bottom() + TICK, 600, line)
            painter.drawText(room, _TOP, text)
        metrics = QFontMetricsF(theme.font())
        beside = line + SPACE[0] if self._y.label and not self._level else 0.0
        names = area.left() - self._size.left() - beside - TICK
        for at, text in self._y_ticks:
            right = area.left() - SPACE[0] - TICK / 2
            if self._y.ticks:
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, names)
            painter.drawText(QRectF(right - 600, at - line / 2, 600, line), _RIGHT, text)
        self._draw_names(painter, line)

    def _draw_names(self, painter: QPainter, line: float) -> None:
        area, size = self._area, self._size
        metrics = QFontMetricsF(current_theme().font())
        elide = Qt.TextElideMode.ElideRight
        if self._x.label and size.bottom() - area.bottom() > 2 * line:
            room = QRectF(area.left(), area.bottom() + TICK + line, area.width(), line)
            painter.drawText(room, _CENTRE, metrics.elidedText(self._x.label, elide, room.width()))
        if self._y.label and self._level:
            room = QRectF(size.left(), size.top(), area.right() - size.left(), line)
            words = metrics.elidedText(self._y.label, elide, room.width())
            painter.drawText(room, _LEFT, words)
        elif self._y.label:
            painter.save()
            # As near to the middle of the axis as its length lets it be.
            half = metrics.horizontalAdvance(self._y.label) / 2
            middle = max(area.center().y(), size.top() + half)
            painter.translate(size.left() + line / 2, min(middle, size.bottom() - half))
            painter.rotate(-90)
            length = size.height()
            room = QRectF(-length / 2, -line / 2, length, line)
            painter.drawText(room, _CENTRE, metrics.elidedText(self._y.label, elide, length))
            painter.restore()

    def _found_across(self, x_range: tuple[float, float], width: float) -> list[Tick]:
        """Return ticks along x, so many that their texts stand apart."""
        metrics = QFontMetricsF(current_theme().font())
        per = width / (x_range[1] - x_range[0])
        if self._x.ticks:
            return self._names_across(x_range, per, metrics)
        found = ticks_of(*x_range, self._sx, self._most(width, 2.6))
        widest = max((metrics.horizontalAdvance(t.text) for t in found), default=0.0)
        if len(found) > 1 and (found[1].place - found[0].place) * per < widest + SPACE[2]:
            fewer = int(width / (widest + SPACE[3]))
            found = ticks_of(*x_range, self._sx, max(fewer, 2))
        return found

    def _names_across(
        self, x_range: tuple[float, float], per: float, metrics: QFontMetricsF
    ) -> list[Tick]:
        """Return names along x: shortened to their room, or some of them where it is too small.

        A number that is cut off would be another one: of numbers some are left out at once.
        """
        found = named_ticks(self._x, *x_range, self._sx, len(self._x.ticks))
        if len(found) < 2:
            return found
        room = min(b.place - a.place for a, b in pairwise(found)) * per - SPACE[1]
        widest = max(metrics.horizontalAdvance(t.text) for t in found)
        numbers = all(t.text[:1] in "−0123456789" for t in found)
        least = widest if numbers else min(widest, 3.5 * metrics.height())
        if room < least:
            every = math.ceil((least + SPACE[1]) / max(room + SPACE[1], 1.0))
            found, room = found[::every], (room + SPACE[1]) * every - SPACE[1]
        elide = Qt.TextElideMode.ElideRight
        return [Tick(t.place, metrics.elidedText(t.text, elide, room + 1)) for t in found]

    def _found_upwards(self, y_range: tuple[float, float], height: float) -> list[Tick]:
        """Return ticks along y."""
        if self._y.ticks:
            return named_ticks(self._y, *y_range, self._sy, self._most(height, 1.0))
        return ticks_of(*y_range, self._sy, self._most(height, 2.3))

    @staticmethod
    def _most(length: float, lines_each: float) -> int:
        """Return how many ticks there is room for."""
        line = QFontMetricsF(current_theme().font()).height()
        return max(int(length / (line * lines_each)), 2)
