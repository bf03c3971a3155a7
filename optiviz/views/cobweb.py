"""The next x over x: where the map is near the diagonal, and how steep it is there."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from optiviz.analysis.descent.fixed_points import level_points
from optiviz.analysis.descent.stability import slope_of_map
from optiviz.analysis.runs.paths import path, stretch
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.problem import Problem
from optiviz.engine.wording import rounded
from optiviz.methods.descent import Descent
from optiviz.problems import OneVariable
from optiviz.views import Shown, View
from optiviz.views.figure import (
    Action,
    Array,
    Axis,
    Figure,
    Item,
    LegendEntry,
    Line,
    Points,
    Spots,
    as_fine_as_a_hand,
)
from optiviz.views.palette import dash_of_run

_CURVE = 801
_FIRST, _LAST = 150, 50  # iterations of a run that are drawn: the first ones, and the last
_FAR = 20.0  # pictures away a staircase is cut off
_NAMED = 6  # fixed points that a caption tells of


class Cobweb(View):
    """The staircase of each run between the map x(k) -> x(k+1) and the diagonal."""

    kind = "cobweb"
    label = "Cobweb"
    to_see = "Steps that wind inwards settle; those that wind outwards diverge."
    problems = ("function_1d", "one_parameter_regression")
    costly = True
    place = 12

    def start_at(self, problem: Problem, start: Array, x: float, y: float) -> tuple[float, ...]:
        """Return a start at a place in the picture."""
        assert isinstance(problem, OneVariable)
        return (as_fine_as_a_hand(x, *problem.domain),)

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the map and the staircase of every run of the first run's function."""
        problem = shown[0].run.spec.problem
        assert isinstance(problem, OneVariable)
        low, high = problem.domain
        name = problem.variable
        ends = np.array([low, high])
        items: list[Item] = [Line(ends, ends, "muted", dash="dash")]
        drawn = [one for one in shown if one.run.spec.problem == problem]
        spots: list[Spots] = []
        outside = []
        for one in reversed(drawn):  # the one in focus on top
            marks, places = _run(one, problem)
            items += marks
            spots[:0] = [places]
        for one in drawn:
            at = float(one.reader.state(one.k).x[0])
            if not low <= at <= high:
                outside.append(f"{one.name or name} is at {rounded(at, 3)}, outside the picture.")
        fixed, said = _fixed(drawn[0], problem)
        items += fixed
        start = float(shown[0].reader.stepper.start_point()[0])
        return Figure(
            title=self.label,
            x=Axis(name, low, high),
            y=Axis(f"next {name}", low, high),
            items=tuple(items),
            legend=(LegendEntry("stays where it is", "muted", "line", "dash"),),
            warning=" ".join(outside),
            caption=" ".join([_words(drawn, name), *said]),
            equal=True,
            spots=tuple(spots),
            draggable=(start, start),
        )


def map_of(optimizer: Optimizer, problem: OneVariable, x: Array, k: int) -> Array | None:
    """Return where a step leads from each x, if that depends on x alone: in plain descent."""
    if not isinstance(optimizer, Descent) or type(optimizer).update is not Descent.update:
        return None
    if optimizer.rows_in_batch is not None:
        return None
    with np.errstate(all="ignore"):
        slope = problem.slopes(x)
        if optimizer.clip_norm is not None:
            slope = np.clip(slope, -optimizer.clip_norm, optimizer.clip_norm)
        return np.asarray(x - optimizer.learning_rate * _factor(optimizer, k) * slope)


def _factor(optimizer: Descent, k: int) -> float:
    return float(optimizer.schedule.factors(np.array([k]))[0])


