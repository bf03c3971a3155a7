"""A strip under the tabs, for what lasts: there as long as it is so, and beside every message."""

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from optiviz.ui.guard import guarded
from optiviz.ui.icons import icon
from optiviz.ui.plain import Label
from optiviz.ui.theme import SPACE, blend, current_theme
from optiviz.ui.two_lines import TwoLines


class Banner(QFrame):
    """A sentence about something that goes on, and a button for what can be done about it.

    It pushes down what stands below it by its own height, and so covers nothing; where it stands,
    Run and the timeline keep their places.

    Signals
    -------
    wanted
        The button was pressed.
    """

    wanted = Signal()

    def __init__(self, button: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = ""
        self.setAccessibleName("What lasts")
        self._icon = Label(parent=self)
        self._text = TwoLines(QSizePolicy.Policy.Preferred, self)
        self.button = QToolButton(self)
        self.button.setText(button)
        self.button.setProperty("framed", True)
        self.button.clicked.connect(self.wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE[3], SPACE[0], SPACE[3], SPACE[0])
        row.setSpacing(SPACE[1])
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self.button)
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self.hide()

    @property
    def text(self) -> str:
        """What it says, whole."""
        return self._sentence

    def say(self, sentence: str) -> None:
        """Show a sentence for as long as it holds; nothing takes it away."""
        if sentence != self._sentence:
            self._sentence = sentence
            self._text.say(sentence)
        self.setVisible(bool(sentence))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        theme = current_theme()
        painter = QPainter(self)
        ground = blend(theme.colour("card"), theme.colour("danger"), 0.12)
        painter.fillRect(self.rect(), ground)
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme.colour("line"))

    def _restyle(self) -> None:
        size = round(18 * current_theme().scale)
        self._icon.setPixmap(icon("warning", "danger").pixmap(QSize(size, size)))
        self._text.fit()
        self.update()
