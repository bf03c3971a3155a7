"""Pointing, clicking, stepping, code and notes: each by mouse, by keys, and in words."""

import math
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from optiviz.ui.canvas import FigureCanvas
from optiviz.ui.canvas.code import CodePane
from optiviz.ui.canvas.notes import NoteRow, NotesPane
from optiviz.ui.canvas.pixels import Pixels
from optiviz.ui.canvas.program import BAND, Listing, parts_of, rows_of
from optiviz.ui.canvas.spots import Place, Places
from optiviz.ui.canvas.steps import steps_of_key
from optiviz.ui.theme import blend, current_theme
from optiviz.views.figure import (
    Action,
    Axis,
    Code,
    Figure,
    Line,
    Note,
    Points,
    Spots,
    Steps,
    Table,
)
from optiviz.views.palette import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton
X = np.arange(11.0)
GO = tuple(Action(f"Go to {i}", seek=i) for i in range(11))


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


def tried(**more) -> Figure:
    """Return eleven dots on a diagonal that can be pointed at."""
    facts = (
        ("iteration", X * 100),
        ("change", np.where(X == 4, math.nan, -X / 7)),
        ("outcome", tuple("better" if i % 2 else "" for i in range(11))),
    )
    figure = {
        "x": Axis("iteration"),
        "y": Axis("change"),
        "items": (Points(X, X),),
        "spots": (Spots(X, X, facts, GO),),
        "caption": "Eleven tried steps.",
        **more,
    }
    return Figure("Tried steps", **figure)


def draw(canvas: FigureCanvas, figure: Figure):
    canvas.set_figure(figure)
    QApplication.processEvents()
    return canvas.grab().toImage()


def move(canvas: FigureCanvas, at: QPointF, kind=QEvent.Type.MouseMove, held=False) -> None:
    viewport = canvas.plot().viewport()
    none = Qt.MouseButton.NoButton
    button = none if kind is QEvent.Type.MouseMove else LEFT
    whole = QPointF(viewport.mapToGlobal(at.toPoint()))
    plain = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, at, whole, button, LEFT if held else none, plain)
    QApplication.sendEvent(viewport, event)


def told(canvas: FigureCanvas) -> list[tuple[str, str]]:
    return [(row.label, row.value) for row in canvas.plot().readings()]


def emitted(signal) -> list:
    got: list = []
    signal.connect(lambda *args: got.append(args[0] if len(args) == 1 else args))
    return got


# Pointing


def test_hovering_tells_the_facts_of_the_nearest_spot_and_rings_it(canvas):
    figure = tried()
    draw(canvas, figure)
    at = canvas.plot().pixel_of(3.0, 3.0)
    move(canvas, at + QPointF(4, -3))
    assert told(canvas) == [
        ("iteration", "300"),
        ("change", "−0.4286"),
        ("outcome", "better"),
        ("Click: Go to 3", ""),
    ]
    seen = canvas.grab().toImage()
    around = {
        seen.pixelColor(at.toPoint().x() + by, at.toPoint().y()).name() for by in range(-12, 13)
    }
    assert QColor(LIGHT.accent).name() in around
    assert canvas.plot().viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
    move(canvas, canvas.plot().pixel_of(4.0, 4.0))
    assert [name for name, _ in told(canvas)] == ["iteration", "Click: Go to 4"]  # nan, ""
    move(canvas, canvas.plot().pixel_of(8.0, 2.0))
    assert ("change", "2") in [(name, value[:1]) for name, value in told(canvas)]  # the axes'
    assert canvas.plot().viewport().cursor().shape() != Qt.CursorShape.PointingHandCursor
    QApplication.sendEvent(canvas.plot(), QEvent(QEvent.Type.Leave))
    assert not canvas.plot()._pointing.readout.isVisible()
    assert not canvas.plot()._pointing._ring.isVisible()


def test_a_diagram_has_no_values_of_axes_to_read(canvas):
    draw(canvas, tried(frameless=True))
    move(canvas, canvas.plot().pixel_of(8.0, 2.0))
    assert told(canvas) == []
    move(canvas, canvas.plot().pixel_of(8.0, 8.0))
    assert told(canvas)[0] == ("iteration", "800")


