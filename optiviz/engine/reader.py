"""Exact states and rows of a run at any iteration: the nearest snapshot, then replay."""

from bisect import bisect_right
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optiviz.engine.optimizer import COLUMNS, Block, Outcome, Row, State
from optiviz.engine.stepper import Stepper
from optiviz.engine.trace import Trace

if TYPE_CHECKING:
    from optiviz.engine.run import Run

_KNOWN = 4  # states that are known last: a picture may want the start, an iteration and the next
_KEPT = 2048  # states that are kept along the run
_KEPT_BYTES = 8 << 20


class Reader:
    """Exact states of a run at any iteration, for one thread that is not the run's own.

    What it replayed it keeps at multiples of a power of two, which grows with how much that is:
    where metrics were measured along the run, nothing is far from a state that is known.
    """

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._stepper: Stepper | None = None
        self._generation = -1
        self._known: deque[State] = deque(maxlen=_KNOWN)
        self._kept: dict[int, State] = {}
        self._kept_at: list[int] = []  # in order
        self._grid = 1  # iterations

    @property
    def stepper(self) -> Stepper:
        """The run's spec with buffers of this reader's own."""
        spec = self._run.spec
        if self._stepper is None or self._stepper.spec is not spec:
            self._stepper = Stepper(spec, self._stepper.problem if self._stepper else None)
            self._known.clear()
        return self._stepper

    def state(self, k: int) -> State:
        """Return state(k): the nearest snapshot, then replay.

        Raises
        ------
        ValueError
            If the run has not come to iteration k.
        """
        return self._at(k)[1]

    def nearest(self, k: int) -> State:
        """Return the last state at or before iteration k that is known without replay.

        Raises
        ------
        ValueError
            If the run has not come to iteration k.
        """
        return self._before(k)[1]

    @property
    def kept(self) -> tuple[State, ...]:
        """The states that are kept along the run, in order."""
        return tuple(self._kept[k] for k in self._kept_at)

    def _at(self, k: int) -> tuple[Stepper, State]:
        """Return state(k) and the stepper that leads on from it, both of one moment of the run."""
        stepper, nearest = self._before(k)
        if stepper.spec.optimizer.replays:
            state = stepper.advance_to(nearest, k)
        else:
            state = self._standing(nearest, k)
        if not any(known is state for known in self._known):
            self._known.append(state)
        if nearest is not state:
            self._keep(state)
        return stepper, state

    def _standing(self, nearest: State, k: int) -> State:
        """Return a state that can't be computed: its numbers as they were, its point as before."""
        row = self.rows(k, k + 1).row(0)
        return replace(
            nearest,
            k=k,
            f=row.f,
            best_f=row.best_f,
            evaluations=row.evaluations,
            gradient_evaluations=row.gradient_evaluations,
            rows_seen=row.rows_seen,
        )

    def _before(self, k: int) -> tuple[Stepper, State]:
        """Return what `nearest` does and the stepper that leads on from it."""
        trace = self._run.trace
        while True:  # until no change came between
            generation, stepper = trace.generation, self.stepper
            if not 0 <= k <= trace.last_k:
                raise ValueError(f"the run has iterations 0 to {trace.last_k:,}, not {k:,}")
            now = self._run.latest
            nearest = now if now is not None and now.k == k else trace.snapshot(k)
            if generation == trace.generation and stepper.spec is self._run.spec:
                break
        if self._generation != generation:
            self._forget(generation)
        return stepper, self._nearer(nearest, k)

    def _forget(self, generation: int) -> None:
        """Drop what a change of the run has made wrong."""
        if self._kept:
            same = self._run.trace.unchanged_since(self._generation)
            self._kept_at = [k for k in self._kept_at if k <= same]
            self._kept = {k: self._kept[k] for k in self._kept_at}
        self._generation = generation
        self._known.clear()

    def _nearer(self, nearest: State, k: int) -> State:
        """Return the last state that is known at or before iteration k."""
        at = bisect_right(self._kept_at, k)
        kept = [self._kept[self._kept_at[at - 1]]] if at else []
        for known in (*self._known, *kept):
            if nearest.k < known.k <= k:
                nearest = known
        return nearest

    def _keep(self, state: State) -> None:
        """Keep what had to be replayed, thinning if it is too much."""
        if state.k % self._grid or state.k in self._kept:
            return
        size = sum(array.nbytes for array in state.to_arrays().values())
        limit = min(_KEPT, _KEPT_BYTES // max(1, size))
        self._kept[state.k] = state
        self._kept_at.insert(bisect_right(self._kept_at, state.k), state.k)
        while len(self._kept) > limit:
            self._grid *= 2
            self._kept_at = [k for k in self._kept_at if k % self._grid == 0][:limit]
            self._kept = {k: self._kept[k] for k in self._kept_at}

    def rows(self, start: int, stop: int) -> Block:
        """Return rows start to stop - 1, recomputed if the trace no longer holds them whole.

        Where that can't be, each is the last one known, as curves show it.

        Raises
        ------
        ValueError
            If the run has not come that far, or `start` is not before `stop`.
        """
        trace = self._run.trace
        held = trace.rows(start, stop)
        if held is not None:
            return held
        if not 0 <= start < stop <= len(trace):
            raise ValueError(
                f"the run has rows 0 to {trace.last_k:,}, not from {start:,} to {stop - 1:,}"
            )
        if not self._run.spec.optimizer.replays:
            return thinned_rows(trace, start, stop)
        stepper, state = self._at(max(0, start - 1))
        blocks = [start_row(state, trace.n_channels)] if start == 0 else []
        while state.k < stop - 1:
            n = min(stepper.next_change(state.k), stop - 1) - state.k
            state, block = stepper.steps(state, n)
            blocks.append(block)
        return Block.concatenate(blocks)


def thinned_rows(trace: Trace, start: int, stop: int) -> Block:
    """Return rows as a curve has them: each the last that is known before it."""
    names = [name for name in COLUMNS if name not in ("outcome", "channels")]
    curves = trace.curves((*names, *range(trace.n_channels)))
    known = curves[0].k
    at = np.maximum(np.searchsorted(known, np.arange(start, stop), "right") - 1, 0)
    found = {name: curve.last[at] for name, curve in zip(names, curves, strict=False)}
    evaluations, gradients, seen = (found[name].astype(np.int64) for name in names[2:])
    channels = [curve.last[at] for curve in curves[len(names) :]]
    columns = np.column_stack(channels) if channels else np.empty((stop - start, 0))
    outcome = Outcome.column(float(found["f"][0]), found["f"])
    f, best_f = found["f"], found["best_f"]
    return Block(f, best_f, outcome, evaluations, gradients, seen, columns)


def start_row(state: State, n_channels: int) -> Block:
    """Return iteration 0 as a block of one row; its channels are nan."""
    counts = (state.evaluations, state.gradient_evaluations, state.rows_seen)
    channels = (np.nan,) * n_channels
    return Block.of_rows([Row(state.f, state.best_f, Outcome.IMPROVED, *counts, channels)])
