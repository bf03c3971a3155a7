"""Flat stretches under the curves: shaded, with words where there is room, and what they tell."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from optiviz.analysis.runs.stretches import Drift, Stretch, drift, flat_stretches
from optiviz.engine.problem import Reading
from optiviz.engine.wording import measured
from optiviz.views import Shown
from optiviz.views.figure import Action, Band, Item, Line, Spots, Text

_SHADE = 0.06
_SHADED = 0.05  # of the run, from which on a stretch is shaded
_FOOT = (0.035, 0.02)  # of the height of the curves: so far below them it is underlined
_ROOM = 0.16  # of the axis: a shaded stretch as wide as this has room for words
_APART = 0.5  # of the axis, between words, so that they stand apart in a narrow card too
_PLACES = 25  # to point at along a shaded stretch

Flat = Sequence[tuple[Stretch, Drift | None]]


def flat_of(one: Shown) -> Flat:
    """Return the flat stretches of a run as far as it has been seen, with their drift."""
    seen = one.last_seen
    # The window has drifts measured meanwhile; where nobody is looking there is time for it.
    reader = one.reader if one.seen is None else None
    least = _SHADED * one.run.trace.last_k  # of shorter ones a long run is full
    found = [s for s in flat_stretches(one.run) if s.start < seen and s.iterations >= least]
    return [
        (stretch, drift(one.run, stretch, reader))
        if stretch.end <= seen
        else (replace(stretch, end=seen, kept=None), None)
        for stretch in found
    ]


def shaded(
    one: Shown,
    flat: Flat,
    items: Sequence[Item],
    reading: Reading,
    time_of: Callable[[Shown, int], float],
    log_x: bool,
    log_y: bool,
) -> tuple[list[Item], tuple[Spots, ...]]:
    """Return flat stretches as bands with words where there is room, and what they tell.

    Parameters
    ----------
    one : Shown
    flat : sequence of (Stretch, Drift or None)
    items : sequence of Item
        The curves that they stand behind.
    reading : Reading
    time_of : callable
        Where an iteration is on the axis.
    log_x, log_y : bool
        Which axes are logarithmic.
    """
    height = _height(items, log_y)
    if not flat or height is None:
        return [], ()
    low, high = height
    at = [(time_of(one, s.start), time_of(one, s.end)) for s, _ in flat]
    found: list[Item] = [
        Band(np.array(ends), np.full(2, low), np.full(2, high), "muted", _SHADE) for ends in at
    ]
    foot = [_below(low, high, share, log_y) for share in _FOOT]
    found += [
        Band(np.array(ends), np.full(2, foot[0]), np.full(2, foot[1]), "muted", 0.6) for ends in at
    ]
    whole = time_of(one, one.run.trace.last_k) or 1.0
    x, y, about = [], [], []
    written = _apart([(left + right) / 2 for left, right in at], [s for s, _ in flat], whole)
    for i, ((stretch, drifted), (left, right)) in enumerate(zip(flat, at, strict=True)):
        value = float(reading.value(np.array(stretch.f)))
        x += np.linspace(left, right, _PLACES).tolist()
        y += [value] * _PLACES
        told = "" if drifted is None else drifted.sentence(stretch)
        about += [(stretch, value, told)] * _PLACES
        roomy = i in written and right - left >= _ROOM * whole and not log_x
        if drifted is not None and roomy:
            below = value > (low + high) / 2  # away from the curve
            edge, anchor = (low, "bottom") if below else (high, "top")
            words = Text((left + right) / 2, edge, drifted.short, "muted", anchor)  # type: ignore[arg-type]
            found.append(words)
    facts: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("flat stretch", tuple(f"{s.start:,} to {s.end:,}" for s, _, _ in about)),
        ("iterations", tuple(f"{s.iterations:,}" for s, _, _ in about)),
        (reading.name, tuple(measured(value) for _, value, _ in about)),
        ("drift", tuple(told for _, _, told in about)),
    )
    actions = tuple(Action("Go to its start", seek=s.start) for s, _, _ in about)
    return found, (Spots(np.array(x), np.array(y), facts, actions),)


def flat_words(flat: Flat) -> str:
    """Say where a run stands still: how often, and the longest time with its figures."""
    if not flat:
        return ""
    stretch, found = max(flat, key=lambda one: one[0].iterations)
    how = "" if found is None else f": it {found.sentence(stretch)}"
    count = "1 flat stretch is" if len(flat) == 1 else f"{len(flat)} flat stretches are"
    longest = "it goes" if len(flat) == 1 else "the longest goes"
    return f"{count} shaded; {longest} from iteration {stretch.start:,} to {stretch.end:,}{how}."


def _height(items: Sequence[Item], log: bool) -> tuple[float, float] | None:
    """Return from where to where curves reach, or None if there is nothing to stand behind."""
    lines = [item for item in items if isinstance(item, Line) and len(item.y)]
    ys = [item.y[np.isfinite(item.y) & ((item.y > 0) | (not log))] for item in lines]
    values = np.concatenate(ys) if ys else np.empty(0)
    if not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else None


def _below(low: float, high: float, share: float, log: bool) -> float:
    """Return the place that is a share of the height below it."""
    return low * (low / high) ** share if log else low - share * (high - low)


def _apart(middles: Sequence[float], stretches: Sequence[Stretch], whole: float) -> set[int]:
    """Return which stretches have words: the longest, and others that are far from those."""
    chosen: list[int] = []
    for i in sorted(range(len(middles)), key=lambda i: -stretches[i].iterations):
        if all(abs(middles[i] - middles[j]) >= _APART * whole for j in chosen):
            chosen.append(i)
    return set(chosen)
