"""The canvas: figures look right, sit still, answer the mouse and never fail on odd data."""

import math
import warnings
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QMouseEvent
from PySide6.QtWidgets import QApplication, QPushButton

from optiviz.ui.canvas import FigureCanvas
from optiviz.ui.canvas.axes import Scale, number, range_of, ticks_of
from optiviz.ui.canvas.image import STRONGEST, class_colours, value_colours
from optiviz.ui.canvas.labels import spread
from optiviz.ui.canvas.places import simplified
from optiviz.ui.canvas.ramp import ramp_ticks
from optiviz.ui.canvas.readout import nearest_x, value_at
from optiviz.ui.theme import blend, current_theme
from optiviz.views.figure import (
    Axis,
    Band,
    ClassImage,
    Figure,
    Line,
    Points,
    Rule,
    Table,
    Text,
    ValueImage,
)
from optiviz.views.palette import DARK, LIGHT

# Qt's offscreen platform says this about any window; it has nobody to tell the sizes to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

X = np.arange(101.0)


@pytest.fixture
def theme(qapp):
    theme = current_theme()
    theme.name = "light"
    theme.scale = 1.0
    theme.apply()
    yield theme
    theme.name = "light"
    theme.scale = 1.0


@pytest.fixture
def canvas(theme, qtbot):
    canvas = FigureCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(500, 300)
    canvas.show()
    QApplication.processEvents()
    return canvas


def fitness(*lines: Line, **more) -> Figure:
    items = lines or (Line(X, X / 100, label="train"),)
    figure = {"x": Axis("iteration"), "y": Axis("accuracy"), "time_axis": True, **more}
    return Figure("Fitness", items=items, **figure)


def draw(canvas: FigureCanvas, figure: Figure):
    canvas.set_figure(figure)
    QApplication.processEvents()
    return canvas.grab().toImage()


def move(canvas: FigureCanvas, at: QPointF, kind=QEvent.Type.MouseMove, held=False) -> None:
    viewport = canvas.plot().viewport()
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind is QEvent.Type.MouseMove else left
    buttons = left if held else none
    whole = QPointF(viewport.mapToGlobal(at.toPoint()))
    event = QMouseEvent(kind, at, whole, button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)


# Numbers and axes


def test_numbers_read_as_people_write_them():
    for value, text in (
        (1000.0, "1,000"),
        (0.8686567, "0.8687"),
        (-3.0, "−3"),
        (6.1111e-10, "6.111e−10"),
        (0.0, "0"),
        (math.nan, "–"),
        (-math.inf, "−∞"),
        (1e300, "1e300"),
    ):
        assert number(value) == text


def test_ticks_of_iterations_have_separators():
    texts = [tick.text for tick in ticks_of(0.0, 2000.0, Scale(), 5)]
    assert texts == ["0", "500", "1,000", "1,500", "2,000"]


def test_ticks_of_a_log_axis_are_powers():
    assert [t.text for t in ticks_of(-3.2, 1.1, Scale(log=True), 6)] == [
        "0.001", "0.01", "0.1", "1", "10",
    ]  # fmt: skip


def test_a_range_sits_still_while_data_grows_a_little():
    ranges = {range_of(Axis(), [(0.5, 0.8 + i / 10_000)]) for i in range(60)}
    assert len(ranges) == 1


def test_a_range_never_cuts_data_off():
    rng = np.random.default_rng(1)
    for _ in range(300):
        low, high = np.sort(rng.normal(0, 10.0 ** rng.integers(-8, 9), 2))
        for time in (False, True):
            found = range_of(Axis(), [(low, high)], time=time)
            assert found[0] <= low <= high <= found[1]


def test_constant_data_has_a_range():
    for value in (0.0, 5.0, -5.0, 1e-300, 1e299):
        low, high = range_of(Axis(), [(value, value)])
        assert low < high
        assert math.isfinite(high - low)


