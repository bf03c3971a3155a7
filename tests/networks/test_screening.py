"""Single precision is allowed to save time, never to change an answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiviz.networks.kernels import Kernel
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Layer, Network
from optiviz.networks.screening import Screen

ACCURACY = LOSSES["accuracy"]


def network(hidden: str, output: str, *units: int) -> Network:
    layers = tuple(Layer(units=n, activation=hidden) for n in units)
    return Network(layers=(*layers, Layer(units=1, activation=output)))


def table(seed: int, rows: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.standard_normal((rows, features)), random.random((1, rows)) > 0.5


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    hidden=st.sampled_from(["sigmoid", "tanh"]),
    output=st.sampled_from(["sigmoid", "tanh", "step"]),
    units=st.lists(st.integers(1, 12), min_size=1, max_size=3),
    size=st.floats(-6, 6),
)
def test_every_error_rate_is_that_of_double_precision(seed, hidden, output, units, size):
    net = network(hidden, output, *units)
    X, target = table(seed, 61, 4)
    W = np.random.default_rng(seed).standard_normal((9, net.dim(4))) * 10.0**size
    found = Screen(net, X, target).error_rates(W)
    assert found.tobytes() == Kernel(net, X, target).losses(W, ACCURACY).tobytes()


@pytest.mark.parametrize("nudge", [0.0, 1e-16, -1e-16, 1e-12, -1e-9, 1e-8, -1e-7, 1e-6])
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh"])
def test_rows_on_the_boundary_are_left_to_double_precision(nudge, hidden):
    net = network(hidden, "sigmoid", 10)
    X, target = table(1, 200, 5)
    kernel = Kernel(net, X, target)
    W = np.random.default_rng(2).standard_normal((40, net.dim(5)))
    for i, w in enumerate(W):  # the output's bias puts one row on the boundary, or just beside it
        w[-1] -= kernel.weighted_sums(w)[0, i] + nudge
    found = Screen(net, X, target).error_rates(W)
    assert found.tobytes() == kernel.losses(W, ACCURACY).tobytes()


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 1e300, 1e39, 1e-300, 0.0])
def test_extreme_weights_and_features(value):
    net = network("sigmoid", "sigmoid", 3)
    X, target = table(3, 30, 2)
    W = np.random.default_rng(4).standard_normal((5, net.dim(2)))
    W[1] = value
    W[2, 0] = value
    with np.errstate(all="ignore"):
        expected = Kernel(net, X, target).losses(W, ACCURACY)
        assert Screen(net, X, target).error_rates(W).tobytes() == expected.tobytes()
        X[0, 0] = value
        expected = Kernel(net, X, target).losses(W, ACCURACY)
        assert Screen(net, X, target).error_rates(W).tobytes() == expected.tobytes()


@pytest.mark.parametrize("step", [0.001, 0.2, 1.0])
@pytest.mark.parametrize("units", [(10,), (3, 4)])
@pytest.mark.parametrize("rows", [250, 700, 2500])
def test_a_climb_that_asks_for_less_gets_the_same(rows, units, step):
    """With a jury and without, near the boundary and far from it, after any history."""
    net = network("sigmoid", "sigmoid", *units)
    X, target = table(9, rows, 5)
    random = np.random.default_rng(10)
    w = random.standard_normal(net.dim(5))
    w[-1] -= np.median(Kernel(net, X, target).weighted_sums(w))
    target = Kernel(net, X, target).weighted_sums(w) > 0
    target[:, ::10] ^= True  # w is right about nine rows of ten
    kernel, screen = Kernel(net, X, target), Screen(net, X, target)
    f = kernel.losses(w[None], ACCURACY)[0]
    juries = 0
    for n in (1, 3, 40) * 40:
        W = w + step * random.standard_normal((n, len(w)))
        limits = f + 0.01 * random.random(n) * (n == 3)
        expected, found = kernel.losses(W, ACCURACY), screen.error_rates_within(W, limits)
        inside = expected <= limits
        assert found[inside].tobytes() == expected[inside].tobytes()
        assert (found[~inside] > limits[~inside]).all()
        juries += screen.share < 1
        if inside.any():
            w, f = W[inside.argmax()], expected[inside.argmax()]
    assert juries > 0 or step < 1 or units != (10,)  # small steps pass too often for one


@pytest.mark.parametrize("value", [np.inf, np.nan, 1e300, 1e39, 0.0])
def test_one_extreme_candidate_spoils_none_after_it(value):
    net = network("sigmoid", "sigmoid", 3)
    X, target = table(3, 30, 2)
    kernel, screen = Kernel(net, X, target), Screen(net, X, target)
    random = np.random.default_rng(4)
    with np.errstate(all="ignore"):
        for spoilt in (False, True, False, False, True, False):
            W = random.standard_normal((6, net.dim(2)))
            if spoilt:
                W[2, 1] = W[4] = value
            found = screen.error_rates_within(W, np.inf)
            assert found.tobytes() == kernel.losses(W, ACCURACY).tobytes()


def test_more_rows_than_a_chunk_and_more_candidates_than_a_group():
    net = network("tanh", "step", 20)
    X, target = table(5, 9000, 3)
    W = np.random.default_rng(6).standard_normal((37, net.dim(3)))
    found = Screen(net, X, target).error_rates(W)
    assert found.tobytes() == Kernel(net, X, target).losses(W, ACCURACY).tobytes()


def test_most_candidates_of_the_classic_network_need_no_double_precision():
    net = network("sigmoid", "sigmoid", 10)
    X, target = table(7, 670, 5)
    screen = Screen(net, X, target)
    asked = []
    exact = screen._exact.losses
    screen._exact.losses = lambda W, loss: asked.append(len(W)) or exact(W, loss)  # type: ignore[method-assign]
    screen.error_rates(np.random.default_rng(8).standard_normal((500, net.dim(5))))
    assert sum(asked) < 100


def test_what_has_no_bound_is_not_screened():
    assert not Screen.suits(network("relu", "sigmoid", 3))
    assert not Screen.suits(network("step", "sigmoid", 3))
    assert not Screen.suits(network("sigmoid", "identity", 3))
    assert not Screen.suits(Network(layers=(Layer(units=1, activation="step"),)))
    assert Screen.suits(network("tanh", "step", 3, 4))
