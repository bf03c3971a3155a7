"""What happened along a run, for a timeline: changes, improvements, restarts, flat stretches."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.runs.stretches import Stretch, scan_of
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Field, Kind, Parameters, fields
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import lowered, measured, shown_number

__all__ = ["Events", "change_words", "difference", "events"]

Indices = NDArray[np.int64]
_FEW = 3  # coordinates of a point that are said in words


@dataclass(frozen=True, eq=False)
class Events:
    """What happened along a run, by iterations in order.

    Attributes
    ----------
    improvements, restarts : ndarray of int
    changes : tuple of int
        One for each change of the spec, in its order.
    stretches : tuple of Stretch
        Flat ones.
    """

    improvements: Indices
    restarts: Indices
    changes: tuple[int, ...] = ()
    stretches: tuple[Stretch, ...] = ()

    def neighbour(self, k: int, forward: bool) -> int | None:
        """Return the next event after iteration k, or the last one before it; None if none is."""
        ends = sorted({k for s in self.stretches for k in (s.start, s.end)})
        found: list[int] = []
        for ks in (self.improvements, self.restarts, sorted(self.changes), ends):
            at = bisect_right(ks, k) if forward else int(np.searchsorted(ks, k)) - 1
            if 0 <= at < len(ks):
                found.append(int(ks[at]))
        if not found:
            return None
        return min(found) if forward else max(found)


NONE = Events(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
_known: WeakKeyDictionary[Run, tuple[tuple[int, int, int], Events]] = WeakKeyDictionary()


def events(run: Run) -> Events:
    """Return what happened along a run so far; nothing is looked at twice."""
    trace, changes = run.trace, run.spec.changes
    state = (trace.generation, trace.last_k, len(changes))
    known = _known.get(run)
    if known is not None and known[0] == state:
        return known[1]
    stretches, restarts = scan_of(run).look(run)
    at = tuple(change.at for change in changes)
    found = Events(trace.improvements, restarts, at, tuple(stretches))
    _known[run] = state, found
    return found


def change_words(spec: RunSpec, i: int) -> str:
    """Say what change i of a spec changes, such as "learning rate 0.1 → 0.05"."""
    change = spec.changes[i]
    earlier = [c.optimizer for c in spec.changes[:i] if c.optimizer is not None]
    parts = []
    if change.optimizer is not None:
        before = earlier[-1] if earlier else spec.optimizer
        parts.append(difference(before, change.optimizer))
    if change.x is not None:
        few = len(change.x) <= _FEW
        numbers = ", ".join(measured(value) for value in change.x)
        parts.append(f"moved to ({numbers})" if few else "weights edited")
    return ", ".join(part for part in parts if part) or "nothing is different"


def difference(before: Optimizer, after: Optimizer) -> str:
    """Say in what an algorithm differs from another, or nothing if it doesn't."""
    if type(before) is not type(after):
        return f"{before.label} → {after.label}"
    return ", ".join(_differences(before, after))


def _differences(before: Parameters, after: Parameters) -> list[str]:
    found = []
    for field in fields(type(before)):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old == new:
            continue
        label = lowered(field.label)
        if isinstance(old, Parameters) and type(old) is type(new):
            found += [f"{label}: {words}" for words in _differences(old, new)]
        else:
            found.append(f"{label} {_said(field, old)} → {_said(field, new)}")
    return found


def _said(field: Field, value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Kind):
        return (value.label or value.kind.replace("_", " ")).lower()
    if isinstance(value, int | float):
        return shown_number(value)
    words = field.param.choices or {}
    return str(words.get(value, value))
