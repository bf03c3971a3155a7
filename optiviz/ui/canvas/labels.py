"""Labels at the ends of curves: moved apart where they would collide, never clipped.

Imports Qt and the theme.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from optiviz.ui.guard import guarded
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["EndLabel", "EndLabels", "margin_for", "spread"]

WIDEST = 0.34
"""Of the plot's width may be the margin of labels."""


@dataclass(frozen=True)
class EndLabel:
    """A curve's name and where the curve ends.

    Attributes
    ----------
    text, role : str
    end : QPointF
        In pixels of the scene.
    opacity : float
    """

    text: str
    role: str
    end: QPointF
    opacity: float = 1.0


def spread(wanted: Sequence[float], height: float, low: float, high: float) -> list[float]:
    """Return where to put the middles of labels so that none overlap, near where they should be.

    Neighbours that would collide share the shift, as weighted blocks do (pool adjacent
    violators). Where there is no room for all, they are spaced evenly.

    Parameters
    ----------
    wanted : sequence of float
        Middles, in any order.
    height : float
        Of a label.
    low, high : float
        Between which all of every label should be.
    """
    count = len(wanted)
    if count == 0:
        return []
    order = sorted(range(count), key=lambda i: wanted[i])
    first, last = low + height / 2, high - height / 2
    if (count - 1) * height > last - first:
        gap = (last - first) / max(count - 1, 1)
        placed = [first + i * gap for i in range(count)]
    else:
        # With the heights above taken off, labels need only be in order: blocks of equal value.
        blocks: list[list[float]] = []
        for rank, i in enumerate(order):
            blocks.append([wanted[i] - rank * height, 1.0])
            while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
                value, weight = blocks.pop()
                before = blocks[-1]
                before[0] = (before[0] * before[1] + value * weight) / (before[1] + weight)
                before[1] += weight
        flat = [value for value, weight in blocks for _ in range(round(weight))]
        top = last - (count - 1) * height
        placed = [min(max(value, first), top) + rank * height for rank, value in enumerate(flat)]
    middles = [0.0] * count
    for rank, i in enumerate(order):
        middles[i] = placed[rank]
    return middles


def margin_for(texts: Sequence[str], width: float) -> float:
    """Return the room that labels need at the right of a plot, in pixels.

    Parameters
    ----------
    texts : sequence of str
    width : float
        Of the whole plot.
    """
    if not texts:
        return 0.0
    metrics = QFontMetricsF(current_theme().font())
    widest = max(metrics.horizontalAdvance(text) for text in texts)
    return min(widest + SPACE[2] + SPACE[0], width * WIDEST)


def _fitting(labels: Sequence[EndLabel], most: int, area: QRectF) -> Sequence[EndLabel]:
    """Return the first labels, and how many more there are, where there is no room for all."""
    if len(labels) <= max(most, 2):
        return labels
    kept = list(labels[: max(most, 2) - 1])
    more = f"and {len(labels) - len(kept):,} more"
    return [*kept, EndLabel(more, "muted", QPointF(area.left(), area.bottom()))]


class EndLabels(QGraphicsItem):
    """Writes the labels in the margin, with a thin leader where one had to move far."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: tuple[EndLabel, ...] = ()
        self._middles: list[float] = []
        self._area = QRectF()
        self._bounds = QRectF()

    def place(self, labels: Sequence[EndLabel], area: QRectF) -> None:
        """Write labels.

        Parameters
        ----------
        labels : sequence of EndLabel
        area : QRectF
            The margin, in pixels of the scene.
        """
        metrics = QFontMetricsF(current_theme().font())
        height = metrics.height() * 0.95
        labels = _fitting(labels, int((area.height() + SPACE[2]) / height), area)
        wanted = [min(max(label.end.y(), area.top()), area.bottom()) for label in labels]
        starts = [label.end.x() for label in labels]
        bounds = area.adjusted(-SPACE[0], -SPACE[3], SPACE[0], SPACE[3])
        bounds.setLeft(min([bounds.left(), *starts]))
        if bounds != self._bounds:
            self.prepareGeometryChange()
        self._area, self._bounds = area, bounds
        self._labels = tuple(labels)
        # The margins of a plot have some room above and below the axes.
        self._middles = spread(wanted, height, area.top() - SPACE[0], area.bottom() + SPACE[1])
        self.update()

    def rects(self) -> list[tuple[str, QRectF]]:
        """Return each label as it is written, elided where it must be, and the room it takes."""
        metrics = QFontMetricsF(current_theme().font())
        left = self._area.left() + SPACE[1]
        room = self._area.right() - left
        height = metrics.height() * 0.95
        found = []
        for label, middle in zip(self._labels, self._middles, strict=True):
            text = metrics.elidedText(label.text, Qt.TextElideMode.ElideRight, room + 1)
            width = metrics.horizontalAdvance(text)
            found.append((text, QRectF(left, middle - height / 2, width, height)))
        return found

    def colours(self) -> list[QColor]:
        """Return the colour of each label."""
        theme = current_theme()
        return [theme.colour(label.role, max(label.opacity, 0.6)) for label in self._labels]

    def boundingRect(self) -> QRectF:
        """Return the margin, a little around it, and the ends of the curves."""
        return QRectF(self._bounds)

    @guarded
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Write the labels."""
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font())
        align, dont_clip = Qt.AlignmentFlag, Qt.TextFlag.TextDontClip
        flags = align.AlignLeft.value | align.AlignVCenter.value | dont_clip.value
        colours = self.colours()
        for label, colour, (text, rect) in zip(self._labels, colours, self.rects(), strict=True):
            end = min(max(label.end.y(), self._area.top()), self._area.bottom())
            edge = self._area.left()
            faint = QColor(colour)
            faint.setAlphaF(0.5)
            if edge - label.end.x() > SPACE[3]:
                # The curve ends earlier: dots lead on from there, grey, since they are no curve.
                pen = QPen(theme.colour("muted", 0.45))
                pen.setDashPattern((1.0, 4.0))
                painter.setPen(pen)
                painter.drawLine(QPointF(label.end.x() + SPACE[0], end), QPointF(edge, end))
            if abs(rect.center().y() - end) > rect.height() * 0.3:
                painter.setPen(faint)
                painter.drawLine(
                    QPointF(edge + 1, end), QPointF(rect.left() - 2, rect.center().y())
                )
            painter.setPen(colour)
            painter.drawText(rect, flags, text)
