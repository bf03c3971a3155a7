"""What they came to: every run of every configuration as a point, with median and quartiles."""

from typing import Annotated, Literal

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Reading
from optiviz.studies.comparison import Group
from optiviz.studies.done import Done, reading
from optiviz.studies.results import Results
from optiviz.study_views import StudyView
from optiviz.study_views.parts import (
    best_first,
    compared,
    done,
    is_wide,
    jitter,
    names_are,
    nothing_yet,
    quartiles,
    runs_of,
    runs_spots,
    target_words,
    worse_edge,
    worst_of,
)
from optiviz.views.figure import Axis, Band, Figure, Item, LegendEntry, Line, Points, Rule

_REACH = 0.3  # of a row: how far points lie from its middle
_UNDER = 0.43  # of a row: how far below its middle the interval of the median is
_BOX, _MEDIAN = 0.34, 0.4  # of a row: half the height of what half of the runs lie between


class Spread(StudyView):
    """One row for each configuration, one point for each run."""

    kind = "spread"
    label = "What they came to"
    to_see = (
        "Look at the points before the boxes: two clouds in one row are two ways in which a run can"
        " end, and a median between them is a value that no run has. A long tail on the worse side "
        "is the risk that is taken with a single run."
    )
    place = 20

    order: Annotated[
        Literal["median", "listed"],
        Param(
            "Which row comes first.",
            label="Order",
            choices={"median": "the best median first", "listed": "as in the study"},
        ),
    ] = "median"
    scale: Annotated[
        Literal["fitting", "linear", "log"],
        Param(
            "Logarithmic where values lie far apart and less is better.",
            label="Scale",
            choices={"fitting": "as fits", "linear": "linear", "log": "logarithmic"},
        ),
    ] = "fitting"
    most: Annotated[
        int, Param("Of more configurations the best ones.", label="Rows at most", ge=1, le=200)
    ] = 9  # as many names as a usual card has room for

    def figure(self, results: Results) -> Figure:
        """Draw what all runs that are done came to."""
        study = results.study
        if empty := nothing_yet(results):
            return Figure(self.label, empty=empty)
        read = reading(study)
        groups = [group for group in runs_of(results) if group.records]
        ordered = best_first(groups, read)[: self.most]
        kept = {group.number for group in ordered}
        rows = ordered if self.order == "median" else [g for g in groups if g.number in kept]
        values = np.concatenate([group.values for group in rows])
        if not np.isfinite(values).any():
            why = "failed" if all(g.failed.all() for g in rows) else f"has no {read.name}"
            return Figure(self.label, empty=f"Every run that is done {why}.")
        log = self._is_log(values, read)
        found = compared(results)
        edge = worse_edge(values, study.target, read, log)
        items: list[Item] = []
        spots = []
        for place, group in enumerate(rows):
            at = float(len(rows) - 1 - place)
            y = at + _REACH * jitter(len(group.values))
            x = np.where(np.isfinite(group.values), group.values, edge)
            items += _row(group, x, y, at, worst_of(read), edge)
            items += _interval(found.group(group.number), at)
            spots.append(runs_spots(study, group, x, y, read.name))
        if study.target is not None:
            items.append(Rule(study.target, role="muted", dash="dash"))
        ticks = tuple((float(len(rows) - 1 - i), group.name) for i, group in enumerate(rows))
        target = "" if study.target is None else target_words(study.target)
        legend = [LegendEntry(target, "muted", "line", "dash")] if target else []
        intervals = any(_interval(found.group(group.number), 0.0) for group in rows)
        if intervals:
            legend.append(LegendEntry("95% interval", "text", "line"))
        return Figure(
            title=self.label,
            note="" if results.complete else done(results),
            x=Axis(read.name, log=log),
            y=Axis(names_are(results), -0.6, len(rows) - 0.4, ticks=ticks),
            items=tuple(items),
            legend=tuple(legend),
            caption=self._caption(read, rows, len(groups), log, intervals),
            spots=tuple(spots),
        )

    def _is_log(self, values: Array, read: Reading) -> bool:
        known = values[np.isfinite(values)]
        if self.scale == "fitting":
            return is_wide(known, read)
        return self.scale == "log" and bool((known > 0).all())

    def _caption(self, read: Reading, rows: list[Done], n: int, log: bool, intervals: bool) -> str:
        name = f"{read.name[:1].upper()}{read.name[1:]}"
        better = "higher" if read.more_is_better else "lower"
        words = [
            f"{name} that each run came to, a point each; {better} is better. The upright line is "
            "the median of a row, half of its runs lie in the box."
        ]
        if intervals:
            words.append("The stroke below a row is where its median would be with other seeds.")
        failed = sum(int(group.failed.sum()) for group in rows)
        if failed:
            runs = "1 run" if failed == 1 else f"{failed:,} runs"
            words.append(f"{runs} failed: crosses at the worse edge, which count as the worst.")
        if n > len(rows):
            words.append(f"These are the best {len(rows):,} of {n:,} configurations.")
        if self.scale == "log" and not log:
            words.append("The axis is linear, since values of zero or below have no logarithm.")
        return " ".join(words)


def _row(group: Done, x: Array, y: Array, at: float, worst: float, edge: float) -> list[Item]:
    """Return the box, the points and the median of a configuration."""
    role = f"run:{group.number}"
    low, median, high = (float(v) for v in quartiles(group.values, worst))
    inside = [v if np.isfinite(v) else edge for v in (low, median, high)]
    items: list[Item] = []
    if len(x) > 1:
        ends = np.array([min(inside), max(inside)])
        items.append(Band(ends, np.full(2, at - _BOX), np.full(2, at + _BOX), role, 0.16))
    well = np.isfinite(group.values)
    many = len(x) > 60
    items.append(
        Points(x[well], y[well], role, size=0.4 if many else 0.55, opacity=0.5 if many else 0.8)
    )
    if not well.all():
        items.append(Points(x[~well], y[~well], "danger", "cross", 0.6))
    if len(x) > 1:
        ends = np.array([at - _MEDIAN, at + _MEDIAN])
        items.append(Line(np.full(2, inside[1]), ends, "text", width=2.2))  # seen on its points
    return items


def _interval(row: Group, at: float) -> list[Item]:
    """Return where the median would be with other seeds, as a stroke under the row."""
    low, high = row.interval.low, row.interval.high
    if not (np.isfinite(low) and np.isfinite(high)) or row.runs < 2:
        return []
    y = np.full(2, at - _UNDER)
    return [Line(np.array([low, high]), y, "text", width=1.6, opacity=0.7)]
