"""One unit's map, large, beside the diagram, with the training rows on it."""

from dataclasses import dataclass

import numpy as np

from optiviz.analysis.features.grounds import Ground
from optiviz.engine.wording import rounded
from optiviz.views.figure import Array, Item, Points, Text, Tiles
from optiviz.views.network.moment import Moment
from optiviz.views.palette import marker_of_class

_PALE = 0.8  # of full colour, so that rows stand out
_POINTS = 300  # rows that are drawn at most


@dataclass(frozen=True)
class Box:
    """Where the map is.

    Attributes
    ----------
    left, right, bottom, top : float
    title : str
    """

    left: float
    right: float
    bottom: float
    top: float
    title: str

    @classmethod
    def at_right(cls, span: tuple[float, float], share: float, title: str) -> "Box":
        """Return the box in the right part of a diagram."""
        width = span[1] - span[0]
        return cls(span[1] - (share - 0.04) * width, span[1] - 0.01 * width, 0.17, 1.0, title)

    @property
    def middle(self) -> tuple[Array, Array]:
        """The place to point at."""
        x, y = (self.left + self.right) / 2, (self.bottom + self.top) / 2
        return np.array([x]), np.array([y])

    def place(self, uv: Array, edges: tuple[float, float, float, float]) -> tuple[Array, Array]:
        """Return where points of the plane, shape (n, 2), are in the box."""
        left, right, bottom, top = edges
        across = (uv[:, 0] - left) / (right - left)
        up = (uv[:, 1] - bottom) / (top - bottom)
        width, height = self.right - self.left, self.top - self.bottom
        return self.left + width * across, self.bottom + height * up


def enlarged(box: Box, moment: Moment, ground: Ground, values: Array, raw: Array) -> list[Item]:
    """Draw a unit's map.

    Parameters
    ----------
    box : Box
    moment : Moment
    ground : Ground
    values : ndarray, shape (cells,)
        As -1 to 1.
    raw : ndarray, shape (cells,)
        As the unit says it.
    """
    data = moment.evaluator.data
    side = round(len(values) ** 0.5)
    shaded = _PALE * np.clip(values, -1, 1).reshape(1, side, side)
    width, height = box.right - box.left, box.top - box.bottom
    items: list[Item] = [Tiles(*box.middle, shaded, width, height)]
    every = max(1, -(-len(data.X_train) // _POINTS))
    x, y = box.place(ground.plane.project(data.X_train[::every]), ground.edges)
    if data.n_classes:
        classes = data.y_train[::every]
        for c in range(data.n_classes):
            mine = classes == c
            items.append(Points(x[mine], y[mine], f"class:{c}", marker_of_class(c), size=0.4))
    else:
        items.append(Points(x, y, "muted", size=0.4))
    known = raw[np.isfinite(raw)]
    left, right, bottom, top = ground.edges
    lines = [f"right: {ground.plane.labels[0]}, {_short(left)} to {_short(right)}"]
    if data.X_train.shape[1] > 1:
        lines.append(f"up: {ground.plane.labels[1]}, {_short(bottom)} to {_short(top)}")
    reach = f"{_short(known.min())} to {_short(known.max())}" if len(known) else "no number"
    lines.append(f"it says {reach}")
    middle = (box.left + box.right) / 2
    items.append(Text(middle, 1.1, box.title, "accent", "center", bold=True))
    for i, line in enumerate(lines):
        items.append(
            Text(middle, box.bottom - 0.055 - 0.065 * i, line, "muted", "center", size=0.9)
        )
    return items


def _short(value: float) -> str:
    return rounded(value, 2) if abs(value) >= 0.005 else "0"
