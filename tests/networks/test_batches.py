"""Batches of large networks: nearly the gradient of double precision, and always the same one."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.engine.draws import Draws
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.backward import Backward
from optiviz.networks.batches import Batches
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Layer, Network

RNG = np.random.default_rng(5)
X = RNG.normal(size=(90, 4))
ORDER = RNG.permutation(90)
HIDDEN = [name for name, a in ACTIVATIONS.items() if a.has_slope and not a.output_only]


def made(hidden="tanh", units=48, output=(1, "sigmoid"), loss="log_loss", inputs=X, target=None):
    layers = ((units, hidden), (units, hidden), output)
    network = Network(layers=tuple(Layer(units=u, activation=a) for u, a in layers))
    if target is None:
        drawn = np.random.default_rng(3).integers(0, output[0] + 1, 90)
        target = drawn == np.arange(1, output[0] + 1)[:, None]
    exact = Backward(network, LOSSES[loss], inputs, target)
    w = network.initial("glorot", 4, Draws(1), "start", 0, 1)[0]
    return Batches(network, LOSSES[loss], inputs, target, exact), exact, w


def both(batches, exact, w, rows=ORDER[:32]):
    """Return the value and gradient of a batch, and those of double precision."""
    gradient, expected = np.full((2, len(w)), np.nan)
    with np.errstate(all="ignore"):
        f = batches.laid_out(rows).value_and_gradient(w, 0, len(rows), gradient)
        g = exact.value_and_gradient(w, exact.table.taken(rows), expected)
    return f, gradient, g, expected


@pytest.mark.parametrize("loss", [name for name, loss in LOSSES.items() if loss.has_slope])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_single_precision_is_off_by_its_rounding_alone(hidden, loss):
    """And it is used: without it, a course's large networks train at half the speed."""
    output = (3, "identity" if loss == "hinge" else "sigmoid")
    f, gradient, g, expected = both(*made(hidden, output=output, loss=loss))
    assert f == pytest.approx(g, rel=2e-6)
    off = np.linalg.norm(gradient - expected) / np.linalg.norm(expected)
    assert 0 < off < 2e-6


def test_a_column_of_one_number_blurs_nothing():
    """Such as 0.1, which neither precision has: it is moved a little, and no row differs by it."""
    f, _, g, _ = both(*made(inputs=np.where(np.arange(4) == 2, 0.1, X)))
    assert f != g
    f, _, g, _ = both(*made(inputs=np.where(np.arange(4) == 2, 1e7 + 0.1, X)))
    assert f == g


def test_small_networks_keep_every_bit():
    f, gradient, g, expected = both(*made(units=8))
    assert f == g
    assert gradient.tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("inputs", "target"),
    [
        (
            np.add(X, (0, 0, 1e4, 0)),
            None,
        ),  # such as years: a part in 10^6 of their spread would be lost
        (X * [1, 1e39, 1, 1], None),
        (X, 1e4 + X[:, :1].T),
    ],
    ids=["far from zero", "too large", "targets far from zero"],
)
def test_data_that_would_be_blurred_keep_every_bit(inputs, target):
    loss, output = ("log_loss", "sigmoid") if target is None else ("mean_squared_error", "identity")
    f, gradient, g, expected = both(
        *made(output=(1, output), loss=loss, inputs=inputs, target=target)
    )
    assert f == g
    assert gradient.tobytes() == expected.tobytes()


@pytest.mark.parametrize("size", [1e-20, 1e8, 1e13, 1e40])
def test_numbers_beyond_single_precision_are_computed_in_double(size):
    """A network that runs away is not stopped before its time, and a tiny slope is still one."""
    never = np.zeros((1, 90), dtype=bool)
    made_up = made("relu", output=(1, "identity"), loss="mean_squared_error", target=never)
    f, gradient, g, expected = both(*made_up[:2], made_up[2] * size)
    assert 0 < f == g < np.inf
    assert gradient.tobytes() == expected.tobytes()
    assert gradient.any()


def test_a_slice_of_an_epoch_has_the_bits_of_the_gathered_batch():
    """Else a replay that starts within an epoch would part from the run."""
    batches, _, w = made()
    epoch, gradient, gathered = batches.laid_out(ORDER), np.empty_like(w), np.empty_like(w)
    for start, stop in ((0, 32), (32, 64), (64, 90), (1, 33), (13, 14)):
        f = epoch.value_and_gradient(w, start, stop, gradient)
        batch = batches.laid_out(ORDER[start:stop])
        g = batch.value_and_gradient(w.copy(), 0, stop - start, gathered)
        assert f == g
        assert gradient.tobytes() == gathered.tobytes()
        w *= 0.9
