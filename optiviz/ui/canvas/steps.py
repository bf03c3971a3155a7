"""Step by step through a figure: two buttons under it, and the arrow keys.

Imports Qt, the icons, the theme and the figure.
"""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from optiviz.ui.icons import set_icon
from optiviz.ui.theme import SPACE, current_theme
from optiviz.views.figure import Steps

__all__ = ["StepsBar", "steps_of_key"]


def steps_of_key(key: int, steps: Steps | None) -> int | None:
    """Return how many steps a key goes on: less than zero goes back, None is another key."""
    if steps is None:
        return None
    keys: dict[int, int] = {
        Qt.Key.Key_Right: 1,
        Qt.Key.Key_Down: 1,
        Qt.Key.Key_Left: -1,
        Qt.Key.Key_Up: -1,
        Qt.Key.Key_Home: -steps.count,
        Qt.Key.Key_End: steps.count,
    }
    wanted = keys.get(key)
    if wanted is None:
        return None
    return min(max(steps.at + wanted, 0), max(steps.count - 1, 0)) - steps.at


class StepsBar(QWidget):
    """Says at which step a figure is, between the buttons to the steps beside it.

    Attributes
    ----------
    step_requested : Signal of int
        So many steps on, or back.
    """

    step_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: Steps | None = None
        self._label = QLabel(self)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.back = self._button("chevron-left", "Previous step (Left; Home is the first)", -1)
        self.on = self._button("chevron-right", "Next step (Right; End is the last)", 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE[0])
        row.addStretch(1)
        for widget in (self.back, self._label, self.on):
            row.addWidget(widget)
        row.addStretch(1)
        self.hide()
        self.restyle()

    def set_steps(self, steps: Steps | None) -> None:
        """Show at which step a figure is; None hides all of it."""
        if steps == self._steps:
            return
        self._steps = steps
        self.setVisible(steps is not None)
        if steps is not None:
            self._label.setText(_words(steps.at, steps.count))
            self.back.setEnabled(steps.at > 0)
            self.on.setEnabled(steps.at < steps.count - 1)
            self._measure()

    def text(self) -> str:
        """Return what is said."""
        return self._label.text()

    def restyle(self) -> None:
        """Take the colours and the type of the theme."""
        palette = self._label.palette()
        palette.setColor(QPalette.ColorRole.WindowText, current_theme().colour("muted"))
        self._label.setPalette(palette)
        side = current_theme().icon_size
        for button in (self.back, self.on):
            button.setIconSize(QSize(side, side))
        self._measure()

    def _button(self, name: str, words: str, by: int) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(words)
        button.setAccessibleName(words.partition(" (")[0])
        # The pane above has the keys; a click leaves them there.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setAutoRepeat(True)
        set_icon(button, name)
        button.clicked.connect(lambda: self.step_requested.emit(by))
        return button

    def _measure(self) -> None:
        """Keep the room of the widest words, so that the buttons stay where they are."""
        if self._steps is not None:
            widest = _words(self._steps.count - 1, self._steps.count)
            metrics = self._label.fontMetrics()
            self._label.setMinimumWidth(metrics.horizontalAdvance(widest) + SPACE[0])


def _words(at: int, count: int) -> str:
    return f"step {at + 1:,} of {count:,}"
