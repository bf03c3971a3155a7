"""Combos whose words are never cut off without a way to read them, and that let panels scroll."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import (
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QShortcut,
    QStandardItem,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QStylePainter,
    QWidget,
)

from optiviz.ui.guard import guarded
from optiviz.ui.theme import current_theme

# What an entry has besides its words and its value:
NOTE = int(Qt.ItemDataRole.UserRole) + 1  # muted, beside it
HEADING = NOTE + 1  # it is none, but names those after it
WORDS = NOTE + 2  # by which it is found
ABOUT = NOTE + 3  # what it is, in one line
_Index = QModelIndex | QPersistentModelIndex


class Choice(QComboBox):
    """A combo of (value, words), which elides what it shows and widens what it pops up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(5)
        self.setMaxVisibleItems(24)
        self.setItemDelegate(Entries(self))
        self.setEditable(False)
        self._home: QShortcut | None = None

    def add_heading(self, text: str) -> None:
        """Add a line that names the entries after it and can't be chosen."""
        if self._home is None:  # the list's own one stays where it is: a heading comes first
            self._home = QShortcut(QKeySequence(Qt.Key.Key_Home), self.view())
            self._home.setContext(Qt.ShortcutContext.WidgetShortcut)
            self._home.activated.connect(self._to_first)
        self.addItem(text)
        self.setItemData(self.count() - 1, True, HEADING)
        item = self.model().item(self.count() - 1)  # type: ignore[attr-defined]
        assert isinstance(item, QStandardItem)
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def _to_first(self) -> None:
        """Go to the first entry of the list that can be chosen."""
        first = next(i for i in range(self.count()) if not self.itemData(i, HEADING))
        self.view().setCurrentIndex(self.model().index(first, self.modelColumn()))

    def set_note(self, value: str, note: str, tip: str = "") -> None:
        """Say something of an entry, muted beside it in the list and in its tooltip."""
        index = self.findData(value)
        self.setItemData(index, note, NOTE)
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

    @guarded
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


class Entries(QStyledItemDelegate):
    """Draws headings bold and muted, and notes muted to the right of their entries."""

    _GAP = 16

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        """Indent entries below headings, and mute those that have a note."""
        super().initStyleOption(option, index)
        if index.data(HEADING):
            option.font.setBold(True)
        elif index.data(NOTE) is not None or self._has_headings(index):
            option.text = f"   {option.text}"
        note = index.data(NOTE)
        if note:
            # It can be chosen, to read what would mend it, but stands back.
            colour = current_theme().colour("muted")
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                option.palette.setColor(role, colour)
            room = option.rect.width() - option.fontMetrics.horizontalAdvance(note) - self._GAP
            if option.rect.width() > 0:
                option.text = option.fontMetrics.elidedText(
                    option.text, Qt.TextElideMode.ElideRight, room
                )

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return a size with room for the note."""
        size = super().sizeHint(option, index)
        metrics = option.fontMetrics
        note = index.data(NOTE)
        if note:
            size.setWidth(size.width() + self._GAP + metrics.horizontalAdvance(note))
        size.setHeight(max(size.height(), metrics.height() + 8))
        return size

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw the entry and its note."""
        super().paint(painter, option, index)
        note = index.data(NOTE)
        if note:
            painter.save()
            painter.setPen(current_theme().colour("muted"))
            room = option.rect.adjusted(0, 0, -8, 0)
            middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(room, middle, note)
            painter.restore()

    def _has_headings(self, index: _Index) -> bool:
        return bool(index.model().index(0, 0).data(HEADING))
