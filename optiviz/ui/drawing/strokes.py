"""A drawing and what tools do to it, without any toolkit. Every stroke can be undone."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optiviz.ui.guard import guarded

__all__ = ["MOST_POINTS", "SHAPES", "Area", "Brush", "Drawing", "Sketch"]

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]

MOST_POINTS: Final = 100_000
CLASSES: Final = 10
_STEPS: Final = 50  # that can be undone
_DIGITS: Final = 4  # after the point, in which places are kept: finer than a hand or a screen


@dataclass(frozen=True, eq=False)
class Drawing:
    """Points with a class each.

    Attributes
    ----------
    x, y : ndarray, shape (n,)
    classes : ndarray of int, shape (n,)
        From 0 to 9.
    """

    x: Array
    y: Array
    classes: Labels

    @classmethod
    def of(cls, x: Sequence[float], y: Sequence[float], classes: Sequence[int]) -> "Drawing":
        """Make a drawing of plain numbers; of sequences of several lengths the shortest counts."""
        n = min(len(x), len(y), len(classes))
        return cls(
            np.array(x[:n], dtype=np.float64),
            np.array(y[:n], dtype=np.float64),
            np.array(classes[:n], dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.x)

    def counts(self) -> Labels:
        """Return how many points each of the ten classes has."""
        return np.bincount(self.classes, minlength=CLASSES)[:CLASSES].astype(np.int64)

    def same_as(self, other: "Drawing") -> bool:
        """Whether two drawings have the same points in the same order."""
        pairs = ((self.x, other.x), (self.y, other.y), (self.classes, other.classes))
        return all(mine is theirs or np.array_equal(mine, theirs) for mine, theirs in pairs)


@dataclass(frozen=True)
class Area:
    """What can be drawn on."""

    left: float = -1.0
    right: float = 1.0
    bottom: float = -1.0
    top: float = 1.0

    @classmethod
    def around(cls, drawing: Drawing) -> "Area":
        """Return -1 to 1 each way, or more where there are points beyond."""
        if not len(drawing):
            return cls()
        sides = []
        for values in (drawing.x, drawing.y):
            low, high = min(-1.0, float(values.min())), max(1.0, float(values.max()))
            margin = 0.04 * (high - low)
            sides += [low - margin if low < -1 else low, high + margin if high > 1 else high]
        return cls(*sides)

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom


@dataclass(frozen=True)
class Brush:
    """Where a brush is, and how far it reaches across and upwards: a circle on the screen."""

    x: float
    y: float
    across: float
    upwards: float

    def over(self, drawing: Drawing) -> Mask:
        """Return which points are under it."""
        u, v = (drawing.x - self.x) / self.across, (drawing.y - self.y) / self.upwards
        return np.asarray(u * u + v * v <= 1.0)


class Sketch:
    """A drawing that changes stroke by stroke.

    Parameters
    ----------
    drawing : Drawing
        To begin with.
    seed : int, optional
        Of what a brush does at random; another each time if left out.
    """

    def __init__(self, drawing: Drawing, seed: int | None = None) -> None:
        self.drawing = drawing
        self.area = Area.around(drawing)
        self._random = np.random.default_rng(seed)
        self._before: deque[Drawing] = deque(maxlen=_STEPS)
        self._after: list[Drawing] = []
        self._begun: Drawing | None = None

    # Strokes

    def begin(self) -> None:
        """Begin a stroke: all until `end` is undone as one."""
        self._begun = self.drawing

    def end(self) -> None:
        """End the stroke; one that changed nothing is not remembered."""
        begun, self._begun = self._begun, None
        if begun is not None and begun is not self.drawing:
            self._before.append(begun)
            self._after.clear()

    def put(self, x: float, y: float, label: int) -> None:
        """Add one point."""
        self._add(np.array([x]), np.array([y]), label)

    def spray(self, brush: Brush, label: int, n: int) -> None:
        """Add points of a class, anywhere under the brush with the same chance."""
        radius, angle = np.sqrt(self._random.random(n)), 2 * np.pi * self._random.random(n)
        x = brush.x + brush.across * radius * np.cos(angle)
        y = brush.y + brush.upwards * radius * np.sin(angle)
        self._add(x, y, label)

    def erase(self, brush: Brush) -> None:
        """Take away what is under the brush."""
        under = brush.over(self.drawing)
        if under.any():
            old = self.drawing
            self.drawing = Drawing(old.x[~under], old.y[~under], old.classes[~under])

    @guarded
    def paint(self, brush: Brush, label: int) -> None:
        """Give what is under the brush a class."""
        under = brush.over(self.drawing) & (self.drawing.classes != label)
        if under.any():
            classes = np.where(under, label, self.drawing.classes)
            self.drawing = replace(self.drawing, classes=classes)

    def shake(self, brush: Brush) -> None:
        """Move what is under the brush at random, by about a tenth of the brush."""
        under = brush.over(self.drawing)
        if under.any():
            moves = 0.1 * self._random.standard_normal((2, int(under.sum())))
            x, y = self.drawing.x.copy(), self.drawing.y.copy()
            x[under], y[under] = self._kept_inside(
                x[under] + brush.across * moves[0], y[under] + brush.upwards * moves[1]
            )
            self.drawing = Drawing(x, y, self.drawing.classes)

    def start_from(self, shape: str) -> None:
        """Put a shape in the place of everything."""
        x, y, classes = SHAPES[shape](self._random)
        area = self.area
        x = area.left + (x + 1) / 2 * area.width
        y = area.bottom + (y + 1) / 2 * area.height
        self._whole(Drawing(*self._kept_inside(x, y), classes))

    def clear(self) -> None:
        """Take everything away."""
        if len(self.drawing):
            self._whole(Drawing.of((), (), ()))

    # Undoing

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to undo."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether there is a stroke to do again."""
        return bool(self._after)

    @property
    def full(self) -> bool:
        """Whether no more points go in."""
        return len(self.drawing) >= MOST_POINTS

    def undo(self) -> None:
        """Take the last stroke back."""
        self.end()
        if self._before:
            self._after.append(self.drawing)
            self.drawing = self._before.pop()

    def redo(self) -> None:
        """Do the stroke again that was taken back last."""
        self.end()
        if self._after:
            self._before.append(self.drawing)
            self.drawing = self._after.pop()

    def _whole(self, drawing: Drawing) -> None:
        self.end()
        self.begin()
        self.drawing = drawing
        self.end()

    def _add(self, x: Array, y: Array, label: int) -> None:
        room = MOST_POINTS - len(self.drawing)
        x, y = self._kept_inside(x[:room], y[:room])
        if len(x):
            old = self.drawing
            classes = np.full(len(x), label, dtype=np.int64)
            self.drawing = Drawing(
                np.concatenate([old.x, x]),
                np.concatenate([old.y, y]),
                np.concatenate([old.classes, classes]),
            )

    def _kept_inside(self, x: Array, y: Array) -> tuple[Array, Array]:
        area = self.area
        x, y = np.clip(x, area.left, area.right), np.clip(y, area.bottom, area.top)
        return np.round(x, _DIGITS), np.round(y, _DIGITS)


