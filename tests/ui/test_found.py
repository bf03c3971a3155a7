"""What people ran into in the real window: each of these was wrong once."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from optiviz import presets
from optiviz.analysis.diagnosis import diagnose
from optiviz.analysis.features.planes import principal_plane
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.ui.canvas.axes import Scale
from optiviz.ui.canvas.labels import EndLabel, EndLabels
from optiviz.ui.canvas.legend import ElidedLabel
from optiviz.ui.file_dialog import FileDialog
from optiviz.ui.files import with_suffix
from optiviz.ui.main_window import MainWindow
from optiviz.ui.theme import current_theme
from optiviz.views import show
from optiviz.views.confusion import Confusion
from optiviz.views.decision_boundary import DecisionBoundary
from optiviz.views.fitness import Fitness
from tests.ui.at_export import Exporter


def settled(window: MainWindow, qtbot: QtBot) -> None:
    sessions = [workspace.session for workspace in (window.train, window.functions)]
    qtbot.waitUntil(lambda: not any(s.computing for s in sessions))
    qtbot.waitUntil(lambda: not window.jobs.busy)


def descent(rate: float = 0.1, formula: str = "x^2", start: float = 3.0) -> RunSpec:
    spec = presets.load("classic-descent").spec.with_value("problem.formula", formula)
    return spec.replace(optimizer=spec.optimizer.replace(learning_rate=rate), start=(start,))


# Comparing runs


def test_an_axis_shows_only_runs_that_are_measured_alike():
    runs = [
        show(Run(descent(), "a").finish(), name="a"),
        show(Run(descent(formula="abs(x)"), "b").finish(), name="b", number=1),
        show(Run(descent(0.3), "c").finish(), name="c", number=2),
    ]
    figure = Fitness().figure(runs)
    assert {item.label for item in figure.items} - {""} == {"a", "c"}
    assert figure.warning == "1 run is not measured by value of x^2 and left out here."
    assert Fitness().figure(runs[:1]).warning == ""
    assert Fitness(measure="accuracy").figure(runs).empty == "A function has no accuracy."


def test_only_test_rows_put_test_into_the_legend():
    run = Run(descent()).finish()
    numbers = [show(run, name=f"run {n}", number=n) for n in (0, 16, 17)]  # 16 is a dotted one
    assert Fitness().figure(numbers).legend == ()


def test_runs_of_the_same_seed_differ_where_their_names_are_not_cut(window, qtbot):
    for _ in range(2):
        window.train.run()
        settled(window, qtbot)
    qtbot.mouseClick(window.train.launch.beside_button, Qt.MouseButton.LeftButton)
    settled(window, qtbot)
    names = [entry.name for entry in window.train.session.entries]
    assert names[1] == "seed 1 (2) · Stochastic hill climbing"
    qtbot.waitUntil(lambda: "12 runs" in window.train.cards[0].canvas.figure().caption)
    figure = window.train.cards[0].canvas.figure()
    labels = {item.label for item in figure.items if getattr(item, "label", "")}
    assert labels == {"seed 1 (3)", "12 × Stochastic hill climbing"}  # many: a band
    window.train.cards[0].set_settings({"bands": "never"})
    each = {"seed 1 (2)", "seed 1 (3)", *(f"seed {n}" for n in range(1, 11))}

    def labelled():
        items = window.train.cards[0].canvas.figure().items
        return {item.label for item in items if getattr(item, "label", "")}

    qtbot.waitUntil(lambda: labelled() == each)


def test_several_rates_leave_the_set_up_one_in_focus(window, qtbot):
    window.tabs.setCurrentIndex(1)
    qtbot.mouseClick(window.functions.launch.beside_button, Qt.MouseButton.LeftButton)
    settled(window, qtbot)
    session = window.functions.session
    assert session.focus.run.spec == window.functions.setup.spec()
    assert len(session.entries) == 4
    assert not window.functions.launch.revert_button.isVisible()


# Cards


@pytest.mark.qt_log_ignore("plugin does not support", extend=True)
def test_a_click_beside_a_control_leaves_the_settings_open(window, qtbot):
    card = window.train.cards[0]
    buttons = card.findChildren(QToolButton)
    button = next(b for b in buttons if b.accessibleName() == "Settings and pictures")
    menu = button.defaultAction().menu()
    assert isinstance(menu, QMenu)
    menu.popup(card.mapToGlobal(QPoint(10, 10)))
    qtbot.waitUntil(menu.isVisible)
    box = card._form.parentWidget()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert menu.isVisible()
    label = card._form.row("over").label
    qtbot.mouseClick(label, Qt.MouseButton.LeftButton)
    assert menu.isVisible()
    menu.hide()


def test_how_far_the_picture_is_wrong_is_never_cut_off(window, qtbot):
    card = window.train.cards[1]
    current_theme().scale = 1.4
    window.train.run()
    settled(window, qtbot)
    qtbot.waitUntil(lambda: card.note().startswith("differs on"))
    note = next(label for label in card.findChildren(ElidedLabel) if label.text() == card.note())
    qtbot.waitUntil(lambda: note.toolTip() == "")


def test_features_that_are_not_there_or_the_same_are_said():
    run = Run(presets.load("classic-mlp").spec.with_value("stopping.max_iterations", 2)).finish()

    def warning(x: int, y: int) -> str:
        view = DecisionBoundary(plane="features", feature_x=x, feature_y=y)
        return view.figure([show(run)]).warning

    assert warning(1, 5) == ""
    assert "5 features" in warning(1, 9)
    assert "choose two" in warning(3, 3)
    assert DecisionBoundary(feature_x=9).figure([show(run)]).warning == ""


def test_classes_that_do_not_fit_are_said():
    data = presets.load("classic-mlp").spec.to_dict()
    data["problem"]["dataset"] |= {"n_classes": 12, "n_clusters_per_class": 1, "n_informative": 4}
    data["problem"]["network"]["layers"] = [{"units": 12}]
    data["stopping"]["max_iterations"] = 2
    spec = RunSpec.from_dict(data)
    figure = Confusion().figure([show(Run(spec).finish())])
    assert figure.warning == "Only the first 10 of 12 classes fit."


def test_two_directions_of_a_wide_table_take_no_minutes():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((1500, 900))
    X[:, 3] *= 9
    X[:, 7] *= 5
    wide = principal_plane(X)
    _, sizes, axes = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    assert abs(np.abs(wide.axes @ axes[:2].T) - np.eye(2)).max() < 1e-6
    assert wide.share == pytest.approx((sizes[:2] ** 2).sum() / (sizes**2).sum())


def test_labels_of_many_runs_stay_readable(qtbot):
    labels = [EndLabel(f"run {n}", f"run:{n}", QPointF(50, 20)) for n in range(60)]
    written = EndLabels()
    written.place(labels, QRectF(100, 0, 200, 280))
    texts = [text for text, _ in written.rects()]
    boxes = sorted((rect for _, rect in written.rects()), key=lambda rect: rect.top())
    assert texts[0] == "run 0"
    assert texts[-1] == f"and {60 - len(texts) + 1} more"
    assert all(a.bottom() <= b.top() + 0.5 for a, b in pairwise(boxes))


def test_the_pointer_reads_the_function_and_nothing_else(window, qtbot):
    window.demonstrate("classic-descent")
    settled(window, qtbot)
    card = window.functions.cards[0]
    window.functions.session.seek(60)
    qtbot.waitUntil(lambda: "iteration 60" in card.canvas.figure().caption)
    plot = card.canvas.plot()
    plot._pointing.hover = QPointF(plot.plot_area().center())
    plot._pointing.read()
    assert [row.label for row in plot.readings()] == ["x", "f(x) = x^2"]


def test_a_huge_value_on_a_tiny_axis_has_no_place():
    scale = Scale(unit=1e-9)
    with np.errstate(all="raise"):
        places = scale.places([1e-9, 1e305, 1e295])
    assert places[0] == pytest.approx(1.0)
    assert np.isnan(places[1:]).all()
    assert np.isnan(scale.place(1e295))


# What is said


def test_a_message_moves_nothing(window, qtbot):
    before = [card.mapTo(window, QPoint(0, 0)) for card in window.train.cards]
    size = window.train.size()
    window.report("Something long happened here. " * 40, "details")
    qtbot.waitUntil(window.messages.isVisible)
    qtbot.wait(50)
    assert [card.mapTo(window, QPoint(0, 0)) for card in window.train.cards] == before
    assert window.train.size() == size
    assert window.messages.text.startswith("Something long")
    window.train.run()
    assert not window.messages.isVisible()


def test_a_start_without_a_value_is_not_called_too_fast():
    nowhere = Run(descent(formula="log(x)", start=-1.0)).finish()
    assert "start elsewhere" in diagnose(nowhere)
    left = Run(descent(rate=3.8, formula="log(x)", start=0.2)).finish()
    assert "without a value" in diagnose(left)
    assert "Diverged at iteration" in diagnose(Run(descent(rate=3.8)).finish())


def test_why_a_run_ended_can_be_read(window, qtbot):
    spec = presets.load("classic-mlp").spec.with_value("stopping.target", 0.7)
    window.train.setup.set_spec(spec)
    window.train.run()
    settled(window, qtbot)
    run = window.train.session.focus.run
    assert run.status is RunStatus.FINISHED
    window.train.session.seek(run.k)
    why = run.stop_reason.value
    assert why in map(str, window.train.timeline._words())
    runs = window.train.runs.runs
    row = runs.index(0, 0)
    qtbot.waitUntil(
        lambda: why in runs.data(row, Qt.ItemDataRole.ToolTipRole)
    )  # the worker's word of the end is on its way


def test_one_run_takes_one_row(window, qtbot):
    window.train.run()
    settled(window, qtbot)
    qtbot.wait(50)
    one = window.train.runs.height()
    qtbot.mouseClick(window.train.launch.beside_button, Qt.MouseButton.LeftButton)
    settled(window, qtbot)
    qtbot.wait(50)
    assert one < 60 < window.train.runs.height()


# Files


def test_the_kind_that_was_chosen_is_written():
    kinds = "Pictures (*.png);;Drawings (*.svg)"
    png, svg = kinds.split(";;")
    for name, kind, wanted in (
        ("a", png, "a.png"),
        ("a", svg, "a.svg"),
        ("a.png", svg, "a.svg"),
        ("a.svg", png, "a.svg"),
        ("v1.2", png, "v1.2.png"),
        ("a.PNG", png, "a.PNG"),
        ("a", "", "a.png"),
    ):
        assert with_suffix(Path(name), kinds, kind) == Path(wanted)


def test_a_file_that_the_dialog_did_not_see_is_not_replaced_unasked(
    window, qtbot, tmp_path: Path, monkeypatch
):
    window.train.run()
    settled(window, qtbot)
    there = tmp_path / "run.optiviz"
    there.write_text("mine")
    answer = False
    monkeypatch.setattr(
        FileDialog, "target", lambda *a: (str(tmp_path / "run"), "optiviz (*.optiviz)")
    )
    monkeypatch.setattr("optiviz.ui.files.agrees", lambda *_: answer)
    window.files.save_dialog()
    settled(window, qtbot)
    assert there.read_text() == "mine"
    answer = True
    window.files.save_dialog()
    settled(window, qtbot)
    assert there.read_bytes()[:2] == b"PK"


def test_there_is_nothing_to_export_without_a_run(window):
    window.doors.export_dialog("csv")
    assert "press Run first" in window.messages.text


def test_closing_waits_for_what_is_written(qtbot, tmp_path: Path):
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.train.run()
    settled(window, qtbot)
    path = tmp_path / "a.optiviz"
    window.files.save_runs(path)
    window.close()
    assert window.isVisible()
    assert "a.optiviz" in window.messages.text
    qtbot.waitUntil(lambda: not window.isVisible())
    assert path.exists()


def test_closing_twice_does_not_wait(qtbot, tmp_path: Path, monkeypatch):
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.train.run()
    settled(window, qtbot)
    exporter = Exporter(window, qtbot.waitUntil, monkeypatch)
    exporter.open("html")
    exporter.begin(tmp_path / "a.html")
    window.close()
    window.close()
    assert not window.isVisible()


def test_a_failed_file_keeps_the_window(window, qtbot, tmp_path: Path):
    window.train.run()
    settled(window, qtbot)
    window.files.save_runs(tmp_path / "no" / "a.optiviz")
    window.close()
    settled(window, qtbot)
    assert window.isVisible()
    assert "folder does not exist" in window.messages.text
