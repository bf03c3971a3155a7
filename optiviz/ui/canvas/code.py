"""A program beside the picture, with its variables.

Imports Qt, the other rooms of the canvas and the figure.
"""

from typing import Final

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from optiviz.ui.canvas.focus import by_keys, paint_focus
from optiviz.ui.canvas.program import Listing, Type, Variables
from optiviz.ui.canvas.steps import steps_of_key
from optiviz.ui.guard import guarded
from optiviz.ui.theme import SPACE
from optiviz.views.figure import Code, Steps

__all__ = ["CodePane"]

NARROW: Final = 440  # pixels, below which type is smaller
LOWEST: Final = 0.42  # of the height may be variables, below the program


class CodePane(QWidget):
    """Shows a program with its variables at the right, or below where it is narrow.

    Attributes
    ----------
    step_requested : Signal of int
        So many steps on, or back.
    """

    step_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code = Code(())
        self._steps: Steps | None = None
        self._focused = False
        self.listing = Listing(self)
        self.variables = Variables(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(60, 40)

    def set_code(self, code: Code, steps: Steps | None = None) -> None:
        """Show a program at one of its lines."""
        self._steps = steps
        self._code = code
        self.variables.show_code(code)
        self.listing.code = code
        self._lay_out()
        self.listing.show_code(code)
        self.variables.reveal()
        self._tell()

    def restyle(self) -> None:
        """Take the colours and the type of the theme."""
        self._lay_out()
        self.listing.show_code(self._code)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay it out again."""
        super().resizeEvent(event)
        self._lay_out()
        self.listing.show_code(self._code)
        self.variables.reveal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, or scroll where there are no steps; other keys are the window's."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        by = steps_of_key(event.key(), self._steps) if plain else None
        if by is not None:
            if by:
                self.step_requested.emit(by)
            return
        bar = self.listing.verticalScrollBar()
        lines = {
            Qt.Key.Key_Up: -bar.singleStep(),
            Qt.Key.Key_Down: bar.singleStep(),
            Qt.Key.Key_PageUp: -bar.pageStep(),
            Qt.Key.Key_PageDown: bar.pageStep(),
        }
        if plain and event.key() in lines:
            bar.setValue(bar.value() + lines[Qt.Key(event.key())])
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys come here, if they were led here by keys."""
        self._focused = by_keys(event.reason())
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no longer."""
        self._focused = False
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ring of the focus."""
        if self._focused:
            painter = QPainter(self)
            paint_focus(painter, self)
            painter.end()

    def _lay_out(self) -> None:
        kind = Type(self.width() < NARROW)
        self.listing.type = self.variables.type = kind
        room = self.rect().adjusted(2, 2, -2, -2)
        lines, least = self.listing.width_of_lines(), self.variables.least_width()
        beside = room.width() - lines >= least
        self.variables.below = not beside
        self.variables.setVisible(bool(self._code.values))
        if not self._code.values:
            self.listing.setGeometry(room)
        elif beside:
            left = QRect(room.left(), room.top(), lines, room.height())
            right = QRect(left.right() + 1, room.top(), room.width() - lines, room.height())
            self.listing.setGeometry(left)
            self.variables.setGeometry(right)
        else:
            self.listing.setGeometry(room)
            rows = len(self._code.values) * kind.line + 2 * SPACE[0]
            self.variables.alone = self.listing.content().height() + rows <= room.height()
            wanted = self.variables.height_below(room.width())
            rows = max(int(room.height() * LOWEST / kind.line), 1)
            height = min(wanted, rows * kind.line + 2 * SPACE[0])
            above = QRect(room.left(), room.top(), room.width(), room.height() - height)
            self.listing.setGeometry(above)
            self.variables.setGeometry(room.left(), above.bottom() + 1, room.width(), height)
        self.listing.measure()
        self.variables.measure()

    def _tell(self) -> None:
        """Say to people who don't see it which line it is, and what the variables are."""
        lit, told = self._code.lit, ""
        if lit is not None and 0 <= lit < len(self._code.lines):
            told = f"Line {lit + 1}: {self._code.lines[lit].strip()}. "
        told += "; ".join(f"{name} = {value}" for name, value in self._code.values)
        if self.accessibleDescription() != told:
            self.setAccessibleDescription(told)
