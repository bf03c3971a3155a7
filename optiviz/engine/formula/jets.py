"""Jets: a value with its gradient and Hessian, carried through every operation.

Imports numpy and the program only. A new function of formulas is a new line of `OF_ONE`, where the
parser finds its name, and a shape in mathtext unless TeX has a command of that name.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optiviz.engine.formula.program import Program, interpret

Array = NDArray[np.float64]
# A value, then its gradient and Hessian if they are asked for, whose axes for variables come first.
Jet = tuple[Array, ...]


def evaluate(program: Program, x: Sequence[ArrayLike], order: int) -> Jet:
    """Return a program's value at `x` and its derivatives up to `order`.

    Where the value is nan, so are the derivatives.

    Parameters
    ----------
    x : sequence of array_like
        The values of each variable; they are broadcast to one shape.
    order : {0, 1, 2}

    Returns
    -------
    tuple of ndarray
        The value, in the shape of `x`; the gradient, with an axis for the variables before it; the
        Hessian, with two.
    """
    shape = np.broadcast_shapes(*map(np.shape, x))
    # A row alone has the bits of a row among others: no strides and no scalars, on which numpy may
    # round otherwise.
    points = [np.broadcast_to(np.asarray(v, dtype=np.float64), shape).flatten() for v in x]
    n = len(points)
    unit, flat = np.eye(n)[..., None], np.zeros((n, n, 1))
    with np.errstate(all="ignore"):
        value, *derivatives = interpret(
            program,
            lambda number: (np.array(number), flat[0], flat)[: order + 1],
            [(points[i], unit[i], flat)[: order + 1] for i in range(n)],
            _differentiate,
        )
    derivatives = [np.where(np.isnan(value), np.nan, part) for part in derivatives]
    axes: tuple[tuple[int, ...], ...] = ((), (n,), (n, n))
    return tuple(
        np.broadcast_to(part, (*axes[i], *points[0].shape)).reshape((*axes[i], *shape)).copy()
        for i, part in enumerate((value, *derivatives))
    )


# ---- The operations ------------------------------------------------------------------------------


class _OfOne(NamedTuple):
    """A function f(u) with f' and f''."""

    value: Callable[[Array], Any]
    first: Callable[[Array], Any] = lambda u: 0.0
    second: Callable[[Array], Any] = lambda u: 0.0


class _OfTwo(NamedTuple):
    """A function f(u, v) with its gradient (f_u, f_v) and its Hessian (f_uu, f_uv, f_vv)."""

    value: Callable[[Array, Array], Any]
    gradient: Callable[[Array, Array], tuple[Any, Any]]
    hessian: Callable[[Array, Array], tuple[Any, Any, Any]] = lambda u, v: (0.0, 0.0, 0.0)


def _leg(u: Array) -> Any:
    return np.sqrt((1 - u) * (1 + u))  # cos(arcsin(u)), without the cancellation of 1 - u^2


def _sigmoid(u: Array) -> Any:
    return np.exp(np.minimum(u, 0)) / (1 + np.exp(-np.abs(u)))  # no exp overflows


def _bell(u: Array) -> Any:
    return _sigmoid(u) * _sigmoid(-u)  # the slope of the sigmoid


def _sech2(u: Array) -> Any:
    return 1 / np.cosh(u) ** 2


def _larger(u: Array, v: Array) -> Any:
    return ((u > v) + 1.0 * (u >= v)) / 2  # 1 where u > v, 1/2 where u = v


