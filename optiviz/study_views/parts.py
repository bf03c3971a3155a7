"""What views of studies share: which configurations stand out, what runs tell, how axes read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal, cast
from weakref import WeakKeyDictionary

import numpy as np

from optiviz.analysis.runs.effort import LABELS, EffortName
from optiviz.analysis.statistics.quartiles import quantile
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Reading
from optiviz.engine.wording import measured, rounded
from optiviz.studies.comparison import Comparison, compare
from optiviz.studies.done import Done, done_of
from optiviz.studies.plan import Study
from optiviz.studies.results import Results
from optiviz.studies.swept import setting_of
from optiviz.views.figure import Action, Spots

_ANYWHERE = 1e3  # in usual text: whichever cell is nearest is meant
_GOLDEN = 0.6180339887498949  # its multiples, without the whole, fill 0 to 1 evenly
_EDGE = 0.05  # of the width: so far beyond the worst value failed runs are drawn
_WIDE = 30.0  # times as large as the smallest value: from there on a linear axis hides most

_MEANINGS: dict[EffortName, str] = {
    "iterations": (
        "One iteration is one update, whatever it costs: a climb scores one point, a population "
        "many, a descent needs a gradient; so iterations don't compare families of algorithms."
    ),
    "evaluations": (
        "Evaluations count how often a point was scored{gradients}; they are fair between "
        "families, but count a batch of rows like all rows."
    ),
    "rows": (
        "Rows seen count the rows of the data that were read, so that small batches are told "
        "from all rows; what is done with a row, a gradient or a value, counts alike."
    ),
    "epochs": (
        "One epoch is as many rows as there are training rows: small batches are told from all "
        "rows; what is done with a row, a gradient or a value, counts alike."
    ),
    "seconds": (
        "Seconds of computing on the machine that did the runs, which depend on it and on what "
        "else it did."
    ),
}

Counted = Annotated[EffortName, Param("What the time to the target counts.", label="Count")]
Over = Annotated[EffortName, Param("What runs to the right.", label="Over")]
LogOver = Annotated[bool, Param("Logarithmic axis to the right.", label="Log x")]
Upwards = Annotated[
    Literal["fitting", "linear", "log"],
    Param(
        "Upwards: logarithmic where values lie far apart and less is better.",
        label="Scale",
        choices={"fitting": "as fits", "linear": "linear", "log": "logarithmic"},
    ),
]

_stages: WeakKeyDictionary[Results, tuple[int, dict[tuple[str, EffortName], object]]]
_stages = WeakKeyDictionary()


def _kept(results: Results) -> dict[tuple[str, EffortName], object]:
    """Return what was found of these results, until another run has come."""
    stage = hash(tuple(map(id, results.records.values())))
    known = _stages.get(results)
    if known is None or known[0] != stage:
        known = _stages[results] = stage, {}
    return known[1]


def compared(results: Results, effort: EffortName = "evaluations") -> Comparison:
    """Return what a study says; all its views share it."""
    kept = _kept(results)
    if ("comparison", effort) not in kept:
        kept["comparison", effort] = compare(results, effort)
    return cast("Comparison", kept["comparison", effort])


def runs_of(results: Results, effort: EffortName = "evaluations") -> list[Done]:
    """Return the runs of each configuration that are done; all views share them."""
    kept = _kept(results)
    if ("runs", effort) not in kept:
        kept["runs", effort] = _named_briefly(results.study, done_of(results, effort))
    return cast("list[Done]", kept["runs", effort])


def _named_briefly(study: Study, groups: list[Done]) -> list[Done]:
    """Return configurations of a sweep of two by their values alone: their names are long."""
    if len(study.over) != 2:
        return groups
    settings = [setting_of(study, path) for path in study.over]
    texts = [", ".join(s.texts[int(s.of[group.number])] for s in settings) for group in groups]
    if len(set(texts)) < len(texts):
        return groups
    return [replace(group, name=text) for group, text in zip(groups, texts, strict=True)]


def names_are(results: Results) -> str:
    """Return what the names of configurations list, where they are but values; else nothing."""
    study = results.study
    names = {c.name for c in study.configurations}
    if len(study.over) != 2 or all(group.name in names for group in runs_of(results)):
        return ""
    return ", ".join(setting_of(study, path).label for path in study.over)


def target_words(target: float) -> str:
    """Return a target as it was typed."""
    return f"target {rounded(target)}"


def effort_label(effort: EffortName, weight: float) -> str:
    """Return what an axis of efforts says."""
    if effort == "evaluations" and weight:
        return f"evaluations (a gradient counts as {rounded(weight)})"
    return LABELS[effort]


def effort_meaning(effort: EffortName, weight: float) -> str:
    """Return a sentence on what an effort counts, and what it can't compare."""
    counted = f", a gradient as {rounded(weight)} of them" if weight else ", gradients not at all"
    return _MEANINGS[effort].format(gradients=counted)


def nothing_yet(results: Results) -> str:
    """Say that no run is done; empty if one is."""
    if results.records:
        return ""
    size = results.study.size
    runs = "Its one run isn't" if size == 1 else f"None of its {size:,} runs is"
    return f"{runs} done yet: what they find is drawn here as it comes."


def done(results: Results) -> str:
    """Return how many runs are done, for a card's title line."""
    size, n = results.study.size, len(results.records)
    runs = "1 run" if size == 1 else f"{size:,} runs"
    return runs if n >= size else f"{n:,} of {runs}"


