"""What comes in and leaves by files: runs, and what is made of them. The worker does the work."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QDropEvent

from optiviz.engine.run import Failure, Run, RunStatus
from optiviz.store import is_ours, is_run_file
from optiviz.store.settings import LONGEST, user_settings
from optiviz.studies.results import Results
from optiviz.ui.figure_card import FigureCard
from optiviz.ui.file_dialog import FileDialog
from optiviz.ui.plain import agrees
from optiviz.ui.recordings import (
    Recordings,
    is_openable,
    openable,
    read_recordings,
)
from optiviz.ui.session import Entry
from optiviz.ui.worker import ReaderOf
from optiviz.views import View

if TYPE_CHECKING:
    from optiviz.store.handed_in import HandedIn
    from optiviz.ui.main_window import MainWindow

_RUN_FILE = "optiviz runs (*.optiviz)"


def with_suffix(path: Path, kinds: str, kind: str) -> Path:
    """Return a path with the suffix of the kind of file that was chosen.

    Parameters
    ----------
    path : Path
        As it was typed or offered.
    kinds, kind : str
        The file dialog's filters, and the one that was chosen.
    """
    suffixes = [part.partition(")")[0] for part in kinds.split("(*")[1:]]
    suffix = kind.partition("(*")[2].partition(")")[0] or suffixes[0]
    typed = path.suffix.lower()
    if typed not in suffixes:
        return path.with_name(path.name + suffix)
    # The name that was offered has the first suffix: who chose another kind means it.
    return path if suffix in (typed, suffixes[0]) else path.with_suffix(suffix)


def _untold(_: Failure | None) -> bool:
    return False


@dataclass(eq=False)
class _Written:
    """A file that the worker writes, and what ends that before it is done."""

    name: str
    quietly: bool
    cancel: Callable[[], object] | None


def _is_read_only(entry: Entry) -> bool:
    return entry.run.spec.optimizer.recorded


class Files(QObject):
    """The window's doors: each asks where, hands the work to the worker, and says how it went.

    Signals
    -------
    study_opened : (Results, Path or None)
        A file that was opened holds a study.
    """

    study_opened = Signal(object, object)

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._written: list[_Written] = []
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    @property
    def writing(self) -> str:
        """The name of a file that is still to be written, or an empty text."""
        return self._written[-1].name if self._written else ""

    @property
    def may_be_left(self) -> str:
        """The name of one that is waited for, though it can be made again, or an empty text."""
        asked = (one for one in self._written if one.cancel is not None and not one.quietly)
        return next((one.name for one in asked), "")

    def leave(self) -> None:
        """Leave what can be left; a file that was there before stays as it was."""
        left = [one for one in self._written if one.cancel is not None]
        self._written = [one for one in self._written if one.cancel is None]
        for one in left:
            assert one.cancel is not None
            one.cancel()

    def open_dialog(self) -> None:
        """Ask for files, and open them."""
        paths = FileDialog.several(self._window, "Open", self._folder(), openable())
        self.open_files(list(map(Path, paths)))

    def open_files(self, paths: Sequence[Path]) -> None:
        """Open what was chosen or dropped: runs, what others recorded, data to learn from."""
        rest = self._window.tables.take(paths)
        known = [path for path in rest if is_openable(path)]
        for path in known:
            self.open_file(path)
        if rest and not known:
            self._window.report(
                f"{rest[0].name} can't be opened: it is neither runs nor a report of optiviz nor a "
                "table (.csv), an Optuna study (.db) or TensorBoard's event files."
            )

    def open_file(self, path: Path) -> None:
        """Open the runs in a file, or lay what another program recorded over the run in focus."""
        if not is_ours(path):
            self._lay_over(path)
            return

        handed: list[HandedIn] = []

        def read(_: ReaderOf) -> list[Run] | Results:
            from optiviz.store import run_file, study_file
            from optiviz.store.handed_in import handed_in

            if study_file.holds_study(path):
                return study_file.load(path)
            runs = run_file.load(path)
            found = handed_in(path)
            handed.extend([found] if found else [])
            return runs

        def show(result: object) -> None:
            if isinstance(result, Results):
                self._remember(path)
                n, planned = len(result.records), len(result.study.runs)
                what = f"{n:,} of {planned:,}" if n < planned else f"{n:,}"
                self._window.messages.say(f"Opened a study of {what} runs from {path.name}.")
                # Where it saves itself as it goes on: never into a report.
                self.study_opened.emit(result, path if is_run_file(path) else None)
                return
            runs: list[Run] = result  # type: ignore[assignment]
            for workspace in (self._window.train, self._window.functions):
                mine = [r for r in runs if self._window.home_of(r.spec.problem.kind) is workspace]
                if mine:
                    workspace.session.open(mine)
                    workspace.revert()
                    self._window.bring(workspace)
            self._remember(path)
            again = sum(run.status is RunStatus.NEW for run in runs)
            who = f", handed in by {handed[0].assignment.student}" if handed else ""
            what = f"Opened {len(runs)} run{'s' * (len(runs) != 1)} from {path.name}{who}."
            if again:
                what += f" Another version recorded {again:,} of them, computed again here."
            unknown = [run for run in runs if not run.spec.optimizer.replays]
            if unknown:
                what += f" {unknown[0].spec.optimizer.sentence()}"
            more = [f"{run.name}: {run.spec.optimizer.sentence()}" for run in unknown]
            more = (more if len(unknown) > 1 else []) + [one.assignment.text for one in handed]
            self._window.messages.say(what, "\n\n".join(more))

        self._window.jobs.do(read, show)

    def _lay_over(self, path: Path) -> None:
        """Read what another program recorded; say what of ours it matches, and how far."""
        workspace = self._window.runs_workspace
        ours = [
            entry for entry in workspace.session.entries if entry.ready and not _is_read_only(entry)
        ]
        focus = workspace.session.focus
        like = focus if focus in ours else (ours[-1] if ours else None)
        runs = [entry.run for entry in ours]
        self._window.messages.say(f"Reading {path.name}…")

        def read(reader_of: ReaderOf) -> Recordings:
            return read_recordings(path, None if like is None else like.run, runs, reader_of)

        def show(result: object) -> None:
            found: Recordings = result  # type: ignore[assignment]
            session = workspace.session
            before, k = session.focus, session.k
            session.open(found.runs)
            if before is not None and found.laid_over and before in session.entries:
                session.set_focus(before)  # a picture of ours, with theirs over it
                session.seek(k)
            self._remember(path)
            self._window.messages.say(found.sentence, found.details)

        self._window.jobs.do(read, show)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if isinstance(event, QDropEvent):  # those of entering and moving are such too
            paths = [
                Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()
            ]
            if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
                event.setAccepted(bool(paths))
                return bool(paths)
            if event.type() == QEvent.Type.Drop and paths:
                event.acceptProposedAction()
                self.open_files(paths)
                return True
        return False

    def save_dialog(self) -> None:
        """Ask where, and save the runs of this workspace."""
        path = self.ask_where("Save runs", "run.optiviz", _RUN_FILE)
        if path is not None:
            self.save_runs(path)

    def save_runs(self, path: Path) -> None:
        """Save the runs of this workspace."""
        runs = self._runs()

        def write(_: ReaderOf) -> None:
            from optiviz.store import run_file

            run_file.save(path, runs)

        self.write(path, write)

    def export_dialog(self, name: str = "") -> None:
        """Ask what of the runs in front is exported; a format's name begins with that."""
        self._window.exporting.open_runs(name)

    def export_study(self, results: Results | None, name: str = "", view: str = "") -> None:
        """Ask what of a study is exported, if there is one."""
        if results is None:
            self._window.report(self._window.compare.lacks())
        else:
            self._window.exporting.open_study(results, name, view)

    def picture_dialog(self, card: FigureCard) -> None:
        """Ask as what picture a card is exported, with its settings."""
        if isinstance(card.view, View):
            self._window.exporting.open_runs("png", card.view)
        else:
            self._window.study_files.export_dialog("png", card.view.kind)

    def write(
        self,
        path: Path,
        write: Callable[[ReaderOf], None],
        quietly: bool = False,
        over: Callable[[Failure | None], bool] = _untold,
        cancel: Callable[[], object] | None = None,
    ) -> None:
        """Have the worker write a file, and say how it went; quietly, only if it failed.

        Parameters
        ----------
        path : Path
        write : callable
        quietly : bool
        over : callable
            Given what went wrong, or None; returns whether the user was told of it already.
        cancel : callable, optional
            Ends it before it is done, where that may take long and can be made again.
        """
        if not quietly:
            self._window.messages.say(f"Writing {path.name}…")
        written = _Written(path.name, quietly, cancel)
        self._written.append(written)

        def was_wanted() -> bool:
            if written not in self._written:
                return False
            self._written.remove(written)
            return True

        def done(_: object) -> None:
            was_wanted()
            if not quietly:
                self._remember(path)
            if not (over(None) or quietly):
                self._window.messages.say(f"Wrote {path}.")
            self._window.written(True)

        def fail(failure: Failure) -> None:
            wanted = was_wanted()
            if not over(failure):
                self._window.report(failure.sentence, failure.details)
            self._window.written(not wanted)

        self._window.jobs.do(write, done, fail)

    def ask_where(self, title: str, name: str, kinds: str) -> Path | None:
        """Ask for the file to write; None where there is nothing to write, or it was cancelled."""
        lacks = self._window.workspace.lacks()
        if lacks:
            self._window.report(lacks)
            return None
        start = str(Path(self._folder()) / name)
        text, kind = FileDialog.target(self._window, title, start, kinds)
        if not text:
            return None
        path = with_suffix(Path(text), kinds, kind)
        return path if path == Path(text) or self._may_replace(path) else None

    def _may_replace(self, path: Path) -> bool:
        """Ask before replacing a file that the dialog, which saw another name, didn't ask about."""
        if not path.exists():
            return True
        asked = f"{path.name} is there already. Replace it?"
        return agrees(self._window, "Replace", asked)

    def _runs(self) -> list[Run]:
        return [entry.run for entry in self._window.runs_workspace.session.entries if entry.ready]

    def _folder(self) -> str:
        kept = user_settings().now.folder
        return kept if kept and Path(kept).is_dir() else os.path.expanduser("~")

    def _remember(self, path: Path) -> None:
        folder = str(path.absolute().parent)
        if len(folder) <= LONGEST and folder.isprintable():
            user_settings().change(folder=folder)
