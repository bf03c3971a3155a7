"""Moves of one weight of a network that is judged by its errors: they recompute what they touch.

A weight changes the weighted sum of one unit by a multiple of one input, then that unit's answer,
then what follows from it. Everything else is held from before. What is held was off by a rounding
each time it was changed; the bound counts these, and all is computed anew after so many. A row's
class depends on the sign of the output's sum: a move for which all of them are further from 0 than
the bound has the very f of `Kernel`, and any other is left to `Kernel`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.problem import Evaluator, Problem, Proposals
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.network import Network
from optiviz.networks.rounding import reach

Array = NDArray[np.float64]

_CHANGES = 256  # of what is held, before it is computed anew
_ROUNDINGS = _CHANGES + 3  # of a change each, of what it began with, and of `Kernel`
_ANSWER = 2.0**-47  # at most so far off is a hidden unit's answer
_SLACK = 4.0  # moves of the largest size that the bound leaves room for
_FEWEST = 256  # weights: with fewer, whole points that are scored together take no longer


class _Result(NamedTuple):
    """What a move of one weight leads to.

    Attributes
    ----------
    weight, value : int, float
        Which weight it changes, and to what.
    sums, answers : list of ndarray
        Of the units that it changes: of one unit of the weight's layer, shape (rows,), and of all
        units of each hidden layer from the next but one on.
    output : ndarray, shape (rows,)
    """

    weight: int
    value: float
    sums: list[Array]
    answers: list[Array]
    output: Array


class OneWeightMoves(Proposals):
    """The moves of a search, with what is known of where it is.

    Parameters
    ----------
    evaluator : Evaluator
    network : Network
        One for which `Screen.suits` holds.
    X : ndarray, shape (rows, features)
    target : ndarray of bool, shape (1, rows)
    """

    one_by_one = True

    def __init__(
        self,
        evaluator: Evaluator[Problem],
        network: Network,
        X: Array,
        target: NDArray[np.bool_],
    ) -> None:
        super().__init__(evaluator, np.empty((0, network.dim(X.shape[1]))))
        self._n_rows = len(X)
        self._sides = np.where(target[0], -1.0, 1.0)
        self._layout = network.layout(X.shape[1])
        self._hidden = [ACTIVATIONS[layer.activation] for layer in network.layers[:-1]]
        self._places = [
            (layer, *divmod(i, shape[1]))
            for layer, (_, shape) in enumerate(self._layout)
            for i in range(shape[0] * shape[1])
        ]
        # What goes into each layer, with a last row of ones for the biases.
        self._inputs = [np.ones((shape[1], len(X))) for _, shape in self._layout]
        self._inputs[0][:-1] = X.T
        self._largest = np.abs(self._inputs[0]).max(axis=1)
        self._sums = [np.empty((shape[0], len(X))) for _, shape in self._layout]
        self._x: Array | None = None
        self._reached: tuple[Array, _Result] | None = None

    @staticmethod
    def suit(moves: Array) -> bool:
        """Whether each of some moves changes one weight at most, out of many."""
        if moves.shape[1] < _FEWEST or np.count_nonzero(moves[:1]) > 1:
            return False
        return bool((np.count_nonzero(moves, axis=1) <= 1).all())

    def take(self, moves: Array) -> "OneWeightMoves":
        """Begin with other moves, and return this."""
        self._moves = moves
        self._which = (moves != 0).argmax(axis=1).tolist()
        return self

    def first(
        self, x: Array, start: int, stop: int, limit: float | Array, *, ties: bool
    ) -> tuple[int, Array, float] | None:
        """Return the first move that leads from x below a limit, the point, and its value."""
        if x is not self._x:
            self._go(x)
        for i in range(start, stop):
            most = limit if isinstance(limit, float) else float(limit[i - start])
            at = self._which[i]
            value = float(x[at] + self._moves[i, at])
            if abs(value) > self._cap[at]:
                self._begin(x)
            result = self._result(at, value) if abs(value) <= self._cap[at] else None
            f = None
            if result is not None:
                signed = result.output * self._sides
                wrong = int(np.count_nonzero(signed > self._bound))
                if wrong > most * self._n_rows + 0.5:
                    continue
                if wrong + int(np.count_nonzero(signed < -self._bound)) == self._n_rows:
                    f = wrong / self._n_rows
            if f is None:
                f = float(self._evaluator.evaluate((x + self._moves[i])[None])[0])
            if f < most or (ties and f == most):
                point = x + self._moves[i]
                self._reached = None if result is None else (point, result)
                return i, point, f
        return None

    def _go(self, x: Array) -> None:
        """Take note of where the search is."""
        reached, self._x = self._reached, x
        self._reached = None
        if reached is None or reached[0] is not x or self._changes == _CHANGES:
            self._begin(x)
            return
        self._changes += 1
        at, value, sums, answers, output = reached[1]
        self._weights[at] = value
        layer, unit, _ = self._places[at]
        self._sums[-1][0] = output
        if sums:
            self._sums[layer][unit] = sums[0]
            self._inputs[layer + 1][unit] = answers[0]
        for i, (z, a) in enumerate(zip(sums[1:], answers[1:], strict=True), layer + 1):
            self._sums[i] = z
            self._inputs[i + 1] = a

    def _begin(self, x: Array) -> None:
        """Compute everything at a point, and how far it will be off at most."""
        sizes = np.abs(x)
        self._cap = 2 * sizes + _SLACK * np.abs(self._moves).max()
        far = reach(
            self._cap[None],
            self._largest,
            self._layout,
            self._hidden,
            unit_roundoff=2.0**-53,
            off_by=_ANSWER,
        )
        self._bound = _ROUNDINGS * float(far[0])
        self._weights, self._changes = x.copy(), 0
        self._matrices = [self._weights[at].reshape(shape) for at, shape in self._layout]
        for i, weights in enumerate(self._matrices):
            np.matmul(weights, self._inputs[i], out=self._sums[i])
            if i < len(self._hidden):
                answers = self._inputs[i + 1][:-1]
                answers[...] = self._sums[i]
                self._hidden[i].apply(answers)

    def _result(self, at: int, value: float) -> _Result:
        """Return what follows from a weight's new value."""
        layer, unit, source = self._places[at]
        change = self._inputs[layer][source] * (value - self._weights[at])
        if layer == len(self._hidden):
            change += self._sums[-1][0]
            return _Result(at, value, [], [], change)
        change += self._sums[layer][unit]
        answer = change.copy()
        self._hidden[layer].apply(answer)
        sums, answers = [change], [answer]
        z = (self._matrices[layer + 1][:, unit, None]) * (answer - self._inputs[layer + 1][unit])
        z += self._sums[layer + 1]
        for i in range(layer + 1, len(self._hidden)):
            sums.append(z)
            a = np.ones_like(self._inputs[i + 1])
            a[:-1] = z
            self._hidden[i].apply(a[:-1])
            answers.append(a)
            z = self._matrices[i + 1] @ a
        return _Result(at, value, sums, answers, z[0])
