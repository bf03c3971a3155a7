"""Runs are recorded as they go: copied by whoever computes them, written by one thread.

At most one transaction in 250 ms writes all runs, so that less than a second of work is at risk.
States of tens of MB are the exception: after a write that took long it rests ten times as long.
"""

import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from optiviz.engine.run import Run, RunStatus
from optiviz.store import machine
from optiviz.store.folders import data_folder
from optiviz.store.history import database
from optiviz.store.history.capture import Capture, capture
from optiviz.store.history.pen import Job, LostError, Pen, named
from optiviz.store.history.writing import Place

INTERVAL = 0.25  # seconds between two transactions
METRICS = 3.0  # seconds between two looks at the metrics of a run
_LONGEST_REST = 2.0  # seconds between two tries where nothing can be written
_REST = 10  # times what a write took
_LARGE = 4 << 20  # bytes of states from which a run rests: less than a second is at risk below


@dataclass(eq=False)
class _Followed:
    """A run that is recorded."""

    run: Run
    at: Place
    looked_at: float = -1e9
    measured_at: float = -1e9
    rest: float = INTERVAL
    end: object = None  # how it had ended when it was last looked at
    waiting: Capture | None = None
    renamed: bool = False
    leaving: bool = False  # it is no longer followed when what waits is written

    @property
    def has_work(self) -> bool:
        return self.waiting is not None or self.renamed or self.leaving


