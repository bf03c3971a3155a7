"""Notes about a run: a sentence each, its evidence, and where a click on it leads.

Imports Qt, the icons, the theme and the figure.
"""

import math

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from optiviz.ui.canvas.focus import paint_focus, put_after
from optiviz.ui.guard import guarded
from optiviz.ui.icons import paint_icon
from optiviz.ui.plain import tip
from optiviz.ui.theme import SPACE, blend, current_theme
from optiviz.views.figure import Note

__all__ = ["NoteRow", "NotesPane"]

_LARGE = 1.3  # times the usual type
_WRAPPED = Qt.TextFlag.TextWordWrap.value | Qt.AlignmentFlag.AlignLeft.value


class NoteRow(QAbstractButton):
    """One note; it can be pressed if it leads somewhere."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.note = Note("", "")
        self._hovered = False
        # A fixed height would be that of the width before.
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_note(self, note: Note) -> None:
        """Show another note."""
        if note == self.note:
            return
        self.note = note
        self.setText(note.sentence)
        leads = note.action is not None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if leads else Qt.FocusPolicy.NoFocus)
        if leads:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()
        self.setToolTip(tip(f"{note.action.label} (Enter)") if note.action else "")
        self.setAccessibleName(note.sentence)
        self.setAccessibleDescription(
            f"{note.evidence} {note.action.label}." if note.action else note.evidence
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size at a usual width."""
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def heightForWidth(self, width: int) -> int:
        """Return the height that the words need."""
        sentence, evidence = self._rects(width)
        return math.ceil(evidence.bottom() if self.note.evidence else sentence.bottom()) + SPACE[1]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light it."""
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Light it no longer."""
        self._hovered = False
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that it has the keys, all of it."""
        super().focusInEvent(event)
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sentence, the evidence below, and an arrow where it leads somewhere."""
        theme, painter = current_theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        leads = self.note.action is not None
        if leads and self._hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            strength = 0.11 if self.isDown() else 0.05
            painter.setBrush(blend(theme.colour("card"), theme.colour("text"), strength))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        sentence, evidence = self._rects(self.width())
        painter.setFont(self._font())
        painter.setPen(theme.colour("text"))
        painter.drawText(sentence, _WRAPPED, self.note.sentence)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("muted"))
        painter.drawText(evidence, _WRAPPED, self.note.evidence)
        if leads:
            side = float(theme.icon_size)
            corner = QRectF(self.width() - side - SPACE[1], 0, side, side)
            corner.moveTop((self.height() - side) / 2)
            role = "accent" if self._hovered or self.hasFocus() else "muted"
            paint_icon(painter, "chevron-right", corner, theme.colour(role))
        if self.hasFocus():
            paint_focus(painter, self)
        painter.end()

    def _font(self) -> QFont:
        """Return the type of the sentence."""
        font = current_theme().font(bold=True)
        if self.note.large:
            font.setPointSizeF(_LARGE * font.pointSizeF())
        return font

    def _rects(self, width: int) -> tuple[QRectF, QRectF]:
        """Return the room of the sentence, and of the evidence below it."""
        theme = current_theme()
        room = max(width - 2 * SPACE[1] - theme.icon_size - SPACE[1], 20)
        sentence = _needed(self._font(), self.note.sentence, room, float(SPACE[1]))
        below = sentence.bottom() + SPACE[0] / 2
        return sentence, _needed(theme.font(), self.note.evidence, room, below)


def _needed(font: QFont, text: str, width: int, top: float) -> QRectF:
    """Return the room that wrapped words need."""
    most = QRectF(SPACE[1], top, width, 10_000)
    height = QFontMetricsF(font).boundingRect(most, _WRAPPED, text).height()
    return QRectF(most.left(), top, width, math.ceil(height) + 1)


class NotesPane(QScrollArea):
    """Notes below each other; arrow keys go from one to the next.

    Attributes
    ----------
    acted : Signal of Action
        A note was pressed.
    """

    acted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inner = QWidget(self)
        self.viewport().setAutoFillBackground(False)
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE[0])
        self._column.addStretch(1)
        self._rows: list[NoteRow] = []
        self.setWidget(self._inner)
        self._inner.setAutoFillBackground(False)  # which setWidget has set

    def rows(self) -> list[NoteRow]:
        """Return the notes that are shown."""
        return [row for row in self._rows if not row.isHidden()]

    def set_notes(self, notes: tuple[Note, ...]) -> None:
        """Show these notes."""
        while len(self._rows) < len(notes):
            row = NoteRow(self._inner)
            row.clicked.connect(self._pressed)
            self._column.insertWidget(len(self._rows), row)
            put_after(self._rows[-1] if self._rows else self, row)
            self._rows.append(row)
        for number, row in enumerate(self._rows):
            if number < len(notes):
                row.set_note(notes[number])
            row.setVisible(number < len(notes))

    def restyle(self) -> None:
        """Take the colours and the type of the theme."""
        for row in self._rows:
            row.updateGeometry()
            row.update()

    def _pressed(self) -> None:
        row = self.sender()
        if isinstance(row, NoteRow) and row.note.action is not None:
            self.acted.emit(row.note.action)
