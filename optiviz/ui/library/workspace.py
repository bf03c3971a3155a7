"""Library: the list of everything that was ever recorded, and what is known of what is chosen."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QWidget

from optiviz.engine.run import Failure
from optiviz.store.history import History
from optiviz.ui.canvas.empty import EmptyPane
from optiviz.ui.card_grid import CardGrid
from optiviz.ui.library.actions import MENU, Actions
from optiviz.ui.library.acts import Acts
from optiviz.ui.library.beside import Box, Buttons, Top
from optiviz.ui.library.detail import Detail
from optiviz.ui.library.librarian import Librarian
from optiviz.ui.library.model import LibraryModel
from optiviz.ui.library.rows import Row, Rows, known_tags
from optiviz.ui.library.shelves import Shelf, counts
from optiviz.ui.library.table import LibraryTable
from optiviz.ui.scrolled import Scrolled
from optiviz.ui.tab import Tab
from optiviz.ui.theme import current_theme

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow

__all__ = ["LibraryWorkspace"]

_LOOK: Final = 1000  # milliseconds between two looks whether others changed something
_PATIENCE: Final = 10  # times as long as reading took it is not read again by itself
_FORESIGHT: Final = 2500  # milliseconds after it is made until the list is read for the first time
_READING: Final = 400  # milliseconds until it is said that the list is being read
_EMPTY = (
    "Nothing is recorded yet. Every run is kept here by itself, from its first iteration on: to be "
    "found again, looked at, compared, and led on where it was interrupted."
)
_NONE: Final = {
    Shelf.ALL: _EMPTY,
    Shelf.INTERRUPTED: "No run was interrupted.",
    Shelf.TAGGED: "No run has a tag yet. Choose runs and add one at the right: to find them again.",
    Shelf.DELETED: "Nothing is deleted. What is deleted stays here until it is deleted for good.",
}


@dataclass(frozen=True)
class _Found:
    """What was read: the rows, how many stand on each shelf and have each tag, the time."""

    rows: list[Row]
    counts: dict[Shelf, int]
    tags: dict[str, int]
    seconds: float


class LibraryWorkspace(Tab):
    """Every recorded run: searched, labelled, opened, compared, led on, exported, deleted.

    Attributes
    ----------
    actions_of_runs : Actions
    model, table, detail : LibraryModel, LibraryTable, Detail

    Parameters
    ----------
    window : MainWindow
    open_history : callable
        Called in a thread of the library's own.
    """

    def __init__(
        self,
        window: "MainWindow",
        open_history: Callable[[Path | None], History] = History.open,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Library", parent)
        self._window = window
        self.grid = CardGrid({}, "library", self)
        self.grid.hide()
        self.librarian = Librarian(open_history, self._folder, self)
        self.acts = Acts(window, self.librarian, self)
        self._rows = Rows()  # used in the librarian's thread alone
        self._reading = self._again = self._read = False
        self._rest_until = 0.0
        self._trouble = ""
        self.model = LibraryModel(self)
        self.table = LibraryTable(self.model)
        self.top = Top()
        self.detail = Detail()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK)
        self._timer.timeout.connect(self._look)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_READING)
        self._patience.timeout.connect(self._show_page)
        self._foresight = QTimer(self)
        self._foresight.setSingleShot(True)
        self._foresight.setInterval(_FORESIGHT)
        self._foresight.timeout.connect(self._foresee)
        self._make_actions()
        self._lay_out()
        self._connect()
        current_theme().changed.connect(self._restyle)
        self._restyle()
        self._show_actions()
        self._foresight.start()

    def _folder(self) -> Path | None:
        return self._window.recording.following.folder

    # Parts

    def _make_actions(self) -> None:
        acts = self.acts
        does = {
            "open": acts.open,
            "resume": acts.resume,
            "compare": acts.compare,
            "export": acts.export,
            "save": acts.save,
            "rename": self._rename,
            "tag": self._tag,
            "delete": acts.delete,
            "restore": acts.restore,
            "purge": acts.purge,
        }
        self.actions_of_runs = Actions(does, self._taken, self)
        find = QAction("Search", self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.triggered.connect(self.begin_search)
        self.addAction(find)
        self.addAction(acts.undo_action)
        self._show_all = QAction("Show all runs", self)
        self._show_all.triggered.connect(self.show_all)
        self._try = QAction("Try again", self)
        self._try.triggered.connect(self.refresh)
        self._compute = QAction("Compute a run", self)
        self._compute.triggered.connect(self._begin)

    def _lay_out(self) -> None:
        a = self.actions_of_runs
        self.table.set_acts([a[name] if name else None for name in MENU])
        self._nothing = EmptyPane()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.table)
        self._pages.addWidget(self._nothing)
        box = Box("Recorded runs")
        box.column.addWidget(self.top)
        box.column.addWidget(self._pages, 1)
        self._card = Box("What is known of the runs that are chosen")
        self._card.column.addWidget(Scrolled(self.detail, self._card), 1)
        self.buttons = Buttons(
            [[a["open"]], [a["resume"], a["compare"]], [a["export"], a["delete"]]]
        )
        self.gone_buttons = Buttons([[a["restore"]], [a["purge"]]])
        self._card.column.addWidget(self.buttons)
        self._card.column.addWidget(self.gone_buttons)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(10)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(box)
        self._splitter.addWidget(self._card)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(12, 8, 12, 8)
        outer.addWidget(self._splitter)

    def _connect(self) -> None:
        acts = self.acts
        self.top.search.textChanged.connect(self._search)
        self.top.shelf_wanted.connect(self.show_shelf)
        self.top.moved_on.connect(self._to_list)
        self.table.selection_changed.connect(self._chosen)
        self.table.opened.connect(self.actions_of_runs["open"].trigger)
        self.model.renamed.connect(acts.rename)
        self.detail.tag_added.connect(self._add_tag)
        self.detail.tag_removed.connect(self._remove_tag)
        self.detail.notes_written.connect(acts.note)
        acts.changed.connect(self.refresh)
        acts.told.connect(self._window.messages.offer)
        acts.failed.connect(self._window.report)

    def _restyle(self) -> None:
        width = round(290 * current_theme().scale ** 0.7)
        self._card.setMinimumWidth(width - 40)
        self._splitter.setSizes([10_000, width])
        self._nothing.restyle()
        self.top.restyle()

    # Reading

    def _foresee(self) -> None:
        """Read the list once before anybody comes, so that it is there at once."""
        if self.window().isVisible() and not self._read:
            self.refresh()

    def refresh(self) -> None:
        """Read the list, in the librarian's thread; once more if it is being read."""
        self._order(only_if_changed=False)

    def _look(self) -> None:
        """Read the list if another window or process has changed something, not too often."""
        busy = self._reading or self.table.naming  # a name that is typed stays where it is
        if busy or time.monotonic() < self._rest_until or self.window().isMinimized():
            return
        self._order(only_if_changed=not any(row.item.live for row in self.model.rows))

    def _order(self, only_if_changed: bool) -> None:
        if self._reading:
            self._again = self._again or not only_if_changed
            return
        self._reading = True
        if not self._read:
            self._patience.start()

        def read(history: History) -> _Found | None:
            began = time.monotonic()
            if only_if_changed and not history.changed():
                return None
            rows = self._rows.of(history.items(), history.items(deleted=True))
            return _Found(rows, counts(rows), known_tags(rows), time.monotonic() - began)

        self.librarian.do(read, self._show_rows, self._show_trouble)

    def _show_rows(self, found: _Found | None) -> None:
        self._reading = False
        if found is not None:
            self._rest_until = time.monotonic() + _PATIENCE * found.seconds
            self._read, self._trouble = True, ""
            self.model.set_rows(found.rows)
            self.top.show_counts(found.counts, found.tags)
            self.detail.tags.know(found.tags)
            self._show_page()
            self._chosen()
        self._read_again()

    def _show_trouble(self, failure: Failure) -> None:
        self._reading = False
        self._trouble = failure.sentence
        self._rest_until = time.monotonic() + _LOOK / 100
        self._show_page()
        self._read_again()

    def _read_again(self) -> None:
        if self._again:
            self._again = False
            self.refresh()

    def _show_page(self) -> None:
        """Show the list, or say why it is empty and what can be done."""
        self._patience.stop()
        shown = bool(self.model.shown) and not self._trouble
        self._pages.setCurrentIndex(0 if shown else 1)
        if shown:
            return
        text = self.top.search.text().strip()
        if self._trouble:
            said = f"The history can't be read. {self._trouble}\n\nRuns go on in memory meanwhile."
            self._say_nothing(said, [self._try])
        elif not self._read:
            self._say_nothing("Reading what was recorded…", [])
        elif text:
            self._say_nothing(f"No run here has “{text[:80]}”.", [self._show_all])
        else:
            shelf = self.model.shelf
            self._say_nothing(
                _NONE[shelf], [self._compute if shelf is Shelf.ALL else self._show_all]
            )

    def _say_nothing(self, sentence: str, actions: list[QAction]) -> None:
        self._nothing.set_sentence(sentence)
        self._nothing.set_actions(actions)

    # What is looked for

    def _search(self, text: str) -> None:
        self.model.set_text(text)
        self._show_page()

    def show_shelf(self, shelf: Shelf) -> None:
        """Show the runs of a shelf."""
        self.top.shelves[shelf].setChecked(True)
        self.model.set_shelf(shelf)
        self._show_page()
        self._show_actions()

    def show_all(self) -> None:
        """Look for nothing."""
        self.top.search.clear()
        self.show_shelf(Shelf.ALL)

    def begin_search(self) -> None:
        """Let words be typed that are looked for."""
        self.top.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.top.search.selectAll()

    def _to_list(self) -> None:
        if self.model.shown:
            self.table.setFocus()
            if not self.table.selected():
                self.table.select_row(0)

    # What is chosen

    def _chosen(self) -> None:
        self.detail.show_rows(self.table.selected())
        self._show_actions()

    def _show_actions(self) -> None:
        """Offer what is possible with the runs that are chosen."""
        gone = self.model.shelf is Shelf.DELETED
        self.actions_of_runs.show(self.table.selected(), gone)
        self.buttons.setVisible(not gone)
        self.gone_buttons.setVisible(gone)

    def _taken(self) -> list[Row]:
        """Return what is chosen for an act, and keep what was typed before."""
        self.detail.keep_notes()
        return self.table.selected()

    def _rename(self, rows: list[Row]) -> None:
        self.table.rename()

    def _tag(self, rows: list[Row]) -> None:
        self.detail.tags.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _add_tag(self, tag: str) -> None:
        self.acts.add_tag(tag, self.detail.rows)

    def _remove_tag(self, tag: str) -> None:
        self.acts.remove_tag(tag, self.detail.rows)

    def _begin(self) -> None:
        self._window.bring(self._window.train)
        self._window.train.run()

    # The window

    def save_dialog(self) -> None:
        """Save the runs that are chosen as a file."""
        self._leave_by(self.acts.save)

    def export_dialog(self, name: str = "") -> None:
        """Ask what of the runs that are chosen is exported."""
        self._leave_by(partial(self.acts.export, name=name))

    def _leave_by(self, door: Callable[[list[Row]], None]) -> None:
        if lacks := self.lacks():
            self.said.emit(lacks, "")
        else:
            door(self.table.selected())

    def run(self) -> None:
        """Let the runs that are chosen go on."""
        self.actions_of_runs["resume"].trigger()

    def activate(self, on: bool) -> None:
        """Read what is new, and look for more as long as it is in front."""
        if on:
            self.refresh()
            self._timer.start()
        elif self._timer.isActive():
            self._timer.stop()
            self._patience.stop()
            self.detail.keep_notes()

    def press(self, event: QKeyEvent) -> bool:
        """Begin a search with a slash."""
        if event.text() == "/":
            self.begin_search()
            return True
        return False

    def focus_first(self) -> None:
        """Let the keys go to the list."""
        self.table.setFocus()

    def lacks(self) -> str:
        """Say so where no run is chosen."""
        return "" if self.table.selected() else "Choose runs in the list first."

    def leave(self) -> None:
        """Write what is to be written, and close the history."""
        super().leave()
        self._foresight.stop()
        self.librarian.close()
