"""Any figure can be drawn: the same bytes each time, nothing clipped, nothing that warns."""

import io
import xml.etree.ElementTree as ET
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from optiviz.reports.drawing import _settings, draw, marks, render
from optiviz.reports.drawing.shades import of_classes, of_ramp, of_signs
from optiviz.store import StoreError
from optiviz.views.figure import (
    Axis,
    Band,
    ClassImage,
    Figure,
    LegendEntry,
    Line,
    Points,
    Rule,
    Table,
    Text,
    ValueImage,
)
from optiviz.views.palette import DARK, LIGHT

NAN, INF = np.nan, np.inf
X = np.arange(5.0)


def line(*y, **style):
    return Line(np.arange(float(len(y))), np.array(y, dtype=float), **style)


def image(lean, winner=None):
    lean = np.asarray(lean, dtype=float)
    winner = np.zeros(lean.shape, dtype=np.int64) if winner is None else np.asarray(winner)
    return ClassImage(lean, winner, 0.0, 1.0, 0.0, 1.0)


def values(values, levels):
    return ValueImage(np.array(values, dtype=float), 0.0, 1.0, 0.0, 1.0, levels, "target")


EVERYTHING = Figure(
    "Everything at once",
    note="some 0.5",
    x=Axis("iteration", 0.0),
    y=Axis("value"),
    items=(
        image([[0.1, 0.9], [1.0, 0.0]], [[0, 1], [2, 13]]),
        Band(X, X - 1, X + 1),
        line(1, 2, NAN, 4, 5, label="one", steps=True),
        line(1, 2, 3, 4, 5.05, label="two", role="run:9", dash="dash"),
        line(5, 4, 3, 2, 1, label="three", role="muted", dash="dashdot", opacity=0.3),
        *(
            Points(X, X * i / 6, f"class:{i}", marker, outlined=i % 2 == 0, hollow=i == 3)
            for i, marker in enumerate(["circle", "square", "triangle", "cross", "diamond", "ring"])
        ),
        *(
            Text(2, 2, anchor, anchor=anchor, bold=anchor == "left")
            for anchor in ("left", "right", "center", "top", "bottom")
        ),
        Rule(3.0),
        Rule(2.5, upright=False, role="danger", dash="dot"),
    ),
    legend=(
        LegendEntry("a line", "run:0", "line", "dot"),
        LegendEntry("outlined = wrong", "outline", "ring"),
        *(LegendEntry(f"class {i}", f"class:{i}", "square") for i in range(12)),
    ),
    caption="All kinds of items.",
    warning="Beware of this picture. " * 10,
)
TABLE = Table(
    ("0", "1"), ("0", "1"), (("10", "2"), ("3", "1,000,000")), np.array([[0.9, NAN], [-1, 7.0]]),
    row_title="is class", column_title="named class", title="Train: 11 of 12",
)  # fmt: skip
FIGURES = {
    "everything": EVERYTHING,
    "nothing at all": Figure(""),
    "no items": Figure("Title", x=Axis("x"), y=Axis("y", log=True)),
    "empty": Figure("Title", empty="Press Run, and what is here will be seen. " * 8),
    "only nan": Figure("t", items=(line(NAN, NAN, label="gone"), Points(X * NAN, X))),
    "infinite": Figure("t", items=(line(1, INF, -INF, 2, label="a"),)),
    "no points": Figure("t", items=(line(label="none"), Points(X[:0], X[:0]))),
    "one point": Figure("t", items=(line(0.5, label="one"),)),
    "level": Figure("t", items=(line(3, 3, 3, label="level"),)),
    "level at zero": Figure("t", items=(line(0, 0, 0),)),
    "huge": Figure("t", items=(line(1e308, -1e308, 1e299, label="huge"),)),
    "tiny": Figure("t", items=(line(1e-308, 2e-308, 5e-324, label="tiny"),)),
    "close": Figure("t", items=(line(1e16, 1e16 + 2, 1e16 + 4),)),
    "log": Figure("t", y=Axis("y", log=True), items=(line(1e-300, 1, 1e300, label="far"),)),
    "log zeros": Figure("t", y=Axis("y", log=True), items=(line(9, 0, 1e-5, -1, 0, label="a"),)),
    "log nothing": Figure("t", y=Axis("y", log=True), items=(line(0, -1, NAN, label="a"),)),
    "log one": Figure("t", Axis("x").label, y=Axis("y", log=True), items=(line(7, label="a"),)),
    "log x": Figure("t", x=Axis("x", log=True), items=(line(1, 2, 3, label="a"), Rule(0.0))),
    "log low": Figure("t", x=Axis("x", 0.0, 10.0, log=True), items=(line(1, 2, 3),)),
    "given": Figure("t", x=Axis("x", 0, 1), y=Axis("y", 0, 1), items=(line(5, 9, label="out"),)),
    "equal": Figure("t", equal=True, items=(line(1, 5, 2, label="a"),)),
    "image": Figure("t", x=Axis("x", 0, 1), items=(image([[NAN, 2.0], [-1.0, 0.5]]),)),
    "values": Figure("t", items=(values([[NAN, 2.0], [-1.0, 0.5]], (0.0, 1.0)),)),
    "uneven values": Figure("t", items=(values([[1, 2.0], [3, 5]], (0, 1, 2, 3, 4, 5, 6, 99.0)),)),
    "no levels": Figure("t", items=(values([[INF, 2.0]], (3.0, 3.0)), values([[1.0]], ()))),
    "tables": Figure("t", tables=(TABLE, TABLE)),
    "large table": Figure(
        "t",
        tables=(Table(("a",) * 30, ("b",) * 30, (("123,456",) * 30,) * 30),),
    ),
    "no cells": Figure("t", tables=(Table((), (), ()),)),
    "lines": Figure("t", lines=("one", "", "three " * 500)),
    "many lines": Figure("t", lines=tuple(f"line {i}" for i in range(5000))),
    "letters": Figure(
        "$\\frac{1}{0}$ <b>&amp; 日本 😀 \x00\x07 naïve",
        note="$x^2$ " * 100,
        x=Axis("x" * 500),
        y=Axis("ÿ" * 500),
        items=(line(1, 2, label="$unfinished \\mathdefault{"), Text(0, 1, "two\nlines $")),
        legend=(LegendEntry("long " * 200, "run:1", "line"),),
        lines=(),
    ),
    "bad places": Figure("t", items=(Text(NAN, 1, "x"), Text(1, INF, "y"), line(1, 2))),
}


