"""Progress: where half of each configuration's runs are, over what they cost."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Reading
from optiviz.studies.courses import Courses, courses
from optiviz.studies.done import Done, reading
from optiviz.studies.plan import Study
from optiviz.studies.results import Results
from optiviz.study_views import StudyView
from optiviz.study_views.parts import (
    LogOver,
    Over,
    Upwards,
    best_first,
    done,
    effort_label,
    effort_meaning,
    is_wide,
    names_are,
    nothing_yet,
    quartiles,
    runs_of,
    target_words,
    typical,
    value_words,
    worst_of,
)
from optiviz.views.figure import Action, Axis, Band, Figure, Item, LegendEntry, Line, Rule, Spots
from optiviz.views.palette import dash_of_run

_POINTS = 160  # along each curve
_SINGLE = 240  # runs that are drawn one by one, of all configurations together
_BAND, _CROWDED, _CROWD = 0.2, 0.11, 4  # opacity of bands, and of more than so many
_PALE = 0.35
_ROOM = 0.25  # of what others reach, beyond which runs that failed are not followed
_POINTED = 32  # places to point at along a curve


class Progress(StudyView):
    """The median of each configuration over effort, with a band between its quartiles."""

    kind = "progress"
    label = "Progress"
    to_see = (
        "A curve that is ahead early and passed later is quick but gets stuck: which is best "
        "depends on where one stops. Bands that overlap all the way are a difference that may be "
        "luck."
    )
    place = 10

    over: Over = "evaluations"
    log_x: LogOver = True
    scale: Upwards = "fitting"
    bands: Annotated[bool, Param("Shade what half of the runs lie between.", label="Quartiles")] = (
        True
    )
    runs: Annotated[bool, Param("Draw single runs, pale.", label="Single runs")] = False
    most: Annotated[
        int,
        Param(
            "Of more configurations so many stand out, the best ones; the others are pale.",
            label="Stand out at most",
            ge=1,
            le=32,
        ),
    ] = 8

    def figure(self, results: Results) -> Figure:
        """Draw the curves of all configurations that have runs."""
        study = results.study
        if empty := nothing_yet(results):
            return Figure(self.label, empty=empty)
        read = reading(study)
        worst = worst_of(read)
        groups = [group for group in runs_of(results) if group.records]
        found = [
            (group, courses(results, group, self.over, worst=worst, points=_POINTS, log=self.log_x))
            for group in groups
        ]
        if not any(len(course.x) for _, course in found):
            return Figure(self.label, empty=self._nothing(results))
        # The best first: where there is no room for all names, theirs stay.
        rank = {group.number: place for place, group in enumerate(best_first(groups, read))}
        ranked = sorted(found, key=lambda pair: rank[pair[0].number])
        shown, pale = ranked[: self.most], ranked[self.most :]
        items: list[Item] = [_pale(pale, worst)] if pale else []
        alone = len(study.configurations) == 1
        if self.runs:
            every = max(1, -(-sum(len(group.records) for group, _ in shown) // _SINGLE))
            items += [_singles(group, course, every) for group, course in shown]
        crowded = len(shown) > _CROWD
        for group, course in shown if self.bands else ():
            if len(group.records) > 1:
                items.append(_band(group, course, worst, _CROWDED if crowded else _BAND))
        items += [_curve(*pair, worst, alone=alone) for pair in shown]
        drawn = _drawn(items)
        log_y = is_wide(drawn, read) if self.scale == "fitting" else self.scale == "log"
        log_y = log_y and not (drawn < 0).any()
        legend = []
        if study.target is not None:
            items.append(Rule(study.target, upright=False, role="muted", dash="dash"))
            legend = [LegendEntry(target_words(study.target), "muted", "line", "dash")]
        return Figure(
            title=self.label,
            note=" · ".join(filter(None, (names_are(results), done(results)))),
            x=Axis(effort_label(self.over, study.gradient_weight), log=self.log_x),
            y=Axis(read.name, *_ends(found, read, log_y), log_y),
            items=tuple(items),
            legend=tuple(legend),
            warning=_unseen(found),
            caption=self._caption(study, read.name, read.more_is_better, groups, log_y),
            spots=tuple(_spots(*pair, worst, self.over, read.name) for pair in shown),
        )

    def _nothing(self, results: Results) -> str:
        if all(record.failed for record in results.records.values()):
            return "All runs failed before anything was measured."
        name = reading(results.study).name
        return f"No run that is done has a {name} that could be drawn over {self.over}."

    def _caption(
        self, study: Study, measure: str, more: bool, groups: list[Done], log_y: bool
    ) -> str:
        words = [f"{measure[:1].upper()}{measure[1:]} over {self.over}: the curve is the median"]
        several = any(len(group.records) > 1 for group in groups)
        if not several:
            words = [f"{measure[:1].upper()}{measure[1:]} over {self.over}, one run of each"]
        elif self.bands:
            words[0] += " of each configuration's runs, half of them lie in its band"
        else:
            words[0] += " of each configuration's runs"
        words[0] += f"; {'higher' if more else 'lower'} is better."
        if several:
            words.append(
                "A run that has ended counts with what it came to, one that failed as the worst; "
                "a curve ends where half of its runs have ended."
            )
        if len(groups) > self.most:
            words.append(
                f"The best {self.most} of {len(groups):,} stand out, by their medians at the end; "
                "the others are pale."
            )
        if self.scale == "log" and not log_y:
            words.append("The axis is linear, since values below zero have no logarithm.")
        words.append(effort_meaning(self.over, study.gradient_weight))
        return " ".join(words)


def _curve(group: Done, course: Courses, worst: float, *, alone: bool = False) -> Line:
    """Return the median of a configuration's runs."""
    y = _median(course, worst)
    median = "median" if len(group.records) > 1 else "the run"
    return Line(
        course.x,
        y,
        f"run:{group.number}",
        median if alone else group.name,
        dash_of_run(group.number),
        steps=course.steps,
    )


