"""What people should know before they believe a picture, under its title.

Imports Qt, the theme and the icons.
"""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from optiviz.ui.guard import guarded
from optiviz.ui.icons import paint_icon
from optiviz.ui.plain import tip
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["WarningLine"]


class WarningLine(QWidget):
    """An icon and a sentence on a few lines; the whole of it is in the tooltip."""

    def __init__(self, parent: QWidget, most: int = 2) -> None:
        super().__init__(parent)
        self._most = most
        self._sentence = ""
        self._lines: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        current_theme().changed.connect(self._wrap)
        self.hide()

    def set_text(self, sentence: str) -> None:
        """Say this, or nothing."""
        if sentence != self._sentence:
            self._sentence = sentence
            self.setAccessibleName(f"Warning: {sentence}" if sentence else "")
            self.setToolTip(tip(sentence))
            self._wrap()
            self.setVisible(bool(sentence))

    def text(self) -> str:
        """Return what is said."""
        return self._sentence

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the sentence."""
        self._wrap()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon and the sentence."""
        theme = current_theme()
        painter = QPainter(self)
        line = QFontMetricsF(current_theme().font()).height()
        side = theme.em * 1.15
        box = QRectF(0, (line - side) / 2, side, side)
        paint_icon(painter, "warning", box, theme.colour("muted"))
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text"))
        for number, words in enumerate(self._lines):
            room = QRectF(self._indent(), number * line, self.width(), line)
            painter.drawText(
                room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words
            )
        painter.end()

    @staticmethod
    def _indent() -> float:
        return current_theme().em * 1.15 + SPACE[0] + 2

    def _wrap(self) -> None:
        metrics = QFontMetricsF(current_theme().font())
        room = self.width() - self._indent()
        words, lines = self._sentence.split(), list[str]()
        while words and len(lines) < self._most - 1:
            first = len(words)
            while first > 1 and metrics.horizontalAdvance(" ".join(words[:first])) > room:
                first -= 1
            lines.append(" ".join(words[:first]))
            words = words[first:]
        lines.append(" ".join(words))
        elide = Qt.TextElideMode.ElideRight
        self._lines = [metrics.elidedText(line, elide, room) for line in lines if line]
        self.setFixedHeight(int(metrics.height() * max(len(self._lines), 1)) + SPACE[0])
        self.update()
