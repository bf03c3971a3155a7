"""Columns of any length as a fixed number of buckets: lowest, highest and last value in each.

All buckets are equally wide; when they are full, pairs are joined. So a curve over millions of
iterations costs what it shows. Imports numpy only.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Values = Callable[[int, int], Array]  # iterations start to stop - 1 -> (stop - start, columns)
Points = tuple[NDArray[np.int64], Array, Array, Array]  # k, last, low, high

_FIRST_WIDTH = 64


class Buckets:
    """Buckets of several columns. Row k belongs to iteration k.

    Parameters
    ----------
    n : int
        How many; made even.
    n_columns : int
    """

    def __init__(self, n: int, n_columns: int) -> None:
        n = max(2, n + n % 2)
        self.width = _FIRST_WIDTH
        self.full = 0  # buckets filled
        self._lows, self._highs, self._lasts = np.empty((3, n, n_columns))
        self._gone: Array | None = None  # low, high, last of the next bucket's rows not held

    @property
    def end(self) -> int:
        """The first iteration that is in no full bucket."""
        return self.full * self.width

    def fill(self, values: Values, first: int, length: int) -> None:
        """Take up rows until `length`, of which those from `first` on are held."""
        while length >= self.end + self.width:
            if self.full == len(self._lows):
                self._join_pairs()
            elif self.end < first:
                self._fill_begun(values(first, self.end + self.width))
            else:
                count = min((length - self.end) // self.width, len(self._lows) - self.full)
                rows = values(self.end, self.end + count * self.width)
                rows = rows.reshape(count, self.width, -1)
                at = slice(self.full, self.full + count)
                columns = np.ascontiguousarray(rows.transpose(2, 0, 1))  # eight times as fast
                self._lows[at], self._highs[at] = (
                    np.fmin.reduce(columns, 2).T,
                    np.fmax.reduce(columns, 2).T,
                )
                self._lasts[at] = rows[:, -1]
                self.full += count

    def _fill_begun(self, values: Array) -> None:
        """Fill a bucket of which only the last rows are held."""
        self._lasts[self.full] = values[-1]
        if self._gone is not None:
            values = np.concatenate([self._gone[:2], values])
        self._lows[self.full], self._highs[self.full] = _ends(values)
        self.full, self._gone = self.full + 1, None

    def _join_pairs(self) -> None:
        half = self.full // 2
        for buckets, merge in ((self._lows, np.fmin), (self._highs, np.fmax)):
            buckets[:half] = merge.reduce(buckets.reshape(half, 2, -1), axis=1)
        self._lasts[:half] = self._lasts[1::2].copy()
        self.full, self.width = half, 2 * self.width

    def let_go(self, values: Values, first: int, stop: int) -> None:
        """Note what the rows first to stop - 1, soon gone, add to the bucket that isn't full."""
        if self.end < stop:
            self._gone = self.begun(values, first, stop)

    def begun(self, values: Values, first: int, stop: int) -> Array | None:
        """Return low, high, last of the rows up to stop - 1 in the bucket that isn't full.

        Parameters
        ----------
        values, first
            As for `fill`.
        """
        if self.end >= stop:
            return None
        if stop <= first:
            return self._gone
        rows = values(max(first, self.end), stop)
        low, high = _ends(rows if self._gone is None else np.concatenate([self._gone[:2], rows]))
        return np.stack([low, high, rows[-1]])

    def can_end_at(self, k: int, first: int) -> bool:
        """Whether buckets and the rows from `first` on are enough to go on after iteration k."""
        full = (k + 1) // self.width
        if k < first or (full * self.width < first and full < self.full):
            return k % self.width == 0
        return True

    def end_at(self, k: int, first: int) -> None:
        """Drop what is after iteration k."""
        self.full = min(self.full, (k + 1) // self.width)
        if self.end >= first:
            self._gone = None

    def points(self, columns: list[int], first: int, stop: int, points: int) -> Iterator[Points]:
        """Yield columns of the buckets up to iteration stop, thinned, as far as they reach."""
        full = min(self.full, stop // self.width)
        ends = np.arange(1, full + 1) * self.width - 1
        parts = (part[:full, columns] for part in (self._lasts, self._lows, self._highs))
        last, low, high = parts
        yield thinned(ends, last, low, high, points)
        if self._gone is not None and full == self.full and self.end < first < stop:
            low, high, last = self._gone[:, None, columns]
            yield np.array([first - 1]), last, low, high

    def to_arrays(self) -> dict[str, NDArray[np.float64]]:
        """Return the full buckets, each (full, columns)."""
        arrays = {"lows": self._lows, "highs": self._highs, "lasts": self._lasts}
        return {name: array[: self.full].copy() for name, array in arrays.items()}

    def restore(
        self, width: int, lows: Array, highs: Array, lasts: Array, begun: Array | None = None
    ) -> None:
        """Put back what `to_arrays` and `begun` gave."""
        self.width, self.full = width, len(lows)
        self._lows[: self.full], self._highs[: self.full] = lows, highs
        self._lasts[: self.full] = lasts
        self._gone = begun


def _ends(values: Array) -> tuple[Array, Array]:
    return np.fmin.reduce(values), np.fmax.reduce(values)


def thinned(k: NDArray[np.int64], last: Array, low: Array, high: Array, points: int) -> Points:
    """Join neighbours until no more than `points` are left.

    Parameters
    ----------
    k : ndarray of int, shape (n,)
    last, low, high : ndarray, shape (n, columns)
    """
    group = -(-len(k) // points)
    if group <= 1:
        return k, last, low, high
    starts = np.arange(0, len(k), group)
    ends = np.minimum(starts + group, len(k)) - 1
    return (
        k[ends],
        last[ends],
        np.fmin.reduceat(low, starts, axis=0),
        np.fmax.reduceat(high, starts, axis=0),
    )
