"""A function from above: colours and contour lines, the way of each run, and the known minima."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, NamedTuple

import numpy as np

from optiviz.analysis.contours import Levels, levels_of
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Problem
from optiviz.problems import FunctionProblem
from optiviz.views import Shown, View
from optiviz.views.figure import (
    Array,
    Axis,
    Figure,
    Item,
    LegendEntry,
    Line,
    Points,
    ValueImage,
    contour_lines,
)
from optiviz.views.palette import dash_of_run

_CELLS = 160  # to each side
_WITHIN = 3  # points to each side of a cell: their mean leaves no false pattern of fine waves
_NUMBERS = 2_000_000  # coordinates that are computed for a picture, about
_PATH = 400  # places of the path that are drawn
_DOTS = 60  # places of the path up to which each has its own dot
_MEMBERS = 400  # of a population
_FAR = 50.0  # pictures away a path is cut off

Ground = tuple[ValueImage | None, tuple[Line, ...], Levels | None]


class _Plane(NamedTuple):
    """Two coordinates, counted from 0, and where the others are held."""

    problem: FunctionProblem
    across: int
    up: int
    held: bytes = b""

    def points(self, u: Array, v: Array) -> Array:
        """Return the points of the plane at coordinates u and v, shape (n, dim)."""
        base = np.frombuffer(self.held) if self.held else np.zeros(2)
        points = np.tile(base, (len(u), 1))
        points[:, self.across], points[:, self.up] = u, v
        return points


class Contours(View):
    """Values as colours and lines over two coordinates, with the runs on them."""

    kind = "function_2d"
    label = "Contours"
    problems = ("function_2d", "function_nd")
    costly = True
    place = 5

    coordinate_x: Annotated[
        int, Param("Of many coordinates, the one to the right.", label="Right", ge=1, le=1000)
    ] = 1
    coordinate_y: Annotated[
        int, Param("Of many coordinates, the one upwards.", label="Up", ge=1, le=1000)
    ] = 2

    def idle(self, problem: Problem) -> tuple[str, ...]:
        """Name the coordinates where there is nothing to choose."""
        return ("coordinate_x", "coordinate_y") if problem.dim <= 2 else ()

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the first run's function, and every run of the same function on it."""
        problem = shown[0].run.spec.problem
        assert isinstance(problem, FunctionProblem)
        if problem.dim < 2:
            return Figure(self.label, empty="A function of one variable has no contours.")
        across, up = (min(c, problem.dim) - 1 for c in (self.coordinate_x, self.coordinate_y))
        if across == up:
            return Figure(self.label, empty="Choose two coordinates, one for each direction.")
        here = shown[0].reader.state(shown[0].k)
        held = np.where(np.isfinite(here.x), here.x, 0.0).copy()
        held[[across, up]] = 0.0
        many = problem.dim > 2
        plane = _Plane(problem, across, up, held.tobytes() if many else b"")
        image, lines, levels = _ground(plane)
        if image is None or levels is None:
            return Figure(self.label, empty=f"{problem.function.title} has no value here.")
        items: list[Item] = [image, *lines, *_minima(plane)]
        outside, places = [], []
        drawn = [one for one in shown if one.run.spec.problem == problem]
        for one in reversed(drawn):  # the one in focus on top
            items += _run(one, plane)
        for one in drawn:
            x = one.reader.state(one.k).x
            name = f"{one.name}: " if len(drawn) > 1 and one.name else ""
            places.append(f"{name}({_number(x[across])}, {_number(x[up])})")
            if not (np.abs(x[[across, up]] - _middle(problem)) <= _half(problem)).all():
                outside.append(f"{one.name or 'The point'} is outside the picture.")
        names = (f"x{across + 1}", f"x{up + 1}") if many else ("x", "y")
        low, high = problem.domain
        has_members = any(hasattr(one.reader.state(one.k), "population") for one in drawn)
        crowd = " Small rings are the members of a population." if has_members else ""
        return Figure(
            title=self.label,
            note=_note(drawn[0], here.f) if len(drawn) == 1 else "",
            x=Axis(names[0], low, high),
            y=Axis(names[1], low, high),
            items=tuple(items),
            legend=() if problem.minimum is None else (LegendEntry("lowest", "text", "cross"),),
            warning=" ".join([*outside, *_left_out(len(shown) - len(drawn))]),
            caption=_caption(problem, names, levels, shown[0].k, places) + crowd,
            equal=True,
        )


def _middle(problem: FunctionProblem) -> float:
    return (problem.domain[0] + problem.domain[1]) / 2


def _half(problem: FunctionProblem) -> float:
    return (problem.domain[1] - problem.domain[0]) / 2


@lru_cache(maxsize=8)
def _ground(plane: _Plane) -> Ground:
    """Return the picture of a plane, its contour lines and their levels."""
    problem = plane.problem
    low, high = problem.domain
    within = 1 if plane.held else _WITHIN
    room = int((_NUMBERS / problem.dim) ** 0.5) // within
    cells = max(24, min(_CELLS, room))
    values = _values(plane, cells, within)
    if not (np.abs(values) <= 1e300).any():
        return None, (), None
    known = problem.minimum
    inside = known is not None and not plane.held
    levels = levels_of(values, known.value if inside and known is not None else None)
    ramp = (levels.low, *levels.values, levels.high) if levels.log else (levels.low, levels.high)
    image = ValueImage(values, low, high, low, high, ramp, problem.reading.name)
    return image, contour_lines(image, levels), levels


