"""Running times: which share of each configuration's runs has reached the target after what."""

from typing import Annotated

import numpy as np

from optiviz.analysis.runs.effort import EffortName
from optiviz.analysis.statistics.run_times import RunTimes, run_times
from optiviz.engine.parameters import Param
from optiviz.engine.wording import rounded
from optiviz.studies.comparison import Comparison
from optiviz.studies.done import Done
from optiviz.studies.results import Results
from optiviz.study_views import StudyView
from optiviz.study_views.parts import (
    LogOver,
    Over,
    compared,
    done,
    effort_label,
    effort_meaning,
    names_are,
    nothing_yet,
    rough,
    runs_of,
)
from optiviz.views.figure import Action, Axis, Figure, Item, LegendEntry, Line, Points, Spots
from optiviz.views.palette import dash_of_run

_PALE = 0.35


class RunningTimes(StudyView):
    """Staircases that rise by one run at each effort at which one reached the target."""

    kind = "running_times"
    label = "Time to the target"
    to_see = (
        "A curve farther left is quicker, one that ends higher gets there more often; where two "
        "cross, which is better depends on how long one can wait."
    )
    place = 30

    over: Over = "evaluations"
    log_x: LogOver = True
    most: Annotated[
        int,
        Param(
            "Of more configurations so many stand out, the quickest; the others are pale.",
            label="Stand out at most",
            ge=1,
            le=32,
        ),
    ] = 8

    def figure(self, results: Results) -> Figure:
        """Draw a staircase for each configuration that has runs."""
        if empty := nothing_yet(results):
            return Figure(self.label, empty=empty)
        found = compared(results, self.over)
        if found.target is None:
            return Figure(
                self.label,
                empty=f"No target is set: say which {found.label} is to be reached, and how soon "
                "how many runs reach it is drawn here.",
            )
        groups = [group for group in runs_of(results, self.over) if group.records]
        times = {group.number: run_times(group.times, group.spent) for group in groups}
        target = f"{found.label} of {rounded(found.target)}"
        if not any(len(one.times) for one in times.values()):
            n = sum(one.runs for one in times.values())
            runs = "The run hasn't" if n == 1 else f"None of the {n:,} runs has"
            return Figure(self.label, note=done(results), empty=f"{runs} reached a {target}.")
        ends = max(float(group.spent.max()) for group in groups)
        first = min(float(one.times[0]) for one in times.values() if len(one.times))
        log = self.log_x and first > 0
        left = first / 2 if log else 0.0
        ranked = sorted(groups, key=lambda group: _rank(found, group.number))
        chosen = ranked[: self.most]
        items: list[Item] = [
            _stairs(times[group.number], group, left, ends, pale=True)
            for group in ranked[self.most :]
        ]
        spots = []
        for group in chosen:
            items.append(_stairs(times[group.number], group, left, ends))
            spots.append(_steps(times[group.number], group, self.over, results))
        marks = [mark for group in chosen for mark in _expected(found, group.number, times, ends)]
        return Figure(
            title=self.label,
            note=" · ".join(filter(None, (names_are(results), done(results)))),
            x=Axis(effort_label(self.over, found.gradient_weight), left, ends, log),
            y=Axis("share of runs", -0.02, 1.04),
            items=(*items, *marks),
            legend=(LegendEntry("expected time", "text", "diamond"),) if marks else (),
            caption=self._caption(found, target, len(groups)),
            spots=tuple(spots),
        )

    def _caption(self, found: Comparison, target: str, n: int) -> str:
        words = [
            f"The share of each configuration's runs that reached a {target}, over {self.over}. "
            "Further left is quicker, higher is surer. A diamond is the expected time: what runs "
            "spent in all, divided by how many reached it."
        ]
        said = [
            f"{row.name}: {row.running_times.sentence}"
            for row in found.groups[:3]
            if row.running_times is not None and row.runs
        ]
        words += said
        if n > self.most:
            words.append(f"The {self.most} quickest of {n:,} stand out; the others are pale.")
        words.append(effort_meaning(self.over, found.gradient_weight))
        return " ".join(words)


def _rank(found: Comparison, number: int) -> tuple[float, float]:
    """Return what configurations are ordered by: the expected time, then how many reached it."""
    row = found.group(number)
    time = np.inf if row.expected_time is None else row.expected_time.value
    rate = 0.0 if row.success is None else row.success.rate
    return (np.inf if np.isnan(time) else time, -rate)


def _stairs(times: RunTimes, group: Done, left: float, end: float, *, pale: bool = False) -> Line:
    x = np.concatenate(([left], times.times, [end]))
    y = np.concatenate(([0.0], times.shares, [times.shares[-1] if len(times.shares) else 0.0]))
    if pale:
        return Line(x, y, "muted", width=0.7, opacity=_PALE, steps=True)
    role, dash = f"run:{group.number}", dash_of_run(group.number)
    return Line(x, y, role, group.name, dash, steps=True)


def _expected(found: Comparison, number: int, times: dict[int, RunTimes], end: float) -> list[Item]:
    """Return a mark on a staircase at the expected time; none where it lies beyond all runs."""
    row = found.group(number).expected_time
    if row is None or not row.value <= end:
        return []
    y = times[number].at(np.array([row.value]))
    return [Points(np.array([row.value]), y, f"run:{number}", "diamond", 0.85, outlined=True)]


def _steps(times: RunTimes, group: Done, effort: EffortName, results: Results) -> Spots:
    """Return the runs that reached the target as places on the staircase."""
    study = results.study
    order = np.argsort(group.times, kind="stable")
    order = order[np.isfinite(group.times[order])]
    x = group.times[order]
    return Spots(
        x,
        times.at(x),
        (
            ("", (group.name,) * len(order)),
            ("seed", tuple(f"{group.planned[i].search_seed}" for i in order)),
            (effort, tuple(map(rough, x.tolist()))),
            ("have reached it", tuple(f"{y:.0%} of runs" for y in times.at(x).tolist())),
        ),
        tuple(
            Action(f"Show {study.name_of(group.planned[i])}", runs=(int(group.places[i]),))
            for i in order
        ),
    )
