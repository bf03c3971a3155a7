"""Reports draw names on axes, tables to read, and words only where they fit."""

from __future__ import annotations

import io

import numpy as np

from optiviz.reports.drawing import draw, render
from optiviz.reports.html.page import Page
from optiviz.views.figure import Axis, Figure, Points, Table, Text, ValueImage

SIZE = (6.4, 4.0)


def test_no_name_turns_the_letters_of_a_title_round():
    """A tab of the browser would show it as another file's; marks of Arabic names stay."""
    page = Page().whole("<title>r\u202egnp.exe \u2067\u0627\u2069</title>")
    assert page == "<title>r\ufffdgnp.exe \u2067\u0627\u2069</title>\n"


def test_names_stand_on_both_axes():
    x = np.arange(3.0)
    ticks = tuple(zip(x.tolist(), ("one", "two", "three"), strict=True))
    figure = Figure("f", x=Axis("x", ticks=ticks), y=Axis("", ticks=ticks), items=(Points(x, x),))
    canvas = draw(figure, theme="light", size=SIZE)
    for axis in (canvas.axes[0].xaxis, canvas.axes[0].yaxis):
        assert [label.get_text() for label in axis.get_ticklabels()] == ["one", "two", "three"]


def test_words_in_cells_are_left_out_where_they_are_wider():
    image = ValueImage(np.ones((1, 2)), -0.5, 1.5, -0.5, 0.5, (0.0, 2.0), flat=True)
    words = Text(0.0, 0.0, "0.5", room=0.9), Text(1.0, 0.0, "0.5" * 40, room=0.9)
    figure = Figure("f", x=Axis("x"), y=Axis("y"), items=(image, *words))
    canvas = draw(figure, theme="light", size=SIZE)
    assert [text.get_visible() for text in canvas.axes[0].texts] == [True, False]


def test_a_table_to_read_has_no_cell_on_another():
    cells = tuple(tuple(f"{i}.{j} to 0.1234" for j in range(12)) for i in range(4))
    names = tuple(f"configuration {i}" for i in range(4))
    table = Table(names, tuple(f"a column {j}" for j in range(12)), cells, fitted=True)
    figure = Figure("f", tables=(table,))
    canvas = draw(figure, theme="light", size=SIZE)
    renderer = canvas.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in canvas.texts]
    overlaps = [
        (a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.shrunk(0.98, 0.9).overlaps(b)
    ]
    assert not overlaps
    assert any("more column" in text.get_text() for text in canvas.texts)
    render(figure, io.BytesIO())
