"""Fitness: how good a run is over time, now and at best, on training and on test rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from optiviz.analysis.runs.effort import GRADIENT_WEIGHT, LABELS, WEIGHT, EffortName
from optiviz.analysis.runs.spending import Level, iteration_at, spent_at
from optiviz.engine.parameters import Param
from optiviz.engine.wording import listed
from optiviz.networks.losses import MEASURES
from optiviz.views import Shown, View, short_names
from optiviz.views.figure import Axis, Figure, Item, LegendEntry
from optiviz.views.fitness.bands import band_of, bands_words, grouped
from optiviz.views.fitness.curves import Scale, has_test_curve, lines_of
from optiviz.views.fitness.flats import Flat, flat_of, flat_words, shaded
from optiviz.views.fitness.words import caption_of, fairness_of, left_out, note_of


class Fitness(View):
    """Curves over iterations, evaluations, rows seen, epochs or seconds."""

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
    rows: Annotated[
        Literal["both", "train", "test"],
        Param(
            "On which rows a measure is drawn: test rows are dotted beside training rows.",
            choices={
                "both": "training and test rows",
                "train": "training rows",
                "test": "test rows",
            },
        ),
    ] = "both"
    over: Annotated[
        EffortName,
        Param("What runs to the right.", label="Over", choices={"rows": "rows seen"}),
    ] = "iterations"
    gradient_weight: Annotated[float, replace(WEIGHT, when=("over", ("evaluations",)))] = (
        GRADIENT_WEIGHT
    )
    bands: Annotated[
        Literal["when many", "never", "always"],
        Param(
            "Whether runs that differ in nothing but their seed are drawn as their median, with a "
            "band from the first to the third quartile: when there are more than 8 of them.",
            label="Medians with bands",
        ),
    ] = "when many"
    log_x: Annotated[bool, Param("Logarithmic axis to the right.", label="Log x")] = False
    log_y: Annotated[bool, Param("Logarithmic axis upwards.", label="Log y")] = False
    flat_stretches: Annotated[
        bool,
        Param(
            "Where what is optimised stands still for 20 iterations and 5% of the run at least is "
            "shaded, with how far the weights drift meanwhile.",
            label="Flat stretches",
        ),
    ] = True

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the curves of all runs."""
        scale, said = self._scale(shown)
        first, count = shown[0], len(shown)
        reading = scale.reading(first)
        if not _has(first, scale.measure):
            is_network = hasattr(first.run.spec.problem, "measures")
            whose = "This network" if is_network else "A function"
            return Figure(self.label, empty=f"{whose} has no {reading.name}.")
        # An axis has one meaning: x^2 doesn't stand beside |x|.
        alike = [one for one in shown if scale.reading(one).name == reading.name]
        shown = [one for one in alike if _has(one, scale.measure)]
        items: list[Item] = []
        singles, groups = grouped(shown, self.bands)
        ends = [spent_at(one.run, one.run.trace.last_k, self.level) for one in shown]
        end = max(ends) or None
        for group in groups:
            items += band_of(group, scale, end or 1.0)
        alone = len(shown) == 1
        for one, label in zip(singles, _labels(singles, shown), strict=True):
            items += lines_of(one, scale, label, alone)
        tested = any(has_test_curve(one, scale) for one in singles)
        flat: Flat = ()
        if self.flat_stretches and scale.measure == "objective" and not groups:
            flat = flat_of(first)
        log = self._is_log(shown, scale)
        behind, spots = shaded(first, flat, items, reading, self.time_of, self.log_x, log)
        unfair, fairness = fairness_of(shown, scale)
        words = (said, left_out(count - len(shown), reading), unfair)
        return Figure(
            title=self.label,
            note=note_of(shown, scale),
            x=Axis(self._axis_name(shown), None if self.log_x else 0.0, end, self.log_x),
            y=Axis(reading.name, log=log),
            items=(*behind, *items),
            legend=(LegendEntry("test, dotted", "muted", "line", "dot"),) if tested else (),
            warning=" ".join(filter(None, words)),
            caption=" ".join(
                filter(
                    None,
                    (
                        caption_of(shown, scale, self.log_y and not log),
                        self._over_words(shown),
                        fairness,
                        bands_words(groups),
                        flat_words(flat),
                    ),
                )
            ),
            time_axis=True,
            spots=spots,
        )

    @property
    def level(self) -> Level:
        """What its axis compares runs at."""
        return Level(self.over, self.gradient_weight)

    def time_of(self, one: Shown, k: int) -> float:
        """Return where iteration k is on the axis."""
        return spent_at(one.run, k, self.level)

    def iteration_at(self, one: Shown, x: float) -> int:
        """Return the iteration at a place on the axis."""
        if self.over == "iterations":
            return round(x)
        return iteration_at(one.run, x, self.level)

    def _scale(self, shown: Sequence[Shown]) -> tuple[Scale, str]:
        """Return what is drawn, and a sentence where that is not what was asked for.

        Runs that optimise different things are compared by what all of them have.
        """
        measure, said = str(self.measure), ""
        names = dict.fromkeys(one.run.spec.problem.reading.name for one in shown)
        if measure == "objective" and len(names) > 1:
            common = _common(shown)
            if common:
                measure = common
                reading = MEASURES[common].reading
                said = f"They optimise {listed(names)}: all are shown by {reading.name}."
        return Scale(measure, self.rows, self.level), said

    def _axis_name(self, shown: Sequence[Shown]) -> str:
        name = LABELS[self.over]
        slopes = any(one.run.spec.optimizer.needs_gradient for one in shown)
        if self.over == "evaluations" and slopes:
            return f"{name}, a gradient counts as {self.gradient_weight:g}"
        return name

    def _over_words(self, shown: Sequence[Shown]) -> str:
        """Say at what effort runs beside each other are shown."""
        if len(shown) == 1 or self.over == "iterations":
            return ""
        what = "rows seen" if self.over == "rows" else self.over
        return f"Each is drawn as far as it had come at the same {what}."

    def _is_log(self, shown: Sequence[Shown], scale: Scale) -> bool:
        """Whether the axis upwards is logarithmic: not where runs go below zero, now or later."""
        best = scale.reading(shown[0]).value(np.array([one.run.trace.best_f for one in shown]))
        return self.log_y and not (scale.measure == "objective" and bool((best < 0).any()))


def _has(one: Shown, measure: str) -> bool:
    """Whether a measure is known of a run."""
    return measure == "objective" or measure in getattr(one.run.spec.problem, "measures", ())


def _common(shown: Sequence[Shown]) -> str:
    """Return by what all runs can be compared, or nothing."""
    known = [getattr(one.run.spec.problem, "measures", ()) for one in shown]
    return next((name for name in known[0] if all(name in each for each in known)), "")


def _labels(singles: Sequence[Shown], shown: Sequence[Shown]) -> list[str]:
    names = dict(zip(map(id, shown), short_names(shown), strict=True))
    return [names[id(one)] for one in singles]
