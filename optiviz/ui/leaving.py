"""Closing the window: what is asked before, and what is ended, whatever fails on the way."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from optiviz.ui.guard import tell_of_error
from optiviz.ui.plain import choose_one

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow


class Leaving(QObject):
    """Closes a window in order.

    Attributes
    ----------
    ordered : bool
        The system or the terminal wants it, where nobody can be asked.
    begins : callable or None
        Called once, when it is decided, before anything is waited for.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.ordered = False
        self.begins: Callable[[], object] | None = None
        self._left = False
        self._box: QMessageBox | None = None
        self._waits = False  # for a file that is being written, or for a second wish to leave

    def may(self) -> bool:
        """Whether nothing is left to be written, or the user closes again in spite of it."""
        try:
            return self._asked()
        except Exception:  # who closes once more leaves all the same
            tell_of_error()
            waited, self._waits = self._waits, True
            return waited

    def _asked(self) -> bool:
        window = self._window
        files = window.files
        if files.may_be_left and not (self.ordered or self._waits):
            self._waits = True
            self._ask(files.may_be_left)
            return False
        files.leave()
        if files.writing and not self._waits:
            self._waits = True
            window.messages.say(
                f"Closing when {files.writing} is written. Close again to leave without it."
            )
            return False
        if self.ordered:
            self._begin()
        if window.compare.path is not None:
            window.compare.runner.close()
            if (trouble := window.study_files.close()) and not self.ordered:
                window.report(f"{trouble}. Close again to leave without saving the study.")
                return False
        return True

    def _ask(self, name: str) -> None:
        """Ask whether what may take long is to be waited for."""
        self._box = choose_one(
            self._window,
            "Close",
            f"{name} is still being written. The window closes when that is done. Closing now "
            "cancels it: nothing is written, and an older file stays as it was.",
            {"Close now": self._without},
            "Don't close",
        )
        self._box.rejected.connect(self._stay)
        self._box.setDefaultButton(self._box.findChildren(QPushButton)[-1])

    def _without(self) -> None:
        self._asks_no_more()
        self._window.files.leave()
        self._waits = False  # what can't be left is waited for
        self._window.close()

    def _stay(self) -> None:
        self._box, self._waits = None, False

    def _asks_no_more(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            box.rejected.disconnect(self._stay)
            box.close()

    def written(self, well: bool) -> None:
        """Leave, if that only waits for what was to be written; stay if that went wrong."""
        waited, self._waits = self._waits, self._waits and well
        if not (well and self._window.files.writing):
            self._asks_no_more()
        if waited and well and not self._window.files.writing:
            self._window.close()

    def _begin(self) -> None:
        begins, self.begins = self.begins, None
        if begins is not None:
            begins()

    def leave(self, patience: float | None) -> bool:
        """End what goes on, once; False if an iteration takes longer than so many seconds.

        What was computed before that iteration is written while it is waited for.
        """
        window = self._window
        if self._left:
            return not window.worker.isRunning()
        self._left = True
        self._asks_no_more()
        ends: list[Callable[[], object]] = [
            self._begin,
            window.recording.flush,
            window.kept_layout.close,
            window.end_start,
            window.hide,
            QApplication.processEvents,
            *(workspace.leave for workspace in window.workspaces),
            window.tables.leave,
        ]
        for end in ends:
            _try(end)
        ended = window.worker.close(patience)
        _try(window.recording.close)
        _try(window.kept_layout.settings.close)
        return ended


def _try(end: Callable[[], object]) -> None:
    try:
        end()
    except Exception:
        tell_of_error()
