"""A formula that a user types, such as ``x^2 + 10 sin(x)``, with its exact slopes and curvatures.

Imports numpy and the standard library only. The parser makes a program of the text; jets give it
values and derivatives, mathtext its looks. Nothing is ever evaluated by Python itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from optiviz.engine.formula.jets import Array, Jet, evaluate
from optiviz.engine.formula.mathtext import typeset
from optiviz.engine.formula.parser import MAX_DEPTH, MAX_LENGTH, FormulaError, parse
from optiviz.engine.formula.program import Program
from optiviz.engine.formula.python import write

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "Formula", "FormulaError"]


@dataclass(frozen=True, init=False)
class Formula:
    """A function of one variable or of several, read from text.

    Numbers, the variables, ``pi``, ``e``, ``tau``, ``+ - * / ** ^``, parentheses, products without
    a sign (``2x``, ``3(x+1)``, with variables of one letter ``xy``), and the functions that the
    error for an unknown name lists. What people read in two ways (``1/2x``, ``e^2x``, ``e^xy``) is
    refused.

    Parameters
    ----------
    text : str
        The formula as typed, at most 200 characters.
    variable : str
        The name of its variable.
    variables : sequence of str, optional
        The names of its variables, where there are several.

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
    variables: tuple[str, ...]
    _program: Program = field(repr=False, compare=False)

    def __init__(
        self, text: str, variable: str = "x", variables: Sequence[str] | None = None
    ) -> None:
        names = (variable,) if variables is None else tuple(variables)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "variables", names)
        object.__setattr__(self, "_program", parse(text, names))

    @classmethod
    def parse(cls, text: str, variable: str = "x") -> "Formula":
        """Read a formula of one variable, or raise `FormulaError` with a sentence for the user."""
        return cls(text, variable)

    def __call__(self, *x: ArrayLike) -> Array:
        """Return the values at `x`, float64 in its shape: inf on overflow, nan where undefined.

        A formula of several variables takes an array for each, in their order.
        """
        return self._evaluated(x, 0)[0]

    def derivative(self, x: ArrayLike) -> Array:
        """Return the first derivatives at `x`; that of ``abs`` at 0 is 0 (see the class)."""
        return self._evaluated((x,), 1)[1].reshape(np.shape(x))

    def second_derivative(self, x: ArrayLike) -> Array:
        """Return the second derivatives at `x`; kinks and jumps count as straight."""
        return self._evaluated((x,), 2)[2].reshape(np.shape(x))

    def value_and_derivative(self, x: ArrayLike) -> tuple[Array, Array]:
        """Return the values and the first derivatives at `x` from one pass."""
        value, first = self._evaluated((x,), 1)
        return value, first.reshape(np.shape(x))

    def value_and_gradient(self, *x: ArrayLike) -> tuple[Array, Array]:
        """Return the values at `x`, and the gradients with an axis for the variables before it."""
        value, gradient = self._evaluated(x, 1)
        return value, gradient

    def hessian(self, *x: ArrayLike) -> Array:
        """Return the Hessians at `x`, with two axes for the variables before its own."""
        return self._evaluated(x, 2)[2]

    def latex(self) -> str:
        """Return the formula as it was understood, for matplotlib's mathtext, without ``$``."""
        return typeset(self._program, self.variables)

    def python(self) -> str:
        """Return the formula as it was understood as Python, with numpy as ``np``."""
        return write(self._program, self.variables)[0]

    def slopes_in_python(self) -> tuple[str, ...]:
        """Return the derivative by each variable as Python, with numpy as ``np``."""
        return write(self._program, self.variables)[1]

    def _evaluated(self, x: tuple[ArrayLike, ...], order: int) -> Jet:
        if len(x) != len(self.variables):
            names = ", ".join(self.variables)
            raise TypeError(f"the formula is of {names}, and takes an array for each")
        return evaluate(self._program, x, order)
