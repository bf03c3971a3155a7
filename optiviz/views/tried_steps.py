"""Tried steps: every proposal by what it would change, and what became of it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.runs.unrecorded import channels_of, unrecorded
from optiviz.analysis.tried import Role, Tries, around, look
from optiviz.engine.optimizer import FULL_LOSS, Channel, Optimizer, Outcome
from optiviz.engine.parameters import Param
from optiviz.engine.wording import listed
from optiviz.methods.climbing import Climb
from optiviz.views import Shown, View
from optiviz.views.figure import (
    Array,
    Axis,
    Figure,
    Item,
    LegendEntry,
    Line,
    Marker,
    Points,
    Rule,
    Spots,
)

_QUICK = 0.008  # seconds for what is not yet known, while the next picture comes at once
_AGAIN = 0.2  # and for what a later algorithm reports, while it stands
_PALE = 0.3
_RECENT = 100  # moves over which the acceptance rate is taken
_ROWS = 1 << 14  # that are read whole for a curve
_BENEATH = ("temperature", "acceptance", "step_size", "sigma", "spread", "learning_rate")
_SHARES = ("acceptance", "success")
_LOW = 0.1  # up to which the axis of a share goes at least
_RATE = Channel("acceptance", f"acceptance rate, last {_RECENT} moves")

Flags = NDArray[np.bool_]


class _Shape(NamedTuple):
    """How points of one fate are drawn."""

    label: str
    marker: Marker
    size: float
    muted: bool = False


_BETTER = _Shape("better", "triangle", 0.75)
_EQUAL = _Shape("equal", "ring", 0.6)
_WORSE = _Shape("worse but kept", "down", 0.75)
_REJECTED = _Shape("rejected", "circle", 0.3, muted=True)
_RESTART = _Shape("new start", "star", 0.9)
_PARENT = _Shape("parent", "ring", 0.45, muted=True)
_CHILD = _Shape("child", "circle", 0.3, muted=True)
_SURVIVOR = _Shape("survivor", "diamond", 0.5)
_BEST = _Shape("new best", "triangle", 0.75)
_NOWHERE = _Shape("without a value", "cross", 0.5, muted=True)
_SHAPES = (
    _NOWHERE, _REJECTED, _CHILD, _PARENT, _SURVIVOR, _EQUAL, _WORSE, _BETTER, _BEST, _RESTART,
)  # fmt: skip
_LEGEND = (_BEST, _BETTER, _EQUAL, _WORSE, _SURVIVOR, _PARENT, _CHILD, _REJECTED, _RESTART)


class TriedSteps(View):
    """Dots for all proposals around the playhead; their shape tells what became of them."""

    kind = "tried_steps"
    label = "Tried steps"
    costly = True
    inside = True
    place = 40
    offered = ("beneath",)

    stretch: Annotated[
        int | None,
        Param(
            "How many iterations around the playhead are shown.",
            label="Iterations",
            unit="iterations",
            unset="the whole run",
            scale="log",
            ge=10,
            le=1_000_000,
        ),
    ] = 200
    beneath: Annotated[
        str,
        Param("What is drawn under the steps.", label="Below", max_length=100),
    ] = ""

    def offers(self, shown: Sequence[Shown]) -> Mapping[str, Mapping[str, str]]:
        """Return what the first run can show under its steps."""
        if not shown:
            return {}
        channels = _channels(_algorithm(shown[0]))
        return {"beneath": {"": "what fits", **{c.name: c.label for c in channels}}}

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw what the first run tried around its iteration."""
        one = shown[0]
        run, last = one.run, one.last_seen
        if last < 1:
            return Figure(self.label, empty="Nothing has been tried yet: the run is at its start.")
        low, high = around(run, one.k, last, self.stretch)
        if _algorithm(one).recorded:
            known = "where each iteration ended is known, not what it tried"
            return Figure(self.label, empty=f"It was recorded elsewhere: {known}.")
        seconds = _QUICK if one.quick else None
        window = look(run, one.reader, one.k, low, min(high, last), seconds)
        tries = window.tries
        reading = run.spec.problem.reading
        name = f"change in {reading.name}"
        rise = tries.rise
        change = reading.sign * rise
        limits = _limits(change, tries.outcome)
        shapes = _shapes(tries)
        drawn = np.clip(np.nan_to_num(change, nan=-reading.sign * np.inf), *limits)
        now = tries.k <= one.k
        items: list[Item] = [Rule(0.0, upright=False, role="line")]
        for number, shape in enumerate(_SHAPES):
            for part, opacity in ((now, 1.0), (~now, _PALE)):
                some = part & (shapes == number)
                if some.any():
                    items.append(_points(one, shape, tries.k[some], drawn[some], opacity))
        x = Axis("iteration", float(low), float(high))
        beneath = self._beneath(one, low, high, x)
        return Figure(
            title=self.label,
            note=_note(tries[now], one.name if len(shown) > 1 else ""),
            x=x,
            y=Axis(name, *limits),
            items=tuple(items),
            legend=_legend(one, shapes),
            caption=self._caption(one, tries, window.looked_at, (low, high), limits, change),
            time_axis=True,
            spots=(self._spots(one, tries, shapes, drawn, name),) if len(tries) else (),
            below=beneath,
        )

    def _caption(
        self,
        one: Shown,
        tries: Tries,
        looked_at: int,
        window: tuple[int, int],
        limits: tuple[float, float],
        change: Array,
    ) -> str:
        run, reading = one.run, one.run.spec.problem.reading
        low, high = max(1, window[0]), min(window[1], one.last_seen)
        direction = "up" if reading.more_is_better else "down"
        parts = [
            f"What iterations {low:,} to {high:,} tried, by the change in {reading.name} against "
            f"where each started; better is {direction}, and the shape tells what became of it."
        ]
        roles = set(tries.role.tolist())
        if Role.BATCH in roles:
            parts.append(
                "Each step is known by the rows of its batch alone, before it was taken: a change "
                "is that from one batch to the next."
            )
        elif Role.STEP in roles:
            parts.append("Every step is taken, whatever it leads to.")
        if Role.CHILD in roles:
            parts.append(
                "Parents are the members that a generation began with, children the points that it "
                "scored, survivors those of both that the next one has; a change is against the "
                "best parent."
            )
        if Role.TRIAL in roles:
            parts.append("An iteration tries several points; those that led on were kept.")
        if counted := _counts(tries[tries.k <= one.k]):
            until = f"From {low:,} to {one.k:,}" if one.k < high else "Of these"
            parts.append(f"{until} {counted}.")
        n = high - low + 1
        if looked_at < n:
            parts.append(
                f"Of {n:,} iterations all is shown for {looked_at:,}; of the others what was kept, "
                "or some of it."
            )
        off = int(np.count_nonzero((change < limits[0]) | (change > limits[1])))
        if off:
            parts.append(f"{off:,} {'is' if off == 1 else 'are'} off the scale, at its edge.")
        if any(low <= c.at < high for c in run.spec.changes):
            parts.append("Something was changed in between.")
        return " ".join(parts)

    def _spots(
        self, one: Shown, tries: Tries, shapes: NDArray[np.int64], drawn: Array, name: str
    ) -> Spots:
        reading = one.run.spec.problem.reading
        facts: list[tuple[str, Array | tuple[str, ...]]] = [
            ("iteration", tries.k.astype(np.float64)),
            (name, reading.sign * tries.rise),
            (f"{reading.name} proposed", reading.value(tries.proposed)),
            ("became", tuple(_SHAPES[i].label for i in shapes.tolist())),
            ("kept with probability", tries.chance),
        ]
        temperatures = _at(one, "temperature", tries.k)
        if temperatures is not None:
            facts.append(("temperature", temperatures))
        return Spots(tries.k.astype(np.float64), drawn, tuple(facts))

    def _beneath(self, one: Shown, low: int, high: int, x: Axis) -> Figure | None:
        """Return the plot under the steps: a channel, or how many moves were kept of late."""
        channels = {c.name: c for c in _channels(_algorithm(one))}
        usual = [name for name in _BENEATH if name in channels]
        chosen = self.beneath if self.beneath in channels else next(iter((*usual, *channels)), "")
        if not chosen:
            return None
        channel = channels[chosen]
        k, y = _curve(one, channel, low, min(high, one.last_seen))
        role = f"run:{one.number}"
        now = k <= one.k
        label = channel.label.split(",")[0]
        lines = [Line(k[now], y[now], role)]
        if not now.all():
            later = k >= (k[now][-1] if now.any() else -1)
            lines.insert(0, Line(k[later], y[later], role, opacity=_PALE))
        log = channel.scale == "log" and bool((y[np.isfinite(y)] > 0).any())
        spots = Spots(k, y, (("iteration", k), (channel.label, y)))
        axis = Axis(label, log=log)
        if chosen in _SHARES:
            axis = Axis(label, 0.0, min(1.0, 1.15 * float(np.nanmax(y, initial=_LOW))))
        return Figure(self.label, x=x, y=axis, items=tuple(lines), spots=(spots,), time_axis=True)


