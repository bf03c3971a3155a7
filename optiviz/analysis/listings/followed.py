"""One iteration of a listing as it was done: line by line, with what each has set.

Imports numpy and the standard library only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_MOST_EVENTS = 600  # lines of one iteration that are told apart
_OFTEN = 12  # times that a line is shown: later passes of an inner loop are run, but not told
_WHOLE = 4096  # numbers of an array that are compared and kept; of larger ones, the first few
_FIRST = 16


@dataclass(frozen=True, eq=False)
class Glimpse:
    """The beginning of an array that is too large to keep.

    Attributes
    ----------
    first : ndarray
        Its first numbers.
    shape : tuple of int
    """

    first: Array
    shape: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Event:
    """A line that was run.

    Attributes
    ----------
    line : int
        Of the loop, counted from 0.
    changed : mapping
        The variables that it set, and what they are after it; arrays are copies.
    """

    line: int
    changed: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Followed:
    """One iteration, line by line.

    Attributes
    ----------
    start : mapping
        The variables before it.
    events : tuple of Event
        Not empty.
    """

    start: Mapping[str, Any]
    events: tuple[Event, ...]

    def at(self, within: float) -> int:
        """Return the event at a share of the iteration, from 0 to less than 1."""
        # A multiple of 1 / n, as a step by one line leads to, is that line in spite of rounding.
        return min(len(self.events) - 1, max(0, int(within * len(self.events) + 1e-6)))

    def values(self, event: int) -> dict[str, Any]:
        """Return the variables after an event."""
        found = dict(self.start)
        for one in self.events[: event + 1]:
            found |= one.changed
        return found


class Tracer:
    """Hears of each line of one code object, and notes what changed."""

    def __init__(self, code: CodeType, variables: Any) -> None:
        self._code, self._variables = code, variables
        self._objects: dict[str, Any] = {}
        self._kept: dict[str, Any] = {}
        self._events: list[Event] = []
        self._passes: dict[int, int] = {}
        self._line: int | None = None
        self._start = dict(self._changes())

    def enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Trace the listing's own frame, and none of those that it calls."""
        return self.hear if frame.f_code is self._code else None

    def hear(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Note what the line before did, and which comes now."""
        if event in ("line", "return"):
            self._end_line()
        if event == "line":
            self._line = frame.f_lineno - 1
        return self.hear

    def _end_line(self) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        self._passes[line] = self._passes.get(line, 0) + 1
        if self._passes[line] > _OFTEN or len(self._events) >= _MOST_EVENTS:
            return
        self._events.append(Event(line, dict(self._changes())))

    def told(self) -> Followed:
        """Return what was heard; the last event knows what lines that weren't told have done."""
        last = self._events[-1]
        self._events[-1] = Event(last.line, {**last.changed, **dict(self._changes())})
        return Followed(self._start, tuple(self._events))

    def _changes(self) -> Iterator[tuple[str, Any]]:
        for name, value in self._variables().items():
            same = name in self._objects and self._objects[name] is value
            if same and not isinstance(value, np.ndarray | list):
                continue
            kept = _kept(value)
            if same and _same(self._kept[name], kept):
                continue
            self._objects[name], self._kept[name] = value, kept
            yield name, kept


def _kept(value: Any) -> Any:
    """Return a value as it is now, for good."""
    if not isinstance(value, np.ndarray):
        return list(value) if isinstance(value, list) else value
    if value.size <= _WHOLE:
        return value.copy()
    return Glimpse(value.reshape(-1)[:_FIRST].copy(), value.shape)


def _same(before: Any, now: Any) -> bool:
    if isinstance(now, list):
        return len(before) == len(now) and all(a is b for a, b in zip(before, now, strict=True))
    if isinstance(now, Glimpse) and isinstance(before, Glimpse):
        return np.array_equal(before.first, now.first, equal_nan=True)
    return np.array_equal(before, now, equal_nan=before.dtype.kind == "f")
