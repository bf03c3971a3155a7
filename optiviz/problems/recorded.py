"""A problem that is known only by the numbers that somebody recorded of it."""

from typing import Annotated, Literal

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem, Reading
from optiviz.engine.wording import counted

# What programs call whatever they minimise: it says no more of it.
OBJECTIVES = (
    *("f", "fx", "f_x", "fval", "fun", "current_f", "f_current", "objective"),
    *("objective_value", "value", "values", "val", "cost", "loss", "train_loss", "training_loss"),
    *("energy", "error"),
)


class RecordedProblem(Problem):
    """What another program optimised: its measure and its coordinates, without a way to score."""

    kind = "recorded"
    label = "Recorded elsewhere"
    listed = False

    measure: Annotated[str, Param("What the recorded values are.", max_length=200)] = "value"
    better: Annotated[
        Literal["lower", "higher"],
        Param("Which values are better.", choices={"lower": "lower", "higher": "higher"}),
    ] = "lower"
    offset: Annotated[float, Param("What is read where f is 0.")] = 0.0
    names: Annotated[
        tuple[str, ...], Param("What the coordinates are called.", max_length=10_000_000)
    ] = ()
    rows: Annotated[int, Param("Rows of data that one evaluation looked at.", ge=1, le=10**12)] = 1

    @property
    def dim(self) -> int:
        """The number of coordinates that were recorded; 0 where none were."""
        return len(self.names)

    @property
    def n_rows(self) -> int:
        """The rows of data, if they are known."""
        return self.rows

    @property
    def reading(self) -> Reading:
        """The values as they were recorded."""
        return Reading(self.measure, self.offset, 1.0 if self.better == "lower" else -1.0)

    def sample(self, draws: Draws, purpose: str, start: int, n: int) -> Array:
        """Return points of zeros, shape (n, dim): nothing says where a search should start."""
        return np.zeros((n, self.dim))

    def evaluator(self) -> "RecordedEvaluator":
        """Return an evaluator, which knows no values."""
        return RecordedEvaluator(self)

    @property
    def is_any_objective(self) -> bool:
        """Whether its values are f itself, by a name that says no more of them."""
        return self.better == "lower" and self.measure.strip().lower() in OBJECTIVES

    def missing_values(self) -> str:
        """Say why points can't be scored."""
        return "it was recorded elsewhere, and the recorded numbers are all that is known of it"

    def missing_gradient(self) -> str:
        """Say why there is no gradient."""
        return self.missing_values()

    def sentence(self) -> str:
        """Say what is known."""
        n = self.dim
        where = "" if not n else f" over {counted(n, 'coordinate')}"
        wanted = "as low as possible" if self.better == "lower" else "as high as possible"
        return f"Another program made the {self.measure}{where} {wanted}; its numbers are shown."


class RecordedEvaluator(Evaluator[RecordedProblem]):
    """It has the sizes of its problem, and knows no values."""

    def evaluate(self, X: Array) -> Array:
        """Return nan at each point, shape (n,): no value is known."""
        return np.full(len(X), np.nan)
