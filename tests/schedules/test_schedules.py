"""A schedule gives the rate that its formula says, at every iteration, however a run is cut."""

from __future__ import annotations

from math import cos, pi

import numpy as np
import pytest

from optiviz.engine import registry
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.schedules import Schedule
from optiviz.schedules.constant import Constant
from optiviz.schedules.cosine import Cosine
from optiviz.schedules.exponential import Exponential
from optiviz.schedules.inverse_time import InverseTime
from optiviz.schedules.one_cycle import OneCycle
from optiviz.schedules.step import Step
from optiviz.testing.kinds import at_limits, check_kind

KINDS = registry.kinds("schedules")
BY_HAND = [
    (Constant(), {0: 1, 7: 1, 10**9: 1}),
    (Constant(warm_up=4), {0: 0.25, 1: 0.5, 2: 0.75, 3: 1, 4: 1, 99: 1}),
    (Step(period=10, share=0.5), {0: 1, 9: 1, 10: 0.5, 19: 0.5, 20: 0.25, 100: 2**-10}),
    (Exponential(period=10, share=0.5), {0: 1, 10: 0.5, 5: 0.5**0.5, 30: 0.125}),
    (InverseTime(decay=0.5), {0: 1, 2: 0.5, 4: 1 / 3, 18: 0.1}),
    (InverseTime(decay=3.0, power=0.5), {0: 1, 1: 0.5, 5: 0.25}),
    (Cosine(period=4), {0: 1, 1: (1 + cos(pi / 4)) / 2, 2: 0.5, 4: 1, 6: 0.5, 400: 1}),
    (Cosine(period=4, minimum=0.2), {0: 1, 2: 0.6, 3: 0.6 + 0.4 * cos(3 * pi / 4)}),
    (Cosine(period=2, multiplier=3), {0: 1, 1: 0.5, 2: 1, 5: 0.5, 8: 1, 17: 0.5, 26: 1, 53: 0.5}),
    (Cosine(period=4, warm_up=2), {0: 0.5, 1: 1, 2: 1, 4: 0.5, 6: 1}),
    (OneCycle(period=10, rise=0.5, start=0.2, end=0.1), {0: 0.2, 5: 1, 1: 0.36, 10: 0.1, 99: 0.1}),
    (OneCycle(period=100, rise=0.3, start=0.0), {0: 0, 15: 0.5, 30: 1, 65: 0.5, 100: 0, 500: 0}),
]


def factor(schedule, k):
    return float(schedule.factors(np.array([k]))[0])


@pytest.mark.parametrize(("schedule", "expected"), BY_HAND, ids=lambda made: str(made)[:60])
def test_values_that_were_computed_by_hand(schedule, expected):
    for k, value in expected.items():
        assert factor(schedule, k) == pytest.approx(value, rel=1e-12, abs=1e-15), k


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_at_the_ends_of_its_limits(kind):
    """Where a form lets a number be set, a rate comes out of it: from 0 to the rate itself."""
    made = KINDS[kind]()
    check_kind(made)
    assert made.source
    assert made.sentence().startswith("The learning rate ")
    assert made.sentence().endswith(".")
    k = np.concatenate([np.arange(2500), np.array([10**6, 10**9, 10**12])])
    for _, one in [("", made), *at_limits(made)]:
        factors = one.factors(k)
        assert factors.shape == k.shape
        assert (factors >= 0).all()
        assert (factors <= 1).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("warm_up", [0, 37])
def test_the_rate_at_an_iteration_has_the_same_bits_in_every_stretch(kind, warm_up):
    schedule = KINDS[kind](warm_up=warm_up)
    whole = schedule.factors(np.arange(600))
    random = np.random.default_rng(0)
    for _ in range(200):
        start, stop = np.sort(random.choice(601, 2, replace=False)).tolist()
        assert schedule.factors(np.arange(start, stop)).tobytes() == whole[start:stop].tobytes()


def test_a_run_goes_by_its_schedule():
    schedule = Cosine(period=7, multiplier=2, warm_up=3)
    spec = RunSpec.load("classic-descent").replace(optimizer=GradientDescent(schedule=schedule))
    run = Run(spec).finish()
    rows = run.trace.rows(0, 101)
    rates = 0.1 * schedule.factors(np.arange(100))
    np.testing.assert_array_equal(rows.channels[1:, 1], rates)
    x = 3.0
    for rate in rates:
        x -= rate * 2 * x
    assert run.state_now.x[0] == pytest.approx(x, rel=1e-12)
    assert RunSpec.from_dict(spec.to_dict()) == spec
    assert "rises for 3 iterations" in spec.optimizer.sentence()


def test_another_schedule_goes_on_from_where_the_run_is():
    """It counts the run's iterations, not those since it was put in."""
    spec = RunSpec.load("classic-descent").with_value("stopping.max_iterations", 60)
    run = Run(spec).finish()
    run.change(40, optimizer=GradientDescent(schedule=Step(period=10, share=0.5)))
    rates = run.finish().trace.rows(1, 61).channels[:, 1]
    np.testing.assert_array_equal(rates[:40], 0.1)
    np.testing.assert_allclose(rates[40:], [0.1 / 16] * 10 + [0.1 / 32] * 10)


def test_a_schedule_of_your_own_needs_one_class():
    class Alternating(Schedule):
        label = "Alternating"

        def shape(self, k):
            return 1.0 - k % 2

        def course(self):
            return "is nothing at every second iteration"

    spec = RunSpec.load("classic-descent").replace(
        optimizer=GradientDescent(schedule=Alternating(warm_up=1))
    )
    run = Run(spec).finish()
    assert run.state_now.x[0] == pytest.approx(3 * 0.8**51, rel=1e-9)
