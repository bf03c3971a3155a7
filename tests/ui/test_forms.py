"""Forms made of typed parameters: what is typed is what is meant, and what is wrong is said."""

from collections.abc import Iterator
from typing import Annotated, Literal

import pytest
from PySide6.QtCore import QLocale, QPoint, QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from optiviz.datasets import Dataset
from optiviz.datasets.classification import Classification
from optiviz.engine import registry
from optiviz.engine.parameters import Field, Param, Parameters, SpecError, fields
from optiviz.engine.stopping import StoppingCriterion
from optiviz.networks.network import Layer
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.problems.function_1d import Function1D
from optiviz.ui.forms import KindForm, NumberControl, ParametersForm
from optiviz.ui.forms.controls import ChoiceControl, OptionalControl
from optiviz.ui.forms.number import NumberEdit
from optiviz.ui.forms.numbers import LogControl
from optiviz.ui.forms.words import breakable, limits, number_text, parsed_number, spoken

# The offscreen platform says of every window what it can't do.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

FAMILIES = ("optimizers", "datasets", "views")
KINDS = [cls for family in FAMILIES for cls in registry.kinds(family).values()]
FORMS: list[type[Parameters]] = [*KINDS, Function1D, StoppingCriterion]


class Everything(Parameters):
    """Every type that a field may have."""

    whole: Annotated[int, Param("A whole number.", ge=1, le=9)] = 3
    real: Annotated[float, Param("A number.", unit="m", gt=0, le=10)] = 0.5
    rate: Annotated[float, Param("On a log scale.", scale="log", gt=0, le=100, live=True)] = 0.1
    flag: Annotated[bool, Param("Yes or no.")] = True
    choice: Annotated[Literal["a", "b"], Param("One of two.", choices={"a": "an A"})] = "a"
    text: Annotated[str, Param("Words.", choices={"x": "the letter x", "y": "why"})] = "x"
    plain: Annotated[str, Param("Any words.", max_length=5)] = "words"
    shares: Annotated[tuple[float, ...], Param("Several.", ge=0, le=1)] = (0.25, 0.75)
    maybe: Annotated[float | None, Param("Perhaps.", ge=0)] = None
    usual: Annotated[float | None, Param("Usually.", ge=0, advanced=True)] = 1.0
    layer: Annotated[Layer, Param("A set of settings.")] = Layer(units=2)
    data: Annotated[Dataset, Param("One kind of a family.")] = Classification()


def form_of(cls: type[Parameters], qtbot: QtBot) -> ParametersForm:
    form = ParametersForm(cls)
    qtbot.addWidget(form)
    form.resize(290, 900)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    return form


