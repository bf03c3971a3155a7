"""A run: a spec, what it did so far, and the loop that does more of it.

The loop is over blocks of iterations, and the algorithm is a pure function, so that pausing is not
calling, a step back is a look into the trace, and a branch starts from any iteration.
"""

import hashlib
import time

import numpy as np

from optiviz.engine import threads
from optiviz.engine.failure import Failure
from optiviz.engine.history import History
from optiviz.engine.optimizer import Optimizer, State
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.engine.reader import Reader, start_row
from optiviz.engine.spec import Change, RunSpec
from optiviz.engine.status import ALLOWED, RESUMABLE, RunStatus
from optiviz.engine.stepper import MAX_BLOCK, Stepper
from optiviz.engine.stopping import Stop, StopReason
from optiviz.engine.trace import Curve, Trace

__all__ = ["RESUMABLE", "Failure", "Reader", "Run", "RunStatus", "start_row"]

_SLICE = 0.05  # seconds between two looks at the clock
_FIRST_BLOCK = 1  # iteration, while the pace of an algorithm is not known: it may take seconds
_QUICKEST = 1e-9  # seconds for an iteration: less than any takes


class Run:
    """A spec, its trace, and its status.

    Parameters
    ----------
    spec : RunSpec
    name : str
        What people call it; not part of the spec.

    Attributes
    ----------
    trace : Trace
        What it did so far.
    history : History
        Metrics along the run.
    stop_reason : StopReason or None
    failure : Failure or None
    seconds : float
        Time of computing so far.
    ghost : Curve or None
        What had been computed beyond the last change.
    """

    def __init__(self, spec: RunSpec, name: str = "") -> None:
        self.spec = spec
        self.name = name
        self.status = RunStatus.NEW
        self.stop_reason: StopReason | None = None
        self.failure: Failure | None = None
        self.seconds = 0.0
        self.ghost: Curve | None = None
        self.trace = Trace(self.n_channels)
        self.history = History(self.trace)
        self._stepper: Stepper | None = None
        self._state: State | None = None
        self._earlier: State | None = None  # where the last block began
        self._pace = _QUICKEST  # seconds for an iteration, measured as it goes
        self._longest = _FIRST_BLOCK  # iterations in a block; grows with what is measured
        self._redone = 0  # it has been here before: the clock doesn't end it earlier

    @property
    def n_channels(self) -> int:
        """The number of channels in the trace: those of the first algorithm."""
        return len(self.spec.optimizer.channels)

    # Doing

    def prepare(self, loaded: Evaluator[Problem] | None = None) -> None:
        """Load the data and score the start point, once: the trace then has iteration 0.

        Parameters
        ----------
        loaded : Evaluator, optional
            Of an earlier run in this thread that is done: kept if its problem is equal.
        """
        if self.status is not RunStatus.NEW:
            return
        try:
            self._stepper = Stepper(self.spec, loaded)
            self._state = self._stepper.start()
            with self.trace.moment:  # who sees the row looks for its snapshot
                self.trace.append(start_row(self._state, self.n_channels))
                self.trace.keep(self._state)
        except threads.faults() as error:
            self._fail(error)
            return
        self._become(RunStatus.RUNNING)

    def advance(self, iterations: int | None = None, seconds: float | None = None) -> int:
        """Do more of the run, at most so many iterations or for about so many seconds.

        Returns
        -------
        int
            The iterations done; fewer than asked for when the run ended.
        """
        if self.status is RunStatus.NEW:
            self.prepare()
        began, done = time.perf_counter(), 0
        while self.status is RunStatus.RUNNING and (iterations is None or done < iterations):
            left = MAX_BLOCK if iterations is None else iterations - done
            try:
                done += self._advance_block(left, _SLICE if seconds is None else seconds)
            except threads.faults() as error:
                self._fail(error)
            if seconds is not None and time.perf_counter() - began >= seconds:
                break
        return done

    def _advance_block(self, n: int, seconds: float) -> int:
        """Do one block of at most n iterations, up to the next point where something is due."""
        assert self._stepper is not None
        state, stopping = self.state_now, self.spec.stopping
        seconds_used = self.seconds if state.k >= self._redone else 0.0
        due = stopping.before(state, seconds_used, self.spec.problem, self.f_start)
        if due is not None:
            self._end(due)
            return 0
        if any(change.at == state.k for change in self.spec.changes):
            self._longest = _FIRST_BLOCK  # another algorithm may be far slower
        n = min(n, self._longest, max(1, int(seconds / self._pace)))
        n = min(n, self.trace.next_snapshot(state.k) - state.k)
        n = min(n, self._stepper.next_change(state.k) - state.k)
        left = stopping.iterations_left(state, self.spec.problem, self._earlier)
        n = n if left is None else min(n, left)

        began = time.perf_counter()
        after, block = self._stepper.steps(state, n)
        stop = stopping.first(block, state, self.spec.problem, self.f_start)
        if stop is not None and stop.k < after.k:  # it ends inside the block
            after, block = self._stepper.steps(state, stop.k - state.k)
        spent = time.perf_counter() - began

        self._pace = max(_QUICKEST, spent / n)  # coarse clocks measure nothing at all
        self._longest = min(MAX_BLOCK, max(self._longest, 64 * n))
        self.seconds += spent
        self.trace.append(block)
        self.trace.clock(after.k, self.seconds)
        if self.trace.next_snapshot(state.k) == after.k:
            self.trace.keep(after)
        self._earlier, self._state = state, after
        if stop is not None:
            self._end(stop)
        return len(block)

    def finish(self) -> "Run":
        """Do the whole run, and return it."""
        while self.status in (RunStatus.NEW, RunStatus.RUNNING):
            self.advance()
        return self

    def stop(self) -> None:
        """End the run here, by hand; the spec remembers where."""
        if self.status is RunStatus.RUNNING:
            self._end(Stop(self.trace.last_k, StopReason.BY_HAND))

    def resume(self) -> None:
        """Go on where it was interrupted or stopped by hand, as if it had not been.

        What was stored without what it takes to go on exactly is computed again.

        Raises
        ------
        RuntimeError
            If it is computed, failed, ended by itself, or can only be looked at.
        """
        if self.spec.optimizer.recorded:
            raise RuntimeError(self.spec.optimizer.read_only)
        if self.stop_reason not in RESUMABLE:
            raise RuntimeError("only a run that was interrupted or stopped by hand can go on")
        spec = self.spec.reopened()
        stepper = self._stepper or Stepper(spec)
        stepper.spec = spec
        k = self.trace.last_k
        if not self.trace.leads_on:
            self._state = self.trace.rewind(k)
            self._redone = k
        self.spec, self._stepper, self.stop_reason = spec, stepper, None
        self._become(RunStatus.RUNNING)

    def change(self, k: int, optimizer: Optimizer | None = None, x: Array | None = None) -> None:
        """Change something after iteration k. What was computed beyond it is dropped.

        Raises
        ------
        SpecError
            If the changed spec is impossible; the run is then as it was.
        RuntimeError
            If the run has failed.
        """
        self.prepare()
        if self.status is RunStatus.FAILED:
            raise RuntimeError("a run that has failed can't be changed")
        spec = self._changed_spec(k, optimizer, x)
        stepper = Stepper(spec, self._stepper.problem if self._stepper else None)
        if self.trace.last_k > k:
            self.ghost = self.trace.curve("f")
        self._redone = min(k, self.trace.last_k)
        # The trace first: a reader that sees the new spec must not find rows of the old one.
        self._state = self.trace.rewind(k)
        self.spec, self._stepper = spec, stepper
        self.seconds = float(self.trace.seconds(np.array([self._state.k]))[0])
        if self.status is RunStatus.FINISHED:
            self.stop_reason = None
            self._become(RunStatus.RUNNING)
        self.advance(k - self._state.k)

    def branch(self, k: int, optimizer: Optimizer | None = None, x: Array | None = None) -> "Run":
        """Return a new run that is this one up to iteration k and then has the change."""
        return Run(self._changed_spec(k, optimizer, x))

    def begin_as(self, other: "Run", k: int) -> None:
        """Take over what another run did up to iteration k, so that it needn't be done again.

        A run that is the same until then goes on from the last snapshot; any other, and one that
        has begun already, is only prepared.
        """
        if self.status is not RunStatus.NEW or not _same_until(k, self.spec, other.spec):
            return self.prepare()
        try:
            self._stepper = Stepper(self.spec)
            trace, self._state = other.trace.until(k)
        except threads.faults() as error:
            return self._fail(error)
        self.seconds = float(trace.seconds(np.array([self._state.k]))[0])
        self._redone = k
        self.history = History(trace)
        self.trace = trace
        self._become(RunStatus.RUNNING)

    def _changed_spec(self, k: int, optimizer: Optimizer | None, x: Array | None) -> RunSpec:
        point = None if x is None else tuple(map(float, x))
        earlier = tuple(c for c in self.spec.changes if c.at < k)
        same = [c for c in self.spec.changes if c.at == k]
        if same:  # a second change at the same iteration adds to the first
            optimizer = optimizer or same[-1].optimizer
            point = point if point is not None else same[-1].x
        changes = (*earlier, Change(at=k, optimizer=optimizer, x=point))
        return self.spec.reopened().replace(changes=changes)

    def _end(self, stop: Stop) -> None:
        self.stop_reason = stop.reason
        if stop.reason in (*RESUMABLE, StopReason.SECONDS):
            self.spec = self.spec.replace(stopping=self.spec.stopping.replace(ended_at=stop.k))
        self._become(RunStatus.FINISHED)

    def _fail(self, error: BaseException) -> None:
        self.failure = Failure.of(error)
        self._become(RunStatus.FAILED)

    def _become(self, status: RunStatus) -> None:
        if status not in ALLOWED[self.status]:
            raise RuntimeError(f"a run that is {self.status.value} can't be {status.value}")
        self.status = status

    # Looking

    @property
    def state_now(self) -> State:
        """The state after the last iteration.

        Raises
        ------
        ValueError
            Before the run is prepared.
        """
        if self._state is None:
            raise ValueError("the run has not started")
        return self._state

    @property
    def latest(self) -> State | None:
        """The state after the last iteration, or None before the run is prepared."""
        return self._state

    @property
    def evaluator(self) -> Evaluator[Problem]:
        """The problem with the run's own buffers, for the thread that advances it.

        Raises
        ------
        ValueError
            Before the run is prepared.
        """
        if self._stepper is None:
            raise ValueError("the run has not started")
        return self._stepper.problem

    @property
    def f_start(self) -> float:
        """The value at the start point."""
        return self.trace.snapshot(0).f

    def state(self, k: int) -> State:
        """Return state(k), exactly. For many, or from another thread, make a `Reader`."""
        return self.state_now if k == self.trace.last_k else Reader(self).state(k)

    @property
    def k(self) -> int:
        """Iterations done."""
        return max(0, self.trace.last_k)

    @property
    def best_x(self) -> Array:
        """The best point found."""
        return self.state_now.best_x

    @property
    def best_f(self) -> float:
        """The value at the best point."""
        return self.state_now.best_f

    @property
    def evaluations(self) -> int:
        """How often a point was scored."""
        return self.state_now.evaluations

    @property
    def digest(self) -> str:
        """SHA-256 of the trace, the last and the best point."""
        return digest_of(self.trace.digest, self.state_now)

    # Storing

    @classmethod
    def restored(
        cls,
        spec: RunSpec,
        trace: Trace,
        state: State,
        *,
        name: str = "",
        stop_reason: StopReason | None = None,
        seconds: float = 0.0,
        failure: Failure | None = None,
    ) -> "Run":
        """Return a run that was done before, from its trace and its last state.

        It has failed if there is a failure, and else is finished.
        """
        run = cls(spec, name)
        run.trace, run._state = trace, state
        run.history = History(trace)
        run.stop_reason, run.seconds, run.failure = stop_reason, seconds, failure
        run.status = RunStatus.FINISHED if failure is None else RunStatus.FAILED
        return run


def digest_of(rows: str, state: State) -> str:
    """Return a run's digest from that of its rows and its last state."""
    parts = (rows.encode(), state.x.tobytes(), state.best_x.tobytes())
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _same_until(k: int, spec: RunSpec, other: RunSpec) -> bool:
    """Whether two runs do the same up to iteration k."""

    def parts(spec: RunSpec) -> tuple[object, ...]:
        changes = tuple(change for change in spec.changes if change.at < k)
        return spec.problem, spec.optimizer, spec.seed, spec.start, changes

    return parts(spec) == parts(other)
