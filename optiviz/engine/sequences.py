"""Long sequences of numbers are checked at once: a drawing has a hundred thousand points."""

from collections.abc import Callable, Sequence
from typing import Any


def all_inside(
    values: Sequence[Any], kind: Any, limit_mistake: Callable[[float], str | None]
) -> bool:
    """Whether all values are numbers of one type, finite and inside their limits.

    Parameters
    ----------
    values : sequence
    kind : type
        Sequences of anything but int and float are left to be checked one by one.
    limit_mistake : callable
        Returns what is wrong with a number, or None.
    """
    if kind not in (int, float) or set(map(type, values)) != {kind}:
        return False
    finite = sum(values) * 0 == 0  # a nan may be neither the least nor the greatest
    return finite and limit_mistake(min(values)) is None and limit_mistake(max(values)) is None
