"""Forward and backward pass with every number kept, to be looked at: of one row, or of many.

`optiviz.networks.kernels` and `optiviz.networks.backward` compute the same where only the result
matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.networks.activations import ACTIVATIONS, Activation
from optiviz.networks.losses import Loss, Target
from optiviz.networks.network import Network

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayerPass:
    """One row in one layer.

    Attributes
    ----------
    activation : Activation
    inputs : ndarray, shape (inputs,)
        What the layer below says, or the features of the row.
    weights : ndarray, shape (units, inputs)
    biases : ndarray, shape (units,)
    products : ndarray, shape (units, inputs)
        Each weight times its input.
    z : ndarray, shape (units,)
        Sums of the products and the bias.
    a : ndarray, shape (units,)
        What the units make of them.
    """

    activation: Activation
    inputs: Array
    weights: Array
    biases: Array
    products: Array
    z: Array
    a: Array


@dataclass(frozen=True, eq=False)
class RowPass:
    """One row on its way through a network.

    Attributes
    ----------
    layers : tuple of LayerPass
    said : float
        The class that is named, or the number that is predicted.
    target : ndarray, shape (outputs,)
        What the outputs should say; see `optiviz.networks.losses`.
    loss : float
        Of this row, without any penalty.
    """

    layers: tuple[LayerPass, ...]
    said: float
    target: NDArray[Any]
    loss: float


@dataclass(frozen=True, eq=False)
class LayerErrors:
    """How the loss of one row changes with what is in one layer.

    Attributes
    ----------
    by_a : ndarray, shape (units,)
        With what the units say: what comes back from the layer above. nan for outputs, where
        loss and activation are differentiated in one.
    slopes : ndarray, shape (units,)
        Of the activations at z; nan for softmax, each of whose units changes with every z.
    by_z : ndarray, shape (units,)
        With the weighted sums: the errors that are handed back.
    by_weights : ndarray, shape (units, inputs)
    by_biases : ndarray, shape (units,)
    """

    by_a: Array
    slopes: Array
    by_z: Array
    by_weights: Array
    by_biases: Array


def forward(
    network: Network, x: Array, row: Array, target: NDArray[Any], loss: Loss, numbers: bool = False
) -> RowPass:
    """Return one row's way through a network.

    Parameters
    ----------
    network : Network
    x : ndarray, shape (dim,)
        The weights.
    row : ndarray, shape (features,)
    target : ndarray, shape (outputs,)
    loss : Loss
    numbers : bool
        A number is predicted, and no class.
    """
    layers: list[LayerPass] = []
    below = np.array(row, dtype=np.float64)
    activation = ACTIVATIONS[network.layers[0].activation]
    with np.errstate(all="ignore"):  # weights may have flown off
        for layer, matrix in zip(network.layers, network.matrices(x, len(row)), strict=True):
            activation = ACTIVATIONS[layer.activation]
            weights, biases = matrix[:, :-1], matrix[:, -1]
            products = weights * below
            z = products.sum(axis=1) + biases
            a = _applied(activation, z[:, None])[:, 0]
            layers.append(LayerPass(activation, below, weights, biases, products, z, a))
            below = a
        z = layers[-1].z[:, None]
        reader = loss.reads(activation)
        if numbers:
            said = float(below[0])
        elif len(z) == 1:
            said = float(reader.decide(z[0].copy())[0])
        else:
            said = float(reader.winner(z.copy())[0])
        value = float(loss.sums(z[None].copy(), reader, target[:, None])[0])
    return RowPass(tuple(layers), said, target, value)


def backward(passed: RowPass, loss: Loss) -> tuple[LayerErrors, ...]:
    """Return how the row's loss changes with all that is in each layer, first layer first.

    At kinks, losses and activations have the slopes that they say of themselves; a penalty on the
    weights is not in it.

    Parameters
    ----------
    passed : RowPass
    loss : Loss
        One that has a slope.

    References
    ----------
    Rumelhart, Hinton & Williams (1986), Learning representations by back-propagating errors.
    """
    found: list[LayerErrors] = []
    above: tuple[LayerPass, LayerErrors] | None = None
    with np.errstate(all="ignore"):
        for layer in reversed(passed.layers):
            z, a = layer.z[:, None], layer.a[:, None]
            slopes = layer.activation.slope(z, a)[:, 0]
            if above is None:
                target: Target = passed.target[:, None]
                by_a = np.full(len(z), np.nan)
                by_z = loss.slope(z, a, layer.activation, target)[:, 0]
                if layer.activation.output_only:
                    slopes = np.full(len(z), np.nan)
            else:
                by_a = above[1].by_z @ above[0].weights
                by_z = layer.activation.through(z, a, by_a[:, None])[:, 0]
            errors = LayerErrors(by_a, slopes, by_z, np.outer(by_z, layer.inputs), by_z)
            found.append(errors)
            above = layer, errors
    return tuple(reversed(found))


def flat(errors: Sequence[LayerErrors]) -> Array:
    """Return the gradient of one row's loss in the order of the flat weights, shape (dim,)."""
    parts = [np.column_stack([e.by_weights, e.by_biases]).ravel() for e in errors]
    return np.concatenate(parts)


def activations(network: Network, x: Array, X: Array) -> list[Array]:
    """Return what every unit says of many rows.

    Parameters
    ----------
    network : Network
    x : ndarray, shape (dim,)
        The weights.
    X : ndarray, shape (rows, features)

    Returns
    -------
    list of ndarray, shape (units, rows)
        One a layer, the first hidden one first.
    """
    found: list[Array] = []
    below = np.asarray(X, dtype=np.float64).T
    with np.errstate(all="ignore"):
        for layer, matrix in zip(network.layers, network.matrices(x, X.shape[1]), strict=True):
            z = matrix[:, :-1] @ below
            z += matrix[:, -1:]
            ACTIVATIONS[layer.activation].apply(z)
            found.append(z)
            below = z
    return found


def _applied(activation: Activation, z: Array) -> Array:
    a = z.copy()
    activation.apply(a)
    return a
