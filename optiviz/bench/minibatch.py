"""Mini-batch training beside scikit-learn's MLPClassifier, in one run: how many times as fast.

Both compute in one thread, and the processor's time is taken, which other programs disturb less.
Ours computes batches of the two larger networks in single precision, scikit-learn in that of the
data: it is timed on data as they come, in double precision, and also in single.
"""

import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from optiviz.bench import Figures
from optiviz.datasets.classification import Classification
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.networks.activations import ActivationName
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.adam import Adam
from optiviz.optimizers.mini_batch_gradient_descent import MiniBatchGradientDescent
from optiviz.problems.network_training import NetworkEvaluator, NetworkTraining

_SEEDS = range(1, 10)
_BATCH, _RATE = 32, 0.001
# features, hidden units and what they are, rows, epochs: half a second for each pair of programs
_WORK: tuple[tuple[int, tuple[int, ...], ActivationName, int, int], ...] = (
    (5, (10,), "sigmoid", 1000, 60),
    (2, (64, 64), "tanh", 2000, 20),
    (20, (256, 256), "relu", 3000, 4),
)
_METHODS: dict[str, Optimizer] = {
    "sgd": MiniBatchGradientDescent(batch_size=_BATCH, learning_rate=_RATE),
    "adam": Adam(batch_size=_BATCH, learning_rate=_RATE),
}


def measure() -> Iterator[Figures]:
    """Yield the figures of each network and method; the two programs take turns at each seed."""
    for features, units, activation, rows, epochs in _WORK:
        layers = (*(Layer(units=u, activation=activation) for u in units), Layer(units=1))
        problem = NetworkTraining(
            dataset=Classification(n_samples=rows, n_features=features, n_redundant=0),
            network=Network(layers=layers),
            objective="log_loss",
        )
        shape = "-".join(map(str, (features, *units, 1)))
        for solver, optimizer in _METHODS.items():
            turns = [_turn(problem, optimizer, solver, epochs, seed) for seed in _SEEDS]
            yield _figures(f"{shape} {solver}", turns, _products(problem))


@dataclass(frozen=True)
class _Turn:
    """Seconds an update of each program at one seed, and the loss that each came to."""

    ours: float
    full_loss: float  # the part of ours that looks at all rows, after each epoch
    theirs: float
    theirs_in_single: float
    our_loss: float
    their_loss: float


def _figures(name: str, turns: list[_Turn], products: float) -> Figures:
    def median(of: Callable[[_Turn], float]) -> float:
        return statistics.median(of(turn) for turn in turns)

    return Figures(
        name,
        {
            "ratio": median(lambda t: t.theirs / t.ours),
            "ratio_lowest": min(t.theirs / t.ours for t in turns),
            "ratio_to_single": median(lambda t: t.theirs_in_single / t.ours),
            "ratio_updates_alone": median(lambda t: t.theirs / (t.ours - t.full_loss)),
            "ratio_of_products": median(lambda t: t.theirs) / products,
            "seeds": len(turns),
            "microseconds": 1e6 * median(lambda t: t.ours),
            "their_microseconds": 1e6 * median(lambda t: t.theirs),
            "loss": median(lambda t: t.our_loss),
            "their_loss": median(lambda t: t.their_loss),
        },
        "batches of 32, "
        + name
        + ": {ratio:.1f} times scikit-learn's MLPClassifier (median of {seeds} seeds, lowest "
        "{ratio_lowest:.1f}; {ratio_to_single:.1f} where that is given its data in single "
        "precision; {ratio_updates_alone:.1f} without the loss on all rows after each "
        "epoch, which is not known there; the matrix products alone, in single precision: "
        "{ratio_of_products:.1f}): "
        "{microseconds:.1f} against {their_microseconds:.1f} µs an update; log loss "
        "{loss:.3f} and {their_loss:.3f}",
    )


def _turn(
    problem: NetworkTraining, optimizer: Optimizer, solver: str, epochs: int, seed: int
) -> _Turn:
    data = problem.dataset.load()
    stopping = StoppingCriterion(max_iterations=epochs * -(-len(data.y_train) // _BATCH))
    run = Run(RunSpec(problem=problem, optimizer=optimizer, stopping=stopping, seed=seed))
    run.prepare()
    began = time.process_time()
    run.finish()
    ours = time.process_time() - began
    outside, theirs = _fit(problem, solver, epochs, seed, data.X_train)
    _, single = _fit(problem, solver, epochs, seed, data.X_train.astype(np.float32))
    evaluator, x = NetworkEvaluator(problem), run.state_now.x
    full_loss = epochs * _usual(lambda: evaluator.evaluate(x[None]), 3)
    said = outside.predict_proba(data.X_train)[np.arange(len(data.y_train)), data.y_train]
    return _Turn(
        ours / run.k,
        full_loss / run.k,
        theirs / run.k,
        single / run.k,
        float(evaluator.evaluate(x[None])[0]),
        float(-np.log(said).mean()),
    )


def _fit(
    problem: NetworkTraining, solver: str, epochs: int, seed: int, X: NDArray[Any]
) -> tuple[MLPClassifier, float]:
    """Return their classifier, trained, and the seconds that it took."""
    outside = MLPClassifier(
        hidden_layer_sizes=[layer.units for layer in problem.network.layers[:-1]],
        activation=problem.network.layers[0].activation.replace("sigmoid", "logistic"),
        solver=solver,
        alpha=0.0,
        batch_size=_BATCH,
        learning_rate_init=_RATE,
        momentum=0.0,
        max_iter=epochs,
        tol=0.0,
        n_iter_no_change=epochs + 1,
        random_state=seed,
    )
    y = problem.dataset.load().y_train
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        began = time.process_time()
        outside.fit(X, y)
        return outside, time.process_time() - began


def _products(problem: NetworkTraining) -> float:
    """Return the seconds that BLAS needs for an update's matrix products, in single precision."""
    features = problem.dataset.sizes().n_features
    total = 0.0
    for i, (units, inputs) in enumerate(problem.network.shapes(features)):
        shapes = (units, inputs), (inputs, _BATCH), (units, _BATCH)
        W, a, delta = (np.ones(shape, np.float32) for shape in shapes)
        there_and_back = [(W, a, delta), (delta, a.T, W), (W.T, delta, a)]
        for left, right, out in there_and_back[: 3 if i else 2]:
            total += _usual(partial(left.dot, right, out))
    return total


def _usual(work: Callable[[], object], times: int = 200) -> float:
    """Return the seconds of a piece of work, as the median of some stretches."""
    found = []
    for _ in range(9):
        began = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - began) / times)
    return statistics.median(found)
