"""Moves of a network of one unit, judged by its errors alone.

A row's weighted sum after a move is the sum before it plus the move's own: (x + d) a = x a + d a.
The second part doesn't depend on where the search is, so that it is computed once for a whole
portion of moves, in single precision, for a jury of rows: those that are wrong or nearly wrong.
A move is rejected where these alone hold too many errors for certain; where they don't, all rows
are counted in double precision, and a move for which one of them is nearer to 0 than rounding
reaches is left to `Kernel`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.problem import Evaluator, Problem, Proposals
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.network import Network
from optiviz.networks.rounding import HUGE, TINY

Array = NDArray[np.float64]

_PORTION = 256  # moves whose sums are held at most
_NUMBERS = 1 << 16  # such sums at most: they stay in the L2 cache
_SPARE = 100  # rows in a jury besides those that are wrong
_MISTRIALS = 8  # moves that a jury passes in vain before another one is chosen
_SAFETY = 4.0  # on top of every bound
_CALL = 1e4  # sums that are looked at in the time that a call takes by itself


class LinearMoves(Proposals):
    """The moves of a search, with what is known of them on one table of rows.

    Parameters
    ----------
    evaluator : Evaluator
        Of a network for which `suits` holds.
    X : ndarray, shape (rows, features)
    target : ndarray of bool, shape (1, rows)
    """

    def __init__(self, evaluator: Evaluator[Problem], X: Array, target: NDArray[np.bool_]) -> None:
        self._n_rows = len(X)
        # With these signs, a row is wrong where its weighted sum is above 0.
        self._inputs = np.ones((X.shape[1] + 1, len(X)))
        self._inputs[:-1] = X.T
        self._largest = np.maximum(np.abs(self._inputs).max(axis=1), TINY)
        self._inputs[:, target[0]] *= -1
        terms = _SAFETY * (len(self._inputs) + 8)
        self._double, self._single = terms * 2.0**-53, terms * 2.0**-24
        with np.errstate(over="ignore"):
            self._singles = self._inputs.astype(np.float32)
        self._longest = HUGE if self._largest.max() < HUGE else 0.0  # reach that can be used
        self._sums, self._others = np.empty((2, len(X)))
        self._jury: Any = slice(None)
        self._buffers = np.empty((2, max(_NUMBERS, len(X))), np.float32)
        self._line = self._buffers[0, : len(X)]  # until there is one
        super().__init__(evaluator, np.empty((0, len(self._inputs))))
        self.take(self._moves)

    @staticmethod
    def suits(network: Network) -> bool:
        """Whether it is one unit whose answer depends on the sign of its weighted sum."""
        (*hidden, last) = network.layers
        return not hidden and last.units == 1 and ACTIVATIONS[last.activation].threshold == 0

    def take(self, moves: Array) -> "LinearMoves":
        """Begin with other moves, and return this."""
        self._moves = moves
        self._begin = self._end = self._mistrials = 0  # of the portion
        self._x: Array | None = None
        self._result_x: Array | None = None
        return self

    @property
    def points_per_call(self) -> float:
        """About how many moves are judged in the time that a call takes by itself."""
        return _CALL / len(self._line)

    def first(
        self, x: Array, start: int, stop: int, limit: float | Array, *, ties: bool
    ) -> tuple[int, Array, float] | None:
        """Return the first move that leads from x below a limit, the point, and its value."""
        if x is not self._x:
            self._go(x)
        at = start
        while at < stop:
            if at >= self._end or self._mistrials > _MISTRIALS:
                self._open(at)
            end = min(stop, self._end)
            wrong = self._wrong[: end - at]
            np.greater(self._portion[at - self._begin : end - self._begin], self._line, out=wrong)
            most = limit if isinstance(limit, float) else limit[at - start : end - start]
            may = wrong.dot(self._ones) <= most * self._n_rows + 0.5
            i = int(may.argmax())
            while may[i]:
                point, f = self._result(at + i)
                most = limit if isinstance(limit, float) else limit[at + i - start]
                if f < most or (ties and f == most):
                    return at + i, point, f
                self._mistrials += 1
                may[i] = False
                i = int(may.argmax())
            at = end
        return None

    def _go(self, x: Array) -> None:
        """Take note of where the search is."""
        if x is self._result_x:
            self._sums, self._others = self._others, self._sums
        else:
            np.dot(x, self._inputs, out=self._sums)
            self._result_x = None
        self._x = x
        if self._end:
            self._draw_line()

    def _open(self, start: int) -> None:
        """Choose a jury, and compute its sums for a portion of moves."""
        size = np.count_nonzero(self._sums > 0) + _SPARE
        self._jury = slice(None)
        if 2 * size < self._n_rows:
            self._jury = np.argpartition(-self._sums, size)[:size]
        singles = self._singles[:, self._jury]
        size = singles.shape[1]
        moves = self._moves[start : start + max(1, min(_PORTION, _NUMBERS // size))]
        self._widest = np.maximum(np.abs(moves).max(axis=0), TINY)
        shape = len(moves), size
        self._portion = self._buffers[0, : moves.shape[0] * size].reshape(shape)
        np.matmul(moves.astype(np.float32), singles, out=self._portion)
        self._wrong = self._buffers[1, : moves.shape[0] * size].reshape(shape)
        self._ones = np.ones(size, np.float32)
        self._begin, self._end, self._mistrials = start, start + len(moves), 0
        self._draw_line()

    def _draw_line(self) -> None:
        """Note from where on a move's own sum makes a row wrong for certain.

        For a sum of m products |error| <= (m + c) u sum |x| |a|, with c for the rounding of what
        goes in and of what comes out (Higham 2002, Accuracy and Stability of Numerical Algorithms,
        section 3.1).
        """
        assert self._x is not None
        reach = float(self._largest.dot(np.abs(self._x) + self._widest))
        self._bound = self._double * reach + TINY
        bound = self._single * reach + TINY if reach < self._longest else np.inf
        self._line = (bound - self._sums[self._jury]).astype(np.float32)

    def _result(self, i: int) -> tuple[Array, float]:
        """Return where a move of the portion leads, and f there: counted if that is certain."""
        self._result_x = point = self._x + self._moves[i]
        sums = np.dot(point, self._inputs, out=self._others)
        wrong = int(np.count_nonzero(sums > self._bound))
        if wrong + int(np.count_nonzero(sums < -self._bound)) == self._n_rows:
            return point, wrong / self._n_rows
        return point, float(self._evaluator.evaluate(point[None])[0])
