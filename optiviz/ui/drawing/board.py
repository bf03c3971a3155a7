"""The board that is drawn on: the points as the views draw them, under a brush.

Imports numpy, Qt, the canvas, the theme and the strokes.
"""

from typing import Final, Literal

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from optiviz.ui.canvas import FigureCanvas
from optiviz.ui.drawing.strokes import Brush, Drawing, Sketch
from optiviz.ui.guard import guarded
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Axis, ClassImage, Figure, Item, Points, Text
from optiviz.views.palette import marker_of_class

__all__ = ["MOST_MARKERS", "Board", "Tool", "figure_of"]

Tool = Literal["point", "spray", "paint", "erase", "shake"]

MOST_MARKERS: Final = 10_000
"""Of more points the picture shows how many of which class are where."""

_COLUMNS, _ROWS = 220, 160  # of that picture
_TICK: Final = 33  # milliseconds between two puffs of a brush that is held down
_PUFF: Final = 0.35  # points a tick and hundredth of the brush's share of the board
_APART: Final = 1.4  # how far apart points of one stroke are, in the height of text
_STEP: Final = 0.02  # of the board, of the arrow keys; with Shift five times as much
_HINT: Final = "Choose a class and click here, or start from a shape."
_MOVES: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


def figure_of(sketch: Sketch) -> Figure:
    """Return a sketch as a picture: markers, or of very many points where they are dense."""
    drawing, area = sketch.drawing, sketch.area
    items: list[Item] = []
    if not len(drawing):
        middle = area.left + area.width / 2, area.bottom + area.height / 2
        items.append(Text(*middle, _HINT, "muted", "center"))
    elif len(drawing) <= MOST_MARKERS:
        size = 0.62 if len(drawing) < 1000 else 0.42
        for label in np.unique(drawing.classes).tolist():
            mine = drawing.classes == label
            marker = marker_of_class(label)
            items.append(
                Points(drawing.x[mine], drawing.y[mine], f"class:{label}", marker, size=size)
            )
    else:
        items.append(_densities(sketch))
    counts = [f"{n:,} of class {c}" for c, n in enumerate(drawing.counts()) if n]
    return Figure(
        "Drawing",
        x=Axis("x1", area.left, area.right),
        y=Axis("x2", area.bottom, area.top),
        items=tuple(items),
        caption=f"{len(drawing):,} points: {', '.join(counts)}." if counts else _HINT,
    )


def _densities(sketch: Sketch) -> ClassImage:
    """Return which class has most points where, stronger where they are denser."""
    drawing, area = sketch.drawing, sketch.area
    column = ((drawing.x - area.left) / area.width * _COLUMNS).astype(np.int64)
    row = ((drawing.y - area.bottom) / area.height * _ROWS).astype(np.int64)
    cell = np.clip(row, 0, _ROWS - 1) * _COLUMNS + np.clip(column, 0, _COLUMNS - 1)
    n_classes = int(drawing.classes.max()) + 1
    places = drawing.classes * (_ROWS * _COLUMNS) + cell
    counts = np.bincount(places, minlength=n_classes * _ROWS * _COLUMNS)
    counts = counts.reshape(n_classes, _ROWS, _COLUMNS)
    # One point can be seen, and more say a little more.
    lean = np.where(counts.max(axis=0) > 0, 0.55 + 0.15 * np.log2(counts.sum(axis=0) + 1e-9), 0.0)
    winner = counts.argmax(axis=0).astype(np.int64)
    return ClassImage(np.clip(lean, 0.0, 1.0), winner, area.left, area.right, area.bottom, area.top)


