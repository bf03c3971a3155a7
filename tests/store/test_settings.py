"""Settings last, whole or not at all, whatever happens to their file."""

import json
import os
import random
import threading
from pathlib import Path

import pytest

from optiviz.store import atomic, settings
from optiviz.store.alone import alone
from optiviz.store.settings import FILE, REST, Settings, SettingsFile


def test_what_was_set_is_there_at_the_next_start(tmp_path: Path):
    first = SettingsFile(tmp_path)
    first.change(theme="dark", text_scale=1.5, place=(10, 20, 1000, 700), maximized=True)
    first.put("views", "Train/a+b", ["a"])
    first.put("views", "Train/c", ["c"])
    first.close()
    assert SettingsFile(tmp_path).now == first.now
    assert first.now.views == {"Train/a+b": ["a"], "Train/c": ["c"]}


def test_many_changes_are_one_writing_a_moment_later(tmp_path: Path, monkeypatch):
    written, timers = [], []

    class Timer:
        def __init__(self, seconds, act) -> None:
            self.seconds, self.act = seconds, act

        def start(self) -> None:
            timers.append(self)

    monkeypatch.setattr(
        settings, "write_text", lambda path, text: written.append(atomic.write_text(path, text))
    )
    monkeypatch.setattr(settings.threading, "Timer", Timer)
    made = SettingsFile(tmp_path)
    for i in range(1000):
        made.change(place=(i, 0, 1000, 700))
    assert not written
    (timer,) = timers
    assert timer.seconds == REST
    timer.act()
    assert len(written) == 1
    assert SettingsFile(tmp_path).now.place == (999, 0, 1000, 700)


def test_two_windows_each_keep_what_they_changed_and_the_last_one_wins_a_key(tmp_path: Path):
    one, other = SettingsFile(tmp_path), SettingsFile(tmp_path)
    one.change(theme="dark", text_scale=1.2)
    one.put("folded", "Train/Data", False)
    other.change(text_scale=2.0)
    other.put("folded", "Train/Network", True)
    one.write()
    other.write()
    found = SettingsFile(tmp_path).now
    assert (found.theme, found.text_scale) == ("dark", 2.0)
    assert found.folded == {"Train/Data": False, "Train/Network": True}


