"""A function of x, the point that moves on it, its path and its tangent."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from optiviz.problems.function_1d import Function1D
from optiviz.views import Shown, View
from optiviz.views.figure import Array, Axis, Figure, Item, Line, Points
from optiviz.views.palette import dash_of_run

_CURVE = 801
_PATH = 400  # places of the path that are drawn


class FunctionView(View):
    """The curve, and for each run the point at its iteration, its path and the tangent there."""

    kind = "function_1d"
    label = "Function"
    problems = ("function_1d",)
    costly = True
    place = 5

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the first run's function and every run of the same function on it."""
        problem = shown[0].run.spec.problem
        assert isinstance(problem, Function1D)
        x, y = _curve(problem)
        finite = y[np.isfinite(y)]
        if not len(finite):
            return Figure(self.label, empty=f"{problem.formula} has no value in this range.")
        low, high = float(finite.min()), float(finite.max())
        margin = 0.08 * ((high - low) or 1.0)
        items: list[Item] = [Line(x, y, role="muted", width=1.5)]
        notes, outside = [], []
        for one in shown:
            if one.run.spec.problem != problem:
                continue
            parts, at, f = self._run(one, problem, (x[0], x[-1], low - margin, high + margin))
            items += parts
            where = f"{one.name}: x = {at:.4g}" if len(shown) > 1 else f"x = {at:.5g}, f = {f:.5g}"
            notes.append(where)
            if not x[0] <= at <= x[-1]:
                outside.append(f"{one.name or 'x'} is at {at:.3g}, outside the picture.")
        start = float(shown[0].reader.state(0).x[0])
        return Figure(
            title=self.label,
            note=notes[0] if len(notes) == 1 else "",
            x=Axis("x", float(x[0]), float(x[-1])),
            y=Axis(f"f(x) = {problem.formula}", low - margin, high + margin),
            items=tuple(items),
            warning=" ".join(outside),
            caption=(
                f"The function f(x) = {problem.formula}. The large marker is the point at "
                f"iteration {shown[0].k:,} with its tangent; small ones are where it has been. "
                + "; ".join(notes)
                + "."
            ),
            draggable=(start, float(problem.function(np.array([start]))[0])),
        )

    def _run(
        self, one: Shown, problem: Function1D, frame: tuple[float, float, float, float]
    ) -> tuple[list[Item], float, float]:
        left, right, bottom, top = frame
        role, function = f"run:{one.number}", problem.function
        at = float(one.reader.state(one.k).x[0])
        f, slope = (float(v[0]) for v in function.value_and_derivative(np.array([at])))
        samples = one.run.history.samples()
        path = np.array([at])
        if samples.x is not None:
            been = samples.x[samples.k <= one.k, 0]
            path = np.append(been[:: max(1, len(been) // _PATH)], at)
        items: list[Item] = [
            Line(path, function(path), role, opacity=0.5, width=0.8, dash=dash_of_run(one.number)),
            Points(path[:-1], function(path[:-1]), role, size=0.45, opacity=0.8),
        ]
        if np.isfinite(slope) and left <= at <= right:
            reach = 0.12 * (right - left)
            if slope:  # not longer than the picture is high
                reach = min(reach, 0.3 * (top - bottom) / abs(slope))
            ends = np.array([at - reach, at + reach])
            items.append(Line(ends, f + slope * (ends - at), role, width=1.5))
        items.append(
            Points(np.array([at]), np.array([f]), role, size=0.95, outlined=True, label=one.name)
        )
        start = one.reader.state(0).x
        items.append(Points(start, function(start), role, "ring", size=0.9, hollow=True))
        return items, at, f


@lru_cache(maxsize=16)
def _curve(problem: Function1D) -> tuple[Array, Array]:
    x = np.linspace(problem.low, problem.high, _CURVE)
    y = np.array(problem.function(x))
    y[np.abs(y) > 1e300] = np.nan
    return x, y