def test_the_box_stays_inside_whatever_is_told(canvas):
    long = (tuple("0.1 · 0.33 + 0.2 · 0.5 − 1.25 · 0.0625 + " * 4 for _ in X),)
    facts = (("sum", long[0]), *((f"row {i}", X) for i in range(40)))
    draw(canvas, tried(spots=(Spots(X, X, facts),)))
    area = canvas.plot().plot_area()
    for i in (0, 5, 10):
        move(canvas, canvas.plot().pixel_of(float(i), float(i)))
        readout = canvas.plot()._pointing.readout
        box = readout.mapRectToParent(readout.boundingRect())
        assert box.left() >= -1
        assert box.top() >= -1
        assert box.right() <= area.width() + 1
        assert box.bottom() <= area.height() + 1
        assert "more" in told(canvas)[-1][0]


def test_the_first_group_in_reach_is_meant():
    near = Spots(np.array([0.5]), np.array([0.5]), reach=2.0)
    exact = Spots(np.array([0.51]), np.array([0.5]))
    pixels = Pixels((0, 1), (0, 1), 1000, 1000)
    assert Places((near, exact)).nearest(510, 500, pixels, 13.0) == Place(0, 0)
    assert Places((exact, near)).nearest(510, 500, pixels, 13.0) == Place(0, 0)
    assert Places((exact, near)).nearest(480, 500, pixels, 13.0) == Place(1, 0)
    assert Places((exact,)).nearest(480, 500, pixels, 13.0) is None
    lost = Spots(np.array([math.nan, 0.2]), np.array([0.5, math.inf]))
    assert Places((lost,)).nearest(500, 500, pixels, 13.0) is None
    assert Places((lost,)).next(None, 1, pixels) is None
    assert Places(()).nearest(0, 0, pixels, 13.0) is None


# Clicking


def test_a_click_on_a_spot_acts_and_one_beside_it_seeks(canvas, qtbot):
    draw(canvas, tried(time_axis=True))
    acted, seeked = emitted(canvas.acted), emitted(canvas.seek_requested)
    viewport = canvas.plot().viewport()
    qtbot.mouseClick(viewport, LEFT, pos=canvas.plot().pixel_of(6.0, 6.0).toPoint())
    assert acted == [GO[6]]
    assert seeked == []
    qtbot.mouseClick(viewport, LEFT, pos=canvas.plot().pixel_of(6.0, 2.0).toPoint())
    assert acted == [GO[6]]
    assert seeked == [pytest.approx(6.0, abs=0.1)]


def test_a_drag_from_a_spot_is_no_click(canvas):
    draw(canvas, tried(time_axis=True))
    acted, seeked = emitted(canvas.acted), emitted(canvas.seek_requested)
    start, stop = canvas.plot().pixel_of(6.0, 6.0), canvas.plot().pixel_of(9.0, 6.0)
    move(canvas, start, QEvent.Type.MouseButtonPress, held=True)
    move(canvas, stop, held=True)
    move(canvas, stop, QEvent.Type.MouseButtonRelease)
    assert acted == []
    assert seeked == [pytest.approx(9.0, abs=0.1)]


def test_a_spot_without_an_action_is_only_read(canvas, qtbot):
    draw(canvas, tried(time_axis=True, spots=(Spots(X, X, (("k", X),)),)))
    acted, seeked = emitted(canvas.acted), emitted(canvas.seek_requested)
    at = canvas.plot().pixel_of(6.0, 6.0)
    move(canvas, at)
    assert told(canvas) == [("k", "6")]
    qtbot.mouseClick(canvas.plot().viewport(), LEFT, pos=at.toPoint())
    assert acted == []
    assert len(seeked) == 1