def test_level_stretches_lose_only_points_that_change_nothing():
    y = np.array([1.0, 1, 1, 2, 2, 2, 2, 3, math.nan, 3, 3, 3])
    x = np.arange(y.size, dtype=float)
    kept_x, kept_y = simplified(x, y)
    assert kept_x.size < x.size
    good = np.isfinite(y)
    again = np.interp(x[good], kept_x[np.isfinite(kept_y)], kept_y[np.isfinite(kept_y)])
    np.testing.assert_array_equal(again, y[good])
    assert np.isnan(kept_y).sum() == 1


# Labels


def test_labels_are_moved_apart_and_stay_inside():
    rng = np.random.default_rng(0)
    for count in (1, 2, 5, 9):
        for _ in range(50):
            wanted = rng.uniform(0, 200, count).tolist()
            placed = sorted(spread(wanted, 15.0, 0.0, 200.0))
            assert all(b - a >= 15.0 - 1e-9 for a, b in pairwise(placed))
            assert placed[0] >= 7.5 - 1e-9
            assert placed[-1] <= 192.5 + 1e-9


def test_labels_that_do_not_collide_stay_where_they_belong():
    assert spread([150.0, 20.0, 80.0], 15.0, 0.0, 200.0) == [150.0, 20.0, 80.0]


def test_end_labels_neither_overlap_nor_leave_the_canvas(canvas):
    names = ("seed 4", "seed 11", "a subset of the weights, a long name, seed 5", "test")
    lines = [Line(X, X / 100 + i / 1e4, f"run:{i}", name) for i, name in enumerate(names)]
    draw(canvas, fitness(*lines))
    found = canvas.plot()._labels.rects()
    rects = [rect for _, rect in found]
    for i, first in enumerate(rects):
        assert first.right() <= canvas.width() + 1
        assert first.left() >= canvas.plot().plot_area().right()
        assert first.top() >= 0
        for second in rects[i + 1 :]:
            assert not first.adjusted(0, 0.5, 0, -0.5).intersects(second)
    assert found[2][0].endswith("…")
    assert found[0][0] == "seed 4"
    assert canvas.plot().plot_area().width() > 0.55 * canvas.width()


# Images


def test_the_image_has_the_classes_colours_and_fades_into_the_card():
    lean = np.array([[0.0, 1.0], [0.5, 1.0]])
    winner = np.array([[0, 1], [1, 0]])
    image = ClassImage(lean, winner, -1, 1, -1, 1)
    card = QColor(LIGHT.card)
    classes = [QColor(name) for name in LIGHT.classes]
    pixels = class_colours(image, card, classes)
    assert QColor.fromRgb(int(pixels[0, 0])) == card
    for row, column in ((0, 1), (1, 0), (1, 1)):
        strength = lean[row, column] * STRONGEST
        wanted = blend(card, classes[winner[row, column]], strength).getRgb()
        got = QColor.fromRgb(int(pixels[row, column])).getRgb()
        assert np.abs(np.subtract(wanted, got)).max() <= 1


def test_the_first_row_of_an_image_is_at_the_bottom(canvas):
    winner = np.array([[0, 1], [2, 3]])
    image = ClassImage(np.ones((2, 2)), winner, 0.0, 2.0, 0.0, 2.0)
    seen = draw(canvas, Figure("B", x=Axis("a"), y=Axis("b"), items=(image,)))
    card = QColor(LIGHT.card)
    for x, y, name in ((0.2, 0.2, 0), (1.8, 0.2, 1), (0.2, 1.8, 2), (1.8, 1.8, 3)):
        at = canvas.plot().pixel_of(x, y).toPoint()
        wanted = blend(card, QColor(LIGHT.classes[name]), STRONGEST).getRgb()
        assert np.abs(np.subtract(wanted, seen.pixelColor(at).getRgb())).max() <= 3, name


def test_an_image_fills_its_axes_without_padding(canvas):
    image = ClassImage(np.ones((3, 4)), np.zeros((3, 4), int), -2.0, 2.0, -3.0, 3.0)
    draw(canvas, Figure("B", x=Axis("a"), y=Axis("b"), items=(image,)))
    (x0, x1), (y0, y1) = canvas.plot().ranges()
    assert (x0, x1, y0, y1) == pytest.approx((-2, 2, -3, 3))


