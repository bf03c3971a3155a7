"""Step by step through a figure: what the step says, two buttons under it, and the arrow keys.

Imports Qt, the icons, the theme and the figure.
"""

from html import escape
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from optiviz.ui.icons import set_icon
from optiviz.ui.plain import Label
from optiviz.ui.theme import SPACE, current_theme
from optiviz.views.figure import Steps

__all__ = ["StepsBar", "steps_of_key"]

_USUAL: Final = 37.0  # usual texts across, where words are of usual size
_TYPE: Final = (0.85, 1.35)


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


class _Words(QLabel):
    """Words whose height we set: a layout that asked for it would share rooms out by it."""

    def hasHeightForWidth(self) -> bool:
        return False


class StepsBar(QWidget):
    """Says what a step is about, and at which one a figure is, between buttons to those beside it.

    Attributes
    ----------
    step_requested : Signal of int
        So many steps on, or back.
    """

    step_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: Steps | None = None
        self._tight = False
        self._tallest = 0
        self.words = _Words(self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.words.hide()
        self._label = Label(self)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.back = self._button("chevron-left", "Previous step (Left; Home is the first)", -1)
        self.on = self._button("chevron-right", "Next step (Right; End is the last)", 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[0])
        column.addWidget(self.words)
        row = QHBoxLayout()
        column.addLayout(row)
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
        if steps is None or self._steps is None or steps.count != self._steps.count:
            self._tallest = 0
        self._steps = steps
        self.setVisible(steps is not None)
        if steps is not None:
            self._label.setText(_words(steps.at, steps.count))
            self.back.setEnabled(steps.at > 0)
            self.on.setEnabled(steps.at < steps.count - 1)
            self._measure()
            self._write()

    def set_tight(self, tight: bool) -> None:
        """Write title and words on one line, because there is little room upwards."""
        if tight != self._tight:
            self._tight, self._tallest = tight, 0
            self._write()

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
        self._tallest = 0
        self._measure()
        self._write()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the words follow the width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._tallest = 0
            self._write()

    def _write(self) -> None:
        """Write the words, in as much room as the longest so far took: the figure stays put."""
        steps = self._steps
        has_words = steps is not None and bool(steps.title or steps.words)
        self.words.setVisible(has_words)
        if steps is None or not has_words:
            return
        theme = current_theme()
        size = min(max(self.width() / (_USUAL * theme.em), _TYPE[0]), _TYPE[1])
        self.words.setFont(theme.font(size))
        accent = theme.colour("accent").name()
        between = " &nbsp; " if self._tight else "<br>"
        title = f'<b style="color: {accent}">{escape(steps.title)}</b>' if steps.title else ""
        self.words.setText(between.join(part for part in (title, escape(steps.words)) if part))
        self._tallest = max(self._tallest, self.words.heightForWidth(max(self.width(), 1)))
        self.words.setFixedHeight(self._tallest)

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
