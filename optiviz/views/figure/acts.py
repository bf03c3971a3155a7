"""What a figure lets people do: places to point at, and what a click or a key does."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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
    """

    label: str
    seek: int | None = None
    view: str = ""
    settings: tuple[tuple[str, object], ...] = ()
    weight: int | None = None


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
    """

    setting: str
    at: int
    count: int
