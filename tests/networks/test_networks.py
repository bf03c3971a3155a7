"""Networks compute what they say: against a tiny forward pass of our own, and scikit-learn."""

from __future__ import annotations

from math import erfc, exp, expm1, log1p, sin, sqrt, tanh

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss
from sklearn.neural_network import MLPClassifier

from optiviz.datasets.classification import Classification
from optiviz.engine.draws import Draws
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.backward import Backward
from optiviz.networks.kernels import Kernel
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Layer, Network
from optiviz.problems.network_training import NetworkTraining

PLAIN = {
    "step": lambda z: 1.0 if z >= 0 else 0.0,
    "sigmoid": lambda z: 1 / (1 + exp(-z)) if z > -700 else 0.0,
    "tanh": tanh,
    "relu": lambda z: max(0.0, z),
    "leaky_relu": lambda z: z if z > 0 else z / 100,
    "elu": lambda z: z if z > 0 else expm1(z),
    "softplus": lambda z: log1p(exp(z)) if z < 0 else z + log1p(exp(-z)),
    "gelu": lambda z: z * erfc(-z / sqrt(2)) / 2,
    "sine": sin,
    "identity": lambda z: z,
}


def outputs(network, weights, row):
    """Feed one row forward, a number at a time: each node's weights, then its bias."""
    at, values = 0, list(row)
    for layer in network.layers:
        after = []
        for _ in range(layer.units):
            z = 0.0
            for value in values:
                z += weights[at] * value
                at += 1
            after.append(PLAIN[layer.activation](z + weights[at]))
            at += 1
        values = after
    assert at == len(weights)
    return values


def problem_of(*layers, n_classes=2, objective="log_loss", n_samples=60):
    return NetworkTraining(
        dataset=Classification(n_samples=n_samples, n_informative=3, n_classes=n_classes),
        network=Network(layers=tuple(Layer(units=u, activation=a) for u, a in layers)),
        objective=objective,
        initialization="randn",
    )


SHAPES = [
    [(1, "sigmoid")],
    [(1, "step")],
    [(4, "tanh"), (1, "sigmoid")],
    [(4, "relu"), (3, "step"), (1, "tanh")],
    [(2, "sigmoid"), (5, "sigmoid"), (1, "identity")],
    [(3, "identity"), (1, "relu")],
    [(1, "sigmoid"), (1, "sigmoid")],
    [(3, "sine"), (1, "sine")],
    [(3, "elu"), (1, "softplus")],
    [(3, "leaky_relu"), (2, "softplus"), (1, "gelu")],
    [(3, "gelu"), (1, "elu")],
]


@pytest.mark.parametrize("layers", SHAPES, ids=str)
def test_forward_pass_and_layout(layers):
    problem = problem_of(*layers, objective="accuracy")
    evaluator = problem.evaluator()
    X, y = evaluator.data.X_train, evaluator.data.y_train
    last = ACTIVATIONS[layers[-1][1]]
    for w in problem.sample(Draws(1), "w", 0, 4):
        said = np.array([outputs(problem.network, w, row)[0] for row in X])
        shares = np.clip((said - last.low) / (last.high - last.low), 0, 1)
        np.testing.assert_allclose(evaluator.probabilities(w, X)[0], shares, atol=1e-12)
        middle = (last.low + last.high) / 2
        classes = (said > middle).astype(int)
        np.testing.assert_array_equal(evaluator.predict(w, X), classes)
        error = np.mean(classes != y)
        assert evaluator.evaluate(w[None])[0] == pytest.approx(error, abs=1e-15)
        metrics = evaluator.metrics(w)
        targets = last.low + y * (last.high - last.low)
        assert metrics["train_accuracy"] == pytest.approx(accuracy_score(y, classes))
        squared = np.mean((said - targets) ** 2)
        assert metrics["train_mean_squared_error"] == pytest.approx(squared)
        p = np.clip(shares, 1e-15, 1 - 1e-15)
        surprise = np.mean(-np.log(np.where(y == 1, p, 1 - p)))
        assert metrics["train_log_loss"] == pytest.approx(surprise, rel=1e-6)


@pytest.mark.parametrize("layers", [[(3, "sigmoid")], [(4, "tanh"), (3, "sigmoid")]], ids=str)
def test_three_classes(layers):
    problem = problem_of(*layers, n_classes=3)
    evaluator = problem.evaluator()
    X, y = evaluator.data.X_test, evaluator.data.y_test
    w = problem.sample(Draws(1), "w", 0, 1)[0]
    said = np.array([outputs(problem.network, w, row) for row in X]).T
    np.testing.assert_allclose(evaluator.probabilities(w, X), said, atol=1e-12)
    classes = said.argmax(axis=0)
    np.testing.assert_array_equal(evaluator.predict(w, X), classes)
    metrics = evaluator.metrics(w)
    assert metrics["test_accuracy"] == pytest.approx(accuracy_score(y, classes))
    wanted = np.arange(3)[:, None] == y
    each = -np.log(np.where(wanted, said, 1 - said)).sum(axis=0)
    assert metrics["test_log_loss"] == pytest.approx(each.mean())
    assert metrics["test_mean_squared_error"] == pytest.approx(
        np.square(said - wanted).sum(axis=0).mean()
    )


