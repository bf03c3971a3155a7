"""A landscape in three dimensions, with the paths of runs on it, turned by mouse and by keys.

Imports numpy, Qt, the arithmetic of orbits, reliefs and axes, the renderer, the theme, the figure.
"""

import math
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from optiviz.ui.canvas.axes import Scale, ticks_of
from optiviz.ui.canvas.orbit import HEIGHT, Orbit, pixels_of
from optiviz.ui.canvas.ramp import ramp_ticks
from optiviz.ui.canvas.relief import ground_of, paths_on, place_on
from optiviz.ui.canvas.renderer import Batch, Renderer, available
from optiviz.ui.guard import guarded
from optiviz.ui.theme import RADIUS, SPACE, current_theme
from optiviz.views.figure import Figure, Surface, Text, ValueImage

__all__ = ["SurfacePane", "available", "flat"]

Array = NDArray[np.float64]

TURN: Final = 8.0  # degrees for a press of a key
NEARER: Final = 1.15  # for a press of a key or a notch of the wheel
_PER_PIXEL: Final = 0.45  # degrees
_HELP: Final = "Arrow keys turn it, plus and minus zoom, R shows it as at first."
_NO_SURFACE: Final = "3-D needs OpenGL, which is missing here: this is from above."
_CORNER: Final = 0.94  # of the way from the middle of an edge to its end
_KEYS: Final = {
    Qt.Key.Key_Left: (-TURN, 0.0),
    Qt.Key.Key_Right: (TURN, 0.0),
    Qt.Key.Key_Up: (0.0, TURN),
    Qt.Key.Key_Down: (0.0, -TURN),
}
_ZOOMS: Final = {
    Qt.Key.Key_Plus: NEARER,
    Qt.Key.Key_Equal: NEARER,
    Qt.Key.Key_Minus: 1 / NEARER,
}


