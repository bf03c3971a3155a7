"""What is drawn of a network at one iteration, however it is drawn."""

from dataclasses import dataclass

import numpy as np

from optiviz.analysis.networks import units
from optiviz.problems.network_training import NetworkEvaluator
from optiviz.views.figure import Array

FEWEST_ROWS = 32  # that anything is judged by
_MOST_ROWS = 1000
_WORK = 2.5e6  # rows times weights


@dataclass(frozen=True, eq=False)
class Moment:
    """What is drawn of a network at one iteration.

    Attributes
    ----------
    x : ndarray, shape (dim,)
        The weights.
    gradient : ndarray, shape (dim,), or None
    rows : int
        That the gradient is of.
    by_gradient : bool
        Strokes stand for the gradient.
    scale : float
        Of the strongest stroke.
    """

    evaluator: NetworkEvaluator
    k: int
    x: Array
    gradient: Array | None
    rows: int
    by_gradient: bool
    scale: float

    @property
    def values(self) -> Array:
        """What strokes stand for."""
        return self.gradient if self.by_gradient and self.gradient is not None else self.x

    def judged(self) -> Array:
        """Return the training rows that units are judged by."""
        problem = self.evaluator.problem
        most = int(np.clip(_WORK / problem.dim, FEWEST_ROWS, _MOST_ROWS))
        return units.sample(problem.dataset, most)
