"""How wrong a network's outputs are: sums over rows, and slopes at the output's weighted sums.

Targets are of shape (outputs, rows). Where a row has a class they are booleans, true for that
class; a single output stands for class 1 of two. Where it has a number they are those numbers.
Every loss is a mean over rows; accuracy is minimised as the error rate.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.problem import Reading
from optiviz.networks.activations import Activation, Identity, Margin, Sigmoid, Softmax

Array = NDArray[np.float64]
Target = NDArray[Any]  # of booleans, or of float64
LossName = Literal["accuracy", "log_loss", "mean_squared_error", "mean_absolute_error", "hinge"]
_TINY = 1e-15  # probabilities are kept this far from 0 and 1 where they are not from a sigmoid


class Loss(ABC):
    """An objective that is a mean over rows.

    Attributes
    ----------
    formula : str
        Of one row, with outputs a, weighted sums z and targets t.
    source : str
    reading : Reading
        How its mean reads to people.
    has_slope : bool
    outputs : tuple of str
        The activations that output units may have; empty for any.
    needs : str
        What those have that others don't, to follow "needs outputs".
    of_numbers : bool
        Whether it can be taken of rows that have a number instead of a class.
    """

    label: ClassVar[str]
    help: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str] = ""
    reading: ClassVar[Reading]
    has_slope: ClassVar[bool] = True
    outputs: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[str] = ""
    of_numbers: ClassVar[bool] = False

    def described(self) -> dict[str, Any]:
        """Return what people and programs may know of it, as plain data."""
        return {
            "label": self.label,
            "help": self.help,
            "formula": self.formula,
            "source": self.source,
            "reads": self.reading.name,
            "more_is_better": self.reading.more_is_better,
            "has_slope": self.has_slope,
            "output_activations": list(self.outputs) or "all",
            "targets": ["class", "number"] if self.of_numbers else ["class"],
        }

    @abstractmethod
    def sums(self, z: Array, activation: Activation, target: Target) -> Array:
        """Return the sum over rows for each candidate.

        Parameters
        ----------
        z : ndarray, shape (n, outputs, rows)
            Weighted sums of the output units. May be overwritten.
        activation : Activation
            Of the output units.
        target : ndarray, shape (outputs, rows)

        Returns
        -------
        ndarray, shape (n,)
        """

    def slope(self, z: Array, a: Array, activation: Activation, target: Target) -> Array:
        """Return the derivative of each row's loss by z, of the shape of z.

        Where there is a kink, it is one of the slopes between those of its two sides.

        Parameters
        ----------
        z, a : ndarray, shape (..., outputs, rows)
        target : ndarray, shape (outputs, rows)
        """
        raise NotImplementedError(f"{self.label} has no slope")

    def reads(self, activation: Activation) -> Activation:
        """Return how outputs of this activation are read where this loss trained them."""
        return activation


class Accuracy(Loss):
    """Share of rows whose class is named wrongly."""

    label = "Accuracy"
    help = "Share of rows whose class the network names rightly. It has no slope."
    formula = "1 if the class is named wrongly, else 0"
    reading = Reading("accuracy", offset=1.0, sign=-1.0)
    has_slope = False

    def sums(self, z: Array, activation: Activation, target: Target) -> Array:  # noqa: D102
        if len(target) > 1:
            wrong = activation.winner(z) != target.argmax(axis=0)
        else:
            wrong = activation.decide(z[:, 0])
            np.not_equal(wrong, target[0], out=wrong)
        eight = np.bitwise_count(np.packbits(wrong, axis=1))
        n_wrong: Array = np.add.reduce(eight, axis=1, dtype=np.float64)
        return n_wrong


class LogLoss(Loss):
    """Mean of -log(probability given to the row's class), in nats.

    Several sigmoid outputs answer each for itself whether the row is of their class, so that their
    losses are added; softmax outputs answer together, by one probability for each class.
    """

    label = "Log loss"
    help = (
        "How surprised the network is by the right answer, in nats. "
        "It needs sigmoid or softmax outputs."
    )
    formula = "-log(a) of the row's class; sigmoid outputs add -log(1 - a) of the others"
    source = "Cox (1958) for one output; Bridle (1990) for softmax"
    reading = Reading("log loss")
    outputs, needs = ("sigmoid", "softmax"), "that are probabilities"

    def sums(self, z: Array, activation: Activation, target: Target) -> Array:  # noqa: D102
        if isinstance(activation, Sigmoid):
            # log(1 + exp(z)) - t z, without overflow: max(z, 0) - t z + log(1 + exp(-|z|))
            loss = np.maximum(z, 0) - target * z
            loss += np.log1p(np.exp(-np.abs(z)))
        elif isinstance(activation, Softmax):
            # log(sum of exp(z)) - z of the class, without overflow: the largest z is taken off both
            z = z - z.max(axis=1, keepdims=True)
            loss = np.log(np.exp(z).sum(axis=1, keepdims=True))
            loss -= np.where(target, z, 0.0).sum(axis=1, keepdims=True)
        else:
            activation.apply(z)
            p = (z - activation.low) / (activation.high - activation.low)
            p = np.clip(p, _TINY, 1 - _TINY)
            loss = -np.where(target, np.log(p), np.log1p(-p))
        return _sum(loss)

    def slope(self, z: Array, a: Array, activation: Activation, target: Target) -> Array:  # noqa: D102
        return a - target  # by z, for sigmoid and for softmax


class MeanSquaredError(Loss):
    """Mean of (output - target)^2, without a half; added up over several outputs."""

    label = "Squared error"
    help = "Mean squared distance between the outputs and what they should be."
    formula = "(a - t)²"
    source = "Legendre (1805); Rumelhart, Hinton & Williams (1986), eq. 3, without their half"
    reading = Reading("squared error")
    of_numbers = True

    def sums(self, z: Array, activation: Activation, target: Target) -> Array:  # noqa: D102
        activation.apply(z)
        error = z - _wanted(activation, target)
        return _sum(np.square(error, out=error))

    def slope(self, z: Array, a: Array, activation: Activation, target: Target) -> Array:  # noqa: D102
        return activation.through(z, a, 2 * (a - _wanted(activation, target)))


class MeanAbsoluteError(Loss):
    """Mean of |output - target|; added up over several outputs. The slope at 0 is taken as 0."""

    label = "Absolute error"
    help = "Mean distance between the outputs and what they should be: outliers count for less."
    formula = "|a - t|"
    source = "Koenker & Bassett (1978)"
    reading = Reading("absolute error")
    of_numbers = True

    def sums(self, z: Array, activation: Activation, target: Target) -> Array:  # noqa: D102
        activation.apply(z)
        error = z - _wanted(activation, target)
        return _sum(np.abs(error, out=error))

    def slope(self, z: Array, a: Array, activation: Activation, target: Target) -> Array:  # noqa: D102
        return activation.through(z, a, np.sign(a - _wanted(activation, target)))


class Hinge(Loss):
    """Mean of how far the row's class stays behind a lead of 1; 0 where it leads by more.

    One output should be at least 1 for class 1 and at most -1 for class 0. Of several, the one of
    the row's class should be ahead of each other by 1 (Crammer & Singer 2001). The slope at
    a kink is taken as 0, and among equal rivals the first counts.
    """

    label = "Hinge"
    help = (
        "How far the right answer is from a safe lead of 1, as in a support vector machine. "
        "It needs identity outputs."
    )
    formula = "max(0, 1 - t z) with t = ±1; of several outputs max(0, 1 + largest other z - own z)"
    source = "Cortes & Vapnik (1995); Crammer & Singer (2001) for several outputs"
    reading = Reading("hinge loss")
    outputs, needs = ("identity",), "without bounds"

    def sums(self, z: Array, activation: Activation, target: Target) -> Array:  # noqa: D102
        if len(target) == 1:
            short = 1 - np.where(target, z, -z)
        else:
            short, _ = _behind(z, target)
        return _sum(np.maximum(short, 0, out=short))

    def slope(self, z: Array, a: Array, activation: Activation, target: Target) -> Array:  # noqa: D102
        if len(target) == 1:
            side = np.where(target, -1.0, 1.0)
            return np.where(1 + side * z > 0, side, 0.0)
        short, rival = _behind(z, target)
        first = np.arange(len(target))[:, None] == rival.argmax(axis=-2)[..., None, :]
        return np.where(short > 0, first * 1.0 - target, 0.0)

    def reads(self, activation: Activation) -> Activation:  # noqa: D102
        return _MARGIN if isinstance(activation, Identity) else activation


_MARGIN = Margin()


def _behind(z: Array, target: Target) -> tuple[Array, Array]:
    """Return how far each row's class is from a lead of 1, and z without that class.

    Returns
    -------
    ndarray, shape (..., 1, rows)
    ndarray, shape (..., outputs, rows)
    """
    own = np.where(target, z, 0.0).sum(axis=-2, keepdims=True)
    rival = np.where(target, -np.inf, z)
    return 1 + rival.max(axis=-2, keepdims=True) - own, rival


def _wanted(activation: Activation, target: Target) -> Array:
    """Return what output units should say: the targets where those are numbers."""
    if target.dtype != bool:
        return np.asarray(target, dtype=np.float64)
    return np.asarray(activation.low + target * (activation.high - activation.low))


def _sum(terms: Array) -> Array:
    """Add up each candidate's terms, over rows first."""
    totals: Array = terms.sum(axis=2).sum(axis=1)
    return totals


LOSSES: dict[str, Loss] = {
    "accuracy": Accuracy(),
    "log_loss": LogLoss(),
    "mean_squared_error": MeanSquaredError(),
    "mean_absolute_error": MeanAbsoluteError(),
    "hinge": Hinge(),
}


@dataclass(frozen=True)
class Measure:
    """What may be said of a network's answers, whatever was optimised."""

    label: str
    reading: Reading


MEASURES: dict[str, Measure] = {
    **{name: Measure(loss.label, loss.reading) for name, loss in LOSSES.items()},
    "r2": Measure("R²", Reading("R²", offset=1.0, sign=-1.0)),
}


def unexplained(squared_error: float, y: Array) -> float:
    """Return the squared error as a share of the variance of the targets: 1 - R².

    Where all targets are the same it is 0 or 1, as scikit-learn's ``r2_score`` has it.

    Parameters
    ----------
    squared_error : float
        Its mean over rows.
    y : ndarray, shape (rows,)
    """
    if y.min() == y.max():
        return 0.0 if squared_error == 0 else 1.0
    return float(squared_error / np.var(y))
