"""All second derivatives of a network's mean loss, by differentiating backpropagation itself.

A gradient is differentiated along a direction as it is computed, forwards and backwards: the
R-operator of Pearlmutter (1994), Fast exact multiplication by the Hessian. A weight acts through
the weighted sum z of its unit alone, which it changes by its input; so there is a direction for
each unit, of which there are far fewer, instead of one for each weight (Bishop 1992, Exact
calculation of the Hessian matrix for the multilayer perceptron). Names that begin with ``by`` are
derivatives along the directions of the units of one layer.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiviz.engine import threads
from optiviz.networks.activations import ACTIVATIONS, Activation
from optiviz.networks.losses import Loss, Target
from optiviz.networks.network import Network
from optiviz.networks.normal import density

Array = NDArray[np.float64]

_NUMBERS = 1 << 16  # in the derivatives of gradients along units, for one chunk of rows
_STEP = float(np.finfo(np.float64).eps) ** (1 / 3)  # of a central difference

# Second derivatives of activations, from z and the activation a. Those that are straight but for a
# kink have none: what happens at the kink no derivative can tell.
_BENDS: dict[str, Callable[[Array, Array], Array]] = {
    "sigmoid": lambda z, a: a * (1 - a) * (1 - 2 * a),
    "tanh": lambda z, a: -2 * a * (1 - a * a),
    "softplus": lambda z, a: np.exp(-a) * -np.expm1(-a),
    "elu": lambda z, a: np.where(z > 0, 0.0, a + 1),
    "sine": lambda z, a: -a,
    "gelu": lambda z, a: density(z) * (2 - z * z),
    "relu": lambda z, a: np.zeros_like(z),
    "leaky_relu": lambda z, a: np.zeros_like(z),
    "identity": lambda z, a: np.zeros_like(z),
}


class Curvature:
    """The second derivatives of a network's mean loss over one table of rows.

    Parameters
    ----------
    network : Network
    X : ndarray, shape (rows, features)
    target : ndarray, shape (outputs, rows)
        See `optiviz.networks.losses`.
    """

    def __init__(self, network: Network, X: Array, target: Target) -> None:
        self._network, self._target = network, target
        self._inputs = np.ones((X.shape[1] + 1, len(X)))
        self._inputs[:-1] = X.T
        self._names = [layer.activation for layer in network.layers]
        self._activations = [ACTIVATIONS[name] for name in self._names]

    def hessian(self, w: Array, loss: Loss) -> Array:
        """Return the second derivatives by the weights.

        Exact where those of the activations are known here, else by central differences of their
        slopes; so are those of the loss by the output's weighted sums.

        Parameters
        ----------
        w : ndarray, shape (dim,)
        loss : Loss
            One with a slope.

        Returns
        -------
        ndarray, shape (dim, dim)
            Symmetric.
        """
        rows = self._inputs.shape[1]
        widest = max(layer.units for layer in self._network.layers)
        chunk = max(1, _NUMBERS // (len(w) * widest))
        total: Array = np.zeros((len(w), len(w)))
        for start in range(0, rows, chunk):
            threads.go_on()
            part = slice(start, start + chunk)
            self._add(w, loss, self._inputs[:, part], self._target[:, part], total)
        lower = np.tri(len(w), k=-1, dtype=bool)
        total[lower] = total.T[lower]
        total /= rows
        return total

    def _add(self, w: Array, loss: Loss, inputs: Array, target: Target, total: Array) -> None:
        """Add the second derivatives of the summed loss over some rows, above the diagonal."""
        n_inputs = len(inputs) - 1
        weights = [W[:, :-1] for W in self._network.matrices(w, n_inputs)]
        layers = self._forward(w, inputs)
        last = layers[-1]
        deltas = [loss.slope(last.z, last.a, self._activations[-1], target)]
        for W, layer in zip(weights[:0:-1], layers[-2::-1], strict=True):
            deltas.insert(0, layer.slope * (W.T @ deltas[0]))
        bend = _bend_of_loss(last.z, loss, self._activations[-1], target)
        layout = [at for at, _ in self._network.layout(n_inputs)]
        for i in range(len(layers)):  # along the units of layer i
            by_zs = [np.eye(len(weights[i]))[:, :, None] * np.ones(inputs.shape[1])]
            by_befores = [np.zeros(1)]  # what goes into layer i does not depend on its units
            for W, layer in zip(weights[i + 1 :], layers[i:], strict=False):
                by_befores.append(layer.slope * by_zs[-1])
                by_zs.append(W @ by_befores[-1])
            by_delta = (bend * by_zs[-1][:, None]).sum(axis=2)
            for k in range(len(layers) - 1, i - 1, -1):
                if k < len(layers) - 1:
                    back = weights[k + 1].T @ deltas[k + 1]
                    by_delta = layers[k].slope * (weights[k + 1].T @ by_delta)
                    by_delta += layers[k].bend * back * by_zs[k - i]
                # The gradient by a weight is delta times its input.
                by_slope = by_delta[:, :, None] * layers[k].before
                if k > i:
                    by_slope[:, :, :-1] += deltas[k][:, None] * by_befores[k - i][:, None]
                by_slope = by_slope.reshape(len(by_slope), -1, inputs.shape[1])
                # A weight of layer i changes its unit's z by its input.
                block = layers[i].before @ by_slope.swapaxes(1, 2)
                total[layout[i], layout[k]] += block.reshape(-1, block.shape[2])

    def _forward(self, w: Array, inputs: Array) -> list["_Layer"]:
        """Return what each layer makes of some rows."""
        layers, before = [], inputs
        matrices = self._network.matrices(w, len(inputs) - 1)
        for W, name, activation in zip(matrices, self._names, self._activations, strict=True):
            z = W @ before
            a = z.copy()
            activation.apply(a)
            layers.append(_Layer(before, z, a, activation.slope(z, a), _bend(name, z, a)))
            before = np.vstack((a, np.ones((1, a.shape[1]))))
        return layers


class _Layer(NamedTuple):
    """One layer on some rows: its inputs, sums and activations, and the latter's derivatives."""

    before: Array  # (inputs + 1, rows), the last row of ones
    z: Array
    a: Array
    slope: Array
    bend: Array


def _bend(name: str, z: Array, a: Array) -> Array:
    """Return the second derivative of an activation."""
    known = _BENDS.get(name)
    if known is not None:
        return known(z, a)
    activation, h = ACTIVATIONS[name], _STEP * np.maximum(1.0, np.abs(z))
    above, below = z + h, z - h
    slopes = []
    for moved in (above, below):
        a = moved.copy()
        activation.apply(a)
        slopes.append(activation.slope(moved, a))
    return np.asarray((slopes[0] - slopes[1]) / (above - below))


def _bend_of_loss(z: Array, loss: Loss, activation: Activation, target: Target) -> Array:
    """Return the second derivatives of each row's loss by z, shape (outputs, outputs, rows)."""
    bend = np.empty((len(z), *z.shape))
    for i in range(len(z)):
        above, below = z.copy(), z.copy()
        h = _STEP * np.maximum(1.0, np.abs(z[i]))
        above[i] += h
        below[i] -= h
        slopes = []
        for moved in (above, below):
            a = moved.copy()
            activation.apply(a)
            slopes.append(loss.slope(moved, a, activation, target))
        bend[:, i] = (slopes[0] - slopes[1]) / (above[i] - below[i])
    return bend
