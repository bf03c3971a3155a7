"""From places of a plot to pixels of its area, and back.

Imports numpy; knows no toolkit.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FAR", "Pixels", "type_size"]

Array = NDArray[np.float64]
Range = tuple[float, float]

FAR: Final = 1e5
"""Pixels beyond any screen, as far as Qt is asked to draw."""

_USUAL: Final = (37.0, 16.0)  # usual texts across and up, where words of a diagram are usual too
_TYPE: Final = (0.65, 1.4)
_STEPS: Final = 20  # of the size of words, from one to twice as large


def type_size(width: float, height: float, em: float) -> float:
    """Return the size of a diagram's words, times usual text: they grow and shrink with it.

    Parameters
    ----------
    width, height : float
        Of the diagram, in pixels.
    em : float
        The size of usual text, in pixels.
    """
    fits = min(width / (_USUAL[0] * em), height / (_USUAL[1] * em))
    return min(max(math.floor(fits * _STEPS) / _STEPS, _TYPE[0]), _TYPE[1])


@dataclass(frozen=True)
class Pixels:
    """What a plot shows and how large it is; pixels are counted from its top left corner.

    Attributes
    ----------
    x, y : (float, float)
        The places at its edges, lower ones first.
    width, height : float
        In pixels.
    type_size : float
        Times usual text: of words and markers, which follow the size of a diagram.
    """

    x: Range = (0.0, 1.0)
    y: Range = (0.0, 1.0)
    width: float = 1.0
    height: float = 1.0
    type_size: float = 1.0

    @property
    def across(self) -> float:
        """The width of a pixel, in places."""
        return (self.x[1] - self.x[0]) / self.width

    @property
    def upwards(self) -> float:
        """The height of a pixel, in places."""
        return (self.y[1] - self.y[0]) / self.height

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of a place, or one far outside in its direction."""
        return (
            min(max((x - self.x[0]) / self.across, -FAR), FAR),
            min(max((self.y[1] - y) / self.upwards, -FAR), FAR),
        )

    def of(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return the pixels of places, however far outside."""
        with np.errstate(all="ignore"):
            return (x - self.x[0]) / self.across, (self.y[1] - y) / self.upwards

    def place(self, across: float, down: float) -> tuple[float, float]:
        """Return the place at a pixel."""
        return self.x[0] + across * self.across, self.y[1] - down * self.upwards
