"""What iterations tried, as columns: one row for each point that was scored or lived on."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.problem import Array

Ints = NDArray[np.int64]
Codes = NDArray[np.int8]


class Role(IntEnum):
    """What a point was to the iteration that tried it."""

    MOVE = 0  # the only one: kept or not by what it is worth
    RESTART = 1  # a new start, whatever it is worth
    TRIAL = 2  # one of several: of a sweep, a line, or a simplex
    STEP = 3  # taken, whatever it leads to
    BATCH = 4  # taken, and known by the rows of its batch alone
    CHILD = 5
    PARENT = 6


@dataclass(frozen=True)
class Tries:
    """Points that iterations tried, in the order of the iterations; each column has shape (n,).

    Attributes
    ----------
    k : ndarray of int
        The iteration that tried it.
    before : ndarray
        The f that the iteration started from; of a population, its best.
    proposed : ndarray
        The f of the point.
    outcome : ndarray of int8
        An `Outcome`: how a point that was kept compares with `before`, or that it was not kept. A
        member of a population is kept if the next one has it.
    role : ndarray of int8
        A `Role`.
    chance : ndarray
        The probability with which it was to be kept; nan where that isn't by its f.
    """

    k: Ints
    before: Array
    proposed: Array
    outcome: Codes
    role: Codes
    chance: Array

    def __len__(self) -> int:
        return len(self.k)

    @property
    def rise(self) -> Array:
        """By how much each is above `before`; +inf for a point without a value."""
        with np.errstate(invalid="ignore", over="ignore"):
            rise = self.proposed - self.before
        worthless = np.isnan(self.proposed) | (self.proposed == np.inf)
        rise = np.where(worthless & ~np.isnan(self.before), np.inf, rise)
        return np.where(self.proposed == self.before, 0.0, rise)

    def __getitem__(self, rows: slice | NDArray[np.bool_] | Ints) -> "Tries":
        return Tries(*(column[rows] for column in vars(self).values()))

    @classmethod
    def concatenate(cls, parts: "list[Tries]") -> Self:
        """Join parts end to end."""
        if not parts:
            nothing = np.empty(0)
            codes = np.empty(0, np.int8)
            return cls(np.empty(0, np.int64), nothing, nothing, codes, codes, nothing)
        return cls(*(np.concatenate([vars(p)[name] for p in parts]) for name in _COLUMNS))


_COLUMNS = tuple(Tries.__dataclass_fields__)
