"""Start the window: the application, its theme, what happens to errors and crashes, its end."""

import ctypes
import faulthandler
import gc
import os
import sys
import threading
from contextlib import suppress

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtWidgets import QApplication

from optiviz.ui.crashes import Crashes
from optiviz.ui.ending import Ending
from optiviz.ui.errors import Errors
from optiviz.ui.guard import tell_of_error
from optiviz.ui.icons import app_icon
from optiviz.ui.main_window import MainWindow
from optiviz.ui.theme import current_theme

_COLLECT = 2000  # milliseconds between collections, in the window's thread
_FREEZE = 5  # collections until all is imported
_OLD = 10  # collections until one is of the old, too
_PATIENCE = 1.2  # seconds that closing waits for an iteration that is being computed
_LONGEST = 12.0  # seconds after which it has ended, whatever doesn't answer: a disk, a process


class Collector(QObject):
    """Collects cyclic garbage in the window's thread alone, as long as its parent lives.

    Objects of Qt that another thread collects crash the process.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)  # which keeps it: its timer alone would not
        gc.disable()
        self._collections = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(_COLLECT)

    def _collect(self) -> None:
        """Collect the young, and now and then runs that grew old before they were garbage.

        What is there once everything is imported is frozen: nobody looks through it again.
        """
        self._collections += 1
        if self._collections == _FREEZE:
            gc.collect()
            gc.freeze()
        if self._collections % _OLD:
            gc.collect(1)
        else:
            gc.collect()
            give_back_memory()


def give_back_memory() -> None:
    """Give the system what is free: glibc keeps the arrays of runs that are gone, 2 MB of each."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library keeps nothing
            ctypes.CDLL(None).malloc_trim(0)


def main() -> int:
    """Open the window and return the exit status when it is closed."""
    QCoreApplication.setOrganizationName("optiviz")
    QCoreApplication.setApplicationName("optiviz")
    app = QApplication(sys.argv[:1])
    app.setWindowIcon(app_icon())
    current_theme().apply()
    Collector(app)
    crashes = Crashes(app)
    window = MainWindow()
    window.patience = _PATIENCE
    errors = Errors(window.report, crashes.keep_error, app)
    errors.install()
    ending = Ending(window, app)
    window.worker.note = crashes.note
    limit = threading.Timer(_LONGEST, lambda: leave_at_once(ending.status))
    limit.name, limit.daemon = "optiviz limit", True
    window.leaving.begins = limit.start
    window.kept_layout.show()
    crashes.offer(window)
    try:
        status = app.exec() or ending.status
    except Exception:  # what an event's handler raised last comes up here
        tell_of_error()
        status = ending.status
    ended = window.leave()
    errors.close()
    ending.close()
    crashes.close()
    limit.cancel()
    if not ended:
        leave_at_once(status)
    return status


def leave_at_once(status: int) -> None:
    """End the process though a thread goes on, which nothing can interrupt: the last resort.

    What was computed, settings and files are written by now.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    faulthandler.disable()
    os._exit(status)
