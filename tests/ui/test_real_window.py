"""The program as it is started, on an X server, with a pointer and a keyboard."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from optiviz import presets

pytestmark = pytest.mark.xcb


class Program:
    """A started optiviz and its window."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "stderr.txt"
        environment = os.environ | {"XDG_CONFIG_HOME": str(folder), "QT_QPA_PLATFORM": "xcb"}
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "optiviz"], stderr=log, env=environment
            )
        self.wait(lambda: bool(self.windows()), "no window came up")
        self.window = self.windows()[-1]
        do("windowsize", "--sync", self.window, "1366", "768")
        time.sleep(1.0)

    def windows(self) -> list[str]:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "^optiviz$"],
            capture_output=True,
            text=True,
        )
        return found.stdout.split()

    def wait(self, until: Callable[[], bool], otherwise: str) -> None:
        for _ in range(900):
            assert self.process.poll() is None, self.said()
            if until():
                return
            time.sleep(0.1)
        raise AssertionError(otherwise)

    def click(self, x: int, y: int) -> None:
        do("mousemove", "--window", self.window, str(x), str(y), "click", "1")

    def press(self, *keys: str) -> None:
        do("key", "--window", self.window, *keys)

    def close(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=100)

    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")


def do(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True, capture_output=True)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path)
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def test_run_play_and_close_by_pointer_and_keys(program: Program):
    program.click(100, 744)
    time.sleep(2.0)
    program.press("End")
    time.sleep(0.5)
    program.press("Left", "Left", "Home", "space")
    program.click(270, 744)
    time.sleep(2.0)
    program.press("ctrl+t")
    time.sleep(0.5)
    assert program.process.poll() is None
    assert program.close() == 128 + signal.SIGINT
    assert program.said() == ""


def test_a_row_is_clicked_and_watched_step_by_step(person):
    """With the X server's own pointer and keys: events take the way that a user's do."""
    person.runs(presets.load("classic-mlp").spec.with_value("stopping.max_iterations", 100))
    figure = person.look("decision_boundary", "fitness")
    window, plot = person.window, person.card("decision_boundary").canvas.plot()
    window.raise_()
    at = plot.viewport().mapToGlobal(person.at("decision_boundary", 0, 7))
    do("mousemove", "--sync", str(at.x()), str(at.y()), "click", "1")
    person.until(lambda: person.grid.is_open("forward_pass"))
    card = person.card("forward_pass")
    picked = [dict(a.settings)["row"] for a in figure.spots[0].actions]
    assert card.view.row in picked
    person.until(lambda: person.see("forward_pass").steps is not None)
    person.until(lambda: card.isAncestorOf(QApplication.focusWidget()))
    do("windowfocus", "--sync", str(int(window.winId())))  # as a window manager does
    for step in (1, 2):
        do("key", "Right")
        person.until(lambda step=step: person.see("forward_pass").steps.at == step)
    assert f"row {card.view.row:,}" in person.see("forward_pass").caption


def test_closing_in_the_middle_of_ten_runs_is_clean(program: Program):
    program.click(270, 744)
    time.sleep(0.3)
    assert program.close() == 128 + signal.SIGINT
    assert program.said() == ""