@pytest.mark.parametrize("layers", [((9, "relu"), (1, "sigmoid")), ((9, "tanh"), (3, "softmax"))])
def test_a_picture_is_what_the_network_says_to_single_precision(layers):
    evaluator = problem_of(*layers, n_classes=max(2, layers[-1][0])).evaluator()
    w = np.random.default_rng(2).normal(size=evaluator.dim)
    X = np.random.default_rng(1).normal(size=(5000, 5))
    p, classes = evaluator.picture(w, X)
    expected = evaluator.probabilities(w, X)
    np.testing.assert_allclose(p, expected, atol=1e-5)
    assert np.abs(p - expected).max() > 0
    differ = classes != evaluator.predict(w, X)
    assert differ.sum() <= 5  # at the edge alone
    ranked = np.sort(np.vstack([expected, 1 - expected] if len(expected) == 1 else expected), 0)
    assert (ranked[-1] - ranked[-2])[differ].max(initial=0.0) < 1e-4


@pytest.mark.parametrize(("size", "offset"), [(1e30, 0.0), (1.0, 1e6)])
def test_a_picture_for_which_single_precision_is_too_coarse_is_exact(size, offset):
    """Else it would be blank, or show stripes that are not the network's."""
    evaluator = problem_of((9, "relu"), (1, "sigmoid")).evaluator()
    w = np.random.default_rng(2).normal(size=evaluator.dim) * size
    X = np.random.default_rng(1).normal(size=(500, 5)) + offset
    p, classes = evaluator.picture(w, X)
    assert p.tobytes() == evaluator.probabilities(w, X).tobytes()
    assert classes.tobytes() == evaluator.predict(w, X).tobytes()


def test_log_loss_is_that_of_scikit_learn():
    problem = problem_of((4, "tanh"), (1, "sigmoid"))
    evaluator = problem.evaluator()
    for w in problem.sample(Draws(2), "w", 0, 5):
        p = evaluator.probabilities(w, evaluator.data.X_train)[0]
        expected = log_loss(evaluator.data.y_train, p)
        assert evaluator.evaluate(w[None])[0] == pytest.approx(expected, rel=1e-12)


def test_gradient_is_that_of_scikit_learn():
    """One step of plain gradient descent there must be the one here."""
    problem = problem_of((4, "tanh"), (1, "sigmoid"), n_samples=90)
    evaluator = problem.evaluator()
    data, rate = evaluator.data, 0.3
    w = problem.sample(Draws(3), "w", 0, 1)[0] * 0.5
    outside = MLPClassifier(
        hidden_layer_sizes=(4,),
        activation="tanh",
        solver="sgd",
        alpha=0.0,
        batch_size=len(data.X_train),
        learning_rate_init=rate,
        momentum=0.0,
        max_iter=1,
    )
    outside.partial_fit(data.X_train, data.y_train, classes=[0, 1])
    matrices = problem.network.matrices(w, 5)
    outside.coefs_ = [W[:, :-1].T.copy() for W in matrices]
    outside.intercepts_ = [W[:, -1].copy() for W in matrices]
    outside.partial_fit(data.X_train, data.y_train)
    after = np.concatenate(
        [
            np.column_stack([coef.T, bias]).ravel()
            for coef, bias in zip(outside.coefs_, outside.intercepts_, strict=True)
        ]
    )
    f, gradient = evaluator.value_and_gradient(w)
    np.testing.assert_allclose(w - rate * gradient, after, rtol=0, atol=1e-12)
    p = evaluator.probabilities(w, data.X_train)[0]
    assert f == pytest.approx(log_loss(data.y_train, p), rel=1e-12)


def test_the_gradient_of_a_batch_is_a_mean_as_that_of_all_rows_is():
    """It was a sum: mini-batches of 50 went 50 times as far as the learning rate says."""
    problem = problem_of((4, "tanh"), (1, "sigmoid"))
    evaluator = problem.evaluator()
    w = problem.sample(Draws(4), "w", 0, 1)[0]
    n = problem.n_rows
    f, gradient = evaluator.value_and_gradient(w)
    g, all_rows = evaluator.value_and_gradient(w, np.arange(n))
    np.testing.assert_allclose(all_rows, gradient, rtol=1e-10)
    assert g == pytest.approx(f)
    parts = [np.arange(0, 7), np.arange(7, 30), np.arange(30, n)]
    mean = sum(len(part) * evaluator.gradient(w, part) for part in parts) / n
    np.testing.assert_allclose(mean, gradient, rtol=1e-10)
    twice = evaluator.gradient(w, np.repeat(parts[0], 2))
    np.testing.assert_allclose(twice, evaluator.gradient(w, parts[0]), rtol=1e-10)


