"""What a run has become since it was last written, copied in the thread that computes it.

Copies are cheap: whole rows only as many as are kept, references to states, which never change.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.history import Samples
from optiviz.engine.optimizer import State
from optiviz.engine.records import Kept, Recent
from optiviz.engine.run import Failure, Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StopReason
from optiviz.engine.trace import Trace
from optiviz.store.history.chunks import BUCKETS, NOTES, ROWS

WHOLE = 1 << 17  # rows at the end of a run that are kept whole
_MOST = 1 << 15  # rows that are taken at once from a longer run: who does more, does it too fast
_POINTS = 48  # of the course of a run


@dataclass(frozen=True)
class Written:
    """What of a run is in the history. Counts are of what needn't be looked at again.

    Attributes
    ----------
    generation : int
        Of the trace; -1 before anything was written.
    first, row : int
        The first row there, and the one after the last that stands in a full chunk.
    width, bucket, improvement, note : int
        The width of a bucket, and how many buckets, improvements and notes of time.
    last_improvement, last_note : int
        The iterations of the last ones counted: other ones there now mean that they were thinned.
    kept : frozenset of int
        Iterations of the snapshots.
    samples : Samples or None
    spec : RunSpec or None
    """

    generation: int = -1
    first: int = 0
    row: int = 0
    width: int = 0
    bucket: int = 0
    improvement: int = 0
    last_improvement: int = -1
    note: int = 0
    last_note: int = -1
    kept: frozenset[int] = frozenset()
    samples: Samples | None = None
    spec: RunSpec | None = None


NOTHING = Written()


@dataclass(frozen=True)
class Capture:
    """A run at one moment, as far as it isn't written.

    Applied to whatever an earlier capture of the same run left, it makes the same.

    Attributes
    ----------
    since : Written
        What it goes on from: from there on, everything is replaced.
    first : int
        The first row that is to be there; those before are dropped.
    row : int
        The iteration of the first row that comes with it.
    recent : Recent or None
        None where there is nothing yet.
    kept : dict of int to Kept
        The new snapshots.
    all_kept : frozenset of int
        Iterations of all that are to be there.
    samples : Samples or None
        If they are to be written.
    """

    run: Run
    since: Written
    generation: int
    name: str
    spec: RunSpec
    status: RunStatus
    stop_reason: StopReason | None
    failure: Failure | None
    seconds: float
    k: int
    first: int
    row: int
    recent: Recent | None
    kept: dict[int, Kept]
    all_kept: frozenset[int]
    state: State | None
    link: bytes
    rows_digest: str
    samples: Samples | None
    metrics: dict[str, float]
    course: NDArray[np.float32]

    @property
    def nbytes(self) -> int:
        """About how many bytes of states it holds."""
        states = [self.state, *(one.state for one in self.kept.values())]
        return sum(a.nbytes for s in states if s is not None for a in s.to_arrays().values())

    @property
    def knows(self) -> Samples | None:
        """The metrics that are there when it is written."""
        return self.since.samples if self.samples is None else self.samples


def capture(run: Run, since: Written, with_samples: bool) -> Capture | None:
    """Return what is new of a run; None while it is in the middle of something.

    Parameters
    ----------
    run : Run
    since : Written
    with_samples : bool
        Whether metrics are to be written where there are new ones.
    """
    trace = run.trace
    ended = run.status is not RunStatus.RUNNING
    # These ask the trace while they hold a lock of their own: never inside its moment.
    with_samples |= trace.generation != since.generation
    samples = run.history.samples() if with_samples and len(trace) else None
    metrics = run.history.known(trace.last_k)
    course = _course(run) if len(trace) else np.empty(0, np.float32)
    with trace.moment:
        state = run.latest
        if run.status is RunStatus.NEW:
            return None
        if state is None or len(trace) == 0:
            return _empty(run)
        if state.k != trace.last_k:
            return None
        since = _valid(trace, since)
        first, row = _stretch(trace, since, ended)
        recent = trace.recent(row, since.bucket, since.improvement, since.note)
        every = {one.state.k: one for one in trace.kept}
        return Capture(
            run=run,
            since=since,
            generation=trace.generation,
            name=run.name,
            spec=run.spec,
            status=run.status,
            stop_reason=run.stop_reason,
            failure=run.failure,
            seconds=run.seconds,
            k=state.k,
            first=first,
            row=row,
            recent=recent,
            kept={k: one for k, one in every.items() if k not in since.kept},
            all_kept=frozenset(every),
            state=state,
            link=trace.link,
            rows_digest=trace.digest,
            samples=samples if samples is not since.samples else None,
            metrics=metrics,
            course=course,
        )


def _empty(run: Run) -> Capture:
    """Return a run that failed before it started."""
    return Capture(
        run, NOTHING, 0, run.name, run.spec, run.status, run.stop_reason, run.failure,
        run.seconds, 0, 0, 0, None, {}, frozenset(), None, b"", "", None, {},
        np.empty(0, np.float32),
    )  # fmt: skip


def _valid(trace: Trace, since: Written) -> Written:
    """Return what of the things written still holds, at whole chunks."""
    if since.generation < 0:
        return NOTHING
    fields: dict[str, Any] = vars(since) | {"generation": trace.generation}
    bucket, improvement, note = since.bucket, since.improvement, since.note
    if since.generation != trace.generation:
        same = trace.unchanged_since(since.generation)
        row = min(since.row, (same + 1) // ROWS * ROWS)
        fields |= {"row": row, "kept": frozenset(k for k in since.kept if k <= same)}
        bucket = min(bucket, (same + 1) // max(1, since.width))
        improvement = note = 0
    if trace.width != since.width:
        bucket = 0
    last_improvement, last_note = trace.noted(improvement - 1, note - 1)
    if last_improvement != since.last_improvement:
        improvement = 0
    if last_note != since.last_note:
        note = 0
    return Written(
        **fields
        | {
            "bucket": bucket // BUCKETS * BUCKETS,
            "improvement": improvement // NOTES * NOTES,
            "note": note // NOTES * NOTES,
        }
    )


def _stretch(trace: Trace, since: Written, ended: bool) -> tuple[int, int]:
    """Return the first row that is to be kept, and the first that is to be written."""
    length = len(trace)
    first, row = min(since.first, since.row), since.row
    if length > WHOLE:
        oldest = length - WHOLE
        whole = max(trace.first_held, oldest)
        if ended and first > whole:  # while it was quick, more was left out
            first = row = whole
        elif not ended and length - row > _MOST + ROWS:
            first = row = length - _MOST
        else:
            first = max(first, min(oldest, row) // ROWS * ROWS)
    if row < trace.first_held:
        first = row = trace.first_held
    return first, row


def _course(run: Run) -> NDArray[np.float32]:
    best = run.trace.curve("best_f", points=_POINTS).last
    if len(best) > _POINTS:
        best = best[np.linspace(0, len(best) - 1, _POINTS).astype(np.int64)]
    with np.errstate(all="ignore"):
        return run.spec.problem.reading.value(best).astype("<f4")
