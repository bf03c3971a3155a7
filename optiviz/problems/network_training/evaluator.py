"""The numbers of a network on its data: loss, slope, curvature, answers and metrics."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.problem import Array, Epoch, Evaluator, Proposals, Rows
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.backward import Backward
from optiviz.networks.batches import Batches, LaidOut, fits_single
from optiviz.networks.curvature import Curvature
from optiviz.networks.kernels import Kernel
from optiviz.networks.linear_moves import LinearMoves
from optiviz.networks.losses import LOSSES, MEASURES, Target, unexplained
from optiviz.networks.one_weight import OneWeightMoves
from optiviz.networks.penalty import Penalty
from optiviz.networks.screening import Screen

if TYPE_CHECKING:
    from optiviz.problems.network_training import NetworkTraining

_OTHER_TABLES = 6  # tables besides the training and test rows whose buffers are kept


class NetworkEvaluator(Evaluator["NetworkTraining"]):
    """A network and its data, with buffers for one thread."""

    def __init__(self, problem: "NetworkTraining") -> None:
        super().__init__(problem)
        self.data = problem.dataset.load()
        self.loss = LOSSES[problem.objective]
        self.output = self.loss.reads(ACTIVATIONS[problem.network.layers[-1].activation])
        self.penalty = Penalty(problem.network, self.data.X_train.shape[1], problem.l1, problem.l2)
        self._no_gradient = problem.missing_gradient() is not None
        self._train_target = self.target(self.data.y_train)
        self._test_target = self.target(self.data.y_test)
        self._train = Kernel(problem.network, self.data.X_train, self._train_target)
        self._test = Kernel(problem.network, self.data.X_test, self._test_target)
        self._others: dict[tuple[int, bool], tuple[Array, Kernel]] = {}
        self._screen: Screen | None = None
        self._epoch: tuple[Rows, NetworkEpoch] | None = None
        self._linear: LinearMoves | None = None
        if problem.objective == "accuracy":
            target = self._train_target
            if Screen.suits(problem.network):
                self._screen = Screen(problem.network, self.data.X_train, target)
            elif LinearMoves.suits(problem.network) and not self.penalty:
                self._linear = LinearMoves(self, self.data.X_train, target)

    def target(self, y: NDArray[Any]) -> Target:
        """Return numbers as they are, or which class each row has, of shape (outputs, rows).

        Parameters
        ----------
        y : ndarray, shape (rows,)
        """
        if self.problem.is_regression:
            return np.asarray(y, dtype=np.float64)[None]
        n_outputs = self.problem.network.layers[-1].units
        classes = np.arange(n_outputs) if n_outputs > 1 else np.array([1])
        target: Target = np.equal(y, classes[:, None])
        return target

    def evaluate(self, X: Array) -> Array:
        """Return the mean loss over the training rows plus the penalty at each point, (n,)."""
        if self._screen is not None:
            f = self._screen.error_rates(X)
        else:
            f = self._train.losses(X, self.loss)
        if self.penalty:
            f += self.penalty.of(X)
        return f

    def evaluate_within(self, X: Array, limit: float | Array) -> Array:
        """Return the mean loss where it is at most the limit, shape (n,)."""
        if self._screen is None or self.penalty:
            return self.evaluate(X)
        return self._screen.error_rates_within(X, limit)

    def proposals(self, moves: Array) -> Proposals:
        """Return moves that a search is to try in order; it lasts until the next ones."""
        if self._linear is not None:
            return self._linear.take(moves)
        if self._screen is not None and not self.penalty and OneWeightMoves.suit(moves):
            return self._one_weight.take(moves)
        return super().proposals(moves)

    @cached_property
    def _one_weight(self) -> OneWeightMoves:
        target = self.target(self.data.y_train)
        return OneWeightMoves(self, self.problem.network, self.data.X_train, target)

    @property
    def points_per_call(self) -> float:
        """About how many points are scored in the time that a call takes by itself."""
        usual = super().points_per_call
        return usual if self._screen is None else 4 * usual / self._screen.share

    def value_and_gradient(self, x: Array, rows: Rows | None = None) -> tuple[float, Array]:
        """Return the mean loss plus the penalty and their gradient, by backpropagation.

        Over given rows, a large network's is computed as `Batches` says.
        """
        if self._no_gradient:
            return super().value_and_gradient(x, rows)
        gradient = np.empty(self.dim)
        if rows is not None:
            f = self._batches.laid_out(rows).value_and_gradient(x, 0, len(rows), gradient)
        else:
            f = self._backward.value_and_gradient(x, self._backward.table, gradient)
        return self.penalized(f, x, gradient), gradient

    def epoch(self, order: Rows) -> Epoch:
        """Return the training rows laid out in an order, the last one's as long as it is asked."""
        if self._no_gradient:
            return super().epoch(order)
        if self._epoch is None or self._epoch[0] is not order:
            self._epoch = (order, NetworkEpoch(self, order, self._batches.laid_out(order)))
        return self._epoch[1]

    def penalized(self, f: float, x: Array, gradient: Array) -> float:
        """Return a loss plus the penalty at x, whose slope is added to the gradient, (dim,)."""
        if self.penalty:
            f += float(self.penalty.of(x[None])[0])
            self.penalty.add_slope(x, gradient)
        return f

    @cached_property
    def _backward(self) -> Backward:
        network, X = self.problem.network, self.data.X_train
        return Backward(network, self.loss, X, self._train_target)

    @cached_property
    def _batches(self) -> Batches:
        network, X = self.problem.network, self.data.X_train
        return Batches(network, self.loss, X, self._train_target, self._backward)

    @property
    def hessian_gradients(self) -> int:
        """One for each weight, as many as products with unit vectors would take."""
        return self.dim

    def hessian(self, x: Array) -> Array:
        """Return the second derivatives of the objective, shape (dim, dim)."""
        if self._no_gradient:
            return super().hessian(x)
        second = self._curvature.hessian(x, self.loss)
        self.penalty.add_curvature(second)
        return second

    @cached_property
    def _curvature(self) -> Curvature:
        return Curvature(self.problem.network, self.data.X_train, self._train_target)

    def mistakes(self, x: Array) -> NDArray[np.bool_]:
        """Return the rows for which some output is not as it should be."""
        if self.problem.missing_correction() is not None:
            return super().mistakes(x)
        said = self.output.decide(self._train.weighted_sums(x))
        wrong: NDArray[np.bool_] = (said != self._train_target).any(axis=0)
        return wrong

    def correction(self, x: Array, row: int) -> Array:
        """Return (target - output) * input of a row by its weights."""
        if self.problem.missing_correction() is not None:
            return super().correction(x, row)
        inputs = np.append(self.data.X_train[row], 1.0)
        said = self.output.decide(self._train.weighted_sums(x)[:, row])
        error = self._train_target[:, row].astype(np.float64) - said
        return np.outer(error, inputs).ravel()

    def metrics(self, x: Array) -> Mapping[str, float]:
        """Return what `NetworkTraining.measures` names, on the training and on the test rows.

        As it reads to people, without the penalty.
        """
        found = {}
        parts = (
            ("train", self._train, self._train_target, self.data.y_train),
            ("test", self._test, self._test_target, self.data.y_test),
        )
        with np.errstate(all="ignore"):  # x may have flown off
            for part, kernel, target, y in parts:
                z = kernel.weighted_sums(x)[None]
                for name in self.problem.measures:
                    loss = LOSSES["mean_squared_error" if name == "r2" else name]
                    value = loss.sums(z.copy(), self.output, target)[0] / len(y)
                    if name == "r2":
                        value = unexplained(value, np.asarray(y, dtype=np.float64))
                    reading = MEASURES[name].reading
                    found[f"{part}_{name}"] = float(reading.value(value))
        return found

    def outputs(self, x: Array, X: Array) -> Array:
        """Return what the output units say of any rows; for regression, the predicted number.

        Parameters
        ----------
        x : ndarray, shape (dim,)
        X : ndarray, shape (m, features)
            Buffers for it are kept: it must not be changed afterwards.

        Returns
        -------
        ndarray, shape (outputs, m)
        """
        z = self._sums(x, X)
        with np.errstate(all="ignore"):
            self.output.apply(z)
        return z

    def picture(self, x: Array, X: Array) -> tuple[Array, NDArray[np.int64]]:
        """Return `probabilities` and `predict` for a picture, in half the time of one of them.

        They come from one pass in single precision, off by about 1e-6, wherever that has the range
        for it: at the very edge between two classes, a row may be given to the other one.

        Parameters
        ----------
        x : ndarray, shape (dim,)
        X : ndarray, shape (m, features)
            Buffers for it are kept: it must not be changed afterwards.

        Returns
        -------
        ndarray, shape (outputs, m)
        ndarray, shape (m,)
        """
        z = self._sums(x, X, single=True)
        if not np.isfinite(z).all():
            z = self._sums(x, X)
        classes = self._classes(z.copy())
        with np.errstate(all="ignore"):
            self.output.apply(z)
            return self._shares(z), classes

    def probabilities(self, x: Array, X: Array) -> Array:
        """Return what the outputs say of any rows' classes, 0 to 1.

        Parameters
        ----------
        x : ndarray, shape (dim,)
        X : ndarray, shape (m, features)
            Buffers for it are kept: it must not be changed afterwards.

        Returns
        -------
        ndarray, shape (outputs, m)
        """
        with np.errstate(all="ignore"):
            return self._shares(self.outputs(x, X))

    def _shares(self, a: Array) -> Array:
        low, high = self.output.low, self.output.high
        return np.clip((a - low) / (high - low), 0, 1)

    def predict(self, x: Array, X: Array) -> NDArray[Any]:
        """Return the class of any rows, as int64; for regression their number, as float64.

        Returns
        -------
        ndarray, shape (m,)
        """
        if self.problem.is_regression:
            return np.asarray(self.outputs(x, X)[0])
        return self._classes(self._sums(x, X))

    def _classes(self, z: Array) -> NDArray[np.int64]:
        with np.errstate(all="ignore"):
            if len(z) > 1:
                return self.output.winner(z)
            return np.asarray(self.output.decide(z[0]), dtype=np.int64)

    def _sums(self, x: Array, X: Array, single: bool = False) -> Array:
        """Return the outputs' weighted sums, shape (outputs, m), the caller's to keep."""
        known = self._others.get((id(X), single))
        if known is None:
            if len(self._others) >= _OTHER_TABLES:
                self._others.clear()
            target = np.zeros((self.problem.network.layers[-1].units, len(X)), dtype=bool)
            dtype = np.float32 if single and fits_single(X) else np.float64
            known = (X, Kernel(self.problem.network, X, target, dtype))  # X stays, so does its id
            self._others[id(X), single] = known
        with np.errstate(all="ignore"):
            return known[1].weighted_sums(x)


class NetworkEpoch(Epoch):
    """Training rows laid out in the order of an epoch, so that its batches are slices."""

    def __init__(self, evaluator: NetworkEvaluator, order: Rows, rows: LaidOut) -> None:
        super().__init__(evaluator, order)
        self._network, self._rows = evaluator, rows

    def value_and_gradient(self, x: Array, start: int, stop: int, gradient: Array) -> float:
        """Return the objective over a batch, and write its gradient."""
        f = self._rows.value_and_gradient(x, start, stop, gradient)
        return self._network.penalized(f, x, gradient)
