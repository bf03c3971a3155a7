"""Backpropagation, over all rows of a table or a batch of them, in buffers made once.

A row of a table lies in one piece, so that a batch of an epoch is a slice of it, and ends with a
1, which the biases multiply: they need no steps of their own on the way there or back.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy import (
    add,
    copysign,
    copyto,
    exp,
    log1p,
    logaddexp,
    maximum,
    multiply,
    sign,
    subtract,
    tanh,
)
from numpy.typing import NDArray

from optiviz.engine import threads
from optiviz.networks.activations import ACTIVATIONS, Activation, Relu, Sigmoid, Tanh
from optiviz.networks.losses import LogLoss, Loss
from optiviz.networks.network import Network

Precision = type[np.float64] | type[np.float32]
Array = NDArray[Any]  # of either
Rows = NDArray[np.int64]
Targets = NDArray[Any]

_CHUNK = 4096  # rows in a pass at most
_FEW = 128  # outputs for which one slow function is quicker than several fast ones
_SIZES = 6  # numbers of rows whose buffers are kept: a batch size, an epoch's last batch, others


class Table(NamedTuple):
    """Rows as backpropagation reads them.

    Attributes
    ----------
    inputs : ndarray, shape (rows, features + 1)
        The last column is 1.
    answers : ndarray, shape (outputs, rows)
        What the loss makes of the targets.
    """

    inputs: Array
    answers: Targets

    def taken(self, order: Rows) -> "Table":
        """Return the rows in an order, copied."""
        return Table(self.inputs.take(order, axis=0), self.answers.take(order, axis=1))

    def part(self, start: int, stop: int) -> "Table":
        """Return the rows from start to stop - 1, as views."""
        return Table(self.inputs[start:stop], self.answers[:, start:stop])


class Backward:
    """Mean loss and gradient of a network, with buffers for one thread.

    Parameters
    ----------
    network : Network
    loss : Loss
        One that has a slope.
    X : ndarray, shape (rows, features)
    target : ndarray, shape (outputs, rows)
        See `optiviz.networks.losses`.
    dtype : type
        Of points, gradients, inputs and what hidden layers say; the loss and its slope by the
        outputs' weighted sums are in double precision always.

    Attributes
    ----------
    table : Table
        All rows.

    References
    ----------
    Rumelhart, Hinton & Williams (1986), Learning representations by back-propagating errors.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        X: Array,
        target: Targets,
        dtype: Precision = np.float64,
    ) -> None:
        *hidden, last = [ACTIVATIONS[layer.activation] for layer in network.layers]
        self._layout = network.layout(X.shape[1])
        self._hidden, self._last, self._loss = hidden, last, loss
        self._output = _OUTPUTS.get((type(loss), type(last)), _Output)
        self._dtype = dtype
        inputs = np.ones((len(X), X.shape[1] + 1), dtype)
        inputs[:, :-1] = X
        self.table = Table(inputs, self._output.answers(target))
        self._buffers: dict[int, _Buffers] = {}
        self._x = self._gradient = np.empty(0)
        self._weights: list[Array] = []
        self._backwards: list[Array] = []  # each layer's weights, transposed
        self._slopes: list[Array] = []

    def value_and_gradient(self, x: Array, rows: Table, gradient: Array) -> float:
        """Return the mean loss over some rows, and write its gradient.

        Parameters
        ----------
        x : ndarray, shape (dim,)
        rows : Table
            `table`, or a part of it in any order.
        gradient : ndarray, shape (dim,)
        """
        # Who descends moves one array in place, so that its layers are looked up once.
        if x is not self._x:
            self._x, self._weights = x, self._layers(x)
            self._backwards = [W.T for W in self._weights]
        if gradient is not self._gradient:
            self._gradient, self._slopes = gradient, self._layers(gradient)
        inputs, answers = rows
        n = len(inputs)
        if n <= _CHUNK:
            return self._pass(inputs, answers, self._slopes) / n
        total, part = 0.0, np.empty_like(gradient)
        slopes = self._layers(part)
        gradient[:] = 0.0
        for start in range(0, n, _CHUNK):
            threads.go_on()
            chunk = rows.part(start, min(start + _CHUNK, n))
            total += self._pass(chunk.inputs, chunk.answers, slopes)
            part *= len(chunk.inputs) / n
            gradient += part
        return total / n

    def _layers(self, flat: Array) -> list[Array]:
        return [flat[at].reshape(shape) for at, shape in self._layout]

    def _pass(self, inputs: Array, answers: Targets, slopes: list[Array]) -> float:
        """Return the sum of the rows' losses, and write the mean of their slopes."""
        m = len(inputs)
        buffers = self._buffers.get(m)
        if buffers is None:
            buffers = self._make_buffers(m)
        layers, z, wide, output, share, narrow = buffers
        weights, backwards = self._weights, self._backwards
        below = inputs.T
        for W, layer in zip(weights, layers, strict=False):
            W.dot(below, layer.z)
            layer.apply()
            below = layer.a
        weights[-1].dot(below, z)
        if wide is not z:
            copyto(wide, z)
        total, delta = output.sum_and_slope(wide, answers)
        multiply(delta, share, delta)
        if narrow is not None:
            copyto(narrow, delta, casting="same_kind")
            delta = narrow
        for i in range(len(layers), 0, -1):
            layer = layers[i - 1]
            delta.dot(layer.a_transposed, slopes[i])
            backwards[i].dot(delta, layer.delta_and_more)
            layer.multiply_by_slope()
            delta = layer.delta
        delta.dot(inputs, slopes[0])
        return total

    def _make_buffers(self, m: int) -> "_Buffers":
        if len(self._buffers) >= _SIZES:
            self._buffers.clear()
        *hidden, last = [shape[0] for _, shape in self._layout]
        layers = [
            _HIDDEN.get(type(activation), _Hidden)(activation, units, m, self._dtype)
            for activation, units in zip(self._hidden, hidden, strict=True)
        ]
        output = self._output(self._loss, self._last, last, m)
        z: Array = np.empty((last, m), self._dtype)
        wide, narrow = z, None
        if self._dtype is not np.float64:
            wide, narrow = np.empty((last, m)), np.empty((last, m), self._dtype)
        made = layers, z, wide, output, np.array(1 / m), narrow
        self._buffers[m] = made
        return made


