"""Tags of the runs that are chosen: chips to take away, and a field to add to them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLayout, QLayoutItem, QLineEdit, QWidget

from optiviz.engine.wording import one_line
from optiviz.ui.forms.buttons import IconButton
from optiviz.ui.theme import SPACE

__all__ = ["LONGEST", "TagsEditor", "tag_of"]

LONGEST: Final = 40  # characters of a tag
_WORDS: Final = 24  # characters of one that are shown
_MOST: Final = 40  # chips


def tag_of(text: str) -> str:
    """Return what was typed as a tag: on one line, without commas, not too long."""
    return one_line(text.replace(",", " "))[:LONGEST].strip()


class _Flow(QLayout):
    """Puts widgets beside each other, and into the next line where there is no room left."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(SPACE[0])
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), put=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._items]
        return QSize(0, max((size.height() for size in sizes), default=0))

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, put=True)

    def _place(self, rect: QRect, put: bool) -> int:
        x, y, high = rect.left(), rect.top(), 0
        for item in self._items:
            size = item.sizeHint()
            wide = min(size.width(), rect.width())
            if x > rect.left() and x + wide > rect.left() + rect.width():
                x, y, high = rect.left(), y + high + self.spacing(), 0
            if put:
                item.setGeometry(QRect(QPoint(x, y), QSize(wide, size.height())))
            x += wide + self.spacing()
            high = max(high, size.height())
        return y + high - rect.top()


class _Chip(IconButton):
    """A tag; pressing it takes the tag away."""

    def __init__(self, tag: str, words: str, parent: QWidget) -> None:
        super().__init__("close", words.replace("&", "&&"), parent)
        self.tag = tag
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands behind
        self.setAutoRaise(False)
        self.setProperty("framed", True)
        self.setStyleSheet(f"padding-left: {SPACE[1]}px;")
        self.setAccessibleName(f"Take away the tag {tag}")


class TagsEditor(QWidget):
    """Chips and a field.

    Signals
    -------
    added, removed : (str,)
        A tag, for all runs that are chosen.
    """

    added = Signal(str)
    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[str, str], ...] | None = None
        self.chips: list[_Chip] = []
        self._known = QStringListModel(self)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Add a tag, Enter")
        self.field.setAccessibleName("Add a tag")
        self.field.setMaxLength(LONGEST)
        self.field.returnPressed.connect(self._add)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.field.setCompleter(completer)
        self._flow = _Flow(self)
        self._flow.addWidget(self.field)

    def show_tags(self, tags: Mapping[str, int], runs: int) -> None:
        """Show the tags that some of the runs have, each with how many do."""
        shown = tuple(
            (tag, _short(tag) + (f" ({n:,} of {runs:,})" if n < runs else ""))
            for tag, n in list(tags.items())[:_MOST]
        )
        if shown == self._shown:
            return
        self._shown = shown
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._flow.removeWidget(self.field)
        self.chips = []
        for tag, words in shown:
            chip = _Chip(tag, words, self)
            chip.clicked.connect(self._remove)
            self._flow.addWidget(chip)
            chip.show()
            self.chips.append(chip)
        self._flow.addWidget(self.field)
        self.updateGeometry()

    def know(self, tags: Iterable[str]) -> None:
        """Offer these while one is typed."""
        names = list(tags)
        if names != self._known.stringList():
            self._known.setStringList(names)

    def _add(self) -> None:
        tag = tag_of(self.field.text())
        self.field.clear()
        if tag:
            self.added.emit(tag)

    def _remove(self) -> None:
        chip = self.sender()
        if isinstance(chip, _Chip):
            self.field.setFocus()  # the chip that has it goes
            self.removed.emit(chip.tag)


def _short(tag: str) -> str:
    line = one_line(tag)
    return line if len(line) <= _WORDS else f"{line[: _WORDS - 1]}…"


def tags_of(tagged: Sequence[tuple[str, ...]]) -> dict[str, int]:
    """Return every tag of some runs, with how many of them have it."""
    found: dict[str, int] = {}
    for tags in tagged:
        for tag in tags:
            found[tag] = found.get(tag, 0) + 1
    return found
