"""A row's numbers are those of training: its loss, its class, the gradient of it alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from optiviz.datasets.classification import Classification
from optiviz.networks import passes
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.backward import Backward
from optiviz.networks.kernels import Kernel
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Layer, Network
from optiviz.problems.network_training import NetworkTraining

RNG = np.random.default_rng(8)
X = RNG.normal(size=(12, 4))
SLOPED = [name for name, a in ACTIVATIONS.items() if a.has_slope]
LOSSES_WITH_SLOPE = [name for name, loss in LOSSES.items() if loss.has_slope]


def suits(output, units, loss):
    activation = ACTIVATIONS[output]
    allowed = LOSSES[loss].outputs
    return units >= activation.fewest_units and (not allowed or output in allowed)


CASES = [
    (hidden, output, units, loss)
    for hidden, output, units, loss in itertools.product(SLOPED, SLOPED, (1, 3), LOSSES_WITH_SLOPE)
    if not ACTIVATIONS[hidden].output_only and suits(output, units, loss)
]


def made(hidden, output, units):
    network = Network(
        layers=(
            Layer(units=5, activation=hidden),
            Layer(units=3, activation=hidden),
            Layer(units=units, activation=output),
        )
    )
    classes = np.arange(12) % (units if units > 1 else 2)
    target = np.equal(classes, np.arange(units)[:, None] if units > 1 else 1)
    return network, np.atleast_2d(target), RNG.normal(size=network.dim(4))


@pytest.mark.parametrize("loss", LOSSES_WITH_SLOPE)
@pytest.mark.parametrize("hidden", [h for h in SLOPED if not ACTIVATIONS[h].output_only])
def test_the_gradient_of_a_row_is_that_of_training_on_it_alone(hidden, loss):
    cases = [case for case in CASES if case[0] == hidden and case[3] == loss]
    assert cases
    for _, output, units, _ in cases:
        network, target, w = made(hidden, output, units)
        one = Backward(network, LOSSES[loss], X, target)
        for i in range(len(X)):
            expected = np.empty_like(w)
            f = one.value_and_gradient(w, one.table.taken(np.array([i])), expected)
            passed = passes.forward(network, w, X[i], target[:, i], LOSSES[loss])
            assert passed.loss == pytest.approx(f, rel=1e-12, abs=1e-15)
            gradient = passes.flat(passes.backward(passed, LOSSES[loss]))
            scale = max(1.0, np.abs(expected).max())
            np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-12 * scale)


def test_kinks_have_the_slopes_that_training_takes():
    """ReLU at 0, a hinge on its edge, an absolute error of nothing: no step comes from there."""
    network = Network(
        layers=(Layer(units=2, activation="relu"), Layer(activation="identity", units=1))
    )
    w = np.zeros(network.dim(4))
    for loss, target in (
        ("hinge", np.ones((1, 12), bool)),
        ("mean_absolute_error", np.zeros((1, 12))),
    ):
        one = Backward(network, LOSSES[loss], X, target)
        for bias in (0.0, 1.0):
            w[-1] = bias
            expected = np.empty_like(w)
            one.value_and_gradient(w, one.table.taken(np.array([3])), expected)
            passed = passes.forward(network, w, X[3], target[:, 3], LOSSES[loss])
            np.testing.assert_array_equal(
                passes.flat(passes.backward(passed, LOSSES[loss])), expected
            )


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_number_follows_from_those_before_it(activation):
    units = 3
    hidden = "tanh" if ACTIVATIONS[activation].output_only else activation
    network, target, w = made(hidden, activation, units)
    passed = passes.forward(network, w, X[0], target[:, 0], LOSSES["accuracy"])
    below = X[0]
    for layer in passed.layers:
        np.testing.assert_array_equal(layer.inputs, below)
        np.testing.assert_array_equal(layer.products, layer.weights * below)
        np.testing.assert_allclose(layer.products.sum(axis=1) + layer.biases, layer.z, atol=1e-12)
        below = layer.a
    z = Kernel(network, X, target).weighted_sums(w)
    np.testing.assert_allclose(passed.layers[-1].z, z[:, 0], rtol=1e-12, atol=1e-12)
    many = passes.activations(network, w, X)
    for layer, said in zip(passed.layers, many, strict=True):
        np.testing.assert_allclose(said[:, 0], layer.a, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("output", "objective"), [
    ("sigmoid", "log_loss"), ("step", "accuracy"), ("identity", "hinge"), ("sine", "accuracy"),
])  # fmt: skip
@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_class_and_the_loss_are_the_problems_own(output, objective, n_classes):
    problem = NetworkTraining(
        dataset=Classification(n_samples=40, n_features=4, n_classes=n_classes, n_informative=3,
                               n_redundant=0),
        network=Network(layers=(
            Layer(units=3), Layer(units=1 if n_classes == 2 else 3, activation=output),
        )),
        objective=objective,
        l1=0.1 if objective != "accuracy" else 0.0,
        l2=0.2 if objective != "accuracy" else 0.0,
    )  # fmt: skip
    evaluator = problem.evaluator()
    w = RNG.normal(size=problem.dim)
    rows, y = evaluator.data.X_train, evaluator.data.y_train
    said = evaluator.predict(w, rows)
    losses = []
    for i in range(len(rows)):
        target = evaluator.target(y[i : i + 1])[:, 0]
        passed = passes.forward(problem.network, w, rows[i], target, evaluator.loss)
        assert passed.said == said[i]
        losses.append(passed.loss)
    penalty = evaluator.penalty.of(w[None])[0]
    assert np.mean(losses) + penalty == pytest.approx(evaluator.evaluate(w[None])[0], rel=1e-12)
    if objective != "accuracy":
        gradient = passes.flat(passes.backward(passed, evaluator.loss))
        evaluator.penalty.add_slope(w, gradient)
        _, expected = evaluator.value_and_gradient(w, np.array([len(rows) - 1]))
        np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-13)


def test_weights_without_a_value_pass_through_quietly():
    network, target, w = made("tanh", "sigmoid", 1)
    for bad in (np.nan, np.inf, 1e300):
        passed = passes.forward(network, w * bad, X[0], target[:, 0], LOSSES["log_loss"])
        assert len(passes.flat(passes.backward(passed, LOSSES["log_loss"]))) == len(w)
