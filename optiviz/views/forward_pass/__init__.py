"""Forward pass: one row on its way through the network and back, number by number."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from optiviz.analysis.networks import diagrams
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Problem
from optiviz.networks import passes
from optiviz.problems.network_training import NetworkEvaluator, NetworkTraining
from optiviz.views import Shown, View
from optiviz.views.figure import Figure, Steps
from optiviz.views.forward_pass.board import Board
from optiviz.views.forward_pass.pointing import spots_of
from optiviz.views.forward_pass.walk import Pace, parts, stops, walk
from optiviz.views.forward_pass.words import Narrator, n

_WIDEST, _DEEPEST = 64, 8  # units in a layer and layers that can be followed


class ForwardPass(View):
    """Each product, sum and transfer of one row, its loss, and its errors on the way back."""

    kind = "forward_pass"
    label = "Forward pass"
    to_see = "Read it from left to right: each box is the value that a unit passes on."
    problems = ("network_training",)
    costly = True
    place = 60

    row: Annotated[
        int, Param("Which row, counted from 0; the last one if there are fewer.", ge=0, le=999_999)
    ] = 0
    part: Annotated[
        Literal["train", "test"],
        Param(
            "Whether it learns from the row.",
            label="Rows",
            choices={"train": "training rows", "test": "test rows"},
        ),
    ] = "train"
    pace: Annotated[
        Literal["numbers", "units", "layers"],
        Param(
            "What one step is.",
            label="A step is",
            choices={"numbers": "one operation", "units": "one unit", "layers": "one layer"},
        ),
    ] = "numbers"
    step: Annotated[
        int, Param("Which step of the way, counted from 0.", ge=0, le=999_999, advanced=True)
    ] = 0

    def figure(self, shown: Sequence[Shown]) -> Figure:
        """Draw the first run's network with the numbers of one row."""
        with np.errstate(all="ignore"):  # weights may have flown off
            return self._figure(shown[0])

    def _figure(self, one: Shown) -> Figure:
        evaluator = one.reader.stepper.problem
        assert isinstance(evaluator, NetworkEvaluator)
        problem, data = evaluator.problem, evaluator.data
        if not _is_small(problem):
            return Figure(
                title=self.label,
                empty=(
                    f"This network is too large to follow a row through it: that works up to "
                    f"{_DEEPEST} layers of {_WIDEST} units."
                ),
            )
        X, y = (data.X_train, data.y_train) if self.part == "train" else (data.X_test, data.y_test)
        if not len(X):
            return Figure(title=self.label, empty="There are no test rows: choose training rows.")
        row = min(self.row, len(X) - 1)
        x = one.reader.state(one.k).x
        target = evaluator.target(y[row : row + 1])[:, 0]
        passed = passes.forward(
            problem.network, x, X[row], target, evaluator.loss, problem.is_regression
        )
        back = problem.missing_gradient() is None
        errors = passes.backward(passed, evaluator.loss) if back else ()
        outputs = len(target)
        must = np.flatnonzero(target) if target.dtype == bool and outputs > 1 else np.arange(0)
        if outputs > 1:
            must = np.union1d(must, [int(passed.said)])
        chosen = parts(passed, must)
        steps = walk(passed, chosen, back, bool(evaluator.penalty))
        pace: Pace = self.pace
        halts = stops(steps, pace)
        at = min(self.step, len(halts) - 1)
        is_right = data.class_names[int(y[row])] if data.n_classes else n(float(y[row]))
        which = "training" if self.part == "train" else "test"
        narrator = Narrator(
            problem=problem,
            columns=diagrams.columns(problem.network, problem.dataset),
            passed=passed,
            errors=errors,
            shown=chosen,
            row=f"{which.capitalize()} row {row:,} of {len(X):,}",
            is_right=is_right,
        )
        board = Board(narrator, steps, tuple(halts), at, pace)
        figure = board.figure(self.label, one.k)
        warning = ""
        if row != self.row:
            warning = f"There are {len(X):,} {which} rows, counted from 0: this is the last one."
        return replace(
            figure,
            warning=warning,
            spots=spots_of(board),
            steps=Steps("step", at, len(halts), *board.said),
        )


def _is_small(problem: Problem) -> bool:
    assert isinstance(problem, NetworkTraining)
    layers = problem.network.layers
    return len(layers) <= _DEEPEST and max(layer.units for layer in layers) <= _WIDEST
