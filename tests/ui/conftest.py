"""What every test of the window gets: settings of its own, and a search for what it leaks."""

import gc
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from weakref import WeakSet

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QThread, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker
from shiboken6 import isValid

from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.ui.main_window import MainWindow
from optiviz.ui.session import Session
from optiviz.ui.theme import current_theme
from optiviz.ui.view_card import ViewCard
from optiviz.ui.view_grid import ViewGrid
from optiviz.views.figure import Figure

PATIENCE = 100_000  # ms; a test may take 120 s in all


@pytest.fixture(autouse=True, scope="session")
def imports_are_no_garbage(qapp: QApplication) -> None:
    """Leave what is imported out of every search for leaks: it is most of what there is."""
    import matplotlib.figure  # noqa: F401
    import sklearn.datasets
    import sklearn.model_selection  # noqa: F401

    gc.collect()
    gc.freeze()


def _workers() -> list[QThread | QTimer]:
    """Return the threads and the timers that a search finds."""
    return [thing for thing in gc.get_objects() if isinstance(thing, (QThread, QTimer))]


def _busy(lasting: Iterable[QThread | QTimer]) -> list[QThread | QTimer]:
    """Return the threads that run and the timers that are active."""
    return [thing for thing in {*lasting, *_workers()} if isValid(thing) and _goes_on(thing)]


def _goes_on(thing: QThread | QTimer) -> bool:
    """Whether it runs, and not only for a moment more."""
    if isinstance(thing, QThread):
        return thing.isRunning()
    return thing.isActive() and not (thing.isSingleShot() and thing.interval() <= 1)


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


@pytest.fixture(scope="session")
def left_before(imports_are_no_garbage: None) -> set[int]:
    """What earlier tests left, or none did, which is not the fault of the next one."""
    return set()


@pytest.fixture(scope="session")
def lasting() -> WeakSet[QThread | QTimer]:
    """Return the threads and timers from before the test: set aside, they may still be begun."""
    return WeakSet()


@pytest.fixture(autouse=True)
def no_leaks(
    qapp: QApplication,
    left_before: set[int],
    lasting: WeakSet[QThread | QTimer],
    request: pytest.FixtureRequest,
) -> Iterator[None]:
    """Fail a test that leaves a widget, a running thread or an active timer behind.

    The search takes longer than most tests: what one without `qtbot` left is found after the next
    one with it.
    """
    threads = set(threading.enumerate())
    if "qtbot" in request.fixturenames:
        gc.collect()
        lasting.update(_workers())
        gc.freeze()  # what outlives a test grows all the time, and with it every search
    yield
    if "qtbot" in request.fixturenames:
        _delete_later(qapp)
        there = [*QApplication.topLevelWidgets(), *_busy(lasting)]
        left = [thing for thing in there if id(thing) not in left_before]
        left_before.clear()
        left_before.update(map(id, there))
        assert not left, "left behind or running: " + "; ".join(map(_held_by, left))
    started = [t for t in set(threading.enumerate()) - threads if not _is_qts(t)]
    assert not started, f"Python threads left running: {started}"


def _is_qts(thread: threading.Thread) -> bool:
    """Whether it only stands for a QThread, which was looked at already."""
    return isinstance(thread, threading._DummyThread)


class PatientBot(QtBot):
    """Waits for as long as a machine with much else to do may take: no test is one of speed."""

    def waitUntil(self, callback: Callable[[], object], *, timeout: int = PATIENCE) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: object, **how: Any) -> SignalBlocker:
        return super().waitSignal(signal, **{"timeout": PATIENCE} | how)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """The window in its usual look, on a small screen."""
    current_theme().name, current_theme().scale = "light", 1.0
    current_theme().apply()
    made = MainWindow()
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


class Person:
    """Somebody at the window, with a mouse and keys.

    Attributes
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self._qtbot = window, qtbot

    @property
    def session(self) -> Session:
        return self.window.workspace.session

    @property
    def grid(self) -> ViewGrid:
        return self.window.workspace.grid

    def runs(self, *specs: RunSpec) -> list[Run]:
        """Set up and run these to their ends, the first one in focus."""
        workspace = self.window.home_of(specs[0].problem.kind)
        self.window.tabs.setCurrentIndex(self.window.workspaces.index(workspace))
        named = tuple((f"run {i}", spec) for i, spec in enumerate(specs, 1))
        workspace.show_specs(named)
        return self._done()

    def demonstrate(self, name: str) -> list[Run]:
        self.window.demonstrate(name)
        return self._done()

    def _done(self) -> list[Run]:
        self.until(lambda: not self.session.computing)
        self.session.seek(self.session.last_k)
        return [entry.run for entry in self.session.entries]

    def until(self, holds: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(holds)

    def look(self, *kinds: str) -> Figure:
        """Open these views alone, and return the first one's figure."""
        self.grid.choose(kinds)
        return self.see(kinds[0])

    def card(self, kind: str) -> ViewCard:
        return next(card for card in self.grid.cards if card.view.kind == kind)

    def see(self, kind: str) -> Figure:
        """Wait until a card shows what the session is at, and return its figure."""
        card = self.card(kind)
        QApplication.processEvents()
        self.until(lambda: card.settled and card.canvas.figure() is not None)
        figure = card.canvas.figure()
        assert figure is not None
        return figure

    def at(self, kind: str, group: int, i: int) -> QPoint:
        """Return where a spot is, in pixels of its plot."""
        spots = self.see(kind).spots[group]
        return self.card(kind).canvas.plot().pixel_of(spots.x[i], spots.y[i]).toPoint()

    def point(self, kind: str, group: int, i: int) -> dict[str, str]:
        """Point at a spot, and return what is read there."""
        at, plot = self.at(kind, group, i), self.card(kind).canvas.plot()
        QTest.mouseMove(plot.viewport(), QPoint(at.x(), at.y() + 40))
        QTest.mouseMove(plot.viewport(), at)
        return {reading.label: reading.value for reading in plot.readings()}

    def click(self, kind: str, group: int, i: int) -> None:
        """Click on a spot."""
        at, plot = self.at(kind, group, i), self.card(kind).canvas.plot()
        QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def press(self, *keys: Qt.Key, control: bool = False, shift: bool = False) -> None:
        """Press keys where the focus is."""
        modifiers = Qt.KeyboardModifier.NoModifier
        if control:
            modifiers |= Qt.KeyboardModifier.ControlModifier
        if shift:
            modifiers |= Qt.KeyboardModifier.ShiftModifier
        for key in keys:
            QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)

    def other_theme(self) -> None:
        """Change between light and dark by its key, and see every card drawn again."""
        before = current_theme().name
        self.press(Qt.Key.Key_T, control=True)
        assert current_theme().name != before
        QApplication.processEvents()
        for card in self.grid.cards:
            self.see(card.view.kind)


@pytest.fixture
def person(qtbot: QtBot) -> Iterator[Person]:
    """Return somebody at a new window, in the light theme."""
    current_theme().name, current_theme().scale = "light", 1.0
    current_theme().apply()
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    yield Person(window, qtbot)
    window.close()
    current_theme().name = "light"