class _Hidden:
    """A hidden layer's weighted sums, activations and slopes for m rows.

    Parameters
    ----------
    activation : Activation
    units, m : int
    dtype : type
    """

    def __init__(self, activation: Activation, units: int, m: int, dtype: Precision) -> None:
        self._activation = activation
        self.z: Array = np.empty((units, m), dtype)
        # BLAS takes matrices in one piece as they are and others as copies, so that the next
        # layer's biases come back too: nobody reads the last row.
        self.delta_and_more = np.empty((units + 1, m), dtype)
        self.delta = self.delta_and_more[:-1]
        # The last row stays: the next layer's biases multiply it.
        self.a: Array = np.ones((units + 1, m), dtype)
        self.a_transposed = self.a.T
        self._said = self.a[:-1]

    def apply(self) -> None:
        """Turn weighted sums into activations."""
        copyto(self._said, self.z)
        self._activation.apply(self._said)

    def multiply_by_slope(self) -> None:
        """Take delta from what the units say to their weighted sums."""
        self.delta *= self._activation.slope(self.z, self._said)


class _HiddenInPlace(_Hidden):
    """The same where the slope follows from what a unit says: the weighted sums are not kept."""

    def __init__(self, activation: Activation, units: int, m: int, dtype: Precision) -> None:
        super().__init__(activation, units, m, dtype)
        self._scratch, self.z = self.z, self._said
        self._zero, self._half, self._one = (np.array(number, dtype) for number in (0.0, 0.5, 1.0))


class _HiddenSigmoid(_HiddenInPlace):
    """a = (1 + tanh(z / 2)) / 2, with the slope a (1 - a)."""

    def apply(self) -> None:
        z, half = self.z, self._half
        multiply(z, half, z)
        tanh(z, z)
        multiply(z, half, z)
        add(z, half, z)

    def multiply_by_slope(self) -> None:
        a, delta, slope = self.z, self.delta, self._scratch
        subtract(self._one, a, slope)
        multiply(slope, a, slope)
        multiply(delta, slope, delta)


