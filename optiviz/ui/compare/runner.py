"""Does a study beside the window: a plain thread hands its runs to processes.

The window looks at what has come in ten times a second; nothing is shared but a queue.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean

from PySide6.QtCore import QObject, QTimer, Signal

from optiviz.engine.run import Failure
from optiviz.studies.plan import Planned
from optiviz.studies.records import Record
from optiviz.studies.results import Results
from optiviz.ui.worker import now

LOOK = 100  # milliseconds between two looks at what has come in

Execute = Callable[..., Results]


@dataclass
class _Work:
    """What the thread and the window have in common."""

    results: Results  # the thread's own
    cancel: threading.Event
    found: "deque[tuple[Planned, Record]]"
    failure: Failure | None = None
    thread: threading.Thread | None = None


class StudyRunner(QObject):
    """Does the runs of one study after another.

    Signals
    -------
    came_in : (list of (Planned, Record),)
        Runs that are done, at most ten times a second.
    ended : (Failure or None,)
        Nothing is under way any more: it is complete, was cancelled, or could not go on.

    Parameters
    ----------
    execute : callable, optional
        As `optiviz.studies.execution.execute`, which is the usual one.
    """

    came_in = Signal(list)
    ended = Signal(object)

    def __init__(self, execute: Execute | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._execute = execute or _in_processes
        self._work: _Work | None = None
        self._began = 0.0
        self._pace = Pace()
        self._left: Counter[int] = Counter()  # of each configuration
        self._computed = 0.0  # seconds of all runs that came in since the start
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK)
        self._timer.timeout.connect(self.look)

    @property
    def running(self) -> bool:
        """Whether a study is being done."""
        return self._work is not None

    @property
    def cancelling(self) -> bool:
        """Whether it is only waited for what is ended."""
        return self._work is not None and self._work.cancel.is_set()

    @property
    def elapsed(self) -> float:
        """Seconds since it was started."""
        return now() - self._began

    def time_left(self) -> float | None:
        """Return about how many seconds are left, by what was done since the start."""
        if self._work is None:
            return None
        left = self._pace.expected(self._left)
        # How much of computing a second brings, whatever the machine does besides.
        rate = self._computed / max(self.elapsed, 1e-9)
        return left / rate if left is not None and rate > 0 else None

    def start(self, results: Results) -> None:
        """Do the runs that are missing; what is held by the caller is not touched."""
        if self._work is not None:
            return
        own = Results(results.study, dict(results.records))
        work = self._work = _Work(own, threading.Event(), deque())
        self._began, self._computed = now(), 0.0
        self._pace = Pace(results)
        self._left = Counter(planned.configuration for planned in results.missing)
        execute = self._execute

        def told(done: Results, planned: Planned, record: Record) -> None:
            work.found.append((planned, record))

        def do() -> None:
            try:
                execute(own, progress=told, cancelled=work.cancel.is_set, polite=True)
            except Exception as error:
                work.failure = Failure.beside_runs(error)

        work.thread = threading.Thread(target=do, name="optiviz study", daemon=True)
        work.thread.start()
        self._timer.start()

    def cancel(self) -> None:
        """End it; what is done by then is kept."""
        if self._work is not None:
            self._work.cancel.set()

    def look(self) -> None:
        """Hand over what has come in."""
        work = self._work
        if work is None:
            return
        over = work.thread is None or not work.thread.is_alive()
        found = []
        while work.found:
            found.append(work.found.popleft())
        for planned, record in found:
            self._pace.add(planned, record)
            self._left[planned.configuration] -= 1
            self._computed += record.seconds
        if found:
            self.came_in.emit(found)
        if over:
            self._work = None
            self._timer.stop()
            self.ended.emit(work.failure)

    def close(self) -> None:
        """Cancel, wait until its processes are gone, and hand over what was done."""
        work = self._work
        self._timer.stop()
        if work is not None and work.thread is not None:
            work.cancel.set()
            work.thread.join()
            self.look()


def _in_processes(results: Results, **how: object) -> Results:
    # It brings joblib, which must not delay the first paint.
    from optiviz.studies.execution import execute

    return execute(results, **how)  # type: ignore[arg-type]


class Pace:
    """How long runs take, by what others of their configurations took.

    Parameters
    ----------
    results : Results, optional
        What is done already.
    """

    def __init__(self, results: Results | None = None) -> None:
        self._runs: Counter[int] = Counter()
        self._seconds: dict[int, float] = {}
        for planned, record in results.records.items() if results is not None else ():
            self.add(planned, record)

    def add(self, planned: Planned, record: Record) -> None:
        """Learn from a run that is done."""
        place = planned.configuration
        self._runs[place] += 1
        self._seconds[place] = self._seconds.get(place, 0.0) + record.seconds

    def expected(self, left: Mapping[int, int]) -> float | None:
        """Return about how long runs compute on one processor; None while nothing is known.

        Parameters
        ----------
        left : mapping of int to int
            How many runs of each configuration.
        """
        if not self._runs:
            return None
        means = {place: self._seconds[place] / n for place, n in self._runs.items()}
        usual = fmean(means.values())
        return sum(n * means.get(place, usual) for place, n in left.items())


def expected_seconds(results: Results, planned: list[Planned]) -> float | None:
    """Return about how many seconds runs compute on one processor; None while nothing is known."""
    return Pace(results).expected(Counter(each.configuration for each in planned))


def spoken_time(seconds: float) -> str:
    """Return a time that is yet to come, as roughly as it is known."""
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return f"about {round(seconds)} s"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


def planned_words(results: Results) -> str:
    """Return how many runs there are, how many are to do, and how long that takes."""
    size, missing = results.study.size, results.missing
    n = len(results.study.configurations)
    words = f"{n:,} × {size // n:,} = {size:,} run{'s' * (size != 1)}"
    if not missing:
        return f"{words}, all done."
    seconds = expected_seconds(results, missing)
    if len(missing) < size:
        words += f", {len(missing):,} to do"
    if seconds is None:
        return f"{words}. How long they take is measured with the first ones."
    return f"{words}: {spoken_time(seconds / processors())}."


def processors() -> int:
    """Return how many runs are done at the same time, about."""
    import joblib

    return max(1, int(joblib.cpu_count()))
