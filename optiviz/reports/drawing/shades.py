"""Pictures of values as colours: exact ones for one palette, or few shades that palettes share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from optiviz.views.figure import Array, ClassImage
from optiviz.views.palette import LIGHT, Palette

_FEW = 96  # shades of a picture
_LEAST = 12  # of each of many classes
_STRONGEST = 0.5  # how much of the class colour shows where the model is sure


@dataclass(frozen=True)
class Shades:
    """A picture of values, the lowest row first.

    Attributes
    ----------
    colours : callable
        Given a palette it returns the picture, shape (rows, columns, 3).
    few : callable
        Returns which of a few shades each cell has, shape (rows, columns), from 0 on.
    table : callable
        Given a palette it returns what these shades are, shape (n, 3), from 0 to 255.
    """

    colours: Callable[[Palette], Any]
    few: Callable[[], NDArray[np.uint8]]
    table: Callable[[Palette], NDArray[np.uint8]]


def of_signs(values: Array) -> Shades:
    """Return values from -1 to 1 in the colours of signs."""
    return Shades(
        lambda palette: palette.on_signs(values),
        lambda: _steps((np.clip(values, -1.0, 1.0) + 1) / 2, _FEW),
        lambda palette: palette.on_signs(np.append(np.linspace(-1, 1, _FEW + 1), np.nan)),
    )


def of_ramp(shares: Array) -> Shades:
    """Return shares from 0 to 1 in the colours of the ramp."""
    return Shades(
        lambda palette: palette.on_ramp(shares),
        lambda: _steps(np.clip(shares, 0.0, 1.0), _FEW),
        lambda palette: palette.on_ramp(np.append(np.linspace(0, 1, _FEW + 1), np.nan)),
    )


def of_classes(image: ClassImage) -> Shades:
    """Return classes in their colours, which fade into the card where the model is unsure."""
    colours = len(LIGHT.classes)  # then they come again
    n = min(colours, int(image.winner.max(initial=0)) + 1)
    steps = max(_LEAST, _FEW // n)
    lean = np.clip(np.nan_to_num(image.lean), 0.0, 1.0)

    def few() -> NDArray[np.uint8]:
        first = image.winner % colours * (steps + 1)
        return (first + _steps(lean, steps)).astype(np.uint8)

    def table(palette: Palette) -> NDArray[np.uint8]:
        shares = np.tile(np.linspace(0.0, 1.0, steps + 1), n)
        mixed = _mixed(shares, np.repeat(np.arange(n), steps + 1), palette)
        return np.rint(255 * mixed).astype(np.uint8)

    return Shades(lambda palette: _mixed(lean, image.winner, palette), few, table)


def _mixed(lean: Array, winner: NDArray[np.int64], palette: Palette) -> Array:
    classes = np.array([to_rgb(colour) for colour in palette.classes])
    card = np.array(to_rgb(palette.card))
    colour = classes[winner % len(classes)]
    return np.asarray(card + _STRONGEST * lean[..., None] * (colour - card))


def _steps(shares: Array, steps: int) -> NDArray[np.uint8]:
    """Return shares as whole steps; one more where there is none."""
    known = np.isfinite(shares)
    found = np.where(known, np.rint(np.where(known, shares, 0.0) * steps), steps + 1)
    return found.astype(np.uint8)
