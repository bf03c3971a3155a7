"""Places of a figure that can be pointed at: the nearest one, the next one, and what they tell.

Imports numpy, the axes' arithmetic and the figure; knows no toolkit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optiviz.ui.canvas.axes import Scale, number
from optiviz.ui.canvas.pixels import Pixels
from optiviz.views.figure import Action, Spots

__all__ = ["Place", "Places"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """One spot: which group of the figure's it is in, and which one there."""

    group: int
    i: int


class Places:
    """The spots of one figure on the plot's scales."""

    def __init__(
        self, spots: Sequence[Spots] = (), sx: Scale | None = None, sy: Scale | None = None
    ) -> None:
        self._spots = tuple(spots)
        self._at: list[tuple[Array, Array]] = []
        for group in self._spots:
            x = np.ravel((sx or Scale()).places(group.x))
            y = np.ravel((sy or Scale()).places(group.y))
            n = min(x.size, y.size)
            self._at.append((x[:n], y[:n]))

    def nearest(self, across: float, down: float, pixels: Pixels, em: float) -> Place | None:
        """Return the spot that is meant by a pixel: the nearest one within the first group's reach.

        Parameters
        ----------
        across, down : float
            In pixels of the plot's area.
        pixels : Pixels
        em : float
            The size of usual text, in pixels.
        """
        for group, (spots, (x, y)) in enumerate(zip(self._spots, self._at, strict=True)):
            if not x.size:
                continue
            at_x, at_y = pixels.of(x, y)
            with np.errstate(all="ignore"):
                square = (at_x - across) ** 2 + (at_y - down) ** 2
            square = np.where(np.isnan(square), np.inf, square)
            i = int(np.argmin(square))
            if square[i] <= (spots.reach * em * pixels.type_size) ** 2:
                return Place(group, i)
        return None

    def next(self, place: Place | None, by: int, pixels: Pixels) -> Place | None:
        """Return the next spot that is seen, or the one before; the first or the last at an end.

        Parameters
        ----------
        place : Place or None
            Where to go on from; None begins at an end.
        by : int
            1 or -1.
        pixels : Pixels
        """
        seen = []
        for group, (x, y) in enumerate(self._at):
            inside = (x >= pixels.x[0]) & (x <= pixels.x[1])
            inside &= (y >= pixels.y[0]) & (y <= pixels.y[1])
            found = np.flatnonzero(inside)
            seen.append(np.stack((np.full(found.size, group), found), axis=1))
        every = np.concatenate(seen) if seen else np.empty((0, 2), dtype=np.intp)
        if not len(every):
            return None
        if place is None:
            at = 0 if by > 0 else len(every) - 1
        else:
            before = (every[:, 0] < place.group) | (
                (every[:, 0] == place.group) & (every[:, 1] < place.i)
            )
            rank = int(np.count_nonzero(before))
            here = rank < len(every) and tuple(every[rank]) == (place.group, place.i)
            at = rank + by if here or by < 0 else rank
        group, i = every[min(max(at, 0), len(every) - 1)]
        return Place(int(group), int(i))

    def there(self, place: Place | None) -> bool:
        """Whether this figure has such a spot, at a place that can be shown."""
        if place is None or place.group >= len(self._at):
            return False
        x, y = self._at[place.group]
        return place.i < x.size and bool(np.isfinite(x[place.i]) and np.isfinite(y[place.i]))

    def pixel(self, place: Place, pixels: Pixels) -> tuple[float, float]:
        """Return where a spot is, in pixels of the plot's area."""
        x, y = self._at[place.group]
        return pixels.at(float(x[place.i]), float(y[place.i]))

    def facts(self, place: Place) -> list[tuple[str, str]]:
        """Return what a spot tells: names and values; what it has no value of is left out."""
        told = []
        for name, values in self._spots[place.group].facts:
            if place.i >= len(values):
                continue
            value = values[place.i]
            text = value if isinstance(value, str) else number(float(value))
            if text and not (isinstance(value, float) and np.isnan(value)):
                told.append((name, text))
        return told

    def action(self, place: Place) -> Action | None:
        """Return what a click on a spot does."""
        spots = self._spots[place.group]
        if 1 < len(spots.actions) <= place.i:
            return None
        return spots.action(place.i)

    def __len__(self) -> int:
        """Return how many there are."""
        return sum(x.size for x, _ in self._at)