def _algorithm(one: Shown) -> Optimizer:
    """Return the algorithm at work at the playhead."""
    return one.run.spec.optimizer_after(max(0, one.k - 1))


def _channels(optimizer: Optimizer) -> tuple[Channel, ...]:
    """Return what can be drawn under the steps of an algorithm."""
    channels = tuple(c for c in optimizer.channels if c != FULL_LOSS)
    moves = isinstance(optimizer, Climb) or not channels
    if moves and not any(c.name == _RATE.name for c in channels):
        return (_RATE, *channels)
    return channels


def _curve(one: Shown, channel: Channel, low: int, high: int) -> tuple[Array, Array]:
    """Return iterations and values of a channel between two iterations."""
    trace = one.run.trace
    names = [c.name for c in one.run.spec.optimizer.channels]
    counted = channel is _RATE  # another algorithm of the run may report what is called the same
    if channel.name in names and not counted:
        if high - low > _ROWS:
            curve = trace.curve(names.index(channel.name), points=one.points)
            inside = (curve.k >= low) & (curve.k <= high)
            return curve.k[inside].astype(np.float64), curve.last[inside]
        rows = one.reader.rows(low, high + 1)
        return np.arange(low, high + 1.0), rows.channels[:, names.index(channel.name)].copy()
    if channel.name in channels_of(one.run) and not counted:
        seconds = _QUICK if one.quick else _AGAIN
        k, y, _ = unrecorded(one.run, one.reader, channel.name, high, seconds)
        return k[k >= low], y[k >= low]
    first = max(0, low - _RECENT)
    if high - first > _ROWS:  # as far back as it can be known at once
        first = max(first, trace.first_held)
    rows = one.reader.rows(first, high + 1)
    kept = (rows.outcome != Outcome.REJECTED).astype(np.float64)
    kept[: 1 if first == 0 else 0] = 0.0  # the start is no move
    total = np.concatenate(((0.0,), np.cumsum(kept)))
    ks = np.arange(first, high + 1)
    since = np.maximum(ks - _RECENT, first if first else 0)
    moves = np.maximum(1, ks - since)
    rate = (total[ks - first + 1] - total[since - first + 1]) / moves
    rate[: 1 if first == 0 else 0] = np.nan
    inside = ks >= max(low, first)
    every = max(1, int(inside.sum()) // max(1, one.points))
    return ks[inside][::every].astype(np.float64), rate[inside][::every]


def _at(one: Shown, name: str, k: NDArray[np.int64]) -> Array | None:
    """Return a channel at some iterations, if the run has it and they are at hand."""
    names = [c.name for c in one.run.spec.optimizer.channels]
    low, high = int(k.min(initial=0)), int(k.max(initial=0))
    rows = one.run.trace.rows(low, high + 1) if name in names else None
    return None if rows is None else rows.channels[k - low, names.index(name)]


def _shapes(tries: Tries) -> NDArray[np.int64]:
    """Return which of the shapes each point has."""
    number = {shape: i for i, shape in enumerate(_SHAPES)}
    of_outcome = np.array([number[s] for s in (_BETTER, _EQUAL, _WORSE, _REJECTED)])
    shapes = of_outcome[tries.outcome]
    member = (tries.role == Role.CHILD) | (tries.role == Role.PARENT)
    kept = tries.outcome != Outcome.REJECTED
    shapes[member & kept] = number[_SURVIVOR]
    shapes[member & (tries.outcome == Outcome.IMPROVED)] = number[_BEST]
    shapes[~kept & (tries.role == Role.CHILD)] = number[_CHILD]
    shapes[~kept & (tries.role == Role.PARENT)] = number[_PARENT]
    shapes[tries.role == Role.RESTART] = number[_RESTART]
    shapes[~kept & ~np.isfinite(tries.proposed)] = number[_NOWHERE]
    return shapes


def _points(one: Shown, shape: _Shape, k: NDArray[np.int64], y: Array, opacity: float) -> Points:
    role = "muted" if shape.muted else f"run:{one.number}"
    faint = 0.6 if shape.muted else 0.9
    hollow = shape.marker == "ring"
    return Points(
        k.astype(np.float64), y, role, shape.marker, shape.size, hollow=hollow,
        opacity=opacity * faint,
    )  # fmt: skip


def _legend(one: Shown, shapes: NDArray[np.int64]) -> tuple[LegendEntry, ...]:
    there = {_SHAPES[i] for i in np.unique(shapes).tolist()}
    return tuple(
        LegendEntry(s.label, "muted" if s.muted else f"run:{one.number}", s.marker)
        for s in (*_LEGEND, _NOWHERE)
        if s in there
    )


def _note(tries: Tries, name: str) -> str:
    """Say how many moves were kept, and of which run where there are several."""
    whose = f"{name}: " if name else ""
    if not len(tries):
        return name
    kept = int(np.count_nonzero(tries.outcome != Outcome.REJECTED))
    what = "live on" if (tries.role >= Role.CHILD).any() else "kept"
    return f"{whose}{kept:,} of {len(tries):,} {what}"


def _counts(tries: Tries) -> str:
    """Say what became of moves."""
    words = ("better", "equal", "worse but kept", "rejected")
    counts = [int(np.count_nonzero(tries.outcome == o)) for o in range(4)]
    said = [
        f"{n:,} {'is' if n == 1 else 'are'} {word}"
        for n, word in zip(counts, words, strict=True)
        if n
    ]
    if len(said) == 1 and len(tries) > 1:
        return f"all {said[0]}"
    return listed(said) if said else ""


def _limits(change: Array, outcome: NDArray[np.int8]) -> tuple[float, float]:
    """Return the range upwards: what was kept fits in, and is not made small by what wasn't.

    A rejected move may change f a hundred times as much as one that helps. As much is shown of
    them as half of them need, or twelve times what was kept.
    """
    finite = np.isfinite(change)
    kept = change[finite & (outcome != Outcome.REJECTED)]
    other = change[finite & (outcome == Outcome.REJECTED)]
    reach = 1.3 * _usual(np.abs(kept))
    ends = []
    for side in (-1.0, 1.0):
        own = np.maximum(side * kept, 0.0)
        lost = np.maximum(side * other, 0.0)
        lost = lost[lost > 0]
        most = _usual(own)
        if len(lost):
            enough = max(12 * reach, 2 * float(np.median(lost)))
            most = max(most, min(float(lost.max()), enough))
        ends.append(1.12 * most)
    widest = max(ends) or 1e-3
    low, high = (max(end, 0.12 * widest) for end in ends)
    return -low, high


def _usual(sizes: Array) -> float:
    """Return the largest, or less where single ones are far beyond all others."""
    if not len(sizes):
        return 0.0
    most, usual = float(sizes.max()), float(np.quantile(sizes, 0.95))
    return most if most <= 8 * usual or usual == 0 else 4 * usual