def line_of(form: ParametersForm, name: str) -> QLineEdit:
    """Return the line in which a field is typed, ready for it."""
    control = form.control(name)
    if isinstance(control, OptionalControl):
        if not control.box.isChecked():
            QTest.mouseClick(control.box, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
        control = control.inner
    line = control.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    return line


def type_into(line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, text)


def check(form: ParametersForm) -> list[str]:
    """Check a form as its owner does, and return the paths of the mistakes."""
    try:
        form.cls.from_dict(form.value())
    except SpecError as error:
        form.set_mistakes(list(error.mistakes))
        return [mistake.path for mistake in error.mistakes]
    form.set_mistakes([])
    return []


def wheel(widget: QWidget) -> None:
    """Turn the wheel over a widget as the mouse does."""
    window = widget.window()
    point = QPointF(widget.mapTo(window, widget.rect().center()))
    QTest.wheelEvent(window.windowHandle(), point, QPoint(0, 120))
    QApplication.processEvents()


@pytest.mark.parametrize("cls", FORMS, ids=lambda cls: cls.__name__)
def test_defaults_come_back_as_they_are(cls: type[Parameters], qtbot: QtBot) -> None:
    """A form that changes a setting by being shown would run something else."""
    data = {"max_iterations": 7} if cls is StoppingCriterion else {}
    wanted = cls(**data)
    form = form_of(cls, qtbot)
    form.set_value(wanted)
    assert cls.from_dict(form.value()) == wanted
    form.set_value(wanted.to_dict())
    assert cls.from_dict(form.value()) == wanted


def limits_of(cls: type[Parameters]) -> Iterator[tuple[Field, float, float]]:
    """Yield each number's limits, with a number a little or far beyond them."""
    for field in fields(cls):
        low = field.param.gt if field.param.gt is not None else field.param.ge
        high = field.param.lt if field.param.lt is not None else field.param.le
        for limit, sign in ((low, -1), (high, 1)):
            if field.type in (int, float) and limit is not None:
                yield field, field.type(limit), field.type(limit + sign * max(1, abs(limit)))


@pytest.mark.parametrize("cls", [c for c in FORMS if any(limits_of(c))], ids=lambda c: c.__name__)
def test_each_limit_is_said_at_its_field(cls: type[Parameters], qtbot: QtBot) -> None:
    """Someone who types too much must read why, there and at once."""
    form = form_of(cls, qtbot)
    said = 0
    for field, limit, beyond in limits_of(cls):
        form.set_value({})
        if field.name not in form.names():
            continue
        line = line_of(form, field.name)
        type_into(line, number_text(beyond))
        assert field.name in check(form)
        sentence = field.param.limit_mistake(beyond)
        assert sentence is not None
        assert form.mistake_at(field.name).replace("\u200b", "") == spoken(sentence)
        assert form.row(field.name).mistake.isVisible()
        said += 1

        # The limit itself is right or wrong as declared; another check may then speak here.
        type_into(line, number_text(limit))
        check(form)
        shown = form.mistake_at(field.name).replace("\u200b", "")
        at_limit = field.param.limit_mistake(limit)
        assert shown != spoken(sentence)
        assert at_limit is None or shown == spoken(at_limit)
    assert said > 0


def test_every_type_of_field_round_trips(qtbot: QtBot) -> None:
    """Else a setting of that type is lost on its way through the window."""
    form = form_of(Everything, qtbot)
    assert Everything.from_dict(form.value()) == Everything()
    other = Everything(
        whole=9,
        real=0.1 + 0.2,
        rate=1e-6,
        flag=False,
        choice="b",
        text="z",
        plain="",
        shares=(1.0,),
        maybe=2.5,
        usual=None,
        layer=Layer(units=7, activation="tanh"),
        data=Classification(n_samples=50, shift=None),
    )
    form.set_value(other)
    assert Everything.from_dict(form.value()) == other


def test_everything_can_be_read_out_and_reached_by_key(qtbot: QtBot) -> None:
    """People who don't see the labels or hold no mouse set parameters too."""
    form = form_of(Everything, qtbot)
    for name in ("whole", "real", "rate", "flag", "choice", "text", "plain", "shares", "maybe"):
        control = form.control(name)
        target = control.focusProxy()
        assert target is not None
        assert form.row(name).text in target.accessibleName()
        assert target.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert "." in control.toolTip()
    assert "Above 0 and at most 10." in form.control("real").toolTip()
    assert "while a run goes on" in form.control("rate").toolTip()
    assert form.live == ("rate",)


BAD = (
    ("whole", "abc"),
    ("whole", ""),
    ("whole", "1.5"),
    ("whole", "1e400"),
    ("whole", "9" * 5000),
    ("real", "nan"),
    ("real", "-inf"),
    ("real", "1,000"),
    ("real", "0x10"),
    ("rate", "1e-"),
    ("plain", "too many words"),
    ("shares", "0.5, half"),
    ("shares", "0.5 2"),
    ("maybe", ""),
)


def test_bad_input_stays_and_is_explained_until_it_is_mended(qtbot: QtBot) -> None:
    """Nobody should have to type again what was nearly right."""
    form = form_of(Everything, qtbot)
    for name, text in BAD:
        good = Everything().to_dict().get(name, 1.0)
        line = line_of(form, name)
        line.setFocus()
        line.selectAll()
        line.insert(text)
        if not text:
            QTest.keyClick(line, Qt.Key.Key_Backspace)
        assert [path.partition("[")[0] for path in check(form)] == [name]
        assert form.mistake_at(name) != ""
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert line.text() == text
        form.control(name).set_value(good)
        assert check(form) == []
        assert form.mistake_at(name) == ""
        assert not form.row(name).mistake.isVisible()


def test_mistakes_inside_nested_settings_are_shown_there(qtbot: QtBot) -> None:
    """A sentence at the wrong field sends people looking."""
    form = form_of(Everything, qtbot)
    nested = form.control("data")
    assert isinstance(nested, KindForm)
    type_into(line_of(nested.form, "n_informative"), "5")
    assert check(form) == ["data.n_informative"]
    assert "more than the 5 features" in nested.form.mistake_at("n_informative")
    assert form.mistake_at("data") == ""
    type_into(line_of(nested.form, "n_informative"), "2")
    assert check(form) == []
    assert nested.form.mistake_at("n_informative") == ""


def test_a_mistake_behind_more_settings_opens_them(qtbot: QtBot) -> None:
    """A mistake that nobody can see can't be mended."""
    form = form_of(Everything, qtbot)
    assert not form.row("usual").isVisible()
    form.control("usual").set_value(-1.0)
    assert check(form) == ["usual"]
    assert form.row("usual").mistake.isVisible()


def test_what_is_typed_tells_once_a_key_and_completes_once(qtbot: QtBot) -> None:
    """A running run must not be given 1 on the way to 1e-3, nor a storm of signals."""
    form = form_of(Everything, qtbot)
    changed, committed = QSignalSpy(form.changed), QSignalSpy(form.committed)
    form.set_value(Everything(rate=0.2))
    assert (changed.count(), committed.count()) == (0, 0)
    line = line_of(form, "rate")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "1e-3")
    assert (changed.count(), committed.count()) == (4, 0)
    assert form.value()["rate"] == 0.001
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert line.text() == "0.001"
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert (changed.count(), committed.count()) == (4, 1)


