"""How a picture in three dimensions is looked at, as arithmetic.

Imports numpy; knows no toolkit. What is shown stands in a box: x and y from -1 to 1, z from 0 to
`HEIGHT`.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["HEIGHT", "Orbit", "pixels_of"]

Array = NDArray[np.float64]

HEIGHT: Final = 0.9
"""Of the box."""

_ANGLE: Final = math.radians(26)  # of what is seen, from below to above
_BESIDE: Final = 1.4  # with the words beside the box
_MIDDLE: Final = 0.4  # of its height is in the middle of the picture
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
        # What the box can be at most while it is turned round, seen from this height.
        radius, e = math.hypot(1.0, 1.0), math.radians(self.elevation)
        tall = (1 - _MIDDLE) * HEIGHT * math.cos(e) + radius * math.sin(e)
        tangent = math.tan(_ANGLE / 2)
        distance = max(_BESIDE * radius / (tangent * aspect), tall / tangent) + radius
        back = self.towards
        a = math.radians(self.azimuth)
        right = np.array([-math.sin(a), math.cos(a), 0.0])
        up = np.cross(back, right)
        view = np.eye(4)
        view[:3, :3] = right, up, back
        middle = np.array([0.0, 0.0, _MIDDLE * HEIGHT])
        view[:3, 3] = -view[:3, :3] @ middle
        view[2, 3] -= distance
        focal = self.zoom / tangent
        near, far = max(distance - 2 * radius, 0.05), distance + 2 * radius
        projection = np.zeros((4, 4))
        projection[0, 0], projection[1, 1] = focal / aspect, focal
        projection[2, 2:] = (far + near) / (near - far), 2 * far * near / (near - far)
        projection[3, 2] = -1.0
        return projection @ view


def pixels_of(points: Array, matrix: Array, width: float, height: float) -> Array:
    """Return where points (n, 3) are on a screen, from its upper left corner, shape (n, 2)."""
    on = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    share = on[:, :2] / on[:, 3:]
    return np.column_stack([(share[:, 0] + 1) * width / 2, (1 - share[:, 1]) * height / 2])
