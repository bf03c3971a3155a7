"""A run that was left goes on as if it had not been, to the same digest, whatever is still held."""

import numpy as np
import pytest

from optiviz.engine import trace as trace_module
from optiviz.engine.chain import LINK, Chain
from optiviz.engine.run import Run, RunStatus, start_row
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import Stop, StopReason
from optiviz.engine.trace import Kept, Trace, row_dtype

ENDS = 6000


@pytest.fixture
def spec():
    return (
        RunSpec.load("rastrigin-10d")
        .with_value("stopping", {"max_iterations": ENDS})
        .with_value("optimizer", {"kind": "simulated_annealing"})
    )


def stored(run, with_chains=True):
    """Return the run as another process reads it from what was stored."""
    trace = run.trace
    kept = trace.kept if with_chains else [Kept(one.state) for one in trace.kept]
    arrays = trace.to_arrays()
    if not with_chains:
        del arrays["link"]
    start = start_row(trace.snapshot(0), run.n_channels)
    made = Trace.restored(arrays, kept, start, trace.digest)
    return Run.restored(run.spec, made, run.state_now, stop_reason=run.stop_reason)


@pytest.mark.parametrize("rows", [1 << 19, 600])
@pytest.mark.parametrize("with_chains", [True, False])
@pytest.mark.parametrize("k", [0, 1, 1023, 1024, 1025, 3333, ENDS - 1])
def test_it_goes_on_to_the_same_digest(monkeypatch, spec, rows, with_chains, k):
    whole = Run(spec).finish()
    monkeypatch.setattr(trace_module.Trace.__init__, "__kwdefaults__", {"rows": rows, "buckets": 8})
    run = Run(spec)
    run.advance(k)
    run.stop()
    if k == 0:
        run.prepare()
        run.stop()
    again = stored(run, with_chains)
    assert again.digest == run.digest
    again.resume()
    assert again.status is RunStatus.RUNNING
    again.finish()
    assert again.digest == whole.digest
    assert again.spec == whole.spec
    assert again.stop_reason is StopReason.ITERATIONS
    curve, every = again.trace.curve("f"), whole.trace.curve("f", points=ENDS + 1).last
    assert curve.k[-1] == ENDS
    assert curve.last.tobytes() == every[curve.k].tobytes()
    assert curve.low.min() == every.min()
    assert curve.high.max() == every.max()


@pytest.mark.parametrize("rows", [1 << 19, 600])
def test_a_stored_run_is_changed_from_a_snapshot_and_not_from_its_start(monkeypatch, spec, rows):
    monkeypatch.setattr(
        trace_module.Trace.__init__, "__kwdefaults__", {"rows": rows, "buckets": 64}
    )
    run = Run(spec).finish()
    again = stored(run)
    colder = spec.optimizer.replace(initial_temperature=0.5)
    again.change(5000, colder)
    assert again.trace.snapshots[-1].k == 4096
    run.change(5000, colder)
    assert again.finish().digest == run.finish().digest


def test_a_run_that_ended_by_itself_does_not_go_on(spec):
    with pytest.raises(RuntimeError, match="interrupted or stopped by hand"):
        Run(spec).finish().resume()
    with pytest.raises(RuntimeError, match="interrupted or stopped by hand"):
        Run(spec).resume()


def test_an_interrupted_run_is_one_that_ended_there(spec):
    run = Run(spec)
    run.advance(100)
    run._end(Stop(100, StopReason.INTERRUPTED))
    assert run.spec.stopping.ended_at == 100
    assert Run(run.spec).finish().digest == run.digest


def test_a_chain_is_the_same_for_every_split_and_from_every_link():
    rows = np.zeros(3 * LINK + 5, row_dtype(1))
    rows["f"] = np.random.default_rng(0).normal(size=len(rows))
    whole = Chain()
    whole.add(rows)
    parts = Chain()
    for start, stop in ((0, 1), (1, 1024), (1024, 1026), (1026, len(rows))):
        parts.add(rows[start:stop])
    assert parts.digest == whole.digest == parts.copy().digest
    assert whole.link_k == 3 * LINK
    led_on = Chain(whole.link, whole.link_k)
    led_on.add(rows[3 * LINK + 1 :])
    assert led_on.digest == whole.digest
    rows["f"][0] += 1e-9
    other = Chain()
    other.add(rows)
    assert other.digest != whole.digest
    assert other.link != whole.link


def test_a_snapshot_keeps_its_own_place_in_the_chain(spec):
    """Else a run that is resumed from it has the digest of what came after it."""
    run = Run(spec)
    run.advance(iterations=10)
    (first, *_) = run.trace.kept
    there = first.chain.digest
    run.finish()
    assert first.chain.digest == there != run.trace.digest
