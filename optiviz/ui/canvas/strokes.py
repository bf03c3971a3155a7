"""Thousands of strokes, each with a signed value, in the time of a few: painted by colour.

Imports numpy, Qt, the theme and the figure.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QPainter, QPen
from shiboken6 import wrapInstance

from optiviz.ui.canvas.axes import Scale
from optiviz.ui.canvas.mark import Layer, LayerMark
from optiviz.ui.canvas.pixels import FAR, Pixels
from optiviz.ui.theme import blend, current_theme
from optiviz.views.figure import Strokes

__all__ = ["LEVELS", "StrokesMark", "clipped", "inked", "stroke_colour"]

Array = NDArray[np.float64]
Whole = NDArray[np.intp]

LEVELS: Final = 16
"""Of strength; each has one colour for each sign, and one width."""

WIDE: Final = 60_000.0
"""Pixels of length that are painted at the width of their strength: the slowest."""

SMOOTH: Final = 160_000.0
"""Pixels of length that are painted smoothly, as thin as the others."""

ALL: Final = 1_200_000.0
"""Pixels of length that are painted at all, the strongest first: more would only hide others."""

FEW: Final = 1500
"""Up to so many a stroke without strength is still seen well."""


@dataclass(frozen=True)
class Inked:
    """Which strokes are painted how, by level.

    Attributes
    ----------
    order : ndarray of int
        The strokes that are painted, the strongest ones first.
    wide, smooth : int
        From which level on they are wide, and smooth.
    """

    order: Whole
    wide: int
    smooth: int


@lru_cache(maxsize=4)
def _mixed(n: int) -> Whole:
    """Return n numbers in an order without a pattern, always the same."""
    return np.random.default_rng(0).permutation(n)


def inked(levels: NDArray[np.int64], lengths: Array) -> Inked:
    """Share the time that there is among strokes.

    Parameters
    ----------
    levels : ndarray of int, shape (n,)
        Of strength.
    lengths : ndarray, shape (n,)
        In pixels.
    """
    mixed = _mixed(len(levels))
    # Where not all of one level are painted, they are some from everywhere.
    order = mixed[np.argsort(-levels[mixed].astype(np.int8), kind="stable")]
    ink = np.cumsum(lengths[order])
    of_level = np.bincount(levels, weights=lengths, minlength=LEVELS + 1)
    above = np.cumsum(of_level[::-1])[::-1]
    wide = int(np.count_nonzero(above > WIDE))
    smooth = int(np.count_nonzero(above > SMOOTH))
    return Inked(order[: int(np.searchsorted(ink, ALL)) + 1], wide, smooth)


def clipped(lines: Array, width: float, height: float) -> tuple[Array, NDArray[np.bool_]]:
    """Return lines cut off at a rectangle, and which of them meet it (Liang & Barsky, 1984).

    Parameters
    ----------
    lines : ndarray, shape (n, 4)
        x0, y0, x1, y1, all finite.
    width, height : float
        The rectangle begins at zero.
    """
    across, down = lines[:, ::2], lines[:, 1::2]
    inside = (across >= 0.0) & (across <= width) & (down >= 0.0) & (down <= height)
    if inside.all():
        return lines, np.ones(len(lines), dtype=bool)
    start, along = lines[:, :2], lines[:, 2:] - lines[:, :2]
    with np.errstate(all="ignore"):
        near, far = -start / along, (np.array([width, height]) - start) / along
    level = along == 0.0
    inside = (start >= 0.0) & (start <= (width, height))
    enter = np.where(level, np.where(inside, 0.0, np.inf), np.minimum(near, far))
    leave = np.where(level, np.where(inside, 1.0, -np.inf), np.maximum(near, far))
    first = np.maximum(enter.max(axis=1), 0.0)
    last = np.minimum(leave.min(axis=1), 1.0)
    meets = first <= last
    first, last = np.where(meets, first, 0.0), np.where(meets, last, 0.0)
    cut = start + first[:, None] * along, start + last[:, None] * along
    return np.concatenate(cut, axis=1), meets


def stroke_colour(level: int, positive: bool, few: bool) -> QColor:
    """Return the colour of a level of strength."""
    theme = current_theme()
    least = 0.2 if few else 0.06
    strength = least + (1.0 - least) * level / LEVELS
    return blend(
        theme.colour("card"), theme.colour("positive" if positive else "negative"), strength
    )


class _StrokesLayer(Layer):
    """Paints strokes with one call for each level and sign."""

    def __init__(self) -> None:
        super().__init__()
        self._places = np.empty((0, 4))
        self._levels = np.empty(0, dtype=np.int64)
        self._positive = np.empty(0, dtype=bool)
        self._lost = np.empty((0, 4))
        self._width = 1.0

    def draw(self, places: Array, values: Array, width: float) -> None:
        """Paint other strokes; nan has no level."""
        known = np.isfinite(values)
        self._lost = places[~known]
        places, values = places[known], values[known]
        strength = np.clip(np.abs(values), 0.0, 1.0)
        self._places, self._positive = places, values > 0.0
        self._levels = np.rint(strength * LEVELS).astype(np.int64)
        self._width = width
        self.repaint()

    def paint_in_pixels(self, painter: QPainter, pixels: Pixels) -> None:
        theme = current_theme()
        lines, meets = self._in_pixels(self._places, pixels)
        levels, positive = self._levels, self._positive
        if not meets.all():
            lines, levels, positive = lines[meets], levels[meets], positive[meets]
        few = len(self._levels) <= FEW
        lengths = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
        found = inked(levels, lengths)
        # One group after the other: level by level upwards, both signs.
        group = (2 * levels + positive)[found.order]
        by_group = np.argsort(group.astype(np.uint8), kind="stable")
        lines = np.ascontiguousarray(lines[found.order[by_group]])
        edges = np.searchsorted(group[by_group], np.arange(2 * LEVELS + 3))
        for number in range(2 * LEVELS + 2):
            part = lines[edges[number] : edges[number + 1]]
            if not len(part):
                continue
            level, above = number // 2, LEVELS - found.wide
            pen = QPen(stroke_colour(level, bool(number % 2), few))
            wide = level >= found.wide
            share = (level - found.wide) / above if wide and above > 0 else 0.0
            pen.setWidthF(max(1.0 + (self._width * theme.scale - 1.0) * share, 1.0))
            smooth = level >= found.smooth
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
            _paint_lines(painter, pen, part)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lost, meets = self._in_pixels(self._lost, pixels)
        _paint_lines(painter, theme.pen("danger"), lost[meets])

    @staticmethod
    def _in_pixels(places: Array, pixels: Pixels) -> tuple[Array, NDArray[np.bool_]]:
        """Return strokes in pixels, and which of them are seen."""
        x0, y0 = pixels.of(places[:, 0], places[:, 1])
        x1, y1 = pixels.of(places[:, 2], places[:, 3])
        lines = np.stack((x0, y0, x1, y1), axis=1)
        finite = np.isfinite(lines)
        if not finite.all():
            lines[~finite.all(axis=1)] = -FAR
        return clipped(lines, pixels.width, pixels.height)


def _paint_lines(painter: QPainter, pen: QPen, lines: Array) -> None:
    """Paint lines, shape (n, 4), without making an object of each."""
    if len(lines):
        painter.setPen(pen)
        lines = np.ascontiguousarray(lines)
        # A QLineF is four numbers in a row.
        first = cast("QLineF", wrapInstance(lines.ctypes.data, QLineF))
        painter.drawLines(first, len(lines))


class StrokesMark(LayerMark[Strokes]):
    """Strokes of one network."""

    graphics: _StrokesLayer

    def __init__(self) -> None:
        super().__init__()
        self.graphics = _StrokesLayer()

    def draw(self, item: Strokes, sx: Scale, sy: Scale) -> None:
        """Give the layer the places and the values."""
        columns = [
            np.ravel(scale.places(values))
            for scale, values in ((sx, item.x0), (sy, item.y0), (sx, item.x1), (sy, item.y1))
        ]
        values = np.ravel(np.asarray(item.values, dtype=np.float64))
        n = min(len(values), *(len(column) for column in columns))
        places = np.stack([column[:n] for column in columns], axis=1)
        self.graphics.setVisible(n > 0)
        self.graphics.draw(places, values[:n], item.width)
