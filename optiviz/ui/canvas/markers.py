"""The shapes of markers, one unit across, for plots, legends and tables.

Imports Qt only.
"""

import math
from functools import cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

__all__ = ["is_stroked", "marker_path"]


def is_stroked(marker: str) -> bool:
    """Whether a marker has lines only, and nothing to fill."""
    return marker in ("cross", "plus", "ring")


def _around(turns: float, radius: float) -> QPointF:
    """Return a point on a circle, counted from the top."""
    angle = 2 * math.pi * turns
    return QPointF(radius * math.sin(angle), -radius * math.cos(angle))


def _on_star(corner: int) -> QPointF:
    return _around(corner / 10, 0.64 if corner % 2 == 0 else 0.28)


@cache
def marker_path(marker: str) -> QPainterPath:
    """Return the outline of a marker, centred on zero, of about equal weight to the eye."""
    path = QPainterPath()
    if marker == "square":
        path.addRect(QRectF(-0.44, -0.44, 0.88, 0.88))
    elif marker == "triangle":
        path.addPolygon(QPolygonF([QPointF(0, -0.56), QPointF(0.54, 0.4), QPointF(-0.54, 0.4)]))
        path.closeSubpath()
    elif marker == "diamond":
        corners = [QPointF(0, -0.58), QPointF(0.58, 0), QPointF(0, 0.58), QPointF(-0.58, 0)]
        path.addPolygon(QPolygonF(corners))
        path.closeSubpath()
    elif marker == "down":
        path.addPolygon(QPolygonF([QPointF(0, 0.56), QPointF(0.54, -0.4), QPointF(-0.54, -0.4)]))
        path.closeSubpath()
    elif marker == "star":
        path.addPolygon(QPolygonF([*map(_on_star, range(10))]))
        path.closeSubpath()
    elif marker == "hexagon":
        path.addPolygon(QPolygonF([_around(i / 6, 0.53) for i in range(6)]))
        path.closeSubpath()
    elif marker == "hourglass":
        corners = [QPointF(-0.46, -0.5), QPointF(0.46, -0.5), QPointF(-0.46, 0.5)]
        path.addPolygon(QPolygonF([*corners, QPointF(0.46, 0.5)]))
        path.closeSubpath()
    elif marker == "plus":
        path.moveTo(0, -0.5)
        path.lineTo(0, 0.5)
        path.moveTo(-0.5, 0)
        path.lineTo(0.5, 0)
    elif marker == "cross":
        path.moveTo(-0.38, -0.38)
        path.lineTo(0.38, 0.38)
        path.moveTo(0.38, -0.38)
        path.lineTo(-0.38, 0.38)
    else:
        path.addEllipse(QRectF(-0.5, -0.5, 1, 1))
    return path
