"""A formula in x and y that the user types."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated

from optiviz.engine.formula import Formula, FormulaError
from optiviz.engine.parameters import Param
from optiviz.functions import TWO_ONLY, Array, Function

_NAMES = ("x", "y")
_EXAMPLES = {
    "x^2 + 3y^2": "Oval bowl: x^2 + 3y^2",
    "(x^2 - 1)^2 + y^2": "Two minima: (x^2 - 1)^2 + y^2",
    "x^3 - 3x y^2": "Monkey saddle: x^3 - 3x y^2",
    "sin(x) sin(y) + (x^2 + y^2)/40": "Egg box: sin(x) sin(y) + (x^2 + y^2)/40",
    "abs(x) + 2 abs(y)": "Kinks: |x| + 2|y|",
}


class TypedFormula(Function):
    """Whatever can be written of x and y; what its lowest point is, nobody knows beforehand."""

    kind = "formula"
    label = "A formula in x and y"
    group = "Your own"
    dims = TWO_ONLY

    formula: Annotated[
        str,
        Param(
            "The function of x and y, such as x^2 + 3y^2.",
            label="f(x, y) =",
            choices=_EXAMPLES,
            max_length=200,
        ),
    ] = "x^2 + 3y^2"
    low: Annotated[float, Param("Where x and y begin.", label="From", ge=-1e9, le=1e9)] = -4.0
    high: Annotated[float, Param("Where x and y end.", label="To", ge=-1e9, le=1e9)] = 4.0

    def check(self) -> Iterator[tuple[str, str]]:
        """Check the formula and the range."""
        if not self.low < self.high:
            yield "high", f"must be above {self.low:g}, where the range begins"
        try:
            Formula(self.formula, variables=_NAMES)
        except FormulaError as error:
            yield "formula", str(error)

    @cached_property
    def parsed(self) -> Formula:
        """The formula as it was understood."""
        return Formula(self.formula, variables=_NAMES)

    @property
    def domain(self) -> tuple[float, float]:
        """The range that was set."""
        return self.low, self.high

    @property
    def title(self) -> str:
        """The formula itself."""
        return self.formula

    def f(self, x: Array) -> Array:
        """Return the values at columns of shape (2, n)."""
        return self.parsed(*x)

    def df(self, x: Array) -> Array:
        """Return the gradients, shape (2, n)."""
        return self.parsed.value_and_gradient(*x)[1]

    def written(self) -> str:
        """Return the formula."""
        return self.formula
