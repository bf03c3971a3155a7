"""The window comes back as it was left, where it can be seen."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from optiviz.store.settings import FILE, SettingsFile, _file_in
from optiviz.ui.layout import placed
from optiviz.ui.main_window import MainWindow
from optiviz.ui.setup_card import SetupCard
from optiviz.ui.theme import current_theme

SCREEN = QRect(0, 0, 1920, 1040)
RIGHT = QRect(1920, 0, 2560, 1400)
LEAST = QSize(960, 600)

PLACES = {
    "as it was": ((100, 100, 1366, 768), (100, 100, 1366, 768)),
    "on the second screen": ((2000, 100, 1366, 768), (2000, 100, 1366, 768)),
    "over the edge, but to be moved": ((1600, 100, 1366, 768), (1600, 100, 1366, 768)),
    "its bar above the screen": ((100, -20, 1366, 768), (100, 0, 1366, 768)),
    "larger than the screen": ((0, 40, 9000, 9000), (0, 40, 1912, 1000)),
    "tiny": ((50, 50, 1, 1), None),
    "far away": ((999_999, 100, 1366, 768), None),
    "left of everything": ((-1360, 100, 1366, 768), None),
    "below": ((100, 1500, 1366, 768), None),
}


@pytest.mark.parametrize(("was", "comes"), PLACES.values(), ids=PLACES)
def test_a_window_is_put_back_only_where_it_is_on_a_screen(was, comes):
    found = placed(QRect(*was), [SCREEN, RIGHT], LEAST)
    assert found == (None if comes is None else QRect(*comes))


def test_on_a_screen_that_was_unplugged_it_is_not_put_back():
    assert placed(QRect(2000, 100, 1366, 768), [SCREEN], LEAST) is None
    assert placed(QRect(2000, 100, 1366, 768), [], LEAST) is None


Start = Callable[[], MainWindow]


@pytest.fixture
def start(qtbot: QtBot, own_home: Path) -> Iterator[Start]:
    """Return what starts optiviz as if anew, reading its settings again."""
    current_theme().name, current_theme().scale = "light", 1.0
    opened: list[MainWindow] = []

    def begin() -> MainWindow:
        _file_in.cache_clear()
        window = MainWindow()
        qtbot.addWidget(window)
        opened.append(window)
        window.kept_layout.show()
        qtbot.waitExposed(window)
        return window

    yield begin
    for window in opened:
        window.close()
    current_theme().name, current_theme().scale = "light", 1.0


def test_everything_that_was_arranged_is_back_at_the_next_start(start: Start, qtbot, own_home):
    current_theme().apply()
    window = start()
    window.showNormal()
    window.setGeometry(20, 60, 980, 640)
    window.switch_theme()
    window.larger()
    window.bring(window.functions)
    window.train.grid.choose(["log", "confusion"])
    (splitter,) = [window.train._splitter]
    splitter.setSizes([400, 10_000])
    splitter.splitterMoved.emit(400, 1)
    wide = splitter.sizes()[0]
    folded = list(window.train.findChildren(SetupCard))
    folded[0].set_folded(not folded[0].folded())
    left = [card.folded() for card in folded]
    shown = next(card for card in window.functions.grid.made() if card.view.kind == "fitness")
    assert shown.view.log_y
    shown.set_by_hand.emit({"log_y": False})
    window.close()

    current_theme().name, current_theme().scale = "light", 1.0
    again = start()
    assert current_theme().dark
    assert current_theme().scale == 1.1
    sizes = {widget.font().pointSizeF() for widget in again.train.findChildren(QLineEdit)}
    assert sizes == {current_theme().font().pointSizeF()}
    assert again.workspace is again.functions
    assert again.train.grid.open_kinds() == ["log", "confusion"]
    assert [card.folded() for card in again.train.findChildren(SetupCard)] == left
    fitness = next(card for card in again.functions.grid.made() if card.view.kind == "fitness")
    assert fitness.view.log_y is False
    again.bring(again.train)
    assert abs(again.train._splitter.sizes()[0] - wide) <= 2
    found = SettingsFile(own_home).now
    assert found.place is not None
    assert found.place[2:] == (980, 640)


def test_a_window_that_filled_the_screen_fills_it_again(start: Start, own_home):
    window = start()
    window.showMaximized()
    window.close()
    assert SettingsFile(own_home).now.maximized
    assert start().isMaximized()


def test_damaged_settings_are_said_and_the_window_is_the_usual_one(start, qtbot, own_home):
    (own_home / FILE).write_text('{"theme": "dar')
    window = start()
    qtbot.waitUntil(lambda: "damaged" in window.messages.text)
    assert (own_home / "settings-damaged-1.json").exists()


@pytest.mark.parametrize(
    "absurd",
    [
        {"place": [999_999, -999_999, 5, 900_000]},
        {"views": {"views/": ["nothing"]}, "tab": "Nowhere"},
        {"view_settings": {"Functions/fitness": {"log_y": "maybe", "x": 1}}},
        {"columns": {"Train": 99_999.0, "": 1.0}, "folded": {"Train/": True}},
    ],
)
def test_absurd_settings_open_a_window_that_can_be_seen(start, own_home, absurd):
    (own_home / FILE).write_text(json.dumps(absurd))
    window = start()
    there = window.screen().availableGeometry()
    assert there.intersects(window.geometry())
    assert window.workspace is window.train


def test_a_home_that_cannot_be_written_is_said_once_and_the_window_works(
    start, qtbot, monkeypatch, tmp_path
):
    (tmp_path / "blocked").write_text("")
    monkeypatch.setenv("OPTIVIZ_HOME", str(tmp_path / "blocked"))
    window = start()
    qtbot.waitUntil(lambda: "blocked" in window.messages.text)
    window.messages.hide()
    window.switch_theme()
    assert window.kept_layout.settings.waiting
    qtbot.waitUntil(lambda: not window.kept_layout._tell.isActive())
    assert not window.messages.isVisible()
    assert current_theme().dark