def _run(one: Shown, problem: OneVariable) -> tuple[list[Item], Spots]:
    """Return a run's map and staircase up to its iteration, and what can be pointed at."""
    role, dash = f"run:{one.number}", dash_of_run(one.number)
    low, high = problem.domain
    reach = _FAR * (high - low)
    optimizer = one.run.spec.optimizer_after(max(0, one.k - 1))
    items: list[Item] = []
    x = np.linspace(low, high, _CURVE)
    after = map_of(optimizer, problem, x, max(0, one.k - 1))
    if after is not None:
        inside = (after >= low - reach) & (after <= high + reach)
        items.append(Line(x, np.where(inside, after, np.nan), role, width=1.6, dash=dash))
    been = path(one.run, one.reader, min(one.k, _FIRST))
    ks, xs = been.k, been.x[:, 0]
    if one.k > _FIRST:
        late = stretch(one.reader, max(_FIRST + 1, one.k - _LAST), one.k)
        ks, xs = np.concatenate([ks, late.k]), np.concatenate([xs, late.x[:, 0]])
    gaps = np.flatnonzero(np.diff(ks) != 1) + 1  # nothing leads over what isn't drawn
    ks, xs = np.insert(ks, gaps, -1), np.insert(xs, gaps, np.nan)
    with np.errstate(invalid="ignore"):
        xs = np.where(np.isfinite(xs), np.clip(xs, low - reach, high + reach), np.nan)
    # Up or down to the map, then across to the diagonal.
    u, v = (np.repeat(xs, 2)[:-1], np.repeat(xs, 2)[1:]) if len(xs) > 1 else (xs, xs)
    known = np.isfinite(u) & np.isfinite(v)
    u, v = np.where(known, u, low), np.where(known, v, np.nan)
    items.append(Line(u, v, role, width=0.9, opacity=0.7, dash=dash))
    was, now, k = xs[:-1], xs[1:], ks[:-1]
    there = np.isfinite(was) & np.isfinite(now)
    was, now, k = was[there], now[there], k[there]
    items.append(Points(was, now, role, size=0.5 if after is not None else 0.65))
    items.append(Points(xs[-1:], xs[-1:], role, size=0.9, outlined=True, label=one.name))
    items.append(Points(xs[:1], xs[:1], role, "ring", size=0.9, hollow=True))
    name = problem.variable
    named = (("run", (one.name,) * len(k)),) if one.name else ()
    facts = (
        *named,
        ("iteration", tuple(f"{i + 1:,}" for i in k.tolist())),
        (f"{name} before", was),
        (f"{name} after", now),
    )
    actions = tuple(Action(f"Go to iteration {i + 1:,}", seek=i + 1) for i in k.tolist())
    return items, Spots(was, now, facts, actions)


def _fixed(one: Shown, problem: OneVariable) -> tuple[list[Item], list[str]]:
    """Return marks where the map meets the diagonal, and what its slope says there."""
    points = _level(problem)
    if not len(points):
        return [], ["The function is nowhere level here, so that no x stays where it is."]
    optimizer = one.run.spec.optimizer_after(max(0, one.k - 1))
    name = problem.variable
    if map_of(optimizer, problem, points, one.k) is None:
        marks = Points(points, points, "text", "diamond", size=0.7, hollow=True)
        return [marks], [
            f"A diamond is where the function is level. What comes next doesn't follow from {name} "
            "alone here, so that there is no curve, and points are not on one."
        ]
    assert isinstance(optimizer, Descent)
    factor = _factor(optimizer, max(0, one.k - 1))
    curvatures = problem.curvatures(points).tolist()
    slopes = np.array([slope_of_map(optimizer, c, factor) for c in curvatures])
    draws_near = np.abs(slopes) < 1
    items: list[Item] = []
    for chosen, hollow in ((draws_near, False), (~draws_near, True)):
        if chosen.any():
            u = points[chosen]
            items.append(Points(u, u, "text", "diamond", size=0.75, hollow=hollow))
    said = [
        f"at {name} = {rounded(x)} it is {rounded(slope, 3)}, {_fate(slope)}"
        for x, slope in zip(points[:_NAMED].tolist(), slopes[:_NAMED].tolist(), strict=True)
    ]
    more = f"; and {len(points) - _NAMED} more" if len(points) > _NAMED else ""
    return items, [
        "Diamonds are where the map meets the diagonal, filled where it draws near: where its "
        f"slope is between −1 and 1. The map's slope: {'; '.join(said)}{more}."
    ]


def _fate(slope: float) -> str:
    """Say what follows from the slope of the map at a fixed point."""
    if not np.isfinite(slope):
        return "which says nothing"
    if abs(slope) > 1:
        return "which drives away" + (", from side to side" if slope < 0 else "")
    if abs(slope) == 1:
        return "which neither draws near nor drives away"
    return "which draws near" + (", from side to side" if slope < 0 else "")


def _words(drawn: Sequence[Shown], name: str) -> str:
    k = drawn[0].k
    said = (
        f"Each point is a step up to iteration {k:,}: {name} before it to the right, {name} after "
        "it upwards. A staircase goes up or down to where the step leads, and across to the "
        "dashed diagonal, where the next one begins. Curves are the maps of plain descent at its "
        "learning rate now. A ring is where a run began, a large marker where it is."
    )
    if k > _FIRST + _LAST:
        said += f" Of the run the first {_FIRST} and the last {_LAST} iterations are drawn."
    return said


@lru_cache(maxsize=16)
def _level(problem: OneVariable) -> Array:
    return level_points(problem)
