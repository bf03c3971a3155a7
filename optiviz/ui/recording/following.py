"""What the worker tells the recorder: which runs are in the history, and how far they are.

Imports no Qt; all but `elsewhere`, `leave_out` and what is read is called in the worker's thread.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from weakref import WeakKeyDictionary, WeakSet

from optiviz.engine.run import Run
from optiviz.engine.wording import one_line
from optiviz.store.atomic import StoreError
from optiviz.store.folders import data_folder
from optiviz.store.history import Recorder
from optiviz.store.history.database import NAME
from optiviz.ui.record import Record


def not_recorded(why: str, folder: Path | None = None) -> str:
    """Return that runs are only in memory, and why, in a sentence.

    Parameters
    ----------
    why : str
        What the store says; the name of its file before it is left out.
    folder : Path, optional
        The usual one if left out.
    """
    why = why.removeprefix(f"{(folder or data_folder()) / NAME}: ")
    why = one_line(why).removesuffix(".")
    return f"Runs are not being recorded: {why}. They go on in memory."


class Following(Record):
    """Every run that is computed is recorded, from the first look at it on.

    What is only opened is not: it is looked at when it is changed or led on. The recorder is made
    when it is first needed.

    Parameters
    ----------
    say : callable
        Called in any thread when there is trouble, and when it is over.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._folder: Path | None = None
        self._recorder: Recorder | None = None
        self._making = threading.Lock()
        self._broken = ""
        self._closed = False
        self._ids: WeakKeyDictionary[Run, str] = WeakKeyDictionary()
        self._followed: WeakSet[Run] = WeakSet()
        self._left_out: WeakSet[Run] = WeakSet()

    def look(self, run: Run) -> None:
        """Record what a run did; called between slices."""
        if run in self._left_out or run.spec.optimizer.recorded or self._closed:
            return
        try:
            if run not in self._followed:
                self.follow(run, self._ids.get(run))
            if (recorder := self._recorder) is not None:
                recorder.look(run)
        except Exception as error:  # no run may end because it can't be recorded
            self._broken = _why(error)

    def follow(self, run: Run, place: str | None = None) -> None:
        """Record a run from now on; with an id in the place of one that is in the history."""
        recorder = self._made()
        if recorder is not None:
            self._ids[run] = recorder.follow(run, place)
            self._followed.add(run)
            self._broken = ""

    def measured(self, run: Run) -> None:
        """Record the metrics of a run that has ended, if it is followed."""
        if run in self._followed:
            self.look(run)

    def forget(self, run: Run) -> None:
        """Follow a run no more. Should it come back, it is recorded in its place again."""
        if run in self._followed and (recorder := self._recorder) is not None:
            try:
                recorder.forget(run)
            except Exception as error:
                self._broken = _why(error)
        self._followed.discard(run)

    def rename(self, run: Run) -> None:
        """Take over what a run is called now; called in the window's thread."""
        if run in self._followed and (recorder := self._recorder) is not None:
            try:
                recorder.rename(run)
            except Exception as error:
                self._broken = _why(error)

    def leave_out(self, run: Run) -> None:
        """Never record a run: one of many that pass while something is dragged."""
        self._left_out.add(run)

    def id_of(self, run: Run) -> str:
        """Return where a run is in the history, or nothing."""
        return self._ids.get(run, "")

    @property
    def trouble(self) -> str:
        """Why runs are not being recorded, in a sentence; nothing while they are."""
        recorder = self._recorder
        why = self._broken or (recorder.trouble if recorder is not None else "")
        return not_recorded(why, self._folder) if why else ""

    @property
    def anything(self) -> bool:
        """Whether there is a run that is to be recorded."""
        return bool(self._followed)

    @property
    def folder(self) -> Path | None:
        """Where runs are recorded instead of where they usually are."""
        return self._folder

    def elsewhere(self, folder: Path) -> None:
        """Record in another folder from now on, all that is followed from its start."""
        recorder = self._recorder
        if recorder is not None:
            recorder.save_elsewhere(folder)
        self._folder = folder
        self._broken = ""

    def flush(self, seconds: float = 0.0) -> bool:
        """Have all written that is known of the runs by now; True if it is within so long."""
        recorder = self._recorder
        return recorder is None or recorder.flush(seconds)

    def close(self) -> bool:
        """Write what is left, as long as a disk may take, and return whether all is written."""
        self._closed = True
        recorder = self._recorder
        return recorder is None or recorder.close()

    def _made(self) -> Recorder | None:
        with self._making:
            if self._recorder is None and not self._closed:
                self._recorder = Recorder(self._folder, self._say)
            return self._recorder


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, StoreError) else f"{type(error).__name__}: {error}"
