"""Strokes, disks, tiles, arrows and words: the right colours at the right places, and in time."""

import math
import warnings
from time import thread_time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from optiviz.ui.canvas import FigureCanvas
from optiviz.ui.canvas.arrows import ArrowsMark, label_rect
from optiviz.ui.canvas.pixels import Pixels
from optiviz.ui.canvas.signs import sign_colours
from optiviz.ui.canvas.strokes import ALL, LEVELS, WIDE, clipped, inked, stroke_colour
from optiviz.ui.theme import current_theme
from optiviz.views.figure import (
    Arrows,
    Axis,
    Disks,
    Figure,
    Item,
    Line,
    Points,
    Spots,
    Strokes,
    Text,
    Tiles,
)
from optiviz.views.palette import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def canvas(qapp, qtbot):
    theme = current_theme()
    theme.name, theme.scale = "light", 1.0
    theme.apply()
    canvas = FigureCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(500, 300)
    canvas.show()
    QApplication.processEvents()
    yield canvas
    theme.name, theme.scale = "light", 1.0


UNIT = Axis(low=0.0, high=1.0)


def diagram(*items: Item, **more) -> Figure:
    return Figure("Network", items=items, x=UNIT, y=UNIT, frameless=True, **more)


def draw(canvas: FigureCanvas, figure: Figure) -> QImage:
    canvas.set_figure(figure)
    QApplication.processEvents()
    return canvas.grab().toImage()


def colour_at(canvas: FigureCanvas, seen: QImage, x: float, y: float) -> QColor:
    return seen.pixelColor(canvas.plot().pixel_of(x, y).toPoint())


def near(first: QColor, second: QColor, by: int = 12) -> bool:
    return int(np.abs(np.subtract(first.getRgb(), second.getRgb())).max()) <= by


def strokes(y: list[float], values: list[float], width: float = 6.0) -> Strokes:
    n = len(y)
    at = np.array(y)
    return Strokes(np.full(n, 0.1), at, np.full(n, 0.9), at, np.array(values), width)


# Strokes


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_sign_of_a_stroke_is_its_colour_and_nan_stands_out(canvas, palette):
    current_theme().name = palette.name
    seen = draw(canvas, diagram(strokes([0.2, 0.5, 0.8], [1.0, -1.0, math.nan])))
    for y, name in ((0.2, palette.positive), (0.5, palette.negative)):
        assert near(colour_at(canvas, seen, 0.5, y), QColor(name)), y
    lost = canvas.plot().pixel_of(0.5, 0.8).toPoint()
    column = [seen.pixelColor(lost + QPoint(0, by)) for by in (-1, 0, 1)]
    danger, card = QColor(palette.danger), QColor(palette.card)
    assert any(not near(c, card, 40) and c.red() - card.red() != 0 for c in column)
    assert min(abs(c.green() - danger.green()) for c in column) < 120


def thick(canvas: FigureCanvas, seen: QImage, y: float) -> int:
    """Return how many pixels across a level stroke is."""
    at, card = canvas.plot().pixel_of(0.5, y).toPoint(), QColor(LIGHT.card)
    column = (seen.pixelColor(at + QPoint(0, by)) for by in range(-8, 9))
    return sum(not near(colour, card) for colour in column)


def test_a_stronger_stroke_is_wider_and_lies_above(canvas):
    seen = draw(canvas, diagram(strokes([0.2, 0.5, 0.8], [0.05, 0.5, 1.0])))
    widths = [thick(canvas, seen, y) for y in (0.2, 0.5, 0.8)]
    assert widths[0] < widths[1] < widths[2]
    for order in (1, -1):  # whichever comes first
        seen = draw(canvas, diagram(strokes([0.5, 0.5][::order], [1.0, -0.3][::order])))
        assert near(colour_at(canvas, seen, 0.5, 0.5), QColor(LIGHT.positive))


def test_strokes_follow_theme_and_scale(canvas):
    figure = diagram(strokes([0.5], [1.0], width=2.0))
    thin = thick(canvas, draw(canvas, figure), 0.5)
    current_theme().scale = 2.5
    assert thick(canvas, draw(canvas, figure), 0.5) > thin
    current_theme().name = "dark"
    assert near(colour_at(canvas, draw(canvas, figure), 0.5, 0.5), QColor(DARK.positive))


