"""From a program to Python: the formula and its slopes as lines that numpy alone can run.

Imports the program only.
"""

import math
from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

from optiviz.engine.formula.program import Program, interpret

_SUM, _PRODUCT, _SIGN, _POWER, _WHOLE = range(5)  # how firmly Python holds a piece together

# Values in u, where numpy has no function of that name.
_OTHER_VALUES = {
    "relu": "np.maximum({u}, 0)",
    "sigmoid": "1 / (1 + np.exp(-{u}))",
    "softplus": "np.logaddexp(0, {u})",
}
# Slopes of functions of one variable, by it; those of others are zero.
_SLOPES = {
    "abs": "np.sign({u})",
    "arccos": "-1 / np.sqrt((1 - {u}) * (1 + {u}))",
    "arcsin": "1 / np.sqrt((1 - {u}) * (1 + {u}))",
    "arctan": "1 / (1 + {u} * {u})",
    "cos": "-np.sin({u})",
    "cosh": "np.sinh({u})",
    "exp": "np.exp({u})",
    "log": "1 / {u}",
    "log10": "1 / (np.log(10) * {u})",
    "log2": "1 / (np.log(2) * {u})",
    "relu": "1.0 * ({u} > 0)",
    "sigmoid": "1 / (2 + 2 * np.cosh({u}))",
    "sin": "np.cos({u})",
    "sinh": "np.cosh({u})",
    "softplus": "1 / (1 + np.exp(-{u}))",
    "sqrt": "0.5 / np.sqrt({u})",
    "tan": "1 / np.cos({u}) ** 2",
    "tanh": "1 / np.cosh({u}) ** 2",
}


class Piece(NamedTuple):
    """A piece of Python; "0.0" and "1.0" are the numbers that products and sums leave out."""

    text: str
    firmness: int = _WHOLE

    def at(self, firmness: int) -> str:
        """Return the text, in parentheses if it is less firm than its place needs."""
        return self.text if self.firmness >= firmness else f"({self.text})"


_ZERO, _ONE = Piece("0.0"), Piece("1.0")
_Slopes = tuple[Piece, ...]


def write(program: Program, variables: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return a program's value and its slope by each variable as Python; numpy is ``np``."""
    n = len(variables)
    units = [tuple(_ONE if i == j else _ZERO for j in range(n)) for i in range(n)]
    value, slopes = interpret(
        program,
        lambda number: (_number(number), (_ZERO,) * n),
        [(Piece(name), unit) for name, unit in zip(variables, units, strict=True)],
        _applied,
    )
    return value.text, tuple(slope.text for slope in slopes)


def _number(number: float) -> Piece:
    return Piece(repr(number) if math.isfinite(number) else "np.inf")


def _applied(name: str, operands: list[tuple[Piece, _Slopes]]) -> tuple[Piece, _Slopes]:
    if len(operands) == 1:
        return _of_one(name, *operands[0])
    return reduce(lambda u, v: _of_two(name, u, v), operands)


def _of_one(name: str, u: Piece, slopes: _Slopes) -> tuple[Piece, _Slopes]:
    if name == "-":
        return _negative(u), tuple(_negative(slope) for slope in slopes)
    if name in _OTHER_VALUES:
        firmness = _WHOLE if _OTHER_VALUES[name].startswith("np.") else _PRODUCT
        value = Piece(_OTHER_VALUES[name].format(u=u.at(_POWER)), firmness)
    else:
        value = Piece(f"np.{name}({u.text})")
    if name not in _SLOPES:
        return value, (_ZERO,) * len(slopes)
    by_u = Piece(_SLOPES[name].format(u=u.at(_POWER)), _PRODUCT)
    return value, tuple(_product(by_u, slope) for slope in slopes)


def _of_two(name: str, u: tuple[Piece, _Slopes], v: tuple[Piece, _Slopes]) -> tuple[Piece, _Slopes]:
    (a, a_by), (b, b_by) = u, v
    if name in ("max", "min"):
        value = Piece(f"np.{name}imum({a.text}, {b.text})")
        sign = ">" if name == "max" else "<"
        first, second = (_larger(one, sign, other) for one, other in ((a, b), (b, a)))
    elif name == "+":
        value, first, second = _sum(a, b), _ONE, _ONE
    elif name == "-":
        value, first, second = _difference(a, b), _ONE, Piece("-1.0", _SIGN)
    elif name == "*":
        value, first, second = _product(a, b), b, a
    elif name == "/":
        value = _quotient(a, b)
        first, second = _quotient(_ONE, b), _negative(_quotient(value, b))
    else:
        value, first, second = _power(a, b), _slope_of_power(a, b), _zero_log(a, b)
    pairs = zip(a_by, b_by, strict=True)
    return value, tuple(_sum(_product(first, s), _product(second, t)) for s, t in pairs)


def _larger(u: Piece, sign: str, v: Piece) -> Piece:
    """Return 1 where u is the larger one, 1/2 where both are equal."""
    u_text, v_text = u.at(_SUM), v.at(_SUM)
    return Piece(f"(({u_text} {sign} {v_text}) + 1.0 * ({u_text} {sign}= {v_text})) / 2", _PRODUCT)


def _negative(u: Piece) -> Piece:
    return u if u is _ZERO or u.text == "0.0" else Piece(f"-{u.at(_SIGN)}", _SIGN)


def _sum(u: Piece, v: Piece) -> Piece:
    if u.text == "0.0" or v.text == "0.0":
        return v if u.text == "0.0" else u
    if v.text.startswith("-") and v.firmness > _SUM:
        return Piece(f"{u.at(_SUM)} - {v.text[1:]}", _SUM)
    return Piece(f"{u.at(_SUM)} + {v.at(_SUM)}", _SUM)


def _difference(u: Piece, v: Piece) -> Piece:
    return u if v.text == "0.0" else Piece(f"{u.at(_SUM)} - {v.at(_PRODUCT)}", _SUM)


def _product(u: Piece, v: Piece) -> Piece:
    if "0.0" in (u.text, v.text):
        return _ZERO
    if "1.0" in (u.text, v.text):
        return v if u.text == "1.0" else u
    if "-1.0" in (u.text, v.text):
        return _negative(v if u.text == "-1.0" else u)
    return Piece(f"{u.at(_PRODUCT)} * {v.at(_SIGN)}", _PRODUCT)


def _quotient(u: Piece, v: Piece) -> Piece:
    return u if v.text == "1.0" else Piece(f"{u.at(_PRODUCT)} / {v.at(_SIGN)}", _PRODUCT)


def _power(u: Piece, v: Piece) -> Piece:
    if v.text in ("0.0", "1.0"):
        return _ONE if v.text == "0.0" else u
    whole = v.text.removesuffix(".0")  # as people write it
    return Piece(f"{u.at(_WHOLE)} ** {whole if v.firmness == _WHOLE else v.at(_POWER)}", _POWER)


def _slope_of_power(u: Piece, v: Piece) -> Piece:
    """Return v u^(v - 1), with the number worked out where v is one."""
    try:
        less = _number(float(v.text) - 1)
    except ValueError:
        less = _difference(v, _ONE)
    return _product(v, _power(u, less))


def _zero_log(u: Piece, v: Piece) -> Piece:
    """Return u^v log u, which counts as 0 where u is 0."""
    log = f"np.log(np.where({u.text} == 0, 1.0, {u.text}))"
    return _product(_power(u, v), Piece(log))