def drawn(figure, kind="png", **options):
    buffer = io.BytesIO()
    render(figure, buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", list(FIGURES))
def test_every_figure_is_drawn(name, theme):
    picture = Image.open(io.BytesIO(drawn(FIGURES[name], theme=theme, dpi=50)))
    assert picture.size == (320, 200)
    ground = {"light": LIGHT, "dark": DARK}[theme].card
    assert "#{:02x}{:02x}{:02x}".format(*picture.convert("RGB").getpixel((0, 0))) == ground
    is_blank = len(picture.convert("RGB").getcolors(10**6)) == 1
    assert not is_blank
    root = ET.fromstring(drawn(FIGURES[name], "svg", theme=theme))
    assert root.tag.endswith("svg")


@pytest.mark.parametrize("size", [(0.6, 0.5), (1.5, 1.0), (12.0, 9.0)])
@pytest.mark.parametrize("name", ["everything", "tables", "lines", "empty", "letters"])
def test_every_size_is_drawn(name, size):
    content = drawn(FIGURES[name], width_in=size[0], height_in=size[1], dpi=40)
    assert Image.open(io.BytesIO(content)).size == (round(size[0] * 40), round(size[1] * 40))


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_figure_gives_the_same_bytes_and_nothing_dated(kind):
    first = drawn(EVERYTHING, kind)
    assert first == drawn(EVERYTHING, kind)
    assert b"<dc:date>" not in first
    assert b"Software" not in first


def test_what_a_user_has_set_for_matplotlib_changes_nothing_and_stays():
    first = drawn(EVERYTHING)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "lines.linewidth": 9}):
        before = dict(mpl.rcParams)
        assert drawn(EVERYTHING) == first
        assert dict(mpl.rcParams) == before


