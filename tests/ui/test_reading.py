"""What stands on cards can be read: nothing is cut off, recoloured or left behind."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QColor, QFontMetricsF, QIcon
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.problems.function_2d import Function2D
from optiviz.problems.function_nd import FunctionND
from optiviz.ui.canvas.axes import Scale, ticks_of
from optiviz.ui.canvas.legend import Legend
from optiviz.ui.canvas.tables import TablesPane, _small_enough, figure_size
from optiviz.ui.canvas.text import TextPane
from optiviz.ui.card import Card
from optiviz.ui.forms import ParametersForm
from optiviz.ui.layout import has_room
from optiviz.ui.main_window import MainWindow
from optiviz.ui.messages import MessageBar
from optiviz.ui.runs.swatch import swatch
from optiviz.ui.theme import current_theme
from optiviz.views import show
from optiviz.views.figure import LegendEntry, Line, Table
from optiviz.views.fitness import Fitness
from optiviz.views.function_2d import Contours
from optiviz.views.log import Log

KINDS = [
    LegendEntry(name, f"class:{i}", "square")
    for i, name in enumerate(("setosa", "versicolor", "virginica", "wrong"))
]


@pytest.fixture
def card(qtbot: QtBot) -> Card:
    card = Card("Decision boundary")
    qtbot.addWidget(card)
    card.resize(450, 300)
    card.show()
    return card


def legends(card: Card) -> list[Legend]:
    return [legend for legend in card.findChildren(Legend) if legend.entries()]


def test_a_legend_without_room_beside_the_title_has_a_line_of_its_own(card: Card) -> None:
    card.set_legend(KINDS)
    card.set_note("differs on 5%")
    (below,) = legends(card)
    assert below.parent() is card
    assert below.width() >= below.sizeHint().width()
    assert card._bar.title.toolTip() == ""  # else it is elided
    card.set_note("")  # nothing jumps back
    assert legends(card) == [below]


def test_a_legend_returns_beside_the_title_where_there_is_room(card: Card) -> None:
    card.set_note("differs on 5%")
    card.set_legend(KINDS)
    card.resize(900, 300)
    (beside,) = legends(card)
    assert beside.parent() is not card
    card.resize(510, 300)
    card.set_legend(KINDS[:1])
    (beside,) = legends(card)
    assert beside.parent() is not card


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (-0.45, 0.48, ["−0.4", "0.0", "0.4"]),
        (0.1, 0.9, ["0.4", "0.8"]),
        (3.01, 3.99, ["3.2", "3.6"]),
    ],
)
def test_a_scale_has_two_numbers_at_least(low: float, high: float, texts: list[str]) -> None:
    """Of one number alone, nobody can tell how large anything is."""
    for most in (2, 3):
        found = [tick.text for tick in ticks_of(low, high, Scale(), most)]
        assert len(found) >= 2
    assert [tick.text for tick in ticks_of(low, high, Scale(), 2)] == texts


def test_the_log_stays_at_its_end_where_a_bar_takes_a_line_of_it(qtbot: QtBot) -> None:
    pane = TextPane()
    qtbot.addWidget(pane)
    pane.resize(300, 120)
    pane.show()
    bar = pane.verticalScrollBar()
    lines = tuple(f"{i} short" for i in range(100))
    pane.set_lines(lines)
    assert bar.value() == bar.maximum()
    for width in (60, 61, 62):  # the first of them brings the bar below
        lines = (*lines, "long " * width)
        pane.set_lines(lines)
        qtbot.wait(1)
        assert bar.value() == bar.maximum() > 0
    bar.setValue(5)  # the user reads there
    pane.set_lines((*lines, "one more"))
    pane.resize(300, 90)
    assert bar.value() == 5


def test_a_run_keeps_its_colour_in_the_row_that_is_chosen(qtbot: QtBot) -> None:
    for number in range(3):
        icon = swatch(number, 14)
        image = icon.pixmap(QSize(28, 14), 1.0, QIcon.Mode.Selected).toImage()
        assert QColor(image.pixel(14, 7)) == current_theme().colour(f"run:{number}")


def test_tables_of_the_same_classes_name_them_once(qtbot: QtBot) -> None:
    names = ("setosa", "versicolor", "virginica")
    table = Table(names, names, (("34", "0", "0"),) * 3, None, "accent", "is class", "named class")
    pane = TablesPane()
    qtbot.addWidget(pane)
    pane.resize(490, 220)
    pane.set_tables((table, table))
    first, second = pane.rects()
    assert second.width() < first.width()
    assert second.right() <= pane.width() + 1
    # "versicolor" is written whole above its column
    room = second.width() / 3 - 4
    size = _small_enough(names, room)
    metrics = QFontMetricsF(current_theme().font(size))
    assert max(map(metrics.horizontalAdvance, names)) <= room
    pane.resize(200, 600)
    first, second = pane.rects()  # one above the other, each names them
    assert first.width() == second.width()


def test_coordinates_are_offered_where_there_are_some_to_choose(qtbot: QtBot) -> None:
    form = ParametersForm(Contours)
    qtbot.addWidget(form)
    form.leave_out(Contours().idle(Function2D()))
    assert form.row("coordinate_x").isHidden()
    form.leave_out(Contours().idle(FunctionND(dimension=5)))
    assert not form.row("coordinate_x").isHidden()


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["seed 1 · Adam", "seed 1 · CMA-ES"], ["Adam", "CMA-ES"]),
        (["seed 1 · Adam", "seed 2 · Adam"], ["seed 1", "seed 2"]),
        (["seed 1 · Adam", "seed 2 · CMA-ES"], ["seed 1 · Adam", "seed 2 · CMA-ES"]),
        (["seed 1 · Adam", "mine"], ["seed 1 · Adam", "mine"]),
    ],
)
def test_curves_of_a_race_are_named_by_what_tells_them_apart(
    names: list[str], labels: list[str]
) -> None:
    spec = RunSpec.load("classic-descent")
    run = Run(spec.replace(stopping=StoppingCriterion(max_iterations=3)))
    run.prepare()
    shown = [show(run, name=name, number=i) for i, name in enumerate(names)]
    figure = Fitness().figure(shown)
    found = {item.label for item in figure.items if isinstance(item, Line) and item.label}
    assert found == set(labels)


def test_each_line_of_the_log_of_a_function_is_short() -> None:
    run = Run(RunSpec.load("classic-descent").replace(changes=()))
    run.prepare()
    (line,) = Log().figure([show(run)]).lines
    assert line.split() == ["0", "x^2", "9.000000", "start"]


def test_words_about_a_demonstration_go_with_it_and_warnings_stay(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.say("Two bend too little.")
    bar.leave()
    assert bar.isHidden()
    bar.say("The file can't be written.", warning=True)
    bar.leave()
    assert not bar.isHidden()


def test_a_sentence_is_cut_off_only_where_there_is_no_room_beside_its_buttons(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.resize(640, 40)
    bar.show()
    bar.offer("A short word. " * 40, *(QAction("A button with many words", bar) for _ in range(2)))
    bar.offer("“seed 1” was interrupted at iteration 2,449,408.", QAction("Resume", bar))
    qtbot.wait(20)
    assert bar._text.text() == bar.text


def test_a_window_with_its_frame_fits_on_the_screen() -> None:
    """Else Run is below the edge of a small laptop's screen."""
    assert has_room(QSize(1374, 808), QSize(1920, 1040))
    assert not has_room(QSize(1374, 808), QSize(1366, 768))
    assert not has_room(QSize(1374, 808), QSize(1920, 800))


