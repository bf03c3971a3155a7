"""Mini-batch gradient descent: some rows at a time."""

from collections.abc import Iterator
from typing import Annotated

from optiviz.engine.parameters import Param
from optiviz.engine.problem import Problem
from optiviz.methods.descent import StochasticDescent, too_large_a_batch


class MiniBatchGradientDescent(StochasticDescent):
    """x <- x - learning_rate * gradient of a batch's mean loss; the last short batch is kept."""

    kind = "mini_batch_gradient_descent"
    label = "Mini-batch gradient descent"
    source = (
        "Bottou, Curtis & Nocedal (2018), Optimization methods for large-scale machine learning, "
        "algorithm 4.1"
    )

    batch_size: Annotated[
        int,
        Param(
            "Rows in a batch: more make each step surer, and slower.",
            unit="rows",
            scale="log",
            ge=1,
            le=1_000_000,
            live=True,
        ),
    ] = 50

    @property
    def rows_in_batch(self) -> int:
        """The batch size."""
        return self.batch_size

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse a batch that is larger than the data."""
        yield from super().check_problem(problem)
        if problem.n_rows > 1:
            yield from too_large_a_batch(self.batch_size, problem)
