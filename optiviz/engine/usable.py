"""Numbers of tables, which may be anything: which of them can be computed with."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.wording import counted

LARGEST = 1e100
"""Of what is learned from: sums of squares of many such numbers are numbers."""

_MOST_COLUMNS = 3  # that are named
_ROUNDING = 1e-12  # of a mean


def unusable(columns: NDArray[Any], names: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for each of the first columns whose numbers can't be computed with.

    Parameters
    ----------
    columns : ndarray, shape (rows, columns)
    names : sequence of str
        What the columns are called in a sentence.
    """
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(columns) <= LARGEST)
    found = np.flatnonzero(wrong.any(axis=0)).tolist()
    for column in found[:_MOST_COLUMNS]:
        row = int(wrong[:, column].argmax())
        others = int(wrong[:, column].sum()) - 1
        more = f", and so {'is' if others == 1 else 'are'} {counted(others, 'more row')}"
        yield (
            f"{names[column]} is {columns[row, column]:g} in row {row + 1:,}"
            f"{more if others else ''}; numbers from -{LARGEST:g} to {LARGEST:g} can be used"
        )
    if len(found) > _MOST_COLUMNS:
        yield f"{counted(len(found) - _MOST_COLUMNS, 'more column')} can't be used either"


def deviation(values: NDArray[np.float64], mean: float) -> float:
    """Return the standard deviation of values so near each other that their squares vanish.

    Returns
    -------
    float
        1 for a constant, which then stays one.
    """
    off = values - mean
    widest = float(np.abs(off).max())
    if widest <= _ROUNDING * abs(mean) or widest < np.finfo(np.float64).tiny:
        return 1.0
    return widest * float((off / widest).std())