def test_values_are_drawn_in_the_colours_of_the_ramp_the_first_row_at_the_bottom(canvas):
    """Else a surface is read upside down, or a nan as a value."""
    values = np.array([[0.0, 1.0], [0.5, math.nan]])
    image = ValueImage(values, 0.0, 2.0, 0.0, 2.0, (0.0, 1.0), "target")
    seen = draw(canvas, Figure("S", x=Axis("a"), y=Axis("b"), items=(image,)))
    low, middle, high = LIGHT.ramp[0], LIGHT.ramp[4], LIGHT.ramp[-1]
    for x, y, name in ((0.1, 0.1, low), (1.9, 0.1, high), (0.1, 1.9, middle)):
        at = canvas.plot().pixel_of(x, y).toPoint()
        wanted = QColor(name).getRgb()
        assert np.abs(np.subtract(wanted, seen.pixelColor(at).getRgb())).max() <= 5, name
    card = QColor(LIGHT.card).rgb()
    assert [int(value_colours(image, LIGHT)[1, 1])] == [card]
    assert (image.at(1.5, 0.5), image.at(0.5, 1.5)) == (1.0, 0.5)
    assert math.isnan(image.at(2.5, 0.5))


def test_a_picture_of_values_has_its_scale_beside_it(canvas):
    """A colour without its value says nothing."""
    image = ValueImage(np.zeros((2, 2)), 0.0, 2.0, 0.0, 2.0, (0.0, 18.0), "target")
    seen = draw(canvas, Figure("S", x=Axis("a"), y=Axis("b"), items=(image,)))
    area = canvas.plot().plot_area()
    for share, name in ((0.99, LIGHT.ramp[0]), (0.01, LIGHT.ramp[-1])):
        y = area.top() + share * area.height()
        colours = {seen.pixelColor(x, int(y)).name() for x in range(int(area.right()), 500)}
        assert any(near(QColor(colour), QColor(name)) for colour in colours), name
    draw(canvas, Figure("L", x=Axis("a"), y=Axis("b"), items=(Line(X, X),)))
    assert canvas.plot().plot_area().right() > area.right()


def near(first: QColor, second: QColor) -> bool:
    return int(np.abs(np.subtract(first.getRgb(), second.getRgb())).max()) <= 8


@pytest.mark.parametrize(
    ("levels", "texts"),
    [
        ((0.0, 18.0), ["0", "5", "10", "15"]),
        ((0.0, 1.0, 10.0, 100.0), ["0", "1", "10", "100"]),
        ((0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 60.0), ["0", "2", "4", "60"]),
        ((2.0, 2.0), ["2"]),
        ((math.nan, 1.0), ["–"]),
        ((), []),
    ],
)
def test_ticks_of_a_ramp(levels, texts):
    ticks = ramp_ticks(levels, 4)
    assert [text for _, text in ticks] == texts
    assert all(0 <= share <= 1 for share, _ in ticks)


# Lines and points


def test_a_log_axis_leaves_out_what_is_not_above_zero(canvas):
    y = np.array([-1.0, 0.0, 0.01, 1.0, 100.0])
    line = Line(np.arange(5.0), y, label="loss")
    draw(canvas, fitness(line, y=Axis("log loss", log=True)))
    curve = canvas.plot()._marks.shown[0].graphics
    kept = curve.yData[np.isfinite(curve.yData)]
    np.testing.assert_allclose(kept, [-2, 0, 2])
    low, high = canvas.plot().ranges()[1]
    assert 0.001 < low < 0.01
    assert 100 < high < 1000


def test_steps_stay_level_until_the_next_x(canvas):
    draw(canvas, fitness(Line(np.array([0.0, 1, 2]), np.array([0.0, 1, 5]), steps=True)))
    curve = canvas.plot()._marks.shown[0].graphics
    np.testing.assert_array_equal(curve.xData, [0, 1, 1, 2, 2])
    np.testing.assert_array_equal(curve.yData, [0, 0, 1, 1, 5])


