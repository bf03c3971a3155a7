"""Tables of the user's own in the window: from a file, or dropped, to what is set up.

Imports Qt, the forms and the files of this room.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from optiviz.ui.panels.dataset import DatasetPanel
from optiviz.ui.table.panel import TablePanel

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow

__all__ = ["TablePanel", "Tables"]

_LOOK = 1 << 16  # bytes of a file that show what it is
_SUFFIXES = (".csv", ".tsv", ".txt", ".dat")


class Tables(QObject):
    """Asks for tables over the views of Train, and has those that are taken set up."""

    def __init__(self, window: "MainWindow", setup: DatasetPanel) -> None:
        super().__init__(window)
        self._window = window
        self.panel: TablePanel | None = None
        self._setup = setup
        setup.table_wanted.connect(self.open)
        self._dropped: Path | None = None
        self._lay_over = QAction("Lay it over the run instead", self)
        self._lay_over.triggered.connect(self._as_trace)

    def open(self, settings: dict[str, Any]) -> None:
        """Show the table that is set up, and let another be chosen."""
        self._made_panel().open_for(settings)

    def drop(self, path: Path) -> bool:
        """Take a file that was dropped, if it is data rather than a trace; return whether it is."""
        if path.suffix.lower() not in _SUFFIXES or _is_trace(path):
            return False
        self._dropped = path
        self._window.bring(self._window.train)
        self._made_panel().open_file(path)
        said = f"{path.name} is read as data to learn from."
        self._window.messages.offer(said, self._lay_over)
        return True

    def leave(self) -> None:
        """End reading, as the window is being closed."""
        if self.panel is not None:
            self.panel.leave()

    def _made_panel(self) -> TablePanel:
        if self.panel is None:
            self.panel = TablePanel(self._window.train.grid, self._window.train)
            self.panel.taken.connect(self._setup.set_table)
        return self.panel

    def _as_trace(self) -> None:
        path, self._dropped = self._dropped, None
        if path is not None and self.panel is not None:
            self.panel.dismiss()
            self._window.files.open_file(path)


def _is_trace(path: Path) -> bool:
    """Whether a table's first line names iterations or evaluations, and what was measured."""
    from optiviz.store.headings import are_of_a_trace
    from optiviz.tables import TableError
    from optiviz.tables.formats import first_record

    try:
        with path.open("rb") as file:
            head = file.read(_LOOK)
        return are_of_a_trace(first_record(head))
    except (OSError, TableError):
        return False  # reading it says what is wrong
