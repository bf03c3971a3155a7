"""Errors that nothing caught, from any thread: a sentence in the window, and kept in a report.

The same error a thousand times, as a broken painter makes it, is one message with a count.
"""

import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from optiviz.engine.wording import named

__all__ = ["Errors", "tell_the_terminal"]

_REST: Final = 250  # milliseconds between two messages
_MOST: Final = 100  # errors that are told apart; what comes after them is counted as one
_KEPT: Final = 5  # reports that are written of one start

_Key = tuple[str, str]


class Errors(QObject):
    """Takes over what Python calls for errors that nothing caught.

    Parameters
    ----------
    say : callable
        Shows a sentence with details, in the thread of this object.
    keep : callable
        Keeps the details of an error that is new; called in the thread of the error.
    """

    _came = Signal()

    def __init__(
        self,
        say: Callable[[str, str], None],
        keep: Callable[[str], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._say, self._keep = say, keep
        self._lock = threading.Lock()
        self._counts: Counter[_Key] = Counter()
        self._details: dict[_Key, str] = {}
        self._last: _Key | None = None
        self._said: tuple[_Key | None, int] = (None, 0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST)
        self._timer.timeout.connect(self._tell)
        # Never inside of what failed, which may be a painter.
        self._came.connect(self._begin, Qt.ConnectionType.QueuedConnection)
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)

    def install(self) -> None:
        """Take errors from now on."""
        sys.excepthook = self._excepthook
        threading.excepthook = self._thread_hook
        sys.unraisablehook = self._unraisable_hook

    def close(self) -> None:
        """Give errors back to whom they went before."""
        self._timer.stop()
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before

    def _excepthook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self.add(error, trace)

    def _thread_hook(self, found: Any) -> None:
        if found.exc_value is not None and found.exc_type is not SystemExit:
            self.add(found.exc_value, found.exc_traceback)

    def _unraisable_hook(self, found: Any) -> None:
        if found.exc_value is not None:
            self.add(found.exc_value, found.exc_traceback)

    def add(self, error: BaseException, trace: TracebackType | None = None) -> None:
        """Count an error, and tell of it soon; from any thread."""
        key = named(error), _place(trace or error.__traceback__)
        with self._lock:
            new = key not in self._counts
            if new and len(self._counts) >= _MOST:
                key, new = ("many errors", ""), ("many errors", "") not in self._counts
            self._counts[key] += 1
            self._last = key
            kept = len(self._details)
            if new:
                details = "".join(traceback.format_exception(type(error), error, trace))
                self._details[key] = details
        if new:
            tell_the_terminal(details)
            if kept < _KEPT:
                self._keep(details)
        with suppress(RuntimeError):  # the window has gone
            self._came.emit()

    def _begin(self) -> None:
        if not self._timer.isActive():
            self._timer.start()
            self._tell()

    def _tell(self) -> None:
        with self._lock:
            key, count = self._last, self._counts[self._last] if self._last else 0
        if key is None or (key, count) == self._said:
            return
        self._said = (key, count)
        times = f" ({count:,} times)" if count > 1 else ""
        self._say(f"Something went wrong{times}: {key[0]}", self._details[key])
        self._timer.start()


def tell_the_terminal(text: str) -> None:
    """Print to where errors go, if there is such a place."""
    with suppress(Exception):  # it may be closed, full, or unable to write a letter
        print(text, file=sys.stderr, flush=True)


def _place(trace: TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