# Shapes to start from: places from -1 to 1, with classes

_Shape = tuple[Array, Array, Labels]
_EACH: Final = 100  # points of a class


def _arcs(random: np.random.Generator) -> _Shape:
    """Return two half circles that reach into each other."""
    t = np.pi * random.random(2 * _EACH)
    classes = np.repeat([0, 1], _EACH)
    x = np.where(classes == 0, np.cos(t) - 0.5, 0.5 - np.cos(t))
    y = np.where(classes == 0, np.sin(t) - 0.25, 0.25 - np.sin(t))
    return _shaken(0.55 * x, 0.85 * y, classes, 0.06, random)


def _rings(random: np.random.Generator) -> _Shape:
    """Return a ring inside another."""
    t = 2 * np.pi * random.random(2 * _EACH)
    classes = np.repeat([0, 1], _EACH)
    radius = np.where(classes == 0, 0.8, 0.35)
    return _shaken(radius * np.cos(t), radius * np.sin(t), classes, 0.06, random)


def _heaps(random: np.random.Generator) -> _Shape:
    """Return three heaps."""
    classes = np.repeat([0, 1, 2], _EACH)
    x, y = np.array([-0.5, 0.5, 0.0])[classes], np.array([-0.4, -0.4, 0.5])[classes]
    return _shaken(x, y, classes, 0.16, random)


def _corners(random: np.random.Generator) -> _Shape:
    """Return two classes in opposite corners each."""
    x, y = random.uniform(-0.9, 0.9, (2, 2 * _EACH))
    return x, y, ((x > 0) != (y > 0)).astype(np.int64)


def _spirals(random: np.random.Generator) -> _Shape:
    """Return two spirals around each other."""
    t = np.sqrt(random.random(2 * _EACH))
    classes = np.repeat([0, 1], _EACH)
    angle = 3 * np.pi * t + np.pi * classes
    return _shaken(0.85 * t * np.cos(angle), 0.85 * t * np.sin(angle), classes, 0.025, random)


def _shaken(x: Array, y: Array, classes: Labels, by: float, random: np.random.Generator) -> _Shape:
    noise = by * random.standard_normal((2, len(x)))
    return np.clip(x + noise[0], -1, 1), np.clip(y + noise[1], -1, 1), classes.astype(np.int64)


SHAPES: Final[dict[str, Callable[[np.random.Generator], _Shape]]] = {
    "Moons": _arcs,
    "Rings": _rings,
    "Three heaps": _heaps,
    "Corners (xor)": _corners,
    "Spirals": _spirals,
}