def test_many_writers_at_once_lose_nothing(tmp_path: Path):
    def write(i: int) -> None:
        made = SettingsFile(tmp_path)
        for n in range(10):
            made.put("folded", f"{i}/{n}", True)
            made.write()
        made.close()

    threads = [threading.Thread(target=write, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(SettingsFile(tmp_path).now.folded) == 60


def test_a_window_that_writes_for_long_is_waited_for_and_overwritten_only_at_the_end(
    tmp_path: Path, monkeypatch
):
    """What it wrote just then would be lost."""
    for name in ("_PATIENCE", "_LAST"):
        monkeypatch.setattr(settings, name, 0.05)
    made = SettingsFile(tmp_path)
    made.change(theme="dark")
    with alone(tmp_path / "settings.lock", 1, "nobody"):
        made.write()
        assert made.waiting
        assert made.findings() == []
        made.close()
    assert SettingsFile(tmp_path).now.theme == "dark"


def test_what_a_newer_version_keeps_stays(tmp_path: Path):
    newer = {"version": 7, "theme": "sepia", "voice": {"loud": True}, "text_scale": 1.25}
    (tmp_path / FILE).write_text(json.dumps(newer))
    made = SettingsFile(tmp_path)
    assert (made.now.theme, made.now.text_scale) == ("", 1.25)
    assert not made.findings()
    made.change(tab="Functions")
    made.close()
    assert json.loads((tmp_path / FILE).read_text()) == {**newer, "tab": "Functions"}


GARBAGE = {
    "nothing": b"",
    "cut": b'{"theme": "da',
    "a list": b"[]",
    "a number": b"1e999",
    "not text": b"\xff\xfe\x00",
    "NaN": b'{"text_scale": NaN}',
    "a key twice": b'{"theme": "dark", "theme": "light"}',
    "nested": b"[" * 100_000,
    "nested tables": b'{"a":' * 100_000,
    "digits": b'{"text_scale": ' + b"9" * 5000 + b"}",
    "long": b" " * 1_000_001,
    "another type": b'{"theme": 5}',
    "an absurd size": b'{"text_scale": 1e300}',
    "an absurd place": b'{"place": [0, 0, 1e30, 5]}',
    "no version": b'{"version": "x"}',
    "half a letter": b'{"theme": "\\ud800"}',
}


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_damaged_settings_are_put_aside_and_said(tmp_path: Path, content: bytes):
    (tmp_path / FILE).write_bytes(content)
    made = SettingsFile(tmp_path)
    assert made.now == Settings()
    (said,) = made.findings()
    assert "settings-damaged-1.json" in said
    assert said.endswith(".")
    assert (tmp_path / "settings-damaged-1.json").read_bytes() == content
    assert not made.findings()
    made.change(theme="dark")
    made.close()
    assert SettingsFile(tmp_path).now.theme == "dark"
    (tmp_path / FILE).write_bytes(content)
    SettingsFile(tmp_path)
    assert (tmp_path / "settings-damaged-2.json").exists()


def test_every_truncation_and_changed_byte_gives_settings(tmp_path: Path):
    """Those of before, or the usual ones: never an error."""
    made = SettingsFile(tmp_path)
    made.change(theme="dark", place=(1, 2, 1000, 700))
    made.put("views", "Train/a", ["a"])
    made.close()
    content = (tmp_path / FILE).read_bytes()
    chance = random.Random(1)
    changed = [content[:n] for n in range(len(content))]
    for _ in range(300):
        at = chance.randrange(len(content))
        changed.append(content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :])
    for found in changed:
        (tmp_path / FILE).write_bytes(found)
        assert isinstance(SettingsFile(tmp_path).now, Settings)
        for aside in tmp_path.glob("settings-damaged-*"):
            aside.unlink()


def test_a_folder_that_cannot_be_written_is_said_once_and_caught_up_with(tmp_path: Path):
    blocked = tmp_path / "home"
    blocked.write_text("a file is in the way")
    made = SettingsFile(blocked)
    for theme in ("dark", "light", "dark"):
        made.change(theme=theme)
        made.write()
    assert made.now.theme == "dark"
    (said,) = made.findings()
    assert "home" in said
    made.write()
    assert not made.findings()
    blocked.unlink()
    made.close()
    assert SettingsFile(blocked).now.theme == "dark"


@pytest.mark.parametrize("call", ["replace", "fsync", "open"])
def test_a_failing_disk_leaves_the_old_settings_whole(tmp_path: Path, monkeypatch, call: str):
    made = SettingsFile(tmp_path)
    made.change(theme="dark")
    made.write()
    before = (tmp_path / FILE).read_bytes()

    def fail(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr(os, call, fail)
        made.change(theme="light")
        made.write()
    assert (tmp_path / FILE).read_bytes() == before
    assert "the disk is full" in made.findings()[0]
    made.close()
    assert SettingsFile(tmp_path).now.theme == "light"


def test_what_no_setting_can_be_is_refused(tmp_path: Path):
    made = SettingsFile(tmp_path)
    with pytest.raises(TypeError):
        made.change(theme="sepia")
    with pytest.raises(TypeError):
        made.change(text_scale=float("nan"))
    with pytest.raises(TypeError):
        made.change(colour="red")
    assert not made.waiting


def test_there_is_one_place_for_settings():
    """Qt's own would be another, which is not written whole or not at all."""
    import optiviz

    root = Path(optiviz.__file__).parents[1]
    for folder in ("optiviz", "tests", "packaging"):
        for path in (root / folder).rglob("*.py"):
            if path != Path(__file__):
                assert "QSettings" not in path.read_text(encoding="utf-8"), path
