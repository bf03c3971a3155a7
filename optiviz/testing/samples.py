"""Problems on which algorithms are checked: some with a slope, some without, and a cliff."""

import numpy as np
from numpy.typing import NDArray

from optiviz.datasets.classification import Classification
from optiviz.datasets.friedman1 import Friedman1
from optiviz.engine.draws import Draws
from optiviz.engine.problem import Array, Evaluator, Problem, Reading, Rows
from optiviz.functions.rastrigin import Rastrigin
from optiviz.functions.rosenbrock import Rosenbrock
from optiviz.networks.network import Layer, Network
from optiviz.problems.function_1d import Function1D
from optiviz.problems.function_2d import Function2D
from optiviz.problems.function_nd import FunctionND
from optiviz.problems.network_training import NetworkTraining
from optiviz.problems.one_parameter_regression import OneParameterRegression


def problems_with_slope() -> tuple[Problem, ...]:
    """Return problems that every algorithm can work on, but for those that need rows."""
    three_classes = Classification(n_samples=50, n_informative=3, n_classes=3, standardize=True)
    tanh = (Layer(units=4, activation="tanh"), Layer(units=3, activation="identity"))
    relu = (Layer(units=5, activation="relu"), Layer(units=1))
    gelu = (Layer(units=3, activation="gelu"), Layer(units=3, activation="softmax"))
    softplus = (Layer(units=3, activation="softplus"), Layer(units=1, activation="identity"))
    return (
        Function1D(),
        Function1D(formula="x^4 - 3x^2 + x"),
        Function1D(formula="abs(x)", low=-1.0),
        Function2D(function=Rosenbrock()),
        FunctionND(function=Rastrigin(), dimension=7),
        OneParameterRegression(n_samples=30, outliers=2),
        NetworkTraining(
            dataset=Classification(n_samples=90), network=Network(layers=relu), objective="log_loss"
        ),
        NetworkTraining(
            dataset=three_classes, network=Network(layers=tanh), objective="mean_squared_error"
        ),
        NetworkTraining(dataset=three_classes, network=Network(layers=gelu), objective="log_loss"),
        NetworkTraining(
            dataset=Friedman1(n_samples=60),
            network=Network(layers=softplus),
            objective="mean_squared_error",
            l1=0.001,
            l2=0.01,
        ),
    )


def problems_without_slope() -> tuple[Problem, ...]:
    """Return problems that only change in jumps."""
    sigmoid = (Layer(units=4), Layer(units=1))
    step = (Layer(units=1, activation="step"),)
    data = Classification(n_samples=60)
    return (
        NetworkTraining(dataset=data, network=Network(layers=sigmoid), initialization="rand"),
        NetworkTraining(dataset=data, network=Network(layers=step), objective="mean_squared_error"),
    )


class Cliff(Problem):
    """Ever lower along every coordinate, until f is no number any more."""

    label = "a cliff"
    beyond: float = 0.0  # times infinity is f beyond the edge: 0 makes it nan
    edge: float = 1.0

    @property
    def dim(self) -> int:
        """Three."""
        return 3

    @property
    def n_rows(self) -> int:
        """As many as batches of usual size need."""
        return 60

    @property
    def reading(self) -> Reading:
        """The depth."""
        return Reading("depth")

    def sample(self, draws: Draws, purpose: str, start: int, n: int) -> Array:
        """Return points above the edge, mostly."""
        return draws.normals(purpose, start, n, 3) - 2.0

    def evaluator(self) -> "CliffEvaluator":
        """Return an evaluator."""
        return CliffEvaluator(self)

    def missing_correction(self) -> str | None:
        """Say that rows can be corrected: each leads on towards the edge."""
        return None

    def sentence(self) -> str:
        """Say what is optimised."""
        return "A way down a cliff was searched."


class CliffEvaluator(Evaluator[Cliff]):
    """The depth at points, and a slope that leads over the edge."""

    def evaluate(self, X: Array) -> Array:
        """Return the depth at each point, shape (n,)."""
        total = X.sum(axis=1)
        return np.where(total > self.problem.edge, self.problem.beyond * np.inf, -total)

    def value_and_gradient(self, x: Array, rows: Rows | None = None) -> tuple[float, Array]:
        """Return the depth and its slope, the same for all rows."""
        return float(self.evaluate(x[None])[0]), np.full(3, -1.0)

    def mistakes(self, x: Array) -> NDArray[np.bool_]:
        """Return that every row is named wrongly."""
        return np.ones(self.n_rows, dtype=bool)

    def correction(self, x: Array, row: int) -> Array:
        """Return a step to the edge."""
        return np.ones(3)