def test_arrows_step_along_the_scale_and_stop_at_limits(qtbot: QtBot) -> None:
    """Learning rates are tried by factors, and no key leads out of the limits."""
    rate = NumberEdit(Param("", scale="log", gt=0, le=3), whole=False)
    qtbot.addWidget(rate)
    rate.show()
    rate.set_value(0.03)
    seen = []
    for _ in range(8):
        QTest.keyClick(rate, Qt.Key.Key_Up)
        seen.append(rate.value())
    assert seen == [0.05, 0.1, 0.2, 0.5, 1, 2, 3, 3]
    QTest.keyClick(rate, Qt.Key.Key_PageDown)
    QTest.keyClick(rate, Qt.Key.Key_PageDown)
    assert rate.value() == 0.03
    for _ in range(40):
        QTest.keyClick(rate, Qt.Key.Key_Down)
    assert 0 < float(rate.value()) < 1e-10  # type: ignore[arg-type]

    share = NumberEdit(Param("", ge=0, le=1), whole=False)
    qtbot.addWidget(share)
    share.set_value(0.98)
    for _ in range(5):
        share.stepUp()
    assert share.value() == 1.0
    assert share.stepEnabled() == NumberEdit.StepEnabledFlag.StepDownEnabled

    rows = NumberEdit(Param("", ge=2, le=10), whole=True)
    qtbot.addWidget(rows)
    rows.set_value("many")
    rows.stepUp()
    assert rows.value() == "many"


def test_a_slider_sets_a_live_number_by_factors(qtbot: QtBot) -> None:
    """The learning rate is turned like a knob while the run goes on."""
    form = form_of(Everything, qtbot)
    control = form.control("rate")
    assert isinstance(control, LogControl)
    committed = QSignalSpy(form.committed)
    control.slider.setFocus()
    QTest.keyClick(control.slider, Qt.Key.Key_PageUp)
    assert form.value()["rate"] == 1.0
    assert committed.count() == 1
    type_into(control.edit.lineEdit(), "0.01")
    assert control.slider.value() == -control.PER_DECADE
    assert form.value()["rate"] == 0.01


