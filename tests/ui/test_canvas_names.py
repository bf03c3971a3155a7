"""Axes with names instead of numbers, words with little room, tables to read."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from optiviz.ui.canvas import FigureCanvas
from optiviz.ui.canvas.axes import Scale, named_ticks
from optiviz.ui.canvas.fitted_table import layout_of
from optiviz.views.figure import Axis, Figure, Points, Table, Text, ValueImage, in_two_lines

NAMES = ("a short one", "a name that is so long that no card has room for it whole", "c")


@pytest.fixture
def canvas(qtbot):
    made = FigureCanvas()
    qtbot.addWidget(made)
    made.resize(450, 300)
    made.show()
    return made


def ticks(names):
    return tuple((float(i), name) for i, name in enumerate(names))


def test_of_many_names_some_evenly_spaced_ones_are_written():
    axis = Axis("", ticks=ticks(map(str, range(100))))
    found = named_ticks(axis, -0.5, 99.5, Scale(), 12)
    assert len(found) <= 12
    assert len({b.place - a.place for a, b in pairwise(found)}) == 1
    assert named_ticks(axis, 10.5, 12.5, Scale(), 12)[0].text == "11"


@pytest.mark.parametrize("size", [(450, 300), (900, 600), (200, 150)])
def test_names_of_rows_leave_most_of_the_width_to_the_plot(canvas, size):
    """A long name took all of it, or was cut off at the card's edge."""
    canvas.resize(*size)
    x = np.arange(3.0)
    canvas.set_figure(
        Figure(
            "rows",
            x=Axis("value"),
            y=Axis("", -0.5, 2.5, ticks=ticks(NAMES)),
            items=(Points(x, x),),
        )
    )
    area = canvas.plot().plot_area()
    assert area.width() > 0.5 * size[0]
    assert area.left() > 20


def test_words_are_left_out_where_they_have_no_room_and_come_back(canvas):
    image = ValueImage(np.ones((1, 40)), -0.5, 39.5, -0.5, 0.5, (0.0, 2.0), flat=True)
    words = tuple(Text(float(i), 0.0, "0.123", anchor="center", room=0.9) for i in range(40))
    canvas.set_figure(Figure("cells", x=Axis("x"), y=Axis("y"), items=(image, *words)))

    def shown():
        marks = canvas.plot()._marks.shown
        return sum(m.graphics.isVisible() for m in marks if isinstance(m.item, Text))

    assert shown() == 0
    canvas.resize(3000, 300)
    assert shown() == 40


def test_a_table_to_read_keeps_its_first_columns_and_says_what_it_leaves_out():
    cells = tuple(tuple(f"{i}.{j} and some words" for j in range(9)) for i in range(40))
    table = Table(tuple(map(str, range(40))), tuple(f"column {j}" for j in range(9)), cells)
    small, large = layout_of(table, 400, 250), layout_of(table, 4000, 2000)
    assert 1 <= len(small.widths) < 9
    assert 1 <= small.rows < 40
    assert sum(small.widths) + small.names <= 400
    assert small.rows * small.high < 250
    assert (len(large.widths), large.rows, large.size) == (9, 40, 1.0)


def test_headings_are_broken_in_two():
    assert in_two_lines("expected evaluations to target") == ("expected evaluations", "to target")
    assert in_two_lines("median") == ("median",)
    assert in_two_lines("averylongwordwithoutspaces") == ("averylongwordwithoutspaces",)