class _HiddenTanh(_HiddenInPlace):
    """a = tanh(z), with the slope 1 - a^2."""

    def apply(self) -> None:
        tanh(self.z, self.z)

    def multiply_by_slope(self) -> None:
        a, delta, slope = self.z, self.delta, self._scratch
        multiply(a, a, slope)
        subtract(self._one, slope, slope)
        multiply(delta, slope, delta)


class _HiddenRelu(_HiddenInPlace):
    """a = max(0, z), with the slope 1 where that is above 0, else 0."""

    def apply(self) -> None:
        maximum(self.z, self._zero, out=self.z)

    def multiply_by_slope(self) -> None:
        sign(self.z, self._scratch)
        multiply(self.delta, self._scratch, self.delta)


class _Output:
    """The output units' loss for m rows, by what any loss and activation offer."""

    def __init__(self, loss: Loss, activation: Activation, units: int, m: int) -> None:
        self._loss, self._activation = loss, activation
        self._a = np.empty((units, m))

    @staticmethod
    def answers(target: Targets) -> Targets:
        """Return what a pass needs of the targets."""
        return target

    def sum_and_slope(self, z: Array, answers: Targets) -> tuple[float, Array]:
        """Return the sum of the rows' losses, and the slope of each by z, in a buffer.

        Parameters
        ----------
        z : ndarray, shape (outputs, m)
            Is overwritten.
        answers : ndarray, shape (outputs, m)
        """
        a, activation = self._a, self._activation
        copyto(a, z)
        activation.apply(a)
        delta = self._loss.slope(z, a, activation, answers)
        return float(self._loss.sums(z[None], activation, answers)[0]), delta


class _SigmoidLogLoss(_Output):
    """Log loss of sigmoid outputs: -log of the probability of the row's class.

    Targets are 0 or 1, and nothing between. With u = z for 0 and -z for 1 it is log(1 + exp(u)),
    for many rows computed as max(u, 0) + log(1 + exp(-|u|)); its slope by u is the sigmoid,
    (1 + tanh(u / 2)) / 2.
    """

    def __init__(self, loss: Loss, activation: Activation, units: int, m: int) -> None:
        super().__init__(loss, activation, units, m)
        self._half, self._terms = np.empty((units, m)), np.empty((units, m))
        self._in_line, self._ones = self._terms.ravel(), np.ones(units * m)
        self._few = units * m <= _FEW

    @staticmethod
    def answers(target: Targets) -> Targets:
        """Return half of 1 where the target is 0, and of -1 where it is 1."""
        return 0.5 - target

    def sum_and_slope(self, z: Array, answers: Targets) -> tuple[float, Array]:
        """Return the sum of the rows' losses, and the slope of each by z, in a buffer."""
        half, terms = self._half, self._terms
        multiply(z, answers, half)
        add(half, half, z)
        if self._few:
            logaddexp(z, _ZERO, terms)
        else:
            copysign(z, _MINUS, terms)
            exp(terms, terms)
            log1p(terms, terms)
            maximum(z, _ZERO, out=z)
            add(terms, z, terms)
        tanh(half, half)
        multiply(half, answers, half)
        add(half, answers, half)
        return float(self._in_line.dot(self._ones)), half


_ZERO, _MINUS = np.array(0.0), np.array(-1.0)
_Buffers = tuple[list[_Hidden], Array, Array, _Output, Array, Array | None]
# What most networks are made of, in fewer and cheaper steps than any activation and loss needs.
_HIDDEN: dict[type[Activation], type[_Hidden]] = {
    Sigmoid: _HiddenSigmoid,
    Tanh: _HiddenTanh,
    Relu: _HiddenRelu,
}
_OUTPUTS: dict[tuple[type[Loss], type[Activation]], type[_Output]] = {
    (LogLoss, Sigmoid): _SigmoidLogLoss,
}
