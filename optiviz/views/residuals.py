"""Residuals: what the predictions leave over, along the predicted number."""

from collections.abc import Sequence

import numpy as np

from optiviz.analysis.regression import spread_along
from optiviz.problems.network_training import NetworkEvaluator
from optiviz.views import Shown, View
from optiviz.views.figure import Array, Axis, Band, Figure, Item, LegendEntry, Marker, Points, Rule

_POINTS = 4000  # rows of each part that are drawn at most
_LARGEST = 1e300  # that an axis can have
_REACH = 4.0  # of the axis, in typical errors


class Residuals(View):
    """Actual minus predicted number of each row, with how large that typically is where."""

    kind = "residuals"
    label = "Residuals"
    to_see = (
        "A shape among the points is something that the model has not learnt; a cloud around zero "
        "is noise that nobody can."
    )
    problems = ("network_training",)
    predicts = "numbers"
    costly = True
    place = 55

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the first run's residuals at its iteration."""
        one = shown[0]
        evaluator = one.reader.stepper.problem
        assert isinstance(evaluator, NetworkEvaluator)
        data, weights = evaluator.data, one.reader.state(one.k).x
        name, role = data.target_name, f"run:{one.number}"
        items: list[Item] = []
        typical, errors, most = [], [], 1
        parts = (("train", data.X_train, data.y_train), ("test", data.X_test, data.y_test))
        for part, X, y in parts:
            said = evaluator.outputs(weights, X)[0]
            with np.errstate(all="ignore"):
                left = np.asarray(y, dtype=np.float64) - said
                size = float(np.sqrt(np.mean(np.square(left))))
            typical.append(f"{size:.3g}")
            errors.append(left)
            if part == "train":
                at, spread = spread_along(said, left)
                if len(at):
                    items.append(Band(at, -spread, spread, role, 0.22))
            every = max(1, -(-len(y) // _POINTS))
            most = max(most, every)
            marker: Marker = "ring" if part == "test" else "circle"
            opacity = 0.9 if part == "test" else 0.6
            where, over = said[::every].copy(), left[::every].copy()
            items.append(Points(where, over, role, marker, 0.45, opacity=opacity))
        items.append(Rule(0.0, upright=False, role="muted"))
        reach = _reach(np.concatenate(errors))
        left_out = f" Every {most}th row is drawn." if most > 1 else ""
        return Figure(
            title=self.label,
            note=f"error {' · test '.join(typical)}",
            x=Axis(f"predicted {name}"),
            y=Axis("actual − predicted", -reach, reach),
            items=tuple(items),
            legend=(LegendEntry("train", role, "circle"), LegendEntry("test", role, "ring")),
            caption=(
                f"What the predictions at iteration {one.k:,} leave over, along what is predicted. "
                f"The band is the typical error (root mean square) of the training rows "
                f"there; of all training rows it is {typical[0]}, of the test rows "
                f"{typical[1]}.{left_out}"
            ),
        )


def _reach(errors: Array) -> float:
    """Return how far the axis goes each way: to the largest error, but not for a lost few."""
    sizes = np.abs(errors[np.abs(errors) < _LARGEST])
    if not len(sizes):
        return 1.0
    usual = _REACH * float(np.median(sizes)) * 1.4826  # the deviation, of normal errors
    largest = float(sizes.max())
    return 1.06 * (min(largest, max(usual, largest / 20)) or 1.0)
