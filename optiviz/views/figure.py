"""A picture as plain data: lines, points, an image, texts, axes and words, without any toolkit.

The window draws figures with pyqtgraph, reports draw the same ones with matplotlib. Colours are
named by their role; `optiviz.views.palette` says what a role looks like in each theme.
"""

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Dash = Literal["solid", "dash", "dot", "dashdot"]
Marker = Literal[
    "circle", "square", "triangle", "cross", "diamond", "ring",
    "down", "plus", "star", "hexagon", "hourglass",
]  # fmt: skip


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes
    ----------
    label : str
        What it measures, with its unit.
    low, high : float or None
        Its range; None follows the data.
    log : bool
        Logarithmic. Values that are not above zero are left out, and the caption says so.
    """

    label: str = ""
    low: float | None = None
    high: float | None = None
    log: bool = False


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
    """

    values: Array
    left: float
    right: float
    bottom: float
    top: float
    levels: tuple[float, ...]
    label: str = ""
    role: str = "value"

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
    """Words at a place in the plot; the anchor is the point of the text that is there."""

    x: float
    y: float
    text: str
    role: str = "text"
    anchor: Literal["left", "right", "center", "top", "bottom"] = "left"
    bold: bool = False


@dataclass(frozen=True)
class Rule:
    """A straight line across the whole plot, upright or level: a playhead, a zero."""

    at: float
    upright: bool = True
    role: str = "accent"
    dash: Dash = "solid"


@dataclass(frozen=True, eq=False)
class Table:
    """A small table of cells, such as a confusion matrix; `shade` from 0 to 1 tints a cell.

    Attributes
    ----------
    rows, columns : tuple of str
        Headings.
    cells : tuple of tuple of str
    shade : ndarray, shape (rows, columns), or None
    row_title, column_title : str
        What the headings are, such as "is" and "predicted".
    title : str
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    shade: Array | None = None
    role: str = "accent"
    row_title: str = ""
    column_title: str = ""
    title: str = ""


Item = Line | Band | Points | ClassImage | ValueImage | Text | Rule


@dataclass(frozen=True)
class LegendEntry:
    """A marker or a line with words, for a card's title line."""

    label: str
    role: str
    marker: Marker | Literal["line"] = "square"
    dash: Dash = "solid"


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture and the words around it.

    A figure is a plot (items on axes), some tables, or lines of text to read and copy.

    Attributes
    ----------
    title : str
        Such as "Decision boundary".
    note : str
        Key figures, right of the title.
    items : tuple of Item
        Drawn in order.
    tables : tuple of Table
    lines : tuple of str
    caption : str
        What it shows, in sentences, for reports and for people who don't see it.
    empty : str
        What to say instead where there is nothing to show yet.
    warning : str
        What the user should know before believing it; empty for none.
    time_axis : bool
        x is time of the run: the playhead's line runs through it, and clicking seeks.
    equal : bool
        A unit of x is as long as a unit of y.
    """

    title: str
    note: str = ""
    x: Axis = Axis()
    y: Axis = Axis()
    items: tuple[Item, ...] = ()
    legend: tuple[LegendEntry, ...] = ()
    tables: tuple[Table, ...] = ()
    lines: tuple[str, ...] = ()
    caption: str = ""
    empty: str = ""
    warning: str = ""
    time_axis: bool = False
    equal: bool = False
    meta: dict[str, float] = field(default_factory=dict)