class Recorder:
    """Writes runs into the history of a folder, from a thread of its own.

    Nothing here waits for the disk but `close`, and nothing raises because of it: what can't be
    written is said in `trouble`, and written when it can.

    Parameters
    ----------
    folder : path, optional
        The user's data folder if left out.
    say : callable, optional
        Given each sentence of `trouble` as it comes, and an empty one when all is well again, in
        the recorder's thread.

    Attributes
    ----------
    trouble : str
        Why nothing can be written just now; empty while all is well.
    """

    def __init__(
        self, folder: str | Path | None = None, say: Callable[[str], None] | None = None
    ) -> None:
        self.trouble = ""
        self._folder = Path(folder) if folder is not None else data_folder()
        self._say = say
        self._followed: dict[Run, _Followed] = {}
        self._lock = threading.Condition()
        self._closing = False
        self._pen = Pen()
        self._thread = threading.Thread(target=self._write_on, name="optiviz recorder", daemon=True)
        self._thread.start()

    @property
    def folder(self) -> Path:
        """Where the history is that it writes."""
        return self._folder

    def follow(self, run: Run, id: str | None = None) -> str:  # noqa: A002
        """Record a run from now on, and return its id.

        Parameters
        ----------
        run : Run
        id : str, optional
            Of the run that `History.resume` claimed: it goes on in its place.
        """
        with self._lock:
            found = self._followed.get(run)
            if found is None:
                key = bytes.fromhex(id) if id is not None else uuid.uuid4().bytes
                found = self._followed[run] = _Followed(run, Place(key, time.time(), named(run)))
            found.leaving = False
            return found.at.run.hex()

    def id_of(self, run: Run) -> str | None:
        """Return a run's id in the history, or None if it isn't recorded."""
        found = self._followed.get(run)
        return None if found is None else found.at.run.hex()

    def look(self, run: Run) -> None:
        """See what is new of a run; called by whoever computes it, between slices.

        It costs microseconds unless it is time for the next write. Look once more after metrics of
        a run that is done were measured.
        """
        found = self._followed.get(run)
        if found is None:
            return
        end, now = _end(run), time.monotonic()
        if end is None or end == found.end:
            due = now - found.looked_at >= found.rest
            if not due or found.waiting is not None or not _is_new(found):
                return
        self._capture(found, now)

    def _capture(self, found: _Followed, now: float) -> None:
        """Take what is new of a run, so that it is written."""
        run, end = found.run, _end(found.run)
        with_samples = end is not None or now - found.measured_at >= METRICS
        made = capture(run, found.at.written, with_samples)
        found.looked_at = now
        if made is None:
            return
        if with_samples:
            found.measured_at = now
        with self._lock:
            found.waiting, found.end = made, end
            self._lock.notify()

    def rename(self, run: Run) -> None:
        """Write a run's new name."""
        with self._lock:
            found = self._followed.get(run)
            if found is not None:
                found.renamed = True
                self._lock.notify()

    def forget(self, run: Run) -> None:
        """Follow a run no longer, after a last look; nothing advances it meanwhile."""
        found = self._followed.get(run)
        if found is None:
            return
        if _is_new(found):
            self._capture(found, time.monotonic())
        with self._lock:
            found.leaving = True
            self._lock.notify()

    def save_elsewhere(self, folder: str | Path) -> None:
        """Write all runs that are followed, whole, into another folder, and go on there."""
        with self._lock:
            self._folder = Path(folder)
            self._begin_anew()
            self._lock.notify()

    def close(self, seconds: float = 10.0) -> bool:
        """Look at all runs a last time, and end when that is written.

        Nothing may advance a run meanwhile; one that is not done is interrupted there.

        Parameters
        ----------
        seconds : float
            To wait at most for a disk that does not answer.

        Returns
        -------
        bool
            False if not all could be written.
        """
        for run in list(self._followed):
            self.forget(run)
        with self._lock:
            self._closing = True
            self._lock.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive() and not self._followed

    # In the thread

    def _write_on(self) -> None:
        machine.fingerprint()  # it takes a while the first time
        rest, failures = 0.0, 0
        while self._wait(rest):
            began = time.monotonic()
            try:
                self._write()
            except LostError:
                with self._lock:
                    self._begin_anew()
                rest = 0.0
                continue
            except Exception as error:  # whatever it is, the runs go on
                self._pen.close()
                failures += 1
                self._be_troubled(str(database.why(error, self._folder / database.NAME)))
                rest = min(_LONGEST_REST, INTERVAL * 2 ** min(failures, 8))
                if self._closing and failures > 1:
                    break
                continue
            failures = 0
            self._be_troubled("")
            rest = max(0.0, INTERVAL - (time.monotonic() - began))
        self._pen.close()

    def _wait(self, rest: float) -> bool:
        """Wait until there is work, but no less than so many seconds; False when all is done."""

        def has_work() -> bool:
            return self._closing or any(f.has_work for f in self._followed.values())

        with self._lock:
            if rest:
                self._lock.wait_for(lambda: self._closing, rest)
            self._lock.wait_for(has_work)
            return not self._closing or any(f.has_work for f in self._followed.values())

    def _write(self) -> None:
        with self._lock:
            folder = self._folder
            work = [(f, f.at, f.waiting) for f in self._followed.values() if f.has_work]
            jobs = [
                Job(f.run, at.copy(), made, named(f.run), f.renamed, f.leaving)
                for f, at, made in work
            ]
        began = time.monotonic()
        self._pen.write(jobs, folder)
        took = time.monotonic() - began
        with self._lock:
            for (found, at, made), job in zip(work, jobs, strict=True):
                if found.at is not at:  # it is to be written elsewhere by now
                    continue
                found.at = job.at
                found.waiting = None if found.waiting is made else found.waiting
                found.renamed = found.renamed and named(found.run) != job.name
                if made is not None:
                    found.rest = INTERVAL
                    if made.nbytes >= _LARGE:
                        found.rest = max(INTERVAL, _REST * took)
                if job.leaving and found.leaving and found.waiting is None:
                    self._followed.pop(found.run, None)

    def _begin_anew(self) -> None:
        """Have everything written once more, whole: nothing of it is there."""
        for found in self._followed.values():
            found.at = Place(found.at.run, found.at.created, named(found.run))
            found.looked_at = found.measured_at = -1e9
            found.waiting = None
            # Whoever computes a run looks at it soon; nobody looks at one that is done.
            if _end(found.run) is not None or found.leaving:
                found.waiting = capture(found.run, found.at.written, True)

    def _be_troubled(self, sentence: str) -> None:
        if sentence == self.trouble:
            return
        self.trouble = sentence
        if self._say is not None:
            with suppress(Exception):
                self._say(sentence)


def _end(run: Run) -> object:
    """Return how a run has ended, or None."""
    ended = run.status in (RunStatus.FINISHED, RunStatus.FAILED)
    return (run.status, run.stop_reason, run.spec, run.trace.generation) if ended else None


def _is_new(found: _Followed) -> bool:
    """Whether there is something of a run that is neither written nor waits for it."""
    run, written = found.run, found.at.written
    if _end(run) is None or _end(run) != found.end:
        return True
    if found.waiting is not None:
        return False
    return len(run.trace) > 0 and written.samples is not run.history.samples()
