"""A sweep of one setting: what runs come to over its values, with the best one marked."""

from typing import Annotated, Literal

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Reading
from optiviz.engine.wording import capitalised, measured
from optiviz.studies.comparison import Comparison
from optiviz.studies.done import Done, reading
from optiviz.studies.plan import Study
from optiviz.studies.results import Results
from optiviz.studies.swept import Swept, setting_of
from optiviz.study_views import StudyView
from optiviz.study_views.parts import (
    Upwards,
    cell_facts,
    cell_spots,
    compared,
    done,
    is_wide,
    jitter,
    nothing_yet,
    quartiles,
    runs_of,
    target_words,
    worse_edge,
    worst_of,
)
from optiviz.views.figure import Axis, Band, Figure, Item, LegendEntry, Line, Points, Rule

_HALF = 0.28  # of the way to the next category: half the width of a box
_ROLE = "run:0"


class SweepCurve(StudyView):
    """Median and quartiles over the values of a setting, every run as a point."""

    kind = "sweep_curve"
    label = "Sweep"
    to_see = (
        "Where the line is flat the setting need not be exact; a narrow peak or dip has to be met, "
        "and may be luck."
    )
    place = 5

    scale: Upwards = "fitting"
    across: Annotated[
        Literal["fitting", "linear", "log"],
        Param(
            "To the right: logarithmic where the values of the setting lie far apart.",
            label="Scale across",
            choices={"fitting": "as fits", "linear": "linear", "log": "logarithmic"},
        ),
    ] = "fitting"

    def figure(self, results: Results) -> Figure:
        """Draw what all runs that are done came to."""
        study = results.study
        if not study.over:
            return Figure(self.label, empty="This study varies no setting: it is no sweep.")
        if empty := nothing_yet(results):
            return Figure(self.label, empty=empty)
        read, setting = reading(study), setting_of(study, study.over[0])
        groups = [group for group in runs_of(results) if group.records]
        values = np.concatenate([group.values for group in groups])
        if not np.isfinite(values).any():
            return Figure(self.label, empty="Every run that is done failed, at all values.")
        known = values[np.isfinite(values)]
        log = is_wide(known, read) if self.scale == "fitting" else self.scale == "log"
        log = log and bool((known > 0).all())
        log_x = setting.log if self.across == "fitting" else self.across == "log"
        log_x = log_x and setting.numeric and bool((setting.numbers > 0).all())
        worst, edge = worst_of(read), worse_edge(values, study.target, read, log)
        groups.sort(key=lambda group: int(setting.of[group.number]))
        x = setting.numbers[[int(setting.of[group.number]) for group in groups]]
        middles = np.array([quartiles(group.values, worst) for group in groups]).T
        found = compared(results)
        middles = np.where(np.isfinite(middles), middles, np.nan)
        items = self._items(groups, setting, x, middles, edge)
        legend = []
        if found.best is not None:
            best = next(i for i, g in enumerate(groups) if g.number == found.best.configuration)
            at = np.array([x[best]]), np.array([middles[1, best]])
            items.append(Points(*at, "accent", "diamond", 1.1, outlined=True))
            text = setting.texts[int(setting.of[found.best.configuration])]
            legend.append(
                LegendEntry(f"best: {text}, {measured(found.best.value)}", "accent", "diamond")
            )
        if study.target is not None:
            items.append(Rule(study.target, upright=False, role="muted", dash="dash"))
            legend.append(LegendEntry(target_words(study.target), "muted", "line", "dash"))
        facts = [
            cell_facts(
                group,
                [(setting.label, setting.texts[int(setting.of[group.number])])],
                read.name,
                worst,
            )
            for group in groups
        ]
        y = np.where(np.isfinite(middles[1]), middles[1], edge)
        return Figure(
            title=self.label,
            note=done(results),
            x=self._axis(setting, log_x),
            y=Axis(read.name, log=log),
            items=tuple(items),
            legend=tuple(legend),
            caption=_caption(found, setting, read, groups),
            spots=(cell_spots(x, y, facts, groups),),
        )

    def suits(self, study: Study) -> bool:
        """Whether it is a sweep of one setting."""
        return len(study.over) == 1

    def _axis(self, setting: Swept, log: bool) -> Axis:
        if setting.numeric:
            return Axis(setting.label, log=log)
        ticks = tuple((float(i), text) for i, text in enumerate(setting.texts))
        return Axis(setting.label, -0.6, len(ticks) - 0.4, ticks=ticks)

    def _items(
        self, groups: list[Done], setting: Swept, x: Array, middles: Array, edge: float
    ) -> list[Item]:
        """Return bands, curves and points: boxes where the values are categories."""
        low, median, high = middles
        items: list[Item] = []
        several = any(len(group.records) > 1 for group in groups)
        if not setting.numeric:
            for at, a, m, b in zip(x, low, median, high, strict=True):
                ends = np.array([at - _HALF, at + _HALF])
                if several:
                    items.append(Band(ends, np.full(2, a), np.full(2, b), _ROLE, 0.16))
                items.append(Line(ends, np.full(2, m), _ROLE, width=2.2))
        else:
            if several:
                items.append(Band(x, low, high, _ROLE, 0.16))
            items.append(Line(x, median, _ROLE, "median" if several else "", width=1.4))
        across = np.concatenate(
            [at + self._jitter(group, setting) for at, group in zip(x, groups, strict=True)]
        )
        values = np.concatenate([group.values for group in groups])
        well = np.isfinite(values)
        items.append(Points(across[well], values[well], _ROLE, size=0.45, opacity=0.55))
        if not well.all():
            failed = np.full(int((~well).sum()), edge)
            items.append(Points(across[~well], failed, "danger", "cross", 0.6))
        return items

    def _jitter(self, group: Done, setting: Swept) -> Array:
        n = len(group.records)
        return np.zeros(n) if setting.numeric else 0.7 * _HALF * jitter(n)


def _caption(found: Comparison, setting: Swept, read: Reading, groups: list[Done]) -> str:
    better = "higher" if read.more_is_better else "lower"
    words = [f"{read.name[:1].upper()}{read.name[1:]} over {setting.label}; {better} is better."]
    if any(len(group.records) > 1 for group in groups):
        words.append(
            "The line is the median of the runs with a value, half of them lie in the band; every "
            "run is a point."
        )
    failed = sum(int(group.failed.sum()) for group in groups)
    if failed:
        runs = "1 run" if failed == 1 else f"{failed:,} runs"
        words.append(f"{runs} failed: crosses at the worse edge.")
    if found.best is not None:
        words.append(capitalised(found.best.sentence))
        text = setting.texts[int(setting.of[found.best.configuration])]
        numeric = [g for g in groups if np.isfinite(g.values).any()] if setting.numeric else []
        ends = {setting.texts[0], setting.texts[-1]}
        if len(numeric) > 2 and text in ends:
            words.append(f"{text} is at an end of what was tried: the best may lie beyond it.")
    return " ".join(words)