_LN2, _LN10 = math.log(2), math.log(10)
OF_ONE = {
    "-": _OfOne(np.negative, lambda u: -1.0),
    "abs": _OfOne(np.abs, np.sign),
    "arccos": _OfOne(np.arccos, lambda u: -1 / _leg(u), lambda u: -u / _leg(u) ** 3),
    "arcsin": _OfOne(np.arcsin, lambda u: 1 / _leg(u), lambda u: u / _leg(u) ** 3),
    "arctan": _OfOne(np.arctan, lambda u: 1 / (1 + u * u), lambda u: -2 * u / (1 + u * u) ** 2),
    "ceil": _OfOne(np.ceil),
    "cos": _OfOne(np.cos, lambda u: -np.sin(u), lambda u: -np.cos(u)),
    "cosh": _OfOne(np.cosh, np.sinh, np.cosh),
    "exp": _OfOne(np.exp, np.exp, np.exp),
    "floor": _OfOne(np.floor),
    "log": _OfOne(np.log, lambda u: 1 / u, lambda u: -1 / u**2),
    "log10": _OfOne(np.log10, lambda u: 1 / _LN10 / u, lambda u: -1 / _LN10 / u**2),
    "log2": _OfOne(np.log2, lambda u: 1 / _LN2 / u, lambda u: -1 / _LN2 / u**2),
    "relu": _OfOne(lambda u: np.maximum(u, 0), lambda u: 1.0 * (u > 0)),
    "sigmoid": _OfOne(_sigmoid, _bell, lambda u: -_bell(u) * np.tanh(u / 2)),
    "sign": _OfOne(np.sign),
    "sin": _OfOne(np.sin, np.cos, lambda u: -np.sin(u)),
    "sinh": _OfOne(np.sinh, np.cosh, np.sinh),
    "softplus": _OfOne(lambda u: np.logaddexp(0, u), _sigmoid, _bell),
    "sqrt": _OfOne(np.sqrt, lambda u: 0.5 / np.sqrt(u), lambda u: -0.25 / (u * np.sqrt(u))),
    "tan": _OfOne(np.tan, lambda u: 1 / np.cos(u) ** 2, lambda u: 2 * np.tan(u) / np.cos(u) ** 2),
    "tanh": _OfOne(np.tanh, _sech2, lambda u: -2 * np.tanh(u) * _sech2(u)),
}
OF_TWO = {
    "+": _OfTwo(np.add, lambda u, v: (1.0, 1.0)),
    "-": _OfTwo(np.subtract, lambda u, v: (1.0, -1.0)),
    "*": _OfTwo(np.multiply, lambda u, v: (v, u), lambda u, v: (0.0, 1.0, 0.0)),
    "/": _OfTwo(
        np.divide,
        lambda u, v: (1 / v, -u / v / v),
        lambda u, v: (0.0, -1 / v / v, 2 * (u / v / v / v)),
    ),
    "**": _OfTwo(
        np.power,
        lambda u, v: (_times(v, u ** (v - 1)), _times(u**v, np.log(u))),
        lambda u, v: (
            _times(v * (v - 1), u ** (v - 2)),
            u ** (v - 1) + _times(v * u ** (v - 1), np.log(u)),
            _times(u**v, np.log(u) ** 2),
        ),
    ),
    "max": _OfTwo(np.maximum, lambda u, v: (_larger(u, v), _larger(v, u))),
    "min": _OfTwo(np.minimum, lambda u, v: (_larger(v, u), _larger(u, v))),
}


# ---- The chain rule ------------------------------------------------------------------------------


def _times(a: Any, b: Any) -> Array:
    """Return a * b, where 0 times infinity or nan is 0."""
    product = np.multiply(a, b)
    return np.where(np.isnan(product) & (np.equal(a, 0) | np.equal(b, 0)), 0.0, product)


def _outer(a: Array, b: Array) -> Array:
    """Return all products of entries of two gradients, shape (variables, variables, n)."""
    return np.asarray(a[:, None] * b[None, :])


def _differentiate(name: str, operands: list[Jet]) -> Jet:
    if len(operands) == 1:
        return _chain_of_one(OF_ONE[name], operands[0])
    return reduce(partial(_chain_of_two, OF_TWO[name]), operands)  # max(a, b, c) by pairs


def _chain_of_one(f: _OfOne, u: Jet) -> Jet:
    value = f.value(u[0])
    if len(u) == 1:
        return (value,)
    f_u = f.first(u[0])
    first = _times(f_u, u[1])
    if len(u) == 2:
        return value, first
    return value, first, _times(f.second(u[0]), _outer(u[1], u[1])) + _times(f_u, u[2])


def _chain_of_two(f: _OfTwo, u: Jet, v: Jet) -> Jet:
    value = f.value(u[0], v[0])
    if len(u) == 1:
        return (value,)
    f_u, f_v = f.gradient(u[0], v[0])
    first = _times(f_u, u[1]) + _times(f_v, v[1])
    if len(u) == 2:
        return value, first
    f_uu, f_uv, f_vv = f.hessian(u[0], v[0])
    bend = _times(f_uu, _outer(u[1], u[1])) + _times(f_vv, _outer(v[1], v[1]))
    mixed = _times(f_uv, _outer(u[1], v[1])) + _times(f_uv, _outer(v[1], u[1]))
    return value, first, bend + mixed + _times(f_u, u[2]) + _times(f_v, v[2])
