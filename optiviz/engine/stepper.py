"""The pure function of a run: from state to state, for one thread."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optiviz.engine import threads
from optiviz.engine.checks import check_block, check_state
from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import Block, Optimizer, State
from optiviz.engine.spec import Change, RunSpec

if TYPE_CHECKING:
    from optiviz.engine.problem import Array, Evaluator, Problem

MAX_BLOCK = 4096  # iterations; bounds the memory of a block


class Stepper:
    """A spec with buffers and random numbers of its own.

    Parameters
    ----------
    spec : RunSpec
        Its data are loaded here.
    loaded : Evaluator, optional
        Of the same thread and no longer used elsewhere: it is kept if its problem is equal.
    """

    def __init__(self, spec: RunSpec, loaded: "Evaluator[Problem] | None" = None) -> None:
        threads.use_one_blas_thread()
        self.spec = spec
        kept = loaded if loaded and loaded.problem == spec.problem else None
        self.problem: Evaluator[Problem] = kept or spec.problem.evaluator()
        self.draws = Draws(spec.seed)

    def start_point(self) -> "Array":
        """Return the point that state(0) is made from, shape (dim,)."""
        if self.spec.start is None:
            x0: Array = self.spec.problem.sample(self.draws, "start", 0, 1)[0]
            return x0
        return np.array(self.spec.start)

    def start(self) -> State:
        """Return state(0)."""
        with np.errstate(all="ignore"):
            optimizer, dim = self.spec.optimizer, self.spec.problem.dim
            state = optimizer.init(self.problem, self.start_point(), self.draws)
        check_state(optimizer, state, 0, dim)
        return state

    def steps(self, state: State, n: int) -> tuple[State, Block]:
        """Do the n iterations after `state`, which must not cross a change."""
        optimizer, k = self.spec.optimizer_after(state.k), state.k
        # A problem may overflow or divide by zero: the run then ends as diverged.
        with np.errstate(all="ignore"):
            state, block = optimizer.steps(self.problem, self.entering(state), self.draws, n)
        check_state(optimizer, state, k + n, self.spec.problem.dim)
        check_block(optimizer, block, n)
        return state, self._with_channels_of_first(optimizer, block)

    def entering(self, state: State) -> State:
        """Return the state that the iteration after it begins from: with what is changed there."""
        optimizer = self.spec.optimizer_after(state.k)
        with np.errstate(all="ignore"):
            for change in self.spec.changes:
                if change.at == state.k:
                    state = self._changed(state, change, optimizer)
        return state

    def _with_channels_of_first(self, optimizer: Optimizer, block: Block) -> Block:
        """Put an algorithm's channels where the first one has them, nan where it has none."""
        first = [channel.name for channel in self.spec.optimizer.channels]
        names = [channel.name for channel in optimizer.channels]
        if names == first:
            return block
        channels = np.full((len(block), len(first)), np.nan)
        for i, name in enumerate(first):
            if name in names:
                channels[:, i] = block.channels[:, names.index(name)]
        return replace(block, channels=channels)

    def _changed(self, state: State, change: Change, optimizer: Optimizer) -> State:
        before = self.spec.optimizer_after(change.at - 1)
        if change.x is None and type(before) is type(optimizer) and optimizer.fits(state):
            return state
        x = state.x if change.x is None else np.array(change.x)
        return optimizer.init(self.problem, x, self.draws).continued(state)

    def advance_to(self, state: State, k: int) -> State:
        """Return state(k), starting from an earlier state; where it can't be computed, that one."""
        if not self.spec.optimizer.replays:
            return replace(state, k=max(k, state.k))
        while state.k < k:
            state, _ = self.steps(state, min(self.next_change(state.k), k) - state.k)
        return state

    def next_change(self, k: int) -> int:
        """Return the first iteration after k at which something is changed."""
        later = (change.at for change in self.spec.changes if change.at > k)
        return min(later, default=k + MAX_BLOCK)
