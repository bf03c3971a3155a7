"""The left column: what is set there is what is run, and what can't be run is explained there."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from optiviz import presets
from optiviz.datasets.classification import Classification
from optiviz.engine import registry
from optiviz.engine.parameters import Mistake, Param
from optiviz.engine.spec import RunSpec
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.losses import LOSSES, Accuracy
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.problems.network_training import NetworkTraining
from optiviz.ui.forms import Panel
from optiviz.ui.forms.choice import NOTE, Choice
from optiviz.ui.panels.goal import GoalPanel
from optiviz.ui.panels.network import NetworkPanel
from optiviz.ui.setup import FunctionSetup, SetupColumn, SetupPanel

# The offscreen platform says of every window what it can't do.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

LEFT = Qt.MouseButton.LeftButton


def shown(column: SetupColumn, qtbot: QtBot, opened: Sequence[Panel] = ()) -> None:
    qtbot.addWidget(column)
    column.resize(290, 2400)
    for panel in opened:
        column.card(panel).set_folded(False)
    column.show()
    column.activateWindow()
    qtbot.waitUntil(column.isActiveWindow)


@pytest.fixture
def setup(qtbot: QtBot) -> SetupPanel:
    column = SetupPanel()
    shown(column, qtbot, column.panels)
    return column


def shown_panel(panel: Panel, qtbot: QtBot) -> None:
    qtbot.addWidget(panel)
    panel.resize(270, 400)
    panel.show()


def type_into(widget: QWidget, text: str) -> None:
    line = widget if isinstance(widget, QLineEdit) else widget.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)


def choose(combo: Any, value: str) -> None:
    """Choose an entry as the keyboard does: from entry to entry."""
    combo.setFocus()
    while combo.currentData() != value:
        step = combo.findData(value) - combo.currentIndex()
        QTest.keyClick(combo, Qt.Key.Key_Down if step > 0 else Qt.Key.Key_Up)


def dataset_mistake(setup: SetupPanel, name: str) -> str:
    """Return what is said at a field of the dataset, checked now."""
    setup.mistakes()
    return setup.dataset.form.form.mistake_at(name).replace("\u200b", "")


def algorithm_mistake(setup: SetupPanel, name: str) -> str:
    setup.mistakes()
    form = setup.algorithm.form
    text = form.row.mistake.text() if name == "kind" else form.form.mistake_at(name)
    return text.replace("\u200b", "")


def units(setup: SetupPanel) -> list[int]:
    return [layer["units"] for layer in setup.network.value()["network"]["layers"]]


@pytest.mark.parametrize("kind", [SetupPanel, FunctionSetup])
def test_every_demonstration_is_shown_as_it_is(
    kind: type[SetupPanel] | type[FunctionSetup], qtbot: QtBot
) -> None:
    """Else 'Revert' or 'Run again' would run something else."""
    column = kind()
    shown(column, qtbot)
    specs = [spec for name in presets.names() for _, spec in presets.load(name).specs]
    mine = [s for s in specs if isinstance(s.problem, NetworkTraining) == (kind is SetupPanel)]
    assert len(mine) > 2
    for spec in mine:
        spy = QSignalSpy(column.spec_changed)
        column.set_spec(spec)
        assert column.spec() == spec
        assert column.mistakes() == ()
        told = spy.count()
        assert told <= 1
        column.set_spec(spec)
        assert column.spec() == spec
        assert spy.count() == told


def test_settings_that_mean_none_survive(setup: SetupPanel) -> None:
    """A shift that is left out is drawn; it must not become 0 again."""
    before = setup.spec()
    assert before is not None
    assert isinstance(before.problem, NetworkTraining)
    dataset = Classification(shift=None, scale=None, weights=(0.9, 0.1))
    start = tuple(np.linspace(-1, 1, before.problem.dim).tolist())
    spec = before.replace(problem=before.problem.replace(dataset=dataset), start=start)
    setup.set_spec(spec)
    assert setup.spec() == spec


def test_layers_are_added_moved_and_removed(setup: SetupPanel, qtbot: QtBot) -> None:
    """The network is built by clicks; its size is told at once."""
    network = setup.network
    QTest.mouseClick(network.add_button, LEFT)
    type_into(network.boxes[1].units, "4")
    choose(network.boxes[1].activation.focusProxy(), "tanh")
    assert units(setup) == [10, 4, 1]
    setup.spec()
    assert network.summary() == "5 – 10 – 4 – 1 · 109 weights"
    assert [box.caption.text() for box in network.boxes] == ["Hidden 1", "Hidden 2", "Output"]
    assert not network.boxes[-1].remove.isVisible()

    assert not network.boxes[0].up.isEnabled()
    QTest.mouseClick(network.boxes[0].down, LEFT)
    assert units(setup) == [4, 10, 1]
    assert network.boxes[0].value()["activation"] == "tanh"
    QTest.keyClick(network.boxes[1].up, Qt.Key.Key_Space)
    assert units(setup) == [10, 4, 1]

    QTest.mouseClick(network.boxes[0].remove, LEFT)
    assert units(setup) == [4, 1]
    qtbot.waitUntil(lambda: setup.card(network).summary() == "5 – 4 – 1 · 29 weights")
    QTest.mouseClick(network.boxes[0].remove, LEFT)
    spec = setup.spec()
    assert spec is not None
    assert isinstance(spec.problem, NetworkTraining)
    assert [layer.units for layer in spec.problem.network.layers] == [1]
    assert network.summary() == "5 – 1 · 6 weights"


def test_a_bad_layer_is_explained_at_that_layer(setup: SetupPanel) -> None:
    """In a deep network one must see which layer is meant."""
    QTest.mouseClick(setup.network.add_button, LEFT)
    type_into(setup.network.boxes[1].units, "0")
    assert [m.path for m in setup.mistakes()] == ["problem.network.layers[1].units"]
    assert "at least 1" in setup.network.boxes[1].mistake.text()
    assert setup.network.boxes[0].mistake.text() == ""
    type_into(setup.network.boxes[1].units, "2")
    assert setup.mistakes() == ()
    assert setup.network.boxes[1].mistake.text() == ""
    type_into(setup.network.boxes[2].units, "3")
    assert setup.spec() is None
    assert "needs 1 unit for 2 classes" in setup.network.boxes[2].mistake.text()


def test_impossible_datasets_are_explained_and_mended(setup: SetupPanel) -> None:
    """Run is off, and the field says why, until it is mended."""
    form = setup.dataset.form.form
    type_into(form.control("n_informative"), "5")
    said = dataset_mistake(setup, "n_informative")
    assert said.startswith("Informative, redundant and repeated features are 6 together")
    assert setup.spec() is None
    type_into(form.control("n_informative"), "2")
    assert dataset_mistake(setup, "n_informative") == ""
    assert setup.spec() is not None

    type_into(form.control("n_clusters_per_class"), "3")
    assert "need 6 corners" in dataset_mistake(setup, "n_clusters_per_class")
    type_into(form.control("n_informative"), "3")
    assert dataset_mistake(setup, "n_clusters_per_class") == ""
    assert setup.mistakes() == ()


def test_a_batch_larger_than_the_data_is_explained(setup: SetupPanel) -> None:
    choose(setup.goal.choice.combo, "log_loss")
    choose(setup.algorithm.form.combo, "mini_batch_gradient_descent")
    assert setup.mistakes() == ()
    type_into(setup.algorithm.form.form.control("batch_size"), "671")
    said = algorithm_mistake(setup, "batch_size")
    assert said == "Must be at most 670, the number of training rows, is 671."
    type_into(setup.algorithm.form.form.control("batch_size"), "670")
    assert algorithm_mistake(setup, "batch_size") == ""
    assert setup.spec() is not None


def test_gradients_on_a_step_unit_or_on_accuracy_are_explained(setup: SetupPanel) -> None:
    """The list says it before, the field after the choice, and what would work instead."""
    combo = setup.algorithm.form.combo
    tip = combo.itemData(combo.findData("gradient_descent"), Qt.ItemDataRole.ToolTipRole)
    assert "train on log loss" in tip
    choose(combo, "gradient_descent")
    assert "train on log loss, score by accuracy" in algorithm_mistake(setup, "kind")
    assert "gradient_descent" not in algorithm_mistake(setup, "kind")
    kinds = registry.kinds("optimizers")
    able = [cls for cls in kinds.values() if not cls.needs_gradient]
    assert 0 < len(able) < len(kinds)
    assert f"{len(able)} of {len(kinds)} algorithms" in setup.goal.usable.text()

    choose(setup.goal.choice.combo, "mean_squared_error")
    assert algorithm_mistake(setup, "kind") == ""
    assert setup.spec() is not None
    assert setup.goal.usable.text() == "Every algorithm can work with it."
    choose(setup.network.boxes[0].activation.focusProxy(), "step")
    assert "use sigmoid units" in algorithm_mistake(setup, "kind")

    # It is found too while something else is wrong.
    type_into(setup.finish.form.control("max_iterations"), "-1")
    paths = {mistake.path for mistake in setup.mistakes()}
    assert paths == {"optimizer.kind", "stopping.max_iterations"}


def test_log_loss_without_probabilities_is_explained_at_the_goal(setup: SetupPanel) -> None:
    choose(setup.network.boxes[1].activation.focusProxy(), "identity")
    assert setup.mistakes() == ()
    choose(setup.goal.choice.combo, "log_loss")
    assert [m.path for m in setup.mistakes()] == ["problem.objective"]
    assert "make the last layer sigmoid" in setup.goal._row.mistake.text()
    choose(setup.network.boxes[1].activation.focusProxy(), "sigmoid")
    assert setup.mistakes() == ()
    assert setup.goal._row.mistake.text() == ""


def test_why_a_choice_cannot_be_made_is_told_before_it_is_made(setup: SetupPanel) -> None:
    """Choosing and being refused, one after the other, is no way to learn what goes together."""
    choose(setup.network.boxes[1].activation.focusProxy(), "identity")
    setup.mistakes()
    objectives = setup.goal.choice.combo
    at = objectives.findData("log_loss")
    assert objectives.itemData(at, NOTE) == "not here"
    tip = objectives.itemData(at, Qt.ItemDataRole.ToolTipRole)
    assert "make the last layer sigmoid" in tip
    assert LOSSES["log_loss"].help in tip
    assert objectives.itemData(objectives.findData("accuracy"), NOTE) == ""
    choose(setup.network.boxes[1].activation.focusProxy(), "sigmoid")
    choose(objectives, "log_loss")
    setup.mistakes()
    outputs = setup.network.boxes[1].activation.focusProxy()
    assert isinstance(outputs, Choice)
    assert outputs.itemData(outputs.findData("relu"), NOTE) == "not here"
    assert outputs.itemData(outputs.findData("sigmoid"), NOTE) == ""
    hidden = setup.network.boxes[0].activation.focusProxy()
    assert isinstance(hidden, Choice)
    tip = hidden.itemData(hidden.findData("relu"), Qt.ItemDataRole.ToolTipRole)
    assert tip == ACTIVATIONS["relu"].formula
    # A mistake elsewhere is no reason against any of them.
    type_into(setup.network.boxes[0].units, "0")
    setup.mistakes()
    assert outputs.itemData(outputs.findData("sigmoid"), NOTE) == ""


def test_all_activations_losses_and_additions_are_offered(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new one is there without a word in the window."""

    class Patience(Accuracy):
        label = "Patience"

    class Pulled(NetworkTraining):
        kind = ""
        pull: Annotated[float, Param("Pulls weights to 0.", label="L3 penalty", ge=0, le=9)] = 0.5

    monkeypatch.setitem(LOSSES, "patience", Patience())
    goal = GoalPanel(Pulled)
    shown_panel(goal, qtbot)
    assert goal.choice.combo.findData("patience") >= 0
    assert goal.form.row("pull").text == "L3 penalty"
    goal.set_value({"objective": "log_loss", "pull": 2.0})
    assert (goal.value()["objective"], goal.value()["pull"]) == ("log_loss", 2.0)
    assert not {"kind", "dataset", "network", "initialization"} & set(goal.value())
    goal.set_mistakes([Mistake("pull", "must be at most 9, is 10")])
    assert "at most 9" in goal.form.mistake_at("pull")
    assert goal.label_at("pull") == "L3 penalty"
    network = NetworkPanel()
    shown_panel(network, qtbot)
    combo = network.boxes[0].activation.focusProxy()
    assert isinstance(combo, Choice)
    assert [combo.itemData(i) for i in range(combo.count())] == list(ACTIVATIONS)


