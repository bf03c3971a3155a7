"""A table that was read: columns of numbers and texts, and the rows that fit none."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiviz.tables.formats import Format

NUMBER, MISSING, OTHER = -1, -2, -3
"""What a cell is where it is none of the texts that are kept."""


@dataclass
class Column:
    """One column.

    Attributes
    ----------
    name : str
    values : ndarray, shape (rows,)
        nan where there is no number.
    codes : ndarray of int32, shape (rows,), or None
        The place among the texts, or what the cell is; None where all are numbers.
    texts : tuple of str
        The texts of cells that are no numbers, in the order in which they come.
    """

    name: str
    values: NDArray[np.float64]
    codes: NDArray[np.int32] | None = None
    texts: tuple[str, ...] = ()
    n_numbers: int = 0
    n_texts: int = 0

    @property
    def is_text(self) -> bool:
        """Whether most of what stands in it is no number."""
        return self.n_texts > self.n_numbers


@dataclass(frozen=True, eq=False)
class Table:
    """What stands in a table.

    Attributes
    ----------
    format : Format
    columns : tuple of Column
    lines : ndarray of int64, shape (rows,)
        The line of the file in which each row begins.
    ragged : tuple of (int, str)
        The first rows that don't fit the columns: line and reason.
    n_ragged : int
        All such rows.
    preview : tuple of tuple of str
        The first records after the header, as they are written.
    """

    format: Format
    columns: tuple[Column, ...]
    lines: NDArray[np.int64]
    ragged: tuple[tuple[int, str], ...] = ()
    n_ragged: int = 0
    preview: tuple[tuple[str, ...], ...] = ()

    @property
    def n_numbers(self) -> int:
        """How many cells there are."""
        return len(self.columns) * len(self.lines)
