"""A landscape in three dimensions stands where it is said to, and turns by mouse and by keys.

Without OpenGL it is drawn from above, with a sentence that says why.
"""

from functools import partial
from itertools import product

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from optiviz.ui.canvas import FigureCanvas
from optiviz.ui.canvas.orbit import HEIGHT, Orbit, pixels_of
from optiviz.ui.canvas.renderer import Renderer, available
from optiviz.ui.canvas.surface import SurfacePane, flat
from optiviz.ui.theme import current_theme
from optiviz.views.figure import Axis, Figure, Line, Surface, Text, ValueImage

BOX = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (0, HEIGHT)], dtype=float)


def hill(values=None, title="Landscape"):
    x = np.linspace(-1, 1, 40)
    values = np.exp(-2 * (x[:, None] ** 2 + x**2)) if values is None else values
    low, high = (0.0, 1.0) if np.isfinite(values).any() else (0.0, 0.0)
    image = ValueImage(values, -5.0, 5.0, 100.0, 300.0, (low, high), "accuracy")
    path = Line(np.linspace(-4, 0, 30), np.linspace(120, 200, 30), "run:0", "one")
    paths = ((path, np.linspace(0.0, 1.0, 30)),)
    return Figure(title, x=Axis("across", -5.0, 5.0), y=Axis("up", 100.0, 300.0), items=(image,),
                  caption="A hill.", surface=Surface(image, paths))  # fmt: skip


def test_the_box_is_whole_from_everywhere():
    sizes, elevations = ((400, 300), (900, 200), (200, 500)), (3.0, 32.0, 89.0)
    for (width, height), elevation, azimuth in product(sizes, elevations, range(-180, 180, 40)):
        matrix = Orbit(float(azimuth), elevation).matrix(width / height)
        pixels = pixels_of(BOX, matrix, width, height)
        assert (pixels >= 0).all()
        assert (pixels <= [width, height]).all()
        depth = np.column_stack([BOX, np.ones(8)]) @ matrix.T
        assert (np.abs(depth[:, 2]) <= depth[:, 3]).all()  # nothing is cut off before or behind


def test_what_is_high_is_up_and_what_is_near_is_large():
    matrix = Orbit(-90.0, 30.0).matrix(1.0)
    (_, floor), (_, top) = pixels_of(np.array([[0, 0, 0], [0, 0, 0.9]]), matrix, 400, 400)
    assert top < floor
    front = pixels_of(np.array([[-1.0, -1, 0], [1, -1, 0]]), matrix, 400, 400)
    back = pixels_of(np.array([[-1.0, 1, 0], [1, 1, 0]]), matrix, 400, 400)
    assert np.ptp(front[:, 0]) > np.ptp(back[:, 0])
    assert front[0, 0] < front[1, 0]  # x goes to the right


def test_it_goes_round_but_never_under_the_floor():
    orbit = Orbit().turned(0, -500)
    assert orbit.elevation > 0
    assert orbit.turned(0, 500).elevation < 90
    assert orbit.turned(720, 0).azimuth == pytest.approx(orbit.azimuth)
    assert orbit.nearer(1e9).zoom == orbit.nearer(1e10).zoom


def test_without_opengl_it_is_seen_from_above_and_says_so(qtbot, monkeypatch):
    monkeypatch.setattr("optiviz.ui.canvas.available", lambda: False)
    canvas = FigureCanvas()
    qtbot.addWidget(canvas)
    canvas.set_figure(hill())
    assert not canvas.findChildren(SurfacePane)
    assert not canvas.grab_image().isNull()
    words = [item.text for item in flat(hill()).items if isinstance(item, Text)]
    assert words
    assert "OpenGL" in words[0]


def test_asking_for_opengl_where_there_is_none_says_nothing(qapp, capfd):
    available.cache_clear()
    available()
    assert capfd.readouterr() == ("", "")


# With a screen


@pytest.fixture
def canvas(qtbot):
    current_theme().apply()
    made = FigureCanvas()
    qtbot.addWidget(made)
    made.resize(500, 360)
    made.set_figure(hill())
    made.show()
    qtbot.waitExposed(made)
    QApplication.processEvents()
    yield made
    current_theme().name = "system"


def pane_of(canvas):
    (pane,) = canvas.findChildren(SurfacePane)
    return pane


def colours_of(canvas):
    image = canvas.grab_image(1.0)
    return {image.pixelColor(x, y).name() for x in range(0, 500, 7) for y in range(0, 360, 7)}


@pytest.mark.xcb
def test_the_surface_is_drawn_in_the_colours_of_the_ramp(canvas):
    assert available()
    for name in ("light", "dark"):
        current_theme().name = name
        QApplication.processEvents()
        colours = colours_of(canvas)
        assert current_theme().colour("card").name() in colours
        assert len(colours) > 60
    middle = pane_of(canvas)._pixels(np.array([[0.0, 0.0, HEIGHT]]))[0]
    top = canvas.grab_image(1.0).pixelColor(round(middle.x()) + 14, round(middle.y()) + 4)
    assert top.lightness() > 120  # in the dark, high is light


@pytest.mark.xcb
def test_keys_and_the_pointer_turn_it_and_it_can_be_put_back(canvas, qtbot):
    pane = pane_of(canvas)
    pane.setFocus()
    before, picture = pane.orbit(), canvas.grab_image(1.0)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Plus):
        was = pane.orbit()
        qtbot.keyClick(pane, key)
        assert pane.orbit() != was
    assert canvas.grab_image(1.0) != picture
    qtbot.keyClick(pane, Qt.Key.Key_R)
    assert pane.orbit() == before
    qtbot.mousePress(pane, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(pane, QPoint(160, 120))
    qtbot.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=QPoint(160, 120))
    assert pane.orbit().azimuth != before.azimuth
    no = Qt.KeyboardModifier.NoModifier
    at = QPointF(100, 100)
    wheel = QWheelEvent(at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, no,
                        Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(pane, wheel)
    assert pane.orbit().zoom > 1
    turned = pane.orbit()
    canvas.set_figure(hill(title="Another"))
    assert pane.orbit() == turned  # the next picture is seen from the same side
    canvas.reset_view()
    assert pane.orbit() == before


@pytest.mark.xcb
def test_it_lives_through_all_that_happens_to_a_card(canvas, qtbot):
    first = canvas.grab_image(1.0)
    for size in ((60, 40), (900, 300), (1, 1), (500, 360)):
        canvas.resize(*size)
        QApplication.processEvents()
    canvas.hide()
    canvas.set_figure(Figure("Empty", empty="Nothing."))
    canvas.show()
    for values in (np.full((5, 5), np.nan), np.full((1, 1), 2.0), np.full((4, 4), 0.3), None):
        canvas.set_figure(hill(values))
        QApplication.processEvents()
    canvas.setParent(None)
    canvas.setWindowFlags(Qt.WindowType.Window)  # another window of the system
    canvas.show()
    QApplication.processEvents()
    assert canvas.grab_image(1.0) == first
    assert canvas.grab_image(2.0).width() == 1000


def _has_drawn(pane):
    return bool(pane.findChildren(Renderer))


@pytest.mark.xcb
def test_what_belongs_to_a_pane_goes_with_it(qtbot):
    for _ in range(5):
        pane = SurfacePane()
        qtbot.addWidget(pane)
        pane.set_figure(hill())
        pane.resize(300, 200)
        pane.show()
        qtbot.waitUntil(partial(_has_drawn, pane))  # the system says when to paint
        pane.close()
        pane.deleteLater()
        QApplication.processEvents()
