"""Networks without hidden layers are the linear models of statistics, to scikit-learn's digits."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge

from optiviz.datasets.classification import Classification
from optiviz.datasets.friedman1 import Friedman1
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.lbfgs import Lbfgs
from optiviz.problems.network_training import NetworkTraining

TWO = Classification(n_samples=300, flip_y=0.1, standardize=True)
FOUR = Classification(n_samples=300, n_informative=4, n_redundant=0, n_classes=4, flip_y=0.1)
NUMBERS = Friedman1(n_samples=200)


def linear(dataset, objective, units, activation, **penalties):
    network = Network(layers=(Layer(units=units, activation=activation),))
    return NetworkTraining(dataset=dataset, network=network, objective=objective, **penalties)


def trained(problem):
    """Return coefficients (outputs, features) and intercepts (outputs,) at the lowest point."""
    stopping = StoppingCriterion(max_iterations=1000)
    run = Run(RunSpec(problem=problem, optimizer=Lbfgs(), stopping=stopping)).finish()
    w = run.state_now.best_x
    (W,) = problem.network.matrices(w, problem.dataset.sizes().n_features)
    return W[:, :-1], W[:, -1]


def test_linear_regression():
    data = NUMBERS.load()
    theirs = LinearRegression().fit(data.X_train, data.y_train)
    W, b = trained(linear(NUMBERS, "mean_squared_error", 1, "identity"))
    np.testing.assert_allclose(W[0], theirs.coef_, rtol=0, atol=1e-6)
    np.testing.assert_allclose(b[0], theirs.intercept_, rtol=0, atol=1e-6)


@pytest.mark.parametrize("alpha", [0.1, 30.0])
def test_ridge_regression(alpha):
    data = NUMBERS.load()
    theirs = Ridge(alpha=alpha, solver="svd").fit(data.X_train, data.y_train)
    l2 = 2 * alpha / len(data.y_train)
    W, b = trained(linear(NUMBERS, "mean_squared_error", 1, "identity", l2=l2))
    np.testing.assert_allclose(W[0], theirs.coef_, rtol=0, atol=1e-6)
    np.testing.assert_allclose(b[0], theirs.intercept_, rtol=0, atol=1e-6)


def test_lasso():
    """A corner that no slope finds to the last digit: theirs must be the lowest point of ours."""
    data = NUMBERS.load()
    theirs = Lasso(alpha=0.7, tol=1e-14, max_iter=100_000).fit(data.X_train, data.y_train)
    best = np.append(theirs.coef_, theirs.intercept_)
    around = np.random.default_rng(1).standard_normal((2000, len(best)))
    problem = linear(NUMBERS, "mean_squared_error", 1, "identity", l1=1.4)
    for size in (1e-1, 1e-3, 1e-5):
        values = problem.evaluator().evaluate(np.concatenate([best[None], best + size * around]))
        assert values.argmin() == 0


@pytest.mark.parametrize("C", [0.05, 10.0])
def test_logistic_regression_of_two_classes(C):
    data = TWO.load()
    theirs = LogisticRegression(C=C, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    theirs.fit(data.X_train, data.y_train)
    l2 = 1 / (C * len(data.y_train))
    W, b = trained(linear(TWO, "log_loss", 1, "sigmoid", l2=l2))
    np.testing.assert_allclose(W, theirs.coef_, rtol=0, atol=1e-6)
    np.testing.assert_allclose(b, theirs.intercept_, rtol=0, atol=1e-6)


def test_logistic_regression_of_four_classes():
    data = FOUR.load()
    theirs = LogisticRegression(C=2.0, solver="lbfgs", tol=1e-13, max_iter=10_000)
    with warnings.catch_warnings():  # it stops where rounding ends, and says so
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(data.X_train, data.y_train)
    l2 = 1 / (2.0 * len(data.y_train))
    W, b = trained(linear(FOUR, "log_loss", 4, "softmax", l2=l2))
    np.testing.assert_allclose(W, theirs.coef_, rtol=0, atol=1e-6)
    # Softmax leaves open what is added to all intercepts.
    shift = b.mean() - theirs.intercept_.mean()
    np.testing.assert_allclose(b - shift, theirs.intercept_, rtol=0, atol=1e-6)
    said = np.argmax(data.X_test @ W.T + b, axis=1)
    np.testing.assert_array_equal(said, theirs.predict(data.X_test))


@pytest.mark.parametrize(
    ("problem", "name"),
    [
        (linear(NUMBERS, "mean_squared_error", 1, "identity"), "linear regression"),
        (linear(TWO, "log_loss", 1, "sigmoid"), "logistic regression"),
        (linear(FOUR, "log_loss", 4, "softmax"), "logistic regression"),
        (linear(NUMBERS, "mean_squared_error", 1, "identity", l2=1.0), "ridge regression"),
        (linear(NUMBERS, "mean_squared_error", 1, "identity", l1=1.0), "lasso"),
        (linear(NUMBERS, "mean_squared_error", 1, "identity", l1=1.0, l2=1.0), "elastic net"),
        (linear(TWO, "hinge", 1, "identity", l2=0.1), "linear support vector machine"),
        (linear(TWO, "hinge", 1, "identity"), ""),
        (linear(FOUR, "log_loss", 4, "sigmoid"), ""),
        (linear(NUMBERS, "mean_absolute_error", 1, "identity"), ""),
        (linear(NUMBERS, "mean_squared_error", 1, "tanh"), ""),
    ],
)
def test_sentences_call_them_by_their_names(problem, name):
    assert (f"({name})" in problem.sentence()) if name else ("(" not in problem.network_sentence())
