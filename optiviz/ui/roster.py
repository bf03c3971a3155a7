"""The runs of one workspace: which there are, which are shown, which is in focus; undo of deletes.

Imports Qt, the worker, the playhead and the engine.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QObject, Signal

from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.wording import one_line, unused
from optiviz.ui.playhead import Playhead
from optiviz.ui.worker import Worker

__all__ = ["Entry", "Roster"]

_UNDOABLE: Final = 20  # deletions that can be taken back; older ones are gone for good


@dataclass(eq=False)
class Entry:
    """One run in the list.

    Attributes
    ----------
    number : int
        Which colour and dash are its own; kept as long as it lives.
    visible : bool
        It is drawn beside the one in focus.
    seen : int
        The last iteration at which the playhead has been.
    asked : Run or None
        The run that was asked to stop.
    """

    run: Run
    number: int
    visible: bool = True
    seen: int = 0
    asked: Run | None = None
    window_reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.window_reader = Reader(self.run)

    def replace(self, run: Run) -> None:
        """Put another run in this one's place."""
        self.run, self.seen, self.window_reader = run, 0, Reader(run)

    @property
    def name(self) -> str:
        """What people call it."""
        return self.run.name

    @property
    def ready(self) -> bool:
        """Whether there is something to show."""
        return self.run.trace.last_k >= 0

    @property
    def stopping(self) -> bool:
        """Whether it goes on though it was asked to stop."""
        return self.asked is self.run and self.computing

    @property
    def computing(self) -> bool:
        """Whether it goes on."""
        return self.run.status in (RunStatus.NEW, RunStatus.RUNNING)


@dataclass(frozen=True)
class _Deleted:
    """Runs that were deleted together, each with its place, and the one that was in focus."""

    places: tuple[tuple[int, Entry], ...]
    focus: Entry | None

    @property
    def words(self) -> str:
        """Which they are, in a few words."""
        if len(self.places) == 1:
            return f"“{self.places[0][1].name}”"
        return f"{len(self.places):,} runs"