def worst_of(reading: Reading) -> float:
    """Return what a failed run counts as."""
    return -np.inf if reading.more_is_better else np.inf


def quartiles(values: Array, worst: float) -> tuple[Array, Array, Array]:
    """Return the lower quartile, the median and the upper quartile of each column.

    Parameters
    ----------
    values : ndarray, shape (runs, ...)
        nan counts as the worst.
    worst : float
        inf or -inf.
    """
    known = np.where(np.isnan(values), worst, values)
    if len(known) == 1:  # of sweeps there may be thousands
        return known[0], known[0], known[0]
    low, median, high = (quantile(known, share) for share in (0.25, 0.5, 0.75))
    return low, median, high


def middle(group: Done, worst: float) -> float:
    """Return the median of what a configuration's runs came to; nan if none is done."""
    return float(quartiles(group.values, worst)[1]) if len(group.values) else np.nan


def best_first(groups: Sequence[Done], reading: Reading) -> list[Done]:
    """Return configurations by their medians, the best first, those without runs last."""
    worst = worst_of(reading)
    medians = np.array([middle(group, worst) for group in groups])
    better = -medians if reading.more_is_better else medians
    return [
        groups[i] for i in np.argsort(np.where(np.isnan(better), np.inf, better), kind="stable")
    ]


def is_wide(values: Array, reading: Reading) -> bool:
    """Whether values of which less is better lie so far apart that they need logarithms."""
    values = values[np.isfinite(values)]
    above = values[values > 0]
    low_is_good = not reading.more_is_better and len(above) > 0 and bool((values >= 0).all())
    return low_is_good and bool(values.max() > _WIDE * above.min())


def value_words(value: float) -> str:
    """Return a value as people read it; infinite is what failed runs count as."""
    return "failed" if np.isinf(value) else "" if np.isnan(value) else measured(value)


def runs_spots(study: Study, group: Done, x: Array, y: Array, measure: str) -> Spots:
    """Return the runs of a configuration as places that can be pointed at and opened."""
    records, planned = group.records, group.planned
    facts: list[tuple[str, tuple[str, ...]]] = [
        ("", (group.name,) * len(records)),
        ("seed", tuple(f"{p.search_seed}" for p in planned)),
        ("split", tuple("" if p.split_seed is None else f"{p.split_seed}" for p in planned)),
        (measure, tuple(map(value_words, group.values.tolist()))),
        ("iterations", tuple(f"{r.iterations:,}" for r in records)),
        ("failed", tuple(_failure(r.failed, r.failure) for r in records)),
    ]
    actions = tuple(
        Action(f"Show {study.name_of(p)}", runs=(place,))
        for p, place in zip(planned, group.places.tolist(), strict=True)
    )
    return Spots(x, y, tuple(facts), actions)


def _failure(failed: bool, sentence: str) -> str:
    return (sentence or "it diverged") if failed else ""


def rough(value: float) -> str:
    """Return a count or a time in three or four digits; empty for nan."""
    if np.isnan(value):
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def typical(group: Done, worst: float) -> int:
    """Return the place of the run in the middle of a configuration's, by what they came to."""
    order = np.argsort(np.where(np.isnan(group.values), worst, group.values), kind="stable")
    return int(group.places[order[len(order) // 2]])


def cell_facts(
    group: Done, settings: Sequence[tuple[str, str]], measure: str, worst: float
) -> tuple[tuple[str, str], ...]:
    """Return what a cell of a sweep tells: its settings, and what its runs came to."""
    n, failed = len(group.records), int(group.failed.sum())
    if not n:
        return (*settings, ("runs", "none is done yet"))
    low, median, high = (float(v) for v in quartiles(group.values, worst))
    between = f"{value_words(low)} to {value_words(high)}" if n > 1 else ""
    return (
        *settings,
        (f"median {measure}" if n > 1 else measure, value_words(median)),
        ("half of the runs", between),
        ("runs", f"{n:,}"),
        ("failed", f"{failed:,}" if failed else ""),
    )


def cell_spots(
    x: Array, y: Array, facts: Sequence[tuple[tuple[str, str], ...]], groups: Sequence[Done]
) -> Spots:
    """Return cells of a sweep as places; a click shows the runs behind one."""
    names = tuple(dict.fromkeys(name for cell in facts for name, _ in cell))
    told = tuple((name, tuple(dict(cell).get(name, "") for cell in facts)) for name in names)
    actions = tuple(
        Action(
            "Show its run" if len(group.places) == 1 else f"Show its {len(group.places)} runs",
            runs=tuple(group.places.tolist()),
        )
        for group in groups
    )
    return Spots(x, y, told, actions, reach=_ANYWHERE)


def jitter(n: int) -> Array:
    """Return places from -1 to 1 that keep neighbours apart, the same ones each time."""
    places = 2.0 * (np.arange(1, n + 1) * _GOLDEN % 1.0) - 1.0
    return np.asarray(places if n > 1 else np.zeros(1))


def worse_edge(values: Array, target: float | None, read: Reading, log: bool) -> float:
    """Return where failed runs are drawn: a little beyond the worst value."""
    known = values[np.isfinite(values)]
    if target is not None and (target > 0 or not log):
        known = np.append(known, target)
    if log:
        known = np.log10(known[known > 0])
    low, high = float(known.min()), float(known.max())
    step = _EDGE * (high - low) or 0.1 * abs(high) or 0.1
    edge = low - step if read.more_is_better else high + step
    return float(10**edge) if log else edge