def _median(course: Courses, worst: float) -> Array:
    values = quartiles(course.values, worst)[1]
    return np.where(np.isfinite(values), values, np.nan)


def _pale(found: list[tuple[Done, Courses]], worst: float) -> Line:
    """Return the medians of configurations that don't stand out: there may be thousands."""
    ways = [_way(c.x, _median(c, worst), c.steps) for _, c in found if len(c.x)]
    return Line(*_with_gaps(ways), "muted", width=0.7, opacity=_PALE)


def _way(x: Array, y: Array, steps: bool) -> tuple[Array, Array]:
    return (np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]) if steps else (x, y)


def _with_gaps(ways: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Return curves as one: its points, nan between them."""
    gap = np.array([np.nan])
    x = np.concatenate([part for xs, _ in ways for part in (xs, gap)] or [gap])
    y = np.concatenate([part for _, ys in ways for part in (ys, gap)] or [gap])
    return x, y


def _band(group: Done, course: Courses, worst: float, opacity: float) -> Band:
    """Return what half of the runs lie between; where a quartile has failed it has no edge."""
    low, _, high = (_stepped(v, course.steps) for v in quartiles(course.values, worst))
    x = np.repeat(course.x, 2)[1:] if course.steps else course.x
    return Band(x, low, high, f"run:{group.number}", opacity)


def _stepped(values: Array, steps: bool) -> Array:
    return np.repeat(values, 2)[:-1] if steps else values


def _singles(group: Done, course: Courses, every: int) -> Line:
    """Return single runs as one line with gaps."""
    ways = [_way(x, y, course.steps) for x, y in course.ways[::every] if len(x)]
    return Line(*_with_gaps(ways), f"run:{group.number}", width=0.6, opacity=0.22)


def _drawn(items: list[Item]) -> Array:
    """Return all values of the curves that have a name."""
    lines = [item.y for item in items if isinstance(item, Line) and item.label]
    values = np.concatenate(lines) if lines else np.empty(0)
    return values[np.isfinite(values)]


def _ends(
    found: list[tuple[Done, Courses]], read: Reading, log: bool
) -> tuple[float | None, float | None]:
    """Return the ends of the axis upwards: runs that failed leave it where others don't reach."""
    failed = [way for group, c in found for way in _ways(c, group.failed)]
    well = [way for group, c in found for way in _ways(c, ~group.failed)]
    if not failed or not well:
        return None, None
    reach, left = np.concatenate(well), np.concatenate(failed)
    if log:
        reach = reach[reach > 0]
    low, high = float(reach.min()), float(reach.max())
    room = _ROOM * (high - low) or abs(high) or 1.0
    if read.more_is_better:
        return (low - room if left.min() < low - room and not log else None), None
    return None, (high + room if left.max() > high + room else None)


def _ways(course: Courses, wanted: NDArray[np.bool_]) -> list[Array]:
    return [y for (_, y), chosen in zip(course.ways, wanted, strict=True) if chosen and len(y)]


def _unseen(found: list[tuple[Done, Courses]]) -> str:
    """Say which configurations have no curve, because half of their runs failed at the start."""
    names = [group.name for group, course in found if not len(course.x)]
    if not names:
        return ""
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"No curve: {shown}; half of the runs failed at once, or nothing was measured."


def _spots(group: Done, course: Courses, worst: float, effort: str, measure: str) -> Spots:
    """Return places along a curve, which tell where half of the runs are; a click shows a run."""
    n = min(len(course.x), _POINTED)
    at = np.linspace(0, len(course.x) - 1, n).astype(int)
    x = course.x[at]
    low, median, high = quartiles(course.values[:, at], worst)
    several = len(group.records) > 1
    between = [
        f"{value_words(a)} to {value_words(b)}" if several else ""
        for a, b in zip(low.tolist(), high.tolist(), strict=True)
    ]
    going = [f"{going} of {len(group.records)}" if several else "" for going in course.going[at]]
    facts = (
        ("", (group.name,) * n),
        (effort, x),
        (f"median {measure}" if several else measure, tuple(map(value_words, median.tolist()))),
        ("half of the runs", tuple(between)),
        ("runs that go on", tuple(going)),
    )
    action = Action("Show the run in the middle", runs=(typical(group, worst),))
    return Spots(x, np.where(np.isfinite(median), median, np.nan), facts, (action,))
