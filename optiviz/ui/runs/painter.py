"""How a run's row is drawn: all at once, as Qt asks Python for seven things of each single cell."""

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QTreeView

from optiviz.ui.runs.model import BAD, Index, RunsModel
from optiviz.ui.theme import blend, current_theme

__all__ = ["RowPainter"]

_AT_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_AT_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class RowPainter:
    """Draws the runs of a table; its first column, which has box and swatch, is Qt's own."""

    def __init__(self, table: QTreeView, runs: RunsModel) -> None:
        self._table, self._runs = table, runs
        self._elided: dict[tuple[str, int], str] = {}  # texts, and the room that they have
        self._soft = self._ink = self._danger = QColor()
        self._pad = 0

    def restyle(self) -> None:
        """Use the colours and the type of the present theme."""
        theme = current_theme()
        self._soft = blend(theme.colour("card"), theme.colour("accent"), 0.14)
        self._ink, self._danger = theme.colour("text"), theme.colour("danger")
        self._pad = round(0.35 * theme.em)
        self._elided.clear()

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a run's row."""
        table, rect = self._table, QRect(option.rect)
        if table.selectionModel().isSelected(index):
            painter.fillRect(rect, self._soft)
        header, pad = table.header(), self._pad
        texts, width = self._runs.texts_at(index), table.viewport().width()
        for i, column in enumerate(self._runs.columns):
            left, room = header.sectionViewportPosition(i), header.sectionSize(i)
            if i == 0:
                first = left + (table.indentation() if self._runs.groups else 0), left + room
            elif texts[i] and left < width and left + room > 0:
                bad = column.key == "status" and texts[i] in BAD
                painter.setPen(self._danger if bad else self._ink)
                text = self._fitted(texts[i], room - 2 * pad)
                flags = _AT_RIGHT if column.is_number else _AT_LEFT
                painter.drawText(left + pad, rect.top(), room - 2 * pad, rect.height(), flags, text)
        if self._runs.key_at(index) is None:
            self._draw_title(painter, index, rect, first[0], texts)
        else:
            name = QStyleOptionViewItem(option)
            name.rect = QRect(first[0], rect.top(), first[1] - first[0], rect.height())
            name.state &= ~QStyle.StateFlag.State_Selected
            table.itemDelegate().paint(painter, name, index)
        current = table.currentIndex()
        beside = index.row() == current.row() and index.parent() == current.parent()
        if table.hasFocus() and beside:
            painter.setPen(current_theme().pen("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _draw_title(
        self, painter: QPainter, index: Index, row: QRect, left: int, texts: list[str]
    ) -> None:
        """Write a group's title over the columns in which it has nothing to say."""
        header, indent = self._table.header(), self._table.indentation()
        taken = (i for i, text in enumerate(texts) if i and text)
        end = header.sectionViewportPosition(next(taken, 0)) or self._table.viewport().width()
        branch = QRect(left - indent, row.top(), indent, row.height())
        self._table.drawBranches(painter, branch, index)
        painter.save()
        painter.setFont(current_theme().font(bold=True))
        painter.setPen(self._ink)
        room = max(0, end - left - self._pad)
        text = painter.fontMetrics().elidedText(texts[0], Qt.TextElideMode.ElideRight, room)
        painter.drawText(left, row.top(), room, row.height(), _AT_LEFT, text)
        painter.restore()

    def _fitted(self, text: str, room: int) -> str:
        key = text, room
        if key not in self._elided:
            metrics = self._table.fontMetrics()
            self._elided[key] = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        return self._elided[key]
