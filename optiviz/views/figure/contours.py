"""Contour lines of a picture of values, as items to draw over it."""

import numpy as np

from optiviz.analysis.contours import Levels, contour
from optiviz.views.figure.items import Line, ValueImage

_PIECES = 600  # of contour lines, of which more are no longer seen as lines
_LARGER = 4  # cells to each side of a larger one
_SWITCH = 0.55  # on the ramp, from where lines take the card's colour


def contour_lines(image: ValueImage, levels: Levels) -> tuple[Line, ...]:
    """Return contour lines, dark on what is pale and the other way round.

    Where fine waves would break them to pieces, they are those of larger cells.
    """
    values = image.values
    shares = image.shares(np.array(levels.values))
    found = [contour(values, level) for level in levels.values]
    within = 1
    if sum(map(len, found)) > _PIECES and min(values.shape) >= 2 * _LARGER:
        within = _LARGER
        rows, columns = (n // within for n in values.shape)
        blocks = values[: rows * within, : columns * within]
        values = blocks.reshape(rows, within, columns, within).mean(axis=(1, 3))
        found = [contour(values, level) for level in levels.values]
    rows, columns = image.values.shape
    side = np.array([image.right - image.left, image.top - image.bottom]) / [columns, rows] * within
    corner = np.array([image.left, image.bottom])
    gap = np.array([1, np.nan])
    lines = []
    for role, of_role in (("text", shares <= _SWITCH), ("card", shares > _SWITCH)):
        chosen = [line for i in np.flatnonzero(of_role) for line in found[i]]
        if chosen:
            broken = np.concatenate([np.vstack([line, line[-1:] * gap]) for line in chosen])
            u, v = (corner + (broken + 0.5) * side).T
            lines.append(Line(u, v, role, width=0.6, opacity=0.4))
    return tuple(lines)
