"""Predicted against actual: how far each row's predicted number is from its own."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optiviz.analysis.regression import explained, shown_share
from optiviz.problems.network_training import NetworkEvaluator
from optiviz.views import Shown, View
from optiviz.views.figure import Array, Axis, Figure, Item, LegendEntry, Line, Marker, Points

_POINTS = 4000  # rows of each part that are drawn at most


class PredictedActual(View):
    """Rows at their actual and their predicted number; on the diagonal both are the same."""

    kind = "predicted_actual"
    label = "Predicted against actual"
    to_see = (
        "Points on the diagonal are predicted rightly; a cloud that lies flatter than it is pulled "
        "towards the mean."
    )
    problems = ("network_training",)
    predicts = "numbers"
    costly = True
    place = 50

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the first run's predictions at its iteration."""
        one = shown[0]
        evaluator = one.reader.stepper.problem
        assert isinstance(evaluator, NetworkEvaluator)
        data, weights = evaluator.data, one.reader.state(one.k).x
        name = data.target_name
        low = float(min(data.y_train.min(), data.y_test.min()))
        high = float(max(data.y_train.max(), data.y_test.max()))
        margin = 0.06 * (high - low) or 0.5
        ends = np.array([low - margin, high + margin])
        items: list[Item] = [Line(ends, ends, "muted", dash="dash")]
        shares, outside, most = [], 0, 1
        role = f"run:{one.number}"
        parts: tuple[tuple[str, Array, Any], ...] = (
            ("train", data.X_train, data.y_train),
            ("test", data.X_test, data.y_test),
        )
        for part, X, y in parts:
            said, y = evaluator.outputs(weights, X)[0], np.asarray(y, dtype=np.float64)
            shares.append(shown_share(explained(y, said)))
            # One beyond the picture counts; where everything is far off, it would hide all else.
            outside += int(np.sum(~((said >= ends[0]) & (said <= ends[1]))))
            every = max(1, -(-len(y) // _POINTS))
            most = max(most, every)
            marker: Marker = "ring" if part == "test" else "circle"
            opacity = 0.9 if part == "test" else 0.6
            over = said[::every].copy()
            items.append(Points(y[::every], over, role, marker, 0.45, opacity=opacity))
        rows = len(data.y_train) + len(data.y_test)
        left_out = f" Every {most}th row is drawn." if most > 1 else ""
        beyond = f"{outside:,} of {rows:,} predictions are beyond the picture."
        return Figure(
            title=self.label,
            note=f"R² {' · test '.join(shares)}",
            x=Axis(f"actual {name}", float(ends[0]), float(ends[1])),
            y=Axis(f"predicted {name}", float(ends[0]), float(ends[1])),
            items=tuple(items),
            legend=(LegendEntry("train", role, "circle"), LegendEntry("test", role, "ring")),
            warning=beyond if outside > 0.05 * rows else "",
            caption=(
                f"Rows by their actual number (across) and by what the network predicts at "
                f"iteration {one.k:,} (up). On the diagonal both are the same.{left_out}"
                + (f" {beyond}" if outside else "")
            ),
        )
