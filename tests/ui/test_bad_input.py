# ruff: noqa: E501  # a table of cases reads best as it is
"""Whatever is typed or pasted into a form is a number or a sentence beside its field."""

import time

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from optiviz.engine import registry
from optiviz.engine.parameters import Parameters, SpecError, fields
from optiviz.engine.stopping import StoppingCriterion
from optiviz.problems.function_1d import Function1D
from optiviz.ui.forms import ParametersForm
from optiviz.ui.forms.words import parsed_number

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
