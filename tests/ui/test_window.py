"""The window as a person uses it: real clicks and keys, and what the run then is."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from optiviz import presets
from optiviz.engine.optimizer import Optimizer, first_state
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.stopping import StopReason
from optiviz.store import run_file
from optiviz.ui.main_window import MainWindow
from optiviz.ui.theme import current_theme
from tests.ui.at_export import Exporter


def press_run(window: MainWindow, qtbot: QtBot) -> Run:
    workspace = window.workspace
    before = len(workspace.session.entries)
    qtbot.mouseClick(workspace.launch.run_button, Qt.MouseButton.LeftButton)
    assert len(workspace.session.entries) == before + 1
    run = workspace.session.entries[-1].run
    qtbot.waitUntil(lambda: run.status is RunStatus.FINISHED)
    return run


def key(window: MainWindow, qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(window, key)


def test_one_click_runs_the_classic_network_and_every_card_shows_it(window, qtbot):
    window.train.grid.choose(["fitness", "decision_boundary", "confusion", "log"])
    run = press_run(window, qtbot)
    assert run.digest == Run(presets.load("classic-mlp").spec).finish().digest
    key(window, qtbot, Qt.Key.Key_End)
    fitness, boundary, confusion, log = window.train.cards

    def all_at_end() -> bool:
        last = f"{run.k:,}"
        return all(
            last in card.canvas.figure().caption for card in (fitness, boundary, confusion, log)
        )

    qtbot.waitUntil(all_at_end)
    accuracy = run.history.measure(window.train.session.entries[0].window_reader, run.k)
    assert f"train {accuracy['train_accuracy']:.3f}" in confusion.note()
    assert any("weights at iteration 1,000" in line for line in log.canvas.figure().lines)


def test_an_empty_workspace_has_one_button_that_runs(window, qtbot):
    """Four of them would ask which one is meant."""
    buttons = [b for card in window.train.cards for b in card.findChildren(QPushButton)]
    shown = [button for button in buttons if button.isVisible()]
    assert [button.text() for button in shown] == ["Run"]
    spec = presets.load("classic-mlp").spec
    both, combo = (
        (shown[0], window.train.launch.run_button),
        window.train.setup.algorithm.form.combo,
    )
    combo.setCurrentIndex(combo.findData("adadelta"))  # it needs a slope
    qtbot.waitUntil(lambda: not any(button.isEnabled() for button in both))
    combo.setCurrentIndex(combo.findData(spec.optimizer.kind))
    qtbot.waitUntil(lambda: all(button.isEnabled() for button in both))
    qtbot.mouseClick(shown[0], Qt.MouseButton.LeftButton)
    run = window.train.session.entries[-1].run
    qtbot.waitUntil(lambda: run.status is RunStatus.FINISHED)


def test_cards_follow_the_problem_on_show(window, qtbot):
    """A run that predicts numbers has no classes to confuse; no card may stay empty."""
    grid, problem = window.train.grid, presets.load("classic-mlp").spec.problem
    usual = [card.view.kind for card in grid.cards]
    assert usual == ["fitness", "decision_boundary", "network", "tried_steps"]
    first = grid.cards[0]
    window.train.grid.cards[1].expand_requested.emit()
    grid.show_problem(presets.load("sine").spec.problem)
    kinds = [card.view.kind for card in grid.cards if card.isVisible()]
    assert kinds == ["fitness", "regression_fit", "network", "tried_steps"]
    assert grid.cards[0] is first
    grid.show_problem(problem)
    assert [card.view.kind for card in grid.cards if card.isVisible()] == usual


def test_the_boundary_is_refined_when_the_run_is_looked_at_in_peace(window, qtbot):
    press_run(window, qtbot)
    key(window, qtbot, Qt.Key.Key_End)
    canvas = window.train.cards[1].canvas

    def fine() -> bool:
        figure = canvas.figure()
        return bool(figure.items) and figure.items[0].lean.shape == (400, 400)

    qtbot.waitUntil(fine)
    key(window, qtbot, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: "iteration 999" in canvas.figure().caption)
    qtbot.waitUntil(fine)


def test_keys_move_the_playhead(window, qtbot):
    press_run(window, qtbot)
    session = window.train.session
    key(window, qtbot, Qt.Key.Key_End)
    assert session.k == 1000
    assert not session.playing
    key(window, qtbot, Qt.Key.Key_Left)
    key(window, qtbot, Qt.Key.Key_Left)
    assert session.k == 998
    key(window, qtbot, Qt.Key.Key_Right)
    assert session.k == 999
    key(window, qtbot, Qt.Key.Key_Home)
    assert session.k == 0
    key(window, qtbot, Qt.Key.Key_Space)
    assert session.playing
    qtbot.waitUntil(lambda: session.k > 5)
    key(window, qtbot, Qt.Key.Key_Space)
    assert not session.playing


def test_space_after_run_pauses_instead_of_running_again(window, qtbot):
    press_run(window, qtbot)
    focused = window.focusWidget()
    qtbot.keyClick(focused, Qt.Key.Key_Space)
    assert len(window.train.session.entries) == 1
    assert not window.train.session.playing


def test_dragging_the_timeline_seeks(window, qtbot):
    press_run(window, qtbot)
    bar = window.train.timeline.bar
    middle = QPoint(bar.width() // 2, bar.height() // 2)
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=middle)
    assert window.train.session.k == pytest.approx(500, abs=3)
    qtbot.mouseMove(bar, QPoint(8, bar.height() // 2))
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(8, bar.height() // 2))
    assert window.train.session.k < 502


def test_ten_seeds_are_ten_runs_with_their_own_names(window, qtbot):
    qtbot.mouseClick(window.train.launch.beside_button, Qt.MouseButton.LeftButton)
    entries = window.train.session.entries
    assert [entry.run.spec.seed for entry in entries] == list(range(1, 11))
    assert len({entry.name for entry in entries}) == 10
    assert len({entry.number for entry in entries}) == 10
    qtbot.waitUntil(lambda: not window.train.session.computing)
    assert window.train.runs.runs.rowCount() == 10


def test_stop_ends_a_long_run_where_it_is_and_the_spec_remembers(window, qtbot):
    spec = presets.load("classic-mlp").spec.with_value("stopping.max_iterations", 10**9)
    window.train.setup.set_spec(spec)
    qtbot.mouseClick(window.train.launch.run_button, Qt.MouseButton.LeftButton)
    run = window.train.session.entries[-1].run
    qtbot.waitUntil(lambda: run.k > 1000)
    qtbot.waitUntil(lambda: window.train.launch.run_button.text() == "Stop")
    qtbot.mouseClick(window.train.launch.run_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: run.status is RunStatus.FINISHED)
    assert run.stop_reason is StopReason.BY_HAND
    assert run.spec.stopping.ended_at == run.k
    assert Run(run.spec).finish().digest == run.digest


def test_escape_stops_and_closing_in_the_middle_of_a_run_is_clean(window, qtbot):
    spec = presets.load("classic-mlp").spec.with_value("stopping.max_iterations", 10**9)
    window.train.setup.set_spec(spec)
    window.train.run()
    run = window.train.session.entries[-1].run
    qtbot.waitUntil(lambda: run.k > 0)
    key(window, qtbot, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: run.status is RunStatus.FINISHED)
    window.train.run()
    window.close()
    assert not window.worker.isRunning()


def test_a_set_up_that_differs_is_said_and_reverted(window, qtbot):
    press_run(window, qtbot)
    workspace = window.train
    other = presets.load("classic-mlp").spec.with_value("optimizer.step_size", 0.3)
    workspace.setup.set_spec(other)
    workspace._setup_changed()
    assert workspace.launch.differs.isVisible()
    qtbot.mouseClick(workspace.launch.revert_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not workspace.launch.differs.isVisible())
    assert workspace.setup.spec() == presets.load("classic-mlp").spec


def test_an_impossible_set_up_turns_run_off(window, qtbot):
    form = window.train.setup.dataset
    data = presets.load("classic-mlp").spec.problem.dataset.to_dict()
    form.set_value(data | {"n_informative": 9})
    form.changed.emit()
    qtbot.waitUntil(lambda: not window.train.launch.run_button.isEnabled())
    assert any("more than the 5 features" in m.message for m in window.train.setup.mistakes())


def test_equal_moves_off_is_explained(window, qtbot):
    spec = presets.load("classic-mlp").spec.with_value("optimizer.accept_ties", False)
    window.train.setup.set_spec(spec)
    press_run(window, qtbot)
    key(window, qtbot, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: "Keep equal moves" in window.messages.text)


@pytest.mark.parametrize("name", presets.names())
def test_every_demonstration_runs_from_the_window(name, window, qtbot):
    window.demonstrate(name)
    preset = presets.load(name)
    session = window.workspace.session
    assert [entry.name for entry in session.entries] == [run for run, _ in preset.specs]
    qtbot.waitUntil(lambda: not session.computing)
    assert session.entries[0].run.digest == Run(preset.spec).finish().digest


def test_the_learning_rate_changes_while_it_runs_and_the_run_replays(window, qtbot):
    window.demonstrate("classic-descent")
    workspace = window.functions
    session = workspace.session
    qtbot.waitUntil(lambda: not session.computing and session.k >= 3)
    form = workspace.setup.algorithm
    rate = form.form.form.control("learning_rate")
    rate.set_value(0.4)
    rate.changed.emit()
    rate.committed.emit()
    run = session.focus.run
    qtbot.waitUntil(lambda: bool(run.spec.changes))
    qtbot.waitUntil(lambda: run.status is RunStatus.FINISHED)
    assert run.spec.changes[0].optimizer.learning_rate == pytest.approx(0.4)
    assert run.ghost is not None
    assert Run(run.spec).finish().digest == run.digest


def test_dragging_the_start_lets_every_run_begin_there(window, qtbot):
    window.demonstrate("classic-descent")
    workspace = window.functions
    qtbot.waitUntil(lambda: not workspace.session.computing)
    workspace.cards[0].start_dragged.emit((-2.0, 4.0), True)
    qtbot.waitUntil(
        lambda: all(e.ready and e.run.state(0).x[0] == -2.0 for e in workspace.session.entries)
    )
    assert workspace.setup.spec().start == (-2.0,)


def test_save_and_open_show_the_same_trace(window, qtbot, tmp_path: Path):
    run = press_run(window, qtbot)
    path = tmp_path / "a.optiviz"
    window.files.save_runs(path)
    qtbot.waitUntil(lambda: "Wrote" in window.messages.text)
    (saved,) = run_file.load(path)
    assert saved.digest == run.digest
    window.files.open_file(path)
    qtbot.waitUntil(lambda: len(window.train.session.entries) == 2)
    opened = window.train.session.entries[-1]
    assert opened.run.digest == run.digest
    assert window.train.session.focus is opened
    assert window.train.session.k == 1000


def test_report_and_trace_are_written_from_the_window(window, qtbot, tmp_path: Path, monkeypatch):
    run = press_run(window, qtbot)
    exporter = Exporter(window, qtbot.waitUntil, monkeypatch)
    for name, format_ in (("r.html", "html"), ("t.csv", "csv")):
        exporter.write(tmp_path / name, format_)
    assert (tmp_path / "r.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()))
    assert float(rows[-1]["best_f"]) == run.best_f


def test_a_bad_target_or_file_is_one_sentence(window, qtbot, tmp_path: Path):
    press_run(window, qtbot)
    window.files.save_runs(tmp_path / "no" / "such" / "a.optiviz")
    qtbot.waitUntil(lambda: "folder does not exist" in window.messages.text)
    broken = tmp_path / "b.optiviz"
    broken.write_bytes(b"PK\x03\x04 not a run")
    window.files.open_file(broken)
    qtbot.waitUntil(lambda: "b.optiviz" in window.messages.text)
    assert len(window.train.session.entries) == 1


def test_an_optimizer_that_raises_fails_alone_and_says_why(window, qtbot):
    class Breaks(Optimizer):
        kind = "breaks_for_a_test"
        label = "Breaks"
        group = "Tests"

        def sentence(self):
            return "Break."

        def init(self, problem, x0, draws):
            return first_state(x0, 0.0)

        def step(self, problem, state, draws):
            raise ZeroDivisionError("on purpose")

    spec = presets.load("classic-mlp").spec
    session = window.train.session
    session.start(spec.replace(optimizer=Breaks()), "breaks")
    good = session.start(spec, "good", focus=False)
    qtbot.waitUntil(lambda: "on purpose" in window.messages.text)
    assert "ZeroDivisionError" in window.messages.details
    qtbot.waitUntil(lambda: good.run.status is RunStatus.FINISHED)


def test_double_click_fills_the_middle_and_brings_the_grid_back(window, qtbot):
    first, *others = window.train.cards
    title = QPoint(40, 16)
    qtbot.mouseDClick(first.childAt(title), Qt.MouseButton.LeftButton)
    assert first.isVisible()
    assert not any(card.isVisible() for card in others)
    qtbot.mouseDClick(first.childAt(title), Qt.MouseButton.LeftButton)
    assert all(card.isVisible() for card in window.train.cards)


def test_text_size_and_theme_are_remembered(window, qtbot):
    window.larger()
    window.larger()
    window.switch_theme()
    scale = current_theme().scale
    assert scale == pytest.approx(1.21)
    window.close()
    current_theme().name, current_theme().scale = "light", 1.0
    second = MainWindow()
    qtbot.addWidget(second)
    assert current_theme().scale == pytest.approx(scale)
    assert current_theme().dark
    second.close()
    current_theme().name, current_theme().scale = "light", 1.0


def test_removing_and_hiding_runs(window, qtbot):
    press_run(window, qtbot)
    press_run(window, qtbot)
    session, runs = window.train.session, window.train.runs
    first = runs.runs.index(0, 0)
    assert runs.runs.setData(first, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert not session.entries[0].visible
    qtbot.keyClick(runs, Qt.Key.Key_Delete)
    assert len(session.entries) == 1
    assert session.focus is session.entries[0]
    qtbot.keyClick(runs, Qt.Key.Key_Delete)
    assert session.focus is None
    fitness = window.train.cards[0].canvas
    qtbot.waitUntil(lambda: "Press Run" in fitness.figure().empty)


def test_views_follow_the_playhead_exactly(window, qtbot):
    run = press_run(window, qtbot)
    window.train.session.seek(620)
    boundary = window.train.cards[1]
    qtbot.waitUntil(lambda: "iteration 620" in boundary.canvas.figure().caption)
    from optiviz.views import show

    *_, finest = boundary.view.refined([show(run, 620)])
    wanted = finest.items[0]

    def as_wanted() -> bool:
        image = boundary.canvas.figure().items[0]
        same_lean = np.array_equal(image.lean, wanted.lean)
        return same_lean and np.array_equal(image.winner, wanted.winner)

    qtbot.waitUntil(as_wanted)


def test_first_paint_needs_no_scikit_learn():
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from optiviz.ui.main_window import MainWindow; w = MainWindow(); w.show();"
        "app.processEvents();"
        "loaded = [m for m in ('sklearn', 'matplotlib', 'scipy.stats') if m in sys.modules];"
        "w.close(); sys.exit(', '.join(loaded) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr


def test_asking_what_is_exported_loads_nothing_that_draws():
    """It takes half a second, for which the window would stand still."""
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from optiviz import Run, RunSpec; from optiviz.ui.exporting import Exporting;"
        "from optiviz.ui.main_window import MainWindow; w = MainWindow(); w.show();"
        "w.functions.session.open([Run(RunSpec.load('classic-descent')).finish()]);"
        "w.bring(w.functions); Exporting._preview = lambda *_: None;"
        "w.doors.export_dialog('pdf'); assert w.exporting.panel.isVisible();"
        "loaded = [m for m in ('matplotlib', 'reportlab', 'jinja2') if m in sys.modules];"
        "w.close(); sys.exit(', '.join(loaded) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
