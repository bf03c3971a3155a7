"""Writes all stacks while the window does not answer: a thread of C's that needs no interpreter.

A timer of the window puts it off; stacks are written after half of the time that is too long, and
again after each half more. So only what was written twice is a window that did not answer: after
the machine slept, or the process was stopped, it is written once, and forgotten. No clock of the
wall is read. Dialogs of the system let timers go on.
"""

import faulthandler
import os
from collections.abc import Callable
from typing import BinaryIO, Final

from PySide6.QtCore import QObject, Qt, QTimer

from optiviz.store.crashes import dumps

__all__ = ["PATIENCE", "Watchdog"]

PATIENCE: Final = 5.0  # seconds without an answer that are too long
_BEAT: Final = 1000  # milliseconds between two signs of life


class Watchdog(QObject):
    """Watches the thread that it is made in.

    Parameters
    ----------
    file : BinaryIO
        For the stacks; opened for appending, without a buffer.
    noticed : callable
        Told the stacks, once the window answers again.
    patience : float
        Seconds.
    """

    def __init__(
        self,
        file: BinaryIO,
        noticed: Callable[[str], None],
        parent: QObject | None = None,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(parent)
        self._file, self._noticed, self._half = file, noticed, patience / 2
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.setInterval(_BEAT)
        self._timer.timeout.connect(self.beat)
        self._timer.start()  # and only when it first comes, the window has begun to answer

    def beat(self) -> None:
        """Show that the window answers."""
        faulthandler.dump_traceback_later(self._half, repeat=True, file=self._file)
        if os.fstat(self._file.fileno()).st_size:
            self._look()

    def _look(self) -> None:
        with open(self._file.name, "rb") as file:
            stacks = file.read().decode("utf-8", errors="replace")
        os.truncate(self._file.fileno() if os.name == "posix" else self._file.name, 0)
        if dumps(stacks) > 1:
            self._noticed(stacks)

    def close(self) -> None:
        """Watch no more."""
        self._timer.stop()
        faulthandler.cancel_dump_traceback_later()
