"""The calm boxes that everything on screen lives in.

Imports Qt, the theme, the icons and the words of a figure's legend.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.ui.canvas.legend import ElidedLabel, Legend
from optiviz.ui.canvas.warning import WarningLine
from optiviz.ui.guard import guarded
from optiviz.ui.theme import RADIUS, SPACE, current_theme
from optiviz.views.figure import LegendEntry

__all__ = ["Card", "draw_ground", "type_metrics"]

_FEW: Final = 5  # entries of a legend that have room beside a title


def type_metrics(bold: bool = False) -> QFontMetricsF:
    """Return the measures of usual type in this theme."""
    return QFontMetricsF(current_theme().font(bold=bold))


def draw_ground(widget: QWidget) -> None:
    """Paint a card's rounded ground and its outline."""
    theme = current_theme()
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.colour("line"))
    painter.setBrush(theme.colour("card"))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    painter.end()


class _TitleBar(QWidget):
    """Title, note, legend and buttons of a card."""

    double_clicked = Signal()

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = ElidedLabel(title, bold=True, parent=self)
        self.note = ElidedLabel(role="muted", right=True, parent=self)
        self.legend = Legend(self)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(SPACE[2])
        self.row.addWidget(self.title)
        self.beside = QHBoxLayout()
        self.row.addLayout(self.beside)
        self.row.addWidget(self.note, 1)
        self.row.addWidget(self.legend)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(0)
        self.row.addLayout(self.buttons)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the card to fill the middle."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()


class Card(QFrame):
    """A titled box around a view.

    Attributes
    ----------
    expand_requested : Signal
        Its title was double-clicked: fill the middle with it, or bring the grid back.
    """

    expand_requested = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = _TitleBar(title, self)
        self._legend = Legend(self)
        self._note = ElidedLabel(role="muted", right=True, parent=self)
        self._note.hide()
        self._warning = WarningLine(self)
        self._body: QWidget | None = None
        self._said = ""
        self._entries: tuple[LegendEntry, ...] = ()
        self._below = False  # the legend is in a line of its own
        self._note_below = False  # so is the note
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        self._column.setSpacing(SPACE[0])
        self._column.addWidget(self._bar)
        line = QHBoxLayout()
        line.setSpacing(SPACE[2])
        line.addWidget(self._legend)
        line.addWidget(self._note, 1)
        line.addStretch()
        self._column.addLayout(line)
        self._column.addWidget(self._warning)
        self._bar.double_clicked.connect(self.expand_requested)
        self.setAccessibleName(title)
        current_theme().changed.connect(self._restyle)
        self._restyle()

    def title(self) -> str:
        """Return the title."""
        return self._bar.title.text()

    def note(self) -> str:
        """Return the note."""
        return self._said

    def set_note(self, note: str) -> None:
        """Show key figures right of the title; what does not fit is elided."""
        self._said = note
        self._write()

    def set_legend(self, entries: Sequence[LegendEntry]) -> None:
        """Show what markers and lines mean; many of them in a line of their own."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self._below = self._note_below = False
            self._place_legend()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Look again whether the legend has room beside the title."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._below = self._note_below = False
        self._place_legend()

    def _place_legend(self) -> None:
        """Put the legend beside the title, or below where it would cut off title or note.

        So goes the note, if there is a line below. There they stay while a note grows and shrinks,
        so that nothing jumps.
        """
        bar = self._bar
        buttons = bar.buttons.sizeHint().width() + bar.beside.sizeHint().width()
        title = bar.title.sizeHint().width()
        note = type_metrics().horizontalAdvance(self._said)
        room = self.width() - 2 * SPACE[2] - buttons - title - 3 * SPACE[2]
        wanted = Legend.width_of(self._entries)
        self._below = self._below or len(self._entries) > _FEW or 0 < room < wanted + note
        self._note_below = self._note_below or (self._below and bool(wanted) and 0 < room < note)
        self._write()

    def _write(self) -> None:
        """Write note and legend where they have their places."""
        self._bar.legend.set_entries(() if self._below else self._entries)
        self._legend.set_entries(self._entries if self._below else ())
        self._bar.note.set_text("" if self._note_below else self._said)
        self._note.set_text(self._said if self._note_below else "")
        self._note.setVisible(self._note_below)

    def warning(self) -> str:
        """Return the sentence of the warning line."""
        return self._warning.text()

    def set_warning(self, sentence: str) -> None:
        """Show a sentence under the title, or hide it where it is empty."""
        self._warning.set_text(sentence)

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """Put small buttons into the corner, one for each action."""
        while (item := self._bar.buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for action in actions:
            self._bar.buttons.addWidget(self._button(action))
        self._restyle()

    def set_title_action(self, action: QAction) -> None:
        """Put a small button beside the title."""
        self._bar.beside.addWidget(self._button(action))
        self._restyle()

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self._bar)
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        if action.menu() is not None:
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAccessibleName(action.text().replace("&", ""))
        return button

    def body(self) -> QWidget | None:
        """Return what it is around."""
        return self._body

    def set_body(self, body: QWidget) -> None:
        """Put a widget into it; one that was there before is deleted."""
        if self._body is not None:
            self._column.removeWidget(self._body)
            self._body.deleteLater()
        self._body = body
        self._column.addWidget(body, 1)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        draw_ground(self)

    def _restyle(self) -> None:
        theme = current_theme()
        side = theme.icon_size
        for button in self._bar.findChildren(QToolButton):
            button.setIconSize(QSize(side, side))
        # Room for buttons, whether there are any or not, so that titles of a row are level.
        self._bar.setFixedHeight(max(side + SPACE[1], int(type_metrics(bold=True).height())) + 2)
        self.update()
