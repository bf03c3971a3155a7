"""The arithmetic of networks, in batches of candidates and of rows, in buffers that are kept.

Every candidate's products have the same shape, however many candidates there are: one large
product for all of them would change the last bits with their number. Rows are taken in fixed
chunks for the same reason.
"""

import numpy as np
from numpy.typing import NDArray

from optiviz.engine import threads
from optiviz.networks.activations import ACTIVATIONS, Activation
from optiviz.networks.losses import Loss, Target
from optiviz.networks.network import Network

Array = NDArray[np.float64]

_CHUNK = 4096  # rows at most
_LEAST = 256  # rows: with fewer, products are slow
_CACHE = 1 << 17  # numbers in the buffers of one group of candidates: they stay in the L2 cache


class Kernel:
    """A network's forward pass over one table of rows, with its buffers.

    Parameters
    ----------
    network : Network
    X : ndarray, shape (rows, features)
    target : ndarray, shape (outputs, rows)
        See `optiviz.networks.losses`.
    dtype : type
        Of the buffers: single precision is for pictures alone.
    """

    def __init__(
        self,
        network: Network,
        X: Array,
        target: Target,
        dtype: type[np.float64] | type[np.float32] = np.float64,
    ) -> None:
        self.network = network
        self.n_rows, self.n_inputs = X.shape
        self._target = np.ascontiguousarray(target)
        self._inputs = np.ones((self.n_inputs + 1, self.n_rows), dtype)
        self._inputs[:-1] = X.T
        self._activations = [ACTIVATIONS[layer.activation] for layer in network.layers]
        self._units = [layer.units for layer in network.layers]
        chunk = min(_CHUNK, max(_LEAST, _CACHE // sum(self._units) // _LEAST * _LEAST))
        starts = range(0, self.n_rows, chunk)
        self._chunks = [slice(start, min(start + chunk, self.n_rows)) for start in starts]
        self._chunk_data = [
            (np.ascontiguousarray(self._inputs[:, c]), np.ascontiguousarray(self._target[:, c]))
            for c in self._chunks
        ]
        widest = min(chunk, self.n_rows)
        per_candidate = sum(units + 1 for units in self._units) * widest
        self._group = max(1, min(128, _CACHE // per_candidate))
        # A hidden layer's buffer has a last row of ones, which the next layer's biases multiply.
        heights = [*(units + 1 for units in self._units[:-1]), self._units[-1]]
        self._shapes = [(height, widest) for height in heights]
        self._room = 0  # candidates that the buffers hold: no more than ever came together
        self._buffers: list[Array] = []
        self._layout = network.layout(self.n_inputs)
        self._last = len(network.layers) - 1

    def losses(self, W: Array, loss: Loss) -> Array:
        """Return the mean loss over all rows for each candidate.

        Parameters
        ----------
        W : ndarray, shape (n, dim)

        Returns
        -------
        ndarray, shape (n,)
        """
        if len(W) <= self._group and len(self._chunk_data) == 1:
            inputs, target = self._chunk_data[0]
            sums = loss.sums(self._forward(W, inputs), self._activations[-1], target)
            return np.divide(sums, self.n_rows, out=sums)
        totals: Array = np.zeros(len(W))
        for start in range(0, len(W), self._group):
            group = W[start : start + self._group]
            for inputs, target in self._chunk_data:
                threads.go_on()
                z = self._forward(group, inputs)
                totals[start : start + len(group)] += loss.sums(z, self._activations[-1], target)
        totals /= self.n_rows
        return totals

    def weighted_sums(self, w: Array) -> Array:
        """Return the output units' weighted sums z for all rows, shape (outputs, rows)."""
        z = np.empty((self._units[-1], self.n_rows))
        W = w[None].astype(self._inputs.dtype, copy=False)
        for (inputs, _), chunk in zip(self._chunk_data, self._chunks, strict=True):
            z[:, chunk] = self._forward(W, inputs)[0]
        return z

    def _forward(self, W: Array, inputs: Array) -> Array:
        """Return z of the output units, shape (n, outputs, rows), in a buffer."""
        n, m = len(W), inputs.shape[1]
        if n > self._room:
            self._room = n
            self._buffers = [np.ones((n, *shape), self._inputs.dtype) for shape in self._shapes]
        before, below = inputs, None
        for i, (at, shape) in enumerate(self._layout):
            weights = W[:, at].reshape(n, *shape)
            activation = self._activations[i] if i < self._last else None
            if below is not None or (activation is not None and activation.core is not None):
                weights = _absorbed(weights, below, activation)
            buffer = self._buffers[i][:n, :, :m]
            z = buffer[:, : shape[0]]
            np.matmul(weights, before, out=z)
            below = None
            if activation is not None and activation.core is not None:
                activation.core(z, out=z)
                below = activation
            elif activation is not None:
                activation.apply(z)
            before = buffer
        return z


def _absorbed(weights: Array, below: Activation | None, above: Activation | None) -> Array:
    """Take the gain and shift of the units below and the pace of the units above into weights.

    Parameters
    ----------
    weights : ndarray, shape (n, units, inputs + 1)
    below, above : Activation or None
        Those that are applied by their core alone.

    Returns
    -------
    ndarray
        Of the same shape, contiguous.
    """
    pace = above.pace if above is not None and above.core is not None else 1.0
    if below is None:
        return weights * pace
    taken = weights * (below.gain * pace)
    shifted = weights[..., -1] + below.shift * np.add.reduce(weights[..., :-1], axis=-1)
    taken[..., -1] = shifted * pace if pace != 1 else shifted
    return taken
