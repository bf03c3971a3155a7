"""The thread that reads and writes the history for the library.

A disk may take its time: neither the window nor what is computed waits for it.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from optiviz.engine.run import Failure
from optiviz.store.history import History

__all__ = ["Librarian"]


@dataclass(frozen=True)
class _Order:
    function: Callable[[History], Any]
    then: Callable[[Any], None]
    otherwise: Callable[[Failure], None]


class Librarian(QThread):
    """Opens the history, does what is asked for with it in order, and closes it.

    It starts with the first order. Where the history can't be opened, each order fails with the
    sentence, and the next one tries again.

    Signals
    -------
    _done : (order, result)
        Inside: an order was carried out.

    Parameters
    ----------
    open_history : callable
        Given a folder, or None for the usual one; called in the thread.
    folder : callable
        Returns where the history is now: where that changes, the other one is opened.
    """

    _done = Signal(object, object)

    def __init__(
        self,
        open_history: Callable[[Path | None], History],
        folder: Callable[[], Path | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("optiviz librarian")
        self._open = open_history
        self._folder = folder
        self._wake = threading.Condition()
        self._orders: deque[_Order] = deque()
        self._waiting = 0
        self._closing = False
        self._done.connect(self._hand_back)

    # Called by the window

    @property
    def busy(self) -> bool:
        """Whether something is still to come back."""
        return bool(self._waiting)

    def do(
        self,
        function: Callable[[History], Any],
        then: Callable[[Any], None],
        otherwise: Callable[[Failure], None],
    ) -> None:
        """Call a function with the history, and one of the others, here, with what came of it."""
        if self._closing:
            return
        self._waiting += 1
        with self._wake:
            self._orders.append(_Order(function, then, otherwise))
            self._wake.notify()
        if not self.isRunning():
            self.start()

    def close(self) -> None:
        """Carry out what was ordered, and end; nothing comes back any more."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self.wait()

    def _hand_back(self, order: _Order, result: object) -> None:
        self._waiting -= 1
        if self._closing:
            return
        if isinstance(result, Failure):
            order.otherwise(result)
        else:
            order.then(result)

    # In the thread

    def run(self) -> None:
        """Carry out orders until closed."""
        history: History | None = None
        opened: Path | None = None
        while (order := self._next()) is not None:
            try:
                folder = self._folder()
                if history is not None and folder != opened:
                    history.close()
                    history = None
                if history is None:
                    history, opened = self._open(folder), folder
                result = order.function(history)
            except Exception as error:  # each is said where it was ordered
                result = Failure.beside_runs(error)
            self._done.emit(order, result)
        if history is not None:
            history.close()

    def _next(self) -> _Order | None:
        with self._wake:
            while not self._orders:
                if self._closing:
                    return None
                self._wake.wait()
            return self._orders.popleft()
