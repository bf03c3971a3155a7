"""Long work for an export, in the worker: it tells how far it is, and can be ended at any time."""

import threading
from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from optiviz.engine import threads
from optiviz.ui.worker import Worker

__all__ = ["Cancelled", "Job"]

_Made = TypeVar("_Made")
_REST = 0.05  # seconds between two words of how far it is


class Cancelled(Exception):
    """The user ended it, or wants something else by now."""


class Job(QObject):
    """One piece of work.

    Signals
    -------
    went_on : (int, int)
        Steps that are done, and all of them; ten or twenty a second at most.
    """

    went_on = Signal(int, int)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._ended = threading.Event()
        self._told_at = 0.0

    def cancel(self) -> None:
        """End it."""
        self._ended.set()

    @property
    def cancelled(self) -> bool:
        """Whether it is to end."""
        return self._ended.is_set()

    def go_on(self, done: int = 0, of: int = 0) -> None:
        """Tell how far it is; in the worker.

        Raises
        ------
        Cancelled
            If it is to end.
        InterruptedError
            If the window is being closed.
        """
        if self.cancelled:
            raise Cancelled("It was cancelled.")
        self._worker.go_on()
        if of and perf_counter() - self._told_at >= _REST:
            self._told_at = perf_counter()
            self.went_on.emit(done, of)

    def do(self, work: Callable[[], _Made]) -> _Made:
        """Return what some work makes; it is left, even within an iteration, where it is to end.

        Raises
        ------
        Cancelled, InterruptedError
        """
        self.go_on()  # what waited may not be wanted any more
        made: list[_Made] = []
        with threads.leaving_when(self._ends):
            made.append(work())
        if not made:
            self.go_on()
        return made[0]

    def _ends(self) -> bool:
        try:
            self.go_on()
        except (Cancelled, InterruptedError):
            return True
        return False
