"""What an algorithm is: an immutable set of hyperparameters and a pure step from state to state.

**Every split of a run into blocks gives the same trace, bit for bit.** What only buys speed (a
cache, a batch size that adapts) never changes it.
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.parameters import Kind
from optiviz.engine.parts import Part
from optiviz.engine.problem import Array, Evaluator, Problem

READ_ONLY = (
    "what was recorded elsewhere is only read: it can't be changed or led on; run an algorithm of "
    "your own beside it, from its point if you like"
)


class Outcome(IntEnum):
    """What became of the move that an iteration tried."""

    IMPROVED = 0
    EQUAL = 1  # equal and kept
    WORSE = 2  # worse and kept
    REJECTED = 3

    @classmethod
    def of(cls, before: float, after: float) -> "Outcome":
        """Return the outcome of a move that is kept whatever it brought."""
        if after < before:
            return cls.IMPROVED
        return cls.EQUAL if after == before else cls.WORSE

    @classmethod
    def column(cls, start: float, f: Array) -> NDArray[np.int8]:
        """Return the outcomes of such moves one after the other, shape (n,).

        Parameters
        ----------
        start : float
            The value before the first.
        f : ndarray, shape (n,)
        """
        before = np.concatenate(((start,), f[:-1]))
        kept = np.where(f == before, cls.EQUAL, cls.WORSE)
        return np.where(f < before, cls.IMPROVED, kept).astype(np.int8)


@dataclass(frozen=True)
class State:
    """Where a run is after k iterations; state(0) is after `Optimizer.init`.

    Subclasses add what their algorithm carries: arrays and numbers only, so that a state can be
    stored.

    Attributes
    ----------
    k : int
        Iterations done.
    x, f : ndarray of shape (dim,), float
        The current point, and the value that the algorithm knows for it.
    best_x, best_f, best_k : ndarray of shape (dim,), float, int
        The first best point, its value, and the iteration that found it.
    evaluations, gradient_evaluations : int
        How often f and its gradient were computed. A gradient comes with its f and counts as both.
    rows_seen : int
        Rows that its iterations have looked at; divided by the number of rows, the epochs.
    """

    k: int
    x: Array
    f: float
    best_x: Array
    best_f: float
    best_k: int
    evaluations: int
    gradient_evaluations: int
    rows_seen: int

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return every field as an array, for storing."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    def continued(self, before: "State") -> Self:
        """Return this state, made by `init` at another state's x, as the next part of its run.

        What it found better shows from the next iteration on, and counts as found there.
        """
        better = self.best_f < before.best_f
        return replace(
            self,
            k=before.k,
            best_x=self.best_x if better else before.best_x,
            best_f=self.best_f if better else before.best_f,
            best_k=before.k + 1 if better else before.best_k,
            evaluations=before.evaluations + self.evaluations,
            gradient_evaluations=before.gradient_evaluations + self.gradient_evaluations,
            rows_seen=before.rows_seen + self.rows_seen,
        )


class Row(NamedTuple):
    """One iteration: the current and best f after it, its outcome, and counts since the start."""

    f: float
    best_f: float
    outcome: Outcome
    evaluations: int
    gradient_evaluations: int
    rows_seen: int
    channels: tuple[float, ...] = ()


@dataclass(frozen=True)
class Block:
    """Columns for a stretch of iterations, each of shape (n,); channels of shape (n, channels)."""

    f: Array
    best_f: Array
    outcome: NDArray[np.int8]
    evaluations: NDArray[np.int64]
    gradient_evaluations: NDArray[np.int64]
    rows_seen: NDArray[np.int64]
    channels: Array

    def __len__(self) -> int:
        return len(self.f)

    @classmethod
    def of_rows(cls, rows: list[Row]) -> Self:
        """Make a block of single rows."""
        f, best_f, outcome, evaluations, gradients, seen, channels = zip(*rows, strict=True)
        return cls(
            np.array(f, dtype=np.float64),
            np.array(best_f, dtype=np.float64),
            np.array(outcome, dtype=np.int8),
            np.array(evaluations, dtype=np.int64),
            np.array(gradients, dtype=np.int64),
            np.array(seen, dtype=np.int64),
            np.array(channels, dtype=np.float64).reshape(len(rows), -1),
        )

    @classmethod
    def of_evaluations(
        cls, f: Array, best_f: Array, outcome: NDArray[np.int8], before: State, n_rows: int
    ) -> Self:
        """Make a block in which every iteration after `before` scored one point on all rows."""
        n = len(f)
        counts = np.arange(1, n + 1)
        return cls(
            f,
            best_f,
            outcome,
            before.evaluations + counts,
            np.full(n, before.gradient_evaluations),
            before.rows_seen + counts * n_rows,
            np.empty((n, 0)),
        )

    @classmethod
    def concatenate(cls, blocks: "list[Block]") -> Self:
        """Join blocks end to end."""
        return cls(*(np.concatenate([vars(b)[name] for b in blocks]) for name in COLUMNS))

    def __getitem__(self, rows: slice) -> "Block":
        return Block(*(vars(self)[name][rows] for name in COLUMNS))

    def row(self, i: int) -> Row:
        """Return one row."""
        return Row(
            float(self.f[i]),
            float(self.best_f[i]),
            Outcome(int(self.outcome[i])),
            int(self.evaluations[i]),
            int(self.gradient_evaluations[i]),
            int(self.rows_seen[i]),
            tuple(self.channels[i].tolist()),
        )


COLUMNS = tuple(Block.__dataclass_fields__)


@dataclass(frozen=True)
class Channel:
    """A quantity that an optimizer reports of itself each iteration, such as its gradient's norm.

    Attributes
    ----------
    name, label : str
        In files, and on screen.
    scale : {"linear", "log"}
        How its axis is best read.
    """

    name: str
    label: str
    scale: Literal["linear", "log"] = "linear"


FULL_LOSS = Channel("full_loss", "loss on all rows, after each epoch")
"""What those report whose values are of batches."""


class Optimizer(Kind):
    """An algorithm: subclasses declare typed fields and define `init` and `step`.

    Attributes
    ----------
    needs_gradient : bool
        It asks for `Evaluator.value_and_gradient`.
    channels : tuple of Channel
        What it reports each iteration, in the order of `Row.channels`.
    state_type : type of State
        What its states are, so that a stored one can be read again.
    recorded : bool
        It plays back what was computed elsewhere: it asks for no values of its problem, and what
        it does can't be changed.
    replays : bool
        Its states can be computed again from an earlier one.
    """

    family: ClassVar[str] = "optimizers"
    groups: ClassVar[tuple[str, ...]] = ("Local search", "Populations", "Gradients")
    needs_gradient: ClassVar[bool] = False
    channels: ClassVar[tuple[Channel, ...]] = ()
    state_type: ClassVar[type[State]] = State
    recorded: ClassVar[bool] = False
    replays: ClassVar[bool] = True

    @property
    def read_only(self) -> str:
        """Why a run of it can only be looked at, as the end of a sentence; empty if it isn't so."""
        return READ_ONLY if self.recorded else ""

    @property
    def is_noisy(self) -> bool:
        """Whether the values that it reports are of batches of rows."""
        return FULL_LOSS in self.channels

    @abstractmethod
    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> State:
        """Return the state before the first iteration, from a start point of shape (dim,)."""

    @abstractmethod
    def step(self, problem: Evaluator[Problem], state: State, draws: Draws) -> tuple[State, Row]:
        """Do one iteration: the one after `state`."""

    def steps(
        self, problem: Evaluator[Problem], state: State, draws: Draws, n: int
    ) -> tuple[State, Block]:
        """Do n iterations; override it where a stretch is faster than its single steps."""
        rows = []
        for _ in range(n):
            state, row = self.step(problem, state, draws)
            rows.append(row)
        return state, Block.of_rows(rows)

    def evaluations_per_iteration(self, dim: int) -> float:
        """Return about how often an iteration scores a point of so many numbers."""
        return 1.0

    @abstractmethod
    def sentence(self) -> str:
        """Say in one or two sentences, with the numbers set, what an iteration does."""

    def fits(self, state: State) -> bool:
        """Return whether it can go on from a state of its kind; else it begins anew at its x."""
        return True

    def chance(self, rise: Array, k: NDArray[np.int64]) -> Array | None:
        """Return the probabilities with which moves are kept, or None if that isn't by their f.

        Parameters
        ----------
        rise : ndarray, shape (n,)
            By how much each makes f larger.
        k : ndarray of int, shape (n,)
            The iterations done before each.
        """
        return None

    def listing(self) -> Listing | None:
        """Return the algorithm, as it is set, as a few lines to read and to run; None without."""
        return None

    def variables(self, state: State) -> dict[str, Any]:
        """Return what the listing's variables are at a state, by their names.

        They are all that its loop needs: x, fx, and what is carried along.
        """
        return {"x": state.x, "fx": state.f}

    def parts(self, problem: Evaluator[Problem], state: State) -> tuple[Part, ...]:
        """Return what the step after a state is made of; nothing where that is no vector."""
        return ()

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Yield (field, sentence) for settings that are impossible with this problem."""
        missing = problem.missing_gradient()
        if self.needs_gradient and missing is not None:
            yield "kind", f"{self.kind} needs a slope, and here is none: {missing}"


class StretchOptimizer(Optimizer):
    """An algorithm that does stretches at once: it defines `steps`; a step is one of length 1."""

    def step(self, problem: Evaluator[Problem], state: State, draws: Draws) -> tuple[State, Row]:
        """Do one iteration: the one after `state`."""
        after, block = self.steps(problem, state, draws, 1)
        return after, block.row(0)

    @abstractmethod
    def steps(
        self, problem: Evaluator[Problem], state: State, draws: Draws, n: int
    ) -> tuple[State, Block]:
        """Do n iterations."""


def first_state(x: Array, f: float, gradient_evaluations: int = 0) -> State:
    """Return the state at a start point that was scored once.

    Parameters
    ----------
    x : ndarray, shape (dim,)
        Kept as a read-only copy.
    f : float
        Its value.
    gradient_evaluations : int
        1 if the scoring was one of the gradient too.
    """
    x = frozen(x.copy())
    return State(0, x, f, x, f, 0, 1, gradient_evaluations, 0)


def best_so_far(start: float, values: Array) -> Array:
    """Return the best of a start and the values that follow it, shape (n,): the first of equals.

    By place, since a minimum of 0.0 and -0.0 is either, and not the same in every block.

    Parameters
    ----------
    start : float
        If it is nan, nothing is better.
    values : ndarray, shape (n,)
    """
    every = np.concatenate(([start], np.fmin(values, np.inf)))
    lowest = np.minimum.accumulate(every)
    better = np.arange(len(every)) * np.concatenate(([False], every[1:] < lowest[:-1]))
    best: Array = every[np.maximum.accumulate(better)][1:]
    return best


def frozen(x: Array) -> Array:
    """Return the array made read-only, so that states can share it."""
    x.flags.writeable = False
    return x
