"""What the worker is asked for, and its answers: whole ones, and those made part by part."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple
from weakref import WeakMethod

from shiboken6 import isValid

from optiviz.engine import threads
from optiviz.engine.run import Failure, Reader, Run

PART_REST = 0.1  # seconds between two parts of an answer: the window draws each

ReaderOf = Callable[[Run], Reader]
Listener = Callable[[int, Any], None]


class Answer(NamedTuple):
    """An answer, or a part of it, to a request of a number, and who asked under what key."""

    listener: Callable[[], Listener | None]
    key: Any
    number: int
    result: Any

    def deliver(self) -> None:
        """Give it to who asked, in the thread of that, unless that is gone."""
        then = self.listener()
        if then is not None and isValid(then.__self__):  # type: ignore[attr-defined]
            then(self.number, self.result)


class _Request(NamedTuple):
    key: Any
    number: int
    function: Callable[[ReaderOf], Any]
    seconds: float
    listener: Callable[[], Listener | None]

    def answer(self, result: Any) -> Answer:
        return Answer(self.listener, self.key, self.number, result)


@dataclass
class _Parts:
    """An answer that is made part by part: what is left of it, and what waits to be sent."""

    request: _Request
    rest: Iterator[Any]
    held: list[Any] = field(default_factory=list)
    sent_at: float = -inf


class Requests:
    """The newest request of each who asks.

    Parameters
    ----------
    wake : Condition
        Notified of each that comes.
    reader_of : callable
        Given to what is asked for.
    send : callable
        Given each answer, in the thread that answers.
    between : callable
        Called after each answer or part: what is more urgent.

    Attributes
    ----------
    answered_at : float
        When some were answered last.
    """

    def __init__(
        self,
        wake: threading.Condition,
        reader_of: ReaderOf,
        send: Callable[[Answer], None],
        between: Callable[[], object],
    ) -> None:
        self.answered_at = 0.0
        self._wake, self._reader_of, self._send, self._between = wake, reader_of, send, between
        self._waiting: dict[Any, _Request] = {}
        self._parts: dict[Any, _Parts] = {}
        self._number = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(
        self,
        key: Any,
        function: Callable[[ReaderOf], Any],
        seconds: float,
        then: Listener | None,
    ) -> int:
        """Take a request, and return its number; called by who asks."""
        with self._wake:
            self._number += 1
            listener = WeakMethod(then) if then is not None else _nobody
            self._waiting[key] = _Request(key, self._number, function, seconds, listener)
            self._wake.notify()
            return self._number

    def answer(self, goes_on: Callable[[], bool]) -> bool:
        """Answer the requests that are there now, as long as it goes on."""
        with self._wake:
            requests, self._waiting = list(self._waiting.values()), {}
        for request in sorted(requests, key=lambda request: request.seconds):
            if not goes_on():
                break
            self._parts.pop(request.key, None)
            try:
                result = request.function(self._reader_of)
            except threads.faults() as error:
                result = Failure.beside_runs(error)
            if isinstance(result, Iterator):
                self._parts[request.key] = _Parts(request, result)
                self._answer_part(request.key)
                continue
            self._send(request.answer(result))
            self._between()
        if requests:
            self.answered_at = now()
        return bool(requests)

    def answer_further(self) -> bool:
        """Give the next part of an answer in parts."""
        if not self._parts:
            return False
        self._answer_part(next(iter(self._parts)))
        return True

    def _answer_part(self, key: Any) -> None:
        parts = self._parts.pop(key)
        try:
            parts.held = [next(parts.rest)]
        except StopIteration:
            self._send_parts(parts)
            return
        except threads.faults() as error:
            parts.held = [Failure.beside_runs(error)]
            self._send_parts(parts)
            return
        self._parts[key] = parts  # the others have their turn first
        if now() - parts.sent_at >= PART_REST:
            self._send_parts(parts)
        self._between()

    def _send_parts(self, parts: _Parts) -> None:
        for result in parts.held:
            self._send(parts.request.answer(result))
        parts.held, parts.sent_at = [], now()


def _nobody() -> None:
    """Nobody is told."""


def now() -> float:
    """Return the time that slices and frames are measured with, in seconds."""
    return time.perf_counter()
