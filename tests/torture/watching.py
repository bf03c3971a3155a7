"""Looks over the window's shoulder: what goes wrong unseen, how long it is kept, what is left.

Used by the proofs that drive the real window.
"""

import ctypes
import gc
import os
import re
import sys
import threading
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMessageLogContext,
    QObject,
    QThread,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget
from shiboken6 import isValid

from optiviz.ui import app as window_app
from optiviz.ui.theme import current_theme

_NOTED = 0.05  # seconds: shorter stalls are not looked at
_REST = 0.25  # seconds between two looks at how long other programs were waited for
_BEAT = 20  # milliseconds between two signs of life of the window's thread
_NAMES = re.compile(r"\b[A-Z]\w*(Error|Exception|Warning)\b|Traceback|object has no attribute")
_NO_SCREEN = ("propagateSizeHints", "plugin does not support raise", "grabbing the keyboard")


def application() -> QApplication:
    """Return the application as `optiviz.ui.app.main` makes it, once in a process."""
    app = QApplication.instance()
    if app is None:
        QCoreApplication.setOrganizationName("optiviz-torture")
        QCoreApplication.setApplicationName("optiviz-torture")
        app = QApplication(["optiviz"])
        current_theme().apply()
        window_app.Collector(app)
        window_app._FREEZE = 0  # here windows come and go, and what is frozen never goes
    assert isinstance(app, QApplication)
    return app


def looks_like_a_defect(text: str) -> bool:
    """Whether what a user reads speaks Python instead of English."""
    return bool(_NAMES.search(text))


def waited() -> float:
    """Return the seconds in which threads of this process were ready, but other programs ran.

    0 where the system doesn't tell.
    """
    nanoseconds = 0
    for path in Path("/proc/self/task").glob("*/schedstat"):
        with suppress(OSError, ValueError, IndexError):
            nanoseconds += int(path.read_text(encoding="ascii").split()[1])
    return nanoseconds / 1e9


def overload() -> float:
    """Return how many programs share a core now, 1 or more."""
    try:
        return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    except OSError:
        return 1.0


