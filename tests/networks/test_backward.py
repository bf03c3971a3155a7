"""Gradients are the same whichever way they come: quick ways, chunks, batches of an epoch."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.networks import backward
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.backward import Backward
from optiviz.networks.kernels import Kernel
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Layer, Network

RNG = np.random.default_rng(5)
X = RNG.normal(size=(90, 4))
SMOOTH = [name for name, a in ACTIVATIONS.items() if a.has_slope and not a.output_only]
SLOPED = [name for name, loss in LOSSES.items() if loss.has_slope]


def made(*layers, loss="log_loss"):
    network = Network(layers=tuple(Layer(units=u, activation=a) for u, a in layers))
    target = RNG.integers(0, layers[-1][0] + 1, 90) == np.arange(1, layers[-1][0] + 1)[:, None]
    w = RNG.normal(size=network.dim(4))
    return network, target, w, Backward(network, LOSSES[loss], X, target)


def gradient_of(one, w, rows=None):
    gradient = np.full_like(w, np.nan)
    return one.value_and_gradient(w, one.table if rows is None else rows, gradient), gradient


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("activation", SMOOTH)
def test_quick_ways_give_what_the_general_ones_do(activation, units, monkeypatch):
    network, target, w, quick = made((5, activation), (4, activation), (units, "sigmoid"))
    few_and_many = [np.arange(20), np.arange(90)]  # fewer outputs than one slow function is for
    quickly = [gradient_of(quick, w, quick.table.taken(rows)) for rows in few_and_many]
    monkeypatch.setattr(backward, "_HIDDEN", {})
    monkeypatch.setattr(backward, "_OUTPUTS", {})
    general = Backward(network, LOSSES["log_loss"], X, target)
    for rows, (f, gradient) in zip(few_and_many, quickly, strict=True):
        g, expected = gradient_of(general, w, general.table.taken(rows))
        assert f == pytest.approx(g, rel=1e-12)
        np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("output", SMOOTH)
@pytest.mark.parametrize("loss", SLOPED)
def test_the_value_is_that_of_the_forward_pass_and_the_slope_its_differences(loss, output):
    if loss == "log_loss" and output != "sigmoid":
        return
    network, target, w, one = made((3, "tanh"), (2, output), loss=loss)
    kernel = Kernel(network, X, target)
    f, gradient = gradient_of(one, w)
    assert f == pytest.approx(kernel.losses(w[None], LOSSES[loss])[0], rel=1e-12)
    h = 1e-6 * np.eye(len(w))
    up, down = kernel.losses(w + h, LOSSES[loss]), kernel.losses(w - h, LOSSES[loss])
    np.testing.assert_allclose(gradient, (up - down) / 2e-6, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("chunk", [1, 7, 45, 89])
def test_chunks_of_rows_add_up(chunk, monkeypatch):
    *_, w, one = made((5, "relu"), (1, "sigmoid"))
    f, gradient = gradient_of(one, w)
    monkeypatch.setattr(backward, "_CHUNK", chunk)
    g, summed = gradient_of(one, w)
    assert g == pytest.approx(f, rel=1e-13)
    np.testing.assert_allclose(summed, gradient, rtol=1e-10, atol=1e-14)


def test_a_slice_of_an_epoch_has_the_bits_of_the_gathered_batch():
    *_, w, one = made((5, "tanh"), (6, "sigmoid"), (2, "sigmoid"))
    order = RNG.permutation(90)
    epoch = one.table.taken(order)
    for start, stop in ((0, 32), (32, 64), (64, 90), (1, 33), (13, 14)):
        f, gradient = gradient_of(one, w, epoch.part(start, stop))
        g, gathered = gradient_of(one, w, one.table.taken(order[start:stop]))
        assert f == g
        assert gradient.tobytes() == gathered.tobytes()


def test_many_sizes_of_batches_and_points_moved_in_place():
    """Buffers are dropped and made again; what is known of an array isn't believed of another."""
    *_, w, one = made((5, "tanh"), (1, "sigmoid"))
    moved, gradient = w.copy(), np.empty_like(w)
    for m in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 1):
        moved *= 0.9
        rows = one.table.part(0, m)
        f = one.value_and_gradient(moved, rows, gradient)
        g, expected = gradient_of(one, moved.copy(), rows)
        assert f == g
        assert gradient.tobytes() == expected.tobytes()


@pytest.mark.parametrize("size", [1e3, 1e200, np.inf])
def test_certainty_that_is_wrong_costs_what_it_should(size):
    """Where exp would overflow: the loss is z itself, and its slope 1."""
    network = Network(layers=(Layer(units=1),))
    for rows in (2, 300):
        inputs, target = np.ones((rows, 1)), np.zeros((1, rows), dtype=bool)
        one = Backward(network, LOSSES["log_loss"], inputs, target)
        with np.errstate(all="ignore"):
            f, gradient = gradient_of(one, np.array([size, 0.0]))
            g, right = gradient_of(one, np.array([-size, 0.0]))
        assert f == pytest.approx(size, rel=1e-14)
        assert g == 0.0
        np.testing.assert_allclose(gradient, 1.0)
        np.testing.assert_allclose(right, 0.0)
