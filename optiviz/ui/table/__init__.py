"""Tables of the user's own in the window: from a file, or dropped, to what is set up.

Imports Qt, the forms and the files of this room.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from optiviz.engine.wording import one_line
from optiviz.ui.plain import choose_one
from optiviz.ui.setup import SetupPanel
from optiviz.ui.table.fitting import fitted
from optiviz.ui.table.panel import TablePanel

if TYPE_CHECKING:
    from optiviz.store.headings import Meant
    from optiviz.ui.main_window import MainWindow

__all__ = ["TablePanel", "Tables"]

_LOOK = 1 << 16  # bytes of a file that show what it is
_SUFFIXES = (".csv", ".tsv", ".txt", ".dat")


class Tables(QObject):
    """Asks for tables over the views of Train, and has those that are taken set up."""

    def __init__(self, window: "MainWindow", setup: SetupPanel) -> None:
        super().__init__(window)
        self._window = window
        self.panel: TablePanel | None = None
        self._setup = setup
        setup.table_wanted.connect(self.choose)
        window.train.may_run = self.finish

    def open(self, settings: dict[str, Any]) -> None:
        """Show the table that is set up, and let another be chosen."""
        self._made_panel().open_for(settings)

    def choose(self, settings: dict[str, Any]) -> None:
        """Show the table that is set up; ask for a file at once where none is."""
        self.open(settings)
        if not settings.get("content"):
            self._made_panel().ask_file()

    def take(self, paths: Sequence[Path]) -> list[Path]:
        """Take what is data to learn from out of files that were chosen or dropped.

        What could also be a trace is asked about if it comes alone; among other files it is taken
        for one, as many traces can be laid over a run, and one table can be learned from.

        Returns
        -------
        list of Path
            The others.
        """
        tables = [path for path in paths if path.suffix.lower() in _SUFFIXES]
        meant = {path: self._meant_by(path) for path in tables}
        data = [path for path in tables if meant[path] == "data"]
        if data:
            self._read(data[0])
            if len(data) > 1:
                said = f"{data[0].name} is read; one table at a time can be learned from."
                self._window.messages.say(said)
        elif len(paths) == 1 and "either" in meant.values():
            data = tables
            path = tables[0]
            choose_one(
                self._window,
                "Open a table",
                f"Is {one_line(path.name)} data to learn from, or the trace of a run?",
                {
                    "Learn from it": lambda: self._read(path),
                    "Lay it over the run": lambda: self._window.files.open_file(path),
                },
            )
        return [path for path in paths if path not in data]

    def finish(self) -> bool:
        """Have the table that is looked at set up, as it is to be learned from now.

        Returns
        -------
        bool
            Whether something can be run; if not, it is said why.
        """
        panel = self.panel
        if panel is None or not panel.isVisible():
            return True
        lacks = panel.lacks()
        if lacks:
            self._window.report(lacks)
        else:
            panel.use()
        return not lacks

    def leave(self) -> None:
        """End reading, as the window is being closed."""
        if self.panel is not None:
            self.panel.leave()

    def _made_panel(self) -> TablePanel:
        if self.panel is None:
            self.panel = TablePanel(self._window.train.grid, self._window.train)
            self.panel.taken.connect(self._set_up)
        return self.panel

    def _set_up(self, settings: dict[str, Any]) -> None:
        """Take a table, and an objective and an output that fit it where the old ones don't."""
        self._setup.dataset.set_table(settings)
        if self._setup.spec() is not None:
            return
        found = fitted(self._setup.spec_data())
        if found is not None:
            spec, changed = found
            self._setup.set_spec(spec)
            self._window.messages.say(changed)

    def _read(self, path: Path) -> None:
        self._window.bring(self._window.train)
        self._made_panel().open_file(path)

    def _meant_by(self, path: Path) -> "Meant":
        """Return what a table is; where tables are asked for, it is one whatever it is called."""
        if self.panel is not None and self.panel.isVisible():
            return "data"
        from optiviz.store.headings import meant_by
        from optiviz.tables import TableError
        from optiviz.tables.formats import first_record

        try:
            if not path.is_file():
                return "data"  # reading it says what is wrong; a pipe would be waited for here
            with path.open("rb") as file:
                head = file.read(_LOOK)
            return meant_by(first_record(head))
        except (OSError, TableError):
            return "data"  # reading it says what is wrong
