"""Data drawn by hand: what is drawn is what is learned from, and every stroke can be undone."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from optiviz.datasets.points import Points
from optiviz.engine.spec import RunSpec
from optiviz.problems.network_training import NetworkTraining
from optiviz.ui.drawing import Drawing, DrawingEditor
from optiviz.ui.drawing.board import MOST_MARKERS, figure_of
from optiviz.ui.drawing.strokes import MOST_POINTS, SHAPES, Area, Brush, Sketch
from optiviz.ui.main_window import MainWindow
from optiviz.ui.theme import current_theme
from optiviz.views import figure as figures

# The offscreen platform says of every window what it can't do.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

LEFT = Qt.MouseButton.LeftButton
EMPTY = Drawing.of((), (), ())


def scattered(n: int) -> Drawing:
    rng = np.random.default_rng(n)
    return Drawing(rng.uniform(-1, 1, n), rng.uniform(-1, 1, n), rng.integers(0, 3, n))


# Strokes


def test_a_brush_sprays_erases_paints_and_shakes_what_is_under_it_alone() -> None:
    sketch = Sketch(EMPTY, seed=1)
    brush = Brush(0.5, -0.5, 0.2, 0.1)
    sketch.spray(brush, 3, 200)
    drawing = sketch.drawing
    assert len(drawing) == 200
    assert brush.over(drawing).mean() > 0.97  # but for rounding
    assert np.ptp(drawing.x) > 0.35
    assert np.ptp(drawing.y) > 0.17
    assert set(drawing.classes.tolist()) == {3}

    other = scattered(500)
    sketch = Sketch(other, seed=1)
    under = brush.over(other)
    sketch.paint(brush, 7)
    np.testing.assert_array_equal(sketch.drawing.classes == 7, under)
    sketch.shake(brush)
    moved = (sketch.drawing.x != other.x) | (sketch.drawing.y != other.y)
    np.testing.assert_array_equal(moved, under)
    assert np.abs(sketch.drawing.x - other.x).max() < 0.2
    sketch.erase(Brush(0.5, -0.5, 0.4, 0.3))
    assert not brush.over(sketch.drawing).any()
    np.testing.assert_array_equal(other.x, scattered(500).x)  # what was given stays as it was


def test_strokes_are_undone_and_done_again_one_by_one() -> None:
    sketch = Sketch(EMPTY, seed=2)
    for label in (0, 1):
        sketch.begin()
        for x in (0.1, 0.2, 0.3):
            sketch.put(x, 0.0, label)
        sketch.end()
    sketch.begin()
    sketch.erase(Brush(-0.9, -0.9, 0.05, 0.05))  # there is nothing: no stroke
    sketch.end()
    sizes = []
    while sketch.can_undo:
        sketch.undo()
        sizes.append(len(sketch.drawing))
    assert sizes == [3, 0]
    sketch.redo()
    assert len(sketch.drawing) == 3
    sketch.begin()
    sketch.put(0.0, 0.0, 5)
    sketch.end()
    assert not sketch.can_redo
    sketch.clear()
    assert len(sketch.drawing) == 0
    sketch.undo()
    assert sketch.drawing.classes.tolist() == [0, 0, 0, 5]


def test_a_drawing_is_kept_inside_its_area_and_its_size() -> None:
    """Points that a dataset would refuse could never be run."""
    sketch = Sketch(EMPTY, seed=3)
    sketch.spray(Brush(1.0, 1.0, 0.5, 0.5), 9, MOST_POINTS - 1)
    sketch.spray(Brush(1.0, 1.0, 0.5, 0.5), 9, 50)
    assert len(sketch.drawing) == MOST_POINTS
    assert sketch.full
    assert max(sketch.drawing.x.max(), sketch.drawing.y.max()) <= 1.0
    data = {name: getattr(sketch.drawing, name).tolist() for name in ("x", "y")}
    Points(**data, classes=(0, 9) * (MOST_POINTS // 2))
    far = Drawing.of((-5.0, 20.0), (0.0, 0.5), (0, 1))
    area = Area.around(far)
    assert area.left < -5
    assert area.right > 20
    assert (area.bottom, area.top) == (-1.0, 1.0)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_fills_the_area_with_two_classes_or_more(shape: str) -> None:
    sketch = Sketch(EMPTY, seed=4)
    sketch.start_from(shape)
    drawing = sketch.drawing
    assert len(set(drawing.classes.tolist())) >= 2
    assert np.abs(drawing.x).max() <= 1
    assert min(np.ptp(drawing.x), np.ptp(drawing.y)) > 1
    sketch.undo()
    assert len(sketch.drawing) == 0


def test_few_points_are_markers_and_very_many_are_where_they_are_dense() -> None:
    sketch = Sketch(scattered(300))
    items = figure_of(sketch).items
    assert sum(len(item.x) for item in items if isinstance(item, figures.Points)) == 300
    assert len({item.marker for item in items if isinstance(item, figures.Points)}) == 3
    rng = np.random.default_rng(0)
    n = MOST_MARKERS + 1
    left = Drawing(rng.uniform(-1, 0, n), rng.uniform(-1, 1, n), np.full(n, 4))
    (image,) = figure_of(Sketch(left)).items
    assert isinstance(image, figures.ClassImage)
    columns = image.lean.shape[1]
    assert (image.lean[:, columns // 2 + 1 :] == 0).all()
    assert (image.lean[:, : columns // 2] > 0.5).mean() > 0.2
    assert (image.winner[image.lean > 0] == 4).all()


# The editor


@pytest.fixture
def editor(qtbot: QtBot) -> Iterator[DrawingEditor]:
    current_theme().scale = 1.0
    current_theme().apply()
    made = DrawingEditor(EMPTY)
    qtbot.addWidget(made)
    made.resize(1000, 600)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.board.setFocus()
    yield made
    current_theme().scale = 1.0


def place(editor: DrawingEditor, x: float, y: float) -> QPoint:
    """Return where a point of the data is on the board."""
    return editor.board.canvas.plot().pixel_of(x, y).toPoint()


def drag(editor: DrawingEditor, *places: tuple[float, float]) -> None:
    glass = editor.board.glass
    first, *others = (place(editor, x, y) for x, y in places)
    QTest.mousePress(glass, LEFT, pos=first)
    for at in others:
        QTest.mouseMove(glass, at)
    QTest.mouseRelease(glass, LEFT, pos=(others or [first])[-1])


def test_an_empty_board_says_what_to_do(editor: DrawingEditor) -> None:
    assert "click here" in editor.board.glass.accessibleDescription()
    assert "Nothing is drawn" in editor.note.text()


def test_points_go_where_the_mouse_clicks_in_the_class_that_a_key_chose(
    editor: DrawingEditor,
) -> None:
    drag(editor, (0.5, 0.25))
    QTest.keyClick(editor.board.glass, Qt.Key.Key_3)
    drag(editor, (-0.5, -0.75))
    drawing = editor.drawing
    np.testing.assert_allclose(drawing.x, [0.5, -0.5], atol=0.01)
    np.testing.assert_allclose(drawing.y, [0.25, -0.75], atol=0.01)
    assert drawing.classes.tolist() == [0, 3]
    assert editor.note.text() == "1 of class 0 · 1 of class 3"
    QTest.keyClick(editor.board.glass, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(editor.drawing) == 1
    QTest.keyClick(editor.board.glass, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(editor.drawing) == 2


def test_tools_are_taken_by_letters_and_a_drag_is_one_stroke(editor: DrawingEditor) -> None:
    glass = editor.board.glass
    QTest.keyClick(glass, Qt.Key.Key_S)
    drag(editor, (-0.5, 0.0), (0.0, 0.0), (0.5, 0.0))
    n = len(editor.drawing)
    assert n > 5
    QTest.keyClick(glass, Qt.Key.Key_1)
    QTest.keyClick(glass, Qt.Key.Key_P)
    drag(editor, (0.5, 0.0))
    assert set(editor.drawing.classes.tolist()) == {0, 1}
    QTest.keyClick(glass, Qt.Key.Key_E)
    drag(editor, (0.5, 0.0), (-0.5, 0.0), (0.0, 0.0))
    assert len(editor.drawing) < n
    undo = next(b for b in editor.findChildren(QToolButton) if b.text() == "Undo")
    for _ in range(3):
        assert undo.isEnabled()
        QTest.mouseClick(undo, LEFT)
    assert len(editor.drawing) == 0
    assert not undo.isEnabled()


def test_a_brush_that_is_held_goes_on(editor: DrawingEditor, qtbot: QtBot) -> None:
    """As a spray can does; and it stops when it is let go."""
    editor.take("spray")
    at = place(editor, 0.0, 0.0)
    QTest.mousePress(editor.board.glass, LEFT, pos=at)
    n = len(editor.drawing)
    qtbot.waitUntil(lambda: len(editor.drawing) > n)
    QTest.mouseRelease(editor.board.glass, LEFT, pos=at)
    n = len(editor.drawing)
    qtbot.wait(100)
    assert len(editor.drawing) == n


def test_a_drawing_can_be_made_by_keys_alone(editor: DrawingEditor) -> None:
    glass = editor.board.glass
    QTest.keyClick(glass, Qt.Key.Key_Space)
    for _ in range(3):
        QTest.keyClick(glass, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(glass, Qt.Key.Key_Up)
    QTest.keyClick(glass, Qt.Key.Key_2)
    QTest.keyClick(glass, Qt.Key.Key_Return)
    np.testing.assert_allclose(editor.drawing.x, [0.0, 0.6], atol=0.01)
    assert editor.drawing.y[1] > 0.03
    assert editor.drawing.classes.tolist() == [0, 2]


def test_the_brush_grows_by_keys_and_by_the_wheel(editor: DrawingEditor) -> None:
    before = editor.board.radius()
    QTest.keyClick(editor.board.glass, Qt.Key.Key_BracketRight)
    assert editor.board.radius() > before
    for _ in range(30):
        QTest.keyClick(editor.board.glass, Qt.Key.Key_BracketLeft)
    assert 3 <= editor.board.radius() < before
    editor.board.size_wanted.emit(1)
    assert editor.slider.value() > editor.slider.minimum()


def test_escape_loses_nothing(editor: DrawingEditor) -> None:
    cancelled = QSignalSpy(editor.cancelled)
    drag(editor, (0.0, 0.0))
    QTest.keyClick(editor.board.glass, Qt.Key.Key_Escape)
    assert cancelled.count() == 0
    QTest.keyClick(editor.board.glass, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(editor.board.glass, Qt.Key.Key_Escape)
    assert cancelled.count() == 1


def test_everything_has_a_name_and_says_what_it_does(editor: DrawingEditor) -> None:
    for button in editor.findChildren(QToolButton):
        assert button.text() or button.accessibleName()
        assert button.toolTip(), button.text()
    assert "at random" in next(
        b.toolTip() for b in editor.findChildren(QToolButton) if b.text() == "Noise"
    )


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_the_tools_leave_room_to_draw_at_any_size_of_type(
    editor: DrawingEditor, scale: float, qtbot: QtBot
) -> None:
    current_theme().scale = scale
    qtbot.wait(20)
    area = editor.board.area()
    assert area.width() > 400
    assert area.height() > 250
    assert not editor.grab().isNull()


# In the window


def draw_by_button(window: MainWindow) -> DrawingEditor:
    panel = window._train_setup.dataset
    window._train_setup.card(panel).set_folded(False)
    panel.form.combo.setCurrentIndex(panel.form.combo.findData("points"))
    QTest.mouseClick(panel.draw_button, LEFT)
    (editor,) = [e for e in window.findChildren(DrawingEditor) if e.isVisible()]
    return editor


def dataset_of(window: MainWindow) -> Points:
    spec = window._train_setup.spec()
    assert isinstance(spec, RunSpec)
    assert isinstance(spec.problem, NetworkTraining)
    assert isinstance(spec.problem.dataset, Points)
    return spec.problem.dataset


def test_what_is_drawn_is_the_dataset_when_it_is_done(window: MainWindow, qtbot: QtBot) -> None:
    editor = draw_by_button(window)
    assert editor.isVisible()
    assert not any(card.isVisible() for card in window.train.cards)
    before = dataset_of(window)
    editor.start_from("Three heaps")
    assert dataset_of(window) == before
    wanted = editor.drawing
    QTest.mouseClick(editor.done_button, LEFT)
    assert all(card.isVisible() for card in window.train.cards)
    made = dataset_of(window)
    assert made.x == tuple(wanted.x.tolist())
    assert made.classes == tuple(wanted.classes.tolist())
    # Three classes ask for three outputs, and the panel follows.
    assert window._train_setup.network.boxes[-1].units.value() == 3
    qtbot.waitUntil(lambda: not window.findChildren(DrawingEditor))


def test_cancel_leaves_everything_as_it_was(window: MainWindow) -> None:
    editor = draw_by_button(window)
    before = dataset_of(window)
    editor.start_from("Moons")
    QTest.mouseClick(editor.cancel_button, LEFT)
    assert dataset_of(window) == before
    assert all(card.isVisible() for card in window.train.cards)
    again = draw_by_button(window)
    np.testing.assert_array_equal(again.drawing.x, before.x)


def test_run_takes_what_is_drawn(window: MainWindow, qtbot: QtBot) -> None:
    """Who draws and presses Run means what they see."""
    editor = draw_by_button(window)
    editor.start_from("Moons")
    wanted = tuple(editor.drawing.x.tolist())
    assert isinstance(window.train.launch.run_button, QPushButton)
    QTest.mouseClick(window.train.launch.run_button, LEFT)
    (entry,) = window.train.session.entries
    assert entry.run.spec.problem.dataset.x == wanted  # type: ignore[attr-defined]
    assert all(card.isVisible() for card in window.train.cards)
    qtbot.waitUntil(lambda: not window.train.session.computing)


def test_a_drawing_that_cannot_be_learned_from_is_explained_below_its_button(
    window: MainWindow,
) -> None:
    editor = draw_by_button(window)
    editor.board.sketch.clear()
    editor.board.sketch.put(0.0, 0.0, 0)
    editor.finish()
    panel = window._train_setup.dataset
    assert window._train_setup.spec() is None
    assert panel._drawn.isVisible()
    assert "oints" in panel._drawn.text()
    assert not window.train.launch.run_button.isEnabled()


def test_the_board_follows_the_pointer_in_the_window(window: MainWindow, qtbot: QtBot) -> None:
    """Where the ring is, is where points appear: in the window as alone."""
    editor = draw_by_button(window)
    qtbot.wait(50)
    editor.board.sketch.clear()
    editor.board.show_sketch()
    editor.take("point")
    at = place(editor, 0.5, 0.5)
    QTest.mouseClick(editor.board.glass, LEFT, pos=at)
    np.testing.assert_allclose([editor.drawing.x[0], editor.drawing.y[0]], 0.5, atol=0.01)
    assert editor.board.brush_at() == QPointF(at)
