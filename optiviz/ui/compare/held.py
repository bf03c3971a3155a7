"""The results on show: filled by the window alone, and handed to others as they are now."""

from PySide6.QtCore import QObject, Signal

from optiviz.studies.plan import Planned
from optiviz.studies.records import Record
from optiviz.studies.results import Results


class Held(QObject):
    """Results that grow.

    Signals
    -------
    changed()
        More came in, or other results are on show.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.results: Results | None = None
        self._snapshot: Results | None = None

    def show(self, results: Results | None) -> None:
        """Show other results."""
        self.results, self._snapshot = results, None
        self.changed.emit()

    def add(self, found: list[tuple[Planned, Record]]) -> None:
        """Add runs that are done."""
        if self.results is not None and found:
            self.results.records.update(found)
            self._snapshot = None
            self.changed.emit()

    def look(self) -> None:
        """Note that tests of differences are looked at."""
        for results in (self.results, self._snapshot):  # what is saved of them tells that too
            if results is not None:
                results.look()

    def snapshot(self) -> Results | None:
        """Return the results as they are now, to be read by another thread; the same until more."""
        if self._snapshot is None and self.results is not None:
            held = self.results
            self._snapshot = Results(held.study, dict(held.records), list(held.looks))
        return self._snapshot
