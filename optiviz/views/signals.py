"""Signals: what algorithms report of themselves, as curves over iterations."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np

from optiviz.analysis.runs.unrecorded import channels_of, is_recorded, unrecorded
from optiviz.engine.optimizer import Channel
from optiviz.engine.parameters import Param
from optiviz.engine.wording import capitalised, measured
from optiviz.views import Shown, View, short_names
from optiviz.views.figure import Array, Axis, Figure, Item, Line
from optiviz.views.palette import dash_of_run

_PALE = 0.28
_AGAIN = 0.5  # seconds for iterations that are done again
_QUICK = 0.02


class Signals(View):
    """One channel of every run that has it: a temperature, an acceptance rate, a step size."""

    kind = "signals"
    label = "Signals"
    to_see = (
        "A signal that leaps where the fitness does not is a warning: look at both at the same "
        "iteration."
    )
    costly = True  # where an algorithm was put in later, its signals are not in the trace
    inside = True
    place = 80
    offered = ("channel",)

    channel: Annotated[
        str,
        Param(
            "What is drawn; if it is left empty, the first that a run has.",
            label="Signal",
            max_length=100,
        ),
    ] = ""

    def offers(self, shown: Sequence[Shown]) -> Mapping[str, Mapping[str, str]]:
        """Return all channels of the runs on show, by their labels."""
        return {"channel": {name: c.label for name, c in _channels(shown).items()}}

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the channel of all runs that have it."""
        channels = _channels(shown)
        if not channels:
            whose = "This algorithm reports" if len(shown) == 1 else "These algorithms report"
            return Figure(self.label, empty=f"{whose} nothing of itself but its value.")
        if self.channel and self.channel not in channels:
            names = ", ".join(c.label for c in channels.values())
            return Figure(
                self.label, empty=f"No run here has a signal {self.channel!r}; there is {names}."
            )
        channel = channels[self.channel or next(iter(channels))]
        having = [one for one in shown if channel.name in channels_of(one.run)]
        others = [one for one in shown if channel.name not in channels_of(one.run)]
        items: list[Item] = []
        known, missing = [], []
        for one, label in zip(having, short_names(having), strict=True):
            k, y, done = _curve(one, channel)
            missing += [] if done >= one.last_seen else [(one, done)]
            known.append(y[np.isfinite(y)])
            items += _lines(one, k, y, label if len(having) > 1 else "")
        values = np.concatenate(known)
        log = channel.scale == "log" and bool((values > 0).any())
        if not len(values):
            empty = f"There is no value of {channel.label} yet."
            return Figure(self.label, empty=empty, warning=_left_out(others, channel))
        ends = [one.run.trace.last_k for one in having]
        return Figure(
            title=self.label,
            note=_note(having[0], items),
            x=Axis("iteration", 0.0, float(max(ends)) or None),
            y=Axis(channel.label.split(",")[0], log=log),
            items=tuple(items),
            warning=" ".join([*map(_so_far, missing), _left_out(others, channel)]).strip(),
            caption=_caption(having, channel, log, values),
            time_axis=True,
        )


def _channels(shown: Sequence[Shown]) -> dict[str, Channel]:
    """Return the channels of all runs, those of the first run first."""
    found: dict[str, Channel] = {}
    for one in shown:
        for name, channel in channels_of(one.run).items():
            found.setdefault(name, channel)
    return found


def _curve(one: Shown, channel: Channel) -> tuple[Array, Array, int]:
    """Return iterations and values as far as they may be drawn, and up to where they are known.

    nan where an algorithm reports nothing.
    """
    if not is_recorded(one.run, channel.name):
        seconds = _QUICK if one.quick else _AGAIN
        return unrecorded(one.run, one.reader, channel.name, one.last_seen, seconds)
    names = [c.name for c in one.run.spec.optimizer.channels]
    curve = one.run.trace.curve(names.index(channel.name), points=one.points)
    seen = (curve.k <= one.last_seen) & (curve.k > 0)  # the start reports nothing
    y = curve.last[seen]
    if np.isnan(y).any():  # values that come now and then, such as at the ends of epochs
        y = np.where(np.isnan(y), curve.high[seen], y)
    return curve.k[seen].astype(np.float64), y, one.last_seen


def _so_far(missing: tuple[Shown, int]) -> str:
    """Say up to where a signal is known that has to be worked out."""
    one, done = missing
    whose = f" of {one.name}" if one.name else ""
    return f"Worked out{whose} up to iteration {done:,} so far."


def _lines(one: Shown, k: Array, y: Array, label: str) -> list[Line]:
    role, dash = f"run:{one.number}", dash_of_run(one.number)
    known = np.isfinite(y)
    if known.any() and _is_rare(known):
        k, y = k[known], y[known]
    now = k <= one.k
    lines = []
    if not now.all():
        later = k >= (k[now][-1] if now.any() else -1.0)
        lines.append(Line(k[later], y[later], role, dash=dash, opacity=_PALE))
    lines.append(Line(k[now], y[now], role, label, dash))
    return lines


def _is_rare(known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    """Whether values stand alone, so that only lines between them show them."""
    alone = known[1:-1] & ~known[:-2] & ~known[2:]
    return bool(alone.sum() > known.sum() / 2)


def _left_out(others: Sequence[Shown], channel: Channel) -> str:
    """Name the runs that don't have the channel."""
    if not others:
        return ""
    names = ", ".join(one.name or one.run.spec.optimizer.label for one in others[:3])
    more = f" and {len(others) - 3:,} more" if len(others) > 3 else ""
    verb = "has" if len(others) == 1 else "have"
    return f"{names}{more} {verb} no {channel.label.split(',')[0]} and {_are(others)} left out."


def _are(others: Sequence[Shown]) -> str:
    return "is" if len(others) == 1 else "are"


def _note(one: Shown, items: Sequence[Item]) -> str:
    """Say what the first run's signal is at its iteration."""
    for item in items:
        if isinstance(item, Line) and item.opacity == 1.0 and len(item.x):
            value, at = float(item.y[-1]), int(item.x[-1])
            if at == one.k and np.isfinite(value):
                return f"iteration {one.k:,}: {measured(value)}"
            break
    return f"iteration {one.k:,}"


def _caption(shown: Sequence[Shown], channel: Channel, log: bool, values: Array) -> str:
    runs = "the run" if len(shown) == 1 else f"{len(shown)} runs"
    name = capitalised(channel.label)
    low, high = measured(float(values.min())), measured(float(values.max()))
    parts = [f"{name} of {runs} over iterations, from {low} to {high}."]
    if log and (values <= 0).any():
        parts.append("Values that are not above zero have no place on the axis and are left out.")
    if any(_comes_and_goes(one, channel) for one in shown):
        parts.append("It is there where an algorithm that has it is at work.")
    return " ".join(parts)


def _comes_and_goes(one: Shown, channel: Channel) -> bool:
    """Whether only some of the algorithms of a run have the channel."""
    made = [c.optimizer for c in one.run.spec.changes if c.optimizer and c.at < one.last_seen]
    every = [one.run.spec.optimizer, *made]
    return any(all(c.name != channel.name for c in each.channels) for each in every)
