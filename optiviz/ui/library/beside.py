"""What stands around the list of recorded runs: the box, the search, the shelves, the buttons."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.engine.wording import one_line
from optiviz.ui.canvas.empty import ActionButton
from optiviz.ui.card import draw_ground, type_metrics
from optiviz.ui.guard import guarded
from optiviz.ui.icons import set_icon
from optiviz.ui.library.shelves import Shelf
from optiviz.ui.theme import SPACE

__all__ = ["Box", "Buttons", "Top"]

_TIPS: Final = {
    Shelf.ALL: "Every run that was recorded",
    Shelf.INTERRUPTED: "Runs that were being computed when the program ended: they can go on",
    Shelf.TAGGED: "Runs that have a tag",
    Shelf.DELETED: "Runs that were deleted: they can be brought back",
}
_TAGS: Final = 30  # in the menu


class Box(QFrame):
    """A card without a title."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE[1], SPACE[1], SPACE[1], SPACE[1])
        self.column.setSpacing(SPACE[1])

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        draw_ground(self)


class Top(QWidget):
    """The search, and the shelves.

    Signals
    -------
    shelf_wanted : (Shelf,)
    moved_on
        The keys should go to the list.
    """

    shelf_wanted = Signal(object)
    moved_on = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit(self)
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search the recorded runs")
        self.search.setPlaceholderText("Search: words, tag:…, status:…, -word")
        self.search.setToolTip(
            "Runs that have every word in their name, tags, notes, algorithm, data or status. "
            "With a field's name it must be there: name:, tag:, notes:, status:, algorithm:, "
            "dataset:. A minus before it: runs that don't have it. (Ctrl+F)"
        )
        glass = QAction(self.search)
        set_icon(glass, "search", "muted")
        self.search.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self.search.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE[1])
        row.addWidget(self.search, 1)
        self._group = QButtonGroup(self)
        self.shelves: dict[Shelf, QPushButton] = {}
        for shelf in Shelf:
            button = QPushButton(shelf.value, self)
            button.setCheckable(True)
            button.setToolTip(_TIPS[shelf])
            button.clicked.connect(self._choose)
            self._group.addButton(button)
            self.shelves[shelf] = button
            row.addWidget(button)
            if shelf is Shelf.TAGGED:
                row.addWidget(self._tags_button())
        self.shelves[Shelf.ALL].setChecked(True)

    def _tags_button(self) -> QToolButton:
        self.tags = QToolButton(self)
        self.tags.setProperty("framed", True)
        set_icon(self.tags, "chevron-down")
        self.tags.setToolTip("Runs with one tag")
        self.tags.setAccessibleName("Runs with one tag")
        self.tags.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.tags.setMenu(QMenu(self.tags))
        self.tags.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        return self.tags

    def _choose(self) -> None:
        for shelf, button in self.shelves.items():
            if button is self.sender():
                self.shelf_wanted.emit(shelf)

    def show_counts(self, counts: Mapping[Shelf, int], tags: Mapping[str, int]) -> None:
        """Say how many runs are on each shelf, and which tags there are."""
        for shelf, button in self.shelves.items():
            text = f"{shelf.value} {counts[shelf]:,}"
            if button.text() != text:
                button.setText(text)
        self.restyle()
        self.tags.setEnabled(bool(tags))
        menu = self.tags.menu()
        menu.clear()
        for tag, n in list(tags.items())[:_TAGS]:
            action = QAction(f"{one_line(tag)[:40]}\t{n:,}".replace("&", "&&"), menu)
            action.setData(tag)
            action.triggered.connect(self._look_for_tag)
            menu.addAction(action)

    def restyle(self) -> None:
        """Make room for the words of a shelf that is chosen: they are bold."""
        metrics = type_metrics(bold=True)
        for button in self.shelves.values():
            words = metrics.horizontalAdvance(button.text())
            button.setMinimumWidth(round(words + 2 * SPACE[2]))

    def _look_for_tag(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            tag = str(action.data()).replace('"', " ").strip()
            self.search.setText(f'tag:"{tag}"')

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.moved_on.emit()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return False


class Buttons(QWidget):
    """A button for each act that is possible, the first as the likeliest."""

    def __init__(self, rows: list[list[QAction]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACE[1])
        across = max(map(len, rows))
        for i, actions in enumerate(rows):
            for j, action in enumerate(actions):
                button = ActionButton(action, primary=i == j == 0, parent=self)
                keys = action.shortcut().toString()
                button.setToolTip(f"{action.toolTip()} ({keys})" if keys else action.toolTip())
                grid.addWidget(button, i, j, 1, across if len(actions) == 1 else 1)
