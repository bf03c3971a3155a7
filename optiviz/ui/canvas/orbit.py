"""How a picture in three dimensions is looked at, as arithmetic.

Imports numpy; knows no toolkit. What is shown stands in a box: x and y from -1 to 1, z from 0 to
`HEIGHT`.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["HEIGHT", "Orbit", "pixels_of"]

Array = NDArray[np.float64]

HEIGHT: Final = 0.9
"""Of the box."""

_ANGLE: Final = math.radians(26)  # of what is seen, from below to above
_BESIDE, _BELOW, _ABOVE = 0.72, -0.72, 0.94  # of the picture's half, what words leave of it
_MIDDLE: Final = np.array([0.0, 0.0, 0.4 * HEIGHT])  # round which it is turned
_RADIUS: Final = math.hypot(1.0, 1.0)
_LOWEST, _HIGHEST = 3.0, 89.0  # degrees
_NEAREST, _FARTHEST = 5.0, 0.4


@dataclass(frozen=True)
class Orbit:
    """From where the box is looked at.

    Attributes
    ----------
    azimuth, elevation : float
        Degrees: round the box, and above its floor.
    zoom : float
        1 shows the whole box.
    """

    azimuth: float = -62.0
    elevation: float = 32.0
    zoom: float = 1.0

    def turned(self, right: float, up: float) -> "Orbit":
        """Return it from some degrees farther to the right and up."""
        azimuth = (self.azimuth + right + 180) % 360 - 180
        elevation = min(max(self.elevation + up, _LOWEST), _HIGHEST)
        return replace(self, azimuth=azimuth, elevation=elevation)

    def nearer(self, times: float) -> "Orbit":
        """Return it so many times as large."""
        return replace(self, zoom=min(max(self.zoom * times, _FARTHEST), _NEAREST))

    @property
    def towards(self) -> Array:
        """The direction from the middle of the box to the eye, shape (3,)."""
        a, e = math.radians(self.azimuth), math.radians(self.elevation)
        return np.array([math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)])

    def matrix(self, aspect: float) -> Array:
        """Return what takes points to the screen (homogeneous, -1 to 1), shape (4, 4).

        Parameters
        ----------
        aspect : float
            Width over height.
        """
        distance, shift = _fitting(round(self.elevation, 1), round(max(aspect, 0.2), 2))
        back = self.towards
        a = math.radians(self.azimuth)
        right = np.array([-math.sin(a), math.cos(a), 0.0])
        up = np.cross(back, right)
        view = np.eye(4)
        view[:3, :3] = right, up, back
        view[:3, 3] = -view[:3, :3] @ _MIDDLE
        view[2, 3] -= distance
        focal = self.zoom / math.tan(_ANGLE / 2)
        near, far = max(distance - 2 * _RADIUS, 0.05), distance + 2 * _RADIUS
        projection = np.zeros((4, 4))
        projection[0, 0], projection[1, 1] = focal / aspect, focal
        projection[2, 2:] = (far + near) / (near - far), 2 * far * near / (near - far)
        projection[1, 2], projection[3, 2] = -self.zoom * shift, -1.0
        return projection @ view


@lru_cache(maxsize=64)
def _fitting(elevation: float, aspect: float) -> tuple[float, float]:
    """Return how far off the eye must be for the whole box, and how far the picture is moved up.

    It is the same from all round, so that the box keeps its size while it is turned.
    """
    a, e = np.radians(np.arange(0.0, 360.0, 15.0)), math.radians(elevation)
    corner = np.array([(z, s) for z in (-_MIDDLE[2], HEIGHT - _MIDDLE[2]) for s in (-1.0, 1.0)])
    z, outward = corner[:, :1], corner[:, 1:] * _RADIUS * np.cos(a)
    across = _RADIUS * np.abs(np.sin(a))
    up = z * math.cos(e) - outward * math.sin(e)
    near = z * math.sin(e) + outward * math.cos(e)
    focal = 1 / math.tan(_ANGLE / 2)
    low, high = float(near.max()) + 0.1, 1000.0
    for _ in range(40):
        distance = (low + high) / 2
        x, y = focal / aspect * across / (distance - near), focal * up / (distance - near)
        if x.max() <= _BESIDE and np.ptp(y) <= _ABOVE - _BELOW:
            high = distance
        else:
            low = distance
    y = focal * up / (high - near)
    return high, (_ABOVE + _BELOW - float(y.max() + y.min())) / 2


def pixels_of(points: Array, matrix: Array, width: float, height: float) -> Array:
    """Return where points (n, 3) are on a screen, from its upper left corner, shape (n, 2)."""
    on = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    share = on[:, :2] / on[:, 3:]
    return np.column_stack([(share[:, 0] + 1) * width / 2, (1 - share[:, 1]) * height / 2])
