"""Each band on the slider keeps its word: a rate inside it does what it says, on a parabola."""

import numpy as np
import pytest

from optiviz.analysis.descent.stability import MEANINGS, ranges, word_at
from optiviz.optimizers.adam import Adam
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.optimizers.momentum import Momentum
from optiviz.optimizers.nesterov import Nesterov
from optiviz.optimizers.particle_swarm import ParticleSwarm
from optiviz.optimizers.stochastic_gradient_descent import StochasticGradientDescent

METHODS = [
    GradientDescent(),
    *(Momentum(momentum=b) for b in (0.0, 0.2, 0.5, 0.9, 0.99)),
    *(Nesterov(momentum=b) for b in (0.0, 0.1, 0.5, 0.8, 0.9, 0.99)),
]
NAMES = [f"{m.kind} {getattr(m, 'momentum', '')}".strip() for m in METHODS]
CURVATURES = [0.02, 2.0, 300.0]


def walk(method, rate, curvature, steps, start=1.0):
    """Return x along steps of the algorithm itself on curvature / 2 * x^2."""
    x, step, moments = np.array([start]), np.empty(1), np.zeros((method.n_moments, 1))
    found = [start]
    for t in range(1, steps + 1):
        method.update(step, curvature * x, x, tuple(moments), rate, t)
        x += step
        found.append(float(x[0]))
        if not abs(x[0]) < 1e200:
            break
    return np.array(found)


def rate_of_decay(x):
    """Return about what a step leaves of the way, late in a run."""
    half = len(x) // 2
    first, last = np.abs(x[half // 2 : half]).max(), np.abs(x[-half // 2 :]).max()
    steps = len(x) - half // 2 - half
    return (last / first) ** (1 / steps) if last > 1e-280 else 0.0


def check(word, method, rate, curvature):
    x = walk(method, rate, curvature, 2000)
    moved = np.abs(x)
    if word == "divergent":
        assert not moved[-1] < moved[0]
        return
    if word in ("slow", "monotone"):
        near = x[moved > 1e-150]  # then there are no numbers any more
        assert (near > 0).all()
        assert (np.diff(near) <= 0).all()
        assert x[-1] < x[0]
        left = near[1:] / near[:-1]
        if word == "slow":  # less than a tenth is done by a step, once it is rolling
            assert left[-1] > 0.9 - 1e-6
        else:
            assert left[-1] < 0.9 + 1e-6
    elif word == "oscillating":
        assert (x < 0).any()
        assert moved[len(x) // 2 :].max() < moved[: len(x) // 2].max()
    elif word == "one step":
        assert moved[1] <= 0.05 + 1e-12
    else:
        assert word == "two steps"
        assert moved[2] <= 0.16


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
@pytest.mark.parametrize("curvature", CURVATURES)
def test_each_band_does_what_its_word_says_to_its_very_ends(method, curvature):
    found = ranges(method, curvature)
    assert found[0].low == 0
    assert found[-1].high == np.inf
    for band in found:
        # Just beyond where it begins to swing, it takes long to come to the other side.
        inside = 1.1 if band.word == "oscillating" else 1.002
        low = band.low * inside if band.low else band.high * 0.05
        high = min(band.high * 0.998, band.low * 4 if band.low else np.inf)
        for rate in (low, (low * high) ** 0.5, high):
            check(band.word, method, rate, curvature)


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_bands_leave_no_gap_and_end_where_it_flies_off(method):
    found = ranges(method, 2.0)
    assert [a.high for a in found[:-1]] == [b.low for b in found[1:]]
    edge = found[-1].low
    assert rate_of_decay(walk(method, edge * 0.99, 2.0, 2000)) < 1
    assert rate_of_decay(walk(method, edge * 1.01, 2.0, 2000)) > 1
    assert {band.word for band in found} <= set(MEANINGS)


def test_the_limits_are_those_of_the_books():
    assert ranges(GradientDescent(), 2.0)[-1].low == pytest.approx(1.0)
    assert ranges(Momentum(momentum=0.9), 2.0)[-1].low == pytest.approx(1.9)
    assert ranges(Nesterov(momentum=0.5), 2.0)[-1].low == pytest.approx(0.75)
    words = [word_at(rate, ranges(GradientDescent(), 2.0)) for rate in (0.04, 0.1, 0.5, 0.9, 1.1)]
    assert words == ["slow", "monotone", "one step", "oscillating", "divergent"]


def test_bands_of_the_classic_demonstration_say_what_it_shows():
    """Rates 0.1, 0.5, 1.0 and 1.1 on x^2: at 1.0 it swings for ever."""
    found = ranges(GradientDescent(), 2.0)
    assert [word_at(r, found) for r in (0.1, 0.5, 1.1)] == ["monotone", "one step", "divergent"]
    assert np.abs(walk(GradientDescent(), 1.0, 2.0, 50)).tolist() == [1.0] * 51


@pytest.mark.parametrize("curvature", [0.0, -2.0, np.nan, np.inf])
def test_where_the_slope_does_not_turn_upwards_there_are_no_bands(curvature):
    assert ranges(GradientDescent(), curvature) == ()


def test_of_others_nothing_is_claimed():
    assert ranges(Adam(), 2.0) == ranges(ParticleSwarm(), 2.0) == ()
    assert ranges(StochasticGradientDescent(), 2.0) == ranges(GradientDescent(), 2.0)
    assert word_at(0.0, ranges(GradientDescent(), 2.0)) is None


def test_a_schedule_moves_the_bands():
    half, whole = ranges(GradientDescent(), 2.0, 0.5), ranges(GradientDescent(), 2.0)
    assert half[-1].low == 2 * whole[-1].low
    assert ranges(GradientDescent(), 2.0, 0.0) == ()
