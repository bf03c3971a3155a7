"""Which figures of runs a report shows, and the words around them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from optiviz.engine import registry
from optiviz.networks.losses import MEASURES
from optiviz.reports.document import Plot
from optiviz.reports.moments import over_decades
from optiviz.reports.seeing import what_to_see
from optiviz.views import Shown, View, finest
from optiviz.views.figure import Figure, Line

SCORES = ("accuracy", "r2")  # what people compare networks by, whatever was optimised
_UNLESS_EMPTY = ("landscape", "signals")  # that a report has where they have something to show
_ALONE = ("landscape", "forward_pass")  # that a report of several runs leaves out
_REFINING = 1.0  # seconds at most for a finer picture
_EVALUATING = 5.0  # and for one that is made of thousands of evaluations


def plots_of(
    one: Shown, kinds: Sequence[str] | None = None, *, alone: bool = True
) -> Iterator[Plot]:
    """Yield the figures of a run at its end.

    Parameters
    ----------
    one : Shown
    kinds : sequence of str, optional
        Of views; all that belong to a report if left out.
    alone : bool
        The report is about this run only, and has room for all of them.
    """
    known = registry.kinds("views").values()
    for view in sorted((cls() for cls in known), key=lambda view: view.place):
        if not view.suits(one.run.spec.problem):
            continue
        if kinds is None:
            wanted = view.reported and (alone or view.kind not in _ALONE)
        else:
            wanted = view.kind in kinds
        if not wanted:
            continue
        if view.kind == "forward_pass":
            view = _passed(view, one)
        if view.kind == "fitness":
            yield from fitness_plots([one])
        else:
            made = plot(view, [one])
            if not (made.figure.empty and kinds is None and view.kind in _UNLESS_EMPTY):
                yield made


def _passed(view: View, one: Shown) -> View:
    """Return the view where a row has gone forwards through all of the network."""
    steps = view.figure([one]).steps
    if steps is None:
        return view

    def is_back(step: int) -> bool:
        return view.replace(step=step).figure([one]).note.startswith("backward")

    return view.replace(step=bisect_left(range(steps.count), True, key=is_back) - 1)


def _fitness(shown: Sequence[Shown]) -> Iterator[View]:
    """Choose how fitness is best shown: over a wide range on a logarithmic axis; and scores."""
    view = registry.kinds("views")["fitness"]
    reading = shown[0].run.spec.problem.reading
    over = _over(shown)
    yield view(**over, log_y=over_decades([one.run for one in shown]))
    for score in scores(shown):
        if reading.name != MEASURES[score].reading.name:
            yield view(**over, measure=score)


def fitness_plots(shown: Sequence[Shown]) -> Iterator[Plot]:
    """Yield fitness, and what runs can be compared by."""
    for view in _fitness(shown):
        yield plot(view, shown)


def _over(shown: Sequence[Shown]) -> dict[str, Any]:
    """Choose an axis on which runs are as long as each other: their limit, if it is the same."""
    ends = {(e.max_evaluations, e.gradient_weight) for e in (o.run.spec.stopping for o in shown)}
    (limit, weight), *others = ends
    if len(shown) > 1 and limit is not None and not others:
        return {"over": "evaluations", "gradient_weight": weight}
    lengths = [one.run.k for one in shown]
    if max(lengths) <= 3 * min(lengths):
        return {"over": "iterations"}
    rows = min(one.run.spec.problem.n_rows for one in shown)
    return {"over": "evaluations" if rows == 1 else "epochs"}


def scores(shown: Sequence[Shown]) -> list[str]:
    """Return what all runs can be compared by."""
    known = [one.run.history.samples().metrics for one in shown]
    return [score for score in SCORES if all(f"train_{score}" in metrics for metrics in known)]


def plot(view: View, shown: Sequence[Shown]) -> Plot:
    """Return a view of runs as a report shows it; what goes wrong in it is said in its place."""
    try:
        figure = finest(view, shown, _EVALUATING if view.kind == "landscape" else _REFINING)
    except Exception as error:  # a view of somebody else's must not take the report with it
        broken = f"This view could not be drawn ({type(error).__name__}: {error})."
        return Plot(Figure(view.label, warning=broken), view.label, kind=view.kind)
    title = figure.title
    if view.kind == "fitness" and figure.y.label:
        title = f"{title}: {figure.y.label}"
    note = figure.note if len(shown) == 1 else ""  # it is about the first run alone
    if figure.notes and not figure.empty:  # which are what the caption says again
        return Plot(figure, title, note, "", view.kind)
    said = figure.caption + left_out(figure), what_to_see(view, figure, shown)
    return Plot(figure, title, note, " ".join(filter(None, said)), view.kind)


def left_out(figure: Figure) -> str:
    """Say that a logarithmic axis has no place for some values."""
    lines = (item for item in figure.items if isinstance(item, Line) and item.label)
    if (
        not figure.y.log
        or "logarithm" in figure.caption
        or not any((i.y <= 0).any() for i in lines)
    ):
        return ""
    return " Values of zero have no place on the logarithmic axis and are left out."


def compared(shown: Sequence[Shown]) -> Iterator[Plot]:
    """Yield figures of all runs together, where they can be compared."""
    problems = {one.run.spec.problem for one in shown}
    readings = {one.run.spec.problem.reading.name for one in shown}
    if len(readings) == 1:
        yield from fitness_plots(shown)
    for score in scores(shown) if len(readings) > 1 else ():
        view = registry.kinds("views")["fitness"](measure=score, **_over(shown))
        yield plot(view, shown)
    boundaries = registry.kinds("views")["boundaries"]()
    if all(boundaries.suits(one.run.spec.problem) for one in shown):
        yield plot(boundaries, shown)
    for kind in ("function_1d", "function_2d", "coordinates") if len(problems) == 1 else ():
        if (view := registry.kinds("views")[kind]()).suits(shown[0].run.spec.problem):
            yield plot(view, shown)