def test_a_folded_card_tells_of_its_mistake(setup: SetupPanel, qtbot: QtBot) -> None:
    """A mistake inside a folded card must be found at once."""
    card = setup.card(setup.dataset)
    type_into(setup.dataset.form.form.control("test_size"), "2")
    QTest.mouseClick(card.header(), LEFT, pos=QPoint(20, 10))
    assert card.folded()
    qtbot.waitUntil(lambda: card.summary() == "Test share must be below 1, is 2.")
    assert "Test share must be below 1" in card.header().toolTip()
    card.set_folded(False)
    type_into(setup.dataset.form.form.control("test_size"), "0.5")
    card.set_folded(True)
    qtbot.waitUntil(lambda: card.summary() == "1,000 × 5 random clusters")
    assert "must" not in card.header().toolTip()


def test_more_classes_bring_more_outputs(setup: SetupPanel) -> None:
    """The output layer follows the data, unless it was set to something else."""
    form = setup.dataset.form.form
    type_into(form.control("n_informative"), "3")
    type_into(form.control("n_classes"), "3")
    assert setup.spec() is not None
    assert units(setup) == [10, 3]
    type_into(form.control("n_classes"), "2")
    assert setup.spec() is not None
    assert units(setup) == [10, 1]


def test_weights_are_pasted(setup: SetupPanel) -> None:
    """A classic solution is pasted in and starts the run."""
    setup.set_spec(RunSpec.load("classic-perceptron"))
    network = setup.network
    assert not network.pasted.isVisible()
    choose(network.start.combo, "pasted")
    assert network.pasted.isVisible()
    assert [m.path for m in setup.mistakes()] == ["start"]
    assert network.given.text() == "0 of 6 numbers"
    weights = (0.0097317, 0.13818088, 1.17634326, -0.04296336, 0.00485813, -0.14767616)
    QApplication.clipboard().setText(f"[{', '.join(map(str, weights))}")
    network.pasted.setFocus()
    network.pasted.paste()
    QTest.keyClicks(network.pasted, "]")
    spec = setup.spec()
    assert spec is not None
    assert spec.start == weights
    assert network.given.text() == "6 of 6 numbers"
    QTest.keyClicks(network.pasted, " seven")
    assert setup.spec() is None
    assert "the text 'seven'" in network._start_mistake.text().replace("\u200b", "")
    choose(network.start.combo, "rand")
    assert setup.mistakes() == ()
    assert network._start_mistake.text() == ""
    assert setup.spec() == RunSpec.load("classic-perceptron")