class Watch:
    """Notes every error, warning and message that nobody caught, and the longest stall.

    Attributes
    ----------
    troubles : list of str
    longest : float
        The most seconds in which the window's thread gave no sign of life, without what it waited
        for other programs.
    """

    def __init__(self, patience: float = 2.0) -> None:
        self.troubles: list[str] = []
        self.longest = 0.0
        self.patience = self._patience = patience
        self._alive = time.perf_counter()
        self._waited, self._waited_at = waited(), self._alive
        self._main = threading.get_ident()
        self._over = threading.Event()
        self._beat = QTimer()
        self._beat.setInterval(_BEAT)
        self._beat.timeout.connect(self.alive)

    def alive(self) -> None:
        """Give a sign of life."""
        now = time.perf_counter()
        if now - self._alive > max(self.longest, _NOTED):
            self.longest = max(self.longest, self._stall(now))
        looks = self._patience < float("inf")  # which takes a while itself: every file is a wait
        if looks and now - self._waited_at > _REST:
            self._waited_at, self._waited = now, waited()
        self._alive = now

    def _stall(self, now: float) -> float:
        """Return how long there is no sign of life by its own fault."""
        return now - self._alive - max(0.0, waited() - self._waited)

    @contextmanager
    def watching(self) -> Iterator["Watch"]:
        """Watch while the block goes on."""
        hooks = sys.excepthook, threading.excepthook, warnings.showwarning
        sys.excepthook = self._uncaught
        threading.excepthook = lambda args: self._uncaught(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )
        warnings.showwarning = self._warned
        handler = qInstallMessageHandler(self._qt_said)
        thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self._alive = time.perf_counter()
        self._beat.start()
        thread.start()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("always")
                warnings.showwarning = self._warned
                yield self
        finally:
            self._over.set()
            thread.join()
            self._beat.stop()
            qInstallMessageHandler(handler)
            sys.excepthook, threading.excepthook, warnings.showwarning = hooks

    def rest(self) -> None:
        """Look at no stalls from here on: the window is closed, and only taken apart."""
        self._patience = float("inf")

    def wake(self, patience: float) -> None:
        """Look at stalls again."""
        self._patience = patience
        self.alive()

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: object) -> None:
        self.troubles.append("".join(traceback.format_exception(kind, error, trace)))  # type: ignore[arg-type]

    def _warned(
        self, message: object, category: type, filename: str, line: int, *_: object
    ) -> None:
        self.troubles.append(f"{filename}:{line}: {category.__name__}: {message}")

    def _qt_said(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        quiet = kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
        if not quiet and not any(words in message for words in _NO_SCREEN):
            stack = "".join(traceback.format_stack(sys._getframe(1), limit=12))
            self.troubles.append(f"Qt: {message}\n{stack}")

    def _look(self) -> None:
        """Say where the window's thread is when it hasn't answered for too long."""
        said_of = 0.0
        while not self._over.wait(0.1):
            since, now = self._alive, time.perf_counter()
            late = now - since > self._patience and since != said_of
            if late and self._stall(now) > self._patience * overload():
                said_of = since
                self.troubles.append(f"no answer for {self._patience:g} s, at\n{self._stacks()}")

    def _stacks(self) -> str:
        """Return where the window's thread is, and what the others do, for whom it may wait."""
        frames = sys._current_frames()
        window = "".join(traceback.format_stack(frames.pop(self._main)))
        frames.pop(threading.get_ident(), None)
        others = ["".join(traceback.format_stack(frame)[-4:]) for frame in frames.values()]
        return "\nbeside\n".join([window, *others])


# What there is


def collect() -> None:
    """Let go of everything that nobody holds; of windows, too, that the collector has frozen."""
    app = QApplication.instance()
    assert app is not None
    for _ in range(3):
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        app.processEvents()
        gc.unfreeze()
        gc.collect()


def running_threads() -> set[str]:
    """Return the names of threads that run: Python's and Qt's."""
    ours = {t.name for t in threading.enumerate() if t is not threading.main_thread()}
    qts = (t for t in gc.get_objects() if isinstance(t, QThread))
    return {name for name in ours if not name.startswith(("watch", "Dummy"))} | {
        f"QThread {thread.objectName()}" for thread in qts if isValid(thread) and thread.isRunning()
    }


def active_timers() -> dict[int, str]:
    """Return the timers that are active, with their parents."""
    timers = [t for t in gc.get_objects() if isinstance(t, QTimer)]
    return {
        id(timer): f"{timer!r} every {timer.interval()} ms"
        for timer in timers
        if isValid(timer) and timer.isActive()
    }


def open_files() -> int:
    """Return how many file descriptors are open; 0 where the system doesn't tell."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def child_processes() -> list[str]:
    """Return the commands of processes that this one has started and that are still there."""
    found = []
    for path in Path("/proc/self/task").glob("*/children"):
        for child in path.read_text(encoding="ascii").split():
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
            except OSError:
                continue
            # Python's own bookkeeper of shared things ends with the process.
            if command and b"resource_tracker" not in command:
                found.append(f"{child} {command.decode(errors='replace')[:200]}")
    return found


def resident() -> float:
    """Return the memory that is in use, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def trim() -> None:
    """Give back to the system what is free, as far as the C library can."""
    collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def things_of(window: QWidget) -> dict[str, int]:
    """Count the objects, timers and items of scenes below a window."""
    views = window.findChildren(QGraphicsView)
    return {
        "objects": len(window.findChildren(QObject)),
        "timers": len(active_timers()),
        "scene_items": sum(len(view.scene().items()) for view in views if view.scene()),
    }


def items_of(window: QWidget) -> Counter[str]:
    """Count the items of scenes below a window by the titles of their figures and their classes."""
    found: Counter[str] = Counter()
    for view in window.findChildren(QGraphicsView):
        if view.scene():
            title = view.accessibleName()
            found.update(f"{title}: {type(item).__name__}" for item in view.scene().items())
    return found
