"""Figures in one line, which change with every frame and ask for no other room."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from optiviz.ui.guard import guarded
from optiviz.ui.theme import current_theme

_BETWEEN = " · "


class Words(NamedTuple):
    """A few words, and a number after them that stands out."""

    before: str
    number: str = ""
    after: str = ""

    def __str__(self) -> str:
        return f"{self.before}{self.number}{self.after}"


class Readout(QWidget):
    """Words and numbers in one line, from the left.

    A label would have the whole window laid out anew whenever a figure in it changes.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Words, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        current_theme().changed.connect(self._restyle)

    def text(self) -> str:
        """Return all of it, without what stands out."""
        return _BETWEEN.join(map(str, self._parts))

    def show_parts(self, parts: Sequence[Words]) -> None:
        """Show other words."""
        if tuple(parts) != self._parts:
            self._parts = tuple(parts)
            self.setAccessibleName(self.text())
            self.update()

    def has_room_for(self, parts: Sequence[Words]) -> bool:
        """Whether so many words can be shown whole."""
        return sum(width for _, _, width in self._pieces(parts)) <= self.width()

    def sizeHint(self) -> QSize:
        """Return the height of a line."""
        return QSize(0, round(QFontMetricsF(current_theme().font(bold=True)).height()) + 2)

    @staticmethod
    def _pieces(parts: Sequence[Words]) -> list[tuple[str, bool, float]]:
        """Return what is written in one go each: the text, whether it stands out, its width."""
        metrics = {bold: QFontMetricsF(current_theme().font(bold=bold)) for bold in (False, True)}
        pieces = []
        for i, part in enumerate(parts):
            texts = ((_BETWEEN if i else "") + part.before, part.number, part.after)
            for text, bold in zip(texts, (False, True, False), strict=True):
                if text:
                    pieces.append((text, bold, metrics[bold].horizontalAdvance(text)))
        return pieces

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the words."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setPen(theme.colour("text"))
        left, fonts = 0.0, {bold: theme.font(bold=bold) for bold in (False, True)}
        ascent = QFontMetricsF(fonts[True]).ascent()
        base = (self.height() - self.sizeHint().height()) / 2 + 1 + ascent
        for text, bold, width in self._pieces(self._parts):
            painter.setFont(fonts[bold])
            painter.drawText(round(left), round(base), text)
            left += width
        painter.end()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()
