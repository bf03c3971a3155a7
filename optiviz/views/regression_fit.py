"""Regression fit: what the network predicts where, with the rows that it learns from."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np

from optiviz.analysis.features.grounds import Detail, edges_of, ground
from optiviz.analysis.features.planes import Plane, feature_plane, principal_plane
from optiviz.analysis.regression import explained, shown_share
from optiviz.datasets import Dataset
from optiviz.engine.parameters import Param
from optiviz.problems.network_training import NetworkEvaluator
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
    Spots,
    ValueImage,
    to_watch,
)
from optiviz.views.palette import dash_of_run

_QUICK: Detail = (60, 45)
_USUAL: Detail = (120, 90)
_FINE: Detail = (300, 225)
_CURVE = 400  # places along a curve
_POINTS = 4000  # rows that are drawn at most
_SHADES = 24  # of the ramp, in which rows are drawn
_BY_FEATURES = ("through", ("features",))


class RegressionFit(View):
    """The predicted number along a line or over a plane through the features."""

    kind = "regression_fit"
    label = "Fit"
    to_see = (
        "Where the curve stays away from all of its points, the model is too stiff or has not "
        "finished; where it runs after single ones, it has learnt noise."
    )
    problems = ("network_training",)
    predicts = "numbers"
    costly = True
    place = 20

    show: Annotated[
        Literal["plane", "line"],
        Param(
            "Where there are two features or more: a surface over a plane, or a curve.",
            choices={"plane": "surface over a plane", "line": "curve along a line"},
        ),
    ] = "plane"
    through: Annotated[
        Literal["components", "features"],
        Param(
            "Where the plane or the line goes.",
            choices={
                "components": "first principal components",
                "features": "features, the others at their mean",
            },
        ),
    ] = "components"
    feature_x: Annotated[
        int,
        Param("Feature to the right.", label="Right", ge=1, le=10_000, when=_BY_FEATURES),
    ] = 1
    feature_y: Annotated[
        int, Param("Feature upwards.", label="Up", ge=1, le=10_000, when=_BY_FEATURES)
    ] = 2
    rows: Annotated[
        Literal["train", "test", "all"],
        Param(
            "Which rows are drawn.",
            choices={"train": "training rows", "test": "test rows", "all": "all rows"},
        ),
    ] = "all"

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the curves of all runs on these data, or the first run's surface."""
        evaluator = _evaluator(shown[0])
        n_features = evaluator.data.X_train.shape[1]
        if n_features == 1 or self.show == "line":
            return self._curves([one for one in shown if _same_data(one, shown[0])])
        return self._surface(shown[0], _QUICK if shown[0].quick else _USUAL)

    def refined(self, shown: Sequence[Shown]) -> Iterator[Figure]:
        """Yield the surface on a fine grid."""
        if _evaluator(shown[0]).data.X_train.shape[1] > 1 and self.show == "plane":
            yield self._surface(shown[0], _FINE)

    def _features(self, n_features: int) -> tuple[int, int] | None:
        """Return the two features that are asked for, counted from 0; None for components."""
        chosen = (min(self.feature_x, n_features) - 1, min(self.feature_y, n_features) - 1)
        return chosen if self.through == "features" else None

    def _curves(self, shown: Sequence[Shown]) -> Figure:
        one = shown[0]
        evaluator = _evaluator(one)
        dataset, n_features = evaluator.problem.dataset, evaluator.data.X_train.shape[1]
        plane, grid, at = _line(dataset, self._features(n_features))
        items: list[Item] = []
        legend = []
        for X, y, hollow, name in _parts(evaluator, self.rows):
            every = max(1, -(-len(X) // _POINTS))
            where = plane.project(X[::every])[:, 0]
            marker: Marker = "ring" if hollow else "circle"
            items.append(Points(where, y[::every], "muted", marker, size=0.42, opacity=0.8))
            legend.append(LegendEntry(name, "muted", marker))
        for each in reversed(shown):
            weights = each.reader.state(each.k).x
            values = _evaluator(each).outputs(weights, grid)[0]
            values = np.where(np.isfinite(values), values, np.nan)
            name = each.name if len(shown) > 1 else ""
            items.append(
                Line(at, values, f"run:{each.number}", name, dash_of_run(each.number), 1.8)
            )
        if len(shown) == 1:
            legend.append(LegendEntry("predicted", f"run:{one.number}", "line"))
        y_train = evaluator.data.y_train
        margin = 0.25 * (float(y_train.max() - y_train.min()) or 1.0)
        low, high = float(y_train.min()) - margin, float(y_train.max()) + margin
        left_out = "" if n_features == 1 else " The other directions are left out."
        return Figure(
            title=self.label,
            note=_note(evaluator, one),
            x=Axis(plane.labels[0], float(at[0]), float(at[-1])),
            # The curve may go far beyond the rows; they are what it is held against.
            y=Axis(evaluator.data.target_name, low, high),
            items=tuple(items),
            legend=tuple(legend),
            caption=(
                f"What the network predicts at iteration {one.k:,} along {plane.labels[0]}, "
                f"with {_said(self.rows)} as markers.{left_out}"
            ),
            spots=(_spots(one, self.rows, plane, upright=True),),
        )

    def _surface(self, one: Shown, detail: Detail) -> Figure:
        evaluator = _evaluator(one)
        data, dataset = evaluator.data, evaluator.problem.dataset
        n_features = data.X_train.shape[1]
        plane, grid, (left, right, bottom, top) = ground(
            dataset, self._features(n_features), detail
        )
        weights = one.reader.state(one.k).x
        values = evaluator.outputs(weights, grid)[0].reshape(detail[::-1])
        low, high = float(data.y_train.min()), float(data.y_train.max())
        if not low < high:
            low, high = low - 0.5, high + 0.5
        image = ValueImage(values.copy(), left, right, bottom, top, (low, high), data.target_name)
        items: list[Item] = [image]
        for X, y, hollow, _ in _parts(evaluator, self.rows):
            every = max(1, -(-len(X) // _POINTS))
            u, v = plane.project(X[::every]).T
            shade = np.rint(image.shares(y[::every]) * (_SHADES - 1))
            for level in np.unique(shade[np.isfinite(shade)]).tolist():
                mine = shade == level
                items.append(_shaded(u[mine], v[mine], level / (_SHADES - 1), hollow))
        legend = {
            "train": (LegendEntry("train", "muted", "circle"),),
            "test": (LegendEntry("test", "muted", "diamond"),),
        }
        beyond = f" The plane holds {plane.share:.0%} of the data's variance; the rest is left out."
        return Figure(
            title=self.label,
            note=_note(evaluator, one),
            x=Axis(plane.labels[0], left, right),
            y=Axis(plane.labels[1], bottom, top),
            items=tuple(items),
            legend=legend.get(self.rows, (*legend["train"], *legend["test"])),
            caption=(
                f"What the network predicts at iteration {one.k:,}, as a colour. Markers are "
                f"{_said(self.rows)} in the colour of their own number: one that can't be told "
                f"from its ground is predicted well.{beyond if n_features > 2 else ''}"
            ),
            spots=(_spots(one, self.rows, plane, upright=False),),
        )


def _evaluator(one: Shown) -> NetworkEvaluator:
    evaluator = one.reader.stepper.problem
    assert isinstance(evaluator, NetworkEvaluator)
    return evaluator


def _shaded(u: Array, v: Array, share: float, is_test: bool) -> Points:
    """Return rows in a colour of the ramp, with an outline that shows them on their own ground."""
    marker: Marker = "diamond" if is_test else "circle"
    return Points(u, v, f"value:{share:.3f}", marker, size=0.46, outlined=True)


def _same_data(one: Shown, first: Shown) -> bool:
    return _evaluator(one).problem.dataset == _evaluator(first).problem.dataset


def _said(rows: str) -> str:
    return {"train": "the training rows", "test": "the test rows", "all": "all rows"}[rows]


def _note(evaluator: NetworkEvaluator, one: Shown) -> str:
    weights = one.reader.state(one.k).x
    shares = [
        shown_share(explained(y, evaluator.outputs(weights, X)[0]))
        for X, y, _, _ in _parts(evaluator, "all")
    ]
    return f"R² {' · test '.join(shares)}"


def _spots(one: Shown, rows: str, plane: Plane, upright: bool) -> Spots:
    """Return rows to point at: what is predicted of each, and how the network comes to that.

    Parameters
    ----------
    one : Shown
    rows : str
    plane : Plane
    upright : bool
        The target is up, and not the second direction of the plane.
    """
    evaluator = _evaluator(one)
    parts = _parts(evaluator, rows)
    x = one.reader.state(one.k).x
    sizes = {name: len(X) for X, _, _, name in parts}
    chosen, names, actions = to_watch(rows, sizes.get("train", 0), sizes.get("test", 0))
    uv = np.concatenate([plane.project(X) for X, _, _, _ in parts])[chosen]
    y = np.concatenate([y for _, y, _, _ in parts])[chosen]
    said = np.concatenate([evaluator.outputs(x, X)[0] for X, _, _, _ in parts])[chosen]
    facts = (("row", names), (evaluator.data.target_name, y), ("predicted", said))
    return Spots(uv[:, 0], y if upright else uv[:, 1], facts, actions)


def _parts(evaluator: NetworkEvaluator, rows: str) -> list[tuple[Array, Array, bool, str]]:
    """Return features, targets, whether they are test rows, and their name, of what is drawn."""
    data = evaluator.data
    parts = [
        (data.X_train, np.asarray(data.y_train, dtype=np.float64), False, "train"),
        (data.X_test, np.asarray(data.y_test, dtype=np.float64), True, "test"),
    ]
    return [part for part in parts if rows in ("all", part[3])]


@lru_cache(maxsize=2)
def _line(dataset: Dataset, features: tuple[int, int] | None) -> tuple[Plane, Array, Array]:
    """Return the plane whose first axis a curve follows, its points, and where they are on it."""
    X = dataset.load().X_train
    if features is not None:
        plane = feature_plane(X, features[0], features[0])
    else:
        plane = feature_plane(X, 0, 0) if X.shape[1] == 1 else principal_plane(X)
    left, right, _, _ = edges_of(dataset, plane)
    at = np.linspace(left, right, _CURVE)
    return plane, plane.lift(np.column_stack([at, np.zeros(_CURVE)])), at
