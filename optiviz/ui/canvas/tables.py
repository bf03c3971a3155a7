"""Small tables with large figures, such as confusion matrices, painted to fit.

Imports Qt, the theme and the figure.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from optiviz.ui.canvas.fitted_table import draw_fitted
from optiviz.ui.guard import guarded
from optiviz.ui.theme import SPACE, blend, current_theme
from optiviz.views.figure import Table

__all__ = ["TablesPane"]

STRONGEST = 0.5
"""How much of its colour a cell has where its shade is 1; figures must stay readable."""

MOST_ASPECT = 2.4
"""A cell is at most this many times as wide as it is high."""

_SMALLEST = 0.35  # of figures and names, in usual type: better small than cut off
_CENTRE = Qt.AlignmentFlag.AlignCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TablesPane(QWidget):
    """Paints tables side by side, or one above the other where it is narrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tables: tuple[Table, ...] = ()

    def set_tables(self, tables: tuple[Table, ...]) -> None:
        """Show these tables."""
        if tables != self._tables:
            self._tables = tables
            self.update()

    def minimumSizeHint(self) -> QSize:
        """Return a size in which a small table can be read."""
        return QSize(120, 80)

    def rects(self) -> list[QRectF]:
        """Return the room of each table."""
        count = len(self._tables)
        if count == 0:
            return []
        whole = QRectF(self.rect())
        gap = float(SPACE[4])
        if whole.width() < 0.8 * whole.height():
            each = (whole.height() - gap * (count - 1)) / count
            starts = [number * (each + gap) for number in range(count)]
            return [QRectF(0, start, whole.width(), each) for start in starts]
        names = [_names_room(t, whole.width()) if self._named(i) else 0.0 for i, t in self._each()]
        each = (whole.width() - gap * (count - 1) - sum(names)) / count
        found, start = [], 0.0
        for room in names:
            found.append(QRectF(start, 0, room + each, whole.height()))
            start += room + each + gap
        return found

    def _each(self) -> list[tuple[int, Table]]:
        return list(enumerate(self._tables))

    def _named(self, number: int) -> bool:
        """Whether a table names its rows: side by side, the first one does so for its like."""
        beside = self.width() >= 0.8 * self.height()
        return not (number and beside and self._tables[number].rows == self._tables[0].rows)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tables."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (number, table), rect in zip(self._each(), self.rects(), strict=True):
            if rect.width() > 20 and rect.height() > 20 and table.fitted:  # tints reach beyond it
                draw_fitted(painter, table, rect.adjusted(SPACE[0], 0, -SPACE[0], 0))
            elif rect.width() > 20 and rect.height() > 20:
                left = _names_room(table, float(self.width())) if self._named(number) else 0.0
                self._draw(painter, table, rect, left)
        painter.end()

    @staticmethod
    def _draw(painter: QPainter, table: Table, rect: QRectF, left: float) -> None:
        theme = current_theme()
        metrics = QFontMetricsF(theme.font())
        line = metrics.height()
        n_rows, n_columns = max(len(table.rows), 1), max(len(table.columns), 1)
        turned = line + SPACE[0] if table.row_title else 0.0
        heading = max(left - turned, 0.0)
        top = line + SPACE[0] + (line + SPACE[0] if table.column_title else 0.0)
        top += line + SPACE[0] if table.title else 0.0
        width = (rect.width() - left) / n_columns
        height = (rect.height() - top - SPACE[0]) / n_rows
        width = min(width, max(height * MOST_ASPECT, line * 4))
        height = min(height, max(width, line * 2))
        across = left + width * n_columns
        x = rect.left() + max((rect.width() - across) / 2, 0.0)
        y = rect.top() + max((rect.height() - top - height * n_rows) / 2, 0.0)
        cells_left, cells_width = x + left, width * n_columns

        painter.setPen(theme.colour("text"))
        if table.title:
            painter.setFont(theme.font(bold=True))
            bold = QFontMetricsF(theme.font(bold=True))
            room = QRectF(rect.left(), y, rect.width(), line)
            if cells_width > bold.horizontalAdvance(table.title):
                room = QRectF(cells_left, y, cells_width, line)
            title = bold.elidedText(table.title, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, _CENTRE, title)
            y += line + SPACE[0]
        painter.setFont(theme.font())
        painter.setPen(theme.colour("muted"))
        if table.column_title:
            painter.drawText(QRectF(cells_left, y, cells_width, line), _CENTRE, table.column_title)
            y += line + SPACE[0]
        elide = Qt.TextElideMode.ElideRight
        names = _short(table.columns, metrics, width - 4)
        small = _small_enough(names, width - 4)
        painter.setFont(theme.font(small))
        for number, name in enumerate(names):
            room = QRectF(cells_left + number * width, y, width, line)
            fitting = QFontMetricsF(theme.font(small)).elidedText(name, elide, width - 4)
            painter.drawText(room, _CENTRE, fitting)
        painter.setFont(theme.font())
        y += line + SPACE[0]
        if table.row_title and left:
            painter.save()
            painter.translate(x + line / 2, y + height * n_rows / 2)
            painter.rotate(-90)
            room = QRectF(-height * n_rows / 2, -line / 2, height * n_rows, line)
            painter.drawText(room, _CENTRE, table.row_title)
            painter.restore()
        painter.setFont(theme.font(min(1.0, max(height / line, _SMALLEST))))
        for number, name in enumerate(table.rows if left else ()):
            room = QRectF(cells_left - heading, y + number * height, heading - SPACE[1], height)
            painter.drawText(room, _RIGHT, metrics.elidedText(name, elide, room.width()))
        _draw_cells(painter, table, QRectF(cells_left, y, width, height))


