"""A program and its variables, painted: the line that is being done is lit, and what it has set.

Imports Qt, the theme and the figure.
"""

import keyword
import math
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from optiviz.ui.guard import guarded
from optiviz.ui.plain import tip
from optiviz.ui.theme import SPACE, blend, current_theme
from optiviz.views.figure import Code

__all__ = ["Listing", "Type", "Variables", "parts_of"]

BAND: Final = 0.16  # how much of the accent the lit line has behind it
VALUE: Final = 14  # characters of a value that must fit beside the program, or below it
VALUE_BELOW: Final = 9

_FEWEST: Final = 24  # letters of a row: narrower ones are scrolled
_HANGING: Final = 4  # blanks before what goes on in another row

_PARTS: Final = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<number>(?<![\w.])(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?)"
    r"|(?P<word>[^\W\d]\w*)"
)


def parts_of(line: str) -> Iterator[tuple[int, str, str]]:
    """Yield the parts of a line of Python: where each begins, its text, and what it is.

    What it is: "keyword", "number", "text", "comment", or "" for all that has no colour.
    """
    at = 0
    for found in _PARTS.finditer(line):
        kind = found.lastgroup or ""
        if kind == "word":
            kind = "keyword" if keyword.iskeyword(found.group()) else ""
        if not kind:
            continue
        if found.start() > at:
            yield at, line[at : found.start()], ""
        yield found.start(), found.group(), kind
        at = found.end()
    if at < len(line):
        yield at, line[at:], ""


