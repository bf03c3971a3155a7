"""From a program to matplotlib's mathtext: the formula as it was understood.

Imports the program only, and not matplotlib: mathtext is a string.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from optiviz.engine.formula.program import Program, interpret

_SUM, _SIGN, _PRODUCT, _POWER, _WHOLE = range(5)  # how firmly a piece of mathtext holds together
_NAMED = {math.e: "e", math.pi: r"\pi", math.tau: r"\tau", math.inf: r"\infty"}
_SHAPES = {
    "abs": r"\left|%s\right|",
    "ceil": r"\left\lceil %s\right\rceil",
    "floor": r"\left\lfloor %s\right\rfloor",
    "sqrt": r"\sqrt{%s}",
    "log": r"\ln\left(%s\right)",
    "log10": r"\log_{10}\left(%s\right)",
    "log2": r"\log_{2}\left(%s\right)",
} | {name: rf"\mathrm{{{name}}}\left(%s\right)" for name in ("relu", "sigmoid", "sign", "softplus")}


def typeset(program: Program, variables: Sequence[str]) -> str:
    """Return a program as mathtext, without ``$``; `variables` are the names of its variables."""
    return interpret(program, _number, [_variable(name) for name in variables], _operation).text


class _Piece(NamedTuple):
    text: str
    firmness: int

    def at(self, firmness: int) -> str:
        """Return the text, in parentheses if it is less firm than its place needs."""
        return self.text if self.firmness >= firmness else rf"\left({self.text}\right)"


def _number(number: float) -> _Piece:
    digits, _, exponent = repr(number).removesuffix(".0").partition("e")
    if number in _NAMED or not exponent:
        return _Piece(_NAMED.get(number, digits), _WHOLE)
    return _Piece(rf"{digits} \cdot 10^{{{int(exponent)}}}", _PRODUCT)


def _variable(name: str) -> _Piece:
    escaped = name.replace("_", r"\_")
    return _Piece(name if len(name) == 1 else rf"\mathrm{{{escaped}}}", _WHOLE)


def _operation(name: str, operands: list[_Piece]) -> _Piece:
    match name, operands:
        case "-", [u]:
            return _Piece(f"-{u.at(_PRODUCT)}", _SIGN)
        case "+" | "-", [u, v]:
            return _Piece(f"{u.at(_SUM)} {name} {v.at(_PRODUCT)}", _SUM)
        case "*", [u, v]:
            left, right = u.at(_SIGN), v.at(_PRODUCT)
            dot = r"\cdot " if right[0].isdigit() or right.startswith(r"\frac") else ""
            return _Piece(f"{left} {dot}{right}", _SIGN if u.firmness == _SIGN else _PRODUCT)
        case "/", [u, v]:
            return _Piece(rf"\frac{{{u.text}}}{{{v.text}}}", _PRODUCT)
        case "**", [u, v]:
            return _Piece(f"{u.at(_WHOLE)}^{{{v.text}}}", _POWER)
        case "exp", [u]:
            return _Piece(f"e^{{{u.text}}}", _POWER)
    shape = _SHAPES.get(name, rf"\{name}\left(%s\right)")
    return _Piece(shape % ", ".join(operand.text for operand in operands), _WHOLE)
