"""What the items of a figure cover, and where their points go.

Imports numpy, the axes' arithmetic and the figure; knows no toolkit.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from optiviz.ui.canvas.axes import Scale, extent
from optiviz.views.figure import (
    Arrows,
    Band,
    ClassImage,
    Disks,
    Item,
    Line,
    Points,
    Strokes,
    Text,
    Tiles,
    ValueImage,
)

__all__ = ["extents_of", "line_places", "points_inside", "simplified"]

Array = NDArray[np.float64]


def simplified(x: Array, y: Array) -> tuple[Array, Array]:
    """Leave out the points of level stretches that change nothing in the picture."""
    if y.size < 3:
        return x, y
    change = y[1:] != y[:-1]
    keep = np.ones(y.size, dtype=bool)
    np.logical_or(change[1:], change[:-1], out=keep[1:-1])
    return (x, y) if keep.all() else (x[keep], y[keep])


def line_places(line: Line, sx: Scale, sy: Scale) -> tuple[Array, Array]:
    """Return the places of a line's points, cut to one length, steps made explicit."""
    x, y = np.ravel(sx.places(line.x)), np.ravel(sy.places(line.y))
    count = min(x.size, y.size)
    x, y = simplified(x[:count], y[:count])
    if line.steps and x.size > 1:
        x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
    return x, y


def points_inside(
    items: Iterable[Item], across: tuple[float, float], upwards: tuple[float, float]
) -> int:
    """Return how many points of lines and markers are in a rectangle of values."""
    count = 0
    for item in items:
        if isinstance(item, Line | Points):
            x, y = np.ravel(item.x), np.ravel(item.y)
            n = min(x.size, y.size)
            inside = (x[:n] >= across[0]) & (x[:n] <= across[1])
            inside &= (y[:n] >= upwards[0]) & (y[:n] <= upwards[1])
            count += int(np.count_nonzero(inside))
    return count


def extents_of(
    item: Item, log_x: bool, log_y: bool
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Return what an item covers of both axes: values, or logarithms on a log axis."""
    if isinstance(item, (Line, Points)):
        return extent(item.x, log_x), extent(item.y, log_y)
    if isinstance(item, Band):
        low, high = extent(item.low, log_y), extent(item.high, log_y)
        both = [e for e in (low, high) if e is not None]
        if not both:
            return extent(item.x, log_x), None
        return extent(item.x, log_x), (min(e[0] for e in both), max(e[1] for e in both))
    if isinstance(item, ClassImage | ValueImage):
        return (
            extent(np.array([item.left, item.right]), log_x),
            extent(np.array([item.bottom, item.top]), log_y),
        )
    if isinstance(item, Text):
        return extent(np.array([item.x]), log_x), extent(np.array([item.y]), log_y)
    if isinstance(item, Strokes):
        return (
            extent(np.append(item.x0, item.x1), log_x),
            extent(np.append(item.y0, item.y1), log_y),
        )
    if isinstance(item, Disks):
        return extent(item.x, log_x), extent(item.y, log_y)
    if isinstance(item, Tiles):
        half = np.array([[-0.5], [0.5]])
        return (
            extent(np.ravel(item.x) + half * item.width, log_x),
            extent(np.ravel(item.y) + half * item.height, log_y),
        )
    if isinstance(item, Arrows):
        with np.errstate(all="ignore"):
            to_x, to_y = np.add(item.x, item.dx), np.add(item.y, item.dy)
        return extent(np.append(item.x, to_x), log_x), extent(np.append(item.y, to_y), log_y)
    return None, None
