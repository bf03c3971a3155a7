"""A small box to give one coordinate of a run's point another value."""

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.ui.forms.labels import MistakeNote
from optiviz.ui.plain import Label
from optiviz.ui.session import Session
from optiviz.ui.theme import SPACE

__all__ = ["WeightEditor"]

_LARGEST = 1e12


class WeightEditor(QFrame):
    """Asks for a number, and whether the run in focus takes it or a new one beside it."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._session = session
        self._index = 0
        self.setObjectName("note")
        self._title = Label(self)
        self.field = QLineEdit(self)
        self.mistake = MistakeNote(self)
        self.here = QPushButton("Set from here", self)
        self.here.setProperty("primary", True)
        self.here.setToolTip("What was computed beyond this iteration is dropped (Enter)")
        self.beside = QPushButton("Try beside", self)
        self.beside.setToolTip("A new run goes on with it, and this one stays (Ctrl+Enter)")
        self.here.clicked.connect(self._set_here)
        self.beside.clicked.connect(self._try_beside)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE[1])
        buttons.addWidget(self.here)
        buttons.addWidget(self.beside)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[2], SPACE[2], SPACE[2], SPACE[2])
        column.setSpacing(SPACE[1])
        for widget in (self._title, self.field, self.mistake):
            column.addWidget(widget)
        column.addLayout(buttons)

    def ask(self, index: int) -> None:
        """Open at the pointer for a coordinate, counted from 0, of the run in focus."""
        self._session.pause()  # the iteration that is told is the one that is changed
        shown = self._session.shown()
        if not shown:
            return
        x, at = shown[0].reader.state(shown[0].k).x, QCursor.pos()
        self._index = index
        title = f"Weight {index + 1:,} of {len(x):,} from iteration {shown[0].k:,} on"
        self._title.setText(title)
        self.field.setAccessibleName(title)
        self.field.setText(f"{x[index]:.6g}")
        self.field.selectAll()
        self.mistake.say("")
        self.adjustSize()
        room = self.screen().availableGeometry()
        left = min(at.x(), room.right() - self.width())
        top = min(at.y(), room.bottom() - self.height())
        self.move(max(room.left(), left), max(room.top(), top))
        self.show()
        self.field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter for the run itself and Ctrl+Enter for a new one."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _set_here(self) -> None:
        self._take(False)

    def _try_beside(self) -> None:
        self._take(True)

    def _take(self, beside: bool) -> None:
        text = self.field.text().strip().replace("−", "-")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not abs(value) <= _LARGEST:
            self._refuse("It must be a number, such as 0.25 or −3.")
            return
        try:
            self._session.edit_point(self._index, value, branch=beside)
        except ValueError as error:
            self._refuse(f"It can't be done: {error}.")
        else:
            self.hide()

    def _refuse(self, sentence: str) -> None:
        self.mistake.say(sentence)
        self.adjustSize()
        self.field.setFocus()
