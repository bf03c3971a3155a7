"""The one thread that computes: runs in slices, pictures between them, and whatever takes long.

It emits nothing for single iterations: the window looks at traces thirty times a second.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QThread, QTimer, Signal

from optiviz.analysis.runs.spending import Level
from optiviz.engine import threads
from optiviz.engine.branching import edited, point_after
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.problem import Array
from optiviz.engine.run import Failure, Reader, Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.ui.record import Record
from optiviz.ui.worker.requests import Answer, Listener, ReaderOf, Requests, now

SWITCH = 0.0005  # seconds for which the window waits at most each time it calls Python again
DRAWING = 0.05  # seconds of a frame that are waited for at most
SLICE = 0.02  # seconds of a run between two looks at what else is wanted
LEISURE = 0.05  # seconds after an answer for the window to draw it, before what has time
MEASURE_REST = 0.3  # seconds between two looks at metrics while runs are computed

__all__ = ["LEISURE", "SLICE", "ReaderOf", "Worker", "now"]


class Worker(QThread):
    """Computes runs, and answers requests.

    Signals
    -------
    answered : (key, number, result)
        A request was answered, and who asked has taken it; of each key only the newest one is.
    run_changed : (run,)
        A run was prepared, changed, ended or failed.
    went_wrong : (Failure,)
        Something failed that nobody waits for.

    Attributes
    ----------
    note : callable
        Called in the thread with the specs of what it computes, before it does and when it ends.
    """

    answered = Signal(object, int, object)
    run_changed = Signal(object)
    went_wrong = Signal(object)
    _came = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("optiviz worker")
        self._wake = threading.Condition()
        self._orders: deque[Callable[[], None]] = deque()
        self._requests = Requests(self._wake, self._reader, self._send, self._take_orders)
        self._answers: deque[Answer] = deque()
        self._delivery = _timer(self, 1)
        self._delivery.timeout.connect(self._deliver)
        # Not as events of their own: where each has more asked for, they would never end, and
        # nothing else have its turn.
        self._came.connect(self._delivery.start)
        self._closing = False
        self._may_work = threading.Event()
        self._may_work.set()
        self._drawn = threading.Event()
        self._drawn.set()
        self._after_drawing = _timer(self, 0)
        self._after_drawing.timeout.connect(self._drawn.set)
        self._ending: set[Run] = set()  # runs that are to be stopped
        self._measured_at = 0.0
        self._runs: list[Run] = []
        self._unmeasured: list[Run] = []
        self._readers: dict[Run, Reader] = {}
        self._level = Level("evaluations")
        self.record = Record()
        self.note: Callable[[list[RunSpec]], None] = _unnoted
        self._noted: list[RunSpec] = []

    # Called by the window

    def play(self, run: Run) -> None:
        """Compute a run to its end."""
        self._order(lambda: self._play(run))

    def stop(self, run: Run) -> None:
        """End a run where it is; the iteration that it is in is left."""
        self._ending.add(run)
        self._order(lambda: self._stop(run))

    def change(
        self, run: Run, k: int, optimizer: Optimizer | None = None, x: Array | None = None
    ) -> None:
        """Change a run after iteration k, and compute it on from there."""
        self._order(lambda: self._change(run, k, optimizer, x))

    def branch(self, run: Run, other: Run, k: int) -> None:
        """Compute a run that is another one up to iteration k, taking over what that has done."""

        def begin() -> None:
            run.begin_as(other, k)
            self.record.look(run)
            self._play(run)
            self.run_changed.emit(run)

        self._order(begin)

    def edit(self, run: Run, k: int, values: Mapping[int, float]) -> None:
        """Give coordinates of a run's point after iteration k other values, and compute it on."""
        self._order(lambda: self._edit(run, k, values))

    def forget(self, run: Run) -> None:
        """Drop a run and all that is kept for it."""
        self._order(lambda: self._forget(run))

    def request(
        self,
        key: Any,
        function: Callable[[ReaderOf], Any],
        seconds: float = 0.0,
        then: Listener | None = None,
    ) -> int:
        """Ask for something to be computed between slices; a newer request replaces an older.

        Parameters
        ----------
        key : hashable
            Who asks.
        function : callable
            Given a function that returns the worker's reader of a run. Where it returns an
            iterator, each item is an answer that replaces the one before; they are made while no
            run is computed, the first at once. Of those in between some may be left out.
        seconds : float
            What it is expected to take: of the requests that are there, short ones come first.
        then : bound method, optional
            Given the request's number and the answer, in the window's thread; each that comes. It
            is not kept alive. A signal that all who ask are connected to would call each of them
            for each answer, and the interpreter may be waited for at each call.

        Returns
        -------
        int
            The request's number.
        """
        return self._requests.add(key, function, seconds, then)

    def take_turns_by(self, level: Level) -> None:
        """Give each slice to the run that has used up least of an effort."""
        self._level = level

    def let_draw(self) -> None:
        """Begin nothing before the window has drawn what it has just changed, or for long.

        Both need the interpreter: where they share it, a frame takes twice as long.
        """
        self._drawn.clear()
        self._after_drawing.start()  # comes when what is posted, such as painting, is done

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Begin nothing meanwhile, so that the window needn't wait for its turns.

        Where Qt calls Python thousands of times, each call may wait for a busy interpreter.
        """
        self._may_work.clear()
        try:
            yield
        finally:
            self._may_work.set()

    def close(self, seconds: float | None = None) -> bool:
        """End the thread after the slice it is in; False if that takes longer than so long."""
        self._may_work.set()
        with self._wake:
            self._closing = True
            self._wake.notify()
        return self.wait() if seconds is None else self.wait(round(1000 * seconds))

    def _deliver(self) -> None:
        """Give the answers that are there to who asked."""
        try:
            for _ in range(len(self._answers)):
                answer = self._answers.popleft()
                answer.deliver()
                self.answered.emit(answer.key, answer.number, answer.result)
        finally:
            if self._answers:
                self._delivery.start()

    def _order(self, order: Callable[[], None]) -> None:
        with self._wake:
            self._orders.append(order)
            self._wake.notify()

    # In the thread

    def run(self) -> None:
        """Take orders, compute a slice, answer, until closed."""
        sys.setswitchinterval(SWITCH)
        while not self._is_closing():
            try:
                with threads.leaving_when(self._is_closing):
                    self._may_work.wait()
                    self._drawn.wait(DRAWING)
                    self._work()
            except threads.faults() as error:  # nothing that fails here may end the thread
                self.went_wrong.emit(Failure.beside_runs(error))

    def _work(self) -> None:
        worked = self._take_orders() | self._compute() | self._requests.answer(self._may_go_on)
        if not self._runs and self._leaves_the_window_to_draw():
            return
        further = not self._runs and self._requests.answer_further()  # while nothing is computed
        if not (worked | further | self._measure()):
            with self._wake:
                if not (self._is_closing() or self._orders or self._requests):
                    self._wake.wait()

    def _leaves_the_window_to_draw(self) -> bool:
        rest = self._requests.answered_at + LEISURE - now()
        if rest <= 0:
            return False
        with self._wake:
            if not (self._is_closing() or self._orders or self._requests):
                self._wake.wait(rest)
        return True

    def go_on(self, *progress: int) -> None:
        """Let a long job go on, or end it because the window is being closed.

        Raises
        ------
        InterruptedError
        """
        if self._is_closing():
            raise InterruptedError("it was ended because the window was closed")

    def _send(self, answer: Answer) -> None:
        self._answers.append(answer)
        self._came.emit()

    def _may_go_on(self) -> bool:
        self._may_work.wait()
        return not self._is_closing()

    def _is_closing(self) -> bool:
        return self._closing  # set by the window's thread

    def _take_orders(self) -> bool:
        taken = False
        while True:
            with self._wake:
                if not self._orders:
                    return taken
                order = self._orders.popleft()
            taken = True
            try:
                order()
            except threads.faults() as error:  # it is no picture's, between which it may be taken
                self.went_wrong.emit(Failure.beside_runs(error))

    def _play(self, run: Run) -> None:
        if run.status is RunStatus.NEW and self._is_closing():
            return  # of many that wait, each would take a while to be prepared
        self._readers.setdefault(run, Reader(run))
        if run.status is RunStatus.NEW:
            self._note([run.spec])
            run.prepare()
            self.record.look(run)
            self.run_changed.emit(run)
        if run.status is RunStatus.RUNNING and run not in self._runs:
            self._runs.append(run)
        if run not in self._unmeasured:
            self._unmeasured.append(run)

    def _stop(self, run: Run) -> None:
        self._ending.discard(run)
        if run.status is RunStatus.RUNNING:
            run.stop()
            self.record.look(run)
        if run in self._runs:
            self._runs.remove(run)
        self.run_changed.emit(run)

    def _change(self, run: Run, k: int, optimizer: Optimizer | None, x: Array | None) -> None:
        if run.trace.last_k < 0 or run.status is RunStatus.FAILED:
            return
        run.change(min(k, run.trace.last_k), optimizer, x)
        self.record.look(run)
        self._play(run)
        self.run_changed.emit(run)

    def _edit(self, run: Run, k: int, values: Mapping[int, float]) -> None:
        if run.trace.last_k >= 0:
            k = min(k, run.trace.last_k)
            self._change(run, k, None, edited(point_after(run, k, self._reader(run)), values))

    def _forget(self, run: Run) -> None:
        self.record.forget(run)
        self._readers.pop(run, None)
        for runs in (self._runs, self._unmeasured):
            if run in runs:
                runs.remove(run)

    def _compute(self) -> bool:
        """Do a slice of the run that has used least so far."""
        self._note()
        if not self._runs:
            return False
        run = min(self._runs, key=partial(_cost, self._level))
        with threads.leaving_when(lambda: self._closing or run in self._ending):
            run.advance(seconds=SLICE)
        self.record.look(run)
        if run.status is not RunStatus.RUNNING:
            self._runs.remove(run)
            self.run_changed.emit(run)
        return True

    def _note(self, begun: Sequence[RunSpec] = ()) -> None:
        """Have it noted what is computed, before that can crash."""
        specs = [*(run.spec for run in self._runs), *begun]
        if specs != self._noted:
            self._noted = specs
            self.note(specs)

    def _measure(self) -> bool:
        """Measure metrics along a run: where it costs nothing while runs are computed."""
        if not self._unmeasured:
            return False
        busy = bool(self._runs)
        if busy and now() - self._measured_at < MEASURE_REST:
            return False
        self._measured_at = now()
        run = self._unmeasured[0]
        computing = run.status is RunStatus.RUNNING
        if run.trace.last_k < 0 or run.status is RunStatus.FAILED:
            self._unmeasured.remove(run)
            return True
        seconds = SLICE / 2 if busy else SLICE
        complete = run.history.extend(self._reader(run), seconds, only_snapshots=busy)
        if complete and not computing and not busy:
            run.history.measure(self._reader(run), run.state_now.best_k)  # lists name it
            self.record.measured(run)
            self._unmeasured.remove(run)
        else:  # take turns
            self._unmeasured.append(self._unmeasured.pop(0))
        return not busy

    def _reader(self, run: Run) -> Reader:
        """Return the reader that is kept for a run, or a passing one if it was forgotten since."""
        return self._readers.get(run) or Reader(run)


def _cost(level: Level, run: Run) -> float:
    return level.of(run.state_now, run.seconds, run.spec.problem.n_rows)


def _unnoted(specs: list[RunSpec]) -> None:
    """Nobody notes what is computed."""


def _timer(parent: QObject, milliseconds: int) -> QTimer:
    """Return a timer that comes once.

    It is set up by calls: in a Turkish locale PySide finds no keyword that begins with an i.
    """
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    return timer
