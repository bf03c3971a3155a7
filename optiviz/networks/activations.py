"""What a unit does with its weighted sum z."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.networks.normal import density, share_below

Array = NDArray[np.float64]
ActivationName = Literal[
    "step",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "softplus",
    "gelu",
    "sine",
    "identity",
    "softmax",
]


class Activation(ABC):
    """A transfer function, of each unit's weighted sum; softmax alone looks at a whole layer.

    Attributes
    ----------
    formula : str
        In words of mathematics.
    source : str
        Who brought it into networks.
    low, high : float
        What an output unit should say for class 0 and for class 1.
    threshold : float or None
        A single output unit says class 1 where z is above it; None where no one z parts the
        classes.
    steepest : float or None
        The largest slope, where all that it says is between -1 and 1 and its rounding in single
        precision is known; None elsewhere.
    core : callable or None
        A cheaper function with ``apply(z) = shift + gain * core(pace * z)``: a pass over the rows
        can then leave pace, gain and shift to the weights, of which there are far fewer.
    has_slope : bool
        Whether backpropagation can pass through it.
    fewest_units : int
        Of a layer that has it.
    output_only : bool
        Whether it makes sense in the last layer alone.
    """

    label: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str]
    low: ClassVar[float] = 0.0
    high: ClassVar[float] = 1.0
    threshold: ClassVar[float | None] = 0.5
    has_slope: ClassVar[bool] = True
    steepest: ClassVar[float | None] = None
    core: ClassVar[np.ufunc | None] = None
    pace: ClassVar[float] = 1.0
    gain: ClassVar[float] = 1.0
    shift: ClassVar[float] = 0.0
    fewest_units: ClassVar[int] = 1
    output_only: ClassVar[bool] = False

    def described(self) -> dict[str, Any]:
        """Return what people and programs may know of it, as plain data."""
        return {
            "label": self.label,
            "formula": self.formula,
            "source": self.source,
            "has_slope": self.has_slope,
            "output_for_class_0": self.low,
            "output_for_class_1": self.high,
            "layers": "output" if self.output_only else "all",
            "fewest_units": self.fewest_units,
        }

    @abstractmethod
    def apply(self, z: Array) -> None:
        """Replace z by the activation, in place.

        Parameters
        ----------
        z : ndarray, shape (..., units, rows)
        """

    @abstractmethod
    def slope(self, z: Array, a: Array) -> Array:
        """Return the derivative of each unit by its own z, where the activation is a."""

    def through(self, z: Array, a: Array, by_a: Array) -> Array:
        """Return the derivative by z of what has the derivative `by_a` by the activation a.

        Parameters
        ----------
        z, a, by_a : ndarray, shape (..., units, rows)

        Returns
        -------
        ndarray, shape (..., units, rows)
        """
        return by_a * self.slope(z, a)

    def decide(self, z: Array) -> NDArray[np.bool_]:
        """Return whether a single output unit says class 1, of the same shape.

        Parameters
        ----------
        z : ndarray
            It may be overwritten.
        """
        assert self.threshold is not None, f"{self.label} has no threshold of its own"
        return np.greater(z, self.threshold)

    def winner(self, z: Array) -> NDArray[np.int64]:
        """Return the class that several output units name: the first with the largest answer.

        As an activation that rises doesn't change which is the largest, weighted sums are compared.

        Parameters
        ----------
        z : ndarray, shape (..., outputs, rows)
            It may be overwritten.

        Returns
        -------
        ndarray, shape (..., rows)
        """
        return np.asarray(z.argmax(axis=-2))


class Step(Activation):
    """1 where z >= 0, else 0."""

    label, formula = "Step", "1 if z ≥ 0, else 0"
    source = "McCulloch & Pitts (1943); Rosenblatt (1958)"
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
    source = "Rumelhart, Hinton & Williams (1986), eq. 2"
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
    source = "LeCun, Bottou, Orr & Müller (1998), Efficient BackProp, section 4.4"
    low, threshold, steepest = -1.0, 0.0, 1.0

    def apply(self, z: Array) -> None:  # noqa: D102
        np.tanh(z, out=z)

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return 1 - a * a


class Relu(Activation):
    """max(0, z); the slope at 0 is taken as 0."""

    label, formula = "ReLU", "max(0, z)"
    source = "Nair & Hinton (2010)"

    def apply(self, z: Array) -> None:  # noqa: D102
        np.maximum(z, 0, out=z)

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return (z > 0).astype(np.float64)


class LeakyRelu(Activation):
    """z where it is positive, a hundredth of it elsewhere: its slope at 0 too."""

    label, formula = "Leaky ReLU", "z if z > 0, else 0.01 z"
    source = "Maas, Hannun & Ng (2013)"

    def apply(self, z: Array) -> None:  # noqa: D102
        np.maximum(z, 0.01 * z, out=z)

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return np.where(z > 0, 1.0, 0.01)


class Elu(Activation):
    """z where it is positive, exp(z) - 1 elsewhere."""

    label, formula = "ELU", "z if z > 0, else exp(z) - 1"
    source = "Clevert, Unterthiner & Hochreiter (2016), with alpha = 1"

    def apply(self, z: Array) -> None:  # noqa: D102
        below = np.minimum(z, 0)
        np.maximum(z, 0, out=z)
        z += np.expm1(below, out=below)

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return np.minimum(a, 0) + 1


class Softplus(Activation):
    """log(1 + exp(z)), computed as max(z, 0) + log(1 + exp(-|z|)), which can't overflow."""

    label, formula = "Softplus", "log(1 + exp(z))"
    source = "Dugas, Bengio, Bélisle, Nadeau & Garcia (2001)"
    threshold = -0.4327521295671885  # where it is 1/2: log(exp(1/2) - 1)

    def apply(self, z: Array) -> None:  # noqa: D102
        bend = np.abs(z)
        np.negative(bend, out=bend)
        np.exp(bend, out=bend)
        np.maximum(z, 0, out=z)
        z += np.log1p(bend, out=bend)

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return np.asarray(-np.expm1(-a))  # the sigmoid of z


