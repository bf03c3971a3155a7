"""Find the weights of a network on a dataset."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from optiviz.datasets import Dataset
from optiviz.engine.draws import Draws
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Problem, Reading
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.losses import LOSSES, LossName
from optiviz.networks.network import INITIALIZATIONS, MAX_WEIGHTS, InitializationName, Network
from optiviz.problems.network_training.evaluator import NetworkEvaluator

_MOST_OUTPUTS = 500_000_000  # of all units for all rows: some seconds to score one point

__all__ = ["NetworkEvaluator", "NetworkTraining", "fewest_outputs"]


class NetworkTraining(Problem):
    """Minimise a loss over the training rows by a network's weights.

    One output unit for two classes or for a number, else one for each class. With penalties,
    f = mean loss + l1 * sum |w| + l2 / 2 * sum w^2 over all weights but biases. So n rows and
    scikit-learn's ``LogisticRegression(C=...)`` have l2 = 1 / (C n), its ``Ridge(alpha=...)``
    l2 = 2 alpha / n, and its ``Lasso(alpha=...)``, with half of the squared error, l1 = 2 alpha.
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
    l1: Annotated[
        float,
        Param(
            "Times the sum of |w|, added to the loss: pulls weights that don't help to 0.",
            label="L1 penalty",
            ge=0,
            le=1e6,
            scale="log",
            advanced=True,
        ),
    ] = 0.0
    l2: Annotated[
        float,
        Param(
            "Times half the sum of w², added to the loss: keeps all weights small.",
            label="L2 penalty",
            ge=0,
            le=1e6,
            scale="log",
            advanced=True,
        ),
    ] = 0.0

    def check(self) -> Iterator[tuple[str, str]]:
        """Check what network, dataset and objective ask of each other."""
        n_classes = self.dataset.sizes().n_classes
        last, loss = self.network.layers[-1], LOSSES[self.objective]
        fewest = fewest_outputs(n_classes)
        if last.units not in (fewest, n_classes):
            what = "a number" if self.is_regression else _count(n_classes, "class", "classes")
            each = " or one for each" if n_classes == 2 else ""
            yield (
                "network.layers",
                f"the last layer needs {_count(fewest, 'unit')} for {what}{each}, has {last.units}",
            )
        if self.dim > MAX_WEIGHTS:
            yield "network.layers", f"has {self.dim:,} weights; at most {MAX_WEIGHTS:,} work here"
        outputs = self.n_rows * sum(layer.units for layer in self.network.layers)
        if outputs > _MOST_OUTPUTS:
            yield (
                "network.layers",
                f"has {outputs:,} outputs of units over the {self.n_rows:,} training rows; at most "
                f"{_MOST_OUTPUTS:,} work here",
            )
        if self.is_regression and not loss.of_numbers:
            yield (
                "objective",
                f"{loss.label.lower()} needs classes, and each row of {self.dataset.name} has a "
                "number: use mean squared error or mean absolute error",
            )
        elif loss.outputs and last.activation not in loss.outputs:
            fit = [name for name in loss.outputs if ACTIVATIONS[name].fewest_units <= last.units]
            yield (
                "objective",
                f"{loss.label.lower()} needs outputs {loss.needs}: "
                f"make the last layer {' or '.join(fit)}, it is {last.activation}",
            )

    @property
    def is_regression(self) -> bool:
        """Whether each row has a number that is to be predicted, instead of a class."""
        return self.dataset.sizes().n_classes == 0

    @property
    def measures(self) -> tuple[str, ...]:
        """What is measured of every point, on training and on test rows; see `MEASURES`."""
        if self.is_regression:
            return ("r2", "mean_squared_error", "mean_absolute_error")
        usual = ("accuracy", "log_loss", "mean_squared_error")
        return usual if self.objective in usual else (*usual, self.objective)

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
        """How the objective reads, with its penalty if it has one."""
        plain = LOSSES[self.objective].reading
        if not self.l1 and not self.l2:
            return plain
        joined = "less" if plain.more_is_better else "plus"
        return replace(plain, name=f"{plain.name} {joined} the penalty")

    def sample(self, draws: Draws, purpose: str, start: int, n: int) -> Array:
        """Return weights drawn as the initialization says."""
        inputs = self.dataset.sizes().n_features
        return self.network.initial(self.initialization, inputs, draws, purpose, start, n)

    def evaluator(self) -> NetworkEvaluator:
        """Load the data and make the buffers."""
        return NetworkEvaluator(self)

    def missing_gradient(self) -> str | None:
        """Say why there is no gradient, or return None."""
        if not LOSSES[self.objective].has_slope:
            return "accuracy only changes in jumps; train on log loss, score by accuracy"
        if any(not ACTIVATIONS[layer.activation].has_slope for layer in self.network.layers):
            return "a step unit only changes in jumps; use sigmoid units"
        return None

    def missing_correction(self) -> str | None:
        """Say why single rows can't be corrected, or return None."""
        (*hidden, last) = self.network.layers
        if not hidden and last.activation == "step" and not self.is_regression:
            return None
        return super().missing_correction()

    def sentence(self) -> str:
        """Say what is optimised."""
        sizes = self.dataset.sizes()
        goal = {
            "accuracy": "as many right answers as possible",
            "log_loss": "the lowest log loss",
            "mean_squared_error": "the lowest squared error",
            "mean_absolute_error": "the lowest absolute error",
            "hinge": "the lowest hinge loss",
        }[self.objective]
        penalties = [f"{n} {v:g}" for n, v in (("L1", self.l1), ("L2", self.l2)) if v]
        small = f" and small weights (penalty {', '.join(penalties)})" if penalties else ""
        return (
            f"The {_count(self.dim, 'weight')} of {self.network_sentence()} were searched for "
            f"{goal}{small} on {_count(sizes.n_train, 'training row')} of {self.dataset.name}; "
            f"{_count(sizes.n_test, 'row')} were kept for testing. {self.dataset.caption()}"
        ).rstrip()

    def network_sentence(self) -> str:
        """Name the network by its layers, and by its own name where it has one."""
        *hidden, last = self.network.layers
        output = f"{_count(last.units, f'{last.activation} output')}"
        if not hidden:
            known = self._known_as()
            named = f" ({known})" if known else ""
            return f"a network without hidden layers and with {output}{named}"
        layers = ", then ".join(_count(h.units, f"{h.activation} unit") for h in hidden)
        return f"a network of {layers} and {output}"

    def _known_as(self) -> str:
        """Return what statisticians call a network without hidden layers; empty if nothing."""
        last = self.network.layers[-1].activation
        alone = self.network.layers[-1].units == 1
        if self.objective == "log_loss" and (last == "softmax" or alone):
            return "logistic regression"
        if self.objective == "hinge" and self.l2:
            return "linear support vector machine"
        if not self.is_regression or last != "identity" or self.objective != "mean_squared_error":
            return ""
        if self.l1:
            return "elastic net" if self.l2 else "lasso"
        return "ridge regression" if self.l2 else "linear regression"


def fewest_outputs(n_classes: int) -> int:
    """Return how many output units are needed; two classes may have one each too."""
    return 1 if n_classes in (0, 2) else n_classes


def _count(n: int, what: str, several: str = "") -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {several or what + 's'}"
