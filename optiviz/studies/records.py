"""What is kept of a run that is compared: how it ended, and how it got there, in a few kilobytes.

The rest is computed again when somebody wants to see it: a run is a pure function of its spec.
"""

from dataclasses import dataclass

import numpy as np

from optiviz.analysis.runs.effort import EffortName, Spent
from optiviz.engine import threads
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StopReason

_COARSEST, _FINEST = 32, 64  # samples along a run, and when they are thinned
_EVENTS = 128  # places at which the best value improved, thinned
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
        SHA-256 of the trace, as `Run.digest`; empty where it failed before it started.
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
    samples = _Samples(run)
    while run.status is RunStatus.RUNNING:
        run.advance(iterations=samples.until_next(), seconds=_SLICE)
        threads.go_on()
        if samples.are_due or run.status is not RunStatus.RUNNING:
            samples.take()
    failure = "" if run.failure is None else run.failure.sentence
    if run.latest is None:
        return without_run(failure)
    state, course = run.state_now, samples.course()
    if loaded is not None and run.failure is None:
        loaded.put(run.evaluator)
    return Record(
        failure=failure,
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


def _is_noisy(optimizer: Optimizer) -> bool:
    """Whether the values that it reports are of batches."""
    return any(channel.name == "full_loss" for channel in optimizer.channels)


_Counts = tuple[float, int, int, int]  # f, evaluations, gradient evaluations, rows seen


class _Samples:
    """Measures a run on its way, at about evenly spaced iterations."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._rows: dict[int, _Counts] = {}
        self._metrics: dict[int, dict[str, float]] = {}
        self._stride = 1
        self.take()

    def until_next(self) -> int:
        """Return how many iterations to do until the next sample."""
        return self._stride - self._run.k % self._stride

    @property
    def are_due(self) -> bool:
        """Whether this is an iteration to measure at."""
        return self._run.k % self._stride == 0

    def take(self) -> None:
        """Measure the run where it is."""
        run = self._run
        if run.latest is None:
            return
        state, optimizer = run.state_now, run.spec.optimizer_after(run.k)
        last = hands_back_last(optimizer)
        x, f = (state.x, state.f) if last else (state.best_x, state.best_f)
        problem = run.evaluator
        if _is_noisy(optimizer):
            f = float(problem.evaluate(x[None])[0])
        counts = state.evaluations, state.gradient_evaluations, state.rows_seen
        self._rows[run.k] = float(f), *counts
        self._metrics[run.k] = dict(problem.metrics(x))
        if len(self._rows) == 1:
            left = run.spec.stopping.iterations_left(state, run.spec.problem)
            self._stride = max(1, -(-(left or 1) // _COARSEST))
        if len(self._rows) > _FINEST:
            self._stride *= 2
            kept = [k for k in self._rows if k % self._stride == 0 or k == run.k]
            self._rows = {k: self._rows[k] for k in kept}
            self._metrics = {k: self._metrics[k] for k in kept}

    def course(self) -> Course:
        """Return the run's way: where it was measured, and where its best value improved."""
        run, rows = self._run, dict(self._rows)
        if not _is_noisy(run.spec.optimizer):
            rows = self._improvements() | rows
        ks = sorted(rows)
        f, evaluations, gradients, seen = np.array([rows[k] for k in ks]).T
        at = np.searchsorted(ks, list(self._metrics))
        metrics = {name: np.full(len(ks), np.nan) for name in self._metrics[0]}
        for name, values in metrics.items():
            values[at] = [measured[name] for measured in self._metrics.values()]
        seconds = run.trace.seconds(np.array(ks))
        spent = Spent(np.array(ks, dtype=np.float64), evaluations, gradients, seen, seconds)
        return Course(spent, f, metrics)

    def _improvements(self) -> dict[int, _Counts]:
        """Return where the best value improved, as far as rows are held, thinned."""
        trace = self._run.trace
        first = trace.first_held
        block = trace.rows(first, trace.last_k + 1)
        ks = trace.improvements[trace.improvements >= first]
        ks = ks[:: max(1, -(-len(ks) // _EVENTS))]
        if block is None or hands_back_last(self._run.spec.optimizer):
            return {}
        counts = block.best_f, block.evaluations, block.gradient_evaluations, block.rows_seen
        columns = [column[ks - first].tolist() for column in counts]
        return dict(zip(ks.tolist(), zip(*columns, strict=True), strict=True))


def without_run(failure: str) -> Record:
    """Return the record of a run that could not begin, or that nothing is left of."""
    none = np.empty(0)
    course = Course(Spent(none, none, none, none, none), none, {})
    return Record(failure, None, 0, 0, 0, 0, 0.0, np.nan, {}, "", course)
