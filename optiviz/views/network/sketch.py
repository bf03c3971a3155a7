"""Where everything in the diagram of a network stands."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optiviz.analysis.networks.diagrams import Column, Edges
from optiviz.views.figure import Array

MAPPED = 24  # units of a column that have room for a map
NAMED = 20  # units of a column that have room for a name
WIDTH, HEIGHT = 70.0, 3.1  # of a usual card: letters across, inches up
LOW, HIGH = -0.04, 1.17  # y, with room for titles
_TALLEST = 0.19  # of a map, in the height of a column
_SQUARE = 1.85  # how much wider than high a usual card is


@dataclass(frozen=True, eq=False)
class Sketch:
    """Where everything stands: x is the number of the layer, y is 0 to 1.

    Attributes
    ----------
    columns : tuple of Column
    edges : Edges
    beside : float
        The share of the width that is left for one unit's large map.
    """

    columns: tuple[Column, ...]
    edges: Edges
    beside: float = 0.0

    @property
    def longest(self) -> int:
        """Letters of a name beside a unit, at most."""
        return 8 if self.beside else 20

    @cached_property
    def span(self) -> tuple[float, float]:
        """The ends of x, with room for what is written beside the first and the last units."""
        free = 1 - self.beside
        left, right = (
            0.05 + min(self.longest, max(map(len, column.beside))) / WIDTH
            if len(column.y) <= NAMED
            else 0.06
            for column in (self.columns[0], self.columns[-1])
        )
        layers = len(self.columns) - 1
        title = self.columns[-1].title + " · " + self.columns[-1].activation
        half = 0.6 * len(title) / WIDTH if layers < 4 and not self.beside else 0.0
        left, right = left + 0.03 * free, max(right + 0.03 * free, half)  # with half a map
        width = layers / max(0.2, free - left - right)
        return -left * width, layers + (right + self.beside) * width

    @property
    def width(self) -> float:
        """Of all, in layers."""
        return self.span[1] - self.span[0]

    def map_size(self, column: int) -> tuple[float, float]:
        """Return width and height of the maps in a column; 0 where there is no room."""
        one = self.columns[column]
        if len(one.y) > MAPPED:
            return 0.0, 0.0
        height = min(0.84 * one.spacing, _TALLEST)
        wide = height * self.width / (HIGH - LOW) / _SQUARE
        return min(wide, 0.4), height

    def letter(self) -> float:
        """Return the width of a letter in units of x."""
        return self.width / WIDTH

    def bias_places(self, number: int) -> tuple[Array, Array, tuple[float, float]]:
        """Return where a column's biases are, and the size of their squares."""
        column = self.columns[number]
        width, height = self.map_size(number)
        if not width:
            return np.full(len(column.y), number - 0.9 * self.letter()), column.y, (0.0, 0.0)
        small = (min(0.3 * width, 0.016 * self.width), min(0.3 * height, 0.035))
        x = number - (width + small[0]) / 2
        return np.full(len(column.y), x), column.y - (height - small[1]) / 2, small
