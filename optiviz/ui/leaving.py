"""Closing the window: what is asked before, and what is ended, whatever fails on the way."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from optiviz.ui.guard import tell_of_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from optiviz.ui.main_window import MainWindow


class Leaving(QObject):
    """Closes a window in order."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
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
        if window.compare.path is not None:
            window.compare.runner.close()
            if trouble := window.study_files.close():
                window.report(f"{trouble}. Close again to leave without saving the study.")
                return False
        return True

    def written(self, well: bool) -> None:
        """Leave, if that only waits for what was to be written; stay if that went wrong."""
        waited, self._waits = self._waits, self._waits and well
        if waited and well and not self._window.files.writing:
            self._window.close()

    def leave(self, patience: float | None) -> bool:
        """End what goes on; False if an iteration takes longer than so many seconds."""
        window = self._window
        ends: list[Callable[[], object]] = [
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
        return ended


def _try(end: "Callable[[], object]") -> None:
    try:
        end()
    except Exception:
        tell_of_error()
