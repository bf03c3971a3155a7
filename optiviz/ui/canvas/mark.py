"""What every mark of a plot is, and those that are painted in pixels by ourselves.

Imports numpy, Qt and the figure.
"""

from abc import abstractmethod
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem

from optiviz.ui.canvas.axes import Scale
from optiviz.ui.canvas.pixels import Pixels
from optiviz.ui.guard import guarded
from optiviz.views.figure import Item

__all__ = ["Layer", "LayerMark", "Mark", "packed"]

Array = NDArray[np.float64]
Kind = TypeVar("Kind", bound=Item)


class Mark(Generic[Kind]):
    """One graphics item, used again for the next figure's item of the same kind.

    Attributes
    ----------
    graphics : QGraphicsItem
    in_plot : bool
        It lives in places of the plot; otherwise in pixels, above all that lives in places.
    item : Item or None
        What it shows now.
    """

    in_plot = True
    graphics: QGraphicsItem

    def __init__(self) -> None:
        self.item: Kind | None = None
        self._seen: tuple[Any, ...] = ()

    def show(self, item: Kind, sx: Scale, sy: Scale, order: int) -> None:
        """Show an item; the same one again costs nothing."""
        if self.item is not item or self._seen != (sx, sy):
            self.item = item
            self._seen = (sx, sy)
            self.draw(item, sx, sy)
        if self.graphics.zValue() != order:
            self.graphics.setZValue(order)

    def hide(self) -> None:
        """Show nothing until it is needed again."""
        if self.item is not None:
            self.item = None
            self.graphics.setVisible(False)

    def forget(self) -> None:
        """Draw afresh next time, because colours are others."""
        self._seen = ()

    @abstractmethod
    def draw(self, item: Kind, sx: Scale, sy: Scale) -> None:
        """Give the graphics item its data."""

    def arrange(self, pixels: Pixels) -> None:
        """Follow the range and the size of the plot."""

    def set_copying(self, copying: bool) -> None:
        """Draw sharp at any size while a copy is made."""


class Layer(QGraphicsItem):
    """Paints in pixels of the plot's area, in its turn among what lives in places.

    What it painted is kept, so that something that moves above it costs nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pixels = Pixels()
        self._kept: QPixmap | None = None
        self._copying = False

    @abstractmethod
    def paint_in_pixels(self, painter: QPainter, pixels: Pixels) -> None:
        """Paint everything."""

    def set_pixels(self, pixels: Pixels) -> None:
        """Follow the range and the size of the plot."""
        if pixels != self._pixels:
            self.prepareGeometryChange()
            self._pixels = pixels
            self.repaint()

    def repaint(self) -> None:
        """Paint afresh, because what is shown is another."""
        self._kept = None
        self.update()

    def set_copying(self, copying: bool) -> None:
        """Paint anew each time, as a copy may be of any size."""
        self._copying = copying

    def boundingRect(self) -> QRectF:
        """Return all of the plot's area, in places."""
        (x0, x1), (y0, y1) = self._pixels.x, self._pixels.y
        return QRectF(x0, y0, x1 - x0, y1 - y0)

    @guarded
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Paint what was kept, or all of it."""
        pixels = self._pixels
        there = QTransform(pixels.across, 0, 0, -pixels.upwards, pixels.x[0], pixels.y[1])
        there *= painter.transform()
        # Rounded, so that Qt sees a plain shift and no scaling.
        painter.setTransform(
            QTransform(
                round(there.m11(), 6), 0, 0, round(there.m22(), 6),
                round(there.dx(), 3), round(there.dy(), 3),
            )
        )  # fmt: skip
        if self._copying:
            self.paint_in_pixels(painter, pixels)
            return
        if self._kept is None:
            ratio = painter.device().devicePixelRatioF()
            self._kept = QPixmap(
                max(round(pixels.width * ratio), 1), max(round(pixels.height * ratio), 1)
            )
            self._kept.setDevicePixelRatio(ratio)
            self._kept.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._kept)
            self.paint_in_pixels(inner, pixels)
            inner.end()
        painter.drawPixmap(QPointF(0.0, 0.0), self._kept)


class LayerMark(Mark[Kind]):
    """A mark that is a layer."""

    graphics: Layer

    def arrange(self, pixels: Pixels) -> None:
        """Follow the range and the size of the plot."""
        self.graphics.set_pixels(pixels)

    def hide(self) -> None:
        """Show nothing, and keep no picture of it."""
        super().hide()
        self.graphics.repaint()

    def set_copying(self, copying: bool) -> None:
        """Draw sharp at any size while a copy is made."""
        self.graphics.set_copying(copying)


def packed(colours: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return red, green and blue, shape (..., 3), as 0xffRRGGBB."""
    wide = colours.astype(np.uint32)
    return np.asarray(0xFF000000 | wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2])


def colour_of(rgb: NDArray[np.uint8]) -> QColor:
    """Return red, green and blue as Qt's colour."""
    return QColor(*(int(part) for part in rgb))
