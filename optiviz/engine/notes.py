"""Moments of a run that are noted in order, and thinned when there are too many."""

import copy
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

_FIRST = 64  # that have room before more is made


class Notes:
    """A growing column. Every second note is dropped each time there are more than so many.

    Parameters
    ----------
    dtype : dtype
        Of a note.
    most : int
    """

    def __init__(self, dtype: Any, most: int) -> None:
        self._most = most
        self._held: NDArray[Any] = np.empty(_FIRST, dtype)
        self._n = 0

    @property
    def all(self) -> NDArray[Any]:
        """All notes. What was handed out stays as it was: nothing is ever written over."""
        found = self._held[: self._n]
        found.flags.writeable = False
        return found

    def add(self, notes: Any) -> None:
        """Add those that follow.

        Parameters
        ----------
        notes : array_like
        """
        notes = np.asarray(notes, self._held.dtype)
        self._make_room(len(notes))
        self._held[self._n : self._n + len(notes)] = notes
        self._n += len(notes)
        if self._n > self._most:
            self.replace(self.all[::2])

    def _make_room(self, n: int) -> None:
        if self._n + n > len(self._held):
            held: NDArray[Any] = np.empty(2 * (self._n + n), self._held.dtype)
            held[: self._n] = self.all
            self._held = held

    def replace(self, notes: Any) -> None:
        """Have these instead."""
        self._held = np.array(notes, self._held.dtype)
        self._n = len(self._held)

    def copy(self) -> Self:
        """Return the same, which goes on by itself."""
        made = copy.copy(self)
        made.replace(self.all)
        return made


class Clock(Notes):
    """When iterations were done, in seconds of computing. Each note has its k and its seconds."""

    def __init__(self, most: int) -> None:
        super().__init__([("k", np.int64), ("seconds", np.float64)], most)
        self.add([(0, 0.0)])

    def seconds(self, k: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the time of iterations, interpolated between notes."""
        notes = self.all
        seconds: NDArray[np.float64] = np.interp(k, notes["k"], notes["seconds"])
        return seconds

    def take(self, k: NDArray[np.int64], seconds: NDArray[np.float64]) -> None:
        """Have the notes that were stored instead."""
        notes: NDArray[Any] = np.empty(len(k), self._held.dtype)
        notes["k"], notes["seconds"] = k, seconds
        self.replace(notes)
