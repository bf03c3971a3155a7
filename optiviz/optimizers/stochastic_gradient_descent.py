"""Stochastic gradient descent: one row at a time."""

from optiviz.methods.descent import BatchDescent


class StochasticGradientDescent(BatchDescent):
    """x <- x - learning_rate * gradient of one row's loss; rows shuffled for each epoch."""

    kind = "stochastic_gradient_descent"
    label = "Stochastic gradient descent"
    group = "Gradients"
    source = "Robbins & Monro (1951), A stochastic approximation method, eq. 8"

    @property
    def rows_in_batch(self) -> int:
        """One."""
        return 1

    def sentence(self) -> str:
        """Say what an iteration does."""
        return (
            f"Move by -{self.learning_rate:g} times the gradient on one row; "
            "rows are shuffled for each epoch."
        )
