"""Landscape: the objective over a plane through all points that are searched, and runs on it."""

import time
import weakref
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from optiviz.analysis.landscape import (
    Extent,
    Ground,
    SearchPlane,
    extent_of,
    heights_of,
    parts_of,
    path_plane,
    random_plane,
)
from optiviz.analysis.runs.surveys import Survey, is_live, same_space, survey_of
from optiviz.engine.draws import Draws
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Problem, Reading
from optiviz.engine.wording import capitalised
from optiviz.problems import FunctionProblem
from optiviz.problems.network_training import NetworkTraining
from optiviz.views import Shown, View, short_names
from optiviz.views.figure import (
    Axis,
    Figure,
    Item,
    LegendEntry,
    Line,
    Surface,
    ValueImage,
    contour_lines,
)
from optiviz.views.landscape.ways import Way

_FIRST, _QUICK = 0.05, 0.015  # seconds for values before a picture; while runs go on
_REPLAY = 0.03  # seconds for points of paths before it
_PART = 0.08  # seconds between two finer ones
_MOST = 30.0  # seconds of replay for one picture
_REST = 2.0  # seconds that the ground stays as it is while a run goes on
_SCENES, _NUMBERS = 6, 6_000_000  # that are kept, and the coordinates of their planes


_Picture = tuple[ValueImage, tuple[Line, ...], str]


@dataclass(eq=False)
class _Scene:
    """A plane with values over it, and what was known of the runs when it was laid."""

    ground: Ground
    stage: tuple[object, ...]
    made: float
    _drawn: tuple[object, _Picture] | None = None

    def picture(self, reading: Reading, height: str) -> _Picture:
        """Return the values as an image, the lines over it, and what to say of both.

        The same ones again as long as the ground is the same: nothing of them is drawn anew.
        """
        key = (self.ground.stage, reading, height)
        if self._drawn is None or self._drawn[0] != key:
            log = {"fitting": None, "even": False, "log": True}[height]
            heights = heights_of(self.ground.values, reading, log)
            extent = self.ground.extent
            image = ValueImage(heights.values, *extent, heights.ramp, reading.name)
            self._drawn = key, (image, contour_lines(image, heights.levels), heights.words)
        return self._drawn[1]


