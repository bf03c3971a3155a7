"""Words in a title line: one line of text that is elided, and what markers and lines mean.

Imports Qt, the theme, the markers and the figure's legend.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from optiviz.ui.canvas.markers import is_stroked, marker_path
from optiviz.ui.guard import guarded
from optiviz.ui.plain import tip
from optiviz.ui.theme import SPACE, current_theme
from optiviz.views.figure import LegendEntry

__all__ = ["ElidedLabel", "Legend"]

_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_SHORT: Final = {"dash": (0.4, 0.2), "dashdot": (0.5, 0.18, 0.14, 0.18)}
"""Dashes of a line in a legend, in its length."""

_LEAST_EMS: Final = 4  # of a note that is cut off: less says nothing


def _metrics(bold: bool = False) -> QFontMetricsF:
    return QFontMetricsF(current_theme().font(bold=bold))


class ElidedLabel(QWidget):
    """One line of text that never asks for room: what does not fit ends in an ellipsis.

    The whole text is then in the tooltip. A note, at the right, takes the room that a title leaves.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "text",
        *,
        bold: bool = False,
        right: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._role = role
        self._bold = bold
        self._right = right
        policy = QSizePolicy.Policy
        # A title keeps its width as long as there is any; a note takes what is left.
        self.setSizePolicy(policy.Ignored if right else policy.Maximum, policy.Fixed)
        self.setAccessibleName(text)
        current_theme().changed.connect(self._restyle)

    def text(self) -> str:
        """Return the whole text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            if not self._right:  # whose width is never asked for
                self.updateGeometry()
            self._explain()
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the whole text."""
        metrics = _metrics(self._bold)
        return QSize(int(metrics.horizontalAdvance(self._text)) + 2, int(metrics.height()) + 2)

    def minimumSizeHint(self) -> QSize:
        """Return a size with room for half a title, or for nothing of a note."""
        whole, height = self.sizeHint().width(), self.sizeHint().height()
        return QSize(0 if self._right else whole // 2, height)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Write as much of the text as fits."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setFont(theme.font(bold=self._bold))
        painter.setPen(theme.colour(self._role))
        painter.drawText(self.rect(), _RIGHT if self._right else _LEFT, self._elided())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Explain in the tooltip what does not fit."""
        self._explain()

    def _elided(self) -> str:
        metrics = _metrics(self._bold)
        if self._right and self.width() < _LEAST_EMS * current_theme().em:
            short = metrics.horizontalAdvance(self._text) <= self.width()
            return self._text if short else ""  # a letter and an ellipsis would say nothing
        return metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())

    def _explain(self) -> None:
        self.setToolTip("" if self._elided() == self._text else tip(self._text))

    def _restyle(self) -> None:
        self.updateGeometry()
        self._explain()
        self.update()


class Legend(QWidget):
    """What the markers and lines of a figure mean, in one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[LegendEntry, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        current_theme().changed.connect(self._restyle)
        self.hide()

    def entries(self) -> tuple[LegendEntry, ...]:
        """Return what is shown."""
        return self._entries

    def set_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Show other entries."""
        entries = tuple(entries)
        if entries != self._entries:
            self._entries = entries
            self.setVisible(bool(entries))
            words = ", ".join(entry.label for entry in entries)
            self.setAccessibleName(f"Legend: {words}")
            self.setToolTip(tip(words))
            self._restyle()

    def sizeHint(self) -> QSize:
        """Return the size of all entries side by side."""
        return QSize(self.width_of(self._entries), int(_metrics().height()) + 2)

    @classmethod
    def width_of(cls, entries: Sequence[LegendEntry]) -> int:
        """Return the width of entries side by side."""
        metrics = _metrics()
        width = sum(
            cls._mark_width(entry) + metrics.horizontalAdvance(entry.label) + SPACE[0] + SPACE[2]
            for entry in entries
        )
        return max(int(width) - SPACE[2] + 2, 0)

    def minimumSizeHint(self) -> QSize:
        """Return no width: a narrow card leaves entries out at the end."""
        return QSize(0, self.sizeHint().height())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the entries, as many as fit; where not all do, alike ones share their first word."""
        theme = current_theme()
        metrics = _metrics()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font())
        left, middle = 0.0, self.height() / 2
        short = self.width() < self.sizeHint().width()
        before = ""
        for entry in self._entries:
            mark = self._mark_width(entry)
            room = self.width() - left - mark - SPACE[0]
            if room < theme.em * 1.5:
                break
            self._draw_mark(painter, entry, QPointF(left + mark / 2, middle), mark)
            left += mark + SPACE[0]
            first, _, rest = entry.label.partition(" ")
            words = rest if short and rest and first == before else entry.label
            before = first
            label = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.setPen(theme.colour("muted"))
            painter.drawText(QRectF(left, 0, room, self.height()), _LEFT, label)
            left += metrics.horizontalAdvance(label) + SPACE[2]
        painter.end()

    @staticmethod
    def _mark_width(entry: LegendEntry) -> float:
        return current_theme().em * (1.3 if entry.marker == "line" else 0.75)

    @staticmethod
    def _draw_mark(painter: QPainter, entry: LegendEntry, middle: QPointF, width: float) -> None:
        theme = current_theme()
        if entry.marker == "line":
            pen = theme.pen(entry.role, 2.0, entry.dash)
            if entry.dash in _SHORT:  # so that its pattern is seen whole
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                pen.setDashPattern([part * width / pen.widthF() for part in _SHORT[entry.dash]])
            painter.setPen(pen)
            half = QPointF(width / 2, 0)
            painter.drawLine(middle - half, middle + half)
            return
        stroked = is_stroked(entry.marker)
        painter.setPen(theme.pen(entry.role, 1.5) if stroked else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if stroked else theme.colour(entry.role))
        side = width * 0.9
        painter.save()
        painter.translate(middle)
        painter.scale(side, side)
        painter.drawPath(marker_path(entry.marker))
        painter.restore()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()
