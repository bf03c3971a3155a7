"""A function of one number, the point that moves on it, its path and its tangent."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from optiviz.analysis.descent.batches import batches_at
from optiviz.analysis.runs.paths import path
from optiviz.engine.problem import Problem, Rows
from optiviz.engine.wording import rounded
from optiviz.problems import OneVariable
from optiviz.problems.one_parameter_regression import OneParameterRegression
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
_FAINT = 12  # curves of single rows or batches

Frame = tuple[float, float, float, float]  # left, right, bottom, top


class FunctionView(View):
    """The curve, and for each run the point at its iteration, its path and the tangent there."""

    kind = "function_1d"
    label = "Function"
    to_see = (
        "Where the steps shorten the slope is flattening; a run that ends in a valley which is not "
        "the deepest was caught there."
    )
    problems = ("function_1d", "one_parameter_regression")
    costly = True
    place = 5

    def start_at(self, problem: Problem, start: Array, x: float, y: float) -> tuple[float, ...]:
        """Return a start at a place in the picture."""
        assert isinstance(problem, OneVariable)
        return (as_fine_as_a_hand(x, *problem.domain),)

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the first run's function and every run of the same function on it."""
        problem = shown[0].run.spec.problem
        assert isinstance(problem, OneVariable)
        name = problem.variable
        x, y = _curve(problem)
        finite = y[np.isfinite(y)]
        if not len(finite):
            return Figure(self.label, empty=f"{problem.written} has no value in this range.")
        low, high = float(finite.min()), float(finite.max())
        margin = 0.08 * ((high - low) or 1.0)
        frame = (float(x[0]), float(x[-1]), low - margin, high + margin)
        below, legend, said = _curves_of_rows(shown[0], problem, x)
        items: list[Item] = [*below, Line(x, y, role="muted", width=1.5)]
        notes, outside = [], []
        spots: list[Spots] = []
        for one in shown:
            if one.run.spec.problem != problem:
                continue
            parts, places, at, f = _run(one, problem, frame)
            items += parts
            spots.append(places)
            where = f"{name} = {rounded(at, 5)}, f = {rounded(f, 5)}"
            notes.append(f"{one.name}: {name} = {rounded(at)}" if len(shown) > 1 else where)
            if not x[0] <= at <= x[-1]:
                outside.append(f"{one.name or name} is at {rounded(at, 3)}, outside the picture.")
        start = shown[0].reader.stepper.start_point()
        return Figure(
            title=self.label,
            note=notes[0] if len(notes) == 1 else "",
            x=Axis(name, frame[0], frame[1]),
            y=Axis(problem.written, low - margin, high + margin),
            items=tuple(items),
            legend=legend,
            warning=" ".join(outside),
            caption=" ".join(
                (
                    f"The function {problem.written}. The large marker is the point at "
                    f"iteration {shown[0].k:,} with its tangent; small ones are where it has "
                    f"been. {'; '.join(notes)}.",
                    *said,
                )
            ),
            spots=tuple(spots),
            draggable=(float(start[0]), float(problem.values(start)[0])),
        )


def _run(one: Shown, problem: OneVariable, frame: Frame) -> tuple[list[Item], Spots, float, float]:
    """Return what is drawn of a run, what can be pointed at, where it is and its value there."""
    role, here = f"run:{one.number}", one.reader.state(one.k).x
    at, f = float(here[0]), float(problem.values(here)[0])
    been = path(one.run, one.reader, one.k)
    x = been.x[:, 0]
    y = problem.values(x)
    items: list[Item] = [
        Line(x, y, role, opacity=0.5, width=0.8, dash=dash_of_run(one.number)),
        Points(x[:-1], y[:-1], role, size=0.45, opacity=0.8),
    ]
    batches = batches_at(one.reader, one.k)
    if batches is None:
        items += _tangent(at, f, float(problem.slopes(here)[0]), role, frame)
    else:
        loss, slope = one.reader.stepper.problem.value_and_gradient(here, batches.following)
        items += _tangent(at, loss, float(slope[0]), role, frame)
        items.append(Points(here, np.array([loss]), role, size=0.5))
    items.append(Points(here, np.array([f]), role, size=0.95, outlined=True, label=one.name))
    start = one.reader.stepper.start_point()
    items.append(Points(start, problem.values(start), role, "ring", size=0.9, hollow=True))
    named = (("run", (one.name,) * len(x)),) if one.name else ()
    spots = Spots(
        x,
        y,
        (
            *named,
            ("iteration", tuple(f"{k:,}" for k in been.k.tolist())),
            (problem.variable, x),
            ("f", y),
        ),
        tuple(Action(f"Go to iteration {k:,}", seek=k) for k in been.k.tolist()),
    )
    return items, spots, at, f


def _tangent(at: float, f: float, slope: float, role: str, frame: Frame) -> list[Item]:
    left, right, bottom, top = frame
    if not (np.isfinite(slope) and np.isfinite(f) and left <= at <= right):
        return []
    reach = 0.12 * (right - left)
    if slope:  # not longer than the picture is high
        reach = min(reach, 0.3 * (top - bottom) / abs(slope))
    ends = np.array([at - reach, at + reach])
    return [Line(ends, f + slope * (ends - at), role, width=1.5)]


def _curves_of_rows(
    one: Shown, problem: OneVariable, x: Array
) -> tuple[list[Item], tuple[LegendEntry, ...], list[str]]:
    """Return the losses of single rows or batches, the next step's among them, and words."""
    if not isinstance(problem, OneParameterRegression):
        return [], (), []
    role, batches = f"run:{one.number}", batches_at(one.reader, one.k)
    if batches is None:
        groups: Sequence[Rows] = tuple(np.arange(problem.n_rows).reshape(-1, 1))
        name, dot = "single rows", "The faint curves are the loss of single rows."
    else:
        groups, n = batches.all, len(batches.following)
        name = "single rows" if n == 1 else f"batches of {n:,}"
        what = f"row {batches.following[0] + 1:,}" if n == 1 else f"{n:,} rows"
        dot = (
            f"The faint curves are the loss of {name}; the dashed one is that of the next step, "
            f"on {what}, whose tangent is drawn."
        )
    shown = groups[:: max(1, -(-len(groups) // _FAINT))]
    items: list[Item] = [
        Line(x, problem.values(x, rows), "muted", width=0.6, opacity=0.35) for rows in shown
    ]
    legend = [
        LegendEntry("all rows", "muted", "line"),
        LegendEntry(f"{name}, faint", "line", "line"),
    ]
    if batches is not None:
        loss = problem.values(x, batches.following)
        items.append(Line(x, loss, role, width=1.2, dash="dash"))
        legend.append(LegendEntry("next step", role, "line", "dash"))
    return items, tuple(legend), [dot]


@lru_cache(maxsize=16)
def _curve(problem: OneVariable) -> tuple[Array, Array]:
    x = np.linspace(*problem.domain, _CURVE)
    y = problem.values(x)
    y[np.abs(y) > 1e300] = np.nan
    return x, y
