"""An evaluator that notes every point it scores: an algorithm that runs on it shows what it tries.

Numbers are the problem's own, to the bits, and nothing is left out to save time: a point that a
search would have judged by some rows is scored on all of them, so that its f is known.
"""

import numpy as np

from optiviz.engine.problem import Array, Epoch, Evaluator, Problem, Rows


class Recorder(Evaluator[Problem]):
    """Another evaluator's numbers, and a list of what was asked for.

    Parameters
    ----------
    inner : Evaluator
        Of the same thread.

    Attributes
    ----------
    calls : list of (ndarray of shape (n, dim), ndarray of shape (n,))
        Points on all rows and their f, one entry for each call, in order. What is looked at besides
        (gradients of a known point, second derivatives, batches) is no trial and not in it.
    """

    def __init__(self, inner: Evaluator[Problem]) -> None:
        super().__init__(inner.problem)
        self._inner = inner
        self.calls: list[tuple[Array, Array]] = []

    def taken(self) -> list[tuple[Array, Array]]:
        """Return the calls so far, and forget them."""
        calls, self.calls = self.calls, []
        return calls

    def evaluate(self, X: Array) -> Array:
        """Return f at each point, and note them."""
        f = self._inner.evaluate(X)
        self.calls.append((np.array(X), f.copy()))
        return f

    @property
    def points_per_call(self) -> float:
        """None together: a search then scores a point only if it comes to it."""
        return 0.0

    def value_and_gradient(self, x: Array, rows: Rows | None = None) -> tuple[float, Array]:
        """Return f and its gradient at one point, and note it if it is on all rows."""
        f, gradient = self._inner.value_and_gradient(x, rows)
        if rows is None:
            self.calls.append((np.array(x[None]), np.array([f])))
        return f, gradient

    def gradient(self, x: Array, rows: Rows | None = None) -> Array:
        """Return the gradient alone."""
        return self._inner.gradient(x, rows)

    @property
    def hessian_gradients(self) -> int:
        """As the other evaluator counts."""
        return self._inner.hessian_gradients

    def hessian(self, x: Array) -> Array:
        """Return the second derivatives."""
        return self._inner.hessian(x)

    def epoch(self, order: Rows) -> Epoch:
        """Return one pass over the rows."""
        return self._inner.epoch(order)

    def mistakes(self, x: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Return the rows that are not as they should be."""
        return self._inner.mistakes(x)

    def correction(self, x: Array, row: int) -> Array:
        """Return the correction by a row."""
        return self._inner.correction(x, row)
