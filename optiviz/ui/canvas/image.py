"""Grids as pictures: how strongly a model leans to each class, and values on a ramp.

Imports numpy, Qt, pyqtgraph's base class, the theme and the figure.
"""

from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from optiviz.ui.guard import guarded
from optiviz.ui.theme import blend, current_theme
from optiviz.views.figure import ClassImage, ValueImage
from optiviz.views.palette import Palette

__all__ = ["STRONGEST", "ImageMark", "class_colours", "value_colours"]

STRONGEST: Final = 0.55
"""How much of a class's colour there is where the model is sure; points must stay visible."""


LEVELS: Final = 256
"""Of strength, more than a screen can tell apart."""


def class_colours(image: ClassImage, card: QColor, classes: list[QColor]) -> NDArray[np.uint32]:
    """Return the colour of every cell as 0xffRRGGBB.

    Parameters
    ----------
    image : ClassImage
    card : QColor
        What it fades into.
    classes : list of QColor
        Counted round.

    Returns
    -------
    ndarray of uint32, shape (rows, columns)
    """
    lean = np.clip(np.nan_to_num(np.asarray(image.lean, dtype=np.float64)), 0.0, 1.0)
    level = np.rint(lean * (LEVELS - 1)).astype(np.intp)
    winner = np.asarray(image.winner, dtype=np.intp) % len(classes)
    table = _shades(card.rgb(), tuple(colour.rgb() for colour in classes))
    return np.ascontiguousarray(table[winner, level])


def value_colours(image: ValueImage, palette: Palette) -> NDArray[np.uint32]:
    """Return the colour of every cell as 0xffRRGGBB, shape (rows, columns)."""
    table = palette.on_ramp(np.append(np.linspace(0.0, 1.0, LEVELS), np.nan)).astype(np.uint32)
    packed = 0xFF000000 | table[:, 0] << 16 | table[:, 1] << 8 | table[:, 2]
    shares = image.shares(image.values)
    level = np.rint(np.where(np.isfinite(shares), shares * (LEVELS - 1), LEVELS)).astype(np.intp)
    return np.ascontiguousarray(packed[level])


@lru_cache(maxsize=8)
def _shades(card: int, classes: tuple[int, ...]) -> NDArray[np.uint32]:
    """Return each class's colour (rows) at each level of strength, 0xffRRGGBB."""
    ground = QColor.fromRgb(card)
    return np.array(
        [
            [
                blend(ground, QColor.fromRgb(colour), STRONGEST * i / (LEVELS - 1)).rgb()
                for i in range(LEVELS)
            ]
            for colour in classes
        ],
        dtype=np.uint32,
    )


class ImageMark(pg.GraphicsObject):
    """Paints a grid of colours into the plot, smoothly."""

    def __init__(self) -> None:
        super().__init__()
        self._source: ClassImage | ValueImage | None = None
        self._look = ""
        self._pixels: NDArray[np.uint32] | None = None
        self._image = QImage()
        self._rect = QRectF()

    def draw(self, image: ClassImage | ValueImage, rect: QRectF) -> None:
        """Show an image in a rectangle of the plot; the same one again costs nothing.

        Parameters
        ----------
        image : ClassImage or ValueImage
        rect : QRectF
            Its edges as places of the plot, y upwards.
        """
        theme = current_theme()
        if image is not self._source or self._look != theme.palette.name:
            self._source, self._look = image, theme.palette.name
            if isinstance(image, ValueImage):
                pixels = value_colours(image, theme.palette)
            else:
                classes = [QColor(name) for name in theme.palette.classes]
                pixels = class_colours(image, theme.colour("card"), classes)
            if pixels.size:
                # The image borrows the pixels, so they stay with it.
                self._image = QImage(
                    pixels.data,
                    pixels.shape[1],
                    pixels.shape[0],
                    pixels.shape[1] * 4,
                    QImage.Format.Format_RGB32,
                )
                self._pixels = pixels
            else:
                self._image = QImage()
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect
        self.update()

    def image(self) -> QImage:
        """Return the picture, its first row at the bottom of the plot."""
        return self._image

    def boundingRect(self) -> QRectF:
        """Return what it covers."""
        return QRectF(self._rect)

    @guarded
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw it."""
        if not self._image.isNull():
            flat = isinstance(self._source, ValueImage) and self._source.flat
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not flat)
            painter.drawImage(self._rect, self._image)