def test_a_point_is_dragged_in_both_directions(canvas):
    draw(canvas, tried(draggable=(5.0, 5.0), spots=()))
    moved, done = emitted(canvas.drag_requested), emitted(canvas.drag_finished)
    start, stop = canvas.plot().pixel_of(5.0, 5.0), canvas.plot().pixel_of(2.0, 8.0)
    move(canvas, start, QEvent.Type.MouseButtonPress, held=True)
    move(canvas, stop, held=True)
    move(canvas, stop, QEvent.Type.MouseButtonRelease)
    assert moved == [pytest.approx((2.0, 8.0), abs=0.1)]
    assert done == moved


# Keys


def test_tab_reaches_what_has_spots_and_shows_it(canvas, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    before = QLineEdit(window)
    column.addWidget(before)
    column.addWidget(canvas)
    after = QLineEdit(window)
    column.addWidget(after)
    window.resize(500, 400)
    window.show()
    window.activateWindow()
    draw(canvas, tried())
    before.setFocus()
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert canvas.plot().hasFocus()
    ring = canvas.grab().toImage().pixelColor(canvas.width() // 2, 1)
    assert QColor(LIGHT.accent).blue() - ring.red() > 60
    qtbot.keyClick(canvas.plot(), Qt.Key.Key_Tab)
    assert after.hasFocus()
    plain = canvas.grab().toImage().pixelColor(canvas.width() // 2, 1)
    assert plain == QColor(LIGHT.card)
    draw(canvas, tried(spots=()))
    before.setFocus()
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert after.hasFocus()
    for figure, kinds in (
        (code(), [CodePane]),
        (Figure("Why", notes=NOTES), [NoteRow, NoteRow]),
    ):
        draw(canvas, figure)
        before.setFocus()
        for kind in kinds:
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            assert isinstance(QApplication.focusWidget(), kind)
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert after.hasFocus()
    canvas.setParent(None)


def test_keys_go_from_spot_to_spot_and_act(canvas, qtbot):
    draw(canvas, tried())
    plot, acted = canvas.plot(), emitted(canvas.acted)
    plot.setFocus()
    assert plot.accessibleDescription() == "Eleven tried steps."
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert acted == []
    for key, at in (
        (Qt.Key.Key_Period, 0),
        (Qt.Key.Key_Period, 1),
        (Qt.Key.Key_PageDown, 2),
        (Qt.Key.Key_Comma, 1),
        (Qt.Key.Key_PageUp, 0),
        (Qt.Key.Key_Comma, 0),
    ):
        qtbot.keyClick(plot, key)
        assert told(canvas)[0] == ("iteration", f"{at * 100}")
    qtbot.keyClick(plot, Qt.Key.Key_Period)
    assert plot.accessibleDescription() == (
        "iteration 100; change −0.1429; outcome better. Enter: Go to 1."
    )
    qtbot.keyClick(plot, Qt.Key.Key_Enter)
    assert acted == [GO[1]]
    draw(canvas, tried())  # the next picture keeps what was chosen
    assert told(canvas)[0] == ("iteration", "100")
    draw(canvas, tried(spots=()))
    assert plot.accessibleDescription() == "Eleven tried steps."


def test_keys_pass_what_is_out_of_sight(canvas, qtbot):
    axis = Axis("x", 3.5, 6.5)
    draw(canvas, tried(x=axis))
    for wanted in ("400", "500", "600", "600"):
        qtbot.keyClick(canvas.plot(), Qt.Key.Key_Period)
        assert told(canvas)[0][1] == wanted


def test_arrow_keys_are_the_windows_where_there_are_no_steps(canvas, qtbot):
    keys = []

    class Window(QWidget):
        def keyPressEvent(self, event):
            keys.append(Qt.Key(event.key()))

    window = Window()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(canvas)
    window.show()
    stepped = emitted(canvas.step_requested)
    draw(canvas, tried())
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Space):
        qtbot.keyClick(canvas.plot(), key)
    assert keys == [Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Space]
    draw(canvas, tried(steps=Steps("step", 2, 24)))
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(canvas.plot(), key)
    qtbot.keyClick(canvas.plot(), Qt.Key.Key_Space)
    assert stepped == [-1, 1, -2, 21]
    assert keys[3:] == [Qt.Key.Key_Space]
    draw(canvas, tried(steps=Steps("step", 0, 1)))
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(canvas.plot(), key)
    assert len(stepped) == 4
    canvas.setParent(None)


def test_steps_say_where_they_are_and_end_at_their_ends(canvas, qtbot):
    stepped = emitted(canvas.step_requested)
    draw(canvas, tried(steps=Steps("step", 2, 24)))
    bar = canvas.steps
    assert bar.text() == "step 3 of 24"
    assert abs(bar.on.mapTo(canvas, bar.on.rect().center()).y() - 290) < 20
    assert not canvas.plot().geometry().intersects(bar.geometry())
    qtbot.mouseClick(bar.on, LEFT)
    qtbot.mouseClick(bar.back, LEFT)
    assert stepped == [1, -1]
    place = bar.on.pos()
    draw(canvas, tried(steps=Steps("step", 23, 24)))
    assert bar.text() == "step 24 of 24"
    assert bar.on.pos() == place
    assert not bar.on.isEnabled()
    assert "Left" in bar.back.toolTip()
    draw(canvas, tried())
    assert not bar.isVisible()
    assert steps_of_key(Qt.Key.Key_Right, None) is None
    assert steps_of_key(Qt.Key.Key_End, Steps("a", 0, 0)) == 0


# Code

LINES = (
    "x = start  # a guess",
    "for k in range(10):",
    "    step = rng.normal(0, 0.5)",
    "    x = x + step",
    *("    pass",) * 30,
)


def code(**more) -> Figure:
    values = (("x", "[0.12, 0.3]"), ("k", "3"), ("step", "0.25"))
    fields = {"lit": 2, "visited": (1,), "values": values, "changed": ("step",), **more}
    return Figure("Code", code=Code(LINES, **fields))


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_line_that_is_done_is_lit_across(canvas, palette):
    current_theme().name = palette.name
    seen = draw(canvas, code())
    pane = canvas.findChild(CodePane)
    tint = blend(QColor(palette.card), QColor(palette.accent), BAND).name()
    for number in range(1, 4):
        band = pane.listing.band(number)
        corner = pane.listing.viewport().mapTo(canvas, band.topRight().toPoint())
        lit = seen.pixelColor(corner.x() - 2, corner.y() + 2).name() == tint
        assert lit == (number == 2), number
    band = pane.listing.band(2).toRect()
    corner = pane.listing.viewport().mapTo(canvas, band.topLeft())
    margin = {
        seen.pixelColor(corner.x() + x, corner.y() + y).name()
        for x in range(20)
        for y in range(band.height())
    }
    assert QColor(palette.accent).name() in margin  # the arrow
    assert "Line 3: step = rng.normal(0, 0.5). x = [0.12, 0.3]" in pane.accessibleDescription()


def test_what_the_line_has_set_is_lit_too(canvas):
    seen = draw(canvas, code())
    variables = canvas.findChild(CodePane).variables
    accent = QColor(LIGHT.accent).name()
    for number, changed in enumerate((False, False, True)):
        cell = variables.cell(number).toRect()
        corner = variables.viewport().mapTo(canvas, cell.topLeft())
        colours = {
            seen.pixelColor(corner.x() + x, corner.y() + y).name()
            for x in range(cell.width() - 4)
            for y in range(cell.height())
        }
        assert (accent in colours) == changed, number


def test_nothing_jumps_when_a_number_changes(canvas):
    for width in (350, 1000):
        canvas.resize(width, 230)
        draw(canvas, code())
        pane = canvas.findChild(CodePane)
        before = pane.variables.geometry(), pane.listing.geometry(), pane.variables.cell(1)
        longer = (("x", "[−1.25e−10, 0.3, 1, 2, 3, 4]"), ("k", "100,000"), ("step", "−2.25e−17"))
        draw(canvas, code(values=longer))
        after = pane.variables.geometry(), pane.listing.geometry(), pane.variables.cell(1)
        assert before == after
        beside = pane.variables.x() >= pane.listing.geometry().right()
        assert beside == (width == 1000)


def test_the_lit_line_is_always_in_sight(canvas):
    canvas.resize(350, 230)
    for lit in (0, 33, 12, 3, None):
        draw(canvas, code(lit=lit))
        listing = canvas.findChild(CodePane).listing
        if lit is not None:
            band = listing.band(lit)
            assert band.top() >= 0
            assert band.bottom() <= listing.viewport().height()
    draw(canvas, code(lit=5))
    at = listing.verticalScrollBar().value()
    draw(canvas, code(lit=6))
    assert listing.verticalScrollBar().value() == at  # it stays where it is seen


def test_code_is_stepped_by_keys_and_copied_as_a_script(canvas, qtbot):
    stepped = emitted(canvas.step_requested)
    figure = code(script="import numpy as np\n")
    figure = Figure("Code", code=figure.code, steps=Steps("line", 2, 5))
    draw(canvas, figure)
    pane = canvas.findChild(CodePane)
    assert pane.focusPolicy() == Qt.FocusPolicy.StrongFocus
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_End):
        qtbot.keyClick(pane, key)
    assert stepped == [1, -1, 2]
    assert canvas.copy_text() == "import numpy as np\n"
    draw(canvas, code(lit=0))
    qtbot.keyClick(pane, Qt.Key.Key_Down)
    assert pane.listing.verticalScrollBar().value() > 0


def test_parts_of_a_line():
    parts = [(text, what) for _, text, what in parts_of("for k1 in 'a#b', 1e-3: # if 2")]
    assert parts == [
        ("for", "keyword"), (" k1 ", ""), ("in", "keyword"), (" ", ""), ("'a#b'", "text"),
        (", ", ""), ("1e-3", "number"), (": ", ""), ("# if 2", "comment"),
    ]  # fmt: skip
    for line in ("", "   ", "x1.y2", "f'{x}' # ''", '"open'):
        assert "".join(text for _, text, _ in parts_of(line)) == line
        assert [at for at, text, _ in parts_of(line) if line[at : at + len(text)] != text] == []


def test_odd_code_draws(canvas):
    for one in (
        Code(()),
        Code(("",), lit=99, visited=(7,), changed=("gone",)),
        Code(("x" * 500,), lit=0, values=(("name" * 20, "value" * 50),), changed=("name" * 20,)),
    ):
        for size in ((1, 1), (350, 230), (1000, 600)):
            canvas.resize(*size)
            draw(canvas, Figure("Code", code=one))


# Notes

NOTES = (
    Note("The learning rate is too large.", "Curvature is 8.3, " * 12, Action("Look", seek=310)),
    Note("Nothing to click.", "Evidence."),
    Note("Four units are saturated.", "Evidence.", Action("Show", view="network")),
)


def test_notes_act_on_clicks_and_on_enter(canvas, qtbot):
    draw(canvas, Figure("Why", notes=NOTES))
    acted = emitted(canvas.acted)
    first, second, third = canvas.findChild(NotesPane).rows()
    qtbot.mouseClick(first, LEFT)
    qtbot.mouseClick(second, LEFT)
    qtbot.keyClick(third, Qt.Key.Key_Return)
    assert acted == [NOTES[0].action, NOTES[2].action]
    assert second.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert third.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert third.accessibleName() == "Four units are saturated."
    assert "Show" in third.accessibleDescription()


def test_notes_are_wrapped_not_cut_off(canvas):
    draw(canvas, Figure("Why", notes=NOTES))
    rows = canvas.findChild(NotesPane).rows()
    wide = rows[0].height()
    assert rows[0].height() > rows[1].height()
    canvas.resize(260, 300)
    QTest.qWait(20)
    assert rows[0].height() > wide
    for row, below in pairwise(rows):
        assert row.geometry().bottom() < below.geometry().top()
        assert row.height() >= row.heightForWidth(row.width())


def test_notes_come_and_go_and_are_copied(canvas):
    draw(canvas, Figure("Why", notes=NOTES))
    pane = canvas.findChild(NotesPane)
    draw(canvas, Figure("Why", notes=NOTES[1:2]))
    assert [row.note for row in pane.rows()] == [NOTES[1]]
    assert canvas.copy_text() == "Nothing to click. Evidence."
    draw(canvas, Figure("Why", empty="Nothing stands out."))
    assert canvas._empty.isVisible()
    assert canvas._empty.sentence() == "Nothing stands out."
    draw(canvas, Figure("Why"))
    assert canvas._empty.isVisible()


# All of them


def test_panes_follow_theme_and_scale(canvas):
    table = Table(("a",), ("a",), (("1",),))
    figures = (
        tried(steps=Steps("step", 1, 3)),
        code(),
        Figure("Why", notes=NOTES),
        Figure("T", tables=(table,)),
        Figure("L", lines=("a", "b")),
    )
    for figure in figures:
        draw(canvas, figure)
    for name, scale in (("dark", 1.0), ("dark", 2.5), ("light", 0.8)):
        current_theme().name, current_theme().scale = name, scale
        for figure in figures:
            draw(canvas, figure)
    current_theme().scale = 1.0
    draw(canvas, Figure("Why", notes=NOTES[:1]))
    small = canvas.findChild(NotesPane).rows()[0].sizeHint().height()
    current_theme().scale = 2.0
    assert canvas.findChild(NotesPane).rows()[0].sizeHint().height() > 1.5 * small


def test_a_copy_has_no_ring_and_no_buttons(canvas, qtbot):
    line = Line(X, X)
    draw(canvas, tried(items=(line,), steps=Steps("step", 1, 3)))
    canvas.plot().setFocus(Qt.FocusReason.TabFocusReason)
    move(canvas, canvas.plot().pixel_of(5.0, 5.0))
    qtbot.keyClick(canvas.plot(), Qt.Key.Key_Period)
    image = canvas.grab_image(1.0)
    assert image.height() < canvas.height()
    accent = QColor(LIGHT.accent)
    colours = {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }
    assert accent.name() not in colours


def test_long_lines_of_a_program_go_on_below_so_that_the_lit_one_is_read_whole(canvas):
    long = "    candidate = x + step_size * normals('proposal', k)  # a step to anywhere"
    code = Code(("for k in range(10):", long, "    x = candidate"), lit=1, values=(("k", "3"),))
    canvas.resize(320, 240)
    canvas.set_figure(Figure("Code", code=code))
    QApplication.processEvents()
    listing = canvas.findChild(Listing)
    assert listing.horizontalScrollBar().maximum() == 0
    assert listing.band(1).height() >= 2 * listing.band(0).height()
    assert listing.band(2).top() == listing.band(1).bottom()
    rows = rows_of(long, 30)
    assert " ".join(long[begin:end] for begin, end, _ in rows) == long
    assert all(end - begin + blanks <= 30 for begin, end, blanks in rows)
    canvas.resize(1200, 240)
    QApplication.processEvents()
    assert listing.band(1).height() == listing.band(0).height()


def test_words_of_a_step_stand_under_the_figure_and_keep_their_room(canvas):
    def show(at: int, words: str) -> None:
        steps = Steps("step", at, 3, "Hidden 1", words)
        items = (Line(np.arange(3.0), np.arange(3.0)),)
        canvas.set_figure(Figure("Forward pass", items=items, steps=steps))
        QApplication.processEvents()

    show(0, "z = 0.1·2 + 0.3·4 = 1.4")
    assert "Hidden 1" in canvas.steps.words.text()
    low = canvas.plot().height()
    show(1, "z = " + " + ".join(["0.123·(−4.56)"] * 30))
    small = canvas.plot().height()
    assert small < low
    words = canvas.steps.words
    assert words.heightForWidth(words.width()) <= words.height()  # all of it is read
    show(2, "a < b & c")
    assert canvas.plot().height() == small  # nothing jumps from step to step
    assert "a &lt; b &amp; c" in words.text()
