"""Functions whose lowest points are known, one file each; a new file here is a new function.

A function knows its values and exact gradients at many points, where it is usually looked at, and
what is published of it. Imports the engine only; `optiviz.problems` makes problems of functions.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optiviz.engine.parameters import Kind, fields
from optiviz.engine.wording import shown_number

Array = NDArray[np.float64]

MOST = 1000  # variables
ANY_NUMBER = range(1, MOST + 1)
TWO_ONLY = range(2, 3)


class Minimum(NamedTuple):
    """The lowest value of a function, and the points that have it.

    Attributes
    ----------
    points : ndarray, shape (m, dim)
    value : float
    """

    points: Array
    value: float


class Function(Kind):
    """A function of points: subclasses define `f`, `df` and `minimum`.

    Attributes
    ----------
    usual : (float, float)
        Between which numbers each coordinate usually is.
    dims : range
        Of how many variables it may be.
    """

    family: ClassVar[str] = "functions"
    groups: ClassVar[tuple[str, ...]] = (
        "Your own",
        "One valley",
        "A few minima",
        "Many minima",
        "Flat, or without an end",
    )
    usual: ClassVar[tuple[float, float]] = (-5.0, 5.0)
    dims: ClassVar[range] = ANY_NUMBER

    @abstractmethod
    def f(self, x: Array) -> Array:
        """Return the values at points given by columns.

        Column j must get the bits that it gets alone: sums over coordinates are `total`'s.

        Parameters
        ----------
        x : ndarray, shape (dim, n)
            Contiguous; ``x[i]`` is coordinate i of every point.

        Returns
        -------
        ndarray, shape (n,)
        """

    @abstractmethod
    def df(self, x: Array) -> Array:
        """Return the gradients at points given by columns, shape (dim, n)."""

    @abstractmethod
    def written(self) -> str:
        """Return the formula as people write it, with its numbers set."""

    def minimum(self, dim: int) -> Minimum | None:
        """Return what is known of the lowest value between the `usual` numbers, or None."""
        return None

    @property
    def domain(self) -> tuple[float, float]:
        """Between which numbers each coordinate usually is."""
        return self.usual

    @property
    def title(self) -> str:
        """Its name, with the settings that are not as usual."""
        others = [
            f"{field.label.lower()} {shown_number(value)}"
            for field in fields(type(self))
            if (value := getattr(self, field.name)) != field.default
        ]
        return f"{self.label} ({', '.join(others)})" if others else self.label

    @property
    def in_full(self) -> str:
        """Its name, if it has one, and its formula."""
        title, formula = self.title, self.written()
        return f"f = {formula}" if formula == title else f"{title}, f = {formula}"

    def value(self, X: Array) -> Array:
        """Return the values at points of shape (n, dim), each with the bits it has alone."""
        return self.f(columns(X))

    def gradient(self, X: Array) -> Array:
        """Return the gradients at points of shape (n, dim), shape (n, dim)."""
        return np.ascontiguousarray(self.df(columns(X)).T)


def columns(X: Array) -> Array:
    """Return points of shape (n, dim) as contiguous columns, shape (dim, n)."""
    return np.array(X.T, dtype=np.float64, order="C")


def total(terms: Array) -> Array:
    """Return the sums over coordinates of terms of shape (dim, n), added in order."""
    if terms.shape[1] > 1:
        return np.asarray(terms.sum(axis=0))
    return np.asarray(np.add.accumulate(terms)[-1])  # numpy adds a lone column pair by pair


def at(points: Sequence[ArrayLike], value: float) -> Minimum:
    """Return a minimum at one or several points."""
    return Minimum(np.array(points, dtype=np.float64), value)
