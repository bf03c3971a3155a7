"""Signals: what algorithms report of themselves, as curves over iterations."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np

from optiviz.engine.optimizer import Channel
from optiviz.engine.parameters import Param
from optiviz.engine.wording import measured
from optiviz.views import Shown, View, short_names
from optiviz.views.figure import Array, Axis, Figure, Item, Line
from optiviz.views.palette import dash_of_run

_PALE = 0.28


class Signals(View):
    """One channel of every run that has it: a temperature, an acceptance rate, a step size."""

    kind = "signals"
    label = "Signals"
    place = 80
    reported = False

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
            return Figure(self.label, empty=f"{whose} nothing of itself but f.")
        if self.channel and self.channel not in channels:
            names = ", ".join(c.label for c in channels.values())
            return Figure(
                self.label, empty=f"No run here has a signal {self.channel!r}; there is {names}."
            )
        channel = channels[self.channel or next(iter(channels))]
        having = [one for one in shown if _place(one, channel.name) is not None]
        others = [one for one in shown if _place(one, channel.name) is None]
        items: list[Item] = []
        known = []
        for one, label in zip(having, short_names(having), strict=True):
            k, y = _curve(one, channel)
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
            note=_note(having[0], channel),
            x=Axis("iteration", 0.0, float(max(ends)) or None),
            y=Axis(channel.label.split(",")[0], log=log),
            items=tuple(items),
            warning=_left_out(others, channel),
            caption=_caption(having, channel, log, values),
            time_axis=True,
        )


def _channels(shown: Sequence[Shown]) -> dict[str, Channel]:
    """Return the channels of all runs, those of the first run first."""
    found: dict[str, Channel] = {}
    for one in shown:
        for channel in one.run.spec.optimizer.channels:
            found.setdefault(channel.name, channel)
    return found


def _place(one: Shown, name: str) -> int | None:
    names = [channel.name for channel in one.run.spec.optimizer.channels]
    return names.index(name) if name in names else None


def _curve(one: Shown, channel: Channel) -> tuple[Array, Array]:
    """Return iterations and values as far as they may be drawn; nan where there are none."""
    place = _place(one, channel.name)
    assert place is not None
    curve = one.run.trace.curve(place, points=one.points)
    seen = (curve.k <= one.last_seen) & (curve.k > 0)  # the start reports nothing
    y = curve.last[seen]
    if np.isnan(y).any():  # values that come now and then, such as at the ends of epochs
        bounds = curve.high[seen]
        y = np.where(np.isnan(y), bounds, y)
    return curve.k[seen].astype(np.float64), y


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


def _note(one: Shown, channel: Channel) -> str:
    rows = one.run.trace.rows(one.k, one.k + 1)
    place = _place(one, channel.name)
    value = np.nan if rows is None or place is None else float(rows.channels[0, place])
    if np.isnan(value):
        return f"iteration {one.k:,}"
    return f"iteration {one.k:,}: {measured(value)}"


def _caption(shown: Sequence[Shown], channel: Channel, log: bool, values: Array) -> str:
    runs = "the run" if len(shown) == 1 else f"{len(shown)} runs"
    name = f"{channel.label[:1].upper()}{channel.label[1:]}"
    low, high = measured(float(values.min())), measured(float(values.max()))
    parts = [f"{name} of {runs} over iterations, from {low} to {high}."]
    if log and (values <= 0).any():
        parts.append("Values that are not above zero have no place on the axis and are left out.")
    later = [_later(one) for one in shown]
    if any(names and channel.name not in names[-1] for names in later):
        parts.append("It ends where another algorithm, which has no such signal, takes over.")
    known = {c.name for one in shown for c in one.run.spec.optimizer.channels}
    if any(not each <= known for names in later for each in names):
        parts.append("Signals that only an algorithm put in later has are not recorded.")
    return " ".join(parts)


def _later(one: Shown) -> list[set[str]]:
    """Return the names of the channels of each algorithm that was put in on the way."""
    made = [c.optimizer for c in one.run.spec.changes if c.optimizer and c.at < one.last_seen]
    return [{channel.name for channel in optimizer.channels} for optimizer in made]
