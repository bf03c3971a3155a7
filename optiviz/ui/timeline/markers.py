"""What stands where on the bar: events as markers, those that would cover each other as one.

Knows no toolkit: places are numbers of pixels.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optiviz.analysis.runs.events import Events, change_words
from optiviz.analysis.runs.stretches import Stretch, drift
from optiviz.engine.run import Run
from optiviz.engine.wording import measured

__all__ = ["Marker", "Shape", "first_and_last", "placed", "stretch_words", "words_of"]

Shape = Literal["change", "restart", "first", "last"]
_TOLD = 3  # of several events under one marker
_MOST = 400  # of a kind that are looked at: more than there are places for
_RANK: dict[Shape, int] = {"change": 0, "restart": 1, "first": 2, "last": 3}


@dataclass(frozen=True)
class Marker:
    """One marker on the bar.

    Attributes
    ----------
    x : float
        Where it is, in pixels.
    k : int
        The iteration that a click on it goes to.
    shape : Shape
        Of the most important event that it stands for.
    events : tuple of (Shape, int, int)
        All of them: what, its number among its kind, and its iteration.
    """

    x: float
    k: int
    shape: Shape
    events: tuple[tuple[Shape, int, int], ...]


def placed(events: Events, x_of: Callable[[float], float], apart: float) -> list[Marker]:
    """Return the markers of changes, restarts, and the first and the last improvement.

    Parameters
    ----------
    events : Events
    x_of : callable
        Where an iteration is, in pixels.
    apart : float
        Markers nearer than this become one, at the place of the most important event.
    """
    groups: list[list[tuple[float, Shape, int, int]]] = []
    for item in sorted((x_of(k), shape, i, k) for shape, i, k in _single(events)):
        if groups and item[0] - groups[-1][0][0] < apart:
            groups[-1].append(item)
        else:
            groups.append([item])
    found = []
    for group in groups:
        group.sort(key=lambda item: (_RANK[item[1]], item[3]))
        x, shape, _, k = group[0]
        found.append(Marker(x, k, shape, tuple(item[1:] for item in group)))
    return found


def _single(events: Events) -> Iterator[tuple[Shape, int, int]]:
    n = len(events.changes)
    for i in range(0, n, max(1, n // _MOST)):
        yield "change", i, events.changes[i]
    n = len(events.restarts)
    for i in range(0, n, max(1, n // _MOST)):
        yield "restart", i, int(events.restarts[i])
    first, last = first_and_last(events)
    if first is not None:
        yield "first", 0, first
    if last is not None and last != first:
        yield "last", 0, last


def first_and_last(events: Events) -> tuple[int | None, int | None]:
    """Return the iterations of the first and the last improvement."""
    if not len(events.improvements):
        return None, None
    return int(events.improvements[0]), int(events.improvements[-1])


def words_of(marker: Marker, run: Run) -> str:
    """Say what a marker stands for, a line for each event."""
    lines = [_event_words(shape, i, k, run) for shape, i, k in marker.events[:_TOLD]]
    more = len(marker.events) - len(lines)
    return "\n".join([*lines, *([f"and {more:,} more here"] if more else [])])


def _event_words(shape: Shape, i: int, k: int, run: Run) -> str:
    match shape:
        case "change":
            if i >= len(run.spec.changes):
                return f"Change at iteration {k:,}"
            return f"Change at iteration {k:,}: {change_words(run.spec, i)}"
        case "restart":
            return f"Restart {i + 1:,} at iteration {k:,}"
        case "first":
            return f"First improvement at iteration {k:,}{_value(run, k)}"
        case "last":
            return f"Last improvement at iteration {k:,}{_value(run, k)}"


def _value(run: Run, k: int) -> str:
    row = run.trace.rows(k, k + 1)
    if row is None:
        return ""
    reading = run.spec.problem.reading
    value = float(reading.value(np.asarray(row.best_f))[0])
    return f": {reading.name} {measured(value)}"


def stretch_words(stretch: Stretch, run: Run) -> str:
    """Say where a run stands still, at which value, and how far it drifted."""
    reading = run.spec.problem.reading
    value = measured(float(reading.value(np.array(stretch.f))))
    about = "" if stretch.exact else "about "
    found = drift(run, stretch)
    if found is not None:
        how = found.sentence(stretch)
        how = f"It {how}."
    else:
        how = "" if stretch.kept is None else f"{stretch.kept:,} moves were kept."
    return (
        f"Flat stretch from iteration {about}{stretch.start:,} to {stretch.end:,}: "
        f"{stretch.iterations:,} iterations at {reading.name} {value}.\n{how}"
    ).rstrip()
