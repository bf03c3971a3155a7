"""Confusion: how often each class is taken for each other, on training and on test rows."""

from collections.abc import Sequence

import numpy as np

from optiviz.problems.network_training import NetworkEvaluator
from optiviz.views import Shown, View
from optiviz.views.figure import Figure, Table

_CLASSES = 10  # shown at most


class Confusion(View):
    """Counts of rows by their class and by the class that the network names."""

    kind = "confusion"
    label = "Confusion"
    problems = ("network_training",)
    predicts = "classes"
    costly = True
    place = 50

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Count the first run's answers at its iteration."""
        one = shown[0]
        evaluator = one.reader.stepper.problem
        assert isinstance(evaluator, NetworkEvaluator)
        data, weights = evaluator.data, one.reader.state(one.k).x
        n = min(data.n_classes, _CLASSES)
        names = tuple(name.removeprefix("class ") for name in data.class_names[:n])
        tables, shares = [], []
        parts = (("Train", data.X_train, data.y_train), ("Test", data.X_test, data.y_test))
        for title, X, y in parts:
            counts = np.zeros((data.n_classes, data.n_classes), dtype=np.int64)
            np.add.at(counts, (y, evaluator.predict(weights, X)), 1)
            right = int(np.trace(counts))
            shares.append(f"{title.lower()} {right / len(y):.3f}")
            cells = tuple(tuple(f"{count:,}" for count in row[:n]) for row in counts)[:n]
            of_class = counts[:n, :n] / np.maximum(counts[:n].sum(axis=1, keepdims=True), 1)
            heading = f"{title}: {right:,} of {len(y):,}"
            tables.append(
                Table(names, names, cells, of_class, "accent", "is class", "named class", heading)
            )
        more = "" if n == data.n_classes else f"Only the first {n} of {data.n_classes} classes fit."
        return Figure(
            title=self.label,
            note="right: " + " · ".join(shares),
            tables=tuple(tables),
            warning=more,
            caption=(
                f"Rows by their class (down) and by the class that the network names (across) at "
                f"iteration {one.k:,}. Right answers are on the diagonal. {more}".strip()
            ),
        )