def _names_room(table: Table, width: float) -> float:
    """Return the room that the names of rows, and what they are, take at the left of cells."""
    metrics = QFontMetricsF(current_theme().font())
    heading = max((metrics.horizontalAdvance(r) for r in table.rows), default=0.0) + SPACE[1]
    turned = metrics.height() + SPACE[0] if table.row_title else 0.0
    return min(heading, width * 0.27) + turned


def _small_enough(names: tuple[str, ...], room: float) -> float:
    """Return the size of type in which names fit, but not a small one."""
    for size in (1.0, 0.95, 0.9, 0.85):
        metrics = QFontMetricsF(current_theme().font(size))
        if all(metrics.horizontalAdvance(name) <= room for name in names):
            return size
    return 0.85


def _short(names: tuple[str, ...], metrics: QFontMetricsF, room: float) -> tuple[str, ...]:
    """Return names without the words they share, where they are too wide: "class 0" becomes "0"."""
    if all(metrics.horizontalAdvance(name) <= room for name in names):
        return names
    starts = {name.rpartition(" ")[0] for name in names}
    return tuple(name.rpartition(" ")[2] for name in names) if len(starts) == 1 else names


def figure_size(texts: Sequence[str], width: float, height: float) -> float:
    """Return one size of type for all cells: as large as the longest figure allows."""
    longest = max(texts, key=len, default="")
    size = 2.2
    while size > _SMALLEST:
        metrics = QFontMetricsF(current_theme().font(size))
        across = metrics.horizontalAdvance(longest) <= max(width * 0.8, width - 4)
        if across and metrics.height() <= max(height * 0.7, height - 3):
            break
        size -= 0.05
    return size


def _draw_cells(painter: QPainter, table: Table, first: QRectF) -> None:
    """Paint the cells; `first` is the one at the top left."""
    theme = current_theme()
    width, height = first.width(), first.height()
    texts = [text for row in table.cells for text in row]
    size = figure_size(texts, width, height)
    painter.setFont(theme.font(size))
    card, role = theme.colour("card"), theme.colour(table.role)
    for i, row in enumerate(table.cells):
        for j, text in enumerate(row):
            cell = QRectF(first.left() + j * width, first.top() + i * height, width, height)
            shade = 0.0
            if table.shade is not None and i < table.shade.shape[0] and j < table.shade.shape[1]:
                value = float(table.shade[i, j])
                shade = min(max(value, 0.0), 1.0) if value == value else 0.0
            painter.setPen(theme.colour("line"))
            painter.setBrush(blend(card, role, shade * STRONGEST))
            painter.drawRoundedRect(cell.adjusted(1.5, 1.5, -1.5, -1.5), 4, 4)
            painter.setPen(theme.colour("muted" if text == "0" else "text"))
            painter.drawText(cell, _CENTRE | Qt.TextFlag.TextDontClip, text)
