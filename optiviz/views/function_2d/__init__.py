"""A function from above: colours and contour lines, the way of each run, and the known minima."""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np

from optiviz.analysis.contours import Levels
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Problem
from optiviz.engine.wording import rounded
from optiviz.problems import FunctionProblem
from optiviz.views import Shown, View
from optiviz.views.figure import (
    Axis,
    Figure,
    Item,
    LegendEntry,
    Spots,
    as_fine_as_a_hand,
)
from optiviz.views.function_2d.ground import Plane, ground, minima
from optiviz.views.function_2d.marks import run_marks, words
from optiviz.views.function_2d.steps import step_arrows


class Contours(View):
    """Values as colours and lines over two coordinates, with the runs on them."""

    kind = "function_2d"
    label = "Contours"
    to_see = (
        "A path that crosses the lines at right angles goes straight down; one that swings from "
        "side to side is in a narrow valley with too large a step."
    )
    problems = ("function_2d", "function_nd")
    costly = True
    place = 5

    parts: Annotated[
        Literal["focus", "all", "none"],
        Param(
            "Arrows from where a gradient method is: the slope, what is remembered of earlier "
            "steps, and the step that comes next.",
            label="Parts of the step",
            choices={
                "focus": "of the run in focus",
                "all": "of every run",
                "none": "none",
            },
        ),
    ] = "focus"
    coordinate_x: Annotated[
        int, Param("Of many coordinates, the one to the right.", label="Right", ge=1, le=1000)
    ] = 1
    coordinate_y: Annotated[
        int, Param("Of many coordinates, the one upwards.", label="Up", ge=1, le=1000)
    ] = 2

    def idle(self, problem: Problem) -> tuple[str, ...]:
        """Name the coordinates where there is nothing to choose."""
        return ("coordinate_x", "coordinate_y") if problem.dim <= 2 else ()

    def start_at(self, problem: Problem, start: Array, x: float, y: float) -> tuple[float, ...]:
        """Return a start with the two coordinates on show put to a place in the picture."""
        assert isinstance(problem, FunctionProblem)
        moved = start.copy()
        for i, value in zip(self._chosen(problem), (x, y), strict=True):
            moved[i] = as_fine_as_a_hand(value, *problem.domain)
        return tuple(moved.tolist())

    def _chosen(self, problem: Problem) -> tuple[int, int]:
        """Return the coordinates on show, counted from 0."""
        return min(self.coordinate_x, problem.dim) - 1, min(self.coordinate_y, problem.dim) - 1

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the first run's function, and every run of the same function on it."""
        problem = shown[0].run.spec.problem
        assert isinstance(problem, FunctionProblem)
        if problem.dim < 2:
            return Figure(self.label, empty="A function of one variable has no contours.")
        across, up = self._chosen(problem)
        if across == up:
            return Figure(self.label, empty="Choose two coordinates, one for each direction.")
        here = shown[0].reader.state(shown[0].k)
        held = np.where(np.isfinite(here.x), here.x, 0.0).copy()
        held[[across, up]] = 0.0
        many = problem.dim > 2
        plane = Plane(problem, across, up, held.tobytes() if many else b"")
        image, lines, levels = ground(plane)
        if image is None or levels is None:
            return Figure(self.label, empty=f"{problem.function.title} has no value here.")
        items: list[Item] = [image, *lines, *minima(plane)]
        outside, places, meanings = [], [], dict[str, None]()
        spots: list[Spots] = []
        legend = [] if problem.minimum is None else [LegendEntry("lowest", "text", "cross")]
        drawn = [one for one in shown if one.run.spec.problem == problem]
        for one in reversed(drawn):  # the one in focus on top
            marks, places_of_run = run_marks(one, plane)
            items += marks
            spots[:0] = places_of_run
        for one in drawn:
            state = one.reader.state(one.k)
            name = f"{one.name}: " if len(drawn) > 1 and one.name else ""
            places.append(f"{name}({rounded(state.x[across])}, {rounded(state.x[up])})")
            meanings |= dict.fromkeys(words(state))
            with np.errstate(invalid="ignore"):
                inside = np.abs(state.x[[across, up]] - plane.middle) <= plane.side / 2
            if not inside.all():
                outside.append(f"{one.name or 'The point'} is outside the picture.")
        for one in drawn[: {"focus": 1, "all": len(drawn), "none": 0}[self.parts]]:
            arrows = step_arrows(one, plane)
            items += arrows.items
            spots += arrows.spots
            if arrows.caption:
                meanings |= {arrows.caption: None}
            if one is drawn[0]:
                legend[:0] = arrows.legend
        start = shown[0].reader.stepper.start_point()
        names = (f"x{across + 1}", f"x{up + 1}") if many else ("x", "y")
        low, high = problem.domain
        return Figure(
            title=self.label,
            note=_note(drawn[0], here.f) if len(drawn) == 1 else "",
            x=Axis(names[0], low, high),
            y=Axis(names[1], low, high),
            items=tuple(items),
            legend=tuple(legend),
            warning=" ".join([*outside, *_left_out(len(shown) - len(drawn))]),
            caption=" ".join([_caption(problem, names, levels, shown[0].k, places), *meanings]),
            equal=True,
            spots=tuple(spots),
            draggable=(float(start[across]), float(start[up])),
        )


def _note(one: Shown, f: float) -> str:
    known = one.reader.stepper.problem.metrics(one.reader.state(one.k).x).get("distance")
    value = f"f = {rounded(f)}"
    return value if known is None else f"{value} · {rounded(known)} from the minimum"


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
            f"above {rounded(levels.low)} as the one inside it."
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
