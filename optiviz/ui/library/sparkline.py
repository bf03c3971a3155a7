"""A run's best value on its way, as a small line; painted once for each run and look."""

from collections import OrderedDict
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QPolygonF

from optiviz.ui.library.rows import Row
from optiviz.ui.theme import current_theme

__all__ = ["Thumbnails", "draw_course", "heights"]

_KEPT: Final = 600  # pictures: several screens
_DECADES: Final = 2.5  # from which on a course is drawn by its logarithm


def heights(course: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return a course between 0 and 1; nan where it has no finite value.

    What falls through many powers of ten is taken by its logarithm, else it would be an L.
    """
    values = np.asarray(course, dtype=np.float64)
    values = np.where(np.isfinite(values), values, np.nan)
    if not np.isfinite(values).any():
        return values
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if low > 0 and np.log10(high) - np.log10(low) > _DECADES:
        values = np.log10(values)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if high == low:
        return np.where(np.isnan(values), np.nan, 0.5)
    scale = max(abs(low), abs(high))
    return np.asarray((values / scale - low / scale) / (high / scale - low / scale))


def draw_course(
    painter: QPainter, box: QRectF, course: NDArray[np.float32], line: QColor, width: float
) -> None:
    """Draw a course into a box, softly filled below, with a dot at its end."""
    y = heights(course)
    there = np.flatnonzero(np.isfinite(y))
    if not len(there):
        return
    across = max(1, len(y) - 1)
    points = [
        QPointF(box.left() + box.width() * i / across, box.bottom() - box.height() * y[i])
        for i in there.tolist()
    ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    soft = QColor(line)
    soft.setAlphaF(0.14)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(soft)
    foot = [QPointF(points[-1].x(), box.bottom()), QPointF(points[0].x(), box.bottom())]
    painter.drawPolygon(QPolygonF([*points, *foot]))
    pen = painter.pen()
    pen.setStyle(Qt.PenStyle.SolidLine)
    pen.setColor(line)
    pen.setWidthF(width)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF(points))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(line)
    painter.drawEllipse(points[-1], 1.3 * width, 1.3 * width)


class Thumbnails:
    """Small pictures of courses, in the colours of the present theme."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[object, QPixmap]] = OrderedDict()

    def clear(self) -> None:
        """Paint all of them anew: the theme has changed."""
        self._kept.clear()

    def of(self, row: Row, size: QSize, ratio: float) -> QPixmap:
        """Return a run's picture."""
        stamp = (row.stamp, size.width(), size.height(), ratio)
        kept = self._kept.get(row.id)
        if kept is not None and kept[0] == stamp:
            self._kept.move_to_end(row.id)
            return kept[1]
        made = self._painted(row, size, ratio)
        self._kept[row.id] = stamp, made
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return made

    @staticmethod
    def _painted(row: Row, size: QSize, ratio: float) -> QPixmap:
        pixmap = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        theme = current_theme()
        painter = QPainter(pixmap)
        box = QRectF(2, 3, size.width() - 6, size.height() - 6)
        draw_course(painter, box, row.item.course, theme.colour("muted"), 1.2 * theme.scale)
        painter.end()
        return pixmap
