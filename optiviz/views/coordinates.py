"""All coordinates of a point beside each other, where a map of two of them shows too little."""

from collections.abc import Sequence

import numpy as np

from optiviz.engine.wording import rounded
from optiviz.problems.function_nd import FunctionND
from optiviz.views import Shown, View
from optiviz.views.figure import Array, Axis, Figure, Item, LegendEntry, Line, Points
from optiviz.views.palette import dash_of_run

_DOTS = 100  # coordinates up to which each has a dot
_FAR = 3.0  # domains away a coordinate is cut off


class Coordinates(View):
    """The value of each coordinate, of every run at its iteration, at the start and at the goal."""

    kind = "coordinates"
    label = "Coordinates"
    to_see = (
        "A coordinate that has levelled out has arrived, or is stuck; one that still moves has "
        "farther to go."
    )
    problems = ("function_nd",)
    costly = True
    place = 15

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the points of all runs of the first run's function."""
        problem = shown[0].run.spec.problem
        assert isinstance(problem, FunctionND)
        low, high = problem.domain
        i = np.arange(1.0, problem.dim + 1)
        dots = problem.dim <= _DOTS
        items: list[Item] = []
        legend = [LegendEntry("start", "muted", "line", "dot")]
        known = problem.minimum
        if known is not None:
            items.append(Line(i, known.points[0], "text", dash="dash", width=0.8, opacity=0.6))
            if dots:
                items.append(Points(i, known.points[0], "text", "cross", size=0.55))
            legend.append(LegendEntry("lowest", "text", "line", "dash"))
        start = shown[0].reader.state(0).x
        items.append(Line(i, start, "muted", dash="dot", opacity=0.8))
        drawn = [one for one in shown if one.run.spec.problem == problem]
        reach, furthest = high - low, [start]
        for one in reversed(drawn):
            x = one.reader.state(one.k).x
            x = np.clip(x, low - _FAR * reach, high + _FAR * reach)
            furthest.append(x)
            role, label = f"run:{one.number}", one.name if len(drawn) > 1 else ""
            items.append(Line(i, x, role, label, dash_of_run(one.number)))
            if dots:
                items.append(Points(i, x, role, size=0.5))
        bottom, top = _range(low, high, np.concatenate(furthest))
        rest = "" if known is None else " The dashed line is where the function is lowest."
        return Figure(
            title=self.label,
            note=self._note(shown[0]),
            x=Axis("coordinate", 0.5, problem.dim + 0.5),
            y=Axis("its value", bottom, top),
            items=tuple(items),
            legend=tuple(legend),
            caption=(
                f"The {problem.dim:,} coordinates of the point at iteration {shown[0].k:,}, from "
                f"the first to the last. The dotted line is the start.{rest}"
            ),
        )

    def _note(self, one: Shown) -> str:
        known = one.reader.stepper.problem.metrics(one.reader.state(one.k).x).get("distance")
        return "" if known is None else f"{rounded(known)} from the minimum"


def _range(low: float, high: float, values: Array) -> tuple[float, float]:
    """Return what an axis shows: the usual range, and all values."""
    finite = values[np.isfinite(values)]
    bottom, top = (
        min(low, float(finite.min(initial=low))),
        max(high, float(finite.max(initial=high))),
    )
    margin = 0.03 * (top - bottom)
    return bottom - margin, top + margin
