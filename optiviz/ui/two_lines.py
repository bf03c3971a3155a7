"""A sentence in two lines at most; all of it is in the tooltip."""

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from optiviz.ui.plain import Label, tip

_LINES: Final = 2
_WRAPPED = int(Qt.TextFlag.TextWordWrap)


class TwoLines(Label):
    """As much of a sentence as there is room for."""

    def __init__(self, height: QSizePolicy.Policy, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._sentence = ""
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, height)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def say(self, sentence: str) -> None:
        """Show another sentence."""
        self._sentence = sentence
        self.setAccessibleName(sentence)
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Show as much as there is room for now."""
        metrics = self.fontMetrics()
        box = QRect(0, 0, self.width(), 10_000)
        words, shown = self._sentence.split(" "), self._sentence
        # Lines are higher in some fonts than their spacing says.
        most = metrics.boundingRect(box, _WRAPPED, "\n".join("x" * _LINES)).height()
        while len(words) > 1 and metrics.boundingRect(box, _WRAPPED, shown).height() > most:
            words.pop()
            shown = " ".join(words) + "…"
        if shown != self.text():
            self.setText(shown)
        self.setToolTip("" if shown == self._sentence else tip(self._sentence))
