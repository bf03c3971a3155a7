"""Second derivatives of networks are those of their gradients, whatever they are made of.

Newton's method would go astray with wrong ones, and only a little: nobody would see why.
"""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.datasets.classification import Classification
from optiviz.engine.problem import Evaluator
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.networks import curvature
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.backward import Backward
from optiviz.networks.curvature import Curvature
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.newton import Newton
from optiviz.problems.network_training import NetworkTraining

HIDDEN = [
    name
    for name, activation in ACTIVATIONS.items()
    if activation.has_slope and not activation.output_only
]


def both(network, outputs, loss, n_rows=40):
    """Return the Hessian by products and by differences of the gradient."""
    random = np.random.default_rng(4)
    X = random.normal(size=(n_rows, 3))
    target = np.arange(outputs)[:, None] == random.integers(0, max(2, outputs), n_rows)
    backward = Backward(network, LOSSES[loss], X, target)
    w = random.normal(size=network.dim(3))
    h = 1e-6

    def gradient(at):
        found = np.empty(len(w))
        backward.value_and_gradient(at, backward.table, found)
        return found

    by_differences = np.array(
        [(gradient(w + h * e) - gradient(w - h * e)) / (2 * h) for e in np.eye(len(w))]
    )
    return Curvature(network, X, target).hessian(w, LOSSES[loss]), by_differences


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(
    ("loss", "output", "outputs"),
    [
        ("log_loss", "sigmoid", 1),
        ("mean_squared_error", "tanh", 3),
        ("mean_squared_error", "identity", 1),
    ],
)
def test_every_activation_in_two_layers(hidden, loss, output, outputs):
    layers = (
        Layer(units=4, activation=hidden),
        Layer(units=3, activation=hidden),
        Layer(units=outputs, activation=output),
    )
    found, expected = both(Network(layers=layers), outputs, loss)
    np.testing.assert_allclose(found, expected, atol=2e-7 * max(1, np.abs(expected).max()))
    np.testing.assert_array_equal(found, found.T)


@pytest.mark.parametrize("output", [name for name, a in ACTIVATIONS.items() if a.has_slope])
def test_every_activation_of_outputs(output):
    """Softmax outputs too, each of which depends on all weighted sums."""
    network = Network(layers=(Layer(units=3, activation=output),))
    found, expected = both(network, 3, "mean_squared_error")
    np.testing.assert_allclose(found, expected, atol=2e-7 * max(1, np.abs(expected).max()))


def test_an_activation_of_which_no_second_derivative_is_known(monkeypatch):
    network = Network(layers=(Layer(units=4, activation="tanh"), Layer(units=1)))
    known, _ = both(network, 1, "log_loss")
    monkeypatch.setattr(curvature, "_BENDS", {})
    found, _ = both(network, 1, "log_loss")
    np.testing.assert_allclose(found, known, atol=1e-9)
    assert np.abs(found - known).max() > 0


def test_many_rows_go_in_parts(monkeypatch):
    network = Network(layers=(Layer(units=4, activation="tanh"), Layer(units=1)))
    whole, _ = both(network, 1, "log_loss", 300)
    monkeypatch.setattr(curvature, "_NUMBERS", 5000)
    parts, _ = both(network, 1, "log_loss", 300)
    np.testing.assert_allclose(parts, whole, rtol=0, atol=1e-12)


def test_logistic_regression_by_the_book():
    """The Hessian of the mean log loss is X' diag(p (1 - p)) X / n."""
    network = Network(layers=(Layer(units=1),))
    random = np.random.default_rng(0)
    X, w = random.normal(size=(50, 4)), random.normal(size=5)
    target = random.random((1, 50)) < 0.5
    table = np.column_stack((X, np.ones(50)))
    p = 1 / (1 + np.exp(-table @ w))
    expected = (table.T * (p * (1 - p))) @ table / 50
    found = Curvature(network, X, target).hessian(w, LOSSES["log_loss"])
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_an_evaluator_counts_a_product_for_each_weight():
    problem = NetworkTraining(
        dataset=Classification(n_samples=80),
        network=Network(layers=(Layer(units=3, activation="tanh"), Layer(units=1))),
        objective="log_loss",
    )
    evaluator = problem.evaluator()
    x = np.random.default_rng(1).normal(size=problem.dim)
    np.testing.assert_allclose(evaluator.hessian(x), Evaluator.hessian(evaluator, x), atol=1e-8)
    run = Run(
        RunSpec(problem=problem, optimizer=Newton(), stopping=StoppingCriterion(max_iterations=1))
    ).finish()
    line = run.trace.rows(1, 2).channels[0, 2]
    assert run.state_now.gradient_evaluations == 1 + problem.dim + line
    jumps = problem.replace(objective="accuracy").evaluator()
    with pytest.raises(NotImplementedError, match="accuracy only changes in jumps"):
        jumps.hessian(x)
