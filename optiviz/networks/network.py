"""A feed-forward network as data: its layers, and where each weight is in the flat vector."""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.parameters import Param, Parameters
from optiviz.networks.activations import ACTIVATIONS, ActivationName

Array = NDArray[np.float64]
InitializationName = Literal["rand", "randn", "glorot", "he", "zeros"]
MAX_WEIGHTS = 2_000_000

INITIALIZATIONS = {
    "rand": "Uniform 0 to 1 (rand)",
    "randn": "Normal, deviation 1 (randn)",
    "glorot": "Glorot: uniform, by fan-in and fan-out",
    "he": "He: normal, by fan-in",
    "zeros": "All zero",
}


class Layer(Parameters):
    """One layer of units."""

    units: Annotated[int, Param("Number of units.", ge=1, le=4096)]
    activation: Annotated[
        ActivationName,
        Param(
            "What a unit does with its weighted sum.",
            choices={name: activation.label for name, activation in ACTIVATIONS.items()},
        ),
    ] = "sigmoid"


class Network(Parameters):
    """Layers from the first hidden one to the output; without hidden layers, the perceptron.

    The weights are one flat vector: layer by layer, node by node, each node's weights in the order
    of its inputs and its bias last.
    """

    layers: Annotated[tuple[Layer, ...], Param("From first hidden to output.", max_length=64)] = (
        Layer(units=1),
    )

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse a network without an output, and softmax where there is nothing to share."""
        if not self.layers:
            yield "layers", "needs at least one layer: the output"
        for i, layer in enumerate(self.layers):
            activation, path = ACTIVATIONS[layer.activation], f"layers[{i}].activation"
            if activation.output_only and i < len(self.layers) - 1:
                yield (
                    path,
                    f"can't be {layer.activation} here: it weighs the classes against each other, "
                    "so that it works in the last layer only; use sigmoid or tanh",
                )
            elif layer.units < activation.fewest_units:
                yield (
                    path,
                    f"can't be {layer.activation} with {layer.units} unit: it needs one for each "
                    "class; use sigmoid, or more units",
                )

    def shapes(self, n_inputs: int) -> tuple[tuple[int, int], ...]:
        """Return (units, inputs + 1) of each layer's weights."""
        inputs = (n_inputs, *(layer.units for layer in self.layers))
        return tuple(
            (layer.units, n + 1) for layer, n in zip(self.layers, inputs[:-1], strict=True)
        )

    def dim(self, n_inputs: int) -> int:
        """Return the number of weights."""
        return sum(units * inputs for units, inputs in self.shapes(n_inputs))

    def matrices(self, X: Array, n_inputs: int) -> list[Array]:
        """Return views of flat weights as one matrix a layer.

        Parameters
        ----------
        X : ndarray, shape (..., dim)

        Returns
        -------
        list of ndarray, shape (..., units, inputs + 1)
        """
        return [X[..., at].reshape(*X.shape[:-1], *shape) for at, shape in self.layout(n_inputs)]

    def layout(self, n_inputs: int) -> list[tuple[slice, tuple[int, int]]]:
        """Return where each layer's weights are in the flat vector, and their shape."""
        shapes = self.shapes(n_inputs)
        ends = np.cumsum([units * inputs for units, inputs in shapes]).tolist()
        return [
            (slice(end - units * inputs, end), (units, inputs))
            for end, (units, inputs) in zip(ends, shapes, strict=True)
        ]

    def initial(
        self, how: str, n_inputs: int, draws: Draws, purpose: str, start: int, n: int
    ) -> Array:
        """Return n weight vectors drawn as an initialization says, shape (n, dim).

        References
        ----------
        Glorot & Bengio (2010), eq. 16; He, Zhang, Ren & Sun (2015), eq. 10.
        """
        dim = self.dim(n_inputs)
        if how == "zeros":
            return np.zeros((n, dim))
        if how in ("rand", "glorot"):
            X = draws.uniforms(purpose, start, n, dim).copy()
        else:
            X = draws.normals(purpose, start, n, dim).copy()
        if how in ("glorot", "he"):
            for W in self.matrices(X, n_inputs):
                units, fan_in = W.shape[-2], W.shape[-1] - 1
                if how == "glorot":
                    W[...] = (2 * W - 1) * np.sqrt(6 / (fan_in + units))
                else:
                    W *= np.sqrt(2 / fan_in)
                W[..., -1] = 0.0
        return X
