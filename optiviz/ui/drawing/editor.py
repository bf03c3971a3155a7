"""The editor of a drawing: a board, and beside it tools, classes, the brush, and how to go back.

Imports Qt, the card's look, the icons, the markers, the theme, and the other files of this room.
"""

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from optiviz.ui.canvas.legend import ElidedLabel
from optiviz.ui.canvas.markers import is_stroked, marker_path
from optiviz.ui.card import draw_ground
from optiviz.ui.drawing.board import Board, Tool
from optiviz.ui.drawing.strokes import CLASSES, MOST_POINTS, SHAPES, Drawing, Sketch
from optiviz.ui.guard import guarded
from optiviz.ui.icons import set_icon
from optiviz.ui.plain import Label
from optiviz.ui.theme import SPACE, current_theme
from optiviz.views.palette import marker_of_class

__all__ = ["DrawingEditor"]

_UNDO = QKeySequence.StandardKey.Undo
_TOOLS: Final[tuple[tuple[Tool, str, str, str], ...]] = (
    ("point", "Add", "A", "Click to add a point of the chosen class; drag for a row of them."),
    ("spray", "Spray", "S", "Hold to spray points of the chosen class under the brush."),
    ("paint", "Paint", "P", "Give the points under the brush the chosen class."),
    ("erase", "Erase", "E", "Take away the points under the brush."),
    ("shake", "Noise", "N", "Hold to move the points under the brush at random, a little."),
)
_SMALLEST, _LARGEST = 2, 40  # of the brush's radius, in hundredths of the board's shorter side
_ACROSS: Final = 5  # classes in a row