def test_graphics_items_are_used_again(canvas):
    counts = set()
    for i in range(100):
        y = np.sin(X / 9 + i)
        items = (
            Line(X, y, label="a"),
            Band(X, y - 1, y + 1),
            Points(X, y),
            Points(X, -y, marker="cross"),
            Rule(float(i)),
            Text(3.0, 0.5, f"text {i}"),
            ClassImage(np.ones((4, 4)) * i / 99, np.zeros((4, 4), int), 0, 100, -1, 1),
        )
        draw_now = Figure("F", x=Axis("x"), y=Axis("y"), items=items)
        canvas.set_figure(draw_now)
        counts.add(len(canvas.plot().scene().items()))
    assert len(counts) == 1
    canvas.set_figure(Figure("F", x=Axis("x"), y=Axis("y"), items=(Line(X, X),)))
    visible = [m for pool in canvas.plot()._marks._pools.values() for m in pool if m.item]
    assert len(visible) == 1
    assert len(canvas.plot().scene().items()) == counts.pop()


def test_many_points_are_thinned(canvas):
    x = np.linspace(0, 1, 90_000)
    draw(canvas, Figure("F", x=Axis("x"), y=Axis("y"), items=(Points(x, x),)))
    assert len(canvas.plot()._marks.shown[0].graphics.data) <= 20_000


def test_colours_change_with_the_theme(canvas, theme):
    draw(canvas, fitness(Line(X, X, "run:1", "a"), Points(X, X, "class:1")))
    line, points = (mark.graphics for mark in canvas.plot()._marks.shown)
    assert line.opts["pen"].color() == QColor(LIGHT.runs[1])
    theme.name = "dark"
    assert line.opts["pen"].color() == QColor(DARK.runs[1])
    assert points.opts["brush"].color() == QColor(DARK.classes[1])
    corner = canvas.grab().toImage().pixelColor(1, 1)
    assert corner == QColor(DARK.card)


def test_an_equal_unit_is_as_long_both_ways(canvas):
    circle = np.linspace(0, 6.3, 50)
    line = Line(np.cos(circle), np.sin(circle))
    draw(canvas, Figure("F", x=Axis("a"), y=Axis("b"), items=(line,), equal=True))
    plot = canvas.plot()
    zero, one = plot.pixel_of(0, 0), plot.pixel_of(1, 1)
    assert one.x() - zero.x() == pytest.approx(zero.y() - one.y(), rel=0.02)


ODD = {
    "empty": np.array([]),
    "nan": np.full(5, np.nan),
    "inf": np.array([1.0, np.inf, -np.inf, 2.0, 3.0]),
    "constant": np.ones(5),
    "huge": np.array([1e300, -1e300, 1e308, -1e308, 0.0]),
    "large": np.array([0.0, 1e12, 1e13, 1e14, 1e15]),
    "tiny": np.array([0.0, 1e-300, 2e-300, 0.0, 1e-308]),
    "negative": np.array([-1.0, -2.0, -3.0, 0.0, -5.0]),
    "one": np.array([3.0]),
    "gap": np.array([1.0, np.nan, 2.0, np.nan, 3.0]),
}


def odd_items(x, y):
    return (
        Line(x, y, label="a line", width=2),
        Line(x, y, steps=True, dash="dash"),
        Band(x, y, y + 1),
        Points(x, y),
        Points(x, y, marker="ring", outlined=True),
        Rule(float(y[-1]) if y.size else math.nan, upright=False),
        Rule(math.inf),
        Text(float(x[0]), float(y[0]) if y.size else 0.0, "words"),
    )