def test_sizes_of_the_classic_networks():
    assert Network(layers=(Layer(units=10), Layer(units=1))).dim(5) == 71
    assert Network(layers=(Layer(units=1, activation="step"),)).dim(5) == 6


def test_layout_in_words():
    network = Network(layers=(Layer(units=2), Layer(units=1)))
    hidden, output = network.matrices(np.arange(11.0), 3)
    np.testing.assert_array_equal(hidden, [[0, 1, 2, 3], [4, 5, 6, 7]])
    np.testing.assert_array_equal(output, [[8, 9, 10]])
    hidden[0, 0] = -1  # a view


@pytest.mark.parametrize("how", ["rand", "randn", "glorot", "he", "zeros"])
def test_initializations(how):
    network = Network(layers=(Layer(units=40), Layer(units=3)))
    X = network.initial(how, 60, Draws(1), "start", 0, 50)
    hidden = network.matrices(X, 60)[0]
    weights, biases = hidden[..., :-1], hidden[..., -1]
    if how == "rand":
        assert 0 <= X.min() < 0.01
        assert 0.99 < X.max() < 1
    elif how == "randn":
        assert abs(X.std() - 1) < 0.01
    elif how == "glorot":
        limit = np.sqrt(6 / (60 + 40))  # Glorot & Bengio 2010, eq. 16
        assert 0.99 * limit < np.abs(weights).max() <= limit
        assert abs(weights.var() - 2 / 100) < 1e-3
    elif how == "he":
        assert abs(weights.std() - np.sqrt(2 / 60)) < 2e-3
    else:
        assert not X.any()
    if how in ("glorot", "he"):
        assert not biases.any()


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "softmax"])
def test_activations(name):
    activation = ACTIVATIONS[name]
    z = np.array([-800.0, -2.0, -0.3, 0.0, 0.3, 2.0, 800.0])
    a = z.copy()
    activation.apply(a)
    np.testing.assert_allclose(a, [PLAIN[name](v) for v in z], rtol=1e-15, atol=1e-15)
    if activation.core is not None:
        parts = activation.shift + activation.gain * activation.core(activation.pace * z)
        np.testing.assert_allclose(parts, a, atol=1e-15)
    if activation.has_slope:
        inner = z[1:-1]
        inner = inner[inner != 0]
        up, down = inner + 1e-6, inner - 1e-6
        activation.apply(up)
        activation.apply(down)
        value = inner.copy()
        activation.apply(value)
        slope = activation.slope(inner, value)
        np.testing.assert_allclose(slope, (up - down) / 2e-6, atol=1e-8)


def test_losses_that_would_overflow_do_not():
    z = np.array([[[-1e4, 1e4, 0.0]]])
    target = np.array([[True, True, False]])
    sums = LOSSES["log_loss"].sums(z, ACTIVATIONS["sigmoid"], target)
    assert sums[0] == pytest.approx(1e4 + 0 + np.log(2))


@pytest.mark.parametrize("n_rows", [1, 2, 4095, 4096, 4097, 9000])
def test_chunks_of_rows(n_rows):
    rng = np.random.default_rng(0)
    X, target = rng.normal(size=(n_rows, 2)), rng.random((1, n_rows)) < 0.5
    network = Network(layers=(Layer(units=3, activation="tanh"), Layer(units=1)))
    kernel = Kernel(network, X, target)
    w = rng.normal(size=network.dim(2))
    z = np.array([outputs(network, w, row)[0] for row in X[:: max(1, n_rows // 50)]])
    found = 1 / (1 + np.exp(-kernel.weighted_sums(w)[0]))
    np.testing.assert_allclose(found[:: max(1, n_rows // 50)], z, atol=1e-12)
    value = kernel.losses(w[None], LOSSES["log_loss"])[0]
    p = np.where(target[0], found, 1 - found)
    assert value == pytest.approx(-np.log(p).mean())
    backward = Backward(network, LOSSES["log_loss"], X, target)
    gradient = np.empty_like(w)
    assert backward.value_and_gradient(w, backward.table, gradient) == pytest.approx(value)


def test_a_network_of_many_weights_can_be_run():
    """Draws wider than a tile failed, and with them every network of over 8,192 weights."""
    from optiviz.engine.run import Run, RunStatus
    from optiviz.engine.spec import RunSpec
    from optiviz.engine.stopping import StoppingCriterion
    from optiviz.optimizers.hill_climbing import HillClimbing

    problem = problem_of((3000, "tanh"), (1, "sigmoid"))
    assert problem.dim > 8192
    stopping = StoppingCriterion(max_iterations=5)
    run = Run(RunSpec(problem=problem, optimizer=HillClimbing(), stopping=stopping)).finish()
    assert run.status is RunStatus.FINISHED, run.failure
    assert run.k == 5
