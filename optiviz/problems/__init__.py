"""What can be optimised, one file each, and what problems of known functions have in common.

A new file here is a new problem everywhere. Imports functions, networks, datasets and the engine.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, ClassVar

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem, Reading, Rows
from optiviz.engine.wording import listed, rounded
from optiviz.functions import Function, Minimum

_POINTS = 4  # that a sentence names
_COORDINATES = 3  # of a point that a sentence names


class OneVariable(Problem):
    """Minimise what depends on one number, so that it can be drawn as a curve.

    Attributes
    ----------
    variable : str
        What the number is called.
    """

    variable: ClassVar[str] = "x"

    @property
    def dim(self) -> int:
        """One."""
        return 1

    @property
    @abstractmethod
    def domain(self) -> tuple[float, float]:
        """Between which numbers it starts and is shown."""

    @property
    @abstractmethod
    def written(self) -> str:
        """What is minimised, as a formula: "f(x) = x^2"."""

    @abstractmethod
    def values(self, x: Array) -> Array:
        """Return the value at each of n numbers, shape (n,)."""

    @abstractmethod
    def slopes(self, x: Array) -> Array:
        """Return the first derivative at each of n numbers, shape (n,)."""

    @abstractmethod
    def curvatures(self, x: Array) -> Array:
        """Return the second derivative at each of n numbers, shape (n,)."""


class FunctionProblem(Problem):
    """Minimise a function; subclasses say of how many variables.

    What is searched doesn't end at `low` and `high`: starts are drawn between them, and pictures
    show what is there.
    """

    function: Annotated[Function, Param("What is minimised.", label="Function")]
    low: Annotated[
        float | None,
        Param(
            "Another left end than is usual.",
            label="From",
            ge=-1e9,
            le=1e9,
            unset="as usual",
            advanced=True,
        ),
    ] = None
    high: Annotated[
        float | None,
        Param(
            "Another right end than is usual.",
            label="To",
            ge=-1e9,
            le=1e9,
            unset="as usual",
            advanced=True,
        ),
    ] = None

    def check(self) -> Iterator[tuple[str, str]]:
        """Check the number of variables and the range."""
        if self.dim not in self.function.dims:
            least, most = self.function.dims[0], self.function.dims[-1]
            only = f"exactly {least}" if least == most else f"at least {least}"
            yield "function.kind", f"{self.function.label} needs {only} variables, not {self.dim}"
        low, high = self.domain
        if not low < high:
            field = "high" if self.high is not None else "low"
            yield field, f"the range must not end at {high:g}, since it begins at {low:g}"

    @property
    def domain(self) -> tuple[float, float]:
        """Between which numbers each coordinate starts and is shown."""
        low, high = self.function.domain
        return low if self.low is None else self.low, high if self.high is None else self.high

    @cached_property
    def minimum(self) -> Minimum | None:
        """What is known of the lowest value, or None."""
        return self.function.minimum(self.dim)

    @property
    def n_rows(self) -> int:
        """One: there are no rows."""
        return 1

    @property
    def reading(self) -> Reading:
        """The value of the function."""
        return Reading(f"value of {self.function.title}")

    def sample(self, draws: Draws, purpose: str, start: int, n: int) -> Array:
        """Return points drawn evenly from the range, shape (n, dim)."""
        low, high = self.domain
        return low + (high - low) * draws.uniforms(purpose, start, n, self.dim)

    def evaluator(self) -> "FunctionEvaluator":
        """Return an evaluator of the function."""
        return FunctionEvaluator(self)

    def sentence(self) -> str:
        """Say what is optimised, and what is known of its lowest value."""
        variables = "one variable" if self.dim == 1 else f"{self.dim} variables"
        searched = f"The lowest point of {self.function.in_full}, of {variables}, was searched for."
        return f"{searched} {self.known()}".rstrip()

    def known(self) -> str:
        """Say what is known of the lowest value; empty for a formula of the user's own."""
        if self.minimum is None:
            return "" if not self.function.source else "It has no lowest value."
        low, high = (rounded(end, 6) for end in self.function.domain)
        value = rounded(self.minimum.value, 6)
        return f"From {low} to {high} its lowest value is {value}, {places(self.minimum.points)}."


class FunctionEvaluator(Evaluator[FunctionProblem]):
    """A function, evaluated at many points at once."""

    def evaluate(self, X: Array) -> Array:
        """Return the value at each point, shape (n,)."""
        return self.problem.function.value(X)

    def value_and_gradient(self, x: Array, rows: Rows | None = None) -> tuple[float, Array]:
        """Return the value and the exact gradient."""
        function = self.problem.function
        return float(function.value(x[None])[0]), function.gradient(x[None])[0]

    def metrics(self, x: Array) -> Mapping[str, float]:
        """Return the distance to the nearest known minimum, where one is known."""
        minimum = self.problem.minimum
        if minimum is None:
            return {}
        with np.errstate(all="ignore"):
            return {"distance": float(np.sqrt(((minimum.points - x) ** 2).sum(axis=1)).min())}


def places(points: Array) -> str:
    """Say where points of shape (m, dim) are."""
    if len(points) > _POINTS:
        return f"at {len(points)} points"
    return f"at {listed(_place(point.tolist()) for point in points)}"


def _place(point: list[float]) -> str:
    """Return a point in words: shorter where all coordinates are the same, or there are many."""
    shown = [rounded(v, 5) for v in point]
    if len(shown) > _COORDINATES:
        shown = [shown[0], shown[1], "…", shown[-1]]
    return f"({', '.join(shown)})"
