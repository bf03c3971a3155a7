# ruff: noqa: E501  # a table of cases reads best as it is
"""Whatever is typed or pasted into a form is a number or a sentence beside its field."""

import itertools
import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from optiviz.engine import registry
from optiviz.engine.parameters import Parameters, SpecError, fields
from optiviz.engine.stopping import StoppingCriterion
from optiviz.problems.function_1d import Function1D
from optiviz.ui.canvas import FigureCanvas
from optiviz.ui.canvas.axes import Scale, extent, range_of, ticks_of
from optiviz.ui.canvas.plot import PlotPane
from optiviz.ui.canvas.ramp import ramp_ticks
from optiviz.ui.forms import ParametersForm
from optiviz.ui.forms.words import parsed_number
from optiviz.views.figure import Axis, Figure, Line

# The offscreen platform says of every window what it can't do.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

FAMILIES = ("optimizers", "schedules", "datasets", "functions")
KINDS = [cls for family in FAMILIES for cls in registry.kinds(family).values()]
FORMS: list[type[Parameters]] = [*KINDS, Function1D, StoppingCriterion]

PASTED = (
    "", " ", "nan", "inf", "-inf", "1e308", "-1e308", "1e999", "5e-324", "-0.0", "0", "-1", "0.1 s",
    "1,000", "1_000", "1.000.000", "0x10", "1e", "--1", "\u2212", "\u2212\u2212" + "1", "True", "None",
    "[1]", "{}", "\0", "\u202e1", "\u200b", "\ud7ff", "<b>1</b>", "=1+1", "9" * 5000, "x" * 1_000_000,
    "1" * 1_000_000, "(" * 1000,
)  # fmt: skip


@pytest.mark.parametrize("cls", FORMS, ids=lambda cls: cls.__name__)
def test_what_is_pasted_is_taken_or_said_beside_its_field(
    cls: type[Parameters], qtbot: QtBot
) -> None:
    """A form that raises, or says nothing, leaves people with a button that does nothing."""
    form = ParametersForm(cls)
    qtbot.addWidget(form)
    for field in fields(cls):
        if field.name not in form.names() or field.type not in (int, float):
            continue
        line = form.control(field.name).findChild(QLineEdit)
        if line is None:
            continue
        for text in PASTED:
            form.set_value({})
            began = time.process_time()
            line.setText(text)
            try:
                cls.from_dict(form.value())
            except SpecError as error:
                form.set_mistakes(list(error.mistakes))
                if any(mistake.path == field.name for mistake in error.mistakes):
                    assert form.mistake_at(field.name)
                    assert len(form.mistake_at(field.name)) < 800
            assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    ("text", "whole", "wanted"),
    [
        ("\u22120.5", False, -0.5),
        (" 0.5 ", False, 0.5),
        ("1,000", True, 1000),
        ("1e3", True, 1000),
        ("1\u00a0000", True, 1000),
        ("\u0661\u0662", True, 12),
        ("1_000", True, "1_000"),
        ("1_000", False, "1_000"),
        ("0.1 s", False, "0.1 s"),
        ("1,5", False, 1.5),
        ("1,000", False, "1,000"),
        ("", False, ""),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, whole: bool, wanted: object) -> None:
    """A real minus is one; what could mean two things stays a text, and is asked about."""
    assert parsed_number(text, whole) == wanted


@pytest.mark.parametrize(
    ("kind", "name"), [("gradient_descent", "learning_rate"), ("adam", "learning_rate")]
)
def test_a_rate_of_nothing_is_allowed_and_explained_beside_it(
    kind: str, name: str, qtbot: QtBot
) -> None:
    """Held still, a run shows what the data alone do; who typed 0 by mistake reads why."""
    form = ParametersForm(registry.kinds("optimizers")[kind])
    qtbot.addWidget(form)
    assert form.remark_at(name) == ""
    line = form.control(name).findChild(QLineEdit)
    assert line is not None
    for text, said in (("0", True), ("0.0", True), ("0.1", False), ("-0", True), ("x", False)):
        line.setText(text)
        assert bool(form.remark_at(name)) == said
    form.set_value({name: 0.0})
    assert "nothing moves" in form.remark_at(name)
    form.set_value({})
    assert form.remark_at(name) == ""


def wheel(pane: PlotPane, times: int, by: int) -> None:
    """Turn the wheel over the middle of a plot."""
    at = QPointF(pane.viewport().rect().center())
    there = QPointF(pane.viewport().mapToGlobal(at.toPoint()))
    for _ in range(times):
        event = QWheelEvent(
            at, there, QPoint(), QPoint(0, by), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(pane.viewport(), event)


@pytest.mark.qt_log_ignore("not accepted by receiving widget", extend=True)
def test_no_wheel_and_no_drag_leads_where_there_are_no_numbers(qtbot: QtBot) -> None:
    """The wheel was turned until the range was infinite, and raised in the middle of a class."""
    canvas = FigureCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.show()
    pane = canvas.plot()
    line = Line([0.0, 1.0, 2.0, 3.0], [0.0, -1.0, float("nan"), 1e-300], "accent")
    for title, log, equal in (("linear", False, False), ("log", True, False), ("eq", False, True)):
        y = Axis("y", log=log)
        canvas.set_figure(Figure(title, x=Axis("x"), y=y, items=(line,), equal=equal))
        pane.reset_view()
        whole = pane.ranges()
        for by in (12_000, -12_000, 120, 100_000, -100_000):
            wheel(pane, 15, by)
            drag(pane)
            pane.grab()
            for (low, high), (first, last) in zip(pane.box.viewRange(), pane.box.home, strict=True):
                wide = 3e3 * max(last - first, 1.0)
                assert first - wide < low < high < last + wide
        pane.reset_view()
        assert np.allclose(pane.ranges(), whole, rtol=0.1)


def drag(pane: PlotPane) -> None:
    """Drag far out with both buttons, from the middle of a plot."""
    middle = pane.viewport().rect().center()
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
        for way in (700, -900):
            QTest.mousePress(pane.viewport(), button, pos=middle)
            for far in (QPoint(9, 9), QPoint(way, way), QPoint(3 * way, -way)):
                QTest.mouseMove(pane.viewport(), middle + far)
            QTest.mouseRelease(pane.viewport(), button, pos=middle + QPoint(3 * way, -way))


TINY_AND_HUGE = (
    0.0, 5e-324, -5e-324, 1e-308, 1e-300, 1e-290, -1e-285, 1e-100, 1.0, 1 + 1e-15, 1e15, 1e15 + 2,
    -1e9, -1e9 + 1e-6, 1e300, -1e300, 1e308, -1e308, float("nan"), float("inf"),
)  # fmt: skip


@pytest.mark.parametrize("log", [False, True])
def test_axes_have_a_width_and_ticks_whatever_the_values(log: bool) -> None:
    """A function over 0 to 5e-324 divided by zero where the scale of its colours is drawn."""
    for values in itertools.combinations_with_replacement(TINY_AND_HUGE, 2):
        low, high = range_of(Axis(log=log), [extent(values, log)])
        scale = Scale.fitting(low, high, log)
        low, high = low / scale.unit, high / scale.unit
        assert high - low > 1e-10 * max(abs(low), abs(high))
        assert ticks_of(low, high, scale, 6) or (log and high < -300)
        assert ramp_ticks(values, 6)
