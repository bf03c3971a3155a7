"""A formula that a user types, such as ``x^2 + 10 sin(x)``, with its exact slope and curvature.

Imports numpy and the standard library only. The parser makes a program of the text; jets give it
values and derivatives, mathtext its looks. Nothing is ever evaluated by Python itself.
"""

from dataclasses import dataclass, field

from numpy.typing import ArrayLike

from optiviz.engine.formula.jets import Array, evaluate
from optiviz.engine.formula.mathtext import typeset
from optiviz.engine.formula.parser import MAX_DEPTH, MAX_LENGTH, FormulaError, parse
from optiviz.engine.formula.program import Program

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "Formula", "FormulaError"]


@dataclass(frozen=True)
class Formula:
    """A function of one variable, read from text.

    Numbers, the variable, ``pi``, ``e``, ``tau``, ``+ - * / ** ^``, parentheses, products without
    a sign (``2x``, ``3(x+1)``), and the functions that the error for an unknown name lists. What
    people read in two ways (``1/2x``, ``e^2x``) is refused.

    Parameters
    ----------
    text : str
        The formula as typed, at most 200 characters.
    variable : str
        The name of its variable.

    Raises
    ------
    FormulaError
        If the text is not such a formula.

    Notes
    -----
    Derivatives are exact: jets carry them forward through every operation by the chain rule
    (Griewank and Walther, Evaluating Derivatives, 2008, chapters 3 and 13). Where there is none,
    a subgradient stands in: 0 for ``abs`` and ``relu`` at 0 and at every jump of ``sign``,
    ``floor`` and ``ceil``, and a mean of the slopes where arguments of ``max`` or ``min`` are
    equal. A factor of 0 in the chain rule outweighs an infinite one, so ``sqrt(x^2)`` is flat at 0
    as ``abs(x)`` is; the second derivative of such a formula means nothing at that point. Where the
    value is nan, so are the derivatives.
    """

    text: str
    variable: str = "x"
    _program: Program = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_program", parse(self.text, self.variable))

    @classmethod
    def parse(cls, text: str, variable: str = "x") -> "Formula":
        """Read a formula, or raise `FormulaError` with a sentence for the user."""
        return cls(text, variable)

    def __call__(self, x: ArrayLike) -> Array:
        """Return the values at `x`, float64 in its shape: inf on overflow, nan where undefined."""
        return evaluate(self._program, x, 0)[0]

    def derivative(self, x: ArrayLike) -> Array:
        """Return the first derivatives at `x`; that of ``abs`` at 0 is 0 (see the class)."""
        return evaluate(self._program, x, 1)[1]

    def second_derivative(self, x: ArrayLike) -> Array:
        """Return the second derivatives at `x`; kinks and jumps count as straight."""
        return evaluate(self._program, x, 2)[2]

    def value_and_derivative(self, x: ArrayLike) -> tuple[Array, Array]:
        """Return the values and the first derivatives at `x` from one pass."""
        value, first = evaluate(self._program, x, 1)
        return value, first

    def latex(self) -> str:
        """Return the formula as it was understood, for matplotlib's mathtext, without ``$``."""
        return typeset(self._program, self.variable)
