"""Boundaries: what each of several networks says of the same data, side by side."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.features.answers import lean_of, rows_of
from optiviz.analysis.features.grounds import Detail, ground
from optiviz.engine.parameters import Param
from optiviz.problems.network_training import NetworkEvaluator, NetworkTraining
from optiviz.views import Shown, View, short_names
from optiviz.views.figure import (
    Action,
    Array,
    Axis,
    ClassImage,
    Figure,
    LegendEntry,
    Points,
    Spots,
)
from optiviz.views.palette import dash_of_run, marker_of_class

Rows = NDArray[np.int64]

_MOST = 9
_QUICK: Detail = (50, 40)
_USUAL: Detail = (80, 64)
_FINE: Detail = (200, 160)
_POINTS = 150  # of each class are drawn in each panel at most
_REACH = 2.0  # how near a click must be to a row, in the size of usual text


class Boundaries(View):
    """The decision boundary of each run over one plane, with the same rows."""

    kind = "boundaries"
    label = "Boundaries"
    to_see = (
        "What the runs agree on has the same colour in every panel; the seams that differ are what "
        "start, seed or algorithm decided."
    )
    problems = ("network_training",)
    predicts = "classes"
    costly = True
    place = 82
    reported = False

    rows: Annotated[
        Literal["train", "test"],
        Param("Which rows are drawn.", choices={"train": "training rows", "test": "test rows"}),
    ] = "train"

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw a panel for each run at its iteration."""
        runners, left_out, others = _runners(shown)
        detail = _QUICK if shown[0].quick else _USUAL
        panels = [self._panel(one, name, detail) for one, name in _named(runners)]
        return self._figure(shown[0], panels, left_out, others)

    def refined(self, shown: Sequence[Shown]) -> Iterator[Figure]:
        """Make one panel after the other finer."""
        runners, left_out, others = _runners(shown)
        panels = [self._panel(one, name, _USUAL) for one, name in _named(runners)]
        for i, (one, name) in enumerate(_named(runners)):
            panels[i] = self._panel(one, name, _FINE)
            yield self._figure(shown[0], list(panels), left_out, others)

    def _figure(self, first: Shown, panels: Sequence[Figure], left_out: int, others: int) -> Figure:
        evaluator = first.reader.stepper.problem
        assert isinstance(evaluator, NetworkEvaluator)
        data = evaluator.data
        plane = ground(evaluator.problem.dataset, None, _QUICK).plane
        said = []
        if left_out:
            more = "1 run more is" if left_out == 1 else f"{left_out} runs more are"
            said.append(f"{len(panels)} are drawn and {more} left out: hide others to see them.")
        if others:
            runs = "1 run has" if others == 1 else f"{others} runs have"
            said.append(f"{runs} other data and can't stand beside these.")
        which = "training" if self.rows == "train" else "test"
        legend = tuple(
            LegendEntry(name, f"class:{c}", marker_of_class(c))
            for c, name in enumerate(data.class_names[:10])
        )
        told = ", ".join(f"{panel.title} {panel.note}" for panel in panels)
        return Figure(
            title=self.label,
            legend=(*legend, LegendEntry("wrong", "outline", "ring")),
            warning=" ".join(said),
            panels=tuple(panels),
            caption=(
                f"What each network says, over the same plane ({plane.labels[0]} to the right, "
                f"{plane.labels[1]} upwards) and with the same {which} rows: colour is the class "
                f"it names, outlined rows are named wrongly. Accuracy on the {which} rows: {told}."
            ),
        )

    def _panel(self, one: Shown, name: str, detail: Detail) -> Figure:
        """Draw one run's boundary, with its accuracy beside its name."""
        evaluator = one.reader.stepper.problem
        assert isinstance(evaluator, NetworkEvaluator)
        dataset, data = evaluator.problem.dataset, evaluator.data
        plane, grid, (left, right, bottom, top) = ground(dataset, None, detail)
        x = one.reader.state(one.k).x
        p, winner = evaluator.picture(x, grid)
        shape = detail[::-1]
        image = ClassImage(
            lean_of(p).reshape(shape), winner.reshape(shape), left, right, bottom, top
        )
        X, y, _ = rows_of(dataset, self.rows, None)
        wrong = evaluator.predict(x, X) != y
        uv = plane.project(X)
        metrics = evaluator.metrics(x)
        train, test = metrics["train_accuracy"], metrics["test_accuracy"]
        places = _places(y, data.n_classes)
        drawn = np.concatenate(places)
        action = Action(f"Bring {name} into focus", focus=one.number)
        facts = _facts(one, name, train, test, len(drawn))
        role = f"run:{one.number}"
        return Figure(
            title=name,
            note=f"{train if self.rows == 'train' else test:.3f}",
            x=Axis("", left, right),
            y=Axis("", bottom, top),
            items=(image, *_markers(uv, places, wrong)),
            legend=(LegendEntry(name, role, "line", dash_of_run(one.number)),),
            spots=(Spots(uv[drawn, 0], uv[drawn, 1], facts, (action,), _REACH),),
        )


def _runners(shown: Sequence[Shown]) -> tuple[list[Shown], int, int]:
    """Return the runs to draw in the order of their numbers, and how many there are no places for.

    Returns
    -------
    list of Shown
        The first of `shown` is among them.
    int
        Of the same data, but too many.
    int
        Of other data.
    """
    problem = shown[0].run.spec.problem
    assert isinstance(problem, NetworkTraining)
    alike = [one for one in shown if _dataset(one) == problem.dataset]
    ordered = sorted(alike[1:], key=lambda one: one.number)[: _MOST - 1]
    runners = sorted([alike[0], *ordered], key=lambda one: one.number)
    return runners, len(alike) - len(runners), len(shown) - len(alike)


def _dataset(one: Shown) -> object:
    return getattr(one.run.spec.problem, "dataset", None)


def _named(runners: Sequence[Shown]) -> list[tuple[Shown, str]]:
    """Return runs with what they are called, or by their algorithm if they have no name."""
    names = zip(runners, short_names(runners), strict=True)
    return [(one, name or one.run.spec.optimizer.label) for one, name in names]


def _places(y: Array, n_classes: int) -> list[Rows]:
    """Return which rows of each class are drawn, evenly spaced."""
    found = []
    for c in range(n_classes):
        rows = np.flatnonzero(y == c).astype(np.int64)
        found.append(rows[:: max(1, -(-len(rows) // _POINTS))])
    return found


def _markers(uv: Array, places: Sequence[Rows], wrong: Array) -> list[Points]:
    """Return rows, and over them those that are named wrongly."""
    points = []
    for outlined in (False, True):
        for c, rows in enumerate(places):
            u, v = uv[rows[wrong[rows]] if outlined else rows].T
            size = 0.42 if outlined else 0.3
            marker = marker_of_class(c)
            points.append(Points(u, v, f"class:{c}", marker, size=size, outlined=outlined))
    return points


def _facts(
    one: Shown, name: str, train: float, test: float, n: int
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("run", (name,) * n),
        ("iteration", (f"{one.k:,}",) * n),
        ("train accuracy", (f"{train:.4f}",) * n),
        ("test accuracy", (f"{test:.4f}",) * n),
    )
