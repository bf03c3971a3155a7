"""What a reader keeps makes the next look quicker, is bounded, and never another state."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from optiviz.engine import reader as reader_module
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stepper import Stepper

CLIMB = RunSpec.load("classic-perceptron").with_value("stopping.max_iterations", 3000)


def same(one, two):
    values = vars(one).items()
    return all(np.asarray(v).tobytes() == np.asarray(vars(two)[n]).tobytes() for n, v in values)


@pytest.fixture
def replayed(monkeypatch):
    """Count the iterations that are done again."""
    done = []
    steps = Stepper.steps

    def counted(self, state, n):
        done.append(n)
        return steps(self, state, n)

    monkeypatch.setattr(Stepper, "steps", counted)
    return done


def test_where_metrics_were_measured_little_is_done_again(replayed):
    run = Run(CLIMB).finish()
    reader = Reader(run)
    run.history.extend(reader)
    stride = run.history.stride()
    for k in np.random.default_rng(1).integers(0, 3000, 50).tolist():
        replayed.clear()
        reader.state(k)
        assert sum(replayed) < stride


def test_what_is_kept_is_what_was(monkeypatch):
    monkeypatch.setattr(reader_module, "_KEPT", 50)
    run = Run(CLIMB).finish()
    reader = Reader(run)
    run.history.extend(reader)
    for k in np.random.default_rng(1).integers(0, 3000, 30).tolist():
        assert same(reader.state(k), run.state(k))


def test_a_change_drops_what_was_kept_beyond_it():
    run = Run(CLIMB).finish()
    reader = Reader(run)
    run.history.extend(reader)
    run.change(1500, x=np.zeros(run.spec.problem.dim))
    run.finish()
    again = Run(run.spec).finish()
    for k in (1499, 1500, 1501, 1600, 2999):
        assert same(reader.state(k), again.state(k))


@pytest.mark.parametrize(("states", "size"), [(20, 8 << 20), (2048, 4096), (2048, 1)])
def test_what_is_kept_is_bounded_and_spread_along_the_run(monkeypatch, states, size):
    monkeypatch.setattr(reader_module, "_KEPT", states)
    monkeypatch.setattr(reader_module, "_KEPT_BYTES", size)
    run = Run(CLIMB).finish()
    reader = Reader(run)
    for k in range(1, 1000):
        reader.state(k)
    kept = reader.kept
    assert len(kept) <= states
    assert sum(a.nbytes for s in kept for a in s.to_arrays().values()) <= size
    gaps = {b.k - a.k for a, b in pairwise(kept)}
    assert len(gaps) <= 1
    assert same(reader.state(777), run.state(777))


def test_the_nearest_state_costs_no_replay(replayed):
    run = Run(CLIMB).finish()
    reader = Reader(run)
    reader.state(1400)
    replayed.clear()
    assert reader.nearest(1450).k == 1400
    assert reader.nearest(1399).k == 1024
    assert reader.nearest(3000).k == 3000
    assert not replayed
    with pytest.raises(ValueError, match="iterations 0 to 3,000"):
        reader.nearest(3001)
