"""Backpropagation, over all rows of a table or a batch of them, in buffers made once.

A row of a table lies in one piece, so that a batch of an epoch is a slice of it, and ends with a
1, which the biases multiply: they need no steps of their own on the way there or back.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiviz.networks.activations import ACTIVATIONS, Activation, Relu, Sigmoid, Tanh
from optiviz.networks.losses import LogLoss, Loss
from optiviz.networks.network import Network

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
Targets = NDArray[Any]

_CHUNK = 4096  # rows in a pass at most
_PASSES = 6  # numbers of rows whose buffers are kept: a batch size, an epoch's last batch, others


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

    Attributes
    ----------
    table : Table
        All rows.

    References
    ----------
    Rumelhart, Hinton & Williams (1986), Learning representations by back-propagating errors.
    """

    def __init__(self, network: Network, loss: Loss, X: Array, target: Targets) -> None:
        *hidden, last = [ACTIVATIONS[layer.activation] for layer in network.layers]
        self._layout = network.layout(X.shape[1])
        self._hidden = hidden
        fused = isinstance(loss, LogLoss) and isinstance(last, Sigmoid)
        self._output: _Output = (_SurprisedSigmoid if fused else _Output)(loss, last)
        inputs = np.ones((len(X), X.shape[1] + 1))
        inputs[:, :-1] = X
        self.table = Table(inputs, self._output.answers(target))
        self._passes: dict[int, _Pass] = {}
        self._x = self._gradient = np.empty(0)
        self._weights: list[Array] = []
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
        # Who descends moves one array in place: its layers are looked up once.
        if x is not self._x:
            self._x, self._weights = x, self._layers(x)
        if gradient is not self._gradient:
            self._gradient, self._slopes = gradient, self._layers(gradient)
        n = len(rows.inputs)
        if n <= _CHUNK:
            return self._pass(n)(self._weights, self._slopes, rows, 1 / n) / n
        total, part = 0.0, np.empty_like(gradient)
        gradient[:] = 0.0
        for start in range(0, n, _CHUNK):
            chunk = rows.part(start, min(start + _CHUNK, n))
            slopes = self._layers(part)
            total += self._pass(len(chunk.inputs))(self._weights, slopes, chunk, 1 / n)
            gradient += part
        return total / n

    def _layers(self, flat: Array) -> list[Array]:
        return [flat[at].reshape(shape) for at, shape in self._layout]

    def _pass(self, m: int) -> "_Pass":
        found = self._passes.get(m)
        if found is None:
            if len(self._passes) >= _PASSES:
                self._passes.clear()
            found = _Pass(self._hidden, [shape[0] for _, shape in self._layout], m, self._output)
            self._passes[m] = found
        return found


class _Pass:
    """There and back over m rows."""

    def __init__(
        self, hidden: list[Activation], units: list[int], m: int, output: "_Output"
    ) -> None:
        self._hidden = [_Hidden(a, n, m) for a, n in zip(hidden, units[:-1], strict=True)]
        self._z = np.empty((units[-1], m))
        self._output = output
        self._buffers = output.buffers(units[-1], m)

    def __call__(
        self, weights: list[Array], slopes: list[Array], rows: Table, share: float
    ) -> float:
        """Return the sum of the rows' losses, and write share times the sum of their slopes."""
        before = rows.inputs.T
        for W, hidden in zip(weights, self._hidden, strict=False):
            np.dot(W, before, out=hidden.z)
            hidden.apply()
            before = hidden.a
        np.dot(weights[-1], before, out=self._z)
        total, delta = self._output.sum_and_slope(self._z, rows.answers, self._buffers)
        delta *= share
        for i in range(len(self._hidden), 0, -1):
            hidden = self._hidden[i - 1]
            np.dot(delta, hidden.a.T, out=slopes[i])
            np.dot(weights[i][:, :-1].T, delta, out=hidden.delta)
            delta = hidden.delta
            hidden.multiply_by_slope()
        np.dot(delta, rows.inputs, out=slopes[0])
        return total


