"""Stochastic gradient descent: one row at a time."""

from optiviz.methods.descent import StochasticDescent


class StochasticGradientDescent(StochasticDescent):
    """x <- x - learning_rate * gradient of one row's loss; rows shuffled for each epoch."""

    kind = "stochastic_gradient_descent"
    label = "Stochastic gradient descent"
    source = "Robbins & Monro (1951), A stochastic approximation method, eq. 8"

    @property
    def rows_in_batch(self) -> int:
        """One."""
        return 1