def layers(n: int, of: int) -> Strokes:
    """Return every edge between n layers of so many units each."""
    at = np.linspace(0.02, 0.98, of)
    y0, y1 = (np.tile(v.ravel(), n - 1) for v in np.meshgrid(at, at))
    x0 = np.repeat(np.arange(n - 1) / (n - 1), of * of)
    values = np.random.default_rng(0).normal(0, 0.25, len(x0)).clip(-1, 1)
    return Strokes(x0, y0, x0 + 1 / (n - 1), y1, values)


def test_a_large_network_is_painted_once_and_kept(canvas):
    """Else a network of 8 layers of 64 stops the window while it learns."""
    item = layers(8, 64)
    assert len(item.values) == 28_672
    took = []
    for _ in range(5):
        figure = diagram(Strokes(item.x0, item.y0, item.x1, item.y1, item.values))
        began = thread_time()
        canvas.set_figure(figure)
        canvas.plot().viewport().repaint()
        took.append(thread_time() - began)
    began = thread_time()
    for _ in range(10):
        canvas.plot().viewport().repaint()  # as hovering does
    assert (thread_time() - began) / 10 < min(took) / 4


def test_of_too_many_strokes_the_strongest_are_painted():
    item = layers(8, 64)
    levels = np.rint(np.abs(item.values) * LEVELS).astype(np.int64)
    lengths = np.full(len(levels), 200.0)
    found = inked(levels, lengths)
    left_out = np.setdiff1d(np.arange(len(levels)), found.order)
    assert len(left_out)
    assert levels[found.order].min() >= levels[left_out].max()
    assert lengths[found.order].sum() <= ALL + 200.0
    assert lengths[levels >= found.wide].sum() <= WIDE
    alike = inked(np.zeros(len(levels), dtype=np.int64), lengths)
    halves = np.bincount(alike.order // (len(levels) // 2), minlength=2)
    assert 0.8 < halves[0] / halves[1] < 1.25  # from everywhere, not the first layers only


def test_lines_are_cut_off_where_they_leave_the_plot():
    lines = np.array(
        [
            [10.0, 10.0, 20.0, 20.0],
            [-50.0, 50.0, 150.0, 50.0],
            [-10.0, -10.0, -5.0, 20.0],
            [50.0, -1e9, 50.0, 1e9],
        ]
    )
    cut, meets = clipped(lines, 100.0, 100.0)
    assert meets.tolist() == [True, True, False, True]
    np.testing.assert_allclose(cut[0], lines[0])
    np.testing.assert_allclose(cut[1], [0, 50, 100, 50])
    np.testing.assert_allclose(cut[3], [50, 0, 50, 100])


def test_a_weight_of_nothing_is_seen_in_a_small_network(canvas):
    seen = draw(canvas, diagram(strokes([0.5], [0.0])))
    assert thick(canvas, seen, 0.5) > 0
    assert near(stroke_colour(LEVELS, True, few=False), QColor(LIGHT.positive), 1)


# Disks and tiles


def test_disks_have_the_colours_of_their_values(canvas):
    disks = Disks(np.array([0.2, 0.5, 0.8]), np.full(3, 0.5), np.array([-1.0, 0.0, 1.0]), size=2.0)
    seen = draw(canvas, diagram(disks))
    for x, name in ((0.2, LIGHT.negative), (0.5, LIGHT.card), (0.8, LIGHT.positive)):
        assert near(colour_at(canvas, seen, x, 0.5), QColor(name), 4), x
    at = canvas.plot().pixel_of(0.5, 0.5).toPoint()
    edge = [seen.pixelColor(at + QPoint(by, 0)).lightness() for by in range(0, 24)]
    assert min(edge) < 110  # an outline, or a value of nothing would not be seen


def test_tiles_are_upright_whole_and_crisp(canvas):
    values = np.zeros((1, 2, 2))
    values[0, 0, 0], values[0, 1, 1] = 1.0, -1.0  # at the bottom left, at the top right
    tiles = Tiles(np.array([0.5]), np.array([0.5]), values, 0.4, 0.4)
    seen = draw(canvas, diagram(tiles))
    for x, y, name in (
        (0.4, 0.4, LIGHT.positive),
        (0.6, 0.6, LIGHT.negative),
        (0.4, 0.6, LIGHT.card),
        (0.49, 0.49, LIGHT.positive),  # few cells are shown as they are
        (0.31, 0.31, LIGHT.positive),
        (0.29, 0.29, LIGHT.card),
    ):
        assert near(colour_at(canvas, seen, x, y), QColor(name), 3), (x, y)


def test_small_tiles_show_every_cell():
    table = sign_colours(np.array([-1.0, 0.0, 1.0, math.nan, 9.0]), LIGHT)
    names = (LIGHT.negative, LIGHT.card, LIGHT.positive, LIGHT.danger, LIGHT.positive)
    assert [QColor.fromRgb(int(c)) for c in table] == [QColor(name) for name in names]


def test_many_cells_in_few_pixels_are_averaged(canvas):
    cells = np.indices((40, 40)).sum(axis=0) % 2 * 2.0 - 1.0  # a chequerboard
    tiles = Tiles(np.array([0.5]), np.array([0.5]), cells[None], 0.04, 0.06)
    seen = draw(canvas, diagram(tiles))
    colour = colour_at(canvas, seen, 0.5, 0.5)
    both = QColor(LIGHT.positive), QColor(LIGHT.negative)
    assert not any(near(colour, one, 40) for one in both)


# Arrows and words


def test_an_arrow_has_its_head_where_it_points(canvas):
    arrow = Arrows(*(np.array([v]) for v in (0.2, 0.5, 0.6, 0.0)), role="danger", label="step")
    seen = draw(canvas, diagram(arrow))
    assert near(colour_at(canvas, seen, 0.5, 0.5), QColor(LIGHT.danger), 60)
    tip = canvas.plot().pixel_of(0.8, 0.5).toPoint()
    card = QColor(LIGHT.card)

    def height(back: int) -> int:
        column = (seen.pixelColor(tip + QPoint(-back, by)) for by in range(-9, 10))
        return sum(not near(colour, card, 60) for colour in column)

    assert height(7) > height(20)
    assert height(7) > height(1)


def test_labels_of_arrows_keep_off_each_other_and_inside(canvas):
    one = np.array([0.9])
    turns = ((0.05, 0.0), (0.06, 0.01), (0.05, -0.01), (0.055, 0.0))
    arrows = [
        Arrows(one, one / 2, np.array([dx]), np.array([dy]), label=f"part {i}")
        for i, (dx, dy) in enumerate(turns)
    ]
    draw(canvas, diagram(*arrows))
    plot = canvas.plot()
    marks = [m for m in plot._marks.shown if isinstance(m, ArrowsMark)]
    rects = [mark.graphics.label(plot.pixels()) for mark in marks]
    area = QRectF(0, 0, plot.plot_area().width(), plot.plot_area().height())
    for i, rect in enumerate(rects):
        assert area.contains(rect)
        assert not any(rect.intersects(other) for other in rects[i + 1 :])


def test_a_label_stands_ahead_of_its_arrow():
    size, area = QRectF(0, 0, 40, 14), QRectF(0, 0, 400, 400)
    right = label_rect(QPointF(200, 200), 0.0, size, area, [])
    up = label_rect(QPointF(200, 200), -math.pi / 2, size, area, [])
    assert right.left() > 200
    assert up.bottom() < 200
    assert not label_rect(QPointF(200, 200), 0.0, size, area, [right]).intersects(right)


def test_arrows_without_length_or_values_are_left_out(canvas):
    lost = np.array([0.5, math.nan, math.inf])
    arrows = Arrows(lost, lost, np.zeros(3), np.zeros(3), label="nothing")
    draw(canvas, diagram(arrows, Points(np.array([0.5]), np.array([0.5]))))
    mark = next(m for m in canvas.plot()._marks.shown if isinstance(m, ArrowsMark))
    assert mark.graphics.label(canvas.plot().pixels()) is None


def test_words_have_their_size_and_a_plate_hides_what_is_below(canvas):
    under = strokes([0.5], [1.0], width=12.0)
    bare = draw(canvas, diagram(under, Text(0.5, 0.5, ".", anchor="center")))
    boxed = draw(canvas, diagram(under, Text(0.5, 0.5, " . ", anchor="center", boxed=True)))
    spot = canvas.plot().pixel_of(0.5, 0.5).toPoint() - QPoint(3, 2)
    assert near(bare.pixelColor(spot), QColor(LIGHT.positive))
    assert near(boxed.pixelColor(spot), QColor(LIGHT.card), 40)
    sizes = []
    for size in (0.8, 1.0, 2.0):
        draw(canvas, diagram(Text(0.5, 0.5, "0.5", size=size)))
        sizes.append(canvas.plot()._marks.shown[0].graphics.boundingRect().height())
    assert sizes[0] < sizes[1] < sizes[2]


# All of them


def test_items_are_drawn_in_order(canvas):
    """Else a path that is drawn over a network is below it."""
    disk = Disks(np.array([0.5]), np.array([0.5]), np.array([1.0]), size=3.0)
    line = Line(np.array([0.0, 1.0]), np.array([0.5, 0.5]), role="danger", width=5.0)
    for items, name in (((disk, line), LIGHT.danger), ((line, disk), LIGHT.positive)):
        assert near(colour_at(canvas, draw(canvas, diagram(*items)), 0.5, 0.5), QColor(name))


def test_a_diagram_has_all_the_room_and_no_axes(canvas):
    items = (strokes([0.5], [1.0]),)
    draw(canvas, Figure("N", items=items, x=Axis("x", 0, 1), y=Axis("y", 0, 1)))
    small = canvas.plot().plot_area()
    labelled = Figure("N", items=items, x=Axis("x", 0, 1), y=Axis("y", 0, 1), frameless=True)
    seen = draw(canvas, labelled)
    area = canvas.plot().plot_area()
    assert area.width() > small.width()
    assert area.width() >= canvas.width() - 10
    assert area.height() >= canvas.height() - 10
    text = QColor(LIGHT.muted)
    below = (seen.pixelColor(x, y) for x in range(0, 500, 2) for y in range(280, 300))
    assert not any(near(colour, text, 30) for colour in below)


def everything(x, values) -> tuple[Item, ...]:
    n = len(x)
    return (
        Strokes(x, x, x, values, values),
        Disks(x, x, values),
        Tiles(x, x, np.resize(values, (n, 3, 3)) if n else np.empty((0, 3, 3)), 0.1, 0.1),
        Arrows(x, x, values, values, label="a"),
        Text(0.5, float(x[0]) if n else math.nan, "two\nlines", size=0.8, boxed=True),
    )


@pytest.mark.parametrize(
    "values",
    [
        np.empty(0),
        np.full(4, math.nan),
        np.array([math.inf, -math.inf, 1e300, -1e300]),
        np.array([0.0, 0.0, 0.0, 0.0]),
        np.array([7.0]),
    ],
    ids=["none", "nan", "huge", "zero", "one"],
)
def test_odd_data_draws_without_a_word(canvas, values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for x in (values, np.linspace(0, 1, len(values))):
            items = everything(x, values)
            spots = (Spots(x, values, (("value", values),)),)
            draw(canvas, diagram(*items, spots=spots))
            for log in (False, True):
                axis = Axis("a", log=log)
                draw(canvas, Figure("F", x=axis, y=axis, items=items, spots=spots))
    empty = np.empty((2, 0, 0))
    draw(canvas, diagram(Tiles(np.zeros(2), np.zeros(2), empty, 0.1, 0.1)))
    draw(canvas, diagram(Tiles(np.zeros(1), np.zeros(1), np.ones((1, 2, 2)), math.nan, 0.0)))


def test_a_copy_is_sharp(canvas):
    """What is kept for the screen would be blurred at twice the pixels."""
    draw(canvas, diagram(strokes([0.5], [1.0], width=8.0)))
    image = canvas.grab_image(4.0)
    at = canvas.plot().pixel_of(0.5, 0.5) * 4
    column = [image.pixelColor(at.toPoint() + QPoint(0, by)) for by in range(-30, 31)]
    between = [
        c for c in column if not near(c, QColor(LIGHT.card)) and not near(c, QColor(LIGHT.positive))
    ]
    assert len(between) <= 2
    assert image.width() == 2000


def test_two_hundred_figures_leave_nothing_behind(canvas):
    counts = set()
    for i in range(200):
        v = np.sin(np.arange(9.0) + i)
        x = np.linspace(0, 1, 9)
        canvas.set_figure(diagram(*everything(x, v), spots=(Spots(x, x),)))
        if i % 40 == 0:
            canvas.grab()
        counts.add(len(canvas.plot().scene().items()))
    assert len(counts) == 1
    canvas.set_figure(diagram(Line(np.arange(3.0), np.arange(3.0))))
    hidden = [m for pool in canvas.plot()._marks._pools.values() for m in pool if m.item is None]
    assert all(getattr(mark.graphics, "_kept", None) is None for mark in hidden)


def test_pixels_and_places_are_each_others_inverse():
    pixels = Pixels((-2.0, 6.0), (10.0, 20.0), 400.0, 100.0)
    assert pixels.at(-2.0, 20.0) == (0.0, 0.0)
    assert pixels.at(6.0, 10.0) == (400.0, 100.0)
    assert pixels.place(*pixels.at(1.25, 13.0)) == pytest.approx((1.25, 13.0))
    assert pixels.at(1e300, 0.0)[0] == 1e5


# A lower plot


def two_plots() -> Figure:
    x, k = Axis("iteration", 0.0, 10.0), np.arange(11.0)
    below = Figure("Steps", x=x, y=Axis("rate", 0.0, 1.0), items=(Line(k, k / 10),))
    items = (Line(k, 100_000 * k),)
    return Figure("Steps", x=x, y=Axis("f"), items=items, time_axis=True, below=below)


def test_a_lower_plot_stands_under_the_other_over_the_same_x(canvas):
    draw(canvas, two_plots())
    lower = canvas.lower_plot()
    assert lower is not None
    assert lower.y() >= canvas.plot().geometry().bottom()
    for x in (0.0, 4.0, 10.0):  # whatever room the ticks of each need
        assert lower.pixel_of(x, 0.0).x() == pytest.approx(canvas.plot().pixel_of(x, 0.0).x())
    canvas.plot().box.setXRange(2.0, 5.0, padding=0.0)
    assert lower.ranges()[0] == pytest.approx((2.0, 5.0))
    lower.box.setXRange(3.0, 4.0, padding=0.0)
    assert canvas.plot().ranges()[0] == pytest.approx((3.0, 4.0))
    canvas.reset_view()
    for plot in (canvas.plot(), lower):
        assert plot.ranges()[0] == pytest.approx((0.0, 10.0))


def test_a_lower_plot_gives_way_where_there_is_no_room_and_goes_with_its_figure(canvas):
    draw(canvas, two_plots())
    canvas.resize(500, 100)
    QApplication.processEvents()
    assert canvas.lower_plot() is None
    canvas.resize(500, 300)
    QApplication.processEvents()
    assert canvas.lower_plot() is not None
    draw(canvas, diagram(Text(0.5, 0.5, "no lower plot")))
    assert canvas.lower_plot() is None


# Words of a diagram


def test_words_of_a_diagram_grow_and_shrink_with_it(canvas):
    def height() -> float:
        QApplication.processEvents()
        words = next(m for m in canvas.plot()._marks.shown if isinstance(m.item, Text))
        return words.graphics.words().height()

    draw(canvas, diagram(Text(0.5, 0.5, "hidden 1")))
    usual = height()
    canvas.resize(330, 300)
    small = height()
    canvas.resize(1000, 600)
    assert small < 0.8 * usual < 1.1 * usual < height()
    draw(canvas, Figure("Plot", x=UNIT, y=UNIT, items=(Text(0.5, 0.5, "hidden 1"),)))
    assert height() == pytest.approx(usual, abs=1)


def test_a_plot_holds_nothing_of_a_figure_that_is_gone(canvas):
    """Else each window keeps the most lines and the largest images that it has ever shown."""

    def lines(n: int) -> Figure:
        x = np.array([0.0, 1.0])
        texts = [Text(0.5, 0.5, "here")]
        return diagram(*[Line(x, x * i) for i in range(n)], *texts)

    def items() -> int:
        return len(canvas.plot().scene().items())

    canvas.plot()
    before = items()
    canvas.set_figure(lines(200))
    assert items() > before + 200
    canvas.set_figure(lines(2))
    assert items() < before + 30
    image = draw(canvas, lines(3))
    canvas.set_figure(Figure("Network", empty="Press Run."))
    assert items() == before
    assert draw(canvas, lines(3)) == image
