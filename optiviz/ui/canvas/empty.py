"""What is said where there is nothing to draw yet, with the buttons that change that.

Imports Qt and the theme.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from optiviz.ui.plain import Label
from optiviz.ui.theme import SPACE, current_theme

__all__ = ["ActionButton", "EmptyPane"]


class ActionButton(QPushButton):
    """A button that says and does what an action does."""

    def __init__(
        self, action: QAction, *, primary: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("primary", primary)
        self._action = action
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setText(self._action.text())
        self.setIcon(self._action.icon())
        self.setEnabled(self._action.isEnabled())
        self.setVisible(self._action.isVisible())


class EmptyPane(QWidget):
    """A sentence in the middle, and buttons under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = Label(self)
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setMaximumWidth(520)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE[1])
        self._buttons.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[4], SPACE[2], SPACE[4], SPACE[2])
        column.setSpacing(SPACE[2])
        column.addStretch(1)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._sentence, 8)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addLayout(self._buttons)
        column.addStretch(1)
        self.restyle()

    def sentence(self) -> str:
        """Return what is said."""
        return self._sentence.text()

    def set_sentence(self, sentence: str) -> None:
        """Say this."""
        if sentence != self._sentence.text():
            self._sentence.setText(sentence)

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """Offer these, the first one as the likeliest."""
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()  # until it is deleted it would stand over the new ones
                old.deleteLater()
        for number, action in enumerate(actions):
            self._buttons.addWidget(ActionButton(action, primary=number == 0, parent=self))

    def restyle(self) -> None:
        """Take the colours of the theme."""
        palette = self._sentence.palette()
        palette.setColor(QPalette.ColorRole.WindowText, current_theme().colour("muted"))
        self._sentence.setPalette(palette)
