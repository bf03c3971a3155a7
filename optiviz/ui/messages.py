"""One message at a time, in a bar that takes no focus: a sentence, and details to copy."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from optiviz.ui.icons import icon
from optiviz.ui.theme import current_theme


class MessageBar(QFrame):
    """Hidden until there is something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self._details = ""
        self._kind = "info"
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copy = QToolButton(self)
        self._copy.setText("Copy details")
        self._copy.clicked.connect(self._copy_details)
        self._close = QToolButton(self)
        self._close.setAccessibleName("Close the message")
        self._close.setAutoRaise(True)
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._copy)
        layout.addWidget(self._close)
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def _restyle(self) -> None:
        size = round(18 * current_theme().scale)
        role = "danger" if self._kind == "warning" else "accent"
        self._icon.setPixmap(icon(self._kind, role).pixmap(size, size))
        self._close.setIcon(icon("close"))

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    @property
    def details(self) -> str:
        """What its button copies."""
        return self._details

    def say(self, sentence: str, details: str = "", warning: bool = False) -> None:
        """Show a sentence until it is closed or replaced."""
        self._details = details
        self._kind = "warning" if warning else "info"
        self._text.setText(sentence[:600])
        self._copy.setVisible(bool(details))
        self._restyle()
        self.show()

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._text.text()}\n\n{self._details}")