class DrawingEditor(QFrame):
    """Draws a dataset of points; nothing outside changes until Done.

    Signals
    -------
    done(Drawing)
        It is what was wanted.
    cancelled()
        Everything stays as it was.
    """

    done = Signal(object)
    cancelled = Signal()

    def __init__(self, drawing: Drawing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._begun = drawing
        self._tools: dict[Tool, QToolButton] = {}
        self.board = Board(self)
        self._title = ElidedLabel("Draw data", bold=True, parent=self)
        self.note = ElidedLabel(role="muted", parent=self)
        self.done_button = QPushButton("Done")
        self.done_button.setProperty("primary", True)
        self.done_button.setToolTip("Take these points as the dataset")
        self.done_button.clicked.connect(self.finish)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Leave the dataset as it was")
        self.cancel_button.clicked.connect(self.cancelled)
        top = QHBoxLayout()
        top.setSpacing(SPACE[1])
        top.addWidget(self._title)
        top.addWidget(self.note)
        top.addStretch(1)
        top.addWidget(self.cancel_button)
        top.addWidget(self.done_button)
        row = QHBoxLayout()
        row.setSpacing(SPACE[2])
        self._side = QScrollArea(self)
        self._inside = self._made_side()
        self._side.setWidget(self._inside)
        self._side.setWidgetResizable(True)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for widget in (self._side.viewport(), self._inside):
            widget.setAutoFillBackground(False)
        row.addWidget(self._side)
        row.addWidget(self.board, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        column.addLayout(top)
        column.addLayout(row, 1)
        self.setAccessibleName("Draw data")
        self.board.changed.connect(self._say)
        self.board.size_wanted.connect(self._resize_brush)
        self.board.set_sketch(Sketch(drawing))
        current_theme().changed.connect(self._restyle)
        self.take("point" if len(drawing) < 2 else "spray")
        self.choose(0)
        self._restyle()
        self._say()

    @property
    def drawing(self) -> Drawing:
        """What is drawn now."""
        return self.board.sketch.drawing

    def finish(self) -> None:
        """Be done."""
        self.board.lift()
        self.done.emit(self.drawing)

    def take(self, tool: Tool) -> None:
        """Take a tool."""
        self._tools[tool].setChecked(True)
        self.board.set_tool(tool)

    def choose(self, label: int) -> None:
        """Draw a class from now on."""
        self._classes.button(label).setChecked(True)
        self.board.set_label(label)
        if self.board.tool in ("erase", "shake"):
            self.take("spray")  # who chooses a class wants to see it

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose classes by digits and tools by letters; undo and redo."""
        key, control = event.key(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        letters = {ord(letter): tool for tool, _, letter, _ in _TOOLS}
        if event.matches(QKeySequence.StandardKey.Redo) or (control and key == Qt.Key.Key_Y):
            self._redo()
        elif event.matches(_UNDO):
            self._undo()
        elif control:
            super().keyPressEvent(event)
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            self.choose(key - int(Qt.Key.Key_0))
        elif key in letters:
            self.take(letters[key])
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self._resize_brush(1 if key == Qt.Key.Key_BracketRight else -1)
        elif key == Qt.Key.Key_Escape:
            self._escape()
        elif key not in (Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right):
            super().keyPressEvent(event)  # those would play the run that is covered

    def event(self, event: QEvent) -> bool:
        """Keep the keys of undo: while points are drawn they don't bring deleted runs back."""
        asked = event.type() == QEvent.Type.ShortcutOverride
        if asked and isinstance(event, QKeyEvent) and event.matches(_UNDO):
            event.accept()
            return True
        return super().event(event)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground of a card."""
        draw_ground(self)

    # The side

    def _made_side(self) -> QWidget:
        side = QWidget(self)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, SPACE[0], 0)
        column.setSpacing(SPACE[0])
        group = QButtonGroup(self)
        group.idClicked.connect(self._tool_clicked)
        for number, (tool, words, key, help_) in enumerate(_TOOLS):
            button = self._button(words, f"{help_} ({key})", tool)
            button.setCheckable(True)
            group.addButton(button, number)
            self._tools[tool] = button
            column.addWidget(button)
        column.addWidget(self._heading("Class"))
        column.addLayout(self._made_classes())
        column.addWidget(self._heading("Brush"))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(_SMALLEST, _LARGEST)
        self.slider.setAccessibleName("Size of the brush")
        self.slider.setToolTip("Size of the brush ([ and ], or the wheel)")
        self.slider.valueChanged.connect(self._brush_changed)
        self.slider.setValue(8)
        column.addWidget(self.slider)
        column.addSpacing(SPACE[2])
        self.undo = self._button("Undo", "Take the last stroke back (Ctrl+Z)", "undo")
        self.undo.clicked.connect(self._undo)
        self.redo = self._button("Redo", "Do it again (Ctrl+Y)", "redo")
        self.redo.clicked.connect(self._redo)
        self.clear = self._button("Clear", "Take every point away", "trash")
        self.clear.clicked.connect(self._clear)
        self.shapes = self._button("Start from", "Put a shape in the place of all points", "plus")
        self.shapes.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.shapes)
        for shape in SHAPES:
            menu.addAction(shape)
        menu.triggered.connect(self._shape_chosen)
        self.shapes.setMenu(menu)
        for button in (self.undo, self.redo, self.clear, self.shapes):
            column.addWidget(button)
        column.addStretch(1)
        return side

    def _made_classes(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(2)
        self._classes = QButtonGroup(self)
        self._classes.idClicked.connect(self.choose)
        for label in range(CLASSES):
            button = QToolButton()
            button.setCheckable(True)
            button.setToolTip(f"Class {label} ({label})")
            button.setAccessibleName(f"Class {label}")
            self._classes.addButton(button, label)
            grid.addWidget(button, label // _ACROSS, label % _ACROSS)
        return grid

    def _button(self, words: str, tip: str, picture: str) -> QToolButton:
        button = QToolButton()
        button.setText(words)
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_icon(button, picture)
        return button

    def _heading(self, words: str) -> QLabel:
        label = Label(words)
        label.setContentsMargins(SPACE[0], SPACE[1], 0, 0)
        return label

    def _restyle(self) -> None:
        side = current_theme().icon_size
        for button in self.findChildren(QToolButton):
            button.setIconSize(QSize(side, side))
        for label in range(CLASSES):
            self._classes.button(label).setIcon(_marker_icon(label, side))
        inside = self._inside.sizeHint().width()
        self._side.setFixedWidth(inside + self._side.verticalScrollBar().sizeHint().width())

    # What it does

    def _tool_clicked(self, number: int) -> None:
        self.take(_TOOLS[number][0])

    def _shape_chosen(self, action: QAction) -> None:
        self.start_from(action.text())

    def start_from(self, shape: str) -> None:
        """Put a shape in the place of everything."""
        self.board.sketch.start_from(shape)
        self.board.show_sketch()

    def _clear(self) -> None:
        self.board.sketch.clear()
        self.board.show_sketch()

    def _undo(self) -> None:
        self.board.lift()
        self.board.sketch.undo()
        self.board.show_sketch()

    def _redo(self) -> None:
        self.board.lift()
        self.board.sketch.redo()
        self.board.show_sketch()

    def _escape(self) -> None:
        """Leave where nothing is lost by it."""
        if self.drawing.same_as(self._begun):
            self.cancelled.emit()

    def _brush_changed(self, size: int) -> None:
        self.board.set_brush(size / 100)

    def _resize_brush(self, steps: int) -> None:
        self.slider.setValue(round(self.slider.value() * 1.2**steps) + steps)

    def _say(self) -> None:
        sketch = self.board.sketch
        counts = sketch.drawing.counts()
        parts = [f"{n:,} of class {c}" for c, n in enumerate(counts.tolist()) if n]
        if not parts:
            words = "Nothing is drawn yet."
        elif len(parts) == 1:
            words = f"{parts[0]}. There is nothing to tell apart yet: draw another class too."
        elif sketch.full:
            words = f"{MOST_POINTS:,} points: that is as many as there can be."
        else:
            words = (
                " · ".join(parts)
                if len(parts) <= 4
                else (f"{len(sketch.drawing):,} points of {len(parts)} classes")
            )
        self.note.set_text(words)
        self.undo.setEnabled(sketch.can_undo)
        self.redo.setEnabled(sketch.can_redo)
        self.clear.setEnabled(len(sketch.drawing) > 0)


def _marker_icon(label: int, side: int) -> QIcon:
    """Return a class's marker in its colour."""
    theme, marker = current_theme(), marker_of_class(label)
    ratio = 2.0
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    role = f"class:{label}"
    stroked = is_stroked(marker)
    painter.setPen(theme.pen(role, 2.0) if stroked else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if stroked else theme.colour(role))
    painter.translate(QPointF(side / 2, side / 2))
    painter.scale(0.8 * side, 0.8 * side)
    painter.drawPath(marker_path(marker))
    painter.end()
    return QIcon(pixmap)