@pytest.fixture
def larger() -> Iterator[Callable[[], None]]:
    theme = current_theme()
    theme.scale = 1.0
    theme.apply()

    def enlarge() -> None:
        theme.scale = 1.6

    yield enlarge
    theme.scale = 1.0


def test_labels_have_room_in_larger_type(qtbot: QtBot, larger: Callable[[], None]) -> None:
    form = ParametersForm(HillClimbing)
    qtbot.addWidget(form)
    form.resize(420, 500)
    form.show()
    larger()
    label = form.row("step_size").label
    qtbot.waitUntil(lambda: label.width() >= label.fontMetrics().horizontalAdvance("Step size"))


def test_words_on_buttons_have_room_in_larger_type(
    qtbot: QtBot, larger: Callable[[], None]
) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    try:
        larger()
        (button,) = (b for b in window.findChildren(QToolButton) if b.text() == "Demonstrations")
        needed = button.fontMetrics().horizontalAdvance(button.text()) + button.iconSize().width()
        qtbot.waitUntil(lambda: button.sizeHint().width() >= needed)
    finally:
        window.close()
        window.worker.close()


def test_figures_of_ten_classes_are_whole_in_larger_type(
    qtbot: QtBot, larger: Callable[[], None]
) -> None:
    """A count that is cut to "1…" says nothing."""
    names = tuple(map(str, range(10)))
    table = Table(names, names, (("119",) * 10,) * 10, None, "accent", "is", "named")
    pane = TablesPane()
    qtbot.addWidget(pane)
    larger()
    pane.resize(460, 190)
    pane.set_tables((table, table))
    _first, second = pane.rects()
    width, height = second.width() / 10, 190 / 18
    metrics = QFontMetricsF(current_theme().font(figure_size(["119"], width, height)))
    assert metrics.horizontalAdvance("119") <= width
    assert metrics.height() <= height
    assert not pane.grab().isNull()
