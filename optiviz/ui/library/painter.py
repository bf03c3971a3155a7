"""How rows of the library are drawn: all that are seen at once, from texts that are kept."""

from math import ceil
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter

from optiviz.store.history.words import RUNNING, is_interrupted
from optiviz.ui.library.rows import COLUMNS, Row
from optiviz.ui.library.sparkline import Thumbnails
from optiviz.ui.theme import blend, current_theme

if TYPE_CHECKING:
    from optiviz.ui.library.table import LibraryTable

__all__ = ["RowsPainter"]

_AT_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_AT_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_MUTED: Final = ("what", "seconds", "created", "size", "iterations")
_WIDE: Final = 4.2  # of a picture, in heights of text
_FITTED: Final = 20_000  # texts of which it is kept how they are cut off


class RowsPainter:
    """Draws the rows of a table that are seen."""

    def __init__(self, table: "LibraryTable") -> None:
        self._table = table
        self._thumbnails = Thumbnails()
        self._fitted: dict[tuple[str, int], str] = {}
        self.restyle()

    def restyle(self) -> None:
        """Use the colours and the type of the present theme."""
        theme = current_theme()
        card, text = theme.colour("field"), theme.colour("text")
        self._soft = blend(card, theme.colour("accent"), 0.14)
        self._hover = blend(card, text, 0.04)
        self._line = blend(card, theme.colour("line"), 0.6)
        self._chip = blend(card, text, 0.1)
        self._ink, self._muted = text, theme.colour("muted")
        self._danger, self._accent = theme.colour("danger"), theme.colour("accent")
        self._pad = round(0.4 * theme.em)
        self.picture = QSize(round(_WIDE * theme.em), round(1.7 * theme.em))
        self._thumbnails.clear()
        self._fitted.clear()

    def draw(self, painter: QPainter, area: QRect, hovered: int) -> None:
        """Draw the rows in an area of the table's viewport."""
        table = self._table
        model, height = table.model_of_rows, table.row_height
        offset = table.verticalOffset()
        first = max(0, (area.top() + offset) // height)
        last = min(len(model.shown) - 1, (area.bottom() + offset) // height)
        selection, width = table.selectionModel(), table.viewport().width()
        columns = [
            (i, table.columnViewportPosition(i), table.columnWidth(i)) for i in range(len(COLUMNS))
        ]
        seen = [(i, x, w) for i, x, w in columns if x < width and x + w > 0 and w]
        painter.setFont(table.font())
        current = table.currentIndex().row() if table.hasFocus() else -1
        for row in range(first, last + 1):
            top = row * height - offset
            rect = QRect(0, top, width, height)
            if selection.isRowSelected(row):
                painter.fillRect(rect, self._soft)
            elif row == hovered:
                painter.fillRect(rect, self._hover)
            painter.fillRect(QRect(0, top + height - 1, width, 1), self._line)
            self._draw_cells(painter, model.shown[row], model.texts_at(row), seen, top)
            if row == current:
                painter.setPen(current_theme().pen("accent"))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(rect.adjusted(0, 0, -1, -2))

    def _draw_cells(
        self,
        painter: QPainter,
        row: Row,
        texts: list[str],
        seen: list[tuple[int, int, int]],
        top: int,
    ) -> None:
        height, pad = self._table.row_height, self._pad
        for i, left, room in seen:
            column, text = COLUMNS[i], texts[i]
            left, room = left + pad, room - 2 * pad
            if column.key == "name":
                ratio = self._table.devicePixelRatioF()
                at = QPoint(left, top + (height - self.picture.height()) // 2)
                painter.drawPixmap(at, self._thumbnails.of(row, self.picture, ratio))
                left += self.picture.width() + pad
                room -= self.picture.width() + pad
            if not text or room <= 0:
                continue
            if column.key == "tags":
                self._draw_tags(painter, row, left, top, room)
                continue
            painter.setPen(self._colour(column.key, row))
            if column.key == "name" and self._table.two_lines:
                line, half = painter.fontMetrics().height(), top + height // 2
                painter.drawText(left, half - line, room, line, _AT_LEFT, self._fit(text, room))
                painter.setPen(self._muted)
                painter.drawText(left, half, room, line, _AT_LEFT, self._fit(row.what, room))
                continue
            flags = _AT_RIGHT if column.is_number else _AT_LEFT
            painter.drawText(left, top, room, height - 1, flags, self._fit(text, room))

    def _colour(self, key: str, row: Row) -> QColor:
        if key == "status":
            if row.status in ("failed", "diverged", "damaged"):
                return self._danger
            if row.status == RUNNING:
                return self._accent
            return self._ink if is_interrupted(row.item) else self._muted
        return self._muted if key in _MUTED else self._ink

    def _draw_tags(self, painter: QPainter, row: Row, left: int, top: int, room: int) -> None:
        """Draw tags as chips; the last one that has room is cut off, the others are counted."""
        metrics = painter.fontMetrics()
        height, pad = self._table.row_height, self._pad
        high = metrics.height() + 2
        tags = row.tags.split(", ")
        for number, tag in enumerate(tags):
            more = len(tags) - number - 1
            reserve = metrics.horizontalAdvance(f"+{more}") + pad if more else 0
            wide = metrics.horizontalAdvance(tag) + 2 * pad
            if number and wide > room - reserve:
                painter.setPen(self._muted)
                painter.drawText(left, top, room, height - 1, _AT_LEFT, f"+{more + 1}")
                return
            wide = min(wide, room - reserve)
            if wide <= 3 * pad:
                return
            chip = QRectF(left, top + (height - high) / 2, wide, high)
            painter.setRenderHint(painter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._chip)
            painter.drawRoundedRect(chip, high / 2, high / 2)
            painter.setPen(self._ink)
            words = self._fit(tag, ceil(wide - 2 * pad) + 1)
            painter.drawText(chip.adjusted(pad, 0, 0, 0), _AT_LEFT, words)
            left += wide + pad // 2
            room -= wide + pad // 2

    def _fit(self, text: str, room: int) -> str:
        key = text, room
        found = self._fitted.get(key)
        if found is None:
            if len(self._fitted) > _FITTED:
                self._fitted.clear()
            metrics = self._table.fontMetrics()
            found = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            self._fitted[key] = found
        return found
