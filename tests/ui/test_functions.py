"""Functions of two and of many variables are chosen and seen in the window, by keys too."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from optiviz import presets
from optiviz.engine.run import Run
from optiviz.ui.canvas import FigureCanvas
from optiviz.ui.forms import KindForm
from optiviz.ui.main_window import MainWindow
from optiviz.ui.setup import FunctionSetup
from optiviz.views import show
from optiviz.views.function_2d import Contours

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def column(qtbot: QtBot) -> FunctionSetup:
    made = FunctionSetup()
    qtbot.addWidget(made)
    made.resize(290, 900)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def choose_kind(column: FunctionSetup, kind: str) -> None:
    combo = column.function.choice.combo
    combo.setFocus()
    while combo.currentData() != kind:
        step = combo.findData(kind) - combo.currentIndex()
        QTest.keyClick(combo, Qt.Key.Key_Down if step > 0 else Qt.Key.Key_Up)


def functions_of(column: FunctionSetup) -> KindForm:
    control = column.function.form.control("function")
    assert isinstance(control, KindForm)
    return control


def choose_function(column: FunctionSetup, kind: str) -> None:
    combo = functions_of(column).combo
    combo.setCurrentIndex(combo.findData(kind))


def type_into(widget: QWidget, text: str) -> None:
    line = widget if isinstance(widget, QLineEdit) else widget.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)


def test_all_three_kinds_of_function_are_offered_and_the_start_follows(
    column: FunctionSetup,
) -> None:
    """A start of one number is none for two variables: Run would be off without a reason."""
    assert column.spec() is not None
    choose_kind(column, "function_2d")
    spec = column.spec()
    assert spec is not None
    assert spec.problem.kind == "function_2d"
    assert spec.start is not None
    assert len(spec.start) == 2
    choose_function(column, "schwefel")
    assert column.spec() is not None
    choose_kind(column, "function_nd")
    type_into(column.function.form.control("dimension"), "30")
    spec = column.spec()
    assert spec is not None
    assert spec.start is not None
    assert spec.problem.dim == len(spec.start) == 30
    choose_kind(column, "function_1d")
    spec = column.spec()
    assert spec is not None
    assert spec.start == (3.0,)


def test_a_start_is_typed_and_kept_and_its_mistakes_are_said_beside_it(
    column: FunctionSetup,
) -> None:
    choose_kind(column, "function_2d")
    column.mistakes()
    type_into(column.function.start, "1.5, -2")
    spec = column.spec()
    assert spec is not None
    assert spec.start == (1.5, -2.0)
    choose_function(column, "booth")
    spec = column.spec()
    assert spec is not None
    assert spec.start == (1.5, -2.0)
    type_into(column.function.start, "1, 2, 3")
    assert [mistake.path for mistake in column.mistakes()] == ["start"]
    assert "have 2 numbers" in column.function._row.mistake.text()


def test_a_range_of_one_function_is_not_taken_over_by_another_kind(column: FunctionSetup) -> None:
    """From -4 to 4 is what x^2 is shown in; Schwefel's function has its minimum at 421."""
    choose_kind(column, "function_2d")
    choose_function(column, "schwefel")
    spec = column.spec()
    assert spec is not None
    assert spec.problem.sentence().endswith("(420.97, 420.97).")
    assert spec.to_dict()["problem"] == {
        "kind": "function_2d",
        "function": {"kind": "schwefel"},
    }


def test_what_is_known_of_the_function_is_said(column: FunctionSetup) -> None:
    choose_kind(column, "function_2d")
    choose_function(column, "booth")
    column.mistakes()
    panel = column.function
    assert panel.formula.isVisible()
    assert panel.formula.text().startswith("f = (x + 2y − 7)²")
    assert "lowest value is 0, at (1, 3)" in panel.known.text()
    assert panel.summary() == "Booth"
    choose_function(column, "saddle")
    column.mistakes()
    assert "It has no lowest value" in panel.known.text()
    choose_kind(column, "function_1d")
    column.mistakes()
    assert not panel.known.isVisible()


def test_a_function_of_two_variables_alone_is_refused_at_its_name(column: FunctionSetup) -> None:
    choose_kind(column, "function_nd")
    choose_function(column, "beale")
    assert [m.path for m in column.mistakes()] == ["problem.function.kind"]
    assert "exactly 2 variables" in functions_of(column).row.mistake.text()
    choose_function(column, "levy")
    assert column.mistakes() == ()


def test_a_formula_is_typed_and_its_mistakes_are_said(column: FunctionSetup) -> None:
    choose_kind(column, "function_2d")
    choose_function(column, "formula")
    form = functions_of(column).form
    type_into(form.control("formula"), "x^2 + z")
    assert [m.path for m in column.mistakes()] == ["problem.function.formula"]
    assert "the variables are x and y" in form.mistake_at("formula").replace("\u200b", "")
    type_into(form.control("formula"), "x^2 + 2xy")
    spec = column.spec()
    assert spec is not None
    assert column.function.summary() == "x^2 + 2xy"


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    made = MainWindow()
    qtbot.addWidget(made, before_close_func=lambda _: made.worker.close())
    made.show()
    return made


def titles(window: MainWindow) -> list[str]:
    return [card.title() for card in window.functions.cards]


def test_the_cards_are_those_of_the_function(window: MainWindow, qtbot: QtBot) -> None:
    """A demonstration opens in its tab, with pictures of its own kind, and they are drawn."""
    for name, expected in (
        ("himmelblau-2d", ["Contours", "Fitness", "Tried steps", "Code"]),
        ("rastrigin-10d", ["Contours", "Fitness", "Coordinates", "Tried steps"]),
        ("one-parameter", ["Function", "Line through the rows", "Fitness", "Cobweb"]),
        ("classic-descent", ["Function", "Fitness", "Cobweb", "Tried steps"]),
    ):
        window.demonstrate(name)
        assert window.workspace is window.functions
        qtbot.waitUntil(lambda: not window.functions.session.computing)
        assert titles(window) == expected
        window.functions.session.seek(10)

        def drawn() -> bool:
            figures = [card.canvas.figure() for card in window.functions.cards]
            return all(f is not None and (f.items or f.code) for f in figures)

        qtbot.waitUntil(drawn)
    window.functions.grid.choose(["function_1d", "fitness", "log"])
    qtbot.wait(50)
    first, second, third = (card.geometry() for card in window.functions.cards)
    assert first.height() > second.height() + third.height() - 20
    assert first.width() > 1.2 * second.width()


def test_the_pointer_reads_the_value_and_not_a_contour_line(qtbot: QtBot) -> None:
    run = Run(presets.load("rosenbrock-2d").spec).finish()
    canvas = FigureCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(600, 500)
    canvas.show()
    canvas.set_figure(Contours().figure([show(run)]))
    plot = canvas.plot()
    at, none = plot.pixel_of(0.5, 0.5), Qt.MouseButton.NoButton
    plain = Qt.KeyboardModifier.NoModifier
    moved = QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, plain)
    QApplication.sendEvent(plot.viewport(), moved)
    read = [row.label for row in plot.readings()]
    assert read == ["x", "y", "value of Rosenbrock"]