@pytest.mark.parametrize("y_name", ODD)
def test_odd_data_draws_without_a_word(canvas, y_name):
    canvas.set_playhead(2.0)
    for x_name in ("one", "nan", "huge", "constant", "gap"):
        items = odd_items(ODD[x_name], ODD[y_name])
        for log in (False, True):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                draw(canvas, fitness(*items, x=Axis("x", log=log), y=Axis("y", log=log)))
                move(canvas, canvas.plot().plot_area().center())
        draw(canvas, fitness(*items, x=Axis("x"), y=Axis("y"), equal=True))


def test_images_and_axes_at_their_limits_draw(canvas):
    for image in (
        ClassImage(np.zeros((0, 0)), np.zeros((0, 0), int), 0, 1, 0, 1),
        ValueImage(np.zeros((0, 0)), 0, 1, 0, 1, (0.0, 1.0)),
        ValueImage(np.ones((1, 1)), 0, 0, 0, 0, (1.0, 1.0), "flat"),
        ValueImage(np.full((2, 2), np.inf), 0, 1, 0, 1, (math.nan, math.inf), "lost"),
        ValueImage(np.ones((2, 2)), math.nan, 1, 0, 1, ()),
        ClassImage(np.ones((1, 1)), np.zeros((1, 1), int), 0, 0, 0, 0),
        ClassImage(np.full((2, 2), np.nan), np.full((2, 2), 99), 0, 1, 0, 1),
        ClassImage(np.ones((2, 2)), np.zeros((2, 2), int), math.nan, 1, 0, 1),
    ):
        draw(canvas, Figure("F", x=Axis("a"), y=Axis("b"), items=(image,)))
    for axis in (
        Axis("a", 1.0, 1.0),
        Axis("a", 5.0, -5.0),
        Axis("a", math.nan),
        Axis("a", 0.0, log=True),
    ):
        draw(canvas, Figure("F", x=axis, y=axis, items=(Line(X, X),)))


def test_any_size_draws(canvas):
    table = Table(("a", "b"), ("a", "b"), (("1", "2"), ("3", "4")), None, title="t")
    for size in ((1, 1), (30, 20), (90, 60), (3000, 40)):
        canvas.resize(*size)
        draw(canvas, fitness(Line(X, X, label="a long label, longer than the canvas is wide")))
        draw(canvas, Figure("F", tables=(table, table)))


# The mouse


