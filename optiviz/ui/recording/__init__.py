"""The history in the window: every run recorded, what was interrupted offered, troubles shown.

Imports Qt, the worker, the session and the store's history.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QAction

from optiviz.engine.run import Failure, Run, RunStatus
from optiviz.engine.wording import listed, one_line
from optiviz.store.atomic import StoreError
from optiviz.store.history import History, Item
from optiviz.store.settings import user_settings
from optiviz.ui.file_dialog import FileDialog
from optiviz.ui.recording.banner import Banner
from optiviz.ui.recording.following import Following, not_recorded

if TYPE_CHECKING:
    from optiviz.ui.main_window import MainWindow
    from optiviz.ui.worker import ReaderOf

__all__ = ["Banner", "Following", "Recording"]

_LOOK = 500  # milliseconds between two looks whether all is well
_OPENING = 5.0  # seconds that closing waits for the history to be opened
_FLUSH = 1.0  # seconds that are waited for what is to be written before the user logs out
_NAMED = 2  # interrupted runs that are named in a sentence
_TOLD = 10_000  # runs of which it is remembered that they were told: the settings stay small
_AGAIN = "Runs are recorded again, and all that they did meanwhile."


@dataclass(frozen=True)
class Found:
    """What the history said when it was opened."""

    interrupted: tuple[Item, ...] = ()
    damaged: tuple[Item, ...] = ()
    findings: tuple[str, ...] = ()
    trouble: str = ""


class Recording(QObject):
    """Has every run of the window recorded, and says what should be known of that.

    Parameters
    ----------
    window : MainWindow
        With its worker and its message bar.

    Attributes
    ----------
    banner : Banner
        Says why nothing is recorded, as long as that lasts.

    Signals
    -------
    told : (str,)
        The recorder has trouble, or none any more.
    found : (Found,)
        The history was opened.
    """

    told = Signal(str)
    found = Signal(object)

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.following = window.worker.record = Following(self.told.emit)
        self.banner = Banner("Save elsewhere…")
        self.banner.wanted.connect(self.ask_where)
        self._offered: tuple[Item, ...] = ()
        self._unopened = ""  # why the history could not be opened
        self._leaving = self._closed = False
        self._waiting: Found | None = None
        self._opening: threading.Thread | None = None
        self._resume = QAction("Resume", self)
        self._resume.triggered.connect(self._resume_offered)
        self._show = QAction("Show", self)
        self._show.triggered.connect(self._show_offered)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK)
        self._timer.timeout.connect(self._look)
        self.told.connect(self._look)
        self.found.connect(self._take)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.Show and not self._timer.isActive():
            self._timer.start()
        if event.type() == QEvent.Type.Close and self._would_lose():
            event.ignore()
            return True
        return False

    # Whether all is well

    @property
    def trouble(self) -> str:
        """Why runs are not being recorded, in a sentence; nothing while they are."""
        return self.following.trouble or self._unopened

    def _look(self, said: str = "") -> None:
        if self._closed:
            return
        if self._opening is None or (self._unopened and not self._opening.is_alive()):
            self._open()  # until it can be
        self._offer()
        before, trouble = self.banner.text, self.trouble
        self.banner.say(trouble)
        if before and not trouble and self.following.anything:
            folder = self.following.folder
            self._window.messages.say(_AGAIN if folder is None else _elsewhere(folder))

    def ask_where(self) -> None:
        """Ask for another folder, and record there."""
        title = "Record runs in"
        text = FileDialog.folder(self._window, title, str(Path.home()))
        if text:
            self.save_elsewhere(Path(text))

    def save_elsewhere(self, folder: Path) -> None:
        """Record in another folder until the window is closed."""
        self.following.elsewhere(folder)
        self._open()

    # What was found when it was opened

    def _open(self) -> None:
        """Open the history in a thread of its own: a disk may take its time."""
        folder = self.following.folder

        def read() -> None:
            try:
                history = History.open(folder)
                try:
                    every = history.items()
                    damaged = [item for item in every if item.damaged]
                    left = [i for i in every if i.status == "interrupted" and not i.damaged]
                    found = Found(tuple(left), tuple(damaged), history.findings)
                finally:
                    history.close()
            except StoreError as error:
                found = Found(trouble=not_recorded(str(error), folder))
            with suppress(RuntimeError):  # the window is gone
                self.found.emit(found)

        self._opening = threading.Thread(target=read, name="optiviz history", daemon=True)
        self._opening.start()

    def _take(self, found: Found) -> None:
        self._unopened = found.trouble
        if not found.trouble:
            self._waiting = found
        self._look()

    def _offer(self) -> None:
        """Say what was found, after what else is to be said."""
        found, messages = self._waiting, self._window.messages
        if found is None:
            return
        self._waiting = None
        settings = user_settings()
        known = frozenset(settings.now.told)
        told = (*found.interrupted, *found.damaged)
        settings.change(told=[item.id for item in told][:_TOLD])
        said = [sentence for sentence in found.findings if not _counts(sentence)]
        said += [item.damaged for item in found.damaged if item.id not in known][:_NAMED]
        if said:
            messages.queue(" ".join(said), warning=True)
        left = tuple(item for item in found.interrupted if item.id not in known)
        if left:
            self._offered = left
            messages.queue(_interrupted(left), self._resume, self._show if self._library else None)

    @property
    def _library(self) -> object:
        places = self._window.workspaces
        return next((place for place in places if place.title == "Library"), None)

    def _resume_offered(self) -> None:
        self.resume([item.id for item in self._offered])

    def _show_offered(self) -> None:
        library = self._library
        if library is not None:
            self._window.bring(library)  # type: ignore[arg-type]

    def resume(self, ids: Sequence[str]) -> None:
        """Go on with runs of the history exactly where they were left, each in its workspace."""

        def read(_: "ReaderOf") -> list[Run]:
            runs, history = [], History.open(self.following.folder)
            try:
                for name in ids:
                    run = history.resume(name)
                    if run.status is not RunStatus.RUNNING:
                        run.resume()
                    self.following.follow(run, name)
                    runs.append(run)
            finally:
                history.close()
            return runs

        def show(result: object) -> None:
            runs: list[Run] = result  # type: ignore[assignment]
            said = _going_on(runs)  # before they go on
            for workspace in (self._window.train, self._window.functions):
                mine = [r for r in runs if self._window.home_of(r.spec.problem.kind) is workspace]
                if mine:
                    self._window.bring(workspace)
                    workspace.session.go_on_with(mine)
                    workspace.revert()
            self._window.messages.say(said)

        def fail(failure: Failure) -> None:
            self._window.report(failure.sentence, failure.details)

        self._window.messages.say("Reading what was recorded, to go on with it…")
        self._window.jobs.do(read, show, fail)

    # Leaving

    def flush(self, wait: bool = False) -> None:
        """Have written what was computed up to now; wait for it a little, if wanted."""
        self.following.flush(_FLUSH if wait else 0.0)

    def _would_lose(self) -> bool:
        """Say so, once, where the window can't be closed without losing what was computed."""
        if self._leaving or self._window.leaving.ordered:
            return False
        if not (self.following.trouble and self.following.anything):
            return False
        self._leaving = True
        self._look()
        self._window.report("What was computed is in no file. Close again to leave without it.")
        return True

    def close(self) -> None:
        """Write what is left, as long as a disk may take; the worker has ended."""
        self._closed = True
        self._timer.stop()
        self.following.close()
        if self._opening is not None:
            self._opening.join(_OPENING)


def _interrupted(items: Sequence[Item]) -> str:
    first, *others = (f"“{one_line(item.name)}”" for item in items)
    if not others:
        return f"{first} was interrupted at iteration {items[0].k:,}."
    places = [f"{first} at iteration {items[0].k:,}"]
    places += [f"{name} at {i.k:,}" for name, i in zip(others, items[1:], strict=True)][
        : _NAMED - 1
    ]
    if len(items) > _NAMED:
        places.append(f"{len(items) - _NAMED:,} more")
    return f"{len(items):,} runs were interrupted: {listed(places)}."


def _going_on(runs: Sequence[Run]) -> str:
    names = [f"“{one_line(run.name)}” from iteration {run.k:,}" for run in runs[:_NAMED]]
    if len(runs) > _NAMED:
        names.append(f"{len(runs) - _NAMED:,} more")
    return f"Going on with {listed(names)}."


def _counts(sentence: str) -> bool:
    """Whether a finding only counts the interrupted runs, which are named here."""
    return "interrupted" in sentence


def _elsewhere(folder: Path) -> str:
    return (
        f"Runs are recorded in {folder} until this window is closed; "
        "`optiviz history --folder` lists them from there."
    )
