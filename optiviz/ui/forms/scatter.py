"""A small picture of points coloured by their class."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from optiviz.ui.canvas.markers import is_stroked, marker_path
from optiviz.ui.guard import guarded
from optiviz.ui.theme import current_theme
from optiviz.views.palette import marker_of_class

_MOST = 1200  # points that are drawn; of more, every so-manieth
_MARGIN = 8


class Scatter(QWidget):
    """Points in a frame; a sentence while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: NDArray[np.float64] | None = None
        self._labels: NDArray[np.int64] | None = None
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_points(self, points: NDArray[np.float64], labels: NDArray[np.int64]) -> None:
        """Draw points of shape (n, 2), with their classes of shape (n,)."""
        points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        finite = np.isfinite(points).all(axis=1)
        every = max(1, -(-len(points) // _MOST))
        self._points, self._labels = points[finite][::every], np.asarray(labels)[finite][::every]
        self._text = "" if len(self._points) else "No points to show"
        self.update()

    def say(self, text: str) -> None:
        """Show a sentence; points that are there stay behind it, pale."""
        self._text = text
        self.setAccessibleDescription(text)
        self.update()

    def clear(self, text: str) -> None:
        """Take the points away and show a sentence."""
        self._points = self._labels = None
        self.say(text)

    def sizeHint(self) -> QSize:
        """Return a height of about seven lines of text."""
        return QSize(200, self.fontMetrics().height() * 7)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame, the points and the sentence."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("ground"))
        painter.drawRoundedRect(frame, 4, 4)
        if self._points is not None and self._labels is not None and len(self._points):
            painter.setOpacity(0.12 if self._text else 0.8)
            self._draw_points(painter, frame.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN))
            painter.setOpacity(1.0)
        if self._text:
            painter.setPen(theme.colour("muted"))
            room = frame.adjusted(12, 4, -12, -4)
            wrap = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(room, wrap, self._text)

    def _draw_points(self, painter: QPainter, room: QRectF) -> None:
        assert self._points is not None and self._labels is not None  # noqa: PT018
        low, high = self._points.min(axis=0), self._points.max(axis=0)
        span = np.where(high > low, high - low, 1.0)
        place = (self._points - low) / span
        xs = room.left() + place[:, 0] * room.width()
        ys = room.bottom() - place[:, 1] * room.height()
        theme = current_theme()
        radius = 2.2 if len(xs) <= 300 else 1.6
        for number in np.unique(self._labels):
            role, shape = f"class:{number}", marker_of_class(int(number))
            stroked = is_stroked(shape)
            painter.setPen(theme.pen(role, 1.2) if stroked else Qt.PenStyle.NoPen)
            painter.setBrush(Qt.BrushStyle.NoBrush if stroked else theme.colour(role))
            path = QTransform.fromScale(2 * radius, 2 * radius).map(marker_path(shape))
            chosen = self._labels == number
            for x, y in zip(xs[chosen].tolist(), ys[chosen].tolist(), strict=True):
                painter.drawPath(path.translated(x, y))
