"""Fitness: how good a run is over time, now and at best, on training and on test rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from optiviz.analysis.runs.stretches import Drift, Stretch, drift, flat_stretches
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Reading
from optiviz.engine.wording import measured
from optiviz.networks.losses import LOSSES, MEASURES
from optiviz.views import Shown, View, short_names
from optiviz.views.figure import (
    Action,
    Array,
    Axis,
    Band,
    Figure,
    Item,
    LegendEntry,
    Line,
    Spots,
    Text,
)
from optiviz.views.palette import dash_of_run

_PALE = 0.28
_SHADE = 0.06
_SHADED = 0.05  # of the run, from which on a stretch is shaded
_FOOT = (0.035, 0.02)  # of the height of the curves: so far below them it is underlined
_ROOM = 0.16  # of the axis: a shaded stretch as wide as this has room for words
_APART = 0.5  # of the axis, between words, so that they stand apart in a narrow card too
_PLACES = 25  # to point at along a shaded stretch


class Fitness(View):
    """Curves over iterations, evaluations, epochs or seconds."""

    kind = "fitness"
    label = "Fitness"
    place = 10

    measure: Annotated[
        Literal[
            "objective",
            "accuracy",
            "log_loss",
            "mean_squared_error",
            "mean_absolute_error",
            "hinge",
            "r2",
        ],
        Param(
            "What is drawn; measures other than the objective are known for networks: accuracy and "
            "log loss of classes, R² of numbers.",
            label="Show",
            choices={
                "objective": "what is optimised",
                **{name: measure.reading.name for name, measure in MEASURES.items()},
            },
        ),
    ] = "objective"
    over: Annotated[
        Literal["iterations", "evaluations", "epochs", "seconds"],
        Param("What runs to the right.", label="Over"),
    ] = "iterations"
    log_x: Annotated[bool, Param("Logarithmic axis to the right.", label="Log x")] = False
    log_y: Annotated[bool, Param("Logarithmic axis upwards.", label="Log y")] = False
    flat_stretches: Annotated[
        bool,
        Param(
            "Where what is optimised stands still for 20 iterations and 5 % of the run at least is "
            "shaded, with how far the weights drift meanwhile.",
            label="Flat stretches",
        ),
    ] = True

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the curves of all runs."""
        first = shown[0]
        reading = self._reading(first)
        if not self._has_measure(first):
            is_network = hasattr(first.run.spec.problem, "measures")
            whose = "This network" if is_network else "A function"
            return Figure(self.label, empty=f"{whose} has no {reading.name}.")
        # An axis has one meaning: log losses don't stand beside accuracies, nor x^2 beside |x|.
        alike = [one for one in shown if self._reading(one).name == reading.name]
        alike = [one for one in alike if self._has_measure(one)]
        others, shown = len(shown) - len(alike), alike
        items: list[Item] = []
        tested = False
        for one, label in zip(shown, short_names(shown), strict=True):
            items += self._lines(one, label, alone=len(shown) == 1)
            tested = tested or f"test_{self._measured(one)}" in one.run.history.samples().metrics
        flat = self._flat(first)
        shaded, spots = self._shaded(first, flat, items, reading)
        legend = [LegendEntry("test, dotted", "muted", "line", "dot")] if tested else []
        names = {"iterations": "iteration", "epochs": "epoch"}
        axis_name = names.get(self.over, self.over)
        return Figure(
            title=self.label,
            note=self._note(first, reading),
            x=Axis(axis_name, None if self.log_x else 0.0, self._end(shown), self.log_x),
            y=Axis(reading.name, log=self._is_log(shown, reading)),
            items=(*shaded, *items),
            legend=tuple(legend),
            warning=_left_out(others, reading),
            caption=self._caption(shown, reading) + _flat_words(flat),
            time_axis=True,
            spots=spots,
        )

    def time_of(self, one: Shown, k: int) -> float:
        """Return where iteration k is on the axis."""
        if self.over == "iterations":
            return float(k)
        ks, x = self._clock(one)
        return float(np.interp(k, ks, x))

    def iteration_at(self, one: Shown, x: float) -> int:
        """Return the iteration at a place on the axis."""
        if self.over == "iterations":
            return round(x)
        ks, xs = self._clock(one)
        return round(float(np.interp(x, xs, ks)))

    def _clock(self, one: Shown) -> tuple[Array, Array]:
        """Return iterations and where they are on the axis."""
        column = "evaluations" if self.over == "evaluations" else "rows_seen"
        curve = one.run.trace.curve(column, points=one.points)
        k = curve.k.astype(np.float64)
        if self.over == "seconds":
            return k, one.run.trace.seconds(curve.k)
        if self.over == "epochs":
            return k, curve.last / one.run.spec.problem.n_rows
        return k, curve.last

    def _end(self, shown: Sequence[Shown]) -> float | None:
        ends = [self.time_of(one, one.run.trace.last_k) for one in shown]
        return max(ends) or None

    def _reading(self, one: Shown) -> Reading:
        if self.measure == "objective":
            return one.run.spec.problem.reading
        return MEASURES[self.measure].reading

    def _has_measure(self, one: Shown) -> bool:
        known = getattr(one.run.spec.problem, "measures", ())
        return self.measure == "objective" or self.measure in known

    def _measured(self, one: Shown) -> str:
        """Return which metric is drawn; empty where there is none, as with a penalty on top."""
        if self.measure != "objective":
            return str(self.measure)
        objective = str(getattr(one.run.spec.problem, "objective", ""))
        same = objective in LOSSES and LOSSES[objective].reading == self._reading(one)
        return objective if same else ""

    def _lines(self, one: Shown, name: str, alone: bool) -> list[Line]:
        role, dash = f"run:{one.number}", dash_of_run(one.number)
        reading = self._reading(one)
        over_k = self.over == "iterations"
        ks, clock = (None, None) if over_k else self._clock(one)
        lines: list[Line] = []

        def add(k: Array, y: Array, label: str, **style: object) -> None:
            x = k if ks is None or clock is None else np.interp(k, ks, clock)
            now, seen = k <= one.k, k <= one.last_seen
            if (seen & ~now).any():  # from the last point shown on, so that the parts join
                beyond = seen & (k >= k[now][-1]) if now.any() else seen
                pale = {**style, "opacity": _PALE * float(style.get("opacity", 1.0))}  # type: ignore[arg-type]
                lines.append(Line(x[beyond], y[beyond], role=role, **pale))  # type: ignore[arg-type]
            lines.append(Line(x[now], y[now], role=role, label=label, **style))  # type: ignore[arg-type]

        if self.measure == "objective":
            best, now = one.run.trace.curves(("best_f", "f"), points=one.points)
            differ = bool((best.last != now.last).any())
            k = best.k.astype(np.float64)
            value = reading.value
            # Descent on all rows is followed by where it is, all else by the best that it found.
            noisy = any(c.name == "full_loss" for c in one.run.spec.optimizer.channels)
            follow = one.run.spec.optimizer.needs_gradient and not alone and not noisy
            if differ and not follow and (alone or not noisy):
                label = "now" if alone else ""
                add(k, value(now.last), label, dash=dash, opacity=0.55, width=0.8)
            label = ("best" if differ else "best and now") if alone else name
            add(k, value((now if follow else best).last), label, dash=dash, steps=not follow)
            if one.run.ghost is not None and over_k:
                x, y = one.run.ghost.k.astype(np.float64), value(one.run.ghost.last)
                lines.insert(0, Line(x, y, role="muted", opacity=0.45, width=0.8))
        measured = self._measured(one)
        samples = one.run.history.samples()
        if f"test_{measured}" in samples.metrics:
            k = samples.k.astype(np.float64)
            if self.measure != "objective":
                label = "train" if alone else name
                add(k, samples.metrics[f"train_{measured}"], label, dash=dash)
            add(k, samples.metrics[f"test_{measured}"], "test" if alone else "", dash="dot")
        return lines

    def _flat(self, one: Shown) -> list[tuple[Stretch, Drift | None]]:
        """Return the flat stretches of a run as far as it has been seen, with their drift."""
        if not self.flat_stretches or self.measure != "objective":
            return []
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

    def _shaded(
        self,
        one: Shown,
        flat: list[tuple[Stretch, Drift | None]],
        items: Sequence[Item],
        reading: Reading,
    ) -> tuple[list[Item], tuple[Spots, ...]]:
        """Return flat stretches as bands with words where there is room, and what they tell."""
        height = _height(items, self._is_log([one], reading))
        if not flat or height is None:
            return [], ()
        low, high = height
        at = [(self.time_of(one, s.start), self.time_of(one, s.end)) for s, _ in flat]
        shaded: list[Item] = [
            Band(np.array(ends), np.full(2, low), np.full(2, high), "muted", _SHADE) for ends in at
        ]
        log = self._is_log([one], reading)
        foot = [_below(low, high, share, log) for share in _FOOT]
        shaded += [
            Band(np.array(ends), np.full(2, foot[0]), np.full(2, foot[1]), "muted", 0.6)
            for ends in at
        ]
        whole = self.time_of(one, one.run.trace.last_k) or 1.0
        x, y, about = [], [], []
        written = _apart([(left + right) / 2 for left, right in at], [s for s, _ in flat], whole)
        for i, ((stretch, found), (left, right)) in enumerate(zip(flat, at, strict=True)):
            value = float(reading.value(np.array(stretch.f)))
            places = np.linspace(left, right, _PLACES)
            x += places.tolist()
            y += [value] * _PLACES
            told = "" if found is None else found.sentence(stretch)
            about += [(stretch, value, told)] * _PLACES
            roomy = i in written and right - left >= _ROOM * whole and not self.log_x
            if found is not None and roomy:
                below = value > (low + high) / 2  # away from the curve
                edge, anchor = (low, "bottom") if below else (high, "top")
                words = Text((left + right) / 2, edge, found.short, "muted", anchor)  # type: ignore[arg-type]
                shaded.append(words)
        facts: tuple[tuple[str, tuple[str, ...]], ...] = (
            ("flat stretch", tuple(f"{s.start:,} to {s.end:,}" for s, _, _ in about)),
            ("iterations", tuple(f"{s.iterations:,}" for s, _, _ in about)),
            (reading.name, tuple(measured(value) for _, value, _ in about)),
            ("drift", tuple(told for _, _, told in about)),
        )
        actions = tuple(Action("Go to its start", seek=s.start) for s, _, _ in about)
        return shaded, (Spots(np.array(x), np.array(y), facts, actions),)

    def _note(self, one: Shown, reading: Reading) -> str:
        row = one.run.trace.rows(one.k, one.k + 1)
        if row is None:
            return f"iteration {one.k:,}"
        best = float(reading.value(row.best_f)[0])
        if self.measure != "objective":
            return f"iteration {one.k:,}"
        return f"iteration {one.k:,}: best {measured(best)}"

    def _is_log(self, shown: Sequence[Shown], reading: Reading) -> bool:
        """Whether the axis upwards is logarithmic: not where runs go below zero, now or later."""
        best = reading.value(np.array([one.run.trace.best_f for one in shown]))
        return self.log_y and not (self.measure == "objective" and bool((best < 0).any()))

    def _caption(self, shown: Sequence[Shown], reading: Reading) -> str:
        direction = "Higher is better." if reading.more_is_better else "Lower is better."
        one = shown[0]
        row = one.run.trace.rows(one.k, one.k + 1)
        where = ""
        if row is not None and self.measure == "objective":
            best = measured(float(reading.value(row.best_f)[0]))
            whose = f" of {one.name}" if len(shown) > 1 and one.name else ""
            where = f" At iteration {one.k:,} the best {reading.name}{whose} is {best}."
        runs = "the run" if len(shown) == 1 else f"{len(shown)} runs"
        name = f"{reading.name[:1].upper()}{reading.name[1:]}"
        linear = ""
        if self.log_y and not self._is_log(shown, reading):
            linear = " The axis is linear, since values below zero have no logarithm."
        return f"{name} of {runs} over {self.over}. {direction}{linear}{where}"


