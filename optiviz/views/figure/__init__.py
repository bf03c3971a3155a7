"""A picture as plain data: lines, points, an image, texts, axes and words, without any toolkit.

The window draws figures with pyqtgraph, reports draw the same ones with matplotlib. Colours are
named by their role; `optiviz.views.palette` says what a role looks like in each theme.
"""

from dataclasses import dataclass
from typing import Literal

from optiviz.views.figure.acts import Action, Spots, Steps, as_fine_as_a_hand, to_watch
from optiviz.views.figure.contours import contour_lines
from optiviz.views.figure.grids import panel_grid
from optiviz.views.figure.items import (
    Array,
    Arrows,
    Band,
    ClassImage,
    Dash,
    Disks,
    Item,
    Line,
    Marker,
    Points,
    Rule,
    Strokes,
    Text,
    Tiles,
    ValueImage,
)
from optiviz.views.figure.panes import Code, Note, Surface, Table, in_two_lines

__all__ = [
    "Action", "Array", "Arrows", "Axis", "Band", "ClassImage", "Code", "Dash", "Disks", "Figure",
    "Item", "LegendEntry", "Line", "Marker", "Note", "Points", "Rule", "Spots", "Steps", "Strokes",
    "Surface", "Table", "Text", "Tiles", "ValueImage", "as_fine_as_a_hand", "contour_lines",
    "in_two_lines", "panel_grid", "to_watch",
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
    ticks : tuple of (float, str)
        Where to write what instead of numbers, in rising order: names of categories. Long names
        are shortened; of more than there is room for some are left out.
    """

    label: str = ""
    low: float | None = None
    high: float | None = None
    log: bool = False
    ticks: tuple[tuple[float, str], ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether there is anything to write along it; some pictures have no axes."""
        return bool(self.label or self.ticks)


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

    A figure is a plot (items on axes), some tables, lines of text to read and copy, code, or notes.

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
    frameless : bool
        Without axes, ticks and grid: a diagram.
    spots : tuple of Spots
        What can be pointed at, the first ones first.
    steps : Steps or None
        It is gone through step by step.
    draggable : (float, float) or None
        A point that may be dragged: the start of a run.
    code : Code or None
    notes : tuple of Note
    surface : Surface or None
        The same in three dimensions, where that can be drawn and is wanted.
    below : Figure or None
        A second, lower plot over the same x, with a y axis, items and spots of its own: about a
        third of the height. Ranges, zooming, seeking and the playhead go across both; x is written
        under the lower one alone. Its title, note, legend and words are not drawn.
    panels : tuple of Figure
        Small plots side by side instead of one, in rows, each under its title and note, with its
        first legend entry as the mark of the title. Zooming one zooms all.
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
    frameless: bool = False
    spots: tuple[Spots, ...] = ()
    steps: Steps | None = None
    draggable: tuple[float, float] | None = None
    code: Code | None = None
    notes: tuple[Note, ...] = ()
    surface: Surface | None = None
    below: "Figure | None" = None
    panels: "tuple[Figure, ...]" = ()