def test_live_settings_are_told_apart_and_when_complete(setup: SetupPanel, qtbot: QtBot) -> None:
    """A running run takes the step size at once, but never half of a number that is typed."""
    heard: list[HillClimbing] = []
    setup.live_changed.connect(heard.append)
    form = setup.algorithm.form.form
    type_into(form.control("step_size"), "1e-3")
    assert setup.spec() is not None
    assert heard == []
    QTest.keyClick(form.control("step_size").findChild(QLineEdit), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: heard == [HillClimbing(step_size=0.001)])
    QTest.mouseClick(form.control("accept_ties").focusProxy(), LEFT, pos=QPoint(8, 8))
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert not heard[1].accept_ties

    choose(setup.algorithm.form.combo, "nelder_mead")
    size = setup.algorithm.form.form.control("initial_size")
    type_into(size, "0.7")
    QTest.keyClick(size.findChild(QLineEdit), Qt.Key.Key_Return)
    QTest.mouseClick(setup.randomness.control("seed").dice, LEFT)
    assert setup.spec() is not None
    setup.set_spec(RunSpec.load("classic-mlp"))
    QTest.qWait(100)
    assert len(heard) == 2


def test_typing_is_told_once_it_rests(setup: SetupPanel, qtbot: QtBot) -> None:
    """Each key must not set the whole window in motion."""
    spy = QSignalSpy(setup.spec_changed)
    type_into(setup.dataset.form.form.control("n_samples"), "2500")
    qtbot.waitUntil(lambda: spy.count() > 0)
    assert spy.count() == 1
    QTest.qWait(100)
    assert spy.count() == 1


