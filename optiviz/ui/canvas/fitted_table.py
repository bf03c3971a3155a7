"""A table to read: each column as wide as what is in it, names of rows at the left.

Imports Qt, the theme and the figure.
"""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from optiviz.ui.theme import SPACE, blend, current_theme
from optiviz.views.figure import Table, in_two_lines

__all__ = ["Layout", "draw_fitted", "layout_of"]

_SIZES: Final = (1.0, 0.95, 0.9, 0.85, 0.8)
_SHARE = 0.3  # of the width may be left to names of rows where columns need more
_HIGH, _HIGHEST = 1.15, 2.0  # rows, in lines of text
_HEAD: Final = 2.0  # lines
_STRONGEST = 0.35
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LOW = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
_LOW_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom


@dataclass(frozen=True)
class Layout:
    """How a table is laid out in some room.

    Attributes
    ----------
    size : float
        Of its type, in usual type.
    names : float
        The room for names of rows, in pixels.
    widths : tuple of float
        Of the columns that fit, with the gap before each.
    rows : int
        How many fit.
    high : float
        Of a row.
    """

    size: float
    names: float
    widths: tuple[float, ...]
    rows: int
    high: float


def layout_of(table: Table, width: float, height: float) -> Layout:
    """Return the layout in which most of a table can be read: small type before left out columns.

    Parameters
    ----------
    table : Table
    width, height : float
        Pixels.
    """
    found: list[Layout] = []
    for size in _SIZES:
        metrics = QFontMetricsF(current_theme().font(size))
        line, gap = metrics.height(), 1.2 * metrics.height()
        columns = [
            gap + max(metrics.horizontalAdvance(text) for text in (*in_two_lines(name), *cells))
            for name, cells in zip(table.columns, zip(*table.cells, strict=True), strict=True)
        ]
        names = (table.row_title, *table.rows)
        longest = max(metrics.horizontalAdvance(name) for name in names)
        least = min(longest, _SHARE * width)
        fitting = list(columns)
        while len(fitting) > 1 and least + sum(fitting) > width:
            fitting.pop()
        room = min(longest, max(width - sum(fitting), least))
        needed = len(table.rows)
        free = height - line * (_HEAD + 0.3) - (line if table.title else 0.0)
        if len(fitting) < len(columns) or needed * line * _HIGH > free:
            free -= line * _HIGH  # to say what is left out
        rows = min(needed, max(int(free / (line * _HIGH)), 1))
        high = min(max(free / max(needed, 1), line * _HIGH), line * _HIGHEST)
        found.append(Layout(size, room, tuple(fitting), rows, high))
    most = max((len(one.widths), one.rows) for one in found)
    return next(one for one in found if (len(one.widths), one.rows) == most)


def draw_fitted(painter: QPainter, table: Table, rect: QRectF) -> None:
    """Paint a table into a rectangle, and say what of it there was no room for."""
    theme, layout = current_theme(), layout_of(table, rect.width(), rect.height())
    metrics = QFontMetricsF(theme.font(layout.size))
    line, elide = metrics.height(), Qt.TextElideMode.ElideRight
    y = rect.top()
    if table.title:
        painter.setFont(theme.font(layout.size, bold=True))
        painter.setPen(theme.colour("text"))
        painter.drawText(QRectF(rect.left(), y, rect.width(), line), _LEFT, table.title)
        y += line
    painter.setFont(theme.font(layout.size))
    painter.setPen(theme.colour("muted"))
    titles = metrics.elidedText(table.row_title, elide, layout.names + 1)
    painter.drawText(QRectF(rect.left(), y, layout.names, line * _HEAD), _LOW, titles)
    x = rect.left() + layout.names
    right = x + sum(layout.widths)
    for width, name in zip(layout.widths, table.columns, strict=False):
        lines = "\n".join(in_two_lines(name))
        painter.drawText(QRectF(x, y, width, line * _HEAD), _LOW_RIGHT, lines)
        x += width
    y += line * (_HEAD + 0.2)
    painter.setPen(theme.colour("line"))
    painter.drawLine(QPointF(rect.left(), y), QPointF(right, y))
    card, role = theme.colour("card"), theme.colour(table.role)
    for i, name in enumerate(table.rows[: layout.rows]):
        row = QRectF(rect.left(), y, right - rect.left(), layout.high)
        shade = 0.0 if table.shade is None else float(table.shade[i].max())
        if shade > 0:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(blend(card, role, min(shade, 1.0) * _STRONGEST))
            painter.drawRoundedRect(row.adjusted(-SPACE[0], 1, SPACE[0], -1), 4, 4)
        painter.setPen(theme.colour("text"))
        room = QRectF(row.left(), y, layout.names, layout.high)
        painter.drawText(room, _LEFT, metrics.elidedText(name, elide, layout.names + 1))
        x = row.left() + layout.names
        for width, text in zip(layout.widths, table.cells[i], strict=False):
            painter.drawText(QRectF(x, y, width, layout.high), _RIGHT, text)
            x += width
        y += layout.high
    said = _left_out(table, layout)
    if said:
        painter.setPen(theme.colour("muted"))
        painter.drawText(QRectF(rect.left(), y, rect.width(), line * 1.2), _LEFT, said)


def _left_out(table: Table, layout: Layout) -> str:
    """Say what there was no room for."""
    counts = (
        (len(table.rows) - layout.rows, "row"),
        (len(table.columns) - len(layout.widths), "column"),
    )
    more = [f"{n} more {name}{'s' if n > 1 else ''}" for n, name in counts if n > 0]
    return f"… {' and '.join(more)}: make the card larger" if more else ""
