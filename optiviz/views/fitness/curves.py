"""Curves of one run: its objective now and at best, or a metric on training and on test rows."""

from dataclasses import dataclass

import numpy as np

from optiviz.analysis.runs.spending import Level, spent_along
from optiviz.engine.problem import Reading
from optiviz.networks.losses import LOSSES, MEASURES
from optiviz.views import Shown
from optiviz.views.figure import Array, Line
from optiviz.views.palette import dash_of_run

_PALE = 0.28
_MEASURED = 0.5  # of the way: a curve that is shorter is marked
TEST = 0.6  # how strongly test rows are drawn beside training rows of many runs


@dataclass(frozen=True)
class Scale:
    """What is drawn upwards, and over what.

    Attributes
    ----------
    measure : str
        "objective", or a metric's name.
    rows : {"both", "train", "test"}
        On which rows a metric is.
    level : Level
        The effort to the right.
    """

    measure: str
    rows: str
    level: Level

    def reading(self, one: Shown) -> Reading:
        """Return how its values read."""
        if self.measure == "objective":
            return one.run.spec.problem.reading
        return MEASURES[self.measure].reading

    def metric(self, one: Shown) -> str:
        """Return which metric is drawn; empty where there is none, as with a penalty on top."""
        if self.measure != "objective":
            return self.measure
        objective = str(getattr(one.run.spec.problem, "objective", ""))
        same = objective in LOSSES and LOSSES[objective].reading == self.reading(one)
        return objective if same else ""

    def in_trace(self, one: Shown) -> bool:
        """Whether a run's trace has each value of it, of all training rows."""
        own = self.reading(one) == one.run.spec.problem.reading
        return own and not one.run.spec.optimizer.is_noisy

    def clock(self, one: Shown) -> tuple[Array, Array]:
        """Return iterations and where they are on the axis."""
        along = spent_along(one.run, one.points)
        n_rows = one.run.spec.problem.n_rows
        return along.k, along.of(self.level.effort, self.level.weight, n_rows)


def lines_of(one: Shown, scale: Scale, name: str, alone: bool) -> list[Line]:
    """Return the curves of one run; beyond its iteration they are pale, or not there.

    Parameters
    ----------
    one : Shown
    scale : Scale
    name : str
        Written at the end of its curve where there are others.
    alone : bool
        There is no other run.
    """
    role, dash = f"run:{one.number}", dash_of_run(one.number)
    over_k = scale.level.effort == "iterations"
    ks, clock = (None, None) if over_k else scale.clock(one)
    lines: list[Line] = []

    def add(k: Array, y: Array, label: str, **style: object) -> None:
        x = k if ks is None or clock is None else np.interp(k, ks, clock)
        now, seen = k <= one.k, k <= one.last_seen
        if (seen & ~now).any():  # from the last point shown on, so that the parts join
            beyond = seen & (k >= k[now][-1]) if now.any() else seen
            pale = {**style, "opacity": _PALE * float(style.get("opacity", 1.0))}  # type: ignore[arg-type]
            lines.append(Line(x[beyond], y[beyond], role=role, **pale))  # type: ignore[arg-type]
        lines.append(Line(x[now], y[now], role=role, label=label, **style))  # type: ignore[arg-type]

    def value(best: bool) -> tuple[Array, Array]:
        column = one.run.trace.curve("best_f" if best else "f", points=one.points)
        return column.k.astype(np.float64), scale.reading(one).value(column.last)

    metric, samples = scale.metric(one), one.run.history.samples()
    measured_at = samples.k.astype(np.float64)
    known = f"test_{metric}" in samples.metrics
    tested = TEST if scale.measure != "objective" and not alone else 1.0
    if scale.measure == "objective":
        best, now = one.run.trace.curves(("best_f", "f"), points=one.points)
        differ = bool((best.last != now.last).any())
        follow = _follows(one) and not alone
        if differ and not follow and (alone or not one.run.spec.optimizer.is_noisy):
            label = "now" if alone else ""
            add(*value(best=False), label, dash=dash, opacity=0.55, width=0.8)
        label = ("best" if differ else "best and now") if alone else name
        add(*value(best=not follow), label, dash=dash, steps=not follow)
        if one.run.ghost is not None and over_k:
            x, y = one.run.ghost.k.astype(np.float64), scale.reading(one).value(one.run.ghost.last)
            lines.insert(0, Line(x, y, role="muted", opacity=0.45, width=0.8))
    elif scale.rows != "test":
        if scale.in_trace(one) and not alone:
            add(*value(best=not _follows(one)), name, dash=dash, steps=not _follows(one))
        elif known:
            label = "train" if alone else _so_far(name, measured_at, one)
            add(measured_at, samples.metrics[f"train_{metric}"], label, dash=dash)
    if known and _is_dotted(scale):
        y = samples.metrics[f"test_{metric}"]
        add(measured_at, y, "test" if alone else "", dash="dot", opacity=tested)
    elif known and scale.rows == "test":
        add(
            measured_at,
            samples.metrics[f"test_{metric}"],
            "test" if alone else _so_far(name, measured_at, one),
            dash=dash,
        )
    return lines


def _so_far(name: str, measured_at: Array, one: Shown) -> str:
    """Return a run's name, with an ellipsis where most of its way is still to be measured."""
    return name if measured_at[-1] >= _MEASURED * one.k else f"{name} …"


def has_test_curve(one: Shown, scale: Scale) -> bool:
    """Whether a dotted curve of test rows is among a run's curves."""
    known = one.run.history.samples().metrics  # more and more, while others look
    return _is_dotted(scale) and f"test_{scale.metric(one)}" in known


def _is_dotted(scale: Scale) -> bool:
    """Whether test rows are shown beside something else."""
    return scale.measure == "objective" or scale.rows == "both"


def _follows(one: Shown) -> bool:
    """Whether a run is followed by where it is, as descent on all rows, and not by its best."""
    optimizer = one.run.spec.optimizer
    return optimizer.needs_gradient and not optimizer.is_noisy