def test_the_picture_is_asked_for_once_and_stale_answers_are_ignored(
    setup: SetupPanel, qtbot: QtBot
) -> None:
    """A slow answer must not be shown as the data of other settings."""
    asked: list[Classification] = []
    setup.thumbnail_wanted.connect(asked.append)
    qtbot.waitUntil(lambda: len(asked) == 1)
    type_into(setup.dataset.form.form.control("class_sep"), "2.5")
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert [dataset.class_sep for dataset in asked] == [1.0, 2.5]
    points, labels = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 1.0]]), np.array([0, 1, 1])
    picture = setup.dataset.scatter
    waiting = picture.grab().toImage()
    setup.show_thumbnail(asked[0], points, labels, "600 of class 0")
    assert picture.grab().toImage() == waiting
    assert "600" not in setup.dataset.counts.text()
    setup.show_thumbnail(asked[1], points, labels, "600 of class 0 · 400 of class 1")
    assert picture.grab().toImage() != waiting
    assert setup.dataset.counts.text() == (
        "670 rows to train on, 330 to test\n600 of class 0 · 400 of class 1"
    )
    setup.show_thumbnail(asked[1], np.full((3, 2), np.nan), labels)
    assert not picture.grab().isNull()


def test_a_folded_dataset_asks_for_no_picture(qtbot: QtBot) -> None:
    """Nobody sees it, and making data takes time."""
    column = SetupPanel()
    spy = QSignalSpy(column.thumbnail_wanted)
    shown(column, qtbot)
    QTest.qWait(250)
    assert spy.count() == 0
    column.card(column.dataset).set_folded(False)
    qtbot.waitUntil(lambda: spy.count() == 1)


