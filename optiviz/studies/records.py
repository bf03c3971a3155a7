"""What is kept of a run that is compared: how it ended, and how it got there, in a few kilobytes.

The rest is computed again when somebody wants to see it: a run is a pure function of its spec.
"""

from dataclasses import dataclass

import numpy as np

from optiviz.analysis.runs.effort import EffortName, Spent
from optiviz.engine import threads
from optiviz.engine.optimizer import FULL_LOSS, Optimizer, State
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StopReason
from optiviz.engine.trace import Trace

_FEWEST, _MOST = 10, 32  # samples along a run; before they are thinned, twice as many
_POWERS = 16  # of the early ones, which are held beside them
_EVER = 1 << 62  # iterations: more than any run has
_WORTH = 128  # evaluations for each sample, which takes about a tenth of their time
_EVENTS = 64  # places between them at most, where the trace knows the value
_CERTAIN = 1 << 18  # rows that a trace holds in any case
_SLICE = 0.05  # seconds between two looks whether something else is wanted
_REMEMBERED = 8  # problems whose data are kept for the next run


@dataclass(frozen=True, eq=False)
class Course:
    """A run's way at some iterations, in order, the first and the last among them.

    Attributes
    ----------
    spent : Spent
    f : ndarray, shape (n,)
        The objective of what the algorithm would hand back: the best point so far, or the last one
        where batches make its value uncertain; on all rows.
    metrics : dict of str to ndarray of shape (n,)
        Of the same point; nan where they were not measured.
    """

    spent: Spent
    f: Array
    metrics: dict[str, Array]


@dataclass(frozen=True, eq=False)
class Record:
    """One run as a study keeps it.

    Attributes
    ----------
    failure : str
        What went wrong, in a sentence; empty if it ended as it should.
    stop_reason : StopReason or None
    iterations, evaluations, gradient_evaluations, rows_seen : int
    seconds : float
        Of computing.
    f : float
        The objective of what the algorithm hands back, on all rows; nan where it failed.
    metrics : dict of str to float
        Of the same point.
    digest : str
        SHA-256 of the trace, as `Run.digest`, or marked as one of an older format by
        `optiviz.store.digests`; empty where it failed before it started.
    course : Course
    """

    failure: str
    stop_reason: StopReason | None
    iterations: int
    evaluations: int
    gradient_evaluations: int
    rows_seen: int
    seconds: float
    f: float
    metrics: dict[str, float]
    digest: str
    course: Course

    @property
    def failed(self) -> bool:
        """Whether it ended in an error, or in values that are no numbers."""
        return bool(self.failure) or self.stop_reason is StopReason.DIVERGED

    def effort(self, effort: EffortName, weight: float, n_rows: int) -> Array:
        """Return what was used up at each place of the course."""
        return self.course.spent.of(effort, weight, n_rows)


class Loaded:
    """The data of problems, loaded once for the runs of one thread, one after another."""

    def __init__(self) -> None:
        self._evaluators: list[Evaluator[Problem]] = []  # the last used last

    def take(self, problem: Problem) -> Evaluator[Problem] | None:
        """Return what is loaded for an equal problem; it is the caller's until it is put back."""
        for i, evaluator in enumerate(self._evaluators):
            if evaluator.problem == problem:
                return self._evaluators.pop(i)
        return None

    def put(self, evaluator: Evaluator[Problem]) -> None:
        """Keep what is loaded for the next run, and let go of what was longest unused."""
        self._evaluators.append(evaluator)
        del self._evaluators[:-_REMEMBERED]


def recorded(spec: RunSpec, loaded: Loaded | None = None) -> Record:
    """Do a run, and return what is kept of it. An error inside the run doesn't raise.

    Parameters
    ----------
    spec : RunSpec
    loaded : Loaded, optional
        What earlier runs of this thread have loaded; the bits are the same with it and without.
    """
    run = Run(spec)
    run.prepare(loaded.take(spec.problem) if loaded else None)
    if run.latest is None:
        return without_run(_failure(run))
    samples = _Samples(spec, run.latest)
    samples.take(run.latest, run.evaluator)
    while run.status is RunStatus.RUNNING:
        run.advance(iterations=samples.until_next(run.k), seconds=_SLICE)
        threads.go_on()
        samples.follow(run.state_now)
        if samples.are_due(run.k) or run.status is not RunStatus.RUNNING:
            samples.take(run.state_now, run.evaluator)
    if loaded is not None and run.failure is None:
        loaded.put(run.evaluator)
    return _record(run, samples)


def record_of(run: Run, reader: Reader) -> Record:
    """Return what a study keeps of a run that is done, the same as if the study had done it.

    Parameters
    ----------
    run : Run
        Nothing may advance it meanwhile.
    reader : Reader
        Of that run, for this thread.
    """
    if run.latest is None:
        return without_run(_failure(run) or "It has not been started.")
    samples = _Samples(run.spec.reopened(), reader.state(0))
    if run.k > 0:
        samples.follow(reader.state(1))
    for k in samples.all_until(run.k):
        threads.go_on()
        samples.take(reader.state(k), reader.stepper.problem)
    return _record(run, samples)


def _failure(run: Run) -> str:
    return "" if run.failure is None else run.failure.sentence


def _record(run: Run, samples: "_Samples") -> Record:
    state, course = run.state_now, samples.course(run.trace)
    return Record(
        failure=_failure(run),
        stop_reason=run.stop_reason,
        iterations=run.k,
        evaluations=state.evaluations,
        gradient_evaluations=state.gradient_evaluations,
        rows_seen=state.rows_seen,
        seconds=run.seconds,
        f=float(course.f[-1]),
        metrics={name: float(values[-1]) for name, values in course.metrics.items()},
        digest=run.digest,
        course=course,
    )


