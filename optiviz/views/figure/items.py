"""What is drawn on axes: lines, points, images, words, strokes, as plain data."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Dash = Literal["solid", "dash", "dot", "dashdot"]
Marker = Literal[
    "circle", "square", "triangle", "cross", "diamond", "ring",
    "down", "plus", "star", "hexagon", "hourglass",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Line:
    """A curve through points; nan breaks it.

    Attributes
    ----------
    x, y : ndarray, shape (n,)
    role : str
        Of its colour.
    label : str
        Written at its end, in its colour; empty for none.
    width : float
        Times the usual width of a line.
    opacity : float
        0 to 1.
    steps : bool
        It stays level until the next x and then jumps, as the best value of a run does.
    """

    x: Array
    y: Array
    role: str = "run:0"
    label: str = ""
    dash: Dash = "solid"
    width: float = 1.0
    opacity: float = 1.0
    steps: bool = False


@dataclass(frozen=True, eq=False)
class Band:
    """An area between two curves over the same x, in a role's colour."""

    x: Array
    low: Array
    high: Array
    role: str = "run:0"
    opacity: float = 0.2


@dataclass(frozen=True, eq=False)
class Points:
    """Markers of one kind; nan is left out.

    Attributes
    ----------
    size : float
        Diameter, in the size of usual text.
    outlined : bool
        With an outline in the colour of text, as wrong rows have.
    hollow : bool
        Only an outline, in the role's colour.
    label : str
        In the legend; empty for none.
    """

    x: Array
    y: Array
    role: str = "run:0"
    marker: Marker = "circle"
    size: float = 0.5
    outlined: bool = False
    hollow: bool = False
    opacity: float = 1.0
    label: str = ""


@dataclass(frozen=True, eq=False)
class ClassImage:
    """How strongly a model leans to each class on a grid, fading into the card where it doesn't.

    Attributes
    ----------
    lean : ndarray, shape (rows, columns), values from 0 to 1
        How sure it is: 0 on the boundary.
    winner : ndarray of int, shape (rows, columns)
        The class it names. Row 0 is at the bottom.
    left, right, bottom, top : float
        What the grid covers, to the outer edges of its cells.
    """

    lean: Array
    winner: NDArray[np.int64]
    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True, eq=False)
class ValueImage:
    """Values on a grid as colours of a ramp, with a scale of them beside the plot.

    Attributes
    ----------
    values : ndarray, shape (rows, columns)
        Row 0 is at the bottom; what is not finite is left out.
    left, right, bottom, top : float
        What the grid covers, to the outer edges of its cells.
    levels : tuple of float
        Rising values at equal steps along the ramp, from its beginning to its end, with straight
        lines between: (low, high) is a usual ramp, quantiles are one that shows every height.
        Values beyond are drawn as its ends. Of fewer than two, or where they don't rise, the
        middle of the ramp is drawn.
    label : str
        What is measured; written beside the scale.
    role : str
        Of the ramp.
    flat : bool
        Each cell is of one colour, as it stands for itself; else colours run into each other.
    """

    values: Array
    left: float
    right: float
    bottom: float
    top: float
    levels: tuple[float, ...]
    label: str = ""
    role: str = "value"
    flat: bool = False

    def shares(self, values: Array) -> Array:
        """Return where values are on the ramp, 0 to 1; nan where they are not finite."""
        values = np.asarray(values, dtype=np.float64)
        levels = np.asarray(self.levels, dtype=np.float64)
        if len(levels) < 2 or not (np.diff(levels) > 0).all() or not np.isfinite(levels).all():
            return np.where(np.isfinite(values), 0.5, np.nan)
        shares = np.interp(values, levels, np.linspace(0.0, 1.0, len(levels)))
        return np.asarray(np.where(np.isfinite(values), shares, np.nan))

    def at(self, x: float, y: float) -> float:
        """Return the value of the cell at a place, nan where there is none."""
        rows, columns = self.values.shape
        i = math.floor((y - self.bottom) / (self.top - self.bottom) * rows)
        j = math.floor((x - self.left) / (self.right - self.left) * columns)
        return float(self.values[i, j]) if 0 <= i < rows and 0 <= j < columns else math.nan


@dataclass(frozen=True)
class Text:
    """Words at a place in the plot; the anchor is the point of the text that is there.

    Attributes
    ----------
    size : float
        Times usual text.
    boxed : bool
        On a plate in the colour of the card, so that it can be read over anything.
    room : float or None
        What it may take of the axes' x; left out where it is wider than that.
    """

    x: float
    y: float
    text: str
    role: str = "text"
    anchor: Literal["left", "right", "center", "top", "bottom"] = "left"
    bold: bool = False
    size: float = 1.0
    boxed: bool = False
    room: float | None = None


@dataclass(frozen=True)
class Rule:
    """A straight line across the whole plot, upright or level: a playhead, a zero."""

    at: float
    upright: bool = True
    role: str = "accent"
    dash: Dash = "solid"


@dataclass(frozen=True, eq=False)
class Strokes:
    """Many straight strokes, such as the weights of a network, each with a signed value.

    Its sign is the colour, its size the width and how strongly the stroke is drawn.

    Attributes
    ----------
    x0, y0, x1, y1 : ndarray, shape (n,)
        Where each begins and ends.
    values : ndarray, shape (n,)
        -1 to 1; nan is drawn in the colour of the danger role.
    width : float
        Of the strongest, times the usual width of a line.
    """

    x0: Array
    y0: Array
    x1: Array
    y1: Array
    values: Array
    width: float = 4.0


@dataclass(frozen=True, eq=False)
class Disks:
    """Round markers, each with a signed value as its colour; the outline is in the colour of text.

    Attributes
    ----------
    x, y : ndarray, shape (n,)
    values : ndarray, shape (n,)
        -1 to 1: from the negative colour through the card's to the positive one.
    size : float
        Diameter, in the size of usual text.
    """

    x: Array
    y: Array
    values: Array
    size: float = 1.0


@dataclass(frozen=True, eq=False)
class Tiles:
    """Many small pictures of signed values, all of one shape and one size.

    Attributes
    ----------
    x, y : ndarray, shape (n,)
        Their centres.
    values : ndarray, shape (n, rows, columns)
        -1 to 1: from the negative colour through the card's to the positive one. Row 0 is at the
        bottom of each.
    width, height : float
        Of each, in units of the axes.
    """

    x: Array
    y: Array
    values: Array
    width: float
    height: float


@dataclass(frozen=True, eq=False)
class Arrows:
    """Arrows of one kind from (x, y) to (x + dx, y + dy); the label is written at the head."""

    x: Array
    y: Array
    dx: Array
    dy: Array
    role: str = "text"
    label: str = ""
    width: float = 1.5
    dash: Dash = "solid"
    opacity: float = 1.0


Item = (
    Line | Band | Points | ClassImage | ValueImage | Text | Rule | Strokes | Disks | Tiles | Arrows
)
