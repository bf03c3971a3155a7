"""The program ends in order whenever it is asked to, and in spite of what can't be interrupted."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from optiviz import presets
from optiviz.engine.run import RESUMABLE, Run
from optiviz.store.crashes import Watch, reports
from optiviz.store.history import History
from optiviz.store.settings import SettingsFile
from tests.torture import ends, surroundings
from tests.ui.started import Started

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

Start = Callable[..., Started]

STUCK = """
import time
from optiviz.engine.stepper import Stepper
reached = []
def stuck(self, state, n, before=Stepper.steps):
    if state.k > 5:
        reached.append(state.k)
        time.sleep(600)
    return before(self, state, n)
Stepper.steps = stuck
window.demonstrate("classic-mlp")
window.switch_theme()
def hang():
    if not reached:
        return
    hangs.stop()
    from optiviz.ui.watchdog import Watchdog
    (dog,) = QApplication.instance().findChildren(Watchdog)
    dog._half = 0.3
    dog.beat()
    time.sleep(0.9)
    dog.beat()
    dog._half = 30.0
    dog.beat()
    (started.home() / "hung").write_text("")
hangs = QTimer(window)
hangs.timeout.connect(hang)
hangs.start(100)
"""
HELD = """
import time
window.train.leave = lambda: time.sleep(600)  # as a disk may that does not answer
window.leaving.begins.__self__.interval = 1.0
"""
TWICE = """
from optiviz import presets
spec = presets.load("rastrigin-10d").spec.with_value("stopping.max_iterations", 300)
window.functions.session.start(spec, {name!r})
window.{does}()
"""
CRASH = """
import faulthandler
from optiviz import presets
spec = presets.load("classic-mlp").spec
long = spec.replace(stopping=spec.stopping.replace(max_iterations=10**9))
entry = window.train.session.start(long, "a")
def crash():
    if entry.run.trace.last_k > 0:
        faulthandler._sigsegv()
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
    """It is not waited for, and settings are written before."""
    program = start(STUCK)
    program.until((program.home / "hung").exists)
    program.signal(signal.SIGTERM)
    assert program.ends() == 143, program.said
    assert program.crash_files() == []
    assert '"theme": "dark"' in (program.home / "settings.json").read_text()
    told = [report for report in reports(program.home / "crashes") if report.kind == "hang"]
    assert all(report.new for report in told)  # and so offered at the next start
    assert any("in hang" in report.text() and "in stuck" in report.text() for report in told)
    with History.open(program.home) as history:
        (item,) = history.items()
        assert item.status == "interrupted"
        assert item.k > 5  # all before the iteration that was left


def test_whatever_holds_the_end_up_holds_it_for_a_while(start: Start):
    program = start(HELD)
    program.signal(signal.SIGHUP)
    assert program.ends() == 129, program.said
    Watch.look_back(program.home / "crashes")
    assert program.crash_files() == []


def test_two_at_once_in_one_home_lose_nothing_of_each_other(start: Start, tmp_path: Path):
    both = [
        start(TWICE.format(name=name, does=does), name=name)
        for name, does in (("first", "switch_theme"), ("second", "larger"))
    ]
    for program in both:
        program.signal(signal.SIGTERM)
    assert [program.ends() for program in both] == [143, 143]
    assert both[0].crash_files() == []
    found = SettingsFile(tmp_path).now
    assert (found.theme, found.text_scale) == ("dark", 1.1)
    with History.open(tmp_path) as history:
        assert not [said for said in history.findings if "interrupted" not in said]
        runs = {item.name: history.load(item.id) for item in history.items()}
    assert "first" in runs  # the second may have been ended before it began
    whole = Run(presets.load("rastrigin-10d").spec.with_value("stopping.max_iterations", 300))
    whole.finish()
    for run in runs.values():
        if run.stop_reason in RESUMABLE:
            run.resume()
        assert run.finish().digest == whole.digest


def test_ends_at_random_moments_leave_all_in_order():
    """Of 60 by `python -m tests.torture ends`."""
    assert ends.run(3, 2)["ends"] == 3


def test_ctrl_c_twice_mid_run_in_a_dialog_without_a_terminal_ends_in_order(start: Start):
    program = start(DIALOG)
    program.signal(signal.SIGINT)
    program.signal(signal.SIGINT)
    assert program.ends() == 130
    (report,) = [report for report in reports(program.home / "crashes") if report.kind == "error"]
    assert "ZeroDivisionError" in report.text()


def test_a_crash_is_told_at_the_next_start_with_what_was_computed(start: Start, tmp_path):
    program = start(CRASH)
    assert program.ends() == -signal.SIGSEGV, program.said
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
    """Arabic digits, Turkish letters, no fonts, twice the scale, no home, python -O, no UTF-8."""
    digest = surroundings.one(tmp_path / "here", **surroundings.all_at_once(tmp_path))
    assert digest == Run(presets.load("classic-perceptron").spec).finish().digest