class Board(QWidget):
    """A sketch under tools. The mouse draws; so do arrow keys and Space.

    Signals
    -------
    changed()
        The drawing is another one.
    size_wanted(steps)
        The wheel was turned: a larger or smaller brush, please.

    Attributes
    ----------
    tool : {"point", "spray", "paint", "erase", "shake"}
    label : int
        The class that is drawn.
    size_of_brush : float
        The brush's radius, as a share of the board's shorter side.
    """

    changed = Signal()
    size_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sketch = Sketch(Drawing.of((), (), ()))
        self.tool: Tool = "point"
        self.label = 0
        self.size_of_brush = 0.08
        self._shown: Drawing | None = None
        self._at: QPointF | None = None  # the brush, in pixels
        self._last = QPointF()  # of a stroke, where a point was put
        self._pressed = False
        self.canvas = FigureCanvas(self)
        self.glass = _Glass(self)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK)
        self._timer.timeout.connect(self._puff)
        self.setFocusProxy(self.glass)
        self.glass.setAccessibleName("Board")
        current_theme().changed.connect(self.glass.update)
        self.show_sketch()

    def set_sketch(self, sketch: Sketch) -> None:
        """Draw on another sketch."""
        self.lift()
        self.sketch = sketch
        self.show_sketch()

    def show_sketch(self) -> None:
        """Draw what the sketch is now, and tell if it is another."""
        if self._shown is not self.sketch.drawing:
            self._shown = self.sketch.drawing
            figure = figure_of(self.sketch)
            self.canvas.set_figure(figure)
            self.glass.setAccessibleDescription(figure.caption)
            self.changed.emit()

    def set_tool(self, tool: Tool) -> None:
        """Take a tool."""
        self.lift()
        self.tool = tool
        self.glass.update()

    def set_label(self, label: int) -> None:
        """Draw a class from now on."""
        self.label = label
        self.glass.update()

    def set_brush(self, size: float) -> None:
        """Set the brush's radius, as a share of the board's shorter side."""
        self.size_of_brush = size
        self.glass.update()

    def sizeHint(self) -> QSize:
        """Return a size that one can draw in."""
        return QSize(600, 420)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep picture and glass over each other."""
        self.canvas.setGeometry(self.rect())
        self.glass.setGeometry(self.rect())
        self.glass.raise_()
        self._at = None

    # What the glass tells

    def press(self, at: QPointF) -> None:
        """Begin a stroke."""
        if self.area().contains(at):
            self.sketch.begin()
            self._pressed = True
            self.bring(at)
            self._apply(first=True)
            if self.tool in ("spray", "shake"):
                self._timer.start()

    def bring(self, at: QPointF | None) -> None:
        """Bring the brush somewhere, or take it away."""
        self._at = at
        self.glass.update()

    def drag(self, at: QPointF) -> None:
        """Go on with a stroke."""
        self.bring(at)
        if self._pressed and self.area().contains(at):
            self._apply(first=False)

    def lift(self) -> None:
        """End a stroke."""
        self._timer.stop()
        self._pressed = False
        self.sketch.end()
        self.changed.emit()

    def step(self, key: int, far: bool) -> None:
        """Move the brush by an arrow key."""
        area, by = self.area(), _STEP * (5 if far else 1)
        at = self._at if self._at is not None else area.center()
        across, up = _MOVES[Qt.Key(key)]
        x = at.x() + across * by * area.width()
        y = at.y() - up * by * area.height()
        x, y = min(max(x, area.left()), area.right()), min(max(y, area.top()), area.bottom())
        self.drag(QPointF(x, y))

    def stamp(self) -> None:
        """Use the tool once where the brush is, as the Space key does."""
        self.press(self._at if self._at is not None else self.area().center())
        self.lift()

    def area(self) -> QRectF:
        """Return where the axes are, in pixels."""
        return self.canvas.plot().plot_area()

    def radius(self) -> float:
        """Return the brush's radius in pixels."""
        area = self.area()
        return max(self.size_of_brush * min(area.width(), area.height()), 3.0)

    def brush_at(self) -> QPointF | None:
        """Return where the brush is, in pixels."""
        return self._at

    def _puff(self) -> None:
        if self._pressed and self._at is not None and self.area().contains(self._at):
            self._apply(first=False)

    def _apply(self, first: bool) -> None:
        """Use the tool where the brush is."""
        assert self._at is not None, "a stroke is somewhere"
        sketch, at, area = self.sketch, self._at, self.area()
        x = sketch.area.left + (at.x() - area.left()) / area.width() * sketch.area.width
        y = sketch.area.bottom + (area.bottom() - at.y()) / area.height() * sketch.area.height
        if self.tool == "point":
            way = at - self._last
            apart = _APART * current_theme().em
            if first or way.x() ** 2 + way.y() ** 2 > apart * apart:
                self._last = at
                sketch.put(x, y, self.label)
        else:
            radius = self.radius()
            across = radius / area.width() * sketch.area.width
            brush = Brush(x, y, across, radius / area.height() * sketch.area.height)
            if self.tool == "spray":
                sketch.spray(brush, self.label, 1 + round(100 * _PUFF * self.size_of_brush))
            elif self.tool == "paint":
                sketch.paint(brush, self.label)
            elif self.tool == "erase":
                sketch.erase(brush)
            else:
                sketch.shake(brush)
        self.show_sketch()


class _Glass(QWidget):
    """Lies over the picture: takes mouse and keys, and shows the brush."""

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._board = board
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._board.press(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it, or show where it would begin."""
        self._board.drag(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._board.lift()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ask for a larger or smaller brush."""
        self._board.size_wanted.emit(1 if event.angleDelta().y() > 0 else -1)

    def leaveEvent(self, event: QEvent) -> None:
        """Take the brush away."""
        self._board.bring(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take away the ring that says where keys go."""
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Draw by keys; others are the editor's."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in _MOVES:
            self._board.step(event.key(), shift)
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._board.stamp()
        else:
            event.ignore()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the brush."""
        theme, board = current_theme(), self._board
        at, area = board.brush_at(), board.area()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(theme.pen("accent", 1.0))
            painter.drawRect(area)
        if at is None or not area.adjusted(-1, -1, 1, 1).contains(at):
            return
        draws = board.tool in ("point", "spray", "paint")
        role = f"class:{board.label}" if draws else "text"
        radius = board.radius() if board.tool != "point" else 0.45 * theme.em
        painter.setClipRect(area)
        painter.setPen(theme.pen(role, 1.6, "solid" if draws else "dash"))
        painter.setBrush(theme.colour(role, 0.12))
        painter.drawEllipse(at, radius, radius)
