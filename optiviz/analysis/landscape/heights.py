"""How values on a grid become colours and lines, and what to say of it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.contours import Levels, levels_of
from optiviz.engine.problem import Reading
from optiviz.engine.wording import rounded

Array = NDArray[np.float64]
_PLATEAUS = 12  # values in all, up to which each has its own colour
_LARGEST = 1e300


class Heights(NamedTuple):
    """Values as people read them.

    Attributes
    ----------
    values : ndarray, shape (rows, columns)
        nan where there is none.
    ramp : tuple of float
        Rising values at equal steps of the ramp of colours.
    levels : Levels
        Where lines are.
    words : str
        Says so.
    """

    values: Array
    ramp: tuple[float, ...]
    levels: Levels
    words: str


def heights_of(f: Array, reading: Reading, log: bool | None = None) -> Heights:
    """Return the heights of f, of which at least one is finite.

    Parameters
    ----------
    f : ndarray, shape (rows, columns)
        As it is minimised.
    reading : Reading
    log : bool, optional
        Logarithmic in the distance from the best value, or in equal steps. If left out, what shows
        more; few values in all, as of a network of step units, have a colour each.
    """
    f = np.where(np.abs(f) <= _LARGEST, f, np.nan)
    values = reading.value(f)
    distinct = np.unique(values[np.isfinite(values)])
    low, high = float(distinct[0]), float(distinct[-1])
    if low == high:
        words = f"It is flat: {reading.name} is {rounded(low)} all over."
        return Heights(values, (low,), Levels((), low, high, 0.0, False), words)
    if log is None and len(distinct) <= _PLATEAUS:
        between = (distinct[:-1] + distinct[1:]) / 2
        ramp = tuple(distinct.tolist())
        words = "It has plateaus alone, at " + ", ".join(map(rounded, ramp)) + "."
        return Heights(values, ramp, Levels(tuple(between.tolist()), low, high, 0.0, False), words)
    levels = levels_of(f, log=log)
    if not levels.log:
        levels = levels_of(values, log=False)
        words = f"Lines are {levels.step:g} apart." if levels.values else ""
        return Heights(values, (levels.low, levels.high), levels, words)
    ends = np.array([levels.low, *levels.values, levels.high])
    ramp = tuple(np.unique(reading.value(ends)).tolist())
    best = rounded(float(reading.value(ends[0])))
    words = (
        f"Colours and lines are logarithmic: each line is {levels.step:.3g} times as far from "
        f"{best} as the one before it."
    )
    return Heights(values, ramp, levels._replace(values=ramp[1:-1], low=low, high=high), words)
