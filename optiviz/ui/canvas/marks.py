"""The items of a figure as graphics items that are made once and then only get new data.

Imports numpy, Qt, pyqtgraph, the theme and the figure.
"""

import math
from typing import Any, Final, TypeVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsLineItem, QGraphicsPathItem

from optiviz.ui.canvas.arrows import ArrowsMark
from optiviz.ui.canvas.axes import Scale
from optiviz.ui.canvas.image import ImageMark
from optiviz.ui.canvas.mark import Mark
from optiviz.ui.canvas.markers import is_stroked, marker_path
from optiviz.ui.canvas.pixels import Pixels
from optiviz.ui.canvas.places import line_places
from optiviz.ui.canvas.signs import DisksMark, TilesMark
from optiviz.ui.canvas.strokes import StrokesMark
from optiviz.ui.canvas.words import TextMark
from optiviz.ui.guard import guarded
from optiviz.ui.theme import blend, current_theme
from optiviz.views.figure import (
    Arrows,
    Band,
    ClassImage,
    Disks,
    Item,
    Line,
    Points,
    Rule,
    Strokes,
    Text,
    Tiles,
    ValueImage,
)

__all__ = ["MOST_POINTS", "CrispLine", "LineMark", "Marks"]

Array = NDArray[np.float64]
Grid = TypeVar("Grid", ClassImage, ValueImage)

FEW_VERTICES: Final = 200
"""Up to so many a thick curve is drawn as one path."""

MOST_POINTS: Final = 20_000
"""Of more points a sample of about this many is drawn."""


def _line_pen(line: Line, count: int) -> tuple[QPen, bool]:
    """Return a curve's pen, and whether to draw its segments one by one.

    Qt outlines a thick antialiased path as one polygon, which takes ten times as long for a noisy
    curve as its segments do. Segments overlap, so their colour must be opaque; and dashes of many
    segments are only drawn fast where they are thin.
    """
    theme = current_theme()
    pen = theme.pen(line.role, line.width, line.dash, line.opacity)
    if pen.widthF() <= 1.0 or count < FEW_VERTICES:
        return pen, False
    if line.dash != "solid":
        pen.setWidthF(1.0)
        return pen, False
    if line.opacity < 1.0:
        pen.setColor(blend(theme.colour("card"), theme.colour(line.role), line.opacity))
    pen.setCapStyle(Qt.PenCapStyle.SquareCap)
    return pen, True


class LineMark(Mark[Line]):
    """A curve."""

    graphics: Any

    def __init__(self) -> None:
        super().__init__()
        self._x = self._y = np.empty(0)
        self.graphics = pg.PlotCurveItem(antialias=True, clickable=False)

    def draw(self, item: Line, sx: Scale, sy: Scale) -> None:
        """Give the curve its places and its pen."""
        x, y = line_places(item, sx, sy)
        broken = not (np.isfinite(x).all() and np.isfinite(y).all())
        if broken and not (np.isfinite(x) & np.isfinite(y)).any():
            x, y, broken = x[:0], y[:0], False
        pen, apart = _line_pen(item, x.size)
        self.graphics.setSegmentedLineMode("on" if apart else "off")
        self.graphics.setData(
            x=x,
            y=y,
            pen=pen,
            connect="finite" if broken else "all",
            skipFiniteCheck=not broken,
        )
        self.graphics.setVisible(x.size > 0)
        self._x, self._y = x, y

    def end_before(self, right: float) -> tuple[float, float] | None:
        """Return the last place of the curve that is not beyond `right`, or None."""
        for at in range(self._x.size - 1, -1, -1):
            x, y = float(self._x[at]), float(self._y[at])
            if x <= right and math.isfinite(y):
                return x, y
        return None


