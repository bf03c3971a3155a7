"""Combos whose words are never cut off without a way to read them, and that let panels scroll."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QStandardItem, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QStylePainter,
    QWidget,
)

_NOTE = int(Qt.ItemDataRole.UserRole) + 1
_HEADING = int(Qt.ItemDataRole.UserRole) + 2
_Index = QModelIndex | QPersistentModelIndex


class Choice(QComboBox):
    """A combo of (value, words), which elides what it shows and widens what it pops up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(5)
        self.setMaxVisibleItems(24)
        self.setItemDelegate(_Entries(self))
        self.setEditable(False)

    def add_heading(self, text: str) -> None:
        """Add a line that names the entries after it and can't be chosen."""
        self.addItem(text)
        self.setItemData(self.count() - 1, True, _HEADING)
        item = self.model().item(self.count() - 1)  # type: ignore[attr-defined]
        assert isinstance(item, QStandardItem)
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def set_note(self, value: str, note: str, tip: str = "") -> None:
        """Say something of an entry, muted beside it in the list and in its tooltip."""
        index = self.findData(value)
        self.setItemData(index, note, _NOTE)
        self.setItemData(index, tip or note, Qt.ItemDataRole.ToolTipRole)

    def set_value(self, value: str) -> bool:
        """Choose an entry by its value, without a signal; return whether there is one."""
        index = self.findData(value)
        if index < 0:
            return False
        blocked = self.blockSignals(True)
        self.setCurrentIndex(index)
        self.blockSignals(blocked)
        self.update()
        return True

    def value(self) -> str:
        """Return the value of the chosen entry."""
        return str(self.currentData())

    def showPopup(self) -> None:
        """Show the list as wide as its widest entry."""
        view = self.view()
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        view.setMinimumWidth(view.sizeHintForColumn(0) + bar + 4)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the entry if the combo has the focus; else let the panel scroll."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the entry with an ellipsis where it is longer than the combo."""
        painter = QStylePainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        if not self.isEditable():
            room = self.style().subControlRect(
                QStyle.ComplexControl.CC_ComboBox,
                option,
                QStyle.SubControl.SC_ComboBoxEditField,
                self,
            )
            option.currentText = self.fontMetrics().elidedText(
                self.currentText(), Qt.TextElideMode.ElideRight, room.width() - 4
            )
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class _Entries(QStyledItemDelegate):
    """Draws headings bold and muted, and notes muted to the right of their entries."""

    _GAP = 16

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        if index.data(_HEADING):
            option.font.setBold(True)
        elif index.data(_NOTE) is not None or self._has_headings(index):
            option.text = f"   {option.text}"

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        size = super().sizeHint(option, index)
        metrics = option.fontMetrics
        note = index.data(_NOTE)
        if note:
            size.setWidth(size.width() + self._GAP + metrics.horizontalAdvance(note))
        size.setHeight(max(size.height(), metrics.height() + 8))
        return size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        note = index.data(_NOTE)
        if note:
            painter.save()
            palette = option.palette
            state = option.state
            chosen = state & QStyle.StateFlag.State_Selected
            role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
            colour = palette.color(role)
            colour.setAlphaF(0.65)
            painter.setPen(colour)
            room = option.rect.adjusted(0, 0, -8, 0)
            middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(room, middle, note)
            painter.restore()

    def _has_headings(self, index: _Index) -> bool:
        return bool(index.model().index(0, 0).data(_HEADING))
