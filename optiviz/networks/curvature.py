"""All second derivatives of a network's mean loss, by products with every unit direction at once.

A gradient is differentiated along a direction as it is computed, forwards and backwards: the
R-operator of Pearlmutter (1994), Fast exact multiplication by the Hessian. Each line here is such
a derivative of one of backpropagation; names that begin with ``by`` are derivatives along the
directions.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optiviz.networks.activations import ACTIVATIONS, Activation
from optiviz.networks.losses import Loss, Target
from optiviz.networks.network import Network

Array = NDArray[np.float64]

_NUMBERS = 1 << 20  # in the derivatives of all units along all directions, for one chunk of rows
_STEP = float(np.finfo(np.float64).eps) ** (1 / 3)  # of a central difference

# Second derivatives of activations, from z and the activation a. Those that are straight but for a
# kink have none: what happens at the kink no derivative can tell.
_BENDS: dict[str, Callable[[Array, Array], Array]] = {
    "sigmoid": lambda z, a: a * (1 - a) * (1 - 2 * a),
    "tanh": lambda z, a: -2 * a * (1 - a * a),
    "softplus": lambda z, a: np.exp(-a) * -np.expm1(-a),
    "elu": lambda z, a: np.where(z > 0, 0.0, a + 1),
    "sine": lambda z, a: -a,
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
        widest = sum(layer.units for layer in self._network.layers)
        chunk = max(1, _NUMBERS // (len(w) * widest))
        total = np.zeros((len(w), len(w)))
        for start in range(0, rows, chunk):
            part = slice(start, start + chunk)
            self._add(w, loss, self._inputs[:, part], self._target[:, part], total)
        return np.asarray((total + total.T) / (2 * rows))

    def _add(self, w: Array, loss: Loss, inputs: Array, target: Target, total: Array) -> None:
        """Add the second derivatives of the summed loss over some rows."""
        n_inputs = len(inputs) - 1
        weights = self._network.matrices(w, n_inputs)
        directions = self._network.matrices(np.eye(len(w)), n_inputs)
        by_slopes = self._network.matrices(total, n_inputs)
        zs, activations, befores, by_zs, by_befores = [], [], [], [], []
        before, by_before = inputs, np.zeros((1, n_inputs, inputs.shape[1]))
        for W, V, activation in zip(weights, directions, self._activations, strict=True):
            befores.append(before)
            by_befores.append(by_before)
            z = W @ before
            by_z = V @ before + W[:, :-1] @ by_before
            a = z.copy()
            activation.apply(a)
            zs.append(z)
            activations.append(a)
            by_zs.append(by_z)
            before = np.vstack((a, np.ones((1, a.shape[1]))))
            by_before = activation.slope(z, a) * by_z
        delta = loss.slope(zs[-1], activations[-1], self._activations[-1], target)
        by_delta = _through_loss(zs[-1], by_zs[-1], loss, self._activations[-1], target)
        for i in reversed(range(len(zs))):
            by_slopes[i] += by_delta @ befores[i].T
            by_slopes[i][..., :-1] += delta @ by_befores[i].swapaxes(1, 2)
            if i:
                z, a, below = zs[i - 1], activations[i - 1], self._activations[i - 1]
                W, V = weights[i][:, :-1], directions[i][..., :-1]
                back = W.T @ delta
                slope = below.slope(z, a)
                by_delta = slope * (W.T @ by_delta + V.swapaxes(1, 2) @ delta)
                by_delta += (_bend(self._names[i - 1], z, a) * back) * by_zs[i - 1]
                delta = slope * back


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


def _through_loss(
    z: Array, by_z: Array, loss: Loss, activation: Activation, target: Target
) -> Array:
    """Return the derivative of the loss's slope by z along directions in which z changes by `by_z`.

    Parameters
    ----------
    z : ndarray, shape (outputs, rows)
    by_z : ndarray, shape (directions, outputs, rows)

    Returns
    -------
    ndarray, shape (directions, outputs, rows)
    """
    by_delta = np.zeros_like(by_z)
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
        bend = (slopes[0] - slopes[1]) / (above[i] - below[i])
        by_delta += bend * by_z[:, i : i + 1]
    return by_delta