class Roster(Playhead):
    """A list of runs, and the one in focus.

    Signals
    -------
    runs_changed
        Runs were added, removed, renamed, hidden, ended or failed: once for all that one act
        changes.
    focus_changed
        Another run is in focus.
    told : (str, bool)
        What was taken out or brought back, in a sentence; whether `undo` takes that back.

    Attributes
    ----------
    entries : list of Entry
    focus : Entry or None
    """

    runs_changed = Signal()
    focus_changed = Signal()
    told = Signal(str, bool)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worker = worker
        self.entries: list[Entry] = []
        self.focus: Entry | None = None
        self._deleted: list[_Deleted] = []
        self._holding = 0  # acts that are going on
        self._held = False  # one of them has changed something

    @contextmanager
    def _one_act(self) -> Iterator[None]:
        """Say only once, at its end, that an act has changed runs."""
        self._holding += 1
        try:
            yield
        finally:
            self._holding -= 1
            if not self._holding and self._held:
                self._held = False
                self.runs_changed.emit()

    def _changed(self) -> None:
        if self._holding:
            self._held = True
        else:
            self.runs_changed.emit()

    # Which there are

    def _added(self, run: Run) -> Entry:
        return self._added_all([run])[0]

    def _added_all(self, runs: Sequence[Run]) -> list[Entry]:
        """Add runs, each with the first number that no other has."""
        used = {entry.number for entry in self.entries}
        free = (n for n in range(len(used) + len(runs)) if n not in used)
        made = [Entry(run, number) for run, number in zip(runs, free, strict=False)]
        self.entries += made
        return made

    def remove(self, *entries: Entry) -> None:
        """Take runs out of the list; those that are computed are stopped. `undo` takes it back."""
        places = self._taken_out(entries)
        if places:
            self._deleted = [*self._deleted[1 - _UNDOABLE :], places]
            self.told.emit(f"Took {places.words} out of this list.", True)

    def _taken_out(self, entries: Iterable[Entry]) -> _Deleted | None:
        gone = set(entries)
        places = tuple((i, entry) for i, entry in enumerate(self.entries) if entry in gone)
        if not places:
            return None
        deleted = _Deleted(places, self.focus if self.focus in gone else None)
        with self._one_act():
            self.entries = [entry for entry in self.entries if entry not in gone]
            for _, entry in places:
                if entry.computing:
                    self.worker.stop(entry.run)
                self.worker.forget(entry.run)
            if deleted.focus is not None:
                before = next(i for i, entry in places if entry is deleted.focus)
                before -= sum(i < before for i, _ in places)
                left = self.entries
                self.set_focus(left[min(before, len(left) - 1)] if left else None)
            self._changed()
        return deleted

    def clear(self) -> None:
        """Take all runs out of the list, for good."""
        self._deleted.clear()
        self._taken_out(list(self.entries))

    def drop(self, *entries: Entry) -> None:
        """Take runs out of the list, which can't be taken back here."""
        self._taken_out(entries)

    @property
    def can_undo(self) -> bool:
        """Whether a deletion can be taken back."""
        return bool(self._deleted)

    def undo(self) -> None:
        """Bring back the runs that were deleted last, to their places and as they were shown.

        One that was computed then has ended where it was stopped.
        """
        if not self._deleted:
            return
        deleted = self._deleted.pop()
        with self._one_act():
            used = {entry.number for entry in self.entries}
            free = (n for n in range(len(used) + len(deleted.places)) if n not in used)
            for place, entry in deleted.places:
                if entry.number in used:  # its colour is another run's now
                    entry.number = next(n for n in free if n not in used)
                used.add(entry.number)
                self.entries.insert(place, entry)
                self.worker.play(entry.run)  # which measures it further, if it has ended
            if deleted.focus is not None:
                self.set_focus(deleted.focus)
            self._changed()
        self.told.emit(f"Brought back {deleted.words}.", False)

    def duplicate(self, *entries: Entry) -> list[Entry]:
        """Add copies of runs. What a run did so far is taken over, and not computed again."""
        with self._one_act():
            names = {entry.name for entry in self.entries}
            runs = []
            for entry in entries:
                name = unused(f"{entry.name} copy", names)
                names.add(name)
                runs.append(Run(entry.run.spec, name))
            made = self._added_all(runs)
            for entry, copy in zip(entries, made, strict=True):
                copy.visible, copy.seen = entry.visible, entry.seen
                last_k = entry.run.trace.last_k
                if last_k >= 0 and entry.run.status is not RunStatus.FAILED:
                    self.worker.branch(copy.run, entry.run, last_k)
                else:
                    self.worker.play(copy.run)
            self._changed()
        return made

    def _unused(self, name: str) -> str:
        return unused(name, {entry.name for entry in self.entries})

    # How they are shown

    def set_focus(self, entry: Entry | None) -> None:
        """Put a run into focus: the timeline and single pictures show it."""
        if entry is not self.focus:
            self.focus, self.parts = entry, 1
            if entry is None:
                self.set_loop(None)
            self.focus_changed.emit()
            self._changed()

    def set_visible(self, entries: Entry | Iterable[Entry], visible: bool) -> None:
        """Draw runs beside the one in focus, or not."""
        for entry in [entries] if isinstance(entries, Entry) else entries:
            entry.visible = visible
        self._changed()

    def solo(self, entries: Iterable[Entry]) -> None:
        """Draw these runs alone, and put one of them into focus; once more: draw all again."""
        alone = set(entries)
        if all(entry.visible is (entry in alone) for entry in self.entries):
            alone = set(self.entries)
        with self._one_act():
            for entry in self.entries:
                entry.visible = entry in alone
            if self.focus not in alone and alone:
                self.set_focus(next(entry for entry in self.entries if entry in alone))
            self._changed()

    def rename(self, entry: Entry, name: str) -> None:
        """Call a run something else."""
        entry.run.name = one_line(name)[:120].strip() or entry.run.name
        self.worker.record.rename(entry.run)
        self._changed()

    @property
    def computing(self) -> bool:
        """Whether a run is being computed."""
        return any(entry.computing for entry in self.entries)