class Landscape(View):
    """The objective over a plane through weight space, with the paths of all runs."""

    kind = "landscape"
    label = "Landscape"
    to_see = (
        "Wide bands of one colour are flat ground, where a search gets no hint; lines close "
        "together are steep. The path shows whether the run went round or over."
    )
    problems = ("network_training", "function_nd")
    costly = True
    place = 70

    plane: Annotated[
        Literal["paths", "random"],
        Param(
            "Which plane through all points that are searched.",
            choices={
                "paths": "along the paths: their first two principal components",
                "random": "two random directions",
            },
        ),
    ] = "paths"
    through: Annotated[
        Literal["best", "here"],
        Param(
            "Where the plane goes through; values are exact there.",
            choices={"best": "the best point found", "here": "the point on show"},
        ),
    ] = "best"
    span: Annotated[
        float,
        Param(
            "How far it reaches: at 1 as far as the paths, or as the weights are long.",
            ge=0.001,
            le=1000,
            scale="log",
        ),
    ] = 1.0
    height: Annotated[
        Literal["fitting", "even", "log"],
        Param(
            "How values become heights, colours and lines.",
            choices={"fitting": "as it fits", "even": "in equal steps", "log": "logarithmic"},
        ),
    ] = "fitting"
    picture: Annotated[
        Literal["contours", "surface"],
        Param(
            "From above or in three dimensions, which need OpenGL.",
            choices={"contours": "contours", "surface": "surface in 3-D"},
        ),
    ] = "contours"
    scaling: Annotated[
        Literal["layer", "unit"],
        Param(
            "What of a random direction is made as long as the weights there (Li et al. 2018).",
            choices={"layer": "each layer", "unit": "each unit"},
            when=("plane", ("random",)),
        ),
    ] = "layer"
    seed: Annotated[
        int, Param("Of the random directions.", ge=0, le=2**31 - 1, when=("plane", ("random",)))
    ] = 1

    def idle(self, problem: Problem) -> tuple[str, ...]:
        """Name the scaling by units where there are none."""
        return () if isinstance(problem, NetworkTraining) else ("scaling",)

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the first run's objective, and all runs through the same space on it."""
        problem = shown[0].run.spec.problem
        if problem.dim < 2:
            return Figure(self.label, empty="A plane needs at least two numbers to search.")
        drawn = [one for one in shown if same_space(one.run.spec.problem, problem)]
        scene = self._scene(drawn)
        ground = scene.ground
        if not ground.complete:
            seconds = _QUICK if drawn[0].quick else _FIRST
            ground.fill(drawn[0].reader.stepper.problem.evaluate, seconds)
        if not (np.abs(ground.values) <= 1e300).any():
            return Figure(self.label, empty="The objective has no value anywhere on this plane.")
        image, lines, said = scene.picture(problem.reading, self.height)
        names = dict(zip(shown, short_names(shown), strict=True))
        ways = [Way(one, names[one], ground, problem.reading) for one in drawn]
        items: list[Item] = [image, *lines]
        for way in reversed(ways):  # the one in focus on top
            items += way.items()
        extent, plane = ground.extent, ground.plane
        labels = _labels(plane)
        shares = plane.shares
        share = f"plane holds {_share(sum(shares), '.0%')} the paths' variance" if shares else ""
        words = [self._sentence(plane, problem), said]
        words += [_detail(ground), *(w.words(len(ways) > 1) for w in ways)]
        surface = None
        if self.picture == "surface":
            surface = Surface(image, tuple(on for way in ways for on in way.on()))
        return Figure(
            title=self.label,
            note=share,
            x=Axis(labels[0], extent.left, extent.right),
            y=Axis(labels[1], extent.bottom, extent.top),
            items=tuple(items),
            legend=_legend(ways),
            warning=_warning([w.name for w in ways if not w.inside], len(shown) - len(drawn)),
            caption=" ".join(filter(None, words)),
            spots=tuple(way.spots() for way in ways),
            surface=surface,
        )

    def refined(self, shown: Sequence[Shown]) -> Iterator[Figure]:
        """Find the paths, and then values from the middle outwards."""
        figure = self.figure(shown)
        yield figure  # it may be finer than the one before already
        if figure.empty:
            return
        problem, began = shown[0].run.spec.problem, time.perf_counter()
        drawn = [one for one in shown if same_space(one.run.spec.problem, problem)]
        for one in drawn:
            while not survey_of(one.run).extend(one.run, one.reader, _PART):
                yield figure
                if time.perf_counter() - began > _MOST:
                    break
        yield self.figure(shown)
        ground = self._scene(drawn).ground
        while not ground.complete:
            ground.fill(drawn[0].reader.stepper.problem.evaluate, _PART)
            yield self.figure(shown)

    def _scene(self, drawn: Sequence[Shown]) -> _Scene:
        """Return the ground that is drawn on; it moves only when there is more to show."""
        runs = [one.run for one in drawn]
        surveys = [survey_of(run) for run in runs]
        settings = (self.plane, self.through, self.scaling, self.seed, self.span)
        here = drawn[0].k if self.through == "here" else None
        traces = tuple((weakref.ref(run.trace), run.trace.generation) for run in runs)
        key = (settings, here, runs[0].spec.problem, traces)
        known, now = _KNOWN.get(key), time.perf_counter()
        rests = known is not None and now - known.made < _REST and any(map(is_live, runs))
        if not rests:
            for one, survey in zip(drawn, surveys, strict=True):
                if survey.known[2] != one.run.trace.last_k or not survey.known[1]:
                    survey.extend(one.run, one.reader, _REPLAY)
        stage = tuple(survey.known for survey in surveys)
        if known is None or (known.stage != stage and not rests):
            plane, extent = self._plane(drawn, surveys)
            if known and known.ground.extent == extent and known.ground.plane.same(plane):
                known.stage = stage
            else:
                evaluator = drawn[0].reader.stepper.problem
                ground = Ground(plane, extent, float(evaluator.n_rows * evaluator.dim))
                known = _Scene(ground, stage, now)
        _keep(key, known, runs[0].spec.problem.dim)
        return known

    def _plane(
        self, drawn: Sequence[Shown], surveys: Sequence[Survey]
    ) -> tuple[SearchPlane, Extent]:
        focus = drawn[0]
        problem, draws = focus.run.spec.problem, Draws(self.seed)
        starts = parts_of(problem, self.scaling)
        state = focus.reader.state(focus.k)
        origin = state.x if self.through == "here" else focus.run.best_x
        origin = np.where(np.abs(origin) <= 1e100, origin, 0.0)
        unit = float(np.ptp(problem.domain)) / 2 if isinstance(problem, FunctionProblem) else 0.0
        if self.plane == "paths":
            paths = [survey.path() for survey in surveys]
            X = np.concatenate([path.x for path in paths if len(path.k)] or [origin[None]])
            plane = path_plane(X, origin, starts, draws)
            if plane is not None:
                return plane, extent_of(plane.project(X), self.span)
        plane = random_plane(origin, starts, draws, unit)
        return plane, Extent(-self.span, self.span, -self.span, self.span)

    def _sentence(self, plane: SearchPlane, problem: Problem) -> str:
        what = "weights" if isinstance(problem, NetworkTraining) else "coordinates"
        where = "the point on show" if self.through == "here" else "the best point found"
        if plane.shares is not None:
            way = (
                "along the first two principal components of the paths, "
                f"which hold {_share(sum(plane.shares), '.1%')} their variance,"
            )
        else:
            scaled = f", in each {self.scaling} as long as the weights there (Li et al. 2018)"
            scaled = scaled if isinstance(problem, NetworkTraining) else ""
            still = " as the paths have not moved" if self.plane == "paths" else ""
            unit = "half of the range" if isinstance(problem, FunctionProblem) else "their length"
            way = f"along two random directions{scaled}{still}, where 1 is {unit},"
        name = problem.reading.name
        return (
            f"{capitalised(name)} over a plane through {where}, {way} "
            f"in the space of {problem.dim:,} {what}."
        )


