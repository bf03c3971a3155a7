"""Arrows from places of a plot to others, with heads of one size and a label at the head.

Imports numpy, Qt, the theme and the figure.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from optiviz.ui.canvas.axes import Scale
from optiviz.ui.canvas.mark import Layer, LayerMark
from optiviz.ui.canvas.pixels import Pixels
from optiviz.ui.canvas.strokes import clipped
from optiviz.ui.canvas.words import PLATE, paint_plate
from optiviz.ui.theme import SPACE, current_theme
from optiviz.views.figure import Arrows

__all__ = ["ArrowsMark", "label_rect"]

Array = NDArray[np.float64]

HEAD: Final = 6.0
"""The length of a head, in pixels, and what each pixel of the shaft's width adds to it."""
HEAD_PER_WIDTH: Final = 2.2
SLIM: Final = 0.42
"""Half the width of a head, of its length."""
SHORTEST: Final = 1.0  # pixels: what is shorter has no direction


def label_rect(
    head: QPointF, direction: float, size: QRectF, area: QRectF, taken: Sequence[QRectF]
) -> QRectF:
    """Return where a label stands near a head: ahead of it, or else where it hides no other.

    Parameters
    ----------
    head : QPointF
    direction : float
        Of the arrow, in radians, y downwards.
    size : QRectF
        Of the words.
    area : QRectF
        It stays inside of this.
    taken : sequence of QRectF
        Of other labels.
    """
    first = None
    for turn in (0.0, 0.8, -0.8, 1.6, -1.6, 2.4, -2.4):
        for far in (1.0, 2.2):
            angle = direction + turn
            across = (size.width() / 2 + SPACE[1]) * math.cos(angle) * far
            down = (size.height() / 2 + SPACE[0] + PLATE) * math.sin(angle) * far
            rect = QRectF(size)
            rect.moveCenter(head + QPointF(across, down))
            rect.moveLeft(max(min(rect.left(), area.right() - rect.width()), area.left()))
            rect.moveTop(max(min(rect.top(), area.bottom() - rect.height()), area.top()))
            first = first or rect
            hides = rect.adjusted(-2, -2, 2, 2)
            if not any(hides.intersects(other) for other in taken) and not hides.contains(head):
                return rect
    assert first is not None, "there are places to try"
    return first


class _ArrowsLayer(Layer):
    """Paints arrows, and one label at the head of the longest."""

    def __init__(self) -> None:
        super().__init__()
        self._places = np.empty((0, 4))
        self._item: Arrows | None = None
        self.taken: list[QRectF] = []

    def draw(self, places: Array, item: Arrows) -> None:
        """Paint other arrows."""
        self._places, self._item = places, item
        self.repaint()

    def paint_in_pixels(self, painter: QPainter, pixels: Pixels) -> None:
        item = self._item
        if item is None:
            return
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = theme.pen(item.role, item.width, item.dash, item.opacity)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        colour = theme.colour(item.role, item.opacity)
        for (x0, y0, x1, y1), (to_x, to_y) in zip(*self._ends(pixels), strict=True):
            length = math.hypot(x1 - x0, y1 - y0)
            if length < SHORTEST:
                continue
            along = (x1 - x0) / length, (y1 - y0) / length
            reached = math.hypot(to_x - x1, to_y - y1) < 0.5
            head = min(HEAD * theme.scale + HEAD_PER_WIDTH * pen.widthF(), length)
            # The shaft ends inside the head, so that its end does not show beside the tip.
            inner = length - 0.7 * head if reached else length
            painter.setPen(pen)
            painter.drawLine(QLineF(x0, y0, x0 + along[0] * inner, y0 + along[1] * inner))
            if reached:
                painter.setPen(QPen(Qt.PenStyle.NoPen))
                painter.setBrush(colour)
                painter.drawPolygon(_head(QPointF(x1, y1), along, head))
        label = self.label(pixels)
        if label is not None:
            painter.setFont(theme.font(0.92))
            paint_plate(painter, label)
            painter.setPen(theme.colour(item.role))
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, item.label)

    def label(self, pixels: Pixels) -> QRectF | None:
        """Return where the label is; None if there is none to be seen."""
        item = self._item
        if item is None or not item.label:
            return None
        lines, heads = self._ends(pixels)
        lengths = np.hypot(heads[:, 0] - lines[:, 0], heads[:, 1] - lines[:, 1])
        if not len(lengths) or lengths.max() < SHORTEST:
            return None
        longest = int(np.argmax(lengths))
        x0, y0, x1, y1 = lines[longest]
        metrics = QFontMetricsF(current_theme().font(0.92))
        size = QRectF(0, 0, math.ceil(metrics.horizontalAdvance(item.label)), metrics.height())
        room = QRectF(PLATE + 1, 1, pixels.width - 2 * PLATE - 2, pixels.height - 2)
        angle = math.atan2(y1 - y0, x1 - x0)
        return label_rect(QPointF(x1, y1), angle, size, room, self.taken)

    def _ends(self, pixels: Pixels) -> tuple[Array, Array]:
        """Return the shafts that are seen, cut off at the area, and where their heads would be."""
        x0, y0 = pixels.of(self._places[:, 0], self._places[:, 1])
        x1, y1 = pixels.of(self._places[:, 2], self._places[:, 3])
        lines, meets = clipped(np.stack((x0, y0, x1, y1), axis=1), pixels.width, pixels.height)
        return lines[meets], np.stack((x1, y1), axis=1)[meets]


def _head(tip: QPointF, along: tuple[float, float], length: float) -> QPolygonF:
    """Return a head: a triangle at the tip."""
    back = tip - QPointF(along[0] * length, along[1] * length)
    aside = QPointF(-along[1], along[0]) * (length * SLIM)
    return QPolygonF([tip, back + aside, back - aside])


class ArrowsMark(LayerMark[Arrows]):
    """Arrows of one kind."""

    graphics: _ArrowsLayer

    def __init__(self) -> None:
        super().__init__()
        self.graphics = _ArrowsLayer()

    def draw(self, item: Arrows, sx: Scale, sy: Scale) -> None:
        """Give the layer the places of tails and heads."""
        x, y, dx, dy = (
            np.ravel(np.asarray(v, dtype=np.float64)) for v in (item.x, item.y, item.dx, item.dy)
        )
        n = min(len(x), len(y), len(dx), len(dy))
        with np.errstate(all="ignore"):
            ends = x[:n], y[:n], x[:n] + dx[:n], y[:n] + dy[:n]
        places = np.stack(
            [scale.places(v) for scale, v in zip((sx, sy, sx, sy), ends, strict=True)], axis=1
        )
        places = places[np.isfinite(places).all(axis=1)]
        self.graphics.setVisible(len(places) > 0)
        self.graphics.draw(places, item)

    def place_label(self, pixels: Pixels, taken: list[QRectF]) -> None:
        """Keep the label off those of other arrows, and add it to them."""
        if self.graphics.taken != taken:
            self.graphics.taken = list(taken)
            self.graphics.repaint()
        label = self.graphics.label(pixels)
        if label is not None:
            taken.append(label.adjusted(-PLATE, 0, PLATE, 0))
