"""Several things that are to be known at a start are all told, one after the other."""

import json
import re
from functools import partial

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from optiviz import presets
from optiviz.engine.run import Run
from optiviz.store.crashes import Watch, crash_folder
from optiviz.store.history import Recorder
from optiviz.store.settings import FILE, user_settings
from optiviz.ui.crashes import Crashes
from optiviz.ui.main_window import MainWindow
from optiviz.ui.messages import MessageBar


def _note(done: list[str], action: QAction, checked: bool = False) -> None:
    done.append(action.text())


@pytest.fixture
def bar(qtbot: QtBot) -> MessageBar:
    made = MessageBar()
    qtbot.addWidget(made)
    made.resize(900, 50)
    return made


def test_what_waits_is_shown_one_after_the_other_and_counted(bar: MessageBar):
    done: list[str] = []
    actions = [QAction(name, bar) for name in ("Show", "Resume")]
    for action in actions:
        action.triggered.connect(partial(_note, done, action))
    bar.queue("It crashed.", actions[0])
    assert bar._count.isHidden()
    bar.queue("It was damaged.", warning=True)
    bar.queue("Two runs were interrupted.", actions[1])
    assert (bar.text, bar._count.text()) == ("It crashed.", "1 of 3")
    bar._act.click()
    assert done == ["Show"]
    assert (bar.text, bar._count.text()) == ("It was damaged.", "2 of 3")
    assert bar._act.isHidden()
    bar._close.click()
    assert (bar.text, bar._count.text()) == ("Two runs were interrupted.", "3 of 3")
    bar._act.click()
    assert done == ["Show", "Resume"]
    assert bar.isHidden()
    bar.queue("Later.")
    assert bar._count.isHidden()


def test_what_is_said_meanwhile_covers_it_and_it_comes_back(bar: MessageBar):
    """Else a demonstration that is begun takes the offer to resume away for ever."""
    resume = QAction("Resume", bar)
    bar.queue("A run was interrupted.", resume)
    bar.leave()
    bar.clear()
    assert bar.text == "A run was interrupted."
    bar.say("A perceptron learns.")
    assert bar._act.isHidden()
    bar.leave()
    assert bar.text == "A run was interrupted."
    assert not bar._act.isHidden()
    bar.say("Stop waits.", warning=True)
    bar.clear()
    assert bar.text == "A run was interrupted."
    bar.dismiss()
    assert bar.isHidden()


def test_two_lines_are_used_where_there_are_buttons(bar: MessageBar):
    bar.queue("word " * 200, QAction("Resume", bar), QAction("Show", bar))
    metrics = bar._text.fontMetrics()
    shown = metrics.horizontalAdvance(bar._text.text())
    assert 1.5 * bar._text.width() < shown < 2 * bar._text.width()


def test_a_start_with_everything_tells_of_all_of_it(qtbot: QtBot, own_home):
    """A crash, damaged settings, and a run that was interrupted, each with its button."""
    run, recorder = Run(presets.load("rastrigin-10d").spec, "left"), Recorder()
    recorder.follow(run)
    run.advance(20)
    recorder.look(run)
    assert recorder.close()
    watch = Watch()
    watch.keep("crash", "most recent call first")
    watch.close()
    assert list(crash_folder().glob("*.new.txt"))
    (own_home / FILE).write_text('{"theme": "dar')
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    crashes = Crashes(window)
    crashes.offer(window)
    qtbot.waitUntil(lambda: window.messages._count.text() == "1 of 3")
    told = []
    while not window.messages.isHidden():
        told.append((window.messages.text, window.messages._act.text()))
        window.messages._close.click()
    crashes.close()
    window.close()
    sentences = " ".join(text for text, _ in told)
    assert re.search("ended unexpectedly on .* settings were damaged", sentences)
    assert "“left” was interrupted at iteration 20." in sentences
    assert {"Show the report", "Resume"} <= {button for _, button in told}
    assert len(user_settings().now.told) == 1
    assert json.loads((own_home / FILE).read_text())["told"] == user_settings().now.told


@pytest.mark.parametrize(("width", "over"), [(1800, False), (960, True)])
def test_a_sentence_is_read_beside_buttons_in_a_narrow_window_too(qtbot, width, over):
    """On a projector the text is large: then it stands over the views, and nothing moves."""
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(width, 768)
    window.show()
    tabs, views = window.tabs.geometry(), window.views_button.geometry()
    window.messages.queue(
        "A run was interrupted.", QAction("Resume", window), QAction("Show", window)
    )
    qtbot.waitUntil(lambda: window.messages.over is over)
    assert window.messages._text.text() == "A run was interrupted."
    assert window.messages._text.width() > 150
    assert window.rect().contains(window.messages.geometry())
    assert (window.tabs.geometry(), window.views_button.geometry()) == (tabs, views)
    window.close()
