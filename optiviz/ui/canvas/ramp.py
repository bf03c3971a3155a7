"""The scale of a picture of values: a strip of its ramp beside the plot, with ticks and a name.

Imports numpy, Qt, the axes' arithmetic, the theme and the figure.
"""

from itertools import pairwise
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem

from optiviz.ui.canvas.axes import Scale, number, ticks_of
from optiviz.ui.guard import guarded
from optiviz.ui.theme import SPACE, current_theme
from optiviz.views.figure import ValueImage

__all__ = ["RampScale", "ramp_ticks"]

WIDTH: Final = 0.7  # of the strip, in the height of usual text
TICK: Final = 3.0  # pixels
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def ramp_ticks(levels: tuple[float, ...], most: int) -> list[tuple[float, str]]:
    """Return where on a ramp, from 0 to 1, which values are written.

    A straight ramp has round values; any other has its own levels, as many as there is room for.
    """
    rising = np.isfinite(levels).all() and all(a < b for a, b in pairwise(levels))
    if len(levels) < 2 or not rising:
        return [(0.5, number(level)) for level in levels[:1]]
    if len(levels) == 2:
        low, high = levels
        scale = Scale.fitting(low, high, False)
        ends = scale.place(low), scale.place(high)
        found = ticks_of(*ends, scale, most)
        if not found:  # they are next to one number
            return [(0.5, number(low))]
        return [((tick.place - ends[0]) / (ends[1] - ends[0]), tick.text) for tick in found]
    chosen = np.unique(np.linspace(0, len(levels) - 1, max(most, 2)).round().astype(int))
    return [(float(i / (len(levels) - 1)), number(levels[i], 2)) for i in chosen]


class RampScale(QGraphicsItem):
    """Stands at the right of the plot, in pixels of the pane."""

    def __init__(self) -> None:
        super().__init__()
        self._image: ValueImage | None = None
        self._bar = QRectF()
        self._whole = QRectF()
        self.setVisible(False)

    def show_image(self, image: ValueImage | None) -> None:
        """Show the scale of a picture; None for no scale."""
        self._image = image
        self.setVisible(image is not None)

    def image(self) -> ValueImage | None:
        """Return the picture whose scale it is."""
        return self._image

    def room(self, height: float) -> float:
        """Return the width that it needs right of a plot of a height, or 0."""
        if self._image is None:
            return 0.0
        metrics = QFontMetricsF(current_theme().font())
        widths = [metrics.horizontalAdvance(text) for _, text in self._ticks(height)]
        strip = SPACE[1] + WIDTH * current_theme().em + TICK + SPACE[0]
        return (
            strip
            + max(widths, default=0.0)
            + (metrics.height() + SPACE[0] if self._image.label else 0.0)
        )

    def place(self, area: QRectF, whole: QRectF) -> None:
        """Stand beside the plot's area."""
        self.prepareGeometryChange()
        left = area.right() + SPACE[1]
        self._bar = QRectF(left, area.top(), round(WIDTH * current_theme().em), area.height())
        self._whole = QRectF(
            area.right(), whole.top(), whole.right() - area.right(), whole.height()
        )
        self.update()

    def boundingRect(self) -> QRectF:
        """Return all that is right of the plot."""
        return QRectF(self._whole)

    @guarded
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw the strip, its ticks and the name."""
        if self._image is None:
            return
        theme = current_theme()
        colours = theme.palette.on_ramp(np.linspace(1.0, 0.0, 128)[:, None])
        strip = QImage(colours.tobytes(), 1, len(colours), 3, QImage.Format.Format_RGB888)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._bar, strip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        metrics = QFontMetricsF(theme.font())
        painter.setFont(theme.font())
        right = self._bar.right()
        for share, text in self._ticks(self._bar.height()):
            y = self._bar.bottom() - share * self._bar.height()
            painter.setPen(theme.pen("edge"))
            painter.drawLine(QPointF(right, y), QPointF(right + TICK, y))
            painter.setPen(theme.colour("muted"))
            # At the ends a text keeps inside, as there may be nothing above or below.
            half = metrics.height() / 2
            y = min(max(y, self._whole.top() + half), self._whole.bottom() - half)
            room = QRectF(right + TICK + SPACE[0], y - half, 200.0, 2 * half)
            painter.drawText(room, _LEFT, text)
        if self._image.label:
            length = self._bar.height()
            words = metrics.elidedText(self._image.label, Qt.TextElideMode.ElideRight, length)
            painter.save()
            painter.translate(self._whole.right() - metrics.height() / 2, self._bar.center().y())
            painter.rotate(-90)
            room = QRectF(-length / 2, -metrics.height() / 2, length, metrics.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)
            painter.restore()

    def _ticks(self, height: float) -> list[tuple[float, str]]:
        assert self._image is not None, "asked of a picture that is shown"
        line = QFontMetricsF(current_theme().font()).height()
        return ramp_ticks(self._image.levels, max(int(height / (line * 2.3)), 2))
