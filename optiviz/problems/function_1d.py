"""Find the lowest point of a function of one variable, chosen or typed."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.formula import Formula, FormulaError
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Reading, Rows
from optiviz.problems import OneVariable

EXAMPLES = {
    "x^2": "Parabola: x^2",
    "x^4 - 3x^2 + x": "Two minima: x^4 - 3x^2 + x",
    "x^2 + 10 sin(3x) + 2 sin(7x)": "Parabola with waves: x^2 + 10 sin(3x) + 2 sin(7x)",
    "abs(x)": "Kink: |x|",
}


class Function1D(OneVariable):
    """Minimise a formula in x."""

    kind = "function_1d"
    label = "A function of x"

    formula: Annotated[
        str,
        Param(
            "The function of x, such as x^2 + 10 sin(x).",
            label="f(x) =",
            choices=EXAMPLES,
            max_length=200,
        ),
    ] = "x^2"
    low: Annotated[
        float, Param("Left end of what is shown and drawn from.", label="From", ge=-1e9, le=1e9)
    ] = -4.0
    high: Annotated[
        float, Param("Right end of what is shown and drawn from.", label="To", ge=-1e9, le=1e9)
    ] = 4.0

    def check(self) -> Iterator[tuple[str, str]]:
        """Check the formula and the range."""
        if not self.low < self.high:
            yield "high", f"must be above {self.low:g}, where the range begins"
        try:
            Formula.parse(self.formula)
        except FormulaError as error:
            yield "formula", str(error)

    @cached_property
    def function(self) -> Formula:
        """The parsed formula."""
        return Formula.parse(self.formula)

    @property
    def domain(self) -> tuple[float, float]:
        """Between which numbers x starts and is shown."""
        return self.low, self.high

    @property
    def written(self) -> str:
        """The formula with its left side."""
        return f"f(x) = {self.formula}"

    @property
    def n_rows(self) -> int:
        """One: there are no rows."""
        return 1

    @property
    def reading(self) -> Reading:
        """The value of the function."""
        return Reading(f"value of {self.formula}")

    def values(self, x: Array) -> Array:
        """Return the value at each x, shape (n,)."""
        return np.array(self.function(x), dtype=np.float64)

    def slopes(self, x: Array) -> Array:
        """Return the slope at each x, shape (n,)."""
        return np.array(self.function.value_and_derivative(x)[1], dtype=np.float64)

    def curvatures(self, x: Array) -> Array:
        """Return the second derivative at each x, shape (n,)."""
        return np.array(self.function.second_derivative(x), dtype=np.float64)

    def sample(self, draws: Draws, purpose: str, start: int, n: int) -> Array:
        """Return points drawn evenly from the range, shape (n, 1)."""
        return self.low + (self.high - self.low) * draws.uniforms(purpose, start, n, 1)

    def evaluator(self) -> "Function1DEvaluator":
        """Return an evaluator of the formula."""
        return Function1DEvaluator(self)

    def sentence(self) -> str:
        """Say what is optimised."""
        return f"The lowest point of f(x) = {self.formula} was searched for."


class Function1DEvaluator(Evaluator[Function1D]):
    """A formula, evaluated at many points at once."""

    def evaluate(self, X: Array) -> Array:
        """Return the value at each point, shape (n,)."""
        return self.problem.values(X[:, 0])

    def value_and_gradient(self, x: Array, rows: Rows | None = None) -> tuple[float, Array]:
        """Return the value and the exact slope."""
        f, slope = self.problem.function.value_and_derivative(x)
        return float(f[0]), np.array(slope, dtype=np.float64)

    @property
    def hessian_gradients(self) -> int:
        """One: the second derivative comes with the first."""
        return 1

    def hessian(self, x: Array) -> Array:
        """Return the exact second derivative, shape (1, 1)."""
        return self.problem.curvatures(x)[:, None]
