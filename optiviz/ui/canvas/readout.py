"""What the pointer is over: a thin line and a small box with the value of every curve there.

Imports numpy, Qt, the axes' arithmetic, the theme and the figure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem

from optiviz.ui.guard import guarded
from optiviz.ui.theme import SPACE, current_theme
from optiviz.views.figure import Dash, Line

__all__ = ["Reading", "Readout", "nearest_x", "value_at"]

MOST_ROWS = 9


@dataclass(frozen=True)
class Reading:
    """One row of the box."""

    label: str
    value: str
    role: str = ""
    dash: Dash = "solid"


def value_at(line: Line, x: float) -> float:
    """Return a curve's y at x, nan where it has none or runs back and forth."""
    xs, ys = np.ravel(line.x), np.ravel(line.y)
    count = min(xs.size, ys.size)
    if count == 0 or not xs[0] <= x <= xs[count - 1] or (np.diff(xs[:count]) < 0).any():
        return float("nan")
    right = int(np.searchsorted(xs[:count], x, side="right"))
    if line.steps or right == count:
        return float(ys[right - 1])
    x0, x1, y0, y1 = xs[right - 1], xs[right], ys[right - 1], ys[right]
    if x1 == x0 or x == x0:
        return float(y0)
    with np.errstate(all="ignore"):
        return float(y0 + (y1 - y0) * ((x - x0) / (x1 - x0)))


def nearest_x(lines: Sequence[Line], x: float) -> float:
    """Return the x of the nearest sample, so that an iteration is a whole number."""
    best = x
    distance = float("inf")
    for line in lines:
        xs = np.ravel(line.x)
        if xs.size == 0:
            continue
        at = int(np.clip(np.searchsorted(xs, x), 0, xs.size - 1))
        for candidate in xs[max(at - 1, 0) : at + 1]:
            if abs(candidate - x) < distance:
                best, distance = float(candidate), abs(candidate - x)
    return best


class Readout(QGraphicsItem):
    """The box, in pixels of the plot's area."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self._readings: tuple[Reading, ...] = ()
        self._size = QRectF()
        self._corner = (0.0, 0.0)
        self._widest = float("inf")
        self.setZValue(10_000)
        self.setVisible(False)

    def readings(self) -> tuple[Reading, ...]:
        """Return the rows."""
        return self._readings

    def show_readings(self, readings: Sequence[Reading]) -> None:
        """Show rows, the first one as a heading."""
        self._show(readings, MOST_ROWS, float("inf"))

    def show_facts(self, readings: Sequence[Reading], area: QRectF) -> None:
        """Show rows, as many and as much of each as an area has room for."""
        line = QFontMetricsF(current_theme().font(0.92)).height()
        most = max(int((area.height() - 2 * SPACE[1]) / line), 1)
        self._show(readings, most, max(area.width() - 2 * SPACE[1], 40.0))

    def _show(self, readings: Sequence[Reading], most: int, widest: float) -> None:
        rows = tuple(readings)
        if len(rows) > most:
            more = Reading(f"and {len(rows) - most + 1} more", "")
            rows = (*rows[: most - 1], more)
        if (rows, widest) != (self._readings, self._widest):
            self._readings, self._widest = rows, widest
            self._measure()
        self.setVisible(bool(rows))

    def place(self, area: QRectF, pointer: float, crowd: Callable[[QRectF], int]) -> None:
        """Stand in the corner where there is least, off the pointer.

        Parameters
        ----------
        area : QRectF
        pointer : float
            Its x.
        crowd : callable
            Says how much of the data a rectangle would hide.
        """
        gap = SPACE[1]
        box = self._size
        rights = [area.right() - gap - box.width(), area.left() + gap]
        if pointer > area.center().x():
            rights.reverse()
        best, least = QPointF(), -1
        for x in rights:
            for y in (area.top() + gap, area.bottom() - gap - box.height()):
                rect = box.translated(x, y)
                hidden = crowd(rect)
                if rect.left() - gap < pointer < rect.right() + gap:
                    hidden += 1_000_000
                # It changes corners only for a clearly better one.
                if (x, y) == self._corner:
                    hidden = int(hidden * 0.6)
                if least < 0 or hidden < least:
                    best, least = QPointF(x, y), hidden
        self._corner = (best.x(), best.y())
        self.setPos(QPointF(round(best.x()), round(best.y())))

    def place_beside(self, area: QRectF, at: QPointF, radius: float) -> None:
        """Stand beside a place, off it by a radius: at its right and above, where there is room."""
        box, gap = self._size, radius + SPACE[0]
        x, y = at.x() + gap, at.y() - gap - box.height()
        if x + box.width() > area.right():
            x = at.x() - gap - box.width()
        if x < area.left():  # no room beside: above or below, then
            x = min(max(at.x() - box.width() / 2, area.left()), area.right() - box.width())
        if y < area.top():
            y = min(at.y() + gap, area.bottom() - box.height())
        self.setPos(QPointF(round(x), round(max(y, area.top()))))

    def restyle(self) -> None:
        """Measure the type again."""
        self._measure()

    def boundingRect(self) -> QRectF:
        """Return the box."""
        return self._size.adjusted(-1, -1, 1, 1)

    @guarded
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw the box and its rows."""
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("edge"))
        painter.setBrush(theme.colour("card", 0.93))
        painter.drawRoundedRect(self._size.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        font = theme.font(0.92)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        height, elide = metrics.height(), Qt.TextElideMode.ElideRight
        swatch = self._swatch()
        align = Qt.AlignmentFlag
        for number, reading in enumerate(self._readings):
            top = SPACE[0] + number * height
            row = QRectF(SPACE[1], top, self._size.width() - 2 * SPACE[1], height)
            if reading.role:
                painter.setPen(theme.pen(reading.role, 2.0, reading.dash))
                middle = row.center().y()
                start = QPointF(row.left(), middle)
                painter.drawLine(start, start + QPointF(swatch - SPACE[0], 0))
            painter.setPen(theme.colour("muted"))
            inner = row.adjusted(swatch if reading.role else 0, 0, 0, 0)
            label = metrics.elidedText(reading.label, elide, inner.width() + 1)
            painter.drawText(inner, align.AlignLeft | align.AlignVCenter, label)
            room = inner.width() - metrics.horizontalAdvance(label) - SPACE[1]
            value = metrics.elidedText(reading.value, elide, room + 1)
            painter.setPen(theme.colour("text"))
            painter.drawText(row, align.AlignRight | align.AlignVCenter, value)

    def _swatch(self) -> float:
        return current_theme().em + SPACE[0]

    def _measure(self) -> None:
        self.prepareGeometryChange()
        metrics = QFontMetricsF(current_theme().font(0.92))
        width = 0.0
        for reading in self._readings:
            # Room for a digit more, so that the box does not tremble.
            value = max(
                metrics.horizontalAdvance(reading.value), metrics.horizontalAdvance("0.0000")
            )
            label = metrics.horizontalAdvance(reading.label)
            swatch = self._swatch() if reading.role else 0.0
            width = max(width, swatch + label + SPACE[2] + value)
        height = metrics.height() * len(self._readings)
        width = min(width + 2 * SPACE[1], self._widest)
        self._size = QRectF(0, 0, round(width), round(height + 2 * SPACE[0]))
