"""Find the slope of a line through the origin: one weight, with rows to take all or few of."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import frozen
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Reading, Rows
from optiviz.problems import OneVariable

_WIDTH = 2.0  # rows have their x between minus this and this
_OFF = 6.0  # by how much outliers are off the line, all to the same side of it
_NUMBERS = 1 << 20  # that are held at once where many slopes are scored


class OneParameterRegression(OneVariable):
    """Fit y = w x to rows by the mean squared error, with the slope w alone to find.

    The rows have x drawn evenly from -2 to 2, and y = slope * x + noise * N(0, 1). Outliers, the
    first rows of all, are 6 too high.
    """

    kind = "one_parameter_regression"
    label = "A line through rows"
    variable = "w"

    n_samples: Annotated[
        int, Param("How many rows there are.", label="Rows", scale="log", ge=2, le=10_000)
    ] = 20
    slope: Annotated[
        float, Param("The slope that the rows are made with.", label="True slope", ge=-10, le=10)
    ] = 2.0
    noise: Annotated[
        float, Param("How far off the line rows are, as a standard deviation.", ge=0, le=100)
    ] = 1.0
    outliers: Annotated[
        int, Param("Rows that are far above the line.", ge=0, le=10_000, advanced=True)
    ] = 0
    random_state: Annotated[
        int, Param("Other numbers draw other rows.", label="Data seed", ge=0, lt=2**32)
    ] = 1
    low: Annotated[
        float, Param("Left end of what is shown and drawn from.", label="From", ge=-1e9, le=1e9)
    ] = -2.0
    high: Annotated[
        float, Param("Right end of what is shown and drawn from.", label="To", ge=-1e9, le=1e9)
    ] = 6.0

    def check(self) -> Iterator[tuple[str, str]]:
        """Check the range, and that rows are left on the line."""
        if not self.low < self.high:
            yield "high", f"must be above {self.low:g}, where the range begins"
        if self.outliers > self.n_samples:
            yield "outliers", f"must be at most {self.n_samples:,}, the number of rows"

    @property
    def domain(self) -> tuple[float, float]:
        """Between which slopes a search begins."""
        return self.low, self.high

    @property
    def n_rows(self) -> int:
        """The rows of the data."""
        return self.n_samples

    @property
    def reading(self) -> Reading:
        """The mean squared error."""
        return Reading("mean squared error")

    @property
    def written(self) -> str:
        """The loss as a formula."""
        return "f(w) = mean of (w x − y)²"

    @property
    def title(self) -> str:
        """What is fitted."""
        return f"y = w x through {self.n_samples:,} rows"

    @cached_property
    def rows(self) -> tuple[Array, Array]:
        """The x and y of the rows, each of shape (n_samples,)."""
        draws, n = Draws(self.random_state), self.n_samples
        x = _WIDTH * (2 * draws.uniforms("x", 0, 1, n)[0] - 1)
        y = self.slope * x + self.noise * draws.normals("noise", 0, 1, n)[0]
        y[: self.outliers] += _OFF
        return frozen(x), frozen(y)

    @cached_property
    def best(self) -> float:
        """The slope of least squares."""
        x, y = self.rows
        return float((x * y).mean() / (x * x).mean())

    def values(self, w: Array, rows: Rows | None = None) -> Array:
        """Return the mean squared error over all rows or some, at each slope."""
        x, y = self.rows if rows is None else (values[rows] for values in self.rows)
        with np.errstate(all="ignore"):
            parts = np.array_split(w, -(-len(w) * len(x) // _NUMBERS) or 1)
            return np.concatenate([((p[:, None] * x - y) ** 2).mean(axis=1) for p in parts])

    def slopes(self, w: Array) -> Array:
        """Return the first derivative at each slope."""
        x, y = self.rows
        with np.errstate(all="ignore"):
            return np.asarray(2 * ((x * x).mean() * w - (x * y).mean()))

    def curvatures(self, w: Array) -> Array:
        """Return the second derivative, which is the same everywhere: 2 mean(x²)."""
        x, _ = self.rows
        return np.full(len(w), 2 * (x * x).mean())

    def sample(self, draws: Draws, purpose: str, start: int, n: int) -> Array:
        """Return slopes drawn evenly from the range, shape (n, 1)."""
        return self.low + (self.high - self.low) * draws.uniforms(purpose, start, n, 1)

    def evaluator(self) -> "OneParameterEvaluator":
        """Return an evaluator of the error."""
        return OneParameterEvaluator(self)

    def sentence(self) -> str:
        """Say what is optimised."""
        return (
            f"The slope w of {self.title} was searched for; least squares are at {self.best:.5g}."
        )


class OneParameterEvaluator(Evaluator[OneParameterRegression]):
    """The mean squared error of slopes, over all rows or some."""

    def evaluate(self, X: Array) -> Array:
        """Return the error at each slope, shape (n,)."""
        return self.problem.values(X[:, 0])

    def value_and_gradient(self, x: Array, rows: Rows | None = None) -> tuple[float, Array]:
        """Return the error and its slope."""
        inputs, targets = self.problem.rows
        if rows is not None:
            inputs, targets = inputs[rows], targets[rows]
        with np.errstate(all="ignore"):
            errors = x * inputs - targets
            return float((errors**2).mean()), np.array([2 * (errors * inputs).mean()])

    @property
    def hessian_gradients(self) -> int:
        """One: it takes one pass over the rows."""
        return 1

    def hessian(self, x: Array) -> Array:
        """Return the exact second derivative, shape (1, 1)."""
        return self.problem.curvatures(x)[:, None]

    def metrics(self, x: Array) -> Mapping[str, float]:
        """Return the distance to the slope of least squares."""
        return {"distance": abs(float(x[0]) - self.problem.best)}
