"""Signed values as disks, and as many small pictures.

Imports numpy, Qt, the theme and the figure.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from optiviz.ui.canvas.axes import Scale
from optiviz.ui.canvas.mark import Layer, LayerMark, colour_of, packed
from optiviz.ui.canvas.pixels import Pixels
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Disks, Tiles
from optiviz.views.palette import Palette

__all__ = ["DisksMark", "TilesMark", "sign_colours"]

Array = NDArray[np.float64]

LEVELS: Final = 128
"""Of strength, for each sign."""

CELLS: Final = 12
"""A picture of fewer cells across shows each of them; others are smooth."""

LEAST: Final = 2.0  # pixels across, below which there is nothing to see


def sign_colours(values: Array, palette: Palette) -> NDArray[np.uint32]:
    """Return the colours of signed values as 0xffRRGGBB, by way of a table."""
    table = packed(palette.on_signs(np.append(np.linspace(-1.0, 1.0, 2 * LEVELS + 1), np.nan)))
    known = np.isfinite(values)
    within = np.clip(np.where(known, values, 0.0), -1.0, 1.0)
    level = np.where(known, np.rint((within + 1.0) * LEVELS), 2 * LEVELS + 1).astype(np.intp)
    return np.ascontiguousarray(table[level])


class _DisksLayer(Layer):
    """Paints disks, those of one colour together."""

    def __init__(self) -> None:
        super().__init__()
        self._x = self._y = np.empty(0)
        self._values = np.empty(0)
        self._size = 1.0

    def draw(self, x: Array, y: Array, values: Array, size: float) -> None:
        """Paint other disks."""
        self._x, self._y, self._values, self._size = x, y, values, size
        self.repaint()

    def paint_in_pixels(self, painter: QPainter, pixels: Pixels) -> None:
        theme = current_theme()
        across, down = pixels.of(self._x, self._y)
        radius = max(self._size * theme.em * pixels.type_size, LEAST) / 2
        seen = (across > -radius) & (across < pixels.width + radius)
        seen &= (down > -radius) & (down < pixels.height + radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # The outline is inside the disk's size, and thin where the disk is small.
        pen = theme.pen("outline", min(1.2, radius / 4), opacity=0.85)
        inner = max(radius - pen.widthF() / 2, 0.5)
        painter.setPen(pen)
        colours = theme.palette.on_signs(np.rint(self._values * LEVELS) / LEVELS)
        last = None
        for i in np.flatnonzero(seen):
            colour = colour_of(colours[i])
            if colour != last:
                painter.setBrush(colour)
                last = colour
            painter.drawEllipse(QPointF(across[i], down[i]), inner, inner)


class DisksMark(LayerMark[Disks]):
    """Disks of one size."""

    graphics: _DisksLayer

    def __init__(self) -> None:
        super().__init__()
        self.graphics = _DisksLayer()

    def draw(self, item: Disks, sx: Scale, sy: Scale) -> None:
        """Give the layer the places and the values."""
        x, y = np.ravel(sx.places(item.x)), np.ravel(sy.places(item.y))
        values = np.ravel(np.asarray(item.values, dtype=np.float64))
        n = min(len(x), len(y), len(values))
        good = np.isfinite(x[:n]) & np.isfinite(y[:n])
        self.graphics.setVisible(bool(good.any()))
        self.graphics.draw(x[:n][good], y[:n][good], values[:n][good], item.size)


class _TilesLayer(Layer):
    """Paints pictures on whole pixels, each with a thin outline."""

    def __init__(self) -> None:
        super().__init__()
        self._x = self._y = np.empty(0)
        self._size = (0.0, 0.0)
        self._cells = (0, 0)
        self._colours = np.empty((0, 0), dtype=np.uint32)
        self._image = QImage()

    def draw(self, x: Array, y: Array, size: tuple[float, float], values: Array) -> None:
        """Paint other pictures, of one size in places."""
        self._x, self._y, self._size = x, y, size
        n, rows, columns = values.shape
        self._cells = rows, columns
        # All of them as one tall picture, the first row of each on top as pictures have it.
        colours = sign_colours(values[:, ::-1], current_theme().palette)
        self._colours = colours.reshape(n * rows, columns)
        self._image = QImage()
        if colours.size:
            # The image borrows the colours, so they stay with it.
            self._image = QImage(
                self._colours.data, columns, n * rows, columns * 4, QImage.Format.Format_RGB32
            )
        self.repaint()

    def paint_in_pixels(self, painter: QPainter, pixels: Pixels) -> None:
        if self._image.isNull():
            return
        theme = current_theme()
        rows, columns = self._cells
        width = max(abs(self._size[0]) / pixels.across, LEAST)
        height = max(abs(self._size[1]) / pixels.upwards, LEAST)
        across, down = pixels.of(self._x, self._y)
        seen = (across > -width) & (across < pixels.width + width)
        seen &= (down > -height) & (down < pixels.height + height)
        smooth = min(rows, columns) >= CELLS
        smaller = width < columns or height < rows
        how = Qt.TransformationMode.SmoothTransformation
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme.colour("line"))
        outlined = min(width, height) >= 6.0
        for i in np.flatnonzero(seen):
            left, top = round(across[i] - width / 2), round(down[i] - height / 2)
            target = QRectF(left, top, round(width), round(height))
            tile = self._image.copy(0, int(i) * rows, columns, rows)
            if smaller:  # every cell counts, not only some
                side = target.size().toSize() * painter.device().devicePixelRatioF()
                tile = tile.scaled(side, Qt.AspectRatioMode.IgnoreAspectRatio, how)
            painter.drawImage(target, tile)
            if outlined:
                painter.drawRect(target.adjusted(0, 0, -1, -1))


class TilesMark(LayerMark[Tiles]):
    """Small pictures of one size."""

    graphics: _TilesLayer

    def __init__(self) -> None:
        super().__init__()
        self.graphics = _TilesLayer()

    def draw(self, item: Tiles, sx: Scale, sy: Scale) -> None:
        """Give the layer the places and the pictures."""
        x, y = np.ravel(sx.places(item.x)), np.ravel(sy.places(item.y))
        values = np.asarray(item.values, dtype=np.float64)
        size = item.width / sx.unit, item.height / sy.unit
        if values.ndim != 3 or not np.isfinite(size).all():
            values = np.empty((0, 0, 0))
        n = min(len(x), len(y), len(values))
        good = np.isfinite(x[:n]) & np.isfinite(y[:n])
        self.graphics.setVisible(bool(good.any()))
        self.graphics.draw(x[:n][good], y[:n][good], size, values[:n][good])