_KNOWN: OrderedDict[object, _Scene] = OrderedDict()


def _keep(key: object, scene: _Scene, dim: int) -> None:
    """Keep a ground, and drop those that were not looked at for longest."""
    _KNOWN[key] = scene
    _KNOWN.move_to_end(key)
    while len(_KNOWN) > max(1, min(_SCENES, _NUMBERS // dim)):
        _KNOWN.popitem(last=False)


def _share(share: float, form: str) -> str:
    """Return a share with "of", as all of it where it rounds to that."""
    return "all of" if share >= 0.9995 else f"{share:{form}} of"


def _detail(ground: Ground) -> str:
    """Say how much of a picture is as fine as it gets, where it isn't all of it."""
    if ground.complete:
        return ""
    side, done = ground.stage
    if side < ground.side:
        return f"It is drawn coarsely, from {side} values to a side."
    return f"The middle of it, {done / side**2:.0%}, is drawn finely, and the rest coarsely."


def _labels(plane: SearchPlane) -> tuple[str, str]:
    if plane.shares is None:
        return "random direction 1", "random direction 2"
    first, second = plane.shares
    return f"component 1 ({first:.0%})", f"component 2 ({second:.0%})" if second else "at random"


def _legend(ways: Sequence[Way]) -> tuple[LegendEntry, ...]:
    start = LegendEntry("start", "text", "ring")
    if len(ways) == 1:
        return (start,)
    return (*(LegendEntry(w.name, w.role, "line", w.dash) for w in ways if w.name), start)


def _warning(outside: Sequence[str], others: int) -> str:
    """Say which runs are not on the picture, and how many go through another space."""
    said = [f"{name or 'The point'} is outside the picture: enlarge the span." for name in outside]
    if others:
        runs = "1 run of another network, function or data is" if others == 1 else ""
        said.append(f"{runs or f'{others} runs of others are'} left out here.")
    return " ".join(said)
