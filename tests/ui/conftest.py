"""What every test of the window gets: settings of its own, and a search for what it leaks."""

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSettings, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> None:
    """Keep settings in the test's folder."""
    QCoreApplication.setOrganizationName("optiviz-tests")
    QCoreApplication.setApplicationName("optiviz-tests")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))


def _alive(kind: type[QObject]) -> dict[int, QObject]:
    found = (thing for thing in gc.get_objects() if isinstance(thing, kind))
    return {id(thing): thing for thing in found if isValid(thing)}


def _delete_later(app: QCoreApplication) -> None:
    for _ in range(2):
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        app.processEvents()
    gc.collect()  # takes longer than most tests: once
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.processEvents()


def _held_by(thing: object) -> str:
    holders = [type(holder).__name__ for holder in gc.get_referrers(thing)]
    return f"{thing!r} held by {', '.join(sorted(set(holders)))}"


@pytest.fixture(autouse=True)
def no_leaks(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a widget, a running thread or an active timer behind."""
    widgets = {id(widget) for widget in QApplication.topLevelWidgets()}
    timers = {key for key, timer in _alive(QTimer).items() if timer.isActive()}
    threads = set(threading.enumerate())
    yield
    _delete_later(qapp)
    left: list[QWidget] = [w for w in QApplication.topLevelWidgets() if id(w) not in widgets]
    assert not left, "widgets left behind: " + "; ".join(map(_held_by, left))
    running = [thread for thread in _alive(QThread).values() if thread.isRunning()]
    assert not running, f"threads left running: {running}"
    active = [t for key, t in _alive(QTimer).items() if key not in timers and t.isActive()]
    assert not active, "timers left active: " + "; ".join(map(_held_by, active))
    started = [t for t in set(threading.enumerate()) - threads if not _is_qts(t)]
    assert not started, f"Python threads left running: {started}"


def _is_qts(thread: threading.Thread) -> bool:
    """Whether it only stands for a QThread, which was looked at already."""
    return isinstance(thread, threading._DummyThread)