def rows_of(line: str, most: int) -> list[tuple[int, int, int]]:
    """Break a line of a program into rows of at most so many letters, at blanks.

    Returns
    -------
    list of (int, int, int)
        Where each row begins and ends in the line, and how many blanks stand before it.
    """
    if most < _FEWEST:
        return [(0, len(line), 0)]  # it can be scrolled
    inside = len(line) - len(line.lstrip())
    indent = min(inside + _HANGING, most // 2)
    rows, begin, blanks = [], 0, 0
    while len(line) - begin > most - blanks:
        at = line.rfind(" ", begin + (inside if begin == 0 else 0) + 1, begin + most - blanks + 1)
        at = at if at > 0 else begin + most - blanks
        rows.append((begin, at, blanks))
        begin, blanks = at + (line[at] == " "), indent
    rows.append((begin, len(line), blanks))
    return rows


class Type:
    """The type of a program: a font of one width, its bold one, and the size of a character."""

    def __init__(self, small: bool) -> None:
        size = current_theme().font().pointSizeF() * (0.86 if small else 0.97)
        self.plain = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self.plain.setPointSizeF(size)
        self.bold = QFont(self.plain)
        self.bold.setWeight(QFont.Weight.DemiBold)
        self.slanted = QFont(self.plain)
        self.slanted.setItalic(True)
        self.metrics = QFontMetricsF(self.plain)
        self.across = self.metrics.horizontalAdvance("0" * 20) / 20
        self.line = math.ceil(self.metrics.height()) + 2


class _Sheet(QAbstractScrollArea):
    """Something painted that may be larger than its room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.type = Type(False)

    def content(self) -> QSize:
        """Return the size of all of it."""
        raise NotImplementedError

    def measure(self) -> None:
        """Let the bars reach over all of it."""
        size, room = self.content(), self.viewport().size()
        for bar, whole, seen in (
            (self.horizontalScrollBar(), size.width(), room.width()),
            (self.verticalScrollBar(), size.height(), room.height()),
        ):
            bar.setPageStep(max(seen, 1))
            bar.setSingleStep(self.type.line)
            bar.setRange(0, max(whole - seen, 0))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.measure()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(120, 60)


class Listing(_Sheet):
    """The lines, numbered, with marks in the margin; long ones go on below, further in."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.code = Code(())
        self._rows: list[list[tuple[int, int, int]]] = []
        self._tops: list[int] = []  # the row that each line begins in, and how many there are
        self._broken_for: object = None

    def _break(self) -> None:
        """Break the lines where the room ends."""
        most = int((self.viewport().width() - self.margin() - SPACE[1]) / self.type.across)
        state = self.code.lines, most
        if state != self._broken_for:
            self._broken_for = state
            self._rows = [rows_of(line, most) for line in self.code.lines]
            self._tops = [0, *accumulate(map(len, self._rows))]

    def margin(self) -> float:
        """Return where the lines begin."""
        digits = max(len(str(len(self.code.lines))), 2)
        return self.type.line + digits * self.type.across + SPACE[2]

    def width_of_lines(self) -> int:
        """Return the width at which no line is cut off."""
        longest = max((len(line) for line in self.code.lines), default=0)
        return math.ceil(self.margin() + longest * self.type.across + SPACE[2])

    def content(self) -> QSize:
        """Return the size of all lines."""
        self._break()
        broken = self._tops[-1] > len(self.code.lines)
        width = self.viewport().width() if broken else self.width_of_lines()
        return QSize(width, self._tops[-1] * self.type.line + 2 * SPACE[0])

    def show_code(self, code: Code) -> None:
        """Show a program, and the lit line of it with one more above and below."""
        self.code = code
        self.measure()
        if code.lit is not None and code.lines:
            bar, line = self.verticalScrollBar(), self.type.line
            lit = min(max(code.lit, 0), len(code.lines) - 1)
            top = (self._tops[lit] - 1) * line
            bottom = (self._tops[lit + 1] + 1) * line + 2 * SPACE[0]
            if top < bar.value():
                bar.setValue(top)
            elif bottom > bar.value() + self.viewport().height():
                bar.setValue(bottom - self.viewport().height())

    def band(self, number: int) -> QRectF:
        """Return where a line is, across the whole width, in pixels of the viewport."""
        first, rows = self._tops[number], len(self._rows[number])
        top = SPACE[0] + first * self.type.line - self.verticalScrollBar().value()
        return QRectF(0, top, self.viewport().width(), rows * self.type.line)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines that are seen."""
        theme, painter = current_theme(), QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self.viewport().height()
        for number, line in enumerate(self.code.lines):
            band = self.band(number)
            if band.bottom() < 0 or band.top() > height:
                continue
            lit = number == self.code.lit
            if lit:
                tint = blend(theme.colour("card"), theme.colour("accent"), BAND)
                painter.fillRect(band, tint)
                first = QRectF(0, band.top(), band.width(), self.type.line)
                _paint_arrow(painter, first, theme.colour("accent"))
            elif number in self.code.visited:
                painter.fillRect(
                    QRectF(2, band.top() + 2, 3, band.height() - 4), theme.colour("accent", 0.4)
                )
            self._paint_line(painter, number, line, band, lit)
        painter.end()

    def _paint_line(
        self, painter: QPainter, number: int, line: str, band: QRectF, lit: bool
    ) -> None:
        theme, kind = current_theme(), self.type
        baseline = band.top() + (kind.line - kind.metrics.height()) / 2 + kind.metrics.ascent()
        left = self.margin() - self.horizontalScrollBar().value()
        for at, text, what in parts_of(line):
            painter.setPen(_colour_of(what))
            painter.setFont({"keyword": kind.bold, "comment": kind.slanted}.get(what, kind.plain))
            for row, (begin, end, indent) in enumerate(self._rows[number]):
                first, last = max(at, begin), min(at + len(text), end)
                if first < last:
                    place = left + (indent + first - begin) * kind.across
                    words = text[first - at : last - at]
                    painter.drawText(QPointF(place, baseline + row * kind.line), words)
        # The numbers stay where they are when long lines are moved.
        edge = self.margin() - SPACE[1]
        ground = theme.colour("card")
        if lit:
            ground = blend(ground, theme.colour("accent"), BAND)
        if self.horizontalScrollBar().value():
            room = QRectF(kind.line, band.top(), edge - kind.line + 2, band.height())
            painter.fillRect(room, ground)
        painter.setFont(kind.plain)
        painter.setPen(theme.colour("accent" if lit else "muted"))
        text = str(number + 1)
        painter.drawText(QPointF(edge - len(text) * kind.across, baseline), text)


def _colour_of(what: str) -> QColor:
    """Return the colour of a part of a line: few and calm, none that means something else."""
    theme = current_theme()
    if what == "comment":
        return theme.colour("muted")
    if what in ("number", "text"):
        return blend(theme.colour("text"), theme.colour("value:0.5"), 0.6)
    return theme.colour("text")


def _paint_arrow(painter: QPainter, band: QRectF, colour: QColor) -> None:
    side = band.height() * 0.5
    left, middle = band.height() * 0.3, band.center().y()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(
        QPolygonF(
            [
                QPointF(left, middle - side / 2),
                QPointF(left + side * 0.8, middle),
                QPointF(left, middle + side / 2),
            ]
        )
    )


class Variables(_Sheet):
    """Names and values in as many columns as there is room for; what has changed is lit."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.code = Code(())
        self._longest = 0
        self.below = False
        self.alone = False  # each in a row of its own

    def show_code(self, code: Code) -> None:
        """Show the variables of a program."""
        if code.lines != self.code.lines:
            self._longest = 0
        # It only grows, so that nothing moves when a variable is not there for a while.
        self._longest = max([self._longest, *(len(name) for name, _ in code.values)])
        self.code = code
        self.measure()

    def least_width(self, of_value: int = VALUE) -> int:
        """Return the width below which values are cut off too early."""
        return math.ceil((self._longest + 2 + of_value) * self.type.across + SPACE[1])

    def columns(self) -> int:
        """Return how many columns there are."""
        return self._columns_below(self.viewport().width()) if self.below else 1

    def _columns_below(self, width: int) -> int:
        return 1 if self.alone else max((width - SPACE[1]) // self.least_width(VALUE_BELOW), 1)

    def height_below(self, width: int) -> int:
        """Return the height of all variables below a program of a width."""
        rows = -(-len(self.code.values) // self._columns_below(width))
        return rows * self.type.line + 2 * SPACE[0]

    def reveal(self) -> None:
        """Move to what has changed, where not all is seen."""
        names = [name for name, _ in self.code.values]
        for name in self.code.changed:
            if name in names:
                cell, bar = self.cell(names.index(name)), self.verticalScrollBar()
                if cell.top() < 0 or cell.bottom() > self.viewport().height():
                    above = (
                        cell.top() if cell.top() < 0 else cell.bottom() - self.viewport().height()
                    )
                    bar.setValue(bar.value() + math.ceil(above))

    def content(self) -> QSize:
        """Return the height of all variables; they fit any width."""
        rows = -(-len(self.code.values) // self.columns())
        return QSize(1, rows * self.type.line + 2 * SPACE[0])

    def cell(self, number: int) -> QRectF:
        """Return where a variable is, in pixels of the viewport."""
        columns = self.columns()
        rows = -(-len(self.code.values) // columns)
        column, row = divmod(number, max(rows, 1))
        width = (self.viewport().width() - SPACE[1]) / columns
        top = SPACE[0] + row * self.type.line - self.verticalScrollBar().value()
        return QRectF(SPACE[1] + column * width, top, width - SPACE[1], self.type.line)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint names and values, and a line towards the program."""
        theme, painter = current_theme(), QPainter(self.viewport())
        painter.setPen(theme.pen("line"))
        room = QRectF(self.viewport().rect())
        corner = room.topRight() if self.below else room.bottomLeft()
        painter.drawLine(room.topLeft(), corner)
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        indent = (self._longest + 2) * self.type.across
        for number, (name, value) in enumerate(self.code.values):
            cell = self.cell(number)
            changed = name in self.code.changed
            painter.setFont(self.type.plain)
            painter.setPen(theme.colour("muted"))
            painter.drawText(cell, align, name)
            font = self.type.bold if changed else self.type.plain
            painter.setFont(font)
            painter.setPen(theme.colour("accent" if changed else "text"))
            there = cell.adjusted(indent, 0, 0, 0)
            elide = Qt.TextElideMode.ElideRight
            painter.drawText(
                there, align, QFontMetricsF(font).elidedText(value, elide, there.width())
            )
        painter.end()

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell all of a value that is cut off."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            for number, (name, value) in enumerate(self.code.values):
                if self.cell(number).contains(QPointF(event.pos())):
                    QToolTip.showText(event.globalPos(), tip(f"{name} = {value}"), self.viewport())
                    return True
            QToolTip.hideText()
        return super().viewportEvent(event)