def _height(items: Sequence[Item], log: bool) -> tuple[float, float] | None:
    """Return from where to where curves reach, or None if there is nothing to stand behind."""
    ys = [item.y[np.isfinite(item.y) & ((item.y > 0) | (not log))] for item in _lines_of(items)]
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


def _lines_of(items: Sequence[Item]) -> list[Line]:
    return [item for item in items if isinstance(item, Line) and len(item.y)]


def _flat_words(flat: Sequence[tuple[Stretch, Drift | None]]) -> str:
    """Say where a run stands still: how often, and the longest time with its figures."""
    if not flat:
        return ""
    stretch, found = max(flat, key=lambda one: one[0].iterations)
    how = "" if found is None else f": it {found.sentence(stretch)}"
    count = "1 flat stretch is" if len(flat) == 1 else f"{len(flat)} flat stretches are"
    longest = "it goes" if len(flat) == 1 else "the longest goes"
    return f" {count} shaded; {longest} from iteration {stretch.start:,} to {stretch.end:,}{how}."


def _left_out(others: int, reading: Reading) -> str:
    """Say that runs of another objective or function are not drawn."""
    if not others:
        return ""
    runs = "1 run is" if others == 1 else f"{others} runs are"
    return f"{runs} not measured by {reading.name} and left out here."
