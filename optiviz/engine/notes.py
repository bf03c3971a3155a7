"""Moments of a run that are noted in order, and thinned when there are too many."""

from typing import Any

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
        self._held = np.empty(_FIRST, dtype)
        self._n = 0

    def __len__(self) -> int:
        return self._n

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
            held = np.empty(2 * (self._n + n), self._held.dtype)
            held[: self._n] = self.all
            self._held = held

    def replace(self, notes: Any) -> None:
        """Have these instead."""
        self._held = np.array(notes, self._held.dtype)
        self._n = len(self._held)

    def copy(self) -> "Notes":
        """Return the same, which goes on by itself."""
        made = Notes(self._held.dtype, self._most)
        made.replace(self.all)
        return made