class _Hidden:
    """A hidden layer's buffers: weighted sums, activations with a last row of ones, and slopes."""

    def __init__(self, activation: Activation, units: int, m: int) -> None:
        self._activation = activation
        self._slope = _SLOPES.get(type(activation))
        self.a = np.ones((units + 1, m))
        self._said = self.a[:-1]
        # Where the slope follows from what a unit says, z is only passed through.
        self.z = self._said if self._slope is not None else np.empty((units, m))
        self.delta = np.empty((units, m))
        self._scratch = np.empty((units, m))

    def apply(self) -> None:
        """Turn the weighted sums into activations."""
        if self._slope is None:
            np.copyto(self._said, self.z)
        self._activation.apply(self._said)

    def multiply_by_slope(self) -> None:
        """Take delta from behind the units to before them."""
        if self._slope is None:
            self.delta *= self._activation.slope(self.z, self._said)
        else:
            self._slope(self._said, self.delta, self._scratch)


def _sigmoid_slope(a: Array, delta: Array, scratch: Array) -> None:
    np.subtract(_ONE, a, out=scratch)
    np.multiply(scratch, a, out=scratch)
    np.multiply(delta, scratch, out=delta)


def _tanh_slope(a: Array, delta: Array, scratch: Array) -> None:
    np.multiply(a, a, out=scratch)
    np.subtract(_ONE, scratch, out=scratch)
    np.multiply(delta, scratch, out=delta)


def _relu_slope(a: Array, delta: Array, scratch: Array) -> None:
    np.sign(a, out=scratch)
    np.multiply(delta, scratch, out=delta)


_ONE, _ZERO, _MINUS = np.array(1.0), np.array(0.0), np.array(-1.0)
_SLOPES: dict[type[Activation], Callable[[Array, Array, Array], None]] = {
    Sigmoid: _sigmoid_slope,
    Tanh: _tanh_slope,
    Relu: _relu_slope,
}


class _Output:
    """The output units' loss, by what any loss and activation offer."""

    def __init__(self, loss: Loss, activation: Activation) -> None:
        self._loss, self._activation = loss, activation

    def answers(self, target: Targets) -> Targets:
        """Return what is looked up for each row, made of the targets."""
        return target

    def buffers(self, units: int, m: int) -> tuple[Array, ...]:
        """Return what `sum_and_slope` writes on for m rows."""
        return (np.empty((units, m)),)

    def sum_and_slope(
        self, z: Array, answers: Targets, buffers: tuple[Array, ...]
    ) -> tuple[float, Array]:
        """Return the sum of the rows' losses, and the slope of each by z; z is overwritten."""
        (a,) = buffers
        np.copyto(a, z)
        self._activation.apply(a)
        delta = self._loss.slope(z, a, self._activation, answers)
        return float(self._loss.sums(z[None], self._activation, answers)[0]), delta


class _SurprisedSigmoid(_Output):
    """Log loss of sigmoid outputs: -log of the probability of the row's class.

    With u = z where the target is 0 and -z where it is 1, it is log(1 + exp(u)), computed as
    max(u, 0) + log(1 + exp(-|u|)), and its slope by u is the sigmoid, (1 + tanh(u / 2)) / 2.
    """

    def answers(self, target: Targets) -> Targets:
        """Return half of 1 where the target is 0, and of -1 where it is 1."""
        return 0.5 - target

    def buffers(self, units: int, m: int) -> tuple[Array, ...]:
        """Return two of the shape of z, and ones to add up with."""
        return np.empty((units, m)), np.empty((units, m)), np.ones(units * m)

    def sum_and_slope(
        self, z: Array, answers: Targets, buffers: tuple[Array, ...]
    ) -> tuple[float, Array]:
        """Return the sum of the rows' losses, and the slope of each by z; z is overwritten."""
        half, loss, ones = buffers
        np.multiply(z, answers, out=half)
        np.add(half, half, out=z)
        np.copysign(z, _MINUS, out=loss)
        np.exp(loss, out=loss)
        np.log1p(loss, out=loss)
        np.maximum(z, _ZERO, out=z)
        loss += z
        np.tanh(half, out=half)
        half *= answers
        half += answers
        return float(loss.ravel().dot(ones)), half