class SurfacePane(QWidget):
    """Draws the surface of a figure; from where it is seen stays from one figure to the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure = Figure("")
        self._surface: Surface | None = None
        self._orbit = Orbit()
        self._renderer: Renderer | None = None
        self._ground: tuple[ValueImage, list[Batch]] | None = None
        self._stale = True  # what is drawn is not what the renderer has
        self._drawn: tuple[object, QImage] | None = None
        self._grabbed: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(60, 40)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(_HELP)

    def set_figure(self, figure: Figure) -> None:
        """Draw a figure that has a surface."""
        self._figure, self._surface = figure, figure.surface
        self.setAccessibleName(f"{figure.title} in three dimensions")
        self.setAccessibleDescription(f"{figure.caption} {_HELP}")
        self._stale = True
        self.update()

    def orbit(self) -> Orbit:
        """Return from where it is seen."""
        return self._orbit

    def set_orbit(self, orbit: Orbit) -> None:
        """See it from elsewhere."""
        if orbit != self._orbit:
            self._orbit = orbit
            self.update()

    def reset_view(self) -> None:
        """See it as at first."""
        self.set_orbit(Orbit())

    def restyle(self) -> None:
        """Take the colours, type and line widths of the theme."""
        self._ground = None
        self._stale = True
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a plot among four in a small window."""
        return QSize(460, 260)

    # What the user does

    def event(self, event: QEvent) -> bool:
        """Keep the keys that turn it from being the window's while it has the focus."""
        pressed = isinstance(event, QKeyEvent) and self._is_ours(event)
        if event.type() == QEvent.Type.ShortcutOverride and pressed:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn it, zoom, or show it as at first; other keys are the window's."""
        key = Qt.Key(event.key())
        if not self._is_ours(event):
            event.ignore()
        elif key in _KEYS:
            self.set_orbit(self._orbit.turned(*_KEYS[key]))
        elif key in _ZOOMS:
            self.set_orbit(self._orbit.nearer(_ZOOMS[key]))
        else:
            self.reset_view()

    def _is_ours(self, event: QKeyEvent) -> bool:
        modifiers = event.modifiers()
        modifiers &= ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        ours = (*_KEYS, *_ZOOMS, Qt.Key.Key_R)
        return modifiers == Qt.KeyboardModifier.NoModifier and event.key() in ours

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that keys turn it now."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that they no longer do."""
        super().focusOutEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn it with the pointer."""
        if self._grabbed is not None:
            moved = event.position() - self._grabbed
            self._grabbed = event.position()
            self.set_orbit(self._orbit.turned(-_PER_PIXEL * moved.x(), _PER_PIXEL * moved.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let it go."""
        self._grabbed = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show it as at first."""
        self.reset_view()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom."""
        notches = event.angleDelta().y() / 120
        self.set_orbit(self._orbit.nearer(float(NEARER**notches)))
        event.accept()

    # Drawing

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the surface, and over it what must stay sharp: words, ticks and markers."""
        painter = QPainter(self)
        try:
            self._paint(painter)
        finally:  # else Qt goes on with a painter of a widget that is gone
            painter.end()

    def _paint(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), current_theme().colour("card"))
        if self._surface is None or self.width() < 2 or self.height() < 2:
            return
        # A copy may have more pixels than the screen.
        picture = self._picture(max(1.0, abs(painter.deviceTransform().m11())))
        if not picture.isNull():
            painter.drawImage(QRectF(self.rect()), picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter, self._surface.image)
        self._paint_markers(painter, self._surface)
        if self.hasFocus():
            painter.setPen(current_theme().pen("accent", 1.0, opacity=0.7))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)

    def _matrix(self) -> Array:
        return self._orbit.matrix(self.width() / self.height())

    def _picture(self, ratio: float) -> QImage:
        """Return the surface and the lines on it; the last picture if nothing has changed."""
        size = QSize(round(self.width() * ratio), round(self.height() * ratio))
        key = (size.width(), size.height(), self._orbit)
        if self._drawn is not None and self._drawn[0] == key and not self._stale:
            return self._drawn[1]
        if self._renderer is None:
            self._renderer = Renderer(self)
        if self._stale and self._surface is not None:
            image = self._surface.image
            if self._ground is None or self._ground[0] is not image:
                self._ground = image, ground_of(image)
            self._renderer.set_batches(self._ground[1] + paths_on(self._surface))
            self._stale = False
        ground = current_theme().colour("card")
        picture = self._renderer.picture(size, self._matrix(), ground, ratio)
        self._drawn = key, picture
        return picture

    def _pixels(self, points: Array) -> list[QPointF]:
        found = pixels_of(points, self._matrix(), self.width(), self.height())
        return [QPointF(x, y) for x, y in found.tolist()]

    def _paint_markers(self, painter: QPainter, surface: Surface) -> None:
        """Draw a ring where each path begins and a dot where it is."""
        theme = current_theme()
        for line, heights in reversed(surface.paths):
            places = place_on(surface.image, line.x, line.y, heights)
            if not len(places):
                continue
            begun, now = self._pixels(places[[0, -1]])
            painter.setPen(theme.pen(line.role, 1.8))
            painter.setBrush(theme.colour("card", 0.8))
            painter.drawEllipse(begun, 0.4 * theme.em, 0.4 * theme.em)
            painter.setPen(theme.pen("text", 1.4))
            painter.setBrush(theme.colour(line.role))
            painter.drawEllipse(now, 0.4 * theme.em, 0.4 * theme.em)

    def _paint_axes(self, painter: QPainter, image: ValueImage) -> None:
        """Write ticks and names along the edges that are nearest, and heights at the left."""
        eye = self._orbit.towards
        front_x, front_y = (1.0 if eye[i] > 0 else -1.0 for i in (0, 1))
        scales = (image.left, image.right), (image.bottom, image.top)
        names = self._figure.x.label, self._figure.y.label
        for axis, (low, high) in enumerate(scales):
            scale = Scale.fitting(low, high, False)
            ends = scale.place(low), scale.place(high)
            found = ticks_of(*ends, scale, 4)
            ticks = [(2 * (t.place - ends[0]) / (ends[1] - ends[0]) - 1, t.text) for t in found]
            # At a corner they would be over those of the other edge.
            ticks = [(place, text) for place, text in ticks if abs(place) < _CORNER]
            at = np.zeros((len(ticks), 3))
            at[:, axis] = [place for place, _ in ticks]
            at[:, 1 - axis] = front_y if axis == 0 else front_x
            self._paint_ticks(painter, at, [text for _, text in ticks], names[axis])
        corner, side = self._upright(front_x, front_y)
        marks = ramp_ticks(image.levels, 4)
        at = np.tile(corner, (len(marks), 1))
        at[:, 2] = [HEIGHT * share for share, _ in marks]
        theme = current_theme()
        painter.setPen(theme.pen("edge"))
        painter.drawLine(*self._pixels(np.stack([corner, corner + np.array([0.0, 0.0, HEIGHT])])))
        self._paint_ticks(painter, at, [text for _, text in marks], image.label, side)

    def _upright(self, front_x: float, front_y: float) -> tuple[Array, float]:
        """Return the corner where heights are written, and on which side: -1 left, 1 right.

        It is an outer corner, at the flatter one of the edges in front, whose ticks are below.
        """
        front = np.array([front_x, front_y, 0.0])
        outer = np.array([[-front_x, front_y, 0.0], [front_x, -front_y, 0.0]])
        near, *ends = pixels_of(
            np.vstack([front, outer]), self._matrix(), self.width(), self.height()
        )
        across, down = np.abs(np.array(ends) - near).T
        chosen = int((down * across[::-1]).argmin())  # down / across, without dividing
        return outer[chosen], -1.0 if ends[chosen][0] < ends[1 - chosen][0] else 1.0

    def _paint_ticks(
        self, painter: QPainter, at: Array, texts: list[str], name: str, side: float = 0.0
    ) -> None:
        """Write ticks outside of the box, and the name of the axis beyond them."""
        theme = current_theme()
        metrics = QFontMetricsF(theme.font())
        painter.setFont(theme.font())
        middle = self._pixels(np.zeros((1, 3)))[0]
        pixels = self._pixels(at) if len(at) else []
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
        for place, text in zip(pixels, texts, strict=True):
            away = QPointF(side, 0.0) if side else _direction(middle, place)
            painter.setPen(theme.pen("edge"))
            painter.drawLine(place, place + away * SPACE[0])
            painter.setPen(theme.colour("muted"))
            room = metrics.horizontalAdvance(text) / 2 * abs(away.x()) + metrics.height() * 0.45
            centre = place + away * (SPACE[1] + room)
            _write(painter, self.rect(), centre, text, metrics)
        if not pixels or not name:
            return
        centre = _middle(pixels)
        half = metrics.horizontalAdvance(name) / 2
        if side:
            centre = min(pixels, key=QPointF.y) + QPointF(side * half, -1.3 * metrics.height())
        else:
            away = _direction(middle, centre)
            beyond = widest * abs(away.x()) + 1.9 * metrics.height()
            beyond += half * abs(away.x())
            centre = centre + away * beyond
        painter.setPen(theme.colour("text"))
        _write(painter, self.rect(), centre, name, metrics)


def _middle(pixels: list[QPointF]) -> QPointF:
    n = len(pixels)
    return QPointF(sum(p.x() for p in pixels) / n, sum(p.y() for p in pixels) / n)


def _direction(start: QPointF, end: QPointF) -> QPointF:
    """Return the direction from one pixel to another, of length 1."""
    way = end - start
    length = math.hypot(way.x(), way.y())
    return QPointF(way.x() / length, way.y() / length) if length > 0 else QPointF(0.0, 1.0)


def _write(painter: QPainter, whole: QRect, centre: QPointF, text: str, m: QFontMetricsF) -> None:
    """Write words round a pixel, but never over the edge."""
    text = m.elidedText(text, Qt.TextElideMode.ElideRight, whole.width() - 2 * SPACE[0])
    width, height = m.horizontalAdvance(text) + 1, m.height()
    x = min(max(centre.x() - width / 2, SPACE[0]), whole.width() - SPACE[0] - width)
    y = min(max(centre.y() - height / 2, 0.0), whole.height() - height)
    painter.drawText(QRectF(x, y, width, height), Qt.AlignmentFlag.AlignCenter, text)


def flat(figure: Figure) -> Figure:
    """Return a figure as it is drawn where a surface can't be, with a sentence that says so."""
    if figure.surface is None:
        return figure
    image = figure.surface.image
    words = Text((image.left + image.right) / 2, image.top, _NO_SURFACE, anchor="top", boxed=True)
    return replace(figure, items=(*figure.items, words), surface=None)
