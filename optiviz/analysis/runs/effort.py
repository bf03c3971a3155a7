"""What a run has cost so far: the axes over which runs are compared."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array

EffortName = Literal["iterations", "evaluations", "rows", "epochs", "seconds"]
GRADIENT_WEIGHT = 2.0
WEIGHT = Param(
    "A gradient counts as so many evaluations: a backward pass does about twice the products of a "
    "forward pass.",
    label="A gradient counts as",
    ge=0,
    le=1e6,
)

LABELS: dict[EffortName, str] = {
    "iterations": "iteration",
    "evaluations": "evaluations",
    "rows": "rows seen",
    "epochs": "epoch",
    "seconds": "seconds",
}


@dataclass(frozen=True, eq=False)
class Spent:
    """What a run had used up at some of its iterations, in order.

    Attributes
    ----------
    k, evaluations, gradient_evaluations, rows_seen, seconds : ndarray, shape (n,)
    """

    k: Array
    evaluations: Array
    gradient_evaluations: Array
    rows_seen: Array
    seconds: Array

    def of(self, effort: EffortName, weight: float, n_rows: int) -> Array:
        """Return what was used up, as it stands on an axis.

        Parameters
        ----------
        effort : str
        weight : float
            A gradient counts as so many evaluations.
        n_rows : int
            The rows of the data: an epoch.
        """
        if effort == "evaluations":
            return np.asarray(self.evaluations + weight * self.gradient_evaluations)
        if effort == "epochs":
            return np.asarray(self.rows_seen / n_rows)
        columns = {"iterations": self.k, "rows": self.rows_seen, "seconds": self.seconds}
        return np.asarray(columns[effort], dtype=np.float64)
