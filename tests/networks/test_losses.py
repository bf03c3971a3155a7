"""Every objective is what its definition says, has the slope that it has, and refuses the rest."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from scipy import special
from sklearn import metrics

from optiviz.datasets.classification import Classification
from optiviz.datasets.friedman1 import Friedman1
from optiviz.engine.draws import Draws
from optiviz.engine.parameters import SpecError
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.kernels import Kernel
from optiviz.networks.losses import LOSSES, MEASURES, unexplained
from optiviz.networks.network import Layer, Network
from optiviz.networks.normal import density, share_below
from optiviz.problems.network_training import NetworkTraining
from optiviz.testing.problems import check_gradient, check_rows

SLOPED = [name for name, activation in ACTIVATIONS.items() if activation.has_slope]
ALONE = [name for name in SLOPED if name != "softmax"]
THREE = Classification(n_samples=40, n_informative=3, n_classes=3, standardize=True)
TWO = Classification(n_samples=40, standardize=True)
NUMBERS = Friedman1(n_samples=60)


def training(dataset, objective, *layers, **settings):
    return NetworkTraining(
        dataset=dataset,
        network=Network(layers=tuple(Layer(units=u, activation=a) for u, a in layers)),
        objective=objective,
        **({"initialization": "randn"} | settings),
    )


def outputs_of(problem):
    """Draw one point; return its weighted sums and outputs (outputs, rows), and the data."""
    evaluator = problem.evaluator()
    w = problem.sample(Draws(1), "w", 0, 1)[0]
    z = evaluator._train.weighted_sums(w)
    return w, z, evaluator.outputs(w, evaluator.data.X_train), evaluator


# The normal distribution


def test_the_normal_distribution_is_exact_to_double_precision():
    z = np.concatenate([np.linspace(-12, 12, 100_001), [0.0, 1e150, -1e150, np.nan]])
    np.testing.assert_allclose(share_below(z), special.ndtr(z), rtol=0, atol=3e-16)
    z = np.linspace(-8, 8, 10_001)  # a unit far below must not lose all its digits
    np.testing.assert_allclose(share_below(z), special.ndtr(z), rtol=1e-12)
    np.testing.assert_allclose(density(z), np.exp(-z * z / 2) / np.sqrt(2 * np.pi), rtol=1e-15)


# Each loss by its definition


@pytest.mark.parametrize("output", ["sigmoid", "tanh", "identity", "softplus", "gelu", "sine"])
def test_errors_of_one_output(output):
    problem = training(TWO, "mean_absolute_error", (3, "tanh"), (1, output))
    w, _, a, evaluator = outputs_of(problem)
    last, y = ACTIVATIONS[output], evaluator.data.y_train
    wanted = np.where(y == 1, last.high, last.low)
    assert evaluator.evaluate(w[None])[0] == pytest.approx(np.abs(a[0] - wanted).mean())
    squared = problem.replace(objective="mean_squared_error").evaluator()
    assert squared.evaluate(w[None])[0] == pytest.approx(np.square(a[0] - wanted).mean())


@pytest.mark.parametrize("output", ["identity", "softplus", "sigmoid"])
def test_numbers_are_targets_as_they_are(output):
    """Mapped to what a unit says for a class, they would be learned wrong."""
    problem = training(NUMBERS, "mean_squared_error", (3, "tanh"), (1, output))
    w, _, a, evaluator = outputs_of(problem)
    y = evaluator.data.y_train
    assert y.dtype == np.float64
    error = metrics.mean_squared_error(y, a[0])
    assert evaluator.evaluate(w[None])[0] == pytest.approx(error)
    assert evaluator.value_and_gradient(w)[0] == pytest.approx(error)
    np.testing.assert_array_equal(evaluator.predict(w, evaluator.data.X_train), a[0])


def test_softmax_and_its_log_loss():
    problem = training(THREE, "log_loss", (4, "tanh"), (3, "softmax"))
    w, z, a, evaluator = outputs_of(problem)
    y = evaluator.data.y_train
    for column, shares in zip(z.T.tolist(), a.T.tolist(), strict=True):
        total = sum(exp(v) for v in column)
        assert shares == pytest.approx([exp(v) / total for v in column], rel=1e-13)
    by_hand = -sum(log(a[c, i]) for i, c in enumerate(y.tolist())) / len(y)
    assert evaluator.evaluate(w[None])[0] == pytest.approx(by_hand, rel=1e-13)
    assert by_hand == pytest.approx(metrics.log_loss(y, a.T))
    np.testing.assert_array_equal(evaluator.predict(w, evaluator.data.X_train), a.argmax(axis=0))
    np.testing.assert_array_equal(evaluator.probabilities(w, evaluator.data.X_train), a)


def test_two_softmax_outputs_are_one_sigmoid_of_their_difference():
    problem = training(TWO, "log_loss", (2, "softmax"))
    w, _, _, evaluator = outputs_of(problem)
    single = training(TWO, "log_loss", (1, "sigmoid")).evaluator()
    first, second = problem.network.matrices(w, 5)[0]
    v = second - first
    assert evaluator.evaluate(w[None])[0] == pytest.approx(single.evaluate(v[None])[0], rel=1e-13)
    both = evaluator.predict(w, evaluator.data.X_test)
    np.testing.assert_array_equal(both, single.predict(v, evaluator.data.X_test))
    found, alone = evaluator.metrics(w), single.metrics(v)
    assert found["test_accuracy"] == alone["test_accuracy"]


def test_large_sums_do_not_overflow():
    z = np.array([[1e4, 0.0, -1e4], [-1e4, 0.0, -1e4], [0.0, 0.0, 1e4]])
    target = np.array([[True, True, True], [False, False, False], [False, False, False]])
    softmax = ACTIVATIONS["softmax"]
    assert LOSSES["log_loss"].sums(z[None].copy(), softmax, target)[0] == 2e4 + log(3)
    a = z.copy()
    softmax.apply(a)
    np.testing.assert_allclose(a, [[1, 1 / 3, 0], [0, 1 / 3, 0], [0, 1 / 3, 1]])
    slope = LOSSES["log_loss"].slope(z, a, softmax, target)
    np.testing.assert_allclose(slope, a - target)


def test_hinge_is_that_of_scikit_learn():
    problem = training(TWO, "hinge", (3, "tanh"), (1, "identity"))
    w, z, _, evaluator = outputs_of(problem)
    y = evaluator.data.y_train
    assert evaluator.evaluate(w[None])[0] == pytest.approx(metrics.hinge_loss(y, z[0]))
    problem = training(THREE, "hinge", (3, "tanh"), (3, "identity"))
    w, z, _, evaluator = outputs_of(problem)
    y = evaluator.data.y_train
    assert evaluator.evaluate(w[None])[0] == pytest.approx(metrics.hinge_loss(y, z.T))


def test_outputs_that_hinge_trained_are_read_by_their_sign():
    """Read as 0 and 1, all that lies between 0 and 1/2 would be named wrongly."""
    problem = training(TWO, "hinge", (1, "identity"))
    w, z, _, evaluator = outputs_of(problem)
    data = evaluator.data
    said = (z[0] > 0).astype(np.int64)
    np.testing.assert_array_equal(evaluator.predict(w, data.X_train), said)
    found = evaluator.metrics(w)
    assert found["train_accuracy"] == pytest.approx(np.mean(said == data.y_train))
    assert found["train_hinge"] == pytest.approx(evaluator.evaluate(w[None])[0])
    np.testing.assert_allclose(
        evaluator.probabilities(w, data.X_train)[0], np.clip((z[0] + 1) / 2, 0, 1)
    )
    plain = problem.replace(objective="mean_squared_error").evaluator()
    np.testing.assert_array_equal(plain.predict(w, data.X_train), z[0] > 0.5)


@pytest.mark.parametrize("output", ["sine", "gelu"])
def test_the_class_is_that_of_the_largest_answer_where_answers_do_not_rise(output):
    problem = training(THREE, "mean_squared_error", (3, output))
    w, z, a, evaluator = outputs_of(problem)
    assert (z.argmax(axis=0) != a.argmax(axis=0)).any()
    said = evaluator.predict(w, evaluator.data.X_train)
    np.testing.assert_array_equal(said, a.argmax(axis=0))
    right = np.mean(said == evaluator.data.y_train)
    assert evaluator.metrics(w)["train_accuracy"] == pytest.approx(right)


# Slopes


@pytest.mark.parametrize("objective", [name for name, loss in LOSSES.items() if loss.has_slope])
@pytest.mark.parametrize("hidden", ALONE)
def test_gradients_through_every_hidden_activation(hidden, objective):
    output = {"log_loss": "softmax"}.get(objective, "identity")
    check_gradient(training(THREE, objective, (3, hidden), (3, output)))


@pytest.mark.parametrize("objective", ["mean_squared_error", "mean_absolute_error"])
@pytest.mark.parametrize("output", SLOPED)
def test_gradients_of_every_output_activation(output, objective):
    check_gradient(training(THREE, objective, (2, "tanh"), (3, output)))
    if output != "softmax":
        check_gradient(training(TWO, objective, (2, "tanh"), (1, output)))
        check_gradient(training(NUMBERS, objective, (2, "tanh"), (1, output), l1=0.1, l2=0.2))


@pytest.mark.parametrize(
    ("dataset", "objective", "units", "output"),
    [
        (TWO, "log_loss", 1, "sigmoid"),
        (TWO, "log_loss", 2, "sigmoid"),
        (TWO, "log_loss", 2, "softmax"),
        (THREE, "log_loss", 3, "sigmoid"),
        (TWO, "hinge", 1, "identity"),
        (TWO, "hinge", 2, "identity"),
    ],
)
def test_gradients_of_the_other_outputs(dataset, objective, units, output):
    check_gradient(training(dataset, objective, (2, "gelu"), (units, output), l1=0.01, l2=0.02))


def test_slopes_at_kinks_lie_between_those_of_the_sides():
    target = np.array([[True, False]])
    identity, z = ACTIVATIONS["identity"], np.array([[1.0, 0.0]])
    assert not LOSSES["mean_absolute_error"].slope(z, z, identity, target).any()
    z = np.array([[1.0, -1.0]])
    assert not LOSSES["hinge"].slope(z, z, identity, target).any()
    z = np.array([[0.0], [0.0], [0.0]])
    slope = LOSSES["hinge"].slope(z, z, identity, np.array([[False], [True], [False]]))
    np.testing.assert_array_equal(slope, [[1], [-1], [0]])
    problem = training(TWO, "log_loss", (1, "sigmoid"), l1=1.0)
    w = np.zeros(problem.dim)
    plain = problem.replace(l1=0.0).evaluator().gradient(w)
    np.testing.assert_array_equal(problem.evaluator().gradient(w), plain)


@pytest.mark.parametrize("hidden", [*ALONE, "step"])
@pytest.mark.parametrize(("units", "output"), [(3, "softmax"), (3, "sine"), (3, "gelu")])
def test_a_point_has_the_same_bits_alone_and_among_others(hidden, units, output):
    check_rows(training(THREE, "mean_absolute_error", (7, hidden), (units, output), l1=0.1))


def test_sines_of_large_sums_have_the_same_bits_alone_and_among_others():
    """Vector units treat large arguments apart, and must not do so with their neighbours."""
    network = Network(layers=(Layer(units=5, activation="sine"), Layer(units=1)))
    random = np.random.default_rng(1)
    X, target = random.standard_normal((77, 3)), random.random((1, 77)) < 0.5
    kernel = Kernel(network, X, target)
    W = random.standard_normal((40, network.dim(3))) * 10 ** random.uniform(0, 12, (40, 1))
    together = kernel.losses(W, LOSSES["mean_squared_error"])
    alone = [kernel.losses(w[None], LOSSES["mean_squared_error"])[0] for w in W]
    assert together.tobytes() == np.array(alone).tobytes()


# What can't be


@pytest.mark.parametrize(
    ("dataset", "objective", "layers", "path", "sentence"),
    [
        (TWO, "log_loss", [(1, "tanh")], "objective",
         "log loss needs outputs that are probabilities: make the last layer sigmoid, it is tanh"),
        (THREE, "log_loss", [(3, "relu")], "objective",
         "log loss needs outputs that are probabilities: make the last layer sigmoid or softmax, "
         "it is relu"),
        (THREE, "hinge", [(3, "softmax")], "objective",
         "hinge needs outputs without bounds: make the last layer identity, it is softmax"),
        (TWO, "accuracy", [(2, "softmax"), (1, "sigmoid")], "network.layers[0].activation",
         "can't be softmax here: it weighs the classes against each other, so that it works in the "
         "last layer only; use sigmoid or tanh"),
        (TWO, "accuracy", [(1, "softmax")], "network.layers[0].activation",
         "can't be softmax with 1 unit: it needs one for each class; use sigmoid, or more units"),
        (TWO, "accuracy", [(3, "softmax")], "network.layers",
         "the last layer needs 1 unit for 2 classes or one for each, has 3"),
        (THREE, "accuracy", [(1, "sigmoid")], "network.layers",
         "the last layer needs 3 units for 3 classes, has 1"),
        (NUMBERS, "mean_squared_error", [(2, "identity")], "network.layers",
         "the last layer needs 1 unit for a number, has 2"),
        *((NUMBERS, objective, [(1, "identity")], "objective",
           f"{name} needs classes, and each row of {NUMBERS.label} has a number: "
           "use mean squared error or mean absolute error")
          for objective, name in (("accuracy", "accuracy"), ("log_loss", "log loss"),
                                  ("hinge", "hinge"))),
    ],
)  # fmt: skip
def test_what_can_not_be_says_what_would_work(dataset, objective, layers, path, sentence):
    data = {
        "dataset": dataset,
        "objective": objective,
        "network": {"layers": [{"units": u, "activation": a} for u, a in layers]},
    }
    with pytest.raises(SpecError) as caught:
        NetworkTraining.from_dict({"kind": "network_training", **data})
    assert [(m.path, m.message) for m in caught.value.mistakes] == [(path, sentence)]


# Penalties


def test_a_penalty_is_on_weights_and_not_on_biases():
    problem = training(TWO, "log_loss", (2, "tanh"), (1, "sigmoid"), l1=0.3, l2=0.7)
    plain = problem.replace(l1=0.0, l2=0.0)
    w = problem.sample(Draws(2), "w", 0, 1)[0]
    weights = np.concatenate([W[:, :-1].ravel() for W in problem.network.matrices(w, 5)])
    assert len(weights) == 2 * 5 + 2
    added = 0.3 * np.abs(weights).sum() + 0.35 * np.square(weights).sum()
    f, f_plain = problem.evaluator().evaluate(w[None])[0], plain.evaluator().evaluate(w[None])[0]
    assert f == pytest.approx(f_plain + added, rel=1e-14)
    batch = np.arange(7)
    g, g_plain = (p.evaluator().value_and_gradient(w, batch)[0] for p in (problem, plain))
    assert g == pytest.approx(g_plain + added, rel=1e-14)
    assert problem.evaluator().metrics(w) == plain.evaluator().metrics(w)


@pytest.mark.parametrize("l1", [0.0, 0.01])
@pytest.mark.parametrize("l2", [0.0, 0.5, 1e6])
def test_accuracy_that_is_screened_has_its_penalty_to_the_last_bit(l1, l2):
    problem = training(TWO, "accuracy", (9, "tanh"), (1, "sigmoid"), l1=l1, l2=l2)
    evaluator = problem.evaluator()
    assert evaluator._screen is not None
    X = problem.sample(Draws(3), "w", 0, 60)
    expected = evaluator._train.losses(X, LOSSES["accuracy"]) + evaluator.penalty.of(X)
    assert evaluator.evaluate(X).tobytes() == expected.tobytes()
    check_rows(problem)


def test_what_is_read_names_the_penalty():
    """An axis that says accuracy must show accuracy."""
    problem = training(TWO, "accuracy", (1, "sigmoid"), l2=0.1)
    assert problem.reading.name == "accuracy less the penalty"
    assert problem.reading.value(np.array(0.25)) == 0.75
    assert problem.replace(objective="log_loss").reading.name == "log loss plus the penalty"
    assert "small weights (penalty L2 0.1)" in problem.sentence()
    assert problem.replace(l2=0.0).reading == LOSSES["accuracy"].reading
    assert "penalty" not in problem.replace(l2=0.0).sentence()


# What is measured


def test_measures_of_numbers_are_those_of_scikit_learn():
    problem = training(
        Friedman1(n_samples=200), "mean_absolute_error", (4, "tanh"), (1, "identity")
    )
    evaluator = problem.evaluator()
    data = evaluator.data
    for w in problem.sample(Draws(4), "w", 0, 3):
        found = evaluator.metrics(w)
        assert set(found) == {f"{p}_{m}" for p in ("train", "test") for m in problem.measures}
        for part, X, y in (
            ("train", data.X_train, data.y_train),
            ("test", data.X_test, data.y_test),
        ):
            said = evaluator.predict(w, X)
            assert found[f"{part}_r2"] == pytest.approx(metrics.r2_score(y, said))
            squared, absolute = (
                metrics.mean_squared_error(y, said),
                metrics.mean_absolute_error(y, said),
            )
            assert found[f"{part}_mean_squared_error"] == pytest.approx(squared)
            assert found[f"{part}_mean_absolute_error"] == pytest.approx(absolute)


def test_numbers_that_are_all_the_same_have_an_r2():
    same = np.full(5, 0.1)
    for said in (same, same + 1):
        squared = float(np.square(said - same).mean())
        assert 1 - unexplained(squared, same) == metrics.r2_score(same, said)


@pytest.mark.parametrize("objective", LOSSES)
def test_the_objective_is_always_measured(objective):
    """Else its test curve would be missing."""
    output = {"hinge": "identity"}.get(objective, "sigmoid")
    problem = training(TWO, objective, (1, output))
    assert objective in problem.measures
    assert set(problem.measures) >= {"accuracy", "log_loss", "mean_squared_error"}
    assert set(problem.measures) <= set(MEASURES)
    w = problem.sample(Draws(5), "w", 0, 1)[0]
    evaluator = problem.evaluator()
    f = evaluator.evaluate(w[None])[0]
    read = evaluator.metrics(w)[f"train_{objective}"]
    assert read == pytest.approx(float(problem.reading.value(f)))
