"""Two variances: how much the seed of the search moves the result, and how much the split does."""

from typing import Annotated, Literal

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.engine.wording import measured
from optiviz.studies.comparison import Comparison, ConfigurationVariances
from optiviz.studies.done import Done, reading
from optiviz.studies.plan import Study
from optiviz.studies.results import Results
from optiviz.study_views import StudyView
from optiviz.study_views.parts import compared, done, nothing_yet, runs_of, runs_spots
from optiviz.views.figure import Axis, Band, Figure, Item, LegendEntry, Points, Text, ValueImage

_HALF = 0.34  # of a row: half the height of a bar
_ROLES = ("value:0.75", "value:0.3", "line")  # of search, split and rest: no colours of runs
_SWITCH = 0.55  # on the ramp, from where words take the card's colour
_WRITTEN = 144  # cells up to which values are written


class VariancesView(StudyView):
    """Every pair of seeds as a cell, or the shares of the variance as bars."""

    kind = "variances"
    label = "Search and split"
    to_see = "Where the split decides, more seeds of the search tell nothing new: more splits do."
    place = 60

    show: Annotated[
        Literal["runs", "shares"],
        Param(
            "What is drawn.",
            label="Show",
            choices={"runs": "the runs of one configuration", "shares": "shares of the variance"},
        ),
    ] = "runs"
    configuration: Annotated[
        int,
        Param(
            "Whose runs are drawn, counted from 1 in the study's order; 0 is the best one.",
            label="Configuration",
            ge=0,
            le=10_000,
            when=("show", ("runs",)),
        ),
    ] = 0

    def figure(self, results: Results) -> Figure:
        """Draw the runs of one configuration, or the shares of all."""
        study = results.study
        if not self.suits(study):
            return Figure(
                self.label,
                empty="Two seeds of the search and two of the split are needed: then the two "
                "variances can be told apart.",
            )
        if empty := nothing_yet(results):
            return Figure(self.label, empty=empty)
        found = compared(results)
        return self._shares(found, results) if self.show == "shares" else self._runs(found, results)

    def suits(self, study: Study) -> bool:
        """Whether both seeds vary."""
        return min(len(study.search_seeds), len(study.split_seeds)) > 1

    def _runs(self, found: Comparison, results: Results) -> Figure:
        """Draw what each pair of seeds came to."""
        study, read = results.study, reading(results.study)
        if self.configuration > len(study.configurations):
            n = len(study.configurations)
            return Figure(self.label, empty=f"This study has {n:,} configurations.")
        best = 0 if found.best is None else found.best.configuration
        group = runs_of(results)[self.configuration - 1 if self.configuration else best]
        searches = {seed: i for i, seed in enumerate(study.search_seeds)}
        splits = {seed: i for i, seed in enumerate(study.split_seeds)}
        x = np.array([splits[p.split_seed] for p in group.planned if p.split_seed is not None])
        y = np.array([searches[p.search_seed] for p in group.planned])
        values = np.full((len(searches), len(splits)), np.nan)
        if len(x):
            values[y, x] = group.values
        known = values[np.isfinite(values)]
        if not len(known):
            return Figure(self.label, empty=f"No run of {group.name} that is done has a value.")
        ends = float(known.min()), float(known.max())
        levels = ends if ends[0] < ends[1] else ends[:1]
        n, m = len(splits), len(searches)
        image = ValueImage(values, -0.5, n - 0.5, -0.5, m - 0.5, levels, read.name, flat=True)
        items: list[Item] = [image, *_written(image, x, y, group)]
        failed = ~np.isfinite(group.values)
        if failed.any():
            items.append(Points(x[failed] * 1.0, y[failed] * 1.0, "danger", "cross", 0.8))
        mine = [one for one in found.variances if one.configuration == group.number]
        return Figure(
            title=self.label,
            note=f"{group.name}{_note(mine)}",
            x=Axis("seed of the split", -0.5, n - 0.5, ticks=_seeds(study.split_seeds)),
            y=Axis("seed of the search", -0.5, m - 0.5, ticks=_seeds(study.search_seeds)),
            items=tuple(items),
            caption=f"{read.name[:1].upper()}{read.name[1:]} of each run of {group.name}: columns "
            "that differ are the split's doing, rows that differ are the search's. "
            + " ".join(one.variances.sentence for one in mine),
            spots=(runs_spots(study, group, x * 1.0, y * 1.0, read.name),),
        )

    def _shares(self, found: Comparison, results: Results) -> Figure:
        """Draw the shares of each configuration's variance as a bar."""
        known = [one for one in found.variances if np.isfinite(one.variances.shares).all()]
        if not known:
            said = " ".join(one.variances.sentence for one in found.variances[:1])
            return Figure(
                self.label,
                note=done(results),
                empty=said or "The shares are drawn when all runs of a configuration are done.",
            )
        items: list[Item] = []
        for i, one in enumerate(known):
            items += _bar(one, float(len(known) - 1 - i))
        ticks = tuple((float(len(known) - 1 - i), one.name) for i, one in enumerate(known))
        names = ("seed of the search", "seed of the split", "the two together")
        return Figure(
            title=self.label,
            note=done(results),
            x=Axis("share of the variance, %", 0.0, 100.0),
            y=Axis("", -0.6, len(known) - 0.4, ticks=ticks[::-1]),
            items=tuple(items),
            legend=tuple(LegendEntry(n, r) for n, r in zip(names, _ROLES, strict=True)),
            caption="Where the variance of what runs come to is from. "
            + " ".join(f"{one.name}: {one.variances.sentence}" for one in known[:6]),
        )


def _note(mine: list[ConfigurationVariances]) -> str:
    """Return the shares in a few words."""
    if not mine or not np.isfinite(mine[0].variances.shares).all():
        return ""
    search, split, _ = mine[0].variances.shares
    return f": split {100 * split:.0f}%, search {100 * search:.0f}%"


def _seeds(seeds: tuple[int, ...]) -> tuple[tuple[float, str], ...]:
    return tuple((float(i), f"{seed}") for i, seed in enumerate(seeds))


def _written(image: ValueImage, x: np.ndarray, y: np.ndarray, group: Done) -> list[Item]:
    """Return the values of cells, where there are few enough to be read."""
    if image.values.size > _WRITTEN:
        return []
    items: list[Item] = []
    for u, v, value, share in zip(x, y, group.values, image.shares(group.values), strict=True):
        if np.isfinite(value):
            role = "text" if share <= _SWITCH else "card"
            words = measured(float(value), decimals=3)
            items.append(Text(float(u), float(v), words, role, "center", size=0.85, room=0.96))
    return items


def _bar(one: ConfigurationVariances, at: float) -> list[Item]:
    """Return a bar of three parts, each with its percentage where there is room for it."""
    ends = 100 * np.cumsum((0.0, *one.variances.shares))
    items: list[Item] = []
    for role, left, right in zip(_ROLES, ends[:-1], ends[1:], strict=True):
        items.append(
            Band(np.array([left, right]), np.full(2, at - _HALF), np.full(2, at + _HALF), role, 0.6)
        )
        words = f"{right - left:.0f}%"
        middle, room = float(left + right) / 2, float(right - left) * 0.9
        items.append(Text(middle, at, words, "text", "center", room=room))
    return items