def test_pyplot_is_never_loaded():
    import subprocess
    import sys

    code = (
        "import io, sys; from optiviz.reports.drawing import render;"
        "from optiviz.views.figure import Figure;"
        "render(Figure('a'), io.BytesIO()); print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def artists(figure, **size):
    size = (size.get("width", 6.4), size.get("height", 4.0))
    with mpl.rc_context(_settings()):
        canvas = draw(figure, theme="light", size=size)
        canvas.canvas.draw()
    return canvas


def test_labels_stand_at_the_ends_apart_and_inside():
    lines = [line(0, 1, 2 + i / 100, label=f"a run called {i}", role=f"run:{i}") for i in range(12)]
    canvas = artists(Figure("t", items=tuple(lines)))
    axes = canvas.axes[0]
    texts = [t for t in axes.texts if t.get_text().startswith("a run")]
    assert len(texts) == 12
    boxes = sorted((t.get_window_extent() for t in texts), key=lambda box: box.y0)
    middles = [(box.y0 + box.y1) / 2 for box in boxes]
    assert min(np.diff(middles)) > 0.7 * boxes[0].height
    whole = canvas.bbox
    end = axes.transData.transform((2, 2))[0]
    for box in boxes:
        assert box.x0 > end + 2
        assert box.x1 <= whole.x1
        assert whole.y0 <= box.y0 <= box.y1 <= whole.y1
    assert [t.get_color() for t in texts[:2]] == [LIGHT.runs[0], LIGHT.runs[1]]
    by_height = sorted(texts, key=lambda t: t.get_window_extent().y0)
    assert [t.get_text() for t in by_height] == [f"a run called {i}" for i in range(12)]


def test_a_label_lies_beside_the_lines_that_go_on_beyond_what_it_names():
    """In a movie each line is drawn up to a moment, over its pale whole."""
    pale, now = line(0, 1, 2, 3, opacity=0.3), line(0, 1, label="now")
    axes = artists(Figure("t", items=(pale, now))).axes[0]
    (label,) = axes.texts
    assert label.get_window_extent().x0 > axes.get_window_extent().x1
    dots = axes.lines[-1]  # from the line's end to the label's place
    ends = dots.get_transform().transform(dots.get_xydata())
    (x, y) = axes.transData.transform((1, 1))
    assert ends[0] == pytest.approx([x, y], abs=7)
    assert ends[1] == pytest.approx([axes.get_window_extent().x1, y], abs=1)
    assert artists(Figure("t", items=(now,))).axes[0].lines[-1].get_xydata().shape == (2, 2)


def seen(axis):
    low, high = axis.get_view_interval()
    ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    return [tick.label1.get_window_extent() for tick in ticks if tick.label1.get_visible()]


def test_words_of_axes_do_not_touch_at_the_size_of_a_column():
    size = {"width": 4.5, "height": 3.2}
    x = np.linspace(0, 7e6, 5)
    across, up = Axis("x", low=0.0, high=7e6), Axis("y", low=0.0, high=4.0)
    wide = Figure("t", x=across, y=up, items=(Line(x, np.arange(5.0)),))
    (axes,) = artists(wide, **size).axes
    boxes = seen(axes.xaxis)
    assert len(boxes) > 3
    assert min(b.x0 - a.x1 for a, b in pairwise(boxes)) > 3
    assert max(b.y1 for b in boxes) < seen(axes.yaxis)[0].y0  # where both begin
    below = Figure("u", y=Axis("share", low=0.0, high=1.0), items=(line(0, 1),))
    for low in (0.0, -0.035, -0.04):
        above = Figure("t", y=Axis("v", low=low, high=0.01), items=(line(0, 0),), below=below)
        upper, lower = artists(above, **size).axes
        assert seen(upper.yaxis)[0].y0 - seen(lower.yaxis)[-1].y1 > 3


def test_a_warning_fills_its_lines_and_says_where_it_is_cut():
    """Else three short lines of it, the last of which breaks off, press the plot together."""
    words = "They optimise accuracy and log loss: all are shown by accuracy, as each has it. "
    canvas = draw(Figure("t", warning=words * 6), theme="light", size=(4.5, 3.2))
    canvas.canvas.draw()
    lines = [text for text in canvas.texts if text.get_color() == LIGHT.danger]
    room = canvas.bbox.width - 2 * lines[0].get_window_extent().x0
    wide = [text.get_window_extent().width for text in lines]
    assert len(lines) == 3
    assert max(wide) <= room
    assert max(wide) > 0.9 * room
    assert lines[-1].get_text().endswith("…")


def test_small_plots_keep_their_names_at_the_size_of_a_column():
    """Else a race's boundaries are headed "c…", "A…" and "R…", beside their values."""
    names = ["classic", "Adam", "Random", "CMA-ES"] * 2
    panels = tuple(Figure(name, note="0.872", items=(line(0, 1),)) for name in names)
    canvas = artists(Figure("t", panels=panels), width=4.5, height=3.2)
    words = [text for text in canvas.texts if text.get_text() in {*names, "0.872"}]
    assert len(words) == 16
    plots = [axes.get_window_extent() for axes in canvas.axes]
    boxes = [text.get_window_extent() for text in words]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in [*plots, *boxes[:i]])


def test_apart_keeps_order_and_gap_and_moves_as_little_as_it_can():
    assert marks.apart([5, 1, 9], 1, 0, 10) == [5, 1, 9]
    assert marks.apart([5, 5], 2, 0, 10) == [4, 6]
    assert marks.apart([0, 0, 0], 2, 0, 10) == [1, 3, 5]
    assert marks.apart([10, 10], 2, 0, 10) == [7, 9]
    assert marks.apart([], 1, 0, 1) == []
    draw_number = np.random.default_rng(1)
    for _ in range(200):
        n = int(draw_number.integers(1, 12))
        wanted = draw_number.uniform(0, 100, n).tolist()
        places = marks.apart(wanted, 8, 0, 100)
        order = np.argsort(wanted)
        assert (np.diff(np.array(places)[order]) >= 8 - 1e-9).all()
        assert min(places) >= 4 - 1e-9
        assert max(places) <= 96 + 1e-9


