"""What Qt calls must not raise: Qt for Python raises it again in whatever Python does next.

An error is told, and the painter that was open is closed with the frame that held it.
"""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

__all__ = ["guarded", "tell_of_error"]

P = ParamSpec("P")
S = TypeVar("S")


def guarded(paint: Callable[Concatenate[S, P], None]) -> Callable[Concatenate[S, P], None]:
    """Return the same method of a widget or an item, whose errors are told and harm nobody."""

    @wraps(paint)
    def safe(self: S, /, *given: P.args, **named: P.kwargs) -> None:
        try:
            paint(self, *given, **named)
        except Exception:
            tell_of_error()

    return safe


def tell_of_error() -> None:
    """Tell of the error that is being handled as of one that nothing caught."""
    kind, error, trace = sys.exc_info()
    if kind is not None and error is not None:
        sys.excepthook(kind, error, trace)
