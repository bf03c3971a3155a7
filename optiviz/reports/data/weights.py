"""The weights of a network as plain data, with all that it takes to use them elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.datasets import Data, Dataset
from optiviz.datasets.loading import scaling
from optiviz.engine.problem import Array
from optiviz.engine.run import Reader, Run
from optiviz.networks.activations import ACTIVATIONS
from optiviz.problems.network_training import NetworkEvaluator, NetworkTraining
from optiviz.reports.data.rows import end
from optiviz.store.atomic import StoreError
from optiviz.studies.records import hands_back_last

_EXAMPLES = 5  # rows with what the network says of them, to check a forward pass by


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer.

    Attributes
    ----------
    weights : ndarray, shape (units, inputs)
    biases : ndarray, shape (units,)
    activation, formula : str
    """

    weights: Array
    biases: Array
    activation: str
    formula: str


@dataclass(frozen=True, eq=False)
class Weights:
    """A trained network.

    Attributes
    ----------
    name : str
        Of the run.
    iteration : int
        At which it had these weights.
    point : {"best", "last"}
        What the algorithm hands back: the best point that it found, or the last one.
    layers : tuple of Layer
        From the first hidden one to the output.
    features : tuple of str
        The inputs, in order.
    shift, scale : ndarray, shape (features,)
        An input is (feature - shift) / scale.
    target : str
        What the network says.
    classes : tuple of str
        By their numbers; none where it says a number.
    target_shift, target_scale : float
        Of a number: target = target_shift + target_scale * output.
    rule : str
        Which class it names, in a sentence.
    metrics : dict of str to float
    examples : ndarray, shape (rows, features)
        Of the data, as they are before they are shifted and scaled.
    outputs : ndarray, shape (rows, outputs)
        What the output units say of the examples.
    says : ndarray, shape (rows,)
        The class that is named for each, or the target.
    spec : dict
    """

    name: str
    iteration: int
    point: str
    layers: tuple[Layer, ...]
    features: tuple[str, ...]
    shift: Array
    scale: Array
    target: str
    classes: tuple[str, ...]
    target_shift: float
    target_scale: float
    rule: str
    metrics: dict[str, float]
    examples: Array
    outputs: Array
    says: NDArray[Any]
    spec: dict[str, Any]

    @property
    def forward(self) -> tuple[str, ...]:
        """Say step by step what the network does with a row."""
        formulas = {f"{one.activation}: {one.formula}": None for one in self.layers}
        steps = [
            "a = (features - shift) / scale, in the order of the features",
            "for each layer in order: z = weights @ a + biases; then a = activation(z)",
            *formulas,
        ]
        if self.classes:
            return (*steps, self.rule)
        return (*steps, f"{self.target} = target_shift + target_scale * a")


def weights_of(runs: Sequence[Run], path: Path, at: int | None) -> Weights:
    """Return the weights that the first run's algorithm hands back.

    Raises
    ------
    StoreError
        If it has no network, or has not started.
    """
    run, last = end(runs, path, at)
    problem = run.spec.problem
    if not isinstance(problem, NetworkTraining):
        raise StoreError(f"{path}: the run has no network, so there are no weights to export")
    reader = Reader(run)
    state, evaluator = reader.state(last), reader.stepper.problem
    assert isinstance(evaluator, NetworkEvaluator)
    is_last = hands_back_last(run.spec.optimizer_after(last))
    x = state.x if is_last else state.best_x
    data, raw = evaluator.data, _raw(problem.dataset)
    shift, scale = _scaling(raw.X_train, problem.dataset.standardize)
    middle, spread = 0.0, 1.0
    if problem.is_regression:
        is_scaled = getattr(problem.dataset, "standardize_target", False)
        middles, spreads = _scaling(raw.y_train[:, None], is_scaled)
        middle, spread = float(middles[0]), float(spreads[0])
    examples = raw.X_test[:_EXAMPLES] if len(raw.X_test) else raw.X_train[:_EXAMPLES]
    inputs = data.X_test[:_EXAMPLES] if len(raw.X_test) else data.X_train[:_EXAMPLES]
    outputs = evaluator.outputs(x, inputs.copy()).T
    said = evaluator.predict(x, inputs.copy())
    matrices = problem.network.matrices(x, data.X_train.shape[1])
    return Weights(
        name=run.name,
        iteration=last if is_last else state.best_k,
        point="last" if is_last else "best",
        layers=tuple(
            Layer(
                W[:, :-1].copy(),
                W[:, -1].copy(),
                layer.activation,
                ACTIVATIONS[layer.activation].formula,
            )
            for W, layer in zip(matrices, problem.network.layers, strict=True)
        ),
        features=raw.feature_names,
        shift=shift,
        scale=scale,
        target=raw.target_name,
        classes=raw.class_names,
        target_shift=middle,
        target_scale=spread,
        rule=_rule(problem, evaluator),
        metrics=dict(evaluator.metrics(x)),
        examples=examples,
        outputs=outputs,
        says=middle + spread * said if problem.is_regression else said,
        spec=run.spec.to_dict(),
    )


def _raw(dataset: Dataset) -> Data:
    """Return the data before they are shifted and scaled."""
    names = ("standardize", "standardize_target")
    return dataset.replace(**{name: False for name in names if hasattr(dataset, name)}).load()


def _scaling(raw: Array, is_scaled: bool) -> tuple[Array, Array]:
    """Return what was taken off each column and what it was divided by."""
    return scaling(raw) if is_scaled else (np.zeros(raw.shape[1]), np.ones(raw.shape[1]))


def _rule(problem: NetworkTraining, evaluator: NetworkEvaluator) -> str:
    """Say which class the network names; see `Activation.decide` and `winner`."""
    if problem.is_regression:
        return ""
    last, output = problem.network.layers[-1], evaluator.output
    if last.units > 1:
        # Others rise, so that their weighted sums tell more where outputs can't be told apart.
        of = "a" if last.activation in ("gelu", "sine") else "z"
        return f"the class is the number of the largest {of}, the first of equals, counted from 0"
    if last.activation == "step":
        return "the class is 1 where z >= 0, else 0"
    if output.threshold is None:
        return "the class is 1 where a > 0, else 0"
    return f"the class is 1 where z > {output.threshold!r}, else 0"