def test_values_that_are_not_above_zero_are_left_out_of_a_log_axis():
    axes = artists(FIGURES["log zeros"]).axes[0]
    assert axes.get_yscale() == "log"
    y = axes.lines[0].get_ydata()
    np.testing.assert_array_equal(np.isfinite(y), [True, False, True, False, False])
    low, high = axes.get_ylim()
    assert 1e-6 < low < 1e-5
    assert 9 < high < 90


def test_nan_breaks_a_line_and_steps_stay_level():
    axes = artists(EVERYTHING).axes[0]
    assert np.isnan(axes.lines[0].get_ydata()[2])
    assert axes.lines[0].get_drawstyle() == "steps-post"


def test_given_ranges_are_kept_and_others_follow_the_data():
    axes = artists(FIGURES["given"]).axes[0]
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 1), (0, 1))
    axes = artists(Figure("t", items=(line(2, 8),))).axes[0]
    assert axes.get_ylim() == pytest.approx((1.7, 8.3))


def test_the_colours_of_classes_fade_into_the_card():
    colours = of_classes(image([[0.0, 1.0, 1.0]], [[0, 0, 1]])).colours(LIGHT)
    np.testing.assert_allclose(colours[0, 0], mpl.colors.to_rgb(LIGHT.card))
    blue, orange = colours[0, 1], colours[0, 2]
    assert blue[2] > blue[0]
    assert orange[0] > orange[2]


@pytest.mark.parametrize("classes", [1, 2, 4, 13])
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_few_shades_look_like_all_colours(classes, palette):
    """Pages have few shades; they are the picture's own, in both themes."""
    draws = np.random.default_rng(1)
    values = draws.uniform(-1.2, 1.2, (40, 40))
    values[3, 5] = np.nan
    winner = draws.integers(0, classes, (40, 40))
    winner[0, 0] = classes - 1
    made = [of_signs(values), of_ramp(values), of_classes(image(abs(values), winner))]
    for shades in made:
        exact = np.asarray(shades.colours(palette), dtype=float)
        exact = exact * 255 if exact.max() <= 1 else exact
        few = shades.table(palette)[shades.few()].astype(float)
        assert np.abs(few - exact).max() <= 6
    assert (made[0].table(palette)[made[0].few()[3, 5]] == made[0].colours(palette)[3, 5]).all()


def test_row_zero_of_an_image_is_at_the_bottom():
    figure = Figure(
        "", x=Axis("", 0, 1), y=Axis("", 0, 1), items=(image([[1.0], [1.0]], [[0], [1]]),)
    )
    picture = np.asarray(Image.open(io.BytesIO(drawn(figure, dpi=50))).convert("RGB")).astype(int)
    middle = picture.shape[1] // 2
    upper, lower = picture[60, middle], picture[150, middle]
    assert upper[0] > upper[2]
    assert lower[2] > lower[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (0.1 + 0.2, "0.3"), (1000.0, "1,000"), (-2.5, "−2.5"), (1e-5, "10⁻⁵"),
        (2.5e8, "2.5·10⁸"), (1e7, "10⁷"), (1e-300, "10⁻³⁰⁰"), (1_250_000, "1,250,000"),
        (-1.0000000000000002e-4, "−10⁻⁴"), (0.00012, "0.00012"),
    ],
)  # fmt: skip
def test_ticks_read_well(value, text):
    assert marks._tick(value) == text


@pytest.mark.parametrize(("low", "high"), [(0.38, 0.5), (0.21, 0.24), (3e-7, 4e-7), (1.2, 1.9)])
def test_a_logarithmic_axis_of_a_short_stretch_can_be_read(low, high):
    """A curve beside an axis without two numbers says nothing."""
    ticks = marks._decades(low, high)
    assert len(ticks) > 1
    assert all(low <= tick <= high for tick in ticks)


def test_the_last_lines_are_shown_where_there_are_too_many():
    canvas = artists(FIGURES["many lines"])
    texts = [t.get_text() for t in canvas.texts]
    assert texts[-1] == "line 4999"
    said = next(t for t in texts if t.startswith("…"))
    shown = sum(t.startswith("line ") for t in texts)
    assert said == f"… {5000 - shown:,} earlier lines"


def test_a_path_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    render(EVERYTHING, path)
    assert path.read_bytes() == drawn(EVERYTHING)
    with pytest.raises(StoreError, match="folder does not exist"):
        render(EVERYTHING, tmp_path / "gone" / "a.png")