def test_limits_of_a_run(setup: SetupPanel) -> None:
    """A run without an end is refused, and the target is read as the axis is."""
    form = setup.finish.form
    box = form.control("max_iterations").focusProxy()
    assert form.row("target").text == "Accuracy at least"
    choose(setup.goal.choice.combo, "log_loss")
    setup.mistakes()
    assert form.row("target").text == "Log loss at most"
    QTest.mouseClick(box, LEFT, pos=QPoint(8, 8))
    assert [m.path for m in setup.mistakes()] == ["stopping.max_iterations"]
    assert "set at least one" in form.mistake_at("max_iterations").lower()
    QTest.mouseClick(form.control("max_seconds").focusProxy(), LEFT, pos=QPoint(8, 8))
    QTest.mouseClick(form.control("target").focusProxy(), LEFT, pos=QPoint(8, 8))
    spec = setup.spec()
    assert spec is not None
    assert (spec.stopping.max_iterations, spec.stopping.max_seconds) == (None, 10.0)
    assert spec.stopping.target == 0.1
    assert setup.finish.summary() == "10 s or log loss 0.1"


def test_dice_throw_other_seeds(setup: SetupPanel) -> None:
    """Data, split and search vary one by one."""
    for name, path in (
        ("random_state", ("problem", "dataset", "random_state")),
        ("split_seed", ("problem", "dataset", "split_seed")),
        ("seed", ("seed",)),
    ):
        before = setup.spec()
        QTest.mouseClick(setup.randomness.control(name).dice, LEFT)
        after = setup.spec()
        assert before is not None
        assert after is not None
        old, new = before.to_dict(), after.to_dict()
        assert old != new
        for part in path[:-1]:
            old, new = old[part], new[part]
        assert old.pop(path[-1]) != new.pop(path[-1])
        assert old == new
    type_into(setup.randomness.control("split_seed"), "-1")
    assert [m.path for m in setup.mistakes()] == ["problem.dataset.split_seed"]
    assert "at least 0" in setup.randomness._rows["split_seed"].mistake.text()


