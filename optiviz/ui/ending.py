"""Ends the window in order when the system or the terminal asks for it, at any moment.

A signal is only noted where it comes, and acted on by the event loop, which it wakes.
"""

import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtGui import QGuiApplication, QSessionManager
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow

__all__ = ["Ending"]

_ASKING: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_PATIENCE: Final = 4000  # milliseconds for a file that is being written
_THINKS: Final = 60_000  # milliseconds between the wish to log out and its being taken back


class Ending(QObject):
    """Closes a window by signals; a second one leaves without what is not written yet.

    Attributes
    ----------
    status : int
        With which to exit: 128 and the signal's number, 0 without one.
    """

    def __init__(self, window: "MainWindow", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.status = 0
        self._window = window
        self._asked = 0
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._came)
        self._wakes = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        self._numbers = set()
        for name in _ASKING:
            number = getattr(signal, name, None)
            # Who started us with nohup means it.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _noted)
                self._numbers.add(int(number))
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(_PATIENCE)
        self._limit.timeout.connect(self._leave)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.commitDataRequest.connect(self._session_ends)

    def _came(self) -> None:
        with suppress(OSError):
            for number in self._ours.recv(64):
                if number in self._numbers:
                    self.ask(number)

    def ask(self, number: int) -> None:
        """Close the window because of a signal."""
        self.status = self.status or 128 + number
        self._asked += 1
        self._window.leaving.ordered = True
        for widget in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if widget is not None and widget is not self._window:
                widget.close()
        if self._window.isVisible():
            self._window.close()
        if not self._window.isVisible():
            QApplication.exit(self.status)
        elif self._asked > 1:
            self._leave()
        else:
            self._limit.start()

    def _leave(self) -> None:
        """End without asking again."""
        self._window.leave()
        QApplication.exit(self.status)

    def _session_ends(self, manager: QSessionManager) -> None:
        """Write what is known, and ask nothing: the user logs out."""
        self._window.leaving.ordered = True
        self._window.save_state()
        QTimer.singleShot(_THINKS, self, self._stays)

    def _stays(self) -> None:
        """Ask again: the user thought better of it, or something else was not to be closed."""
        self._window.leaving.ordered = bool(self._asked)

    def close(self) -> None:
        """Let signals do nothing from here on: it ends already."""
        self._limit.stop()
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakes)
        self._ours.close()
        self._theirs.close()


def _noted(number: int, frame: object) -> None:
    """Do nothing: the number is in the socket that wakes the event loop."""
