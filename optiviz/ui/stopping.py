"""Says that Stop waits where an iteration takes long: nothing can interrupt it.

Imports Qt and the session.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer

from optiviz.ui.session import Session

_USUAL: Final = 700  # milliseconds within which a run has stopped


class StopWaits(QObject):
    """Looks, a little after Stop, whether the runs have stopped.

    Parameters
    ----------
    session : Session
    said : callable
        Shows a sentence and details; nothing takes the sentence away.
    """

    def __init__(
        self, session: Session, said: Callable[[str, str], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._said, self._saying = session, said, False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_USUAL)
        self._timer.timeout.connect(self._look)
        session.stopping.connect(self._timer.start)
        session.runs_changed.connect(self._changed)

    def _look(self) -> None:
        waited = [entry.name for entry in self._session.entries if entry.stopping]
        if waited:
            self._saying = True
            which = f"“{waited[0]}”" if len(waited) == 1 else f"{len(waited):,} runs"
            self._said(f"Stop waits for the iteration of {which} that is being computed.", "")

    def _changed(self) -> None:
        if self._saying and not any(entry.stopping for entry in self._session.entries):
            self._saying = False
            self._said("", "")
