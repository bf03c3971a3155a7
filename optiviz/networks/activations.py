"""What a unit does with its weighted sum z."""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ActivationName = Literal["step", "sigmoid", "tanh", "relu", "identity"]


class Activation(ABC):
    """A transfer function, elementwise.

    Attributes
    ----------
    formula : str
    low, high : float
        What an output unit should say for class 0 and for class 1.
    threshold : float
        An output unit says class 1 where z is above it.
    steepest : float or None
        The largest slope, where all that it says is between -1 and 1; None elsewhere.
    core : callable or None
        A cheaper function with ``apply(z) = shift + gain * core(pace * z)``: a pass over the rows
        can then leave pace, gain and shift to the weights, of which there are far fewer.
    has_slope : bool
        Whether backpropagation can pass through it.
    """

    label: ClassVar[str]
    formula: ClassVar[str]
    low: ClassVar[float] = 0.0
    high: ClassVar[float] = 1.0
    threshold: ClassVar[float] = 0.5
    has_slope: ClassVar[bool] = True
    steepest: ClassVar[float | None] = None
    core: ClassVar[np.ufunc | None] = None
    pace: ClassVar[float] = 1.0
    gain: ClassVar[float] = 1.0
    shift: ClassVar[float] = 0.0

    @abstractmethod
    def apply(self, z: Array) -> None:
        """Replace z by the activation, in place."""

    @abstractmethod
    def slope(self, z: Array, a: Array) -> Array:
        """Return the derivative at z, where the activation is a."""

    def decide(self, z: Array) -> NDArray[np.bool_]:
        """Return whether an output unit says class 1, of the same shape."""
        return np.greater(z, self.threshold)


class Step(Activation):
    """1 where z >= 0, else 0."""

    label, formula = "Step", "1 if z ≥ 0, else 0"
    threshold = 0.0
    has_slope = False

    def apply(self, z: Array) -> None:  # noqa: D102
        np.greater_equal(z, 0, out=z, casting="unsafe")

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return np.zeros_like(z)

    def decide(self, z: Array) -> NDArray[np.bool_]:  # noqa: D102
        return np.greater_equal(z, 0)


class Sigmoid(Activation):
    """1 / (1 + exp(-z)), computed as (1 + tanh(z / 2)) / 2, which can't overflow."""

    label, formula = "Sigmoid", "1 / (1 + exp(-z))"
    threshold, steepest = 0.0, 0.25
    core, pace, gain, shift = np.tanh, 0.5, 0.5, 0.5

    def apply(self, z: Array) -> None:  # noqa: D102
        np.multiply(z, 0.5, out=z)
        np.tanh(z, out=z)
        np.multiply(z, 0.5, out=z)
        np.add(z, 0.5, out=z)

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return a * (1 - a)


class Tanh(Activation):
    """Hyperbolic tangent."""

    label, formula = "Tanh", "tanh(z)"
    low, threshold, steepest = -1.0, 0.0, 1.0

    def apply(self, z: Array) -> None:  # noqa: D102
        np.tanh(z, out=z)

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return 1 - a * a


class Relu(Activation):
    """max(0, z); the slope at 0 is taken as 0."""

    label, formula = "ReLU", "max(0, z)"

    def apply(self, z: Array) -> None:  # noqa: D102
        np.maximum(z, 0, out=z)

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return (z > 0).astype(np.float64)


class Identity(Activation):
    """z itself."""

    label, formula = "Identity", "z"

    def apply(self, z: Array) -> None:  # noqa: D102
        pass

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return np.ones_like(z)


ACTIVATIONS: dict[str, Activation] = {
    "step": Step(),
    "sigmoid": Sigmoid(),
    "tanh": Tanh(),
    "relu": Relu(),
    "identity": Identity(),
}
