"""Where messages stand: beside the tabs, or over the views where no sentence has room there."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtWidgets import QSizePolicy, QWidget

from optiviz.ui.messages import MessageBar
from optiviz.ui.theme import SPACE

_LETTERS: Final = 32  # in a line: below that, a sentence is not read
_WIDEST: Final = 64
_PUT = (QEvent.Type.Show, QEvent.Type.LayoutRequest)


class MessagePlace(QWidget):
    """Room in a row for a message. What is in the row keeps its place, whatever is said.

    Parameters
    ----------
    bar : MessageBar
        A child of the window.
    window : QWidget
        The row is in it.
    """

    def __init__(self, bar: MessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._bar, self._window = bar, window
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.installEventFilter(self)
        bar.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        moved = watched is self and event.type() in (QEvent.Type.Resize, QEvent.Type.Move)
        if moved or (watched is self._bar and event.type() in _PUT):
            self._put()
        return False

    def _put(self) -> None:
        bar = self._bar
        row = QRect(self.mapTo(self._window, QPoint()), self.size())
        buttons = bar.minimumSizeHint().width()
        letter = bar.fontMetrics().averageCharWidth()
        bar.set_over(row.width() < buttons + _LETTERS * letter)
        bar.setGeometry(self._below(row, buttons + _WIDEST * letter) if bar.over else row)
        bar.raise_()

    def _below(self, row: QRect, wanted: int) -> QRect:
        """Return where it stands over what is below the row, at the right."""
        there = self._window.rect().adjusted(SPACE[2], 0, -SPACE[2], 0)
        width = min(there.width(), wanted)
        height = 2 * self._bar.fontMetrics().height() + 2 * SPACE[2]
        return QRect(there.right() - width, row.bottom() + SPACE[1], width, height)
