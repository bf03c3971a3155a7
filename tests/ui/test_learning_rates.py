"""The slider of the learning rate says what its values do, and goes on saying so while it moves."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from optiviz.engine.parameters import Param
from optiviz.ui.forms import LogControl, RateBand
from optiviz.ui.main_window import MainWindow
from optiviz.views.palette import THEMES

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

RATE = Param("How far to go.", scale="log", ge=0, le=1e6, live=True)
BANDS = (
    RateBand(0.0, 0.05, "slow", "less than a tenth of the way", "muted", 0.3),
    RateBand(0.05, 1.0, "monotone", "nearer with each step", "accent", 0.4),
    RateBand(1.0, np.inf, "divergent", "further off", "danger", 0.8),
)


@pytest.fixture
def control(qtbot: QtBot) -> LogControl:
    made = LogControl(RATE, whole=False, middle=0.1)
    qtbot.addWidget(made)
    made.name("Learning rate", "How far to go.")
    made.resize(200, 120)
    made.show()
    made.set_value(0.1)
    made.set_bands(BANDS, "From the curvature 2 at x = 1 (iteration 3).")
    return made


def words(control: LogControl) -> str:
    assert control._bands is not None
    return control._bands.note.text().replace("\u200b", "")


def test_the_band_of_the_value_is_said_in_words(control: LogControl) -> None:
    assert words(control) == "Monotone; divergent above 1"
    control.set_value(0.01)
    assert words(control) == "Slow; divergent above 1"
    control.set_value(3.0)
    assert words(control) == "Divergent: above 1"
    for none in (0.0, "fast", -1.0):
        control.set_value(none)
        assert words(control) == "Divergent above 1"
    described = control.slider.accessibleDescription()
    assert described.startswith("Slow up to 0.05, monotone up to 1, divergent above 1.")
    assert described.endswith("iteration 3).")


def test_keys_on_the_slider_change_the_words_with_the_value(control: LogControl) -> None:
    control.slider.setFocus()
    control.set_value(0.9)
    QTest.keyClick(control.slider, Qt.Key.Key_PageUp)  # ten times as much
    assert 8 < control.value() < 10
    assert words(control).startswith("Divergent")


@pytest.mark.parametrize("theme", THEMES)
def test_bands_are_where_the_handle_is_for_their_values(control: LogControl, theme: str) -> None:
    """A limit that is drawn a little off would be read as another rate."""
    assert control._bands is not None
    strip = control._bands.strip
    for value in (1e-4, 0.05, 0.1, 1.0, 10.0):
        control.set_value(value)
        slider = control.slider
        share = (slider.value() - slider.minimum()) / (slider.maximum() - slider.minimum())
        expected = slider.width() * share
        assert abs(strip.x_of(value) - expected) < 12
    assert strip.x_of(0.0) == 0
    assert strip.x_of(np.inf) == strip.width()
    picture = strip.grab().toImage()
    ratio = picture.width() / strip.width()
    colours = {
        picture.pixelColor(round((strip.x_of(v)) * ratio), picture.height() // 2).name()
        for v in (0.005, 0.3, 5.0)
    }
    assert len(colours) == 3


def test_nothing_jumps_while_bands_and_words_change(control: LogControl) -> None:
    height = control._bands.height() if control._bands else 0
    control.set_value(1e-3)
    control.set_bands((), "It bends downwards here: no rate comes to rest.")
    assert control._bands is not None
    assert control._bands.height() == height
    assert words(control).startswith("It bends downwards")
    control.set_bands((), "")
    assert not control._bands.isVisible()


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    made = MainWindow()
    qtbot.addWidget(made, before_close_func=lambda _: made.worker.close())
    made.show()
    return made


def rate(window: MainWindow) -> LogControl:
    control = window.functions.setup.algorithm.form.form.control("learning_rate")
    assert isinstance(control, LogControl)
    return control


def said(window: MainWindow) -> str:
    control = rate(window)
    if control._bands is None or control._bands.isHidden():
        return ""
    return words(control)


def test_the_demonstration_of_rates_names_what_each_does(window: MainWindow, qtbot: QtBot) -> None:
    window.demonstrate("classic-descent")
    qtbot.waitUntil(lambda: said(window) == "Monotone; divergent above 1")
    for value, word in (
        (0.01, "Slow"),
        (0.5, "One step"),
        (0.9, "Oscillating"),
        (1.1, "Divergent"),
    ):
        rate(window).set_value(value)
        assert said(window).startswith(word)


def test_bands_follow_the_playhead_over_a_changing_curvature(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.demonstrate("classic-descent")
    session, setup = window.functions.session, window.functions.setup
    spec = session.entries[0].run.spec
    spec = spec.with_value("problem.formula", "x^4 - 3x^2 + x")
    spec = spec.with_value("optimizer.learning_rate", 0.02).with_value("start", [0.2])
    window.functions.show_specs((("a", spec),))
    qtbot.waitUntil(lambda: not session.computing)
    session.seek(0)
    qtbot.waitUntil(lambda: said(window).startswith("It bends downwards"))
    session.seek(session.last_k)
    x = float(session.entries[0].run.state_now.x[0])
    limit = f"divergent above {2 / (12 * x * x - 6):.3g}"
    qtbot.waitUntil(lambda: said(window).endswith(limit))
    session.seek(0)
    qtbot.waitUntil(lambda: said(window).startswith("It bends downwards"))
    assert setup.spec() is not None


def test_momentum_has_its_own_limit_and_adam_none(window: MainWindow, qtbot: QtBot) -> None:
    window.demonstrate("classic-descent")
    qtbot.waitUntil(lambda: "divergent above 1" in said(window))
    combo = window.functions.setup.algorithm.form.combo
    combo.set_value("momentum")
    combo.currentIndexChanged.emit(combo.currentIndex())
    qtbot.waitUntil(lambda: "divergent above 1.9" in said(window))
    combo.set_value("adam")
    combo.currentIndexChanged.emit(combo.currentIndex())
    qtbot.waitUntil(lambda: said(window) == "")
