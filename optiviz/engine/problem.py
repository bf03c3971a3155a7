"""What is optimised: an immutable problem, and evaluators that own the buffers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.parameters import Kind

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

# Where rounding and curvature spoil a central difference alike: Nocedal & Wright (2006), eq. 8.8.
_DIFFERENCE = float(np.finfo(np.float64).eps) ** (1 / 3)


@dataclass(frozen=True)
class Reading:
    """How the minimised f reads to people: ``value = offset + sign * f``.

    Attributes
    ----------
    name : str
        What the axis says, such as "accuracy".
    sign : float
        -1 where more is better on screen (accuracy = 1 - f), else 1.
    """

    name: str
    offset: float = 0.0
    sign: float = 1.0

    def value(self, f: Array) -> Array:
        """Turn f into what people read, of the same shape."""
        return self.offset + self.sign * np.asarray(f)

    @property
    def more_is_better(self) -> bool:
        """Whether the number on screen goes up when the run gets better."""
        return self.sign < 0


class Problem(Kind):
    """What is optimised. Immutable, and cheap to make: data are loaded by `evaluator`."""

    family: ClassVar[str] = "problems"

    @property
    @abstractmethod
    def dim(self) -> int:
        """The number of coordinates of a point, known without loading data."""

    @property
    @abstractmethod
    def n_rows(self) -> int:
        """The number of rows that one evaluation looks at; 1 for a plain function."""

    @property
    @abstractmethod
    def reading(self) -> Reading:
        """How f reads to people."""

    @abstractmethod
    def sample(self, draws: Draws, purpose: str, start: int, n: int) -> Array:
        """Return the points number start to start + n - 1 of a purpose.

        Returns
        -------
        ndarray, shape (n, dim)
            Drawn from where a search of this problem should start.
        """

    @abstractmethod
    def evaluator(self) -> "Evaluator[Problem]":
        """Load what is needed and return a new evaluator, for one thread."""

    @abstractmethod
    def sentence(self) -> str:
        """Say in one sentence what is optimised."""

    def missing_values(self) -> str | None:
        """Say why points can't be scored and what would work, or return None if they can."""
        return None

    def missing_gradient(self) -> str | None:
        """Say why there is no gradient and what would work, or return None if there is one."""
        return None

    def missing_correction(self) -> str | None:
        """Say why single rows can't be corrected and what would work, or return None."""
        return "it takes a network of one layer of step units"


P = TypeVar("P", bound=Problem, covariant=True)


