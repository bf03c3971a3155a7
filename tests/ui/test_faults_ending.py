"""The program ends in order whenever it is asked to, and in spite of what can't be interrupted."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from optiviz import presets
from optiviz.engine.run import Run
from optiviz.store.crashes import Watch, reports
from tests.torture import surroundings
from tests.ui.started import Started

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

Start = Callable[..., Started]

STUCK = """
import time
from optiviz.engine.stepper import Stepper
def stuck(self, state, n, before=Stepper.steps):
    if state.k > 5:
        time.sleep(20)
    return before(self, state, n)
Stepper.steps = stuck
window.demonstrate("classic-mlp")
window.switch_theme()
QTimer.singleShot(1000, window, started.ready)
"""
CRASH = """
import os, signal
from optiviz import presets
spec = presets.load("classic-mlp").spec
long = spec.replace(stopping=spec.stopping.replace(max_iterations=10**9))
entry = window.train.session.start(long, "a")
def crash():
    if entry.run.trace.last_k > 0:
        os.kill(os.getpid(), signal.SIGSEGV)
timer = QTimer(window)
timer.timeout.connect(crash)
timer.start(50)
"""
DIALOG = """
import os
os.close(1)
os.close(2)
window.demonstrate("classic-mlp")
QTimer.singleShot(0, window, lambda: 1 / 0)
QTimer.singleShot(10, window, window.files.open_dialog)
QTimer.singleShot(500, window, started.ready)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    made: list[Started] = []

    def begin(*given: object, **more: object) -> Started:
        made.append(Started(tmp_path, *given, **more))  # type: ignore[arg-type]
        return made[-1]

    yield begin
    for one in made:
        one.close()


def test_an_iteration_that_nothing_can_interrupt_is_left_behind(start: Start):
    """Within two seconds where nobody else needs the machine; settings are written before."""
    program = start(STUCK)
    program.signal(signal.SIGTERM)
    status, seconds = program.ends()
    assert status == 143, program.said
    assert seconds < 10  # and not 20
    assert program.crash_files() == []
    assert '"theme": "dark"' in (program.home / "settings.json").read_text()


def test_ctrl_c_twice_mid_run_in_a_dialog_without_a_terminal_ends_in_order(start: Start):
    program = start(DIALOG)
    program.signal(signal.SIGINT)
    program.signal(signal.SIGINT)
    assert program.ends()[0] == 130
    (report,) = [report for report in reports(program.home / "crashes") if report.kind == "error"]
    assert "ZeroDivisionError" in report.text()


def test_a_crash_is_told_at_the_next_start_with_what_was_computed(start: Start, tmp_path):
    program = start(CRASH)
    assert program.ends()[0] == -signal.SIGSEGV, program.said
    again = start("print(window.messages.text, flush=True); window.messages._act.click()")
    assert "optiviz ended unexpectedly on" in again.said
    again.signal(signal.SIGKILL)
    again.ends()
    (report,) = [report for report in reports(tmp_path / "crashes") if report.kind == "crash"]
    text = report.text()
    assert not report.new
    assert "most recent call first" in text
    assert '"hill_climbing"' in text
    assert "\nQt 6." in text
    assert "python 3." in text
    assert str(Path(sys.prefix)) not in text
    # Who was killed left what it had open, and has nothing to tell.
    assert any(name.startswith("open-") for name in program.crash_files())
    Watch.look_back(tmp_path / "crashes")
    assert not any(name.startswith("open-") for name in program.crash_files())


def test_all_odd_surroundings_at_once_compute_the_same_run(tmp_path: Path):
    """An Arabic locale, no fonts, twice the scale, no home, python -O, and no UTF-8."""
    digest = surroundings.one(tmp_path / "here", **surroundings.all_at_once(tmp_path))
    assert digest == Run(presets.load("classic-perceptron").spec).finish().digest
