"""Find the weights of a network on a dataset."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import numpy as np

from optiviz.datasets import Dataset
from optiviz.engine.draws import Draws
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem, Reading, Rows
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.kernels import Kernel
from optiviz.networks.losses import LOSSES, LossName
from optiviz.networks.network import INITIALIZATIONS, MAX_WEIGHTS, InitializationName, Network
from optiviz.networks.screening import Screen


class NetworkTraining(Problem):
    """Minimise a loss over the training rows by a network's weights.

    One output unit for two classes, else one for each class.
    """

    kind = "network_training"
    label = "Train a network"

    dataset: Annotated[Dataset, Param("What it learns from.")]
    network: Annotated[Network, Param("What learns.")]
    objective: Annotated[
        LossName,
        Param(
            "What is made as good as possible on the training rows.",
            choices={name: loss.label for name, loss in LOSSES.items()},
        ),
    ] = "accuracy"
    initialization: Annotated[
        InitializationName, Param("How start weights are drawn.", choices=INITIALIZATIONS)
    ] = "glorot"

    def check(self) -> Iterator[tuple[str, str]]:
        """Check what network, dataset and objective ask of each other."""
        n_classes = self.dataset.sizes().n_classes
        outputs = 1 if n_classes == 2 else n_classes
        last = self.network.layers[-1]
        if last.units != outputs:
            yield (
                "network.layers",
                f"the last layer needs {_count(outputs, 'unit')} for {n_classes} classes, "
                f"has {last.units}",
            )
        if self.dim > MAX_WEIGHTS:
            yield "network.layers", f"has {self.dim:,} weights; at most {MAX_WEIGHTS:,} work here"
        if self.objective == "log_loss" and last.activation != "sigmoid":
            yield (
                "objective",
                "log loss needs outputs that are probabilities: "
                f"make the last layer sigmoid, it is {last.activation}",
            )

    @property
    def dim(self) -> int:
        """The number of weights."""
        return self.network.dim(self.dataset.sizes().n_features)

    @property
    def n_rows(self) -> int:
        """The number of training rows."""
        return self.dataset.sizes().n_train

    @property
    def reading(self) -> Reading:
        """How the objective reads."""
        return LOSSES[self.objective].reading

    def sample(self, draws: Draws, purpose: str, start: int, n: int) -> Array:
        """Return weights drawn as the initialization says."""
        inputs = self.dataset.sizes().n_features
        return self.network.initial(self.initialization, inputs, draws, purpose, start, n)

    def evaluator(self) -> "NetworkEvaluator":
        """Load the data and make the buffers."""
        return NetworkEvaluator(self)

    def missing_gradient(self) -> str | None:
        """Say why there is no gradient, or return None."""
        if not LOSSES[self.objective].has_slope:
            return "accuracy only changes in jumps; train on log loss, score by accuracy"
        if any(not ACTIVATIONS[layer.activation].has_slope for layer in self.network.layers):
            return "a step unit only changes in jumps; use sigmoid units"
        return None

    def sentence(self) -> str:
        """Say what is optimised."""
        sizes = self.dataset.sizes()
        goal = {
            "accuracy": "as many right answers as possible",
            "log_loss": "the lowest log loss",
            "mean_squared_error": "the lowest squared error",
        }[self.objective]
        return (
            f"The {_count(self.dim, 'weight')} of {self.network_sentence()} were searched for "
            f"{goal} on {_count(sizes.n_train, 'training row')} of {self.dataset.label}; "
            f"{_count(sizes.n_test, 'row')} were kept for testing."
        )

    def network_sentence(self) -> str:
        """Name the network: a perceptron, or its layers."""
        *hidden, last = self.network.layers
        output = f"{_count(last.units, f'{last.activation} output')}"
        if not hidden:
            return f"a network without hidden layers and with {output}"
        layers = ", then ".join(_count(h.units, f"{h.activation} unit") for h in hidden)
        return f"a network of {layers} and {output}"


_OTHER_TABLES = 6  # tables besides the training and test rows whose buffers are kept


class NetworkEvaluator(Evaluator[NetworkTraining]):
    """A network and its data, with buffers for one thread."""

    def __init__(self, problem: NetworkTraining) -> None:
        super().__init__(problem)
        self.data = problem.dataset.load()
        self.loss = LOSSES[problem.objective]
        self.output = ACTIVATIONS[problem.network.layers[-1].activation]
        n_outputs = problem.network.layers[-1].units
        self._classes = np.arange(n_outputs) if n_outputs > 1 else np.array([1])
        self._train = self._kernel(self.data.X_train, self.data.y_train)
        self._test = self._kernel(self.data.X_test, self.data.y_test)
        self._others: dict[int, tuple[Array, Kernel]] = {}
        self._screen: Screen | None = None
        if problem.objective == "accuracy" and Screen.suits(problem.network):
            target = self.data.y_train == self._classes[:, None]
            self._screen = Screen(problem.network, self.data.X_train, target)

    def _kernel(self, X: Array, y: Rows) -> Kernel:
        return Kernel(self.problem.network, X, y == self._classes[:, None])

    def evaluate(self, X: Array) -> Array:
        """Return the mean loss over the training rows at each point, shape (n,)."""
        if self._screen is not None:
            return self._screen.error_rates(X)
        return self._train.losses(X, self.loss)

    def value_and_gradient(self, x: Array, rows: Rows | None = None) -> tuple[float, Array]:
        """Return the mean loss and its gradient, by backpropagation."""
        if self.problem.missing_gradient() is not None:
            return super().value_and_gradient(x, rows)
        return self._train.value_and_gradient(x, self.loss, rows)

    def metrics(self, x: Array) -> Mapping[str, float]:
        """Return every objective, as it reads to people, on the training and on the test rows."""
        found = {}
        with np.errstate(all="ignore"):  # x may have flown off
            for part, kernel in (("train", self._train), ("test", self._test)):
                for name, loss in LOSSES.items():
                    value = kernel.losses(x[None], loss)[0]
                    found[f"{part}_{name}"] = float(loss.reading.value(value))
        return found

    def probabilities(self, x: Array, X: Array) -> Array:
        """Return what the outputs say of any rows, 0 to 1.

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
            return np.clip((z - self.output.low) / (self.output.high - self.output.low), 0, 1)

    def predict(self, x: Array, X: Array) -> Rows:
        """Return the class of any rows, shape (m,)."""
        z = self._sums(x, X)
        if len(z) > 1:
            return np.asarray(z.argmax(axis=0), dtype=np.int64)
        return self.output.decide(z[0]).astype(np.int64)

    def _sums(self, x: Array, X: Array) -> Array:
        kernel = self._others.get(id(X))
        if kernel is None:
            if len(self._others) >= _OTHER_TABLES:
                self._others.clear()
            target = np.zeros((len(self._classes), len(X)), dtype=bool)
            kernel = (X, Kernel(self.problem.network, X, target))  # X stays, and so does its id
            self._others[id(X)] = kernel
        with np.errstate(all="ignore"):
            return kernel[1].weighted_sums(x)


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