def hands_back_last(optimizer: Optimizer) -> bool:
    """Whether what an algorithm finds is where it ends, and not the best that it came by.

    So it is with descents: of batches, the lowest value is a lucky one.
    """
    return optimizer.needs_gradient


_Counts = tuple[float, int, int, int]  # f, evaluations, gradient evaluations, rows seen


class _Samples:
    """Measures a run at about evenly spaced iterations, and reads its trace between them.

    Before the first of these it is measured at 1, 2, 4, 8...: much happens early. Measuring takes
    as long as several iterations, so that it is done at few; which ones follows from the run alone,
    and from no clock.
    """

    def __init__(self, spec: RunSpec, start: State) -> None:
        self._spec, self._start = spec, start
        self._rows: dict[int, _Counts] = {}
        self._metrics: dict[int, dict[str, float]] = {}
        self._stride = 1
        self._early = _EVER  # up to here at powers of two as well
        self._wanted = _MOST

    def follow(self, state: State) -> None:
        """Learn from state(1) how long the run is going to be, and what it costs."""
        if state.k != 1:
            return
        spec, start = self._spec, self._start
        left = spec.stopping.iterations_left(state, spec.problem, start)
        if left is not None:
            passes = 3 if spec.optimizer.needs_gradient else 1  # a backward pass takes about two
            rows = passes * (state.rows_seen - start.rows_seen)
            worth = left * max(1.0, rows / spec.problem.n_rows) / _WORTH
            self._wanted = int(min(_MOST, max(_FEWEST, worth)))
            self._stride = self._early = max(1, -(-left // self._wanted))

    def until_next(self, k: int) -> int:
        """Return how many iterations to do until something is to be learnt or measured."""
        later = self._stride - k % self._stride
        doubled = 1 << k.bit_length()
        return min(later, doubled - k) if doubled < self._early else later

    def are_due(self, k: int) -> bool:
        """Whether this is an iteration to measure at."""
        return k % self._stride == 0 or (k < self._early and k.bit_count() == 1)

    def all_until(self, last: int) -> list[int]:
        """Return the iterations at which a run that ends there is measured."""
        powers = [1 << i for i in range(last.bit_length())]
        early = [k for k in powers if k < min(self._early, last)]
        while len(ks := {0, *early, *range(0, last, self._stride), last}) > self._most:
            self._stride *= 2
        return sorted(ks)

    @property
    def _most(self) -> int:
        """Places that are held: of more, every second one is let go."""
        return 2 * self._wanted + _POWERS

    def take(self, state: State, problem: Evaluator[Problem]) -> None:
        """Measure a state."""
        optimizer = self._spec.optimizer_after(state.k)
        last = hands_back_last(optimizer)
        x, f = (state.x, state.f) if last else (state.best_x, state.best_f)
        if optimizer.is_noisy:
            f = float(problem.evaluate(x[None])[0])
        counts = state.evaluations, state.gradient_evaluations, state.rows_seen
        self._rows[state.k] = float(f), *counts
        self._metrics[state.k] = dict(problem.metrics(x))
        if len(self._rows) > self._most:
            self._stride *= 2
            kept = [k for k in self._rows if self.are_due(k) or k == state.k]
            self._rows = {k: self._rows[k] for k in kept}
            self._metrics = {k: self._metrics[k] for k in kept}

    def course(self, trace: Trace) -> Course:
        """Return the run's way: where it was measured, and some of the values between."""
        rows = self._between(trace) | self._rows
        ks = sorted(rows)
        f, evaluations, gradients, seen = np.array([rows[k] for k in ks], dtype=np.float64).T.copy()
        at = np.searchsorted(ks, list(self._metrics))
        metrics = {name: np.full(len(ks), np.nan) for name in self._metrics[0]}
        for name, values in metrics.items():
            values[at] = [measured[name] for measured in self._metrics.values()]
        seconds = trace.seconds(np.array(ks))
        spent = Spent(np.array(ks, dtype=np.float64), evaluations, gradients, seen, seconds)
        return Course(spent, f, metrics)

    def _between(self, trace: Trace) -> dict[int, _Counts]:
        """Return values that the trace knows anyway, as far as its rows are held for certain."""
        optimizer, last = self._spec.optimizer, trace.last_k
        first = max(trace.first_held, last + 1 - _CERTAIN)
        block = trace.rows(first, last + 1)
        if block is None or self._spec.changes:
            return {}
        f = block.f if hands_back_last(optimizer) else block.best_f
        if optimizer.is_noisy:
            f = block.channels[:, optimizer.channels.index(FULL_LOSS)]
            ks = first + np.flatnonzero(~np.isnan(f))
            ks = ks[:: max(1, -(-len(ks) // _EVENTS))]
        elif hands_back_last(optimizer):
            ends = max(first, 1), max(last, 1)
            ks = np.union1d(np.linspace(*ends, _EVENTS // 2), np.geomspace(*ends, _EVENTS // 2))
            ks = np.unique(ks.astype(np.int64))
            ks = ks[ks <= last]
        else:
            ks = trace.improvements
            ks = ks[ks >= first]
            ks = ks[:: max(1, -(-len(ks) // _EVENTS))]
        counts = f, block.evaluations, block.gradient_evaluations, block.rows_seen
        columns = [column[ks - first].tolist() for column in counts]
        return dict(zip(ks.tolist(), zip(*columns, strict=True), strict=True))


def without_run(failure: str) -> Record:
    """Return the record of a run that could not begin, or that nothing is left of."""
    none = np.empty(0)
    course = Course(Spent(none, none, none, none, none), none, {})
    return Record(failure, None, 0, 0, 0, 0, 0.0, np.nan, {}, "", course)
