"""The area of a plot that people move and zoom: never to where numbers lose their meaning.

Imports pyqtgraph and Qt.
"""

import math
from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QPointF

__all__ = ["Box"]

Range = tuple[float, float]

_WIDEST: Final = 1e3  # times the range of the data; what is smaller can't be found again
_NARROWEST: Final = 1e-9
_DIGITS: Final = 1e-11  # of the largest number: below this neighbouring pixels have one place
_FARTHEST: Final = 1e3  # ranges of the data that one may move away


class Box(pg.ViewBox):
    """A view box whose range stays within sight of the data, however far the wheel is turned.

    Attributes
    ----------
    home : tuple of (float, float)
        The ranges of the data across and upwards, in places.
    """

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.home: tuple[Range, Range] = ((0.0, 1.0), (0.0, 1.0))

    def scaleBy(
        self, s: Any = None, center: Any = None, x: float | None = None, y: float | None = None
    ) -> None:
        """Zoom by factors, or as far as there is sense in it."""
        if s is not None:
            x, y = s[0], s[1]
        across, upwards = self.viewRange()
        x = None if x is None else _factor(x, across, self.home[0])
        y = None if y is None else _factor(y, upwards, self.home[1])
        if self.state["aspectLocked"] is not False and x is not None and y is not None:
            x = y = min(x, y, key=lambda factor: abs(math.log(factor)))
        super().scaleBy(x=x, y=y, center=center)
        self.translateBy(x=0.0 if x is not None else None, y=0.0 if y is not None else None)

    def translateBy(self, t: Any = None, x: float | None = None, y: float | None = None) -> None:
        """Move by a distance, or as far as the data can be found again."""
        if t is not None:
            point = QPointF(t)
            x, y = point.x(), point.y()
        across, upwards = self.viewRange()
        x = None if x is None else _shift(x, across, self.home[0])
        y = None if y is None else _shift(y, upwards, self.home[1])
        if x or y:
            super().translateBy(x=x or None, y=y or None)


def _factor(factor: float, shown: Range, home: Range) -> float:
    """Return the factor by which a range may grow or shrink."""
    width, whole = shown[1] - shown[0], home[1] - home[0]
    if not (width > 0.0 and whole > 0.0 and factor == factor):
        return 1.0
    digits = _DIGITS * max(abs(home[0]), abs(home[1]))
    least = min(max(_NARROWEST * whole, digits), whole)
    return min(max(factor, min(least / width, 1.0)), max(_WIDEST * whole / width, 1.0))


def _shift(shift: float, shown: Range, home: Range) -> float:
    """Return how far a range may move, or must move to be back in sight of the data."""
    whole, middle = home[1] - home[0], (shown[0] + shown[1]) / 2
    low, high = home[0] - _FARTHEST * whole, home[1] + _FARTHEST * whole
    if not (math.isfinite(shift) and low < high):
        return 0.0
    inside = low <= middle + shift <= high
    return shift if inside else min(max(middle + shift, low), high) - middle
