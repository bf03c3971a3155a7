"""What a rule is given and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optiviz.engine.optimizer import Block, Optimizer, State
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.engine.run import Reader, Run
from optiviz.problems.network_training import NetworkEvaluator, NetworkTraining

RECENT = 200  # iterations that count as of late


@dataclass(frozen=True)
class Finding:
    """What should be known of a run, with what shows it.

    Attributes
    ----------
    sentence : str
        What is the matter, and where there is a way out, which.
    evidence : str
        What was counted or measured, with its numbers.
    k : int or None
        The iteration to look at.
    look : str
        What a click says it does.
    view : str
        The kind of view that shows it.
    settings : tuple of (str, object)
        Its parameters.
    """

    sentence: str
    evidence: str = ""
    k: int | None = None
    look: str = ""
    view: str = ""
    settings: tuple[tuple[str, object], ...] = ()


class Case:
    """A run at an iteration, and what several rules want to know of it.

    Parameters
    ----------
    run : Run
    reader : Reader
    k : int
        The iteration that is looked at.
    """

    def __init__(self, run: Run, reader: Reader, k: int) -> None:
        self.run, self.reader, self.k = run, reader, k
        self.spec = run.spec
        self.problem: Problem = run.spec.problem

    @cached_property
    def state(self) -> State:
        """The state at k."""
        return self.reader.state(self.k)

    @property
    def evaluator(self) -> Evaluator[Problem]:
        """The problem's numbers."""
        return self.reader.stepper.problem

    @property
    def optimizer(self) -> Optimizer:
        """The algorithm that did iteration k."""
        return self.spec.optimizer_after(max(0, self.k - 1))

    @property
    def since(self) -> int:
        """The iteration at which the last change before k was made."""
        return max((c.at for c in self.spec.changes if c.at < self.k), default=0)

    @cached_property
    def recent(self) -> Block:
        """The last rows before k by the same algorithm as it is set now, 200 at most."""
        return self.reader.rows(max(self.since, self.k - RECENT) + 1, self.k + 1)

    def channel(self, name: str) -> Array:
        """Return a channel in those rows; nan where the trace doesn't have it."""
        names = [channel.name for channel in self.spec.optimizer.channels]
        if name not in names:
            return np.full(len(self.recent), np.nan)
        return self.recent.channels[:, names.index(name)]

    @cached_property
    def best_k(self) -> int:
        """The last iteration up to k that found something better than ever before; 0 for none."""
        found = self.run.trace.improvements
        return int(found[found <= self.k].max(initial=0))

    @property
    def epochs_since_best(self) -> float:
        """How often it has gone over the rows since its best; infinite if each move is scored."""
        if not self.optimizer.is_noisy:
            return np.inf
        rows = [self.reader.rows(k, k + 1).rows_seen[0] for k in (self.best_k, self.k)]
        return float(rows[1] - rows[0]) / self.problem.n_rows

    @property
    def names_classes(self) -> bool:
        """Whether it trains a network that names classes."""
        return isinstance(self.problem, NetworkTraining) and not self.problem.is_regression

    @property
    def network(self) -> NetworkEvaluator:
        """The evaluator, where a network is trained."""
        evaluator = self.evaluator
        assert isinstance(evaluator, NetworkEvaluator)
        return evaluator

    @property
    def is_perfect(self) -> bool:
        """Whether nothing is left to improve: no row is named wrongly."""
        return self.names_classes and self.spec.problem.reading.more_is_better and self.best_f <= 0

    @property
    def best_f(self) -> float:
        """The best value up to k."""
        return float(self.reader.rows(self.k, self.k + 1).best_f[0])

    def setting(self, name: str, usual: Any = None) -> Any:
        """Return a setting of the algorithm, or another value where it has none of that name."""
        return getattr(self.optimizer, name, usual)


@dataclass(frozen=True)
class Rule:
    """One thing that is looked at.

    Attributes
    ----------
    looks_at : str
        As in "Looked at: ...".
    applies : callable
        Whether it has a meaning for a case; cheap.
    find : callable
        Return what is the matter, with its evidence, or None.
    costly : bool
        It takes more than some milliseconds: left out while pictures follow each other.
    """

    looks_at: str
    applies: Callable[[Case], bool]
    find: Callable[[Case], Finding | None]
    costly: bool = False