class Evaluator(ABC, Generic[P]):
    """A problem with the buffers to compute it, for one thread.

    Row i of ``evaluate(X)`` has the bits of ``evaluate(X[i:i+1])``, whatever the number of rows.
    """

    def __init__(self, problem: P) -> None:
        self.problem: P = problem
        self.dim = problem.dim
        self.n_rows = problem.n_rows

    @abstractmethod
    def evaluate(self, X: Array) -> Array:
        """Return f at each point.

        Parameters
        ----------
        X : ndarray, shape (n, dim)

        Returns
        -------
        ndarray, shape (n,)
            The caller's to keep.
        """

    def evaluate_within(self, X: Array, limit: float | Array) -> Array:
        """Return f at points that are no use to the caller where it is above a limit.

        Parameters
        ----------
        X : ndarray, shape (n, dim)
            Points near each other, as a search proposes them: what an evaluator remembers of
            earlier ones may save it time, and changes no bit.
        limit : float or ndarray of shape (n,)

        Returns
        -------
        ndarray, shape (n,)
            The bits of `evaluate` where that is at most the limit; elsewhere those, or any number
            above the limit. The caller's to keep.
        """
        return self.evaluate(X)

    @property
    def points_per_call(self) -> float:
        """About how many points are scored in the time that a call takes by itself.

        It says how many should go together, and changes the speed alone.
        """
        return 6e4 / (self.n_rows * self.dim)

    def proposals(self, moves: Array) -> "Proposals":
        """Return moves that a search is to try in order; it lasts until the next ones.

        Override it where a move can be judged for less than a point; it must give the very bits
        of `evaluate`.

        Parameters
        ----------
        moves : ndarray, shape (n, dim)
            Not changed afterwards.
        """
        return Proposals(self, moves)

    def value_and_gradient(self, x: Array, rows: Rows | None = None) -> tuple[float, Array]:
        """Return f and its gradient at one point, over all rows or the given ones.

        Parameters
        ----------
        x : ndarray, shape (dim,)
        rows : ndarray of int, shape (m,), optional

        Returns
        -------
        f : float
        gradient : ndarray, shape (dim,)
            The caller's to keep.

        Raises
        ------
        NotImplementedError
            If the problem has no gradient; `Problem.missing_gradient` says why.
        """
        raise NotImplementedError(self.problem.missing_gradient() or "no gradient")

    def gradient(self, x: Array, rows: Rows | None = None) -> Array:
        """Return the gradient alone, shape (dim,)."""
        return self.value_and_gradient(x, rows)[1]

    @property
    def hessian_gradients(self) -> int:
        """The gradient evaluations that `hessian` counts as."""
        return 2 * self.dim

    def hessian(self, x: Array) -> Array:
        """Return the second derivatives of f at one point, over all rows.

        By default central differences of the gradient, which are right to about 1e-10 of their
        size where f is smooth; a kink between the two points shows as a very large number.
        Problems that know better override this and `hessian_gradients`.

        Parameters
        ----------
        x : ndarray, shape (dim,)

        Returns
        -------
        ndarray, shape (dim, dim)
            Symmetric, and the caller's to keep.

        Raises
        ------
        NotImplementedError
            If the problem has no gradient.
        """
        widths = _DIFFERENCE * np.maximum(1.0, np.abs(x))
        slopes = np.empty((self.dim, self.dim))
        for i, width in enumerate(widths):
            below, above = x.copy(), x.copy()
            below[i] -= width
            above[i] += width
            # What was added is what is divided by: rounding makes it another number than width.
            slopes[i] = (self.gradient(above) - self.gradient(below)) / (above[i] - below[i])
        return (slopes + slopes.T) / 2

    def epoch(self, order: Rows) -> "Epoch":
        """Return one pass over the rows, in an order, to be taken in batches.

        Override it where batches are faster when the rows are laid out for them first; it must
        give the very bits of `value_and_gradient`.

        Parameters
        ----------
        order : ndarray of int, shape (n_rows,)
            Not changed afterwards.
        """
        return Epoch(self, order)

    def mistakes(self, x: Array) -> NDArray[np.bool_]:
        """Return the rows for which some output is not as it should be, bool of shape (n_rows,).

        Raises
        ------
        NotImplementedError
            If rows can't be corrected; `Problem.missing_correction` says why.
        """
        raise NotImplementedError(self.problem.missing_correction() or "no correction")

    def correction(self, x: Array, row: int) -> Array:
        """Return (target - output) * input of a row by its weights, shape (dim,).

        Raises
        ------
        NotImplementedError
            If rows can't be corrected.
        """
        raise NotImplementedError(self.problem.missing_correction() or "no correction")

    def metrics(self, x: Array) -> Mapping[str, float]:
        """Return what is measured of every point, whatever is optimised; empty if nothing is."""
        return {}


class Epoch:
    """One pass over the rows of a problem, in an order; it lasts until the evaluator's next one."""

    def __init__(self, evaluator: Evaluator[Problem], order: Rows) -> None:
        self._evaluator = evaluator
        self._order = order

    def value_and_gradient(self, x: Array, start: int, stop: int, gradient: Array) -> float:
        """Return f over the rows at places start to stop - 1 of the order.

        Parameters
        ----------
        x : ndarray, shape (dim,)
        start, stop : int
        gradient : ndarray, shape (dim,)
            Where the gradient over these rows is written.
        """
        f, gradient[:] = self._evaluator.value_and_gradient(x, self._order[start:stop])
        return f


class Proposals:
    """Moves that a search tries in order from where it is.

    Attributes
    ----------
    one_by_one : bool
        Each move is judged by itself, so that it saves nothing to guess what becomes of several.
    """

    one_by_one: ClassVar[bool] = False

    def __init__(self, evaluator: Evaluator[Problem], moves: Array) -> None:
        self._evaluator = evaluator
        self._moves = moves

    @property
    def points_per_call(self) -> float:
        """As `Evaluator.points_per_call`."""
        return self._evaluator.points_per_call

    def first(
        self, x: Array, start: int, stop: int, limit: float | Array, *, ties: bool
    ) -> tuple[int, Array, float] | None:
        """Return the first of some moves that leads from x to where f is below a limit.

        Parameters
        ----------
        x : ndarray, shape (dim,)
            Not changed afterwards.
        start, stop : int
            Of the moves that are tried.
        limit : float or ndarray of shape (stop - start,)
        ties : bool
            Take f at the very limit too.

        Returns
        -------
        i : int
        point : ndarray, shape (dim,)
            x + moves[i].
        f : float
            Its value, with the bits of `evaluate`. None instead of all three if there is no such
            move.
        """
        points = x + self._moves[start:stop]
        f = self._evaluator.evaluate_within(points, limit)
        taken = f <= limit if ties else f < limit
        i = int(taken.argmax())
        return (start + i, points[i], float(f[i])) if taken[i] else None
