"""Closing the window: what is asked before, and what is ended, whatever fails on the way."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from optiviz.ui.guard import tell_of_error

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
        if window.files.writing and not self._waits:
            self._waits = True
            window.messages.say(
                f"Closing when {window.files.writing} is written. Close again to leave without it."
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

    def written(self, well: bool) -> None:
        """Leave, if that only waits for what was to be written; stay if that went wrong."""
        waited, self._waits = self._waits, self._waits and well
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
