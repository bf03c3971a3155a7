"""One message at a time, in a bar that takes no focus: a sentence, and details to copy.

What must be known but can wait, as several things do at a start, stands in a queue.
"""

from collections import deque
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import Final

from PySide6.QtGui import QAction, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from optiviz.ui.card import draw_ground
from optiviz.ui.guard import guarded
from optiviz.ui.icons import icon
from optiviz.ui.plain import Label
from optiviz.ui.theme import current_theme
from optiviz.ui.two_lines import TwoLines

_OFFERS: Final = 2  # buttons beside a sentence


@dataclass(frozen=True)
class _Waiting:
    """A message that is there until it was dismissed."""

    sentence: str
    actions: tuple[QAction, ...]
    warning: bool


class MessageBar(QFrame):
    """Hidden until there is something to say; two lines at most, and all of it in the tooltip.

    Attributes
    ----------
    over : bool
        It stands over something else, and so has a ground of its own.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self._sentence = self._details = ""
        self._kind = "info"
        self.over = False
        self._icon = Label(self)
        self._text = TwoLines(QSizePolicy.Policy.Ignored, self)
        self._copy = QToolButton(self)
        self._copy.setText("Copy details")
        self._copy.clicked.connect(self._copy_details)
        self._act, self._other = (self._button_of_offer(i) for i in range(_OFFERS))
        self._offered: tuple[QAction, ...] = ()
        self._queue: deque[_Waiting] = deque()
        self._dismissed = 0  # of those that were in the queue together
        self._of_queue = False  # what is on show is the first of it
        self._count = Label(self)
        self._count.setProperty("muted", True)
        self._close = QToolButton(self)
        self._close.setAccessibleName("Close the message")
        self._close.setAutoRaise(True)
        self._close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 8, 0)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._act)
        layout.addWidget(self._other)
        layout.addWidget(self._copy)
        layout.addWidget(self._count)
        layout.addWidget(self._close)
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def _restyle(self) -> None:
        size = round(18 * current_theme().scale)
        role = "danger" if self._kind == "warning" else "accent"
        self._icon.setPixmap(icon(self._kind, role).pixmap(size, size))
        self._close.setIcon(icon("close"))
        self._text.fit()

    def set_over(self, over: bool) -> None:
        """Stand over something else, or not."""
        if over != self.over:
            self.over = over
            self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        if self.over:
            draw_ground(self)

    @property
    def text(self) -> str:
        """What it says."""
        return self._sentence

    @property
    def details(self) -> str:
        """What its button copies."""
        return self._details

    def say(self, sentence: str, details: str = "", warning: bool = False) -> None:
        """Show a sentence until it is closed or replaced."""
        self._of_queue = False
        self._show(sentence, details, warning)

    def _show(self, sentence: str, details: str, warning: bool) -> None:
        self._sentence, self._details = sentence[:600], details
        self._kind = "warning" if warning else "info"
        self._text.say(self._sentence)
        self._copy.setVisible(bool(details))
        self._show_count()
        self._show_offers()
        self.show()
        self._restyle()

    def offer(self, sentence: str, *actions: QAction | None) -> None:
        """Show a sentence with up to two buttons, such as what takes back what was done."""
        self.say(sentence)
        self._show_offers(*(action for action in actions if action is not None))
        self.layout().activate()  # type: ignore[union-attr]
        self._text.fit()

    def queue(self, sentence: str, *actions: QAction | None, warning: bool = False) -> None:
        """Show a sentence when those before it were dismissed; what is said meanwhile covers it."""
        offered = tuple(action for action in actions if action is not None)
        self._queue.append(_Waiting(sentence, offered, warning))
        if self.isHidden():
            self._show_next()
        else:
            self._show_count()
            self._text.fit()

    def dismiss(self) -> None:
        """Take away what is on show; what waits comes next."""
        if self._of_queue:
            self._queue.popleft()
            self._dismissed += 1
        self._show_next()

    def clear(self) -> None:
        """Take away what was only said; what is there until it was dismissed stays, or comes."""
        if not self._of_queue:
            self._show_next()

    def _show_next(self) -> None:
        self._of_queue = bool(self._queue)
        if not self._queue:
            self._dismissed = 0
            self.hide()
            return
        first = self._queue[0]
        self._show(first.sentence, "", first.warning)
        self._show_offers(*first.actions)

    def _show_count(self) -> None:
        of = self._dismissed + len(self._queue)
        self._count.setText(f"{self._dismissed + 1} of {of}")
        self._count.setVisible(self._of_queue and of > 1)

    def _show_offers(self, *actions: QAction) -> None:
        self._offered = actions
        for button, action in zip_longest((self._act, self._other), actions[:_OFFERS]):
            if action is not None:
                button.setText(action.text())
                keys = action.shortcut().toString()
                button.setToolTip(f"{action.text()} ({keys})" if keys else action.text())
            button.setVisible(action is not None)
        self.layout().activate()  # type: ignore[union-attr]
        self._text.fit()

    def _button_of_offer(self, number: int) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("framed", True)
        button.clicked.connect(partial(self._take_offer, number))
        return button

    def _take_offer(self, number: int, checked: bool = False) -> None:
        offered, self._offered = self._offered, ()
        self.dismiss()
        if number < len(offered):
            offered[number].trigger()

    def leave(self) -> None:
        """Take away what was about another place, but no warning."""
        if self._kind == "info":
            self.clear()

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._sentence}\n\n{self._details}")
