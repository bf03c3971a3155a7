"""Cyclic garbage is collected in the window's thread alone: elsewhere, Qt's objects crash it."""

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject

from optiviz.ui import app


class Cycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qapp):
    parent = QObject()
    yield app.Collector(parent)
    gc.enable()
    parent.deleteLater()


def test_it_goes_on_though_nobody_holds_it(qapp, qtbot, monkeypatch):
    """It once ended with the line that made it, and then nothing was collected any more."""
    monkeypatch.setattr(app, "_COLLECT", 10)
    monkeypatch.setattr(gc, "freeze", lambda: None)  # for the other tests
    collected: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        collected.append(info["generation"])

    parent = QObject()
    app.Collector(parent)
    gc.callbacks.append(note)
    try:
        qtbot.waitUntil(lambda: len(collected) >= 4)
    finally:
        gc.callbacks.remove(note)
        gc.enable()
        parent.deleteLater()


def test_what_grew_old_before_it_was_garbage_is_let_go(collector, monkeypatch):
    """Runs do: of a thousand in one lesson, gigabytes would be left."""
    monkeypatch.setattr(gc, "freeze", lambda: None)  # for the other tests
    for _ in range(app._FREEZE):
        collector._collect()
    old = Cycle()
    gone = weakref.ref(old)
    for _ in range(3):
        gc.collect()  # it is of the oldest now
    del old
    for _ in range(app._OLD):
        collector._collect()
    assert gone() is None


def test_no_thread_but_the_windows_collects(collector, qtbot):
    """Four of four runs crashed where the worker collected."""
    threads: set[int] = set()

    def collected(phase: str, _: dict[str, int]) -> None:
        threads.add(threading.get_ident())

    def work() -> None:
        for _ in range(20_000):
            Cycle()

    gc.callbacks.append(collected)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert threads == set()
        collector._collect()
        assert threads == {threading.get_ident()}
    finally:
        gc.callbacks.remove(collected)