def test_a_tick_switches_an_optional_setting_on_with_a_suggestion(qtbot: QtBot) -> None:
    """Switching a limit on must not first show a mistake."""
    form = form_of(StoppingCriterion, qtbot)
    form.set_value(StoppingCriterion(max_iterations=5))
    control = form.control("max_seconds")
    assert isinstance(control, OptionalControl)
    control.suggest(10.0)
    assert "max_seconds" not in form.value()
    QTest.mouseClick(control.box, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert form.value()["max_seconds"] == 10.0
    assert check(form) == []
    QTest.keyClicks(QApplication.focusWidget(), "x")
    assert "max_seconds" in check(form)
    QTest.mouseClick(control.box, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert check(form) == []


def test_the_wheel_changes_only_what_has_the_focus(qtbot: QtBot) -> None:
    """Scrolling past a form must not change it."""
    form = form_of(Everything, qtbot)
    form.control("flag").setFocus()
    before = form.value()
    choice = form.control("choice")
    assert isinstance(choice, ChoiceControl)
    rate = form.control("rate")
    assert isinstance(rate, LogControl)
    whole = form.control("whole")
    assert isinstance(whole, NumberControl)
    for widget in (choice.combo, rate.edit, rate.slider, whole.edit):
        wheel(widget)
        assert not widget.hasFocus()
        assert form.value() == before
    whole.edit.setFocus()
    qtbot.waitUntil(whole.edit.hasFocus)
    wheel(whole.edit)
    assert form.value()["whole"] == 4


def test_long_choices_can_be_read_whole(qtbot: QtBot) -> None:
    """A name that is cut off in its box must be readable in the list and in the tooltip."""
    control = ChoiceControl({"a": "short", "b": "words that are much too long for a narrow box"})
    qtbot.addWidget(control)
    control.name("Words", "What they say.")
    control.resize(120, 30)
    control.show()
    control.set_value("b")
    assert control.combo.toolTip().startswith("words that are much too long for a narrow box")
    assert not control.combo.grab().isNull()
    control.combo.showPopup()
    words = control.combo.fontMetrics().horizontalAdvance(control.combo.currentText())
    assert control.combo.view().width() >= words
    control.combo.hidePopup()
    control.set_value("unknown")
    assert control.value() == "unknown"


def test_a_suggestion_writes_its_value(qtbot: QtBot) -> None:
    """The list says 'Two minima', the spec needs the formula."""
    form = form_of(Function1D, qtbot)
    control = form.control("formula")
    combo = control.focusProxy()
    assert isinstance(combo, QWidget)
    committed = QSignalSpy(form.committed)
    line = line_of(form, "formula")
    line.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert form.value()["formula"] == "x^4 - 3x^2 + x"
    assert line.text() == "x^4 - 3x^2 + x"
    assert committed.count() == 1
    type_into(line, "x^")
    assert check(form) == ["formula"]
    assert form.mistake_at("formula") != ""
    type_into(line, "x^2 - x")
    assert check(form) == []


def test_another_kind_takes_over_settings_of_the_same_name(qtbot: QtBot) -> None:
    """Comparing two descents should not mean typing the learning rate twice."""
    from optiviz.engine.optimizer import Optimizer

    form = KindForm(Optimizer)
    qtbot.addWidget(form)
    form.show()
    form.set_value({"kind": "gradient_descent", "learning_rate": 0.7})
    form.combo.setCurrentIndex(form.combo.findData("mini_batch_gradient_descent"))
    assert form.value() == {
        "kind": "mini_batch_gradient_descent",
        "batch_size": 50,
        "learning_rate": 0.7,
        "schedule": {"kind": "constant", "warm_up": 0},
    }
    form.set_value({"kind": "hill_climbing", "step_size": 0.3})
    assert HillClimbing.from_dict(form.value()) == HillClimbing(step_size=0.3)


def test_another_kind_takes_over_what_was_set_and_is_possible_there(qtbot: QtBot) -> None:
    """1,000 rows of clusters, chosen by nobody, must not be an impossible iris."""
    form = KindForm(Dataset)
    qtbot.addWidget(form)
    form.set_value({"kind": "friedman2", "test_size": 0.5})
    form.combo.setCurrentIndex(form.combo.findData("moons"))
    moons = Dataset.from_dict(form.value())
    assert (moons.kind, moons.test_size, moons.noise) == ("moons", 0.5, 0.15)  # type: ignore[attr-defined]
    form.set_value({"kind": "classification", "n_samples": 900})
    form.combo.setCurrentIndex(form.combo.findData("iris"))
    assert Dataset.from_dict(form.value()).sizes().n_train == 100
    form.combo.setCurrentIndex(form.combo.findData("digits"))
    assert Dataset.from_dict(form.value()).to_dict().get("n_samples") is None
    form.set_value({"kind": "classification", "n_samples": 100})
    form.combo.setCurrentIndex(form.combo.findData("iris"))
    assert Dataset.from_dict(form.value()).to_dict()["n_samples"] == 100


def test_headings_of_a_list_cannot_be_chosen(qtbot: QtBot) -> None:
    """The name of a group is no algorithm."""
    from optiviz.engine.optimizer import Optimizer

    form = KindForm(Optimizer)
    qtbot.addWidget(form)
    form.show()
    form.combo.setFocus()
    seen = set()
    kinds = registry.kinds("optimizers")
    for _ in kinds:
        QTest.keyClick(form.combo, Qt.Key.Key_Up)
    for _ in kinds:
        seen.add(form.kind)
        QTest.keyClick(form.combo, Qt.Key.Key_Down)
    assert seen == set(kinds)


def test_numbers_are_read_and_written_as_people_do() -> None:
    assert [parsed_number(text, whole=True) for text in ("1,000", "1e3", "−5", " 7 ")] == [
        1000,
        1000,
        -5,
        7,
    ]
    assert parsed_number("1,00", whole=True) == "1,00"
    assert parsed_number("1e-3", whole=False) == 0.001
    assert parsed_number("x", whole=False) == "x"


@pytest.mark.parametrize("name", ["de_DE", "ar_EG", "tr_TR", "C"])
def test_numbers_are_read_as_they_are_typed_in_other_countries(name):
    before = QLocale()
    QLocale.setDefault(QLocale(name))
    try:
        typed = ("0,5", "12,25", "-1,5e-3", "0,500", "٠٫٥", "٥", "1,000", "1,5,5", "1.000,5")
        found = [parsed_number(text, whole=False) for text in typed]
        assert found == [0.5, 12.25, -1.5e-3, 0.5, 0.5, 5.0, "1,000", "1,5,5", "1.000,5"]
        assert number_text(1234.5) == "1234.5"
    finally:
        QLocale.setDefault(before)
    assert [number_text(value) for value in (0.05, 1e-6, 3, 0.1 + 0.2, 1e400)] == [
        "0.05",
        "1e-06",
        "3",
        "0.30000000000000004",
        "inf",
    ]
    assert limits(Param("", ge=1, le=1000)) == "At least 1 and at most 1,000."
    assert limits(Param("")) == ""
    assert max(map(len, breakable("9" * 60).split("\u200b"))) <= 16


@pytest.mark.parametrize("typed", ["1e308", "5e-324", "1" * 60])
def test_a_slider_takes_any_number_that_is_typed_beside_it(qtbot: QtBot, typed: str) -> None:
    """Its place is off either end; the check of the limits says what is wrong."""
    param = Param("A rate.", scale="log", gt=0, le=10)
    control = LogControl(param, whole=typed.isdecimal(), middle=0.1)
    qtbot.addWidget(control)
    control.set_value(parsed_number(typed, typed.isdecimal()))
    ends = (control.slider.minimum(), control.slider.maximum())
    assert control.slider.value() in ends
