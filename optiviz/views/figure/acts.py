"""What a figure lets people do: places to point at, and what a click or a key does."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log10

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_POINTED = 4000  # rows of a picture that can be pointed at, at most
_WATCH = "Watch this row go through"


@dataclass(frozen=True)
class Action:
    """What a click does; whoever shows the figure carries it out.

    Attributes
    ----------
    label : str
        Says so, as on a button.
    seek : int or None
        The iteration to go to.
    view : str
        The kind of view that is then looked at; the figure's own if empty.
    settings : tuple of (str, object)
        Parameters that it is given.
    weight : int or None
        The coordinate of the point that the user may then give another value, counted from 0.
    runs : tuple of int
        Runs of a study that are then shown, by their places in it.
    focus : int or None
        The run that then is the one in focus, by its number.
    """

    label: str
    seek: int | None = None
    view: str = ""
    settings: tuple[tuple[str, object], ...] = ()
    weight: int | None = None
    runs: tuple[int, ...] = ()
    focus: int | None = None


@dataclass(frozen=True, eq=False)
class Spots:
    """Places in a plot that can be pointed at.

    Attributes
    ----------
    x, y : ndarray, shape (n,)
        The nearest one to the pointer is meant, if it is near enough.
    facts : tuple of (str, ndarray of shape (n,) or tuple of n str)
        What pointing at one tells: names and values, one for each place. nan and "" are left out.
    actions : tuple of Action
        What a click on each does: one for each place, one for all of them, or none.
    reach : float
        How near the pointer must be, in the size of usual text.
    """

    x: Array
    y: Array
    facts: tuple[tuple[str, Array | tuple[str, ...]], ...] = ()
    actions: tuple[Action, ...] = ()
    reach: float = 0.8

    def action(self, i: int) -> Action | None:
        """Return what a click on place i does."""
        if len(self.actions) <= 1:
            return self.actions[0] if self.actions else None
        return self.actions[i]


@dataclass(frozen=True)
class Steps:
    """A figure that is gone through step by step, with buttons and the arrow keys.

    Attributes
    ----------
    setting : str
        The view's parameter that says at which step it is.
    at, count : int
        The step on show, from 0, and how many there are.
    title, words : str
        What the step is about, and what it says: written under the figure, as long as it is.
    """

    setting: str
    at: int
    count: int
    title: str = ""
    words: str = ""


def as_fine_as_a_hand(value: float, low: float, high: float) -> float:
    """Return a number that is dragged between two others, rounded to about a pixel."""
    return round(value, ceil(log10(500 / (high - low))))


@lru_cache(maxsize=8)
def to_watch(
    which: str, n_train: int, n_test: int
) -> tuple[NDArray[np.int64], tuple[str, ...], tuple[Action, ...]]:
    """Return which rows of a picture can be pointed at, their names, and what clicks on them do.

    Parameters
    ----------
    which : {"train", "test", "all"}
        The rows that are drawn, the training rows first.
    n_train, n_test : int
        How many rows there are; of many, evenly spaced ones can be pointed at.
    """
    parts = [("train", n_train), ("test", n_test)]
    ends = [(part, n) for part, n in parts if which in ("all", part)]
    n_drawn = sum(n for _, n in ends)
    every = max(1, -(-n_drawn // _POINTED))
    chosen, names, actions = [], [], []
    start = 0
    for part, n in ends:
        for row in range(0, n, every):
            settings = (("row", row), ("part", part), ("step", 0))
            chosen.append(start + row)
            names.append(f"{part} {row:,}")
            actions.append(
                Action("Watch this row go through", view="forward_pass", settings=settings)
            )
        start += n
    return np.array(chosen, dtype=np.int64), tuple(names), tuple(actions)