class BandMark(Mark[Band]):
    """An area between two curves; nan breaks it."""

    graphics: QGraphicsPathItem

    def __init__(self) -> None:
        super().__init__()
        self.graphics = QGraphicsPathItem()
        self.graphics.setPen(Qt.PenStyle.NoPen)

    def draw(self, item: Band, sx: Scale, sy: Scale) -> None:
        x, low, high = (
            np.ravel(scale.places(v))
            for scale, v in ((sx, item.x), (sy, item.low), (sy, item.high))
        )
        count = min(x.size, low.size, high.size)
        x, low, high = x[:count], low[:count], high[:count]
        good = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
        path = QPainterPath()
        for start, stop in edges.reshape(-1, 2):
            part = slice(int(start), int(stop))
            around = pg.functions.arrayToQPath(
                np.concatenate((x[part], x[part][::-1])),
                np.concatenate((low[part], high[part][::-1])),
                connect="all",
            )
            around.closeSubpath()
            path.addPath(around)
        self.graphics.setPath(path)
        self.graphics.setBrush(QBrush(current_theme().colour(item.role, item.opacity)))
        self.graphics.setVisible(not path.isEmpty())


class PointsMark(Mark[Points]):
    """Markers of one kind."""

    graphics: Any

    def __init__(self) -> None:
        super().__init__()
        self.graphics = pg.ScatterPlotItem(pxMode=True, hoverable=False)
        self._drawn: tuple[object, ...] = ()
        self._places = np.empty((2, 0))
        self._times = 1.0

    def draw(self, item: Points, sx: Scale, sy: Scale) -> None:
        theme = current_theme()
        x, y = np.ravel(sx.places(item.x)), np.ravel(sy.places(item.y))
        count = min(x.size, y.size)
        x, y = x[:count], y[:count]
        good = np.isfinite(x) & np.isfinite(y)
        if not good.all():
            x, y = x[good], y[good]
        if x.size > MOST_POINTS:
            every = -(-x.size // MOST_POINTS)
            x, y = x[::every], y[::every]
        colour = theme.colour(item.role, item.opacity)
        size = max(item.size * theme.em, 2.0)
        look = (colour.rgba(), item.marker, size, item.hollow, item.outlined, theme.name)
        places = np.stack((x, y))
        if look == self._drawn and np.array_equal(places, self._places):
            return  # most points of a live picture are where they were
        self._drawn, self._places, self._times = look, places, 1.0
        if item.hollow or is_stroked(item.marker):
            pen: QPen | None = theme.pen(
                "outline" if item.outlined else item.role, 1.3, opacity=item.opacity
            )
            brush = QBrush(Qt.BrushStyle.NoBrush)
        else:
            brush = QBrush(colour)
            pen = theme.pen("outline", 1.3) if item.outlined else None
        self.graphics.setData(
            x=x,
            y=y,
            size=size,
            symbol=marker_path(item.marker),
            pen=pen,
            brush=brush,
        )
        self.graphics.setVisible(x.size > 0)

    def arrange(self, pixels: Pixels) -> None:
        size = self._drawn[2] if self._drawn else None
        if self.item is not None and isinstance(size, float) and pixels.type_size != self._times:
            self._times = pixels.type_size
            self.graphics.setSize(max(size * self._times, 2.0))

    def set_copying(self, copying: bool) -> None:
        self.graphics.setExportMode(copying, {"antialias": True} if copying else None)


class GridMark(Mark[Grid]):
    """A grid of colours."""

    graphics: ImageMark

    def __init__(self) -> None:
        super().__init__()
        self.graphics = ImageMark()

    def draw(self, item: Grid, sx: Scale, sy: Scale) -> None:
        left, right = sx.place(item.left), sx.place(item.right)
        bottom, top = sy.place(item.bottom), sy.place(item.top)
        rect = QRectF(left, bottom, right - left, top - bottom)
        visible = bool(np.isfinite([left, right, bottom, top]).all()) and rect.isValid()
        self.graphics.setVisible(visible)
        if visible:
            self.graphics.draw(item, rect)


class CrispLine(QGraphicsLineItem):
    """An upright or level line, drawn on whole pixels."""

    @guarded
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw it without smoothing."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        super().paint(painter, option, widget)


class RuleMark(Mark[Rule]):
    """A straight line across the plot."""

    in_plot = False
    graphics: CrispLine

    def __init__(self) -> None:
        super().__init__()
        self.graphics = CrispLine()
        self._place = 0.0

    def draw(self, item: Rule, sx: Scale, sy: Scale) -> None:
        self._place = (sx if item.upright else sy).place(item.at)
        self.graphics.setPen(current_theme().pen(item.role, 1.0, item.dash))
        self.graphics.setVisible(bool(np.isfinite(self._place)))

    def arrange(self, pixels: Pixels) -> None:
        if self.item is None or not np.isfinite(self._place):
            return
        if self.item.upright:
            at = round(pixels.at(self._place, 0.0)[0])
            self.graphics.setLine(at, 0.0, at, pixels.height)
        else:
            at = round(pixels.at(0.0, self._place)[1])
            self.graphics.setLine(0.0, at, pixels.width, at)


_MARKS: Final[dict[type, type[Mark[Any]]]] = {
    Line: LineMark,
    Band: BandMark,
    Points: PointsMark,
    ClassImage: GridMark,
    ValueImage: GridMark,
    Text: TextMark,
    Rule: RuleMark,
    Strokes: StrokesMark,
    Disks: DisksMark,
    Tiles: TilesMark,
    Arrows: ArrowsMark,
}


_SPARE: Final = 16  # marks of a kind that wait for the next figure: fewer come and go as it plays


class Marks:
    """All marks of a plot, kept by kind and order, so that the next figure uses them again."""

    def __init__(self, box: Any) -> None:
        self._box = box
        self._pools: dict[type, list[Mark[Any]]] = {kind: [] for kind in _MARKS}
        self.shown: list[Mark[Any]] = []

    def show(self, items: tuple[Item, ...], sx: Scale, sy: Scale) -> None:
        """Show these items, in order."""
        used = dict.fromkeys(_MARKS, 0)
        shown = []
        for order, item in enumerate(items):
            kind = type(item)
            pool = self._pools[kind]
            if used[kind] == len(pool):
                pool.append(self._make(kind))
            mark = pool[used[kind]]
            used[kind] += 1
            mark.show(item, sx, sy, order)
            shown.append(mark)
        for kind, pool in self._pools.items():
            for mark in pool[used[kind] :]:
                mark.hide()
            self._drop(pool, used[kind] + _SPARE)
        self.shown = shown

    def clear(self) -> None:
        """Show nothing, and hold nothing of what was shown."""
        for pool in self._pools.values():
            self._drop(pool, 0)
        self.shown = []

    def _drop(self, pool: list[Mark[Any]], kept: int) -> None:
        for mark in pool[kept:]:
            if mark.in_plot:
                self._box.removeItem(mark.graphics)
            else:
                mark.graphics.scene().removeItem(mark.graphics)
        del pool[kept:]

    def forget(self) -> None:
        """Draw everything afresh next time."""
        for pool in self._pools.values():
            for mark in pool:
                mark.forget()

    def arrange(self, pixels: Pixels) -> None:
        """Follow the range and the size of the plot."""
        labels: list[QRectF] = []
        for mark in self.shown:
            mark.arrange(pixels)
            if isinstance(mark, ArrowsMark):
                mark.place_label(pixels, labels)

    def set_copying(self, copying: bool) -> None:
        """Draw sharp at any size while a copy is made."""
        for mark in self.shown:
            mark.set_copying(copying)

    def _make(self, kind: type) -> Mark[Any]:
        mark = _MARKS[kind]()
        if mark.in_plot:
            self._box.addItem(mark.graphics, ignoreBounds=True)
        else:
            mark.graphics.setParentItem(self._box)
        return mark
