"""How the bar is painted: lanes for markers, for ticks of improvements, and the groove."""

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from optiviz.analysis.runs.stretches import Stretch
from optiviz.ui.theme import current_theme
from optiviz.ui.timeline.markers import Marker

_DENSE = 2.5  # pixels between ticks, up to which they would be one block


class Lanes:
    """Heights inside the bar, from its top, at scale 1."""

    HEIGHT: ClassVar[float] = 44.0
    MARKERS: ClassVar[float] = 8.0  # the middle of the markers
    TICKS_TOP: ClassVar[float] = 15.0
    TICKS_BOTTOM: ClassVar[float] = 25.0
    GROOVE: ClassVar[float] = 34.0


class BarDrawing:
    """A painter of one frame of the bar.

    Parameters
    ----------
    bar : QWidget
    x_of : callable
        Where an iteration is, in pixels.
    number : int
        Whose colour the run has.
    """

    def __init__(self, bar: QWidget, x_of: Callable[[float], float], number: int) -> None:
        self._painter = QPainter(bar)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._theme = current_theme()
        self._s = self._theme.scale
        self._x, self._run = x_of, f"run:{number}"

    def end(self) -> None:
        """Be done."""
        self._painter.end()

    def _fill(self, role: str, opacity: float = 1.0) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._theme.colour(role, opacity))

    def groove(self, computed: float, at: float, begun: bool) -> None:
        """Draw how far the run is computed, and how far the playhead is."""
        half = 2.0 * self._s
        y = Lanes.GROOVE * self._s
        left = self._x(0)
        self._fill("line")
        right = 2 * left  # as wide a margin on the other side
        width = self._painter.device().width() - right
        whole = QRectF(left, y - half, width, 2 * half)
        self._painter.drawRoundedRect(whole, half, half)
        if begun:
            for k, opacity in ((computed, 0.3), (at, 1.0)):
                part = QRectF(whole)
                part.setRight(self._x(k))
                self._fill("accent", opacity)
                self._painter.drawRoundedRect(part, half, half)

    def stretch(self, stretch: Stretch, hovered: bool) -> None:
        """Underline a flat stretch, just above the groove, and shade it where it is pointed at."""
        left, right = self._x(stretch.start), self._x(stretch.end)
        gap = 0.5 * self._s if right - left > 4 else 0.0  # so that neighbours are two
        left, width = left + gap, max(1.0, right - left - 2 * gap)
        top, bottom = (Lanes.TICKS_TOP - 1) * self._s, (Lanes.TICKS_BOTTOM + 4) * self._s
        self._fill("muted", 0.25 if hovered else 0.07)
        self._painter.drawRect(QRectF(left, top, width, bottom - top))
        self._fill("muted", 0.9 if hovered else 0.6)
        self._painter.drawRect(QRectF(left, bottom - 2 * self._s, width, 2 * self._s))

    def loop(self, start: int, end: int) -> None:
        """Draw what is looped: a wash between two brackets."""
        left, right = self._x(start), self._x(end)
        top, bottom = (Lanes.TICKS_TOP - 1) * self._s, (Lanes.GROOVE + 8) * self._s
        self._fill("accent", 0.2)
        self._painter.drawRect(QRectF(left, top, max(1.0, right - left), bottom - top))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(self._theme.colour("accent"), 2.0 * self._s)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        self._painter.setPen(pen)
        foot = 4.0 * self._s
        for x, inward in ((left, foot), (right, -foot)):
            corners = ((inward, top), (0.0, top), (0.0, bottom), (inward, bottom))
            self._painter.drawPolyline([QPointF(x + dx, y) for dx, y in corners])

    def ticks(self, places: NDArray[np.float64]) -> None:
        """Draw ticks, one a pixel at most; short, and as blocks, where there is one everywhere.

        Parameters
        ----------
        places : ndarray, shape (ticks,)
            In pixels.
        """
        columns = np.unique(np.round(places))
        apart = np.diff(columns, prepend=-np.inf, append=np.inf)
        dense = np.maximum(apart[:-1], apart[1:]) <= _DENSE * self._s
        top, bottom = Lanes.TICKS_TOP * self._s, Lanes.TICKS_BOTTOM * self._s
        tops = np.where(dense, bottom - 4, top)
        begins = (apart[:-1] > 1) | (np.diff(tops, prepend=np.nan) != 0)
        firsts = np.flatnonzero(begins)
        lasts = np.flatnonzero(np.append(begins[1:], True)[: len(columns)])
        blocks = np.column_stack((columns[firsts], columns[lasts], tops[firsts])).tolist()
        half = 0.5 * self._s
        self._fill(self._run)
        self._painter.drawRects(
            [QRectF(a - half, end, b - a + 2 * half, bottom - end) for a, b, end in blocks]
        )

    def marker(self, marker: Marker, hovered: bool) -> None:
        """Draw a marker in the shape of what it stands for; hollow parts show the card."""
        x, y, half = marker.x, Lanes.MARKERS * self._s, (5.5 if hovered else 4.5) * self._s
        card = QPen(self._theme.colour("card"), 1.5 * self._s)
        match marker.shape:
            case "change":
                self._fill("accent")
                self._painter.setPen(card)
                half += self._s
                self._polygon(x, y, ((0, -half), (half, 0), (0, half), (-half, 0)))
            case "restart":
                self._painter.setPen(QPen(self._theme.colour("text"), 1.75 * self._s))
                self._painter.setBrush(self._theme.colour("card"))
                self._painter.drawEllipse(QPointF(x, y), 0.8 * half, 0.8 * half)
            case "first" | "last":
                self._flag(x, half, self._theme.colour(self._run), marker.shape == "first")

    def _flag(self, x: float, half: float, colour: QColor, first: bool) -> None:
        """Draw a flag on a pole that stands on the ticks: filled for the first, hollow for last."""
        top, foot = Lanes.MARKERS * self._s - half, Lanes.TICKS_BOTTOM * self._s
        pen = QPen(colour, 1.5 * self._s)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        self._painter.setPen(pen)
        self._painter.drawLine(QPointF(x, top), QPointF(x, foot))
        self._painter.setBrush(colour if first else self._theme.colour("card"))
        out = 2.0 * half if first else -2.0 * half
        self._polygon(x, top, ((0, 0), (out, 0.8 * half), (0, 1.6 * half)))

    def _polygon(self, x: float, y: float, corners: tuple[tuple[float, float], ...]) -> None:
        self._painter.drawPolygon(QPolygonF([QPointF(x + dx, y + dy) for dx, dy in corners]))

    def playhead(self, at: float, focused: bool) -> None:
        """Draw the handle, with a halo where the keys go to it."""
        handle = QPointF(self._x(at), Lanes.GROOVE * self._s)
        if focused:
            self._fill("accent", 0.25)
            self._painter.drawEllipse(handle, 10 * self._s, 10 * self._s)
        self._painter.setPen(QPen(self._theme.colour("accent"), 2 * self._s))
        self._painter.setBrush(self._theme.colour("card"))
        self._painter.drawEllipse(handle, 6 * self._s, 6 * self._s)
