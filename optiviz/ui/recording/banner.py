"""A strip under the tabs, for what lasts: there as long as it is so, and beside every message."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from optiviz.ui.guard import guarded
from optiviz.ui.icons import icon
from optiviz.ui.plain import Label
from optiviz.ui.theme import SPACE, blend, current_theme

_LINES = 2
_WRAPPED = int(Qt.TextFlag.TextWordWrap)


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
        self._text = Label(parent=self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
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
            self._text.setAccessibleName(sentence)
            self._fit()
        self.setVisible(bool(sentence))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._fit()

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
        self._fit()
        self.update()

    def _fit(self) -> None:
        """Show as much of the sentence as two lines hold; all of it is in the tooltip."""
        metrics = QFontMetrics(self._text.font())
        box = QRect(0, 0, max(1, self._text.width()), 10_000)
        words, shown = self._sentence.split(" "), self._sentence
        most = metrics.boundingRect(box, _WRAPPED, "\n".join("x" * _LINES)).height()
        while len(words) > 1 and metrics.boundingRect(box, _WRAPPED, shown).height() > most:
            words.pop()
            shown = " ".join(words) + "…"
        if shown != self._text.text():
            self._text.setText(shown)
        self._text.setToolTip("" if shown == self._sentence else self._sentence)