class Gelu(Activation):
    """z times the share of a standard normal distribution that is below z.

    Exact, not by the approximation with tanh that its authors give too.
    """

    label, formula = "GELU", "z Φ(z), Φ the normal distribution's share below z"
    source = "Hendrycks & Gimpel (2016); Φ after Cody (1969)"
    threshold = 0.6683959705421602  # where it is 1/2

    def apply(self, z: Array) -> None:  # noqa: D102
        z *= share_below(z)

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return share_below(z) + z * density(z)

    def winner(self, z: Array) -> NDArray[np.int64]:  # noqa: D102
        self.apply(z)  # it falls below z = -0.75
        return super().winner(z)


class Sine(Activation):
    """sin(z)."""

    label, formula = "Sine", "sin(z)"
    source = "Sitzmann, Martel, Bergman, Lindell & Wetzstein (2020)"
    low, threshold = -1.0, None

    def apply(self, z: Array) -> None:  # noqa: D102
        np.sin(z, out=z)

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return np.asarray(np.cos(z))

    def decide(self, z: Array) -> NDArray[np.bool_]:  # noqa: D102
        return np.greater(np.sin(z), 0)

    def winner(self, z: Array) -> NDArray[np.int64]:  # noqa: D102
        self.apply(z)
        return super().winner(z)


class Identity(Activation):
    """z itself."""

    label, formula = "Identity", "z"
    source = "Widrow & Hoff (1960)"

    def apply(self, z: Array) -> None:  # noqa: D102
        pass

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return np.ones_like(z)


class Margin(Identity):
    """z itself, whose sign is the class: how identity outputs are read that hinge loss trained."""

    low, threshold = -1.0, 0.0


class Softmax(Activation):
    """exp(z) over the sum of exp(z) of all units of the layer: shares that add up to 1.

    The largest z is taken off first, which changes no share and can't overflow.
    """

    label, formula = "Softmax", "exp(z) / sum of exp(z) over the layer's units"
    source = "Bridle (1990)"
    threshold = None
    fewest_units, output_only = 2, True

    def apply(self, z: Array) -> None:  # noqa: D102
        z -= z.max(axis=-2, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=-2, keepdims=True)

    def slope(self, z: Array, a: Array) -> Array:  # noqa: D102
        return a * (1 - a)

    def through(self, z: Array, a: Array, by_a: Array) -> Array:  # noqa: D102
        # da_i/dz_j = a_i ((i = j) - a_j)
        return np.asarray(a * (by_a - (by_a * a).sum(axis=-2, keepdims=True)))


ACTIVATIONS: dict[str, Activation] = {
    "step": Step(),
    "sigmoid": Sigmoid(),
    "tanh": Tanh(),
    "relu": Relu(),
    "leaky_relu": LeakyRelu(),
    "elu": Elu(),
    "softplus": Softplus(),
    "gelu": Gelu(),
    "sine": Sine(),
    "identity": Identity(),
    "softmax": Softmax(),
}
