"""Words at places of a plot, on a plate where they must be read over something.

Imports numpy, Qt, the theme and the figure.
"""

from typing import Any, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QPainter
from PySide6.QtWidgets import QGraphicsSimpleTextItem

from optiviz.ui.canvas.axes import Scale
from optiviz.ui.canvas.mark import Mark
from optiviz.ui.canvas.pixels import Pixels
from optiviz.ui.guard import guarded
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Text

__all__ = ["TextMark", "paint_plate"]

PLATE: Final = 3.0
"""How far a plate reaches beyond its words, in pixels."""


def paint_plate(painter: QPainter, words: QRectF) -> None:
    """Paint the plate behind words."""
    theme = current_theme()
    painter.setPen(theme.pen("line"))
    painter.setBrush(theme.colour("card", 0.9))
    painter.drawRoundedRect(words.adjusted(-PLATE, 0.0, PLATE, 0.0), PLATE, PLATE)


class _Words(QGraphicsSimpleTextItem):
    """The words themselves."""

    def __init__(self) -> None:
        super().__init__()
        self._boxed = False

    def set_boxed(self, boxed: bool) -> None:
        """Put them on a plate."""
        if boxed != self._boxed:
            self.prepareGeometryChange()
            self._boxed = boxed

    def words(self) -> QRectF:
        """Return the room of the words alone."""
        return super().boundingRect()

    def boundingRect(self) -> QRectF:
        """Return the room of the words and their plate."""
        by = PLATE + 1.0 if self._boxed else 0.0
        return self.words().adjusted(-by, -by, by, by)

    @guarded
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Paint the plate and the words."""
        if self._boxed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_plate(painter, self.words())
        super().paint(painter, option, widget)


class TextMark(Mark[Text]):
    """Words at a place."""

    in_plot = False
    graphics: _Words

    def __init__(self) -> None:
        super().__init__()
        self.graphics = _Words()
        self._place = (0.0, 0.0)
        self._room: float | None = None
        self._size = 0.0

    def draw(self, item: Text, sx: Scale, sy: Scale) -> None:
        """Give the words their type and colour."""
        theme = current_theme()
        self._place = (sx.place(item.x), sy.place(item.y))
        self._room = None if item.room is None else item.room / sx.unit
        self.graphics.set_boxed(item.boxed)
        self.graphics.setText(item.text)
        self._size = 0.0
        self.graphics.setBrush(QBrush(theme.colour(item.role)))
        self.graphics.setVisible(bool(np.isfinite(self._place).all()))

    def arrange(self, pixels: Pixels) -> None:
        """Move to the place, in pixels."""
        item = self.item
        if item is None or not np.isfinite(self._place).all():
            return
        theme = current_theme()
        wanted = min(max(item.size * pixels.type_size, 0.1), 20.0)
        if wanted != self._size:
            self._size = wanted
            self.graphics.setFont(theme.font(wanted, bold=item.bold))
        size = self.graphics.words().size()
        self.graphics.setVisible(self._room is None or size.width() <= self._room / pixels.across)
        # Beside a marker of usual size, not under it.
        gap = theme.em * 0.75 * pixels.type_size
        left, top = {
            "left": (gap, -size.height() / 2),
            "right": (-size.width() - gap, -size.height() / 2),
            "center": (-size.width() / 2, -size.height() / 2),
            "top": (-size.width() / 2, gap),
            "bottom": (-size.width() / 2, -size.height() - gap),
        }[item.anchor]
        self.graphics.setPos(QPointF(*pixels.at(*self._place)) + QPointF(left, top))