def test_a_click_on_time_seeks(canvas, qtbot):
    draw(canvas, fitness())
    at = canvas.plot().pixel_of(40.0, 0.5).toPoint()
    with qtbot.waitSignal(canvas.seek_requested) as signal:
        qtbot.mouseClick(canvas.plot().viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert signal.args[0] == pytest.approx(40.0, abs=0.6)


def test_dragging_on_time_seeks_along_and_stays_in_range(canvas):
    draw(canvas, fitness())
    seen = []
    canvas.seek_requested.connect(seen.append)
    start, stop = canvas.plot().pixel_of(20.0, 0.5), canvas.plot().pixel_of(60.0, 0.5)
    move(canvas, start, QEvent.Type.MouseButtonPress, held=True)
    move(canvas, stop, held=True)
    move(canvas, QPointF(5000.0, stop.y()), held=True)
    move(canvas, stop, QEvent.Type.MouseButtonRelease)
    assert seen[:2] == pytest.approx([20.0, 60.0], abs=0.6)
    assert seen[2] == pytest.approx(canvas.plot().ranges()[0][1])


def test_a_click_elsewhere_does_not_seek(canvas, qtbot):
    draw(canvas, Figure("F", x=Axis("x"), y=Axis("f"), items=(Line(X, X),)))
    at = canvas.plot().pixel_of(40.0, 50.0).toPoint()
    with qtbot.assertNotEmitted(canvas.seek_requested):
        qtbot.mouseClick(canvas.plot().viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_a_point_can_be_dragged(canvas):
    points = Points(np.array([3.0]), np.array([9.0]))
    x = np.linspace(-4, 4, 81)
    figure = Figure(
        "x²", x=Axis("x"), y=Axis("f"), items=(Line(x, x**2), points), draggable=(3.0, 9.0)
    )
    draw(canvas, figure)
    moved, done = [], []
    canvas.drag_requested.connect(lambda *at: moved.append(at))
    canvas.drag_finished.connect(lambda *at: done.append(at))
    start, stop = canvas.plot().pixel_of(3.0, 9.0), canvas.plot().pixel_of(-1.0, 4.0)
    move(canvas, start)
    assert canvas.plot().viewport().cursor().shape() == Qt.CursorShape.OpenHandCursor
    move(canvas, start, QEvent.Type.MouseButtonPress, held=True)
    move(canvas, stop, held=True)
    move(canvas, stop, QEvent.Type.MouseButtonRelease)
    assert moved == [pytest.approx((-1.0, 4.0), abs=0.1)]
    assert done == [pytest.approx((-1.0, 4.0), abs=0.1)]
    move(canvas, stop)
    assert canvas.plot().viewport().cursor().shape() != Qt.CursorShape.OpenHandCursor


def test_hovering_reads_the_curves_and_leaving_stops(canvas):
    best = Line(X, np.floor(X / 10), "run:0", "best", steps=True)
    draw(canvas, fitness(best, Line(X, X * 2, "run:1", "current")))
    readout = canvas.plot()._pointing.readout
    assert not readout.isVisible()
    move(canvas, canvas.plot().pixel_of(55.2, 50.0))
    rows = [(row.label, row.value) for row in readout.readings()]
    assert rows == [("iteration", "55"), ("best", "5"), ("current", "110")]
    assert readout.isVisible()
    QApplication.sendEvent(canvas.plot(), QEvent(QEvent.Type.Leave))
    assert not readout.isVisible()


def test_values_between_samples():
    line = Line(np.array([0.0, 10.0]), np.array([0.0, 1.0]))
    steps = Line(line.x, line.y, steps=True)
    assert value_at(line, 5.0) == 0.5
    assert value_at(steps, 9.0) == 0.0
    assert value_at(steps, 10.0) == 1.0
    assert math.isnan(value_at(line, 11.0))
    assert nearest_x([line], 6.0) == 10.0


def test_zooming_keeps_the_range_until_it_is_reset(canvas, qtbot):
    draw(canvas, fitness())
    whole = canvas.plot().ranges()
    canvas.plot().box.scaleBy((0.5, 1.0))
    canvas.plot().box.sigRangeChangedManually.emit([True, False])
    assert canvas.zoomed()
    zoomed = canvas.plot().ranges()
    draw(canvas, fitness(Line(X * 3, X)))
    assert canvas.plot().ranges() == zoomed
    draw(canvas, fitness())
    qtbot.keyClick(canvas.plot(), Qt.Key.Key_A)
    assert not canvas.zoomed()
    assert canvas.plot().ranges() == whole
    canvas.plot().box.scaleBy((0.5, 1.0))
    canvas.plot().box.sigRangeChangedManually.emit([True, False])
    at = canvas.plot().plot_area().center().toPoint()
    qtbot.mouseDClick(canvas.plot().viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert canvas.plot().ranges() == whole


def test_the_wheel_zooms_time_only_where_x_is_time(canvas):
    draw(canvas, fitness())
    assert list(canvas.plot().box.mouseEnabled()) == [True, False]


def test_the_playhead_moves_without_the_figure(canvas):
    draw(canvas, fitness())
    canvas.set_playhead(50.0)
    line = canvas.plot()._playhead._line
    assert line.isVisible()
    wanted = canvas.plot().pixel_of(50.0, 0.0).x() - canvas.plot().plot_area().left()
    assert line.line().x1() == pytest.approx(wanted, abs=1)
    canvas.set_playhead(900.0)
    assert not line.isVisible()
    canvas.set_playhead(50.0)
    draw(canvas, fitness(time_axis=False))
    assert not line.isVisible()


def test_there_is_one_playhead(canvas):
    draw(canvas, fitness(Line(X, X), Rule(30.0)))
    rule = canvas.plot()._marks.shown[1].graphics
    assert rule.isVisible()
    canvas.set_playhead(50.0)
    assert not rule.isVisible()
    canvas.set_playhead(None)
    assert rule.isVisible()


# Other figures


def test_lines_of_text_are_appended_and_followed(canvas):
    lines = tuple(f">{i} f=0.5" for i in range(200))
    draw(canvas, Figure("Log", lines=lines))
    pane = canvas._text
    document = pane.document()
    changed = []
    document.contentsChange.connect(lambda at, gone, came: changed.append((gone, came)))
    assert pane.toPlainText() == "\n".join(lines)
    draw(canvas, Figure("Log", lines=(*lines, ">200 f=0.4")))
    assert pane.toPlainText().endswith("\n>200 f=0.4")
    assert changed == [(0, len(">200 f=0.4") + 1)]
    bar = pane.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    draw(canvas, Figure("Log", lines=(*lines, ">200 f=0.4", ">201 f=0.3")))
    assert bar.value() == 10
    draw(canvas, Figure("Log", lines=lines[:50]))
    assert pane.toPlainText() == "\n".join(lines[:50])
    draw(canvas, Figure("Log", lines=("other", "lines")))
    assert pane.toPlainText() == "other\nlines"
    assert pane.isReadOnly()


def test_text_and_tables_can_be_copied(canvas):
    table = Table(("is 0", "is 1"), ("0", "1"), (("5", "1"), ("2", "7")), title="train")
    draw(canvas, Figure("Confusion", tables=(table,)))
    assert canvas.copy_text() == "train\t0\t1\nis 0\t5\t1\nis 1\t2\t7"
    draw(canvas, Figure("Log", lines=("a", "b")))
    assert canvas.copy_text() == "a\nb"


def test_tables_stand_side_by_side_inside_the_canvas(canvas):
    shade = np.array([[1.0, 0.0], [np.nan, 0.5]])
    table = Table(("a", "b"), ("a", "b"), (("301", "34"), ("54", "281")), shade, title="train")
    seen = draw(canvas, Figure("Confusion", tables=(table, table)))
    first, second = canvas._tables.rects()
    assert first.right() < second.left()
    assert second.right() <= canvas.width()
    colours = {seen.pixelColor(x, y).name() for x in range(0, 500, 3) for y in range(0, 300, 3)}
    assert blend(QColor(LIGHT.card), QColor(LIGHT.accent), 0.5).name() in colours


def test_nothing_to_show_says_what_to_do(canvas, qtbot):
    action = QAction("Run", canvas)
    canvas.set_empty_actions([action])
    draw(canvas, Figure("Fitness", empty="Press Run to watch the accuracy grow."))
    assert canvas._empty.sentence() == "Press Run to watch the accuracy grow."
    button = canvas.findChild(QPushButton)
    assert button.isVisible()
    with qtbot.waitSignal(action.triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    draw(canvas, fitness())
    assert not button.isVisible()


def test_people_who_do_not_see_it_are_told(canvas):
    draw(canvas, fitness(caption="Accuracy grows from 0.50 to 0.87."))
    assert canvas.accessibleName() == "Fitness"
    assert canvas.accessibleDescription() == "Accuracy grows from 0.50 to 0.87."
    assert canvas.toolTip() == ""


def test_a_copy_is_what_is_seen_at_twice_the_pixels(canvas):
    draw(canvas, fitness(Points(X, X / 100, "class:1", "square", size=2.0)))
    image = canvas.grab_image(2.0)
    assert (image.width(), image.height()) == (1000, 600)
    at = canvas.plot().pixel_of(50.0, 0.5) * 2
    assert image.pixelColor(at.toPoint() + QPoint(0, 8)) == QColor(LIGHT.classes[1])


def test_a_canvas_that_is_gone_is_not_drawn_again(theme, qtbot):
    canvas = FigureCanvas()
    canvas.resize(300, 200)
    canvas.show()
    draw(canvas, fitness())
    gone = []
    canvas.destroyed.connect(lambda: gone.append(True))
    canvas.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    assert gone
    theme.name = "dark"
