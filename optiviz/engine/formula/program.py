"""A formula once read: a postfix program, as plain data, and its one interpreter.

Imports the standard library only. A program means what its reader makes of numbers, variables and
operations: a jet, a piece of mathtext, a depth.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Operation(NamedTuple):
    """A step of a program: put `name` of the last `arity` results in their place."""

    name: str
    arity: int  # 0 is a variable, whose name is its place: "0" is the first


Program = tuple[float | Operation, ...]


def interpret(
    program: Program,
    number: Callable[[float], T],
    variables: Sequence[T],
    apply: Callable[[str, list[T]], T],
) -> T:
    """Run a program on a stack of whatever `number`, `variables` and `apply` are made of."""
    stack: list[T] = []
    for step in program:
        if isinstance(step, float):
            stack.append(number(step))
        elif step.arity == 0:
            stack.append(variables[int(step.name)])
        else:
            stack[-step.arity :] = [apply(step.name, stack[-step.arity :])]
    return stack.pop()
