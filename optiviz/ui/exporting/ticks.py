"""Names with a tick each: which of them are wanted."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.ui.plain import Label
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["Ticks"]

_VALUE = int(Qt.ItemDataRole.UserRole)
_FEW = 4  # need no buttons for all and none
_HIGH = 1.75  # of a line, in heights of text


class _List(QListWidget):
    """A list as high as some of its lines; a wheel over it scrolls it only if it can."""

    most = 8

    def sizeHint(self) -> QSize:
        line = round(_HIGH * current_theme().em)
        return QSize(120, line * min(self.count(), self.most) + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.count() > self.most:
            super().wheelEvent(event)
        else:
            event.ignore()


class Ticks(QWidget):
    """A list of names with a tick each, under a title.

    Signals
    -------
    changed
        By the user.
    """

    changed = Signal()

    def __init__(self, title: str, parent: QWidget | None = None, most: int = 8) -> None:
        super().__init__(parent)
        self.list = _List(self)
        self.list.most = most
        self.list.setProperty("bare", True)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(title)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.itemChanged.connect(self.changed)
        self._title = Label(title, self)
        self._title.setBuddy(self.list)
        self.all_button = QPushButton("All", self)
        self.none_button = QPushButton("None", self)
        self.all_button.setToolTip(f"{title}: all of them")
        self.none_button.setToolTip(f"{title}: none of them")
        self.all_button.clicked.connect(lambda: self._tick(True))
        self.none_button.clicked.connect(lambda: self._tick(False))
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self.all_button)
        top.addWidget(self.none_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[0])
        column.addLayout(top)
        column.addWidget(self.list)
        current_theme().changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self._title.setFont(current_theme().font(bold=True))
        for i in range(self.list.count()):
            self.list.item(i).setSizeHint(QSize(0, round(_HIGH * current_theme().em)))
        self.list.updateGeometry()

    def offer(self, names: Sequence[tuple[str, str]], ticked: Sequence[str]) -> None:
        """Offer values with their words, some of them ticked, without a signal."""
        blocked = self.list.blockSignals(True)
        self.list.clear()
        for value, words in names:
            item = QListWidgetItem(words, self.list)
            item.setData(_VALUE, value)
            item.setToolTip(words)
            item.setSizeHint(QSize(0, round(_HIGH * current_theme().em)))
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsUserCheckable
                | Qt.ItemFlag.ItemIsSelectable
            )
            on = value in ticked
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.list.blockSignals(blocked)
        self.list.updateGeometry()
        for button in (self.all_button, self.none_button):
            button.setVisible(len(names) >= _FEW)

    def ticked(self) -> tuple[str, ...]:
        """Return the values that are wanted, in order."""
        items = [self.list.item(i) for i in range(self.list.count())]
        on = Qt.CheckState.Checked
        return tuple(str(item.data(_VALUE)) for item in items if item.checkState() == on)

    def set_icons(self, icons: Sequence[QIcon]) -> None:
        """Mark each name, without a signal."""
        blocked = self.list.blockSignals(True)
        for i, icon in enumerate(icons):
            item = self.list.item(i)
            if item is not None:
                item.setIcon(icon)
        self.list.blockSignals(blocked)

    def _tick(self, on: bool) -> None:
        blocked = self.list.blockSignals(True)
        for i in range(self.list.count()):
            item = self.list.item(i)
            if item is not None:
                item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.list.blockSignals(blocked)
        self.changed.emit()
