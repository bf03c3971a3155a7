"""A card of the set-up that folds to one line, with its title and what is set in a few words."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget

from optiviz.ui.card import draw_ground, type_metrics
from optiviz.ui.guard import guarded
from optiviz.ui.icons import paint_icon
from optiviz.ui.plain import tip
from optiviz.ui.theme import RADIUS, SPACE, current_theme

__all__ = ["SetupCard"]

_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Header(QAbstractButton):
    """The line of a folding card: its title, a summary and a chevron."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.summary = ""
        self.problem = ""
        self._hovered = False
        self.setText(title)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the height of a header."""
        return QSize(120, int(type_metrics(bold=True).height()) + 2 * SPACE[1] + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter fold as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light the chevron."""
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Dim the chevron."""
        self._hovered = False
        self.update()

    def summary_room(self) -> float:
        """Return how much room there is for the summary, in pixels."""
        theme = current_theme()
        title = type_metrics(bold=True).horizontalAdvance(self.text())
        mark = theme.em + SPACE[1] if self.problem else 0.0
        return self.width() - 2 * SPACE[2] - title - SPACE[2] - theme.em - SPACE[0] - mark

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = QRectF(self.rect()).adjusted(SPACE[2], 0, -SPACE[2], 0)
        if self.hasFocus():
            painter.setPen(theme.pen("accent", 1.5))
            ring = QRectF(self.rect()).adjusted(3, 3, -3, -3)
            painter.drawRoundedRect(ring, RADIUS - 3, RADIUS - 3)
        painter.setFont(theme.font(bold=True))
        painter.setPen(theme.colour("text"))
        painter.drawText(inside, _LEFT, self.text())
        side = theme.em * 0.85
        box = QRectF(inside.right() - side, inside.center().y() - side / 2, side, side)
        name = "chevron-down" if self.isChecked() else "chevron-right"
        paint_icon(painter, name, box, theme.colour("text" if self._hovered else "muted"))
        room = self.summary_room()
        painter.setFont(theme.font())
        painter.setPen(theme.colour("danger" if self.problem else "muted"))
        words = type_metrics().elidedText(self.summary, Qt.TextElideMode.ElideRight, room)
        right = box.left() - SPACE[0]
        painter.drawText(QRectF(right - room, 0, room, self.height()), _RIGHT, words)
        if self.problem:
            side = theme.em * 1.1
            left = right - min(type_metrics().horizontalAdvance(words), room) - side - SPACE[0]
            box = QRectF(left, inside.center().y() - side / 2, side, side)
            paint_icon(painter, "warning", box, theme.colour("danger"))
        painter.end()


class SetupCard(QFrame):
    """A card of the set-up that folds to one line.

    Attributes
    ----------
    folded_changed : Signal of bool
        It was folded or opened.
    """

    folded_changed = Signal(bool)

    def __init__(self, title: str, *, folded: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._header = _Header(title, self)
        self._header.setChecked(not folded)
        self._inside = QWidget(self)
        self.body_layout = QVBoxLayout(self._inside)
        self.body_layout.setContentsMargins(SPACE[2], 0, SPACE[2], SPACE[2])
        self.body_layout.setSpacing(SPACE[1])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._inside)
        self._inside.setVisible(not folded)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._header.toggled.connect(self._toggled)
        self._header.installEventFilter(self)
        current_theme().changed.connect(self._restyle)
        self._describe()

    def title(self) -> str:
        """Return the title."""
        return self._header.text()

    def folded(self) -> bool:
        """Return whether only its line is there."""
        return not self._header.isChecked()

    def set_folded(self, folded: bool) -> None:
        """Fold or open it."""
        self._header.setChecked(not folded)

    def header(self) -> QAbstractButton:
        """Return the line that folds it, to give it focus."""
        return self._header

    def summary(self) -> str:
        """Return the whole summary."""
        return self._header.summary

    def set_summary(self, summary: str) -> None:
        """Say in a few words what is set."""
        if summary != self._header.summary:
            self._header.summary = summary
            self._describe()

    def set_problem(self, sentence: str) -> None:
        """Mark the line and explain in its tooltip what must be mended; empty for nothing."""
        if sentence != self._header.problem:
            self._header.problem = sentence
            self._describe()

    def set_body(self, body: QWidget) -> None:
        """Put one widget into it; any that were there before are deleted."""
        while (item := self.body_layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        self.body_layout.addWidget(body)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the tooltip of the line to what its width hides."""
        if event.type() == QEvent.Type.Resize:
            self._describe()
        return False

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        draw_ground(self)

    def _toggled(self, opened: bool) -> None:
        self._inside.setVisible(opened)
        self._describe()
        self.folded_changed.emit(not opened)

    def _describe(self) -> None:
        header = self._header
        hidden = type_metrics().horizontalAdvance(header.summary) > header.summary_room()
        header.setToolTip(tip(header.problem or (header.summary if hidden else "")))
        state = "folded" if self.folded() else "open"
        header.setAccessibleName(f"{header.text()}, {state}")
        header.setAccessibleDescription(header.problem or header.summary)
        self.setAccessibleName(header.text())
        header.update()

    def _restyle(self) -> None:
        self._header.updateGeometry()
        self._describe()
        self.update()
