"""Figures of strokes, arrows, code and notes, as matplotlib draws them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib import image as images

from optiviz.reports.document import Plot
from optiviz.reports.drawing import render
from optiviz.reports.html.pictures import picture
from optiviz.reports.html.themed import Drawings
from optiviz.views.figure import (
    Arrows,
    Axis,
    Code,
    Disks,
    Figure,
    Line,
    Note,
    Points,
    Strokes,
    Tiles,
)
from optiviz.views.palette import THEMES

ONE = np.array([0.5])


def pixels(figure: Figure, theme: str = "light", **size: float) -> np.ndarray:
    buffer = io.BytesIO()
    render(figure, buffer, theme=theme, dpi=60, **size)
    buffer.seek(0)
    return (images.imread(buffer)[..., :3] * 255).round().astype(int)


def near(picture: np.ndarray, colour: str, within: int = 24) -> int:
    wanted = np.array(list(bytes.fromhex(colour.removeprefix("#"))))
    return int((np.abs(picture - wanted).max(axis=-1) <= within).sum())


def plot(*items: object) -> Figure:
    return Figure("N", x=Axis("", 0, 1), y=Axis("", 0, 1), items=items, frameless=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sign_of_a_stroke_is_its_colour_and_its_size_its_width(theme):
    palette = THEMES[theme]
    ends = (np.array([0.1, 0.1]), np.array([0.2, 0.8]), np.array([0.9, 0.9]), np.array([0.2, 0.8]))
    both = pixels(plot(Strokes(*ends, np.array([1.0, -1.0]))), theme)
    assert near(both, palette.positive) > 100
    assert near(both, palette.negative) > 100
    weak = pixels(plot(Strokes(*ends, np.array([0.1, -0.1]))), theme)
    assert near(weak, palette.positive) == near(weak, palette.negative) == 0
    lost = pixels(plot(Strokes(*ends, np.array([np.nan, 0.0]))), theme)
    assert near(lost, palette.danger, 60) > 10


def test_disks_and_tiles_have_the_colour_of_their_value():
    palette = THEMES["light"]
    assert near(pixels(plot(Disks(ONE, ONE, np.array([1.0]), 4.0))), palette.positive) > 50
    tile = np.stack([np.full((4, 4), -1.0)])
    assert near(pixels(plot(Tiles(ONE, ONE, tile, 0.5, 0.5))), palette.negative) > 200


def test_an_arrow_is_drawn_where_it_has_a_place_and_else_left_out():
    accent = THEMES["light"].accent
    arrow = plot(Arrows(ONE, ONE, np.array([0.3]), np.array([0.2]), "accent", "step"))
    assert near(pixels(arrow), accent, 40) > 30
    lost = plot(Arrows(ONE, ONE, np.array([np.nan]), ONE, "accent", "step"))
    assert near(pixels(lost), accent, 40) == 0


def test_a_diagram_has_neither_ticks_nor_grid():
    items = (Points(ONE, ONE),)
    bare = Figure("N", x=Axis("time", 0, 1), y=Axis("f", 0, 1), items=items, frameless=True)
    framed = Figure("N", x=Axis("time", 0, 1), y=Axis("f", 0, 1), items=items)
    line = THEMES["light"].line
    assert near(pixels(framed), line, 8) > 10 * max(1, near(pixels(bare), line, 8))


def test_a_lower_plot_is_below_and_begins_where_the_upper_one_does():
    x = np.arange(10.0)
    low = Figure("", x=Axis("iteration", 0, 9), y=Axis("rate"), items=(Line(x, x, "positive"),))
    wide = Figure(
        "T",
        x=Axis("iteration", 0, 9),
        y=Axis("change"),
        items=(Line(x, 1e5 * x, "danger"),),
        below=low,
    )
    picture, palette = pixels(wide), THEMES["light"]
    colours = (palette.danger, palette.positive)
    wanted = [np.array(list(bytes.fromhex(c[1:]))) for c in colours]
    upper, lower = (np.argwhere(np.abs(picture - w).max(axis=-1) < 24) for w in wanted)
    assert upper[:, 0].max() < lower[:, 0].min()
    assert abs(upper[:, 1].min() - lower[:, 1].min()) <= 2
    assert abs(upper[:, 1].max() - lower[:, 1].max()) <= 2


def test_the_line_that_is_done_is_lit():
    code = Code(("x = 1", "y = 2"), lit=1, values=(("x", "1"),), changed=("x",))
    lit = pixels(Figure("C", code=code))
    dark = pixels(Figure("C", code=Code(code.lines, values=code.values)))
    assert near(lit, THEMES["light"].card, 4) < near(dark, THEMES["light"].card, 4) - 2000


def test_notes_that_have_no_room_are_counted():
    notes = tuple(Note(f"Sentence {i}.", "Evidence.") for i in range(40))
    few = pixels(Figure("W", notes=notes), height_in=2.0)
    assert (few[-12:] == few[-1, -1]).all()  # nothing runs over the edge
    assert picture(Plot(Figure("W", notes=notes), "W"), Drawings(), str).notes == notes


def test_code_in_a_page_is_text_with_the_line_marked():
    code = Code(("x = 1", "y = 2"), lit=1, values=(("x", "1"),))
    shown = picture(Plot(Figure("C", code=code), "C"), Drawings(), str)
    assert shown.lines == ("  x = 1", "> y = 2", "", "x = 1")
