"""A sweep of two settings: the median of each cell as a colour, the best one outlined."""

from dataclasses import dataclass
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
    cell_facts,
    cell_spots,
    compared,
    done,
    is_wide,
    nothing_yet,
    quartiles,
    runs_of,
    worst_of,
)
from optiviz.views.figure import Axis, Figure, Item, LegendEntry, Line, Points, Text, ValueImage

_FILLED = 0.5  # of all cells that must have runs, for a grid; else they are points
_LEVELS = 9  # of the ramp where values are told apart by their logarithms
_SWITCH = 0.55  # on the ramp, from where words take the card's colour
_SHADES = 24  # colours of points


@dataclass(frozen=True, eq=False)
class _Cells:
    """The cells of a sweep that have runs.

    Attributes
    ----------
    groups : list of Done
    values : ndarray, shape (n,)
        Medians; nan where they fall among runs that failed.
    across, upwards : Swept
    column, row : ndarray of int, shape (n,)
    """

    groups: list[Done]
    values: Array
    across: Swept
    upwards: Swept
    column: np.ndarray[tuple[int], np.dtype[np.int64]]
    row: np.ndarray[tuple[int], np.dtype[np.int64]]

    @property
    def failed(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which cells have runs that failed."""
        return np.array([group.failed.any() for group in self.groups])


class HeatMap(StudyView):
    """Medians over two settings, with the runs behind each cell one click away."""

    kind = "heat_map"
    label = "Heat map"
    to_see = (
        "Look for a region, not for the best cell: a good cell between bad ones is luck, one among "
        "good ones still holds when the settings are a little off."
    )
    place = 5

    scale: Annotated[
        Literal["fitting", "linear", "log"],
        Param(
            "Of the colours: logarithmic where values lie far apart and less is better.",
            label="Scale",
            choices={"fitting": "as fits", "linear": "linear", "log": "logarithmic"},
        ),
    ] = "fitting"
    swapped: Annotated[bool, Param("The first setting goes upwards.", label="Swap axes")] = False

    def figure(self, results: Results) -> Figure:
        """Draw the cells that have runs."""
        study = results.study
        if len(study.over) < 2:
            return Figure(self.label, empty="This study varies no two settings.")
        if empty := nothing_yet(results):
            return Figure(self.label, empty=empty)
        read = reading(study)
        cells = self._cells(results, worst_of(read))
        known = cells.values[np.isfinite(cells.values)]
        if not len(known):
            return Figure(
                self.label, empty="No cell has a median: half of the runs failed or more."
            )
        log = is_wide(known, read) if self.scale == "fitting" else self.scale == "log"
        levels = _levels(known, log and bool((known > 0).all()))
        found = compared(results)
        across, upwards = cells.across, cells.upwards
        size = len(across.values) * len(upwards.values)
        grid = len({*zip(across.of.tolist(), upwards.of.tolist(), strict=True)}) >= _FILLED * size
        places = (cells.column.astype(np.float64), cells.row.astype(np.float64))
        if not grid:
            places = (across.numbers[cells.column], upwards.numbers[cells.row])
        draw = _grid if grid else _scatter
        items, axes = draw(cells, places, levels, read.name)
        items += _outlined(found, cells, places, grid)
        facts = [
            cell_facts(group, _settings(cells, i), read.name, worst_of(read))
            for i, group in enumerate(cells.groups)
        ]
        legend = []
        if found.best is not None:
            legend.append(LegendEntry(f"best: {measured(found.best.value)}", "accent", "ring"))
        if cells.failed.any():
            legend.append(LegendEntry("failed; small: some of its runs", "danger", "cross"))
        return Figure(
            title=self.label,
            note=done(results),
            x=axes[0],
            y=axes[1],
            items=tuple(items),
            legend=tuple(legend),
            caption=_caption(found, cells, read, grid, study),
            spots=(cell_spots(*places, facts, cells.groups),),
        )

    def suits(self, study: Study) -> bool:
        """Whether it is a sweep of two settings."""
        return len(study.over) == 2

    def _cells(self, results: Results, worst: float) -> _Cells:
        across, upwards = (setting_of(results.study, path) for path in results.study.over)
        if self.swapped:
            across, upwards = upwards, across
        groups = [group for group in runs_of(results) if group.records]
        medians = np.array([quartiles(group.values, worst)[1] for group in groups])
        numbers = np.array([group.number for group in groups])
        values = np.where(np.isfinite(medians), medians, np.nan)
        return _Cells(groups, values, across, upwards, across.of[numbers], upwards.of[numbers])


def _levels(values: Array, log: bool) -> tuple[float, ...]:
    low, high = float(values.min()), float(values.max())
    if low == high:
        return (low,)
    return tuple(np.geomspace(low, high, _LEVELS).tolist()) if log else (low, high)


_Drawn = tuple[list[Item], tuple[Axis, Axis]]


def _grid(
    cells: _Cells, places: tuple[Array, Array], levels: tuple[float, ...], name: str
) -> _Drawn:
    """Draw cells of one size, each with its median where there is room for it."""
    n, m = len(cells.across.values), len(cells.upwards.values)
    values = np.full((m, n), np.nan)
    values[cells.row, cells.column] = cells.values
    image = ValueImage(values, -0.5, n - 0.5, -0.5, m - 0.5, levels, name, flat=True)
    items: list[Item] = [image]
    for x, y, value, share in zip(
        *places, cells.values.tolist(), image.shares(cells.values), strict=True
    ):
        if np.isfinite(value):
            role = "text" if share <= _SWITCH else "card"
            words = measured(value, decimals=3)
            items.append(Text(float(x), float(y), words, role, "center", size=0.9, room=0.94))
    items += _failed(cells, places, (0.34, 0.32))
    return items, (_names(cells.across, n), _names(cells.upwards, m))


def _names(setting: Swept, n: int) -> Axis:
    ticks = tuple((float(i), text) for i, text in enumerate(setting.texts))
    return Axis(setting.label, -0.5, n - 0.5, ticks=ticks)


def _scatter(
    cells: _Cells, places: tuple[Array, Array], levels: tuple[float, ...], name: str
) -> _Drawn:
    """Draw a point for each configuration of a sweep at random, its colour being its median."""
    x, y = places
    axes = _axis(cells.across, x), _axis(cells.upwards, y)
    (left, right), (bottom, top) = ((axis.low or 0.0, axis.high or 1.0) for axis in axes)
    nothing = np.full((1, 1), np.nan)
    # An empty picture brings the scale of its colours.
    image = ValueImage(nothing, left, right, bottom, top, levels, name, flat=True)
    items: list[Item] = [image]
    shares = np.round(image.shares(cells.values) * _SHADES) / _SHADES
    for share in np.unique(shares[np.isfinite(shares)]):
        at = shares == share
        role = f"value:{share:.4f}"
        items.append(Points(x[at], y[at], role, size=1.1, outlined=True))
    items += _failed(cells, places, (0.0, 0.0))
    return items, axes


def _axis(setting: Swept, places: Array) -> Axis:
    """Return an axis with a little room around its values."""
    if not setting.numeric:
        return _names(setting, len(setting.values))
    low, high = float(places.min()), float(places.max())
    if setting.log:
        room = (high / low) ** 0.06
        return Axis(setting.label, low / room, high * room, True)
    room = 0.06 * (high - low) or 0.5
    return Axis(setting.label, low - room, high + room)


def _failed(cells: _Cells, places: tuple[Array, Array], corner: tuple[float, float]) -> list[Item]:
    """Return crosses: large where the median failed, small where some runs did."""
    x, y = places
    whole = ~np.isfinite(cells.values)
    some = cells.failed & ~whole
    items: list[Item] = []
    if whole.any():
        items.append(Points(x[whole], y[whole], "danger", "cross", 0.9))
    if some.any():
        at = x[some] + corner[0], y[some] + corner[1]
        items.append(Points(*at, "danger", "cross", 0.45))
    return items


def _outlined(
    found: Comparison, cells: _Cells, places: tuple[Array, Array], grid: bool
) -> list[Item]:
    """Return what marks the best cell."""
    if found.best is None:
        return []
    best = next(i for i, g in enumerate(cells.groups) if g.number == found.best.configuration)
    x, y = float(places[0][best]), float(places[1][best])
    if not grid:
        return [Points(np.array([x]), np.array([y]), "accent", "ring", 1.9)]
    u, v = np.array([-0.47, 0.47, 0.47, -0.47, -0.47]), np.array([-0.47, -0.47, 0.47, 0.47, -0.47])
    ground = Line(x + u, y + v, "card", width=4.5)  # seen on dark cells too
    return [ground, Line(x + u, y + v, "accent", width=2.6)]


def _settings(cells: _Cells, i: int) -> list[tuple[str, str]]:
    pairs = ((cells.across, cells.column), (cells.upwards, cells.row))
    return [(setting.label, setting.texts[int(places[i])]) for setting, places in pairs]


def _caption(found: Comparison, cells: _Cells, read: Reading, grid: bool, study: Study) -> str:
    better = "higher" if read.more_is_better else "lower"
    what = "cell" if grid else "point"
    words = [
        f"Median {read.name} over {cells.across.label} and {cells.upwards.label}, a {what} for "
        f"each configuration; {better} is better."
    ]
    lost = int((~np.isfinite(cells.values)).sum())
    if lost:
        words.append(f"{lost:,} have no median, as half of their runs failed or more: crosses.")
    left = len(study.configurations) - len(cells.groups)
    if left:
        words.append(f"{left:,} aren't run yet.")
    if found.best is not None:
        words.append(capitalised(found.best.sentence))
        settings = dict(_settings(cells, _place(cells, found.best.configuration)))
        for setting in (cells.across, cells.upwards):
            if setting.numeric and len(setting.values) > 2:
                text = settings[setting.label]
                if text in (setting.texts[0], setting.texts[-1]):
                    words.append(
                        f"Its {setting.label} of {text} is at an end of what was tried: the best "
                        "may lie beyond it."
                    )
    return " ".join(words)


def _place(cells: _Cells, configuration: int) -> int:
    return next(i for i, group in enumerate(cells.groups) if group.number == configuration)
