"""A formula once read: a postfix program, as plain data, and its one interpreter.

Imports the standard library only. A program means what its reader makes of numbers, the variable
and operations: a jet, a piece of mathtext, a depth.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Operation(NamedTuple):
    """A step of a program: put `name` of the last `arity` results in their place."""

    name: str
    arity: int  # 0 is the variable itself


Program = tuple[float | Operation, ...]


def interpret(
    program: Program, number: Callable[[float], T], variable: T, apply: Callable[[str, list[T]], T]
) -> T:
    """Run a program on a stack of whatever `number`, `variable` and `apply` are made of."""
    stack: list[T] = []
    for step in program:
        if isinstance(step, float):
            stack.append(number(step))
        elif step.arity == 0:
            stack.append(variable)
        else:
            stack[-step.arity :] = [apply(step.name, stack[-step.arity :])]
    return stack.pop()
