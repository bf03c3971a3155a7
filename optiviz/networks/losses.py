"""How wrong a network's outputs are: sums over rows, and slopes at the output's weighted sums.

Targets are of shape (outputs, rows): true for the row's class; a single output stands for class 1
of two. Accuracy is minimised as the error rate.
"""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.problem import Reading
from optiviz.networks.activations import Activation, Sigmoid

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
LossName = Literal["accuracy", "log_loss", "mean_squared_error"]
_TINY = 1e-15  # probabilities are kept this far from 0 and 1 where they are not from a sigmoid


class Loss(ABC):
    """An objective that is a mean over rows."""

    label: ClassVar[str]
    help: ClassVar[str]
    reading: ClassVar[Reading]
    has_slope: ClassVar[bool] = True

    @abstractmethod
    def sums(self, z: Array, activation: Activation, target: Bools) -> Array:
        """Return the sum over rows for each candidate.

        Parameters
        ----------
        z : ndarray, shape (n, outputs, rows)
            Weighted sums of the output units. May be overwritten.
        activation : Activation
            Of the output units.
        target : ndarray of bool, shape (outputs, rows)

        Returns
        -------
        ndarray, shape (n,)
        """

    def slope(self, z: Array, a: Array, activation: Activation, target: Bools) -> Array:
        """Return the derivative of each row's loss by z, shape (outputs, rows)."""
        raise NotImplementedError(f"{self.label} has no slope")


class Accuracy(Loss):
    """Share of rows whose class is named wrongly."""

    label = "Accuracy"
    help = "Share of rows whose class the network names rightly. It has no slope."
    reading = Reading("accuracy", offset=1.0, sign=-1.0)
    has_slope = False

    def sums(self, z: Array, activation: Activation, target: Bools) -> Array:  # noqa: D102
        if len(target) > 1:
            wrong = z.argmax(axis=1) != target.argmax(axis=0)
        else:
            wrong = activation.decide(z[:, 0])
            np.not_equal(wrong, target[0], out=wrong)
        eight = np.bitwise_count(np.packbits(wrong, axis=1))
        n_wrong: Array = np.add.reduce(eight, axis=1, dtype=np.float64)
        return n_wrong


class LogLoss(Loss):
    """Mean of -log(probability given to the row's class), in nats; summed over several outputs."""

    label = "Log loss"
    help = "How surprised the network is by the right answer, in nats. It needs sigmoid outputs."
    reading = Reading("log loss")

    def sums(self, z: Array, activation: Activation, target: Bools) -> Array:  # noqa: D102
        if isinstance(activation, Sigmoid):
            # log(1 + exp(z)) - t z, without overflow: max(z, 0) - t z + log(1 + exp(-|z|))
            loss = np.maximum(z, 0) - target * z
            loss += np.log1p(np.exp(-np.abs(z)))
        else:
            activation.apply(z)
            p = (z - activation.low) / (activation.high - activation.low)
            p = np.clip(p, _TINY, 1 - _TINY)
            loss = -np.where(target, np.log(p), np.log1p(-p))
        return _sum(loss)

    def slope(self, z: Array, a: Array, activation: Activation, target: Bools) -> Array:  # noqa: D102
        return a - target


class MeanSquaredError(Loss):
    """Mean of (output - target)^2; targets are what the output unit should say for its class."""

    label = "Squared error"
    help = "Mean squared distance between the outputs and what they should be."
    reading = Reading("squared error")

    def sums(self, z: Array, activation: Activation, target: Bools) -> Array:  # noqa: D102
        activation.apply(z)
        error = z - (activation.low + target * (activation.high - activation.low))
        return _sum(np.square(error, out=error))

    def slope(self, z: Array, a: Array, activation: Activation, target: Bools) -> Array:  # noqa: D102
        wanted = activation.low + target * (activation.high - activation.low)
        return 2 * (a - wanted) * activation.slope(z, a)


def _sum(terms: Array) -> Array:
    """Add up each candidate's terms, over rows first."""
    totals: Array = terms.sum(axis=2).sum(axis=1)
    return totals


LOSSES: dict[str, Loss] = {
    "accuracy": Accuracy(),
    "log_loss": LogLoss(),
    "mean_squared_error": MeanSquaredError(),
}
