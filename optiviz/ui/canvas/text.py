"""Lines of text to read and copy, that grow at their end.

Imports Qt and the theme.
"""

from PySide6.QtGui import QFontDatabase, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from optiviz.ui.theme import current_theme

__all__ = ["TextPane"]


class TextPane(QPlainTextEdit):
    """Keeps what it shows where new lines go on from it, and follows the end if it is there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[str, ...] = ()
        self._following = True
        self._setting = False
        self.setReadOnly(True)
        self.setProperty("bare", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._on_moved)
        bar.rangeChanged.connect(self._on_room)
        self.restyle()

    def set_lines(self, lines: tuple[str, ...]) -> None:
        """Show these lines; the ones that are there already stay as they are."""
        if lines == self._lines:
            return
        bar = self.verticalScrollBar()
        place = bar.value()
        self._setting = True
        same = self._same(lines)
        if same < len(self._lines):
            self._cut(same)
        added = lines[same:]
        if added:
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            # A document is never without a block: its first line needs no break before it.
            cursor.insertText(("\n" if same else "") + "\n".join(added))
        self._lines = lines
        bar.setValue(bar.maximum() if self._following else min(place, bar.maximum()))
        self._setting = False

    def restyle(self) -> None:
        """Take the type of the theme."""
        theme = current_theme()
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(theme.font().pointSizeF() * 0.95)
        self.setFont(font)

    def _on_moved(self, value: int) -> None:
        """Follow the end from where the user goes there, until it is left."""
        if not self._setting:
            self._following = value >= self.verticalScrollBar().maximum()

    def _on_room(self, _low: int, last: int) -> None:
        """Stay at the end where the room changes: a bar below takes a line of it."""
        if self._following and not self._setting:
            self.verticalScrollBar().setValue(last)

    def _same(self, lines: tuple[str, ...]) -> int:
        """Return how many lines at the start are as they were."""
        most = min(len(lines), len(self._lines))
        if lines[:most] == self._lines[:most]:
            return most
        for number in range(most):
            if lines[number] != self._lines[number]:
                return number
        return most

    def _cut(self, keep: int) -> None:
        """Leave the first lines."""
        cursor = QTextCursor(self.document())
        if keep:
            cursor.setPosition(self.document().findBlockByNumber(keep).position() - 1)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
