"""A part of the window that fails is a sentence, and everything else goes on."""

import ast
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from optiviz.engine.run import RunStatus
from optiviz.engine.stepper import Stepper
from optiviz.ui import setup_card
from optiviz.ui.errors import Errors
from optiviz.ui.main_window import MainWindow
from tests.ui.conftest import Person


@pytest.fixture
def kept() -> list[str]:
    return []


@pytest.fixture
def errors(person: Person, kept: list[str]) -> Iterator[Errors]:
    """Return what takes errors in the program, put before what takes them in tests."""
    with capture_exceptions():
        made = Errors(person.window.report, kept.append, person.window)
        made.install()
        yield made
        made.close()


def usable(person: Person) -> None:
    """Run something, and see it."""
    person.demonstrate("classic-perceptron")
    assert person.session.entries[0].run.status is RunStatus.FINISHED
    person.look("log")


def test_a_slot_that_raises_is_one_message_with_a_count(person: Person, errors, kept, capsys):
    timer = QTimer(person.window)
    timer.timeout.connect(lambda: [][1])
    timer.start(0)
    person.until(lambda: errors._counts.total() >= 1000)
    timer.stop()
    total = errors._counts.total()
    person.until(lambda: f"({total:,} times)" in person.window.messages.text)
    assert "list index out of range" in person.window.messages.text
    assert "IndexError" in person.window.messages.details
    assert len(kept) == 1
    assert capsys.readouterr().err.count("IndexError") == 1
    usable(person)


def test_a_paint_that_raises_with_its_painter_open_harms_nobody(person, errors, monkeypatch):
    def fail(*_: object) -> None:
        raise ValueError("no paint left")

    with monkeypatch.context() as context:
        context.setattr(setup_card, "paint_icon", fail)
        for _ in range(20):
            for header in person.window.findChildren(setup_card._Header):
                header.update()
            QApplication.processEvents()
        person.until(lambda: "no paint left" in person.window.messages.text)
        assert "times)" in person.window.messages.text
    usable(person)


def test_whatever_paints_is_guarded():
    """Else its error comes up in other code, and its painter stays open."""
    for path in Path(setup_card.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name in ("paintEvent", "paint"):
                names = [ast.unparse(one) for one in node.decorator_list]
                assert "guarded" in names, f"{path.name}:{node.lineno}"


def test_a_view_that_raises_is_that_cards_failure(person: Person, errors, monkeypatch):
    from optiviz.views.log import Log

    def fail(*_: object) -> None:
        raise ArithmeticError("a view of ours")

    person.demonstrate("classic-perceptron")
    monkeypatch.setattr(Log, "figure", fail, raising=False)
    person.grid.choose(["log", "fitness"])
    person.see("fitness")


def test_errors_of_threads_and_of_what_is_thrown_away_are_told_too(person, errors, kept):
    def fail() -> None:
        raise OSError("a thread of its own")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    person.until(lambda: "a thread of its own" in person.window.messages.text)

    class Thrown:
        def __del__(self) -> None:
            raise OSError("on the way out")

    Thrown()
    person.until(lambda: "on the way out" in person.window.messages.text)
    assert len(kept) == 2


def test_a_thousand_different_errors_are_counted_as_many(person, errors, kept):
    for i in range(1000):
        errors.add(ValueError(f"number {i}"))
    person.until(lambda: "many errors" in person.window.messages.text)
    assert len(kept) <= 5
    assert len(errors._details) <= 101


@pytest.mark.parametrize("part", ["leave", "close", "may"])
def test_a_close_handler_that_raises_closes_all_the_same(person, errors, monkeypatch, part):
    window = person.window

    def fail(*_: object) -> None:
        raise RuntimeError("it will not close")

    broken = {"leave": window.train, "close": window.kept_layout, "may": window.leaving}[part]
    monkeypatch.setattr(broken, "_asked" if part == "may" else part, fail)
    closed = window.close()
    if part == "may":  # the first time there is somebody to tell
        assert not closed
        person.until(lambda: "it will not close" in window.messages.text)
        assert window.close()
    assert not window.isVisible()
    assert not window.worker.isRunning()  # it may not have begun yet


def test_stop_says_that_it_waits_and_the_window_answers(person: Person, monkeypatch):
    go_on, before = threading.Event(), Stepper.steps

    def stuck(self, state, n):
        if state.k > 5:
            go_on.wait(30)
        return before(self, state, n)

    monkeypatch.setattr(Stepper, "steps", stuck)
    person.window.demonstrate("classic-perceptron")
    run = person.session.entries[0].run
    person.until(lambda: run.trace.last_k > 5)
    person.session.stop()
    assert run.status is RunStatus.RUNNING  # it is back, and the iteration is not over
    person.until(lambda: person.window.messages.text.startswith("Stop waits for"))
    assert not person.window.worker.close(0.05)  # it says so, instead of waiting for ever
    person.window.worker._closing = False
    go_on.set()
    person.until(lambda: run.status is RunStatus.FINISHED)
    person.until(lambda: not person.window.messages.isVisible())


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError])
def test_what_an_algorithm_raises_ends_its_run_and_no_thread(person, monkeypatch, error):
    before = Stepper.steps

    def failing(self, state, n):
        if state.k > 5:
            raise error
        return before(self, state, n)

    with monkeypatch.context() as context:
        context.setattr(Stepper, "steps", failing)
        person.window.demonstrate("classic-perceptron")
        run = person.session.entries[0].run
        person.until(lambda: run.status is RunStatus.FAILED)
        person.press(Qt.Key.Key_End)
    assert person.window.worker.isRunning()
    usable(person)


def test_layers_data_and_theme_change_in_the_middle_of_a_run(person: Person):
    person.window.demonstrate("classic-mlp")
    person.until(lambda: person.session.entries[0].run.trace.last_k > 0)
    first = person.session.entries[0]
    spec = first.run.spec.to_dict()
    person.other_theme()
    person.window.demonstrate("iris")
    person.window.demonstrate("xor")
    person.window.train.session.remove(*person.session.entries)  # that are being viewed
    person.other_theme()
    assert first.run.spec.problem.to_dict() == spec["problem"]
    usable(person)


def test_two_windows_of_one_home(person: Person, qtbot: QtBot):
    other = MainWindow()
    qtbot.addWidget(other)
    other.show()
    other.demonstrate("classic-perceptron")
    usable(person)
    run = other.train.session.entries[0].run
    qtbot.waitUntil(lambda: run.status is RunStatus.FINISHED)
    other.close()
    usable(person)


HANGS = """
import sys, time
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from optiviz.ui.watchdog import Watchdog
app = QCoreApplication([])
told = []
dog = Watchdog(open(sys.argv[1], "ab", buffering=0), told.append, app, patience=0.6)
dog._timer.setInterval(50)
clock = time.time
def jump():
    time.time = lambda: clock() + 1e6
def hang_for_a_test(seconds):
    time.sleep(seconds)
def nested():  # as a dialog does
    loop = QEventLoop()
    QTimer.singleShot(1500, loop.quit)
    loop.exec()
def check():
    assert not told, told
    hang_for_a_test(1.0)
QTimer.singleShot(200, jump)
QTimer.singleShot(300, lambda: hang_for_a_test(0.4))
QTimer.singleShot(900, nested)
QTimer.singleShot(3000, check)
QTimer.singleShot(4600, app.quit)
app.exec()
dog.close()
assert len(told) == 1, told
assert "hang_for_a_test" in told[0]
"""


def test_the_watchdog_tells_of_a_window_that_hangs_and_of_nothing_else(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", HANGS, str(tmp_path / "hangs")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
