"""Rows and the line through them that each run has come to, with the rows of the next step."""

from collections.abc import Sequence

import numpy as np

from optiviz.analysis.descent.batches import batches_at
from optiviz.engine.problem import Rows
from optiviz.engine.wording import rounded
from optiviz.problems.one_parameter_regression import OneParameterRegression
from optiviz.views import Shown, View
from optiviz.views.figure import Array, Axis, Figure, Item, LegendEntry, Line, Points, Spots
from optiviz.views.palette import dash_of_run

_ROWS = 500  # with a line to the fit
_DRAWN = 3000


class RegressionLine(View):
    """The rows, the line of each run, what is left to them, and which rows the next step takes."""

    kind = "regression_line"
    label = "Line through the rows"
    to_see = "The longest strokes count most, as the sum of their squares is what is made small."
    problems = ("one_parameter_regression",)
    costly = True
    place = 8

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the first run's rows, and the line of every run through the same ones."""
        one, problem = shown[0], shown[0].run.spec.problem
        assert isinstance(problem, OneParameterRegression)
        x, y = problem.rows
        left, right, bottom, top = _frame(x, y)
        role, w = f"run:{one.number}", float(one.reader.state(one.k).x[0])
        batches = batches_at(one.reader, one.k)
        taken = np.arange(len(x)) if batches is None else batches.following
        with np.errstate(all="ignore"):
            predicted = np.clip(w * x, bottom - (top - bottom), top + (top - bottom))
        items: list[Item] = []
        if np.isfinite(w) and len(taken) <= _ROWS:
            gap = np.full(len(taken), np.nan)
            v = np.column_stack([y[taken], predicted[taken], gap]).ravel()
            items.append(Line(np.repeat(x[taken], 3), v, "muted", width=0.8, opacity=0.8))
        thin = slice(None, None, max(1, -(-len(x) // _DRAWN)))
        items.append(Points(x[thin], y[thin], "muted", size=0.55))
        drawn = [s for s in shown if s.run.spec.problem == problem]
        ends = np.array([left, right])
        places: list[str] = []
        for run in reversed(drawn):
            slope = float(run.reader.state(run.k).x[0])
            whose = f"{run.name}: " if len(drawn) > 1 and run.name else ""
            places.insert(0, whose + rounded(slope))
            if np.isfinite(slope):
                label = run.name if len(drawn) > 1 else ""
                items.append(_line(slope, ends, (bottom, top), run.number, label))
        if batches is not None:
            items.append(Points(x[taken], y[taken], role, "ring", size=0.95, hollow=True))
        legend = [] if batches is None else [LegendEntry(_rows(len(taken)), role, "ring")]
        return Figure(
            title=self.label,
            note=f"slope {rounded(w)} · least squares {rounded(problem.best)}",
            x=Axis("x", left, right),
            y=Axis("y", bottom, top),
            items=tuple(items),
            legend=tuple(legend),
            warning="" if np.isfinite(w) else "The slope is no number any more.",
            caption=_words(one.k, len(x), places, problem.best, batches is None, taken),
            spots=(_spots(problem, w, taken, thin),),
        )


def _frame(x: Array, y: Array) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of what is shown: the rows, and a margin."""
    wide = 1.08 * max(float(np.abs(x).max()), 1e-9)
    tall = max(float(np.ptp(y)), 1e-9) * 0.08
    return -wide, wide, float(y.min()) - tall, float(y.max()) + tall


def _line(slope: float, ends: Array, heights: tuple[float, float], number: int, label: str) -> Line:
    """Return the line y = slope * x as far as the picture shows it."""
    low, high = heights
    if slope != 0:  # cut where it leaves, so that its label stands at its end
        first, last = sorted((low / slope, high / slope))
        ends = np.clip(ends, first, last) if first < ends[1] and last > ends[0] else ends
    return Line(ends, slope * ends, f"run:{number}", label, dash_of_run(number), width=1.4)


def _rows(n: int) -> str:
    return "row of the next step" if n == 1 else f"{n:,} rows of the next step"


def _spots(problem: OneParameterRegression, w: float, taken: Rows, thin: slice) -> Spots:
    """Return what pointing at a row tells."""
    x, y = problem.rows
    number = np.arange(1, len(x) + 1)[thin]
    with np.errstate(all="ignore"):
        predicted = (w * x)[thin]
        error = predicted - y[thin]
        squared = error**2
    chosen = np.isin(number - 1, taken)
    facts = (
        ("row", tuple(f"{i:,}" for i in number.tolist())),
        ("x", x[thin]),
        ("y", y[thin]),
        ("predicted", predicted),
        ("error", error),
        ("squared error", squared),
        ("next step", tuple("takes it" if c else "" for c in chosen.tolist())),
    )
    return Spots(x[thin], y[thin], facts)


def _words(k: int, n: int, places: list[str], best: float, whole: bool, taken: Rows) -> str:
    said = (
        f"The {n:,} rows, and the lines y = w x at iteration {k:,}, with w = {'; '.join(places)}. "
        f"Least squares have w = {rounded(best)}."
    )
    if whole:
        return f"{said} The next step takes all rows; upright lines are their errors."
    rows = ", ".join(f"{i + 1:,}" for i in sorted(taken.tolist())[:12])
    more = " and others" if len(taken) > 12 else ""
    named = "row" if len(taken) == 1 else "rows"
    return f"{said} Rings are what the next step takes, {named} {rows}{more}, with their errors."
