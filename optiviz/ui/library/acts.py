"""What can be done with recorded runs: open, go on, compare, export, label, delete and undo."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from optiviz.engine.run import Failure, Run, RunStatus
from optiviz.engine.wording import counted, one_line
from optiviz.store.atomic import StoreError
from optiviz.store.history import History
from optiviz.store.history.words import is_resumable
from optiviz.store.wording import size_words
from optiviz.ui.library.librarian import Librarian
from optiviz.ui.library.opened import Opened
from optiviz.ui.library.rows import Row
from optiviz.ui.plain import agrees

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow
    from optiviz.ui.worker import ReaderOf

__all__ = ["Acts"]

_MOST_OPEN: Final = 50  # runs at once: each is held whole, and drawn
_MOST_WRITTEN: Final = 1000  # runs of a file
_UNDOABLE: Final = 50  # deletions that can be taken back here; "Deleted" has all of them
_NAME: Final = 120  # characters
_SHOWN: Final = 40  # characters of a name in a message


class Acts(QObject):
    """Does what the user wants with runs of the history.

    Signals
    -------
    changed
        Something was written: the list should be read again.
    told : (str, QAction or None)
        What was done, with what takes it back.
    failed : (str, str)
        A sentence, and details.
    """

    changed = Signal()
    told = Signal(str, object)
    failed = Signal(str, str)

    def __init__(self, window: "MainWindow", librarian: Librarian, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._librarian = librarian
        self.opened = Opened(window)
        self._deleted: list[tuple[str, ...]] = []
        self.undo_action = QAction("Undo", self)
        self.undo_action.setShortcut(QKeySequence.StandardKey.Undo)
        self.undo_action.setEnabled(False)
        self.undo_action.triggered.connect(self.undo)

    def _fail(self, failure: Failure) -> None:
        self.failed.emit(failure.sentence, failure.details)
        self.changed.emit()  # whatever the list says may not be so

    def _write(
        self, function: Callable[[History], Any], then: Callable[[], None] | None = None
    ) -> None:
        def done(_: object) -> None:
            if then is not None:
                then()
            self.changed.emit()

        self._librarian.do(function, done, self._fail)

    # Looking

    def open(self, rows: Sequence[Row]) -> None:
        """Show runs as they were recorded, each in its workspace."""
        self._open(rows, alone=False)

    def compare(self, rows: Sequence[Row]) -> None:
        """Show runs together, and no others."""
        self._open(rows, alone=True)

    def _open(self, rows: Sequence[Row], alone: bool) -> None:
        if len(rows) > _MOST_OPEN:
            sentence = f"{len(rows):,} runs are chosen. At most {_MOST_OPEN} can be opened at once."
            self.failed.emit(sentence, "")
            return
        ids, places = [row.id for row in rows], self.opened.places()
        missing = [row for row in rows if row.id not in places]
        if not missing:
            self._show(rows, alone)
            return
        self.told.emit(f"Opening {_names(missing)}…", None)

        def read(history: History) -> tuple[list[tuple[str, Run]], list[str]]:
            return _loaded(history, [row for row in missing if row.id in ids])

        def show(result: tuple[list[tuple[str, Run]], list[str]]) -> None:
            runs, refused = result
            there = self.opened.places()  # another press of the key may have brought them
            self.opened.put((key, run) for key, run in runs if key not in there)
            self._show(rows, alone, refused)

        self._librarian.do(read, show, self._fail)

    def _show(self, rows: Sequence[Row], alone: bool, refused: Sequence[str] = ()) -> None:
        """Bring runs that are open to the front, and say what should be known of them."""
        front = self.opened.bring([row.id for row in rows], alone)
        places = self.opened.places()
        there = [row for row in rows if row.id in places]
        said = list(refused)
        if front is not None:
            elsewhere = [row for row in there if places[row.id][0] is not front]
            where = "" if alone else f" in {front.title}"
            said.append(f"{'Comparing' if alone else 'Opened'} {_names(there)}{where}.")
            if elsewhere:
                title = places[elsewhere[0].id][0].title
                n = counted(len(elsewhere), "run")
                said.append(f"{n} of another kind of problem: shown in {title}, not beside these.")
            others = [row for row in there if self._is_elsewhere(row)]
            if others:
                said.append(
                    f"{_names(others)} {'is' if len(others) == 1 else 'are'} being computed in "
                    "another window: this is how far it was, to be read only."
                )
            again = sum(places[row.id][1].run.status is RunStatus.NEW for row in there)
            if again:
                said.append(f"Another version recorded {again:,} of them, computed again here.")
        if refused:
            self.failed.emit(" ".join(said), "")
        else:
            self.told.emit(" ".join(said), None)

    def _is_elsewhere(self, row: Row) -> bool:
        """Whether another process is computing a run."""
        place = self.opened.places().get(row.id)
        own = place is not None and bool(self.opened.recorded_as(place[1].run))
        return row.item.live and not own

    def resume(self, rows: Sequence[Row]) -> None:
        """Let runs go on exactly where they were left."""
        going = [row for row in rows if is_resumable(row.item)][:_MOST_OPEN]
        places, others = self.opened.places(), []
        for row in going:
            place = places.get(row.id)
            if place is not None and self.opened.recorded_as(place[1].run):
                self._go_on(row.id, place[1].run)
            else:
                self.opened.drop(row.id)
                others.append(row.id)
        if others:
            self._window.recording.resume(others)

    def _go_on(self, key: str, run: Run) -> None:
        """Let a run of this window go on that was stopped."""

        def again(_: "ReaderOf") -> None:
            run.resume()

        def show(_: object) -> None:
            place = self.opened.places().get(key)
            if place is not None:
                place[0].session.worker.play(run)
                self.opened.bring([key])
                place[0].session.play()

        self._window.jobs.do(again, show)

    # Files

    def save(self, rows: Sequence[Row]) -> None:
        """Ask where, and write runs as an .optiviz file."""
        name = _file_name(rows[0].name) if len(rows) == 1 else "runs"
        path = self._window.files.ask_where(
            "Save runs", f"{name}.optiviz", "optiviz runs (*.optiviz)"
        )
        if path is not None:
            self.save_to(path, rows)

    def save_to(self, path: Path, rows: Sequence[Row]) -> None:
        """Write runs as an .optiviz file."""

        def write(runs: list[Run]) -> None:
            from optiviz.store import run_file

            self._window.files.write(path, lambda _: run_file.save(path, runs))

        self._read_runs(rows, write)

    def export(self, rows: Sequence[Row], name: str = "") -> None:
        """Ask what of runs is exported, and as what; a format's name begins with that."""
        label = _file_name(rows[0].name) if len(rows) == 1 else "report"

        def show(runs: list[Run]) -> None:
            self._window.exporting.open_recorded(runs, label, name)
            self._window.messages.clear()  # that they are read

        self._read_runs(rows, show)

    def _read_runs(self, rows: Sequence[Row], then: Callable[[list[Run]], None]) -> None:
        """Read runs as they were recorded, all of them or none."""
        if len(rows) > _MOST_WRITTEN:
            self.failed.emit(f"A file holds at most {_MOST_WRITTEN:,} runs.", "")
            return

        def read(history: History) -> tuple[list[tuple[str, Run]], list[str]]:
            return _loaded(history, rows)

        def done(result: tuple[list[tuple[str, Run]], list[str]]) -> None:
            runs, refused = result
            if refused:
                self.failed.emit(" ".join(refused), "")
            else:
                then([run for _, run in runs])

        self.told.emit(f"Reading {_names(rows)}…", None)
        self._librarian.do(read, done, self._fail)

    # Labels

    def rename(self, key: str, name: str) -> None:
        """Call a run something else, where it is open too."""
        name = one_line(name)[:_NAME].strip()
        if not name:
            return
        self._write(lambda history: history.label([key], name=name))
        place = self.opened.places().get(key)
        if place is not None:
            place[0].session.rename(place[1], name)

    def add_tag(self, tag: str, rows: Sequence[Row]) -> None:
        """Give runs a tag more."""
        self._tag({row.id: (*row.item.tags, tag) for row in rows if tag not in row.item.tags})

    def remove_tag(self, tag: str, rows: Sequence[Row]) -> None:
        """Take a tag from runs."""
        left = {row.id: tuple(t for t in row.item.tags if t != tag) for row in rows}
        self._tag({row.id: left[row.id] for row in rows if tag in row.item.tags})

    def _tag(self, tags: dict[str, tuple[str, ...]]) -> None:
        alike: dict[tuple[str, ...], list[str]] = {}
        for key, wanted in tags.items():
            alike.setdefault(wanted, []).append(key)

        def label(history: History) -> None:
            for wanted, ids in alike.items():
                history.label(ids, tags=wanted)

        if alike:
            self._write(label)

    def note(self, key: str, text: str) -> None:
        """Keep what was written about a run."""
        self._write(lambda history: history.label([key], notes=text))

    # Deleting

    def delete(self, rows: Sequence[Row]) -> None:
        """Put runs away. One that is open stays there, and goes on."""
        ids, places = tuple(row.id for row in rows), self.opened.places()
        if not ids:
            return
        said = f"Deleted {_names(rows)}."
        still = [row for row in rows if row.id in places]
        if still:
            title = places[still[0].id][0].title
            said += f" {_names(still)} {'stays' if len(still) == 1 else 'stay'} open in {title}."

        def deleted() -> None:
            self._deleted = [*self._deleted[1 - _UNDOABLE :], ids]
            self.undo_action.setEnabled(True)
            self.told.emit(said, self.undo_action)

        self._write(lambda history: history.delete(ids), deleted)

    def undo(self) -> None:
        """Bring back what was deleted last."""
        if self._deleted:
            ids = self._deleted.pop()
            self.undo_action.setEnabled(bool(self._deleted))
            self._restore(ids, f"Brought back {counted(len(ids), 'run')}.")

    def restore(self, rows: Sequence[Row]) -> None:
        """Bring back runs that were deleted."""
        self._restore([row.id for row in rows], f"Brought back {_names(rows)}.")

    def _restore(self, ids: Sequence[str], said: str) -> None:
        gone = set(ids)
        left = (tuple(key for key in each if key not in gone) for each in self._deleted)
        self._deleted = [each for each in left if each]
        self.undo_action.setEnabled(bool(self._deleted))
        self._write(lambda history: history.restore(ids), partial(self.told.emit, said, None))

    def purge(self, rows: Sequence[Row]) -> None:
        """Ask once, and delete runs for good."""
        size = size_words(sum(row.size for row in rows))
        question = f"Delete {_names(rows)} for good? {size} are freed. This can't be taken back."
        if agrees(self._window, "Delete for good", question, "Delete for good", "Keep"):
            self.purge_now(rows)

    def purge_now(self, rows: Sequence[Row]) -> None:
        """Delete runs for good."""
        ids = tuple(row.id for row in rows)
        left = (tuple(key for key in each if key not in ids) for each in self._deleted)
        self._deleted = [each for each in left if each]
        self.undo_action.setEnabled(bool(self._deleted))
        said = f"Deleted {_names(rows)} for good."
        self._write(lambda history: history.purge(ids), partial(self.told.emit, said, None))


def _loaded(history: History, rows: Sequence[Row]) -> tuple[list[tuple[str, Run]], list[str]]:
    """Return runs as they were recorded, and a sentence for each that can't be read."""
    runs, refused = [], []
    for row in rows:
        try:
            runs.append((row.id, history.load(row.id)))
        except StoreError as error:
            refused.append(f"“{_shortened(row.name)}” can't be opened: {_sentence(str(error))}")
    return runs, refused


def _sentence(words: str) -> str:
    line = one_line(words)
    return line if line.endswith(".") else f"{line}."


def _names(rows: Sequence[Row]) -> str:
    """Return which runs they are, in a few words."""
    return f"“{_shortened(rows[0].name)}”" if len(rows) == 1 else counted(len(rows), "run")


def _shortened(name: str) -> str:
    return name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…"


def _file_name(name: str) -> str:
    """Return a name of a run as one of a file."""
    kept = "".join(c if c.isalnum() or c in " -_" else "" for c in name)
    return " ".join(kept.split())[:60] or "run"
