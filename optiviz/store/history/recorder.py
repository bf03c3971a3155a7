"""Runs are recorded as they go: copied by whoever computes them, written by one thread.

At most one transaction in 250 ms writes all runs. They are copied when the next one is due, not
before, so that little more than that is at risk. States of tens of MB are the exception: writing
them may take a tenth of a processor and a third of the time, and runs beside them wait as long.
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
from optiviz.store.history.pen import Job, LostError, Pen, RefusedError, named
from optiviz.store.history.writing import Place

INTERVAL = 0.25  # seconds between two transactions
METRICS = 3.0  # seconds between two looks at the metrics of a run
_EARLY = 0.2  # of the interval, before the next transaction: as long as all runs take to be copied
_TRIES = 5  # to look at a run that another thread is advancing
_LONGEST_REST = 2.0  # seconds between two tries where nothing can be written
_LARGE = 4 << 20  # bytes of states from which a run rests
_LEAST_REST = 2.0  # seconds of such a run, and these times what writing it took of the
_CPU, _DISK = 10, 2  # processor and of all
_TOGETHER = 256  # runs in one transaction
_BYTES = 64 << 20  # of states in one transaction, or one run
_LAST_TRIES = 2  # in a row, when it closes
_SLOWEST = 4_000_000  # bytes in a second of a disk that is well
_NAMED = 3  # of those that were lost


@dataclass(eq=False)
class _Followed:
    """A run that is recorded."""

    run: Run
    at: Place
    looked_at: float = -1e9
    measured_at: float = -1e9
    rest: float = 0.0
    end: object = None  # how it had ended when it was last looked at
    waiting: Capture | None = None
    late: bool = False  # it is done, and to be looked at once more before it is written
    renamed: bool = False
    leaving: bool = False  # it is no longer followed when what waits is written
    refusal: str = ""  # why it can't be written though others can
    refused_at: float = -1e9

    @property
    def has_work(self) -> bool:
        return self.waiting is not None or self.late or self.renamed or self.leaving

    @property
    def is_ready(self) -> bool:
        return self.has_work and time.monotonic() >= self.refused_at + _LONGEST_REST


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
        self._closing = self._hurry = False
        self._next = 0.0  # when the next transaction is due
        self._size = 0  # bytes of states in the one that is being written
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
                place = Place(key, time.time(), named(run), fresh=id is None)
                found = self._followed[run] = _Followed(run, place)
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
            window = self._next - _EARLY * INTERVAL
            seen = found.looked_at >= window or now - found.looked_at < found.rest
            if now < window or seen or (found.rest and found.waiting is not None):
                if end is not None:
                    self._come_back(found)
                return
            if not _is_new(found):
                return
        self._capture(found, now)

    def _come_back(self, found: _Followed) -> None:
        """Have a run that is done looked at later: whoever computes it may not do so again."""
        if not found.late and _is_new(found):
            with self._lock:
                found.late = True
                self._lock.notify()

    def _capture(self, found: _Followed, now: float) -> bool:
        """Take what is new of a run, so that it is written; False in the middle of a step."""
        run, end = found.run, _end(found.run)
        with_samples = end is not None or now - found.measured_at >= METRICS
        made = capture(run, found.at.written, with_samples)
        if made is None:
            return False
        found.looked_at = now
        found.rest = max(found.rest, _LEAST_REST) if made.nbytes >= _LARGE else 0.0
        if with_samples:
            found.measured_at = now
        with self._lock:
            found.waiting, found.end, found.late = made, end, False
            self._lock.notify()
        return True

    def rename(self, run: Run) -> None:
        """Write a run's new name."""
        with self._lock:
            found = self._followed.get(run)
            if found is not None:
                found.renamed = True
                self._lock.notify()

    def forget(self, run: Run) -> None:
        """Follow a run no longer, after a last look that is still written.

        Nothing advances it meanwhile.
        """
        found = self._followed.get(run)
        if found is None:
            return
        if _is_new(found):
            self._capture(found, time.monotonic())
        with self._lock:
            found.leaving, found.refused_at = True, -1e9
            self._lock.notify()

    def flush(self, seconds: float = 10.0) -> bool:
        """Write what there is of all runs by now, in spite of any rest, and wait for it.

        From any thread; of a run that is just being advanced, up to the last slice.

        Parameters
        ----------
        seconds : float
            To wait at most.

        Returns
        -------
        bool
            Whether all of it is written.
        """
        now = time.monotonic()
        for found in list(self._followed.values()):
            for _ in range(_TRIES if _is_new(found) else 0):
                if self._capture(found, now):
                    break
                time.sleep(0.001)
        with self._lock:
            self._hurry = True
            self._lock.notify_all()
            return self._lock.wait_for(
                lambda: not any(f.is_ready for f in self._followed.values()), seconds
            )

    def save_elsewhere(self, folder: str | Path) -> None:
        """Write all runs that are followed, whole, into another folder, and go on there."""
        with self._lock:
            self._folder = Path(folder)
            self._begin_anew()
            self._lock.notify()

    def close(self, seconds: float = 10.0) -> bool:
        """Look at all runs a last time, and end when that is written, however long it takes.

        Nothing may advance a run meanwhile; one that is not done is interrupted there.

        Parameters
        ----------
        seconds : float
            To wait for a disk from which nothing is heard.

        Returns
        -------
        bool
            False if not all could be written; `trouble` then names what was lost.
        """
        for run in list(self._followed):
            self.forget(run)
        with self._lock:
            self._closing = True
            self._lock.notify()
        beats = -1
        while self._thread.is_alive() and self._pen.beats != beats:
            beats = self._pen.beats
            self._thread.join(seconds + self._size / _SLOWEST)
        lost = [named(run) for run in list(self._followed)]
        if lost:
            why = self.trouble or f"{self._folder / database.NAME}: the disk does not answer"
            self._be_troubled(f"{why}; {_lost(lost)}")
        return not lost

    # In the thread

    def _write_on(self) -> None:
        machine.fingerprint()  # it takes a while the first time
        rest, failures = 0.0, 0
        while self._wait(rest):
            self._next = time.monotonic() + INTERVAL
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
                self._next = time.monotonic() + rest
                if self._closing and failures >= _LAST_TRIES:
                    break
                continue
            failures = 0
            with self._lock:
                refusals = [found.refusal for found in self._followed.values() if found.refusal]
            self._be_troubled(refusals[0] if refusals else "")
            rest = max(0.0, self._next - time.monotonic())
        self._pen.close()

    def _wait(self, rest: float) -> bool:
        """Wait until there is work, but no less than so many seconds; False when all is done."""

        def has_work() -> bool:
            return self._closing or any(f.is_ready for f in self._followed.values())

        with self._lock:
            if rest:
                self._lock.wait_for(lambda: self._closing or self._hurry, rest)
            self._hurry = False
            # What was refused is tried again after a while, though nobody says so.
            while not self._lock.wait_for(has_work, self._patience()):
                pass
            return any(f.is_ready for f in self._followed.values())

    def _patience(self) -> float | None:
        refused = any(found.refusal for found in self._followed.values())
        return _LONGEST_REST if refused else None

    def _write(self) -> None:
        with self._lock:
            folder, work = self._folder, self._work()
            jobs = [
                Job(f.run, at.copy(), made, named(f.run), f.renamed, f.leaving)
                for f, at, made in work
            ]
            for found, _, _ in work:
                found.at.fresh = False  # even a transaction that fails may be there
        began, computed = time.monotonic(), time.thread_time()
        try:
            self._pen.write(jobs, folder)
        except RefusedError as refused:
            with self._lock:
                (found,) = (
                    f for (f, _, _), job in zip(work, jobs, strict=True) if job is refused.job
                )
                found.refusal, found.refused_at = str(refused), time.monotonic()
            self._next = time.monotonic()  # the others don't wait
            return
        rest = max(
            _DISK * (time.monotonic() - began), _CPU * (time.thread_time() - computed), _LEAST_REST
        )
        with self._lock:
            for (found, at, made), job in zip(work, jobs, strict=True):
                if found.at is not at:  # it is to be written elsewhere by now
                    continue
                found.at, found.refusal = job.at, ""
                found.waiting = None if found.waiting is made else found.waiting
                found.renamed = found.renamed and named(found.run) != job.name
                if made is not None:
                    found.rest = rest if made.nbytes >= _LARGE else 0.0
                if job.leaving and found.leaving and found.waiting is None and not found.late:
                    self._followed.pop(found.run, None)
            self._lock.notify_all()

    def _work(self) -> list[tuple[_Followed, Place, Capture | None]]:
        """Return what is written next: what waits longest, as much as is well at once."""
        ready = [found for found in self._followed.values() if found.is_ready]
        ready.sort(key=lambda found: found.looked_at)
        work: list[tuple[_Followed, Place, Capture | None]] = []
        self._size = 0
        for found in ready[:_TOGETHER]:
            if found.late:
                found.late = False
                found.waiting = capture(found.run, found.at.written, True) or found.waiting
            size = 0 if found.waiting is None else found.waiting.nbytes
            if work and self._size + size > _BYTES:
                break
            self._size += size
            work.append((found, found.at, found.waiting))
        return work

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
    run, waiting = found.run, found.waiting
    if _end(run) is None or _end(run) != found.end:
        return True
    known = found.at.written.samples if waiting is None else waiting.knows
    return len(run.trace) > 0 and known is not run.history.samples()


def _lost(names: list[str]) -> str:
    first = ", ".join(repr(name) for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    runs = "1 run is" if len(names) == 1 else f"{len(names):,} runs are"
    return f"{runs} not there as far as it went: {first}{more}"
