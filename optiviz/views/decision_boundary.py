"""Decision boundary: which class the network names where, and where it is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from optiviz.analysis.features.answers import lean_of, rows_of
from optiviz.analysis.features.grounds import Detail, Features, ground
from optiviz.engine.parameters import Param
from optiviz.problems.network_training import NetworkEvaluator
from optiviz.views import Shown, View
from optiviz.views.figure import (
    Array,
    Axis,
    ClassImage,
    Figure,
    Item,
    LegendEntry,
    Points,
    Spots,
    to_watch,
)
from optiviz.views.palette import marker_of_class

_SMALL: Detail = (96, 72)
_QUICK: Detail = (120, 90)
_USUAL: Detail = (200, 200)
_FINE: Detail = (400, 400)
_BANDS = 16  # in which the fine grid is filled in
_POINTS = 4000  # of each class are drawn at most


class DecisionBoundary(View):
    """The model's answer over a plane through the features, with the rows on it."""

    kind = "decision_boundary"
    label = "Decision boundary"
    problems = ("network_training",)
    predicts = "classes"
    costly = True
    place = 20

    plane: Annotated[
        Literal["components", "features"],
        Param(
            "Which plane is shown where there are more than two features.",
            choices={
                "components": "first two principal components",
                "features": "two features, the others at their mean",
            },
        ),
    ] = "components"
    feature_x: Annotated[int, Param("Feature to the right.", label="Right", ge=1, le=10_000)] = 1
    feature_y: Annotated[int, Param("Feature upwards.", label="Up", ge=1, le=10_000)] = 2
    rows: Annotated[
        Literal["train", "test", "all"],
        Param(
            "Which rows are drawn.",
            choices={"train": "training rows", "test": "test rows", "all": "all rows"},
        ),
    ] = "train"

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the first run's boundary at its iteration."""
        return self._figure(shown[0], _QUICK if shown[0].quick else _USUAL)

    def sketch(self, shown: Sequence[Shown]) -> Figure:
        """Draw it with few places."""
        return self._figure(shown[0], _SMALL)

    def refined(self, shown: Sequence[Shown]) -> Iterator[Figure]:
        """Fill a fine grid in, band by band, every other one first."""
        one = shown[0]
        evaluator = one.reader.stepper.problem
        assert isinstance(evaluator, NetworkEvaluator)
        weights = one.reader.state(one.k).x
        figure = self._figure(one, _USUAL)
        image = figure.items[0]
        assert isinstance(image, ClassImage)
        grid = ground(evaluator.problem.dataset, self._features(evaluator), _FINE).grid
        columns, rows = _FINE
        # The fine grid begins as the usual one, each of whose cells is four of its.
        lean: Array = image.lean.repeat(2, axis=0).repeat(2, axis=1)
        winner = image.winner.repeat(2, axis=0).repeat(2, axis=1)
        height = rows // _BANDS
        for band in (*range(0, _BANDS, 2), *range(1, _BANDS, 2)):
            part = slice(band * height, (band + 1) * height)
            points = grid.reshape(rows, columns, -1)[part].reshape(-1, grid.shape[1])
            p, classes = evaluator.picture(weights, points)
            lean[part] = lean_of(p).reshape(-1, columns)
            winner[part] = classes.reshape(-1, columns)
            finer = replace(image, lean=lean.copy(), winner=winner.copy())
            yield replace(figure, items=(finer, *figure.items[1:]))

    def _features(self, evaluator: NetworkEvaluator) -> Features:
        """Return the two features that are asked for, counted from 0; None for components."""
        last = evaluator.data.X_train.shape[1]
        if self.plane != "features" or last <= 2:  # those are the plane: nothing is to be chosen
            return None
        return min(self.feature_x, last) - 1, min(self.feature_y, last) - 1

    def _figure(self, one: Shown, detail: Detail) -> Figure:
        evaluator = one.reader.stepper.problem
        assert isinstance(evaluator, NetworkEvaluator)
        problem, data = evaluator.problem, evaluator.data
        n_features = data.X_train.shape[1]
        features = self._features(evaluator)
        plane, grid, (left, right, bottom, top) = ground(problem.dataset, features, detail)
        warning = self._warning(n_features) if features else ""
        weights = one.reader.state(one.k).x

        p, winner = evaluator.picture(weights, grid)
        image = ClassImage(
            lean_of(p).reshape(detail[::-1]), winner.reshape(detail[::-1]), left, right, bottom, top
        )
        X, y, lifted = rows_of(problem.dataset, self.rows, features)
        said = evaluator.predict(weights, X)
        wrong = said != y
        items: list[Item] = [image]
        uv = plane.project(X)
        items += _markers(uv, y, wrong, data.n_classes)
        note, sentence = "", ""
        if n_features > 2:
            differs = float(np.mean(evaluator.predict(weights, lifted) != said))
            note = f"differs on {differs:.0%}" if differs else "differs on no row"
            sentence = (
                f" For {differs:.1%} of the rows drawn the plane's colour is not what the network "
                "says of the row itself, because the other directions are left out"
                if differs
                else " The plane's colour is what the network says of every row drawn, though the "
                "other directions are left out"
            )
            sentence += f"; the plane holds {plane.share:.0%} of the data's variance."
        legend = tuple(
            LegendEntry(name, f"class:{c}", marker_of_class(c))
            for c, name in enumerate(data.class_names[:10])
        )
        drawn = {"train": "training", "test": "test", "all": ""}[self.rows]
        return Figure(
            title=self.label,
            note=note,
            x=Axis(plane.labels[0], left, right),
            y=Axis(plane.labels[1], bottom, top),
            items=tuple(items),
            legend=(*legend, LegendEntry("wrong", "outline", "ring")),
            warning=warning,
            spots=(self._spots(evaluator, weights, uv, X, y, said),),
            caption=(
                f"What the network says at iteration {one.k:,}: colour is the class it names, "
                f"fading where it is unsure. Markers are the {drawn} rows in the colour of their "
                f"own class; {_wrong(int(wrong.sum()), len(y))}.{sentence}"
            ),
        )

    def _spots(
        self, evaluator: NetworkEvaluator, x: Array, uv: Array, X: Array, y: Array, said: Array
    ) -> Spots:
        """Return rows to point at: what the network says of each, and how it comes to that."""
        data = evaluator.data
        chosen, rows, actions = to_watch(self.rows, len(data.X_train), len(data.X_test))
        p = evaluator.probabilities(x, X)[:, chosen]
        named = said[chosen]
        p = p[named, np.arange(len(chosen))] if len(p) > 1 else np.abs(1 - named - p[0])
        names = data.class_names
        return Spots(
            uv[chosen, 0],
            uv[chosen, 1],
            (
                ("row", rows),
                ("is", tuple(names[c] for c in y[chosen].tolist())),
                ("named", tuple(names[c] for c in named.tolist())),
                ("sure of that", p),
            ),
            actions,
        )

    def _warning(self, n_features: int) -> str:
        """Say where the picture is not of the features that were asked for."""
        asked = (self.feature_x, self.feature_y)
        there = [min(feature, n_features) for feature in asked]
        if max(asked) > n_features:
            missing = f"The data has {n_features} features: "
            return missing + f"this is feature {there[0]} to the right and {there[1]} upwards."
        if there[0] == there[1]:
            return f"Feature {there[0]} is to the right and upwards: choose two."
        return ""


def _wrong(n: int, of: int) -> str:
    """Say how many rows are named wrongly, and how they are marked."""
    if not n:
        return f"none of the {of:,} is named wrongly"
    named = "the outlined one of" if n == 1 else f"the {n:,} outlined ones of"
    return f"{named} {of:,} {'is' if n == 1 else 'are'} named wrongly"


def _markers(uv: Array, y: Array, wrong: Array, n_classes: int) -> list[Points]:
    """Return all rows, which stay where they are, and over them those that are named wrongly."""
    points = []
    for outlined in (False, True):
        for c in range(n_classes):
            chosen = np.flatnonzero((y == c) & (wrong if outlined else True))
            chosen = chosen[:: max(1, -(-len(chosen) // _POINTS))]
            u, v = uv[chosen].T
            size = 0.62 if outlined else 0.5
            marker = marker_of_class(c)
            points.append(Points(u, v, f"class:{c}", marker, size=size, outlined=outlined))
    return points
