"""Many runs that differ in nothing but their seed: their median, and a band of their quartiles."""

from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from optiviz.analysis.runs.spending import spent_at
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.views import Shown
from optiviz.views.figure import Array, Band, Item, Line
from optiviz.views.fitness.curves import Scale, lines_of
from optiviz.views.palette import dash_of_run

_MANY = 8  # runs: more of a group are a band
_LEAST = 3  # make quartiles
_GRID = 300  # places along the axis
_PALE = 0.35


class Group(NamedTuple):
    """Runs of the same settings but for the seed; the one in focus first if it is among them."""

    runs: tuple[Shown, ...]
    name: str
    focused: Shown  # the run in focus: the playhead is on it


_keys: WeakKeyDictionary[Run, tuple[RunSpec, RunSpec]] = WeakKeyDictionary()
_made: WeakKeyDictionary[Run, tuple[tuple[object, ...], tuple[Array, Array]]] = WeakKeyDictionary()
_rows: WeakKeyDictionary[Run, tuple[tuple[object, ...], Array]] = WeakKeyDictionary()


def grouped(shown: Sequence[Shown], bands: str) -> tuple[list[Shown], list[Group]]:
    """Return the runs that are drawn one by one, and the groups that are drawn as bands.

    The run in focus is drawn by itself too.

    Parameters
    ----------
    shown : sequence of Shown
    bands : {"when many", "never", "always"}
    """
    most = {"when many": _MANY, "always": _LEAST - 1}.get(bands)
    if most is None or len(shown) <= most:
        return list(shown), []
    found: dict[RunSpec, list[Shown]] = {}
    for one in shown:
        found.setdefault(_seedless(one.run), []).append(one)
    groups, single = [], []
    for runs in found.values():
        if len(runs) > most:
            name = f"{len(runs):,} × {runs[0].run.spec.optimizer.label}"  # first what is never cut
            groups.append(Group(tuple(runs), name, shown[0]))
        else:
            single += runs
    # Groups of one algorithm with other settings are told apart by the first run's name.
    labels = [group.name for group in groups]
    groups = [
        group
        if labels.count(group.name) == 1
        else group._replace(name=f"{len(group.runs):,} × {group.runs[0].name}")
        for group in groups
    ]
    chosen = {id(one) for one in single} | {id(shown[0])}
    return [one for one in shown if id(one) in chosen], groups


def band_of(group: Group, scale: Scale, end: float) -> list[Item]:
    """Return the median of a group with its band: pale beyond the playhead, then not there.

    Parameters
    ----------
    group : Group
    scale : Scale
    end : float
        Of the axis.
    """
    one = group.runs[0]
    x, quartiles = _quartiles(group, scale, end)
    role, dash = f"run:{one.number}", dash_of_run(one.number)
    focus, level = group.focused, scale.level
    now = spent_at(focus.run, focus.k, level)
    seen = max(now, spent_at(focus.run, min(focus.last_seen, focus.run.trace.last_k), level))
    known = np.isfinite(quartiles).all(axis=0)
    items: list[Item] = []
    beyond, before = known & (x >= now) & (x <= seen), known & (x <= now)
    low, middle, high = quartiles
    if beyond.sum() > 1:
        items.append(Line(x[beyond], middle[beyond], role, dash=dash, opacity=_PALE))
    items.append(Band(x[before], low[before], high[before], role))
    items.append(Line(x[before], middle[before], role, group.name, dash, 1.3))
    return items


def bands_words(groups: Sequence[Group]) -> str:
    """Say what the bands are."""
    if not groups:
        return ""
    told = " and ".join(group.name for group in groups[:3])
    more = f" and {len(groups) - 3} more groups" if len(groups) > 3 else ""
    return (
        f"Drawn as their median, with a band from the first to the third quartile: {told}{more}, "
        "alike but for their seeds; a run that has ended keeps its last value."
    )


def _seedless(run: Run) -> RunSpec:
    """Return a run's spec without what chance decides."""
    known = _keys.get(run)
    if known is None or known[0] is not run.spec:
        spec = run.spec.reopened().replace(seed=0)
        known = _keys[run] = run.spec, spec
    return known[1]


def _quartiles(group: Group, scale: Scale, end: float) -> tuple[Array, Array]:
    """Return places along the axis, and the quartiles there, shape (3, places)."""
    state = tuple((id(o.run), o.run.trace.last_k, o.run.trace.generation) for o in group.runs)
    counts = () if scale.measure == "objective" else tuple(o.run.history.count for o in group.runs)
    asked = (scale, end, hash(state), hash(counts))
    first = group.runs[0].run
    known = _made.get(first)
    if known is None or known[0] != asked:
        x = np.linspace(0.0, end, _GRID)
        rows = np.array([_on(one, scale, x) for one in group.runs])
        known = _made[first] = asked, (x, _shares(rows))
    return known[1]


def _shares(rows: Array) -> Array:
    """Return the quartiles of the runs that have a value; nan where fewer than half have one."""
    found = np.full((3, rows.shape[1]), np.nan)
    enough = np.isfinite(rows).sum(axis=0) * 2 >= len(rows)
    if enough.any():
        found[:, enough] = np.nanquantile(rows[:, enough], (0.25, 0.5, 0.75), axis=0)
    return found


def _on(one: Shown, scale: Scale, x: Array) -> Array:
    """Return a run's curve at places along the axis; nan before it begins and while it goes on."""
    trace = one.run.trace
    asked = (scale, float(x[-1]), trace.last_k, trace.generation, one.run.history.count)
    known = _rows.get(one.run)
    if known is not None and known[0] == asked:
        return known[1]
    last = trace.last_k
    whole = Shown(one.run, last, one.reader, points=2 * _GRID)
    lines = [line for line in lines_of(whole, scale, "this", alone=False) if line.label]
    values = np.full(len(x), np.nan)
    if lines and len(lines[-1].x):
        line = lines[-1]
        at = np.searchsorted(line.x, x, side="right") - 1
        values = np.where(at >= 0, line.y[np.maximum(at, 0)], np.nan)
        if one.run.stop_reason is None:
            values[x > line.x[-1]] = np.nan
    _rows[one.run] = asked, values
    return values