def test_the_wheel_scrolls_the_column_and_changes_nothing(setup: SetupPanel) -> None:
    """Looking further down must not change a setting on the way."""
    setup.resize(290, 400)
    setup.setFocus()
    QApplication.processEvents()
    before = setup.spec_data()
    bar = setup.area.verticalScrollBar()
    form = setup.dataset.form
    widgets = (form.form.control("n_samples").focusProxy(), form.combo)
    for widget in (*widgets, setup.network.boxes[0].activation.focusProxy()):
        assert widget is not None
        setup.area.ensureWidgetVisible(widget)
        place = bar.value()
        point = QPointF(widget.mapTo(setup, widget.rect().center()))
        QTest.wheelEvent(setup.windowHandle(), point, QPoint(0, -120))
        QApplication.processEvents()
        assert not widget.hasFocus()
        assert bar.value() > place
    assert setup.spec_data() == before


def test_nothing_is_wider_than_the_column(setup: SetupPanel) -> None:
    """A control that is cut off at the right can't be used."""
    setup.algorithm.form.combo.setCurrentIndex(
        setup.algorithm.form.combo.findData("mini_batch_gradient_descent")
    )
    type_into(setup.dataset.form.form.control("flip_y"), "x" * 200)
    setup.mistakes()
    setup.resize(290, 900)
    QApplication.processEvents()
    right = setup.area.viewport().width()
    for widget in setup.findChildren(QWidget):
        if widget.isVisible() and setup.area.widget().isAncestorOf(widget):
            left = widget.mapTo(setup.area.widget(), QPoint(0, 0)).x()
            assert left + widget.width() <= right, widget


def test_a_function_and_its_start(qtbot: QtBot) -> None:
    """Functions have their own column, with the start that is dragged in the picture."""
    column = FunctionSetup()
    shown(column, qtbot, column.panels)
    form = column.function.form
    line = form.control("formula").findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    type_into(line, "x^2 +")
    assert [m.path for m in column.mistakes()] == ["problem.formula"]
    assert form.mistake_at("formula") != ""
    type_into(line, "x^2 + x")
    column.set_start((-2.5,))
    spec = column.spec()
    assert spec is not None
    assert spec.start == (-2.5,)
    assert spec.to_dict()["problem"]["formula"] == "x^2 + x"
    QTest.mouseClick(column.function.start.focusProxy(), LEFT, pos=QPoint(8, 8))
    drawn = column.spec()
    assert drawn is not None
    assert drawn.start is None
    type_into(form.control("high"), "-9")
    assert [m.path for m in column.mistakes()] == ["problem.high"]
    assert "above -4" in form.mistake_at("high")


def test_no_data_are_made_on_the_way() -> None:
    """Importing scikit-learn takes most of a second: the window must not wait for it."""
    program = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtWidgets import QApplication
from PySide6.QtTest import QTest
app = QApplication([])
from optiviz.ui.setup import SetupPanel
setup = SetupPanel()
setup.card(setup.dataset).set_folded(False)
setup.show()
QTest.qWait(250)
assert setup.spec() is not None
print(sorted({"sklearn", "scipy", "matplotlib"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=100
    )
    assert done.stdout.strip() == "[]"