def _values(plane: _Plane, cells: int, within: int) -> Array:
    """Return the mean value of each cell, shape (cells, cells), row by row to save memory."""
    low, high = plane.problem.domain
    n = cells * within
    at = low + (np.arange(n) + 0.5) * (high - low) / n
    rows = max(1, _NUMBERS // (4 * n * plane.problem.dim * within)) * within
    parts = []
    for start in range(0, n, rows):
        v = at[start : start + rows]
        u, v = (grid.ravel() for grid in np.meshgrid(at, v))
        with np.errstate(all="ignore"):
            values = plane.problem.function.value(plane.points(u, v))
            parts.append(values.reshape(-1, within, cells, within).mean(axis=(1, 3)))
    return np.concatenate(parts)


def _minima(plane: _Plane) -> list[Item]:
    """Return a cross at each known minimum, as far as the plane shows where it is."""
    known = plane.problem.minimum
    if known is None:
        return []
    u, v = known.points[:, plane.across], known.points[:, plane.up]
    return [
        Points(u, v, "card", size=1.0, opacity=0.5),  # so that it shows on any colour
        Points(u, v, "text", "cross", size=0.7),
    ]


def _run(one: Shown, plane: _Plane) -> list[Item]:
    """Return a run's path up to its iteration, its population, where it began and where it is."""
    role, state, start = f"run:{one.number}", one.reader.state(one.k), one.reader.state(0)
    u, v = _path(one, plane, state.x)
    items: list[Item] = [
        Line(u, v, "card", width=2.2, opacity=0.55),  # so that it shows on any colour
        Line(u, v, role, width=1.1, dash=dash_of_run(one.number)),
    ]
    if len(u) <= _DOTS:
        items.append(Points(u, v, role, size=0.32))
    members = getattr(state, "population", None)
    if members is not None:
        members = members[:: max(1, -(-len(members) // _MEMBERS))]
        cloud = _inside(members[:, plane.across], members[:, plane.up], plane.problem)
        items.append(Points(*cloud, "card", size=0.5, opacity=0.7))
        items.append(Points(*cloud, role, "ring", size=0.45, hollow=True))
    begun = start.x[[plane.across]], start.x[[plane.up]]
    items.append(Points(*begun, "card", size=0.95, opacity=0.75))
    items.append(Points(*begun, role, "ring", size=0.85, hollow=True))
    now = _inside(state.x[[plane.across]], state.x[[plane.up]], plane.problem)
    items.append(Points(*now, role, size=0.8, outlined=True, label=one.name))
    return items


def _path(one: Shown, plane: _Plane, now: Array) -> tuple[Array, Array]:
    """Return where a run has been, in order; of many coordinates, where the trace has its state."""
    chosen = [plane.across, plane.up]
    samples = one.run.history.samples()
    if samples.x is not None:
        been = samples.x[samples.k <= one.k][:, chosen]
    else:
        states = one.run.trace.snapshots
        been = np.array([s.x[chosen] for s in states if s.k <= one.k]).reshape(-1, 2)
    been = been[:: max(1, -(-len(been) // _PATH))]
    u, v = np.vstack([been, now[chosen]]).T
    return _inside(u, v, plane.problem)


def _inside(u: Array, v: Array, problem: FunctionProblem) -> tuple[Array, Array]:
    """Return points that aren't so far off that a screen has no numbers for them."""
    middle, reach = _middle(problem), _FAR * _half(problem)
    with np.errstate(invalid="ignore"):
        u, v = (np.clip(w, middle - reach, middle + reach) for w in (u, v))
    known = np.isfinite(u) & np.isfinite(v)
    return u[known], v[known]


def _note(one: Shown, f: float) -> str:
    known = one.reader.stepper.problem.metrics(one.reader.state(one.k).x).get("distance")
    value = f"f = {_number(f)}"
    return value if known is None else f"{value} · {_number(known)} from the minimum"


def _left_out(others: int) -> list[str]:
    """Say that runs of another function are not drawn."""
    if not others:
        return []
    runs = "1 run of another function is" if others == 1 else f"{others} runs of others are"
    return [f"{runs} left out here."]


def _caption(
    problem: FunctionProblem, names: tuple[str, str], levels: Levels, k: int, places: list[str]
) -> str:
    said = [f"From above: {problem.function.in_full}."]
    if problem.dim > 2:
        said.append(f"The other coordinates are held where they are at iteration {k:,}.")
    if levels.log:
        said.append(
            f"Colours and lines are logarithmic: each line is {levels.step:.3g} times as high "
            f"above {_number(levels.low)} as the one inside it."
        )
    elif levels.values:
        said.append(f"Lines are {levels.step:g} apart.")
    said.append(
        f"A ring is where a run began, a large marker where it is at iteration {k:,}: "
        f"({names[0]}, {names[1]}) = {'; '.join(places)}."
    )
    if problem.minimum is not None:
        said.append("A cross is where the function is known to be lowest.")
    return " ".join(said)


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")
