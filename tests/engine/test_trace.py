"""A trace of any length stays in its budget, shows the true lows and highs, and can be rewound."""

from __future__ import annotations

import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optiviz.engine import trace as trace_module
from optiviz.engine.optimizer import Block, State
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.trace import Trace

COLUMNS = ("f", "best_f", "evaluations", "gradient_evaluations", "rows_seen")
rng = np.random.default_rng(0)


def block_of(f, start=0):
    n = len(f)
    counts = np.arange(start, start + n)
    best = np.minimum.accumulate(f)
    outcome = np.zeros(n, dtype=np.int8)
    return Block(f, best, outcome, counts, 2 * counts, 3 * counts, np.column_stack([f * 2, -f]))


def values_of(block, column):
    if isinstance(column, str):
        return getattr(block, column).astype(float)
    return block.channels[:, column]


def state_at(k):
    x = np.full(2, float(k))
    x.flags.writeable = False
    return State(k, x, 0.0, x, 0.0, 0, k, 0, k)


def fill(trace, block, lengths, snapshots=0):
    at = len(trace)
    for length in lengths:
        trace.append(block[at : at + length])
        at = min(at + length, len(block))
        if snapshots and (at - 1) % snapshots == 0:
            trace.keep(state_at(at - 1))
    return trace


def check_curve(trace, block, stop=None, points=20):
    """Compare every point of every curve with the rows themselves."""
    end = len(trace) if stop is None else min(stop, len(trace))
    curves = trace.curves((*COLUMNS, 0, 1), stop, points)
    for column, curve in zip((*COLUMNS, 0, 1), curves, strict=True):
        values = values_of(block, column)
        assert (np.diff(curve.k) > 0).all()
        np.testing.assert_array_equal(curve.last, values[curve.k])
        starts = np.concatenate(([0], curve.k + 1))[: len(curve.k)]
        for start, k, low, high in zip(starts, curve.k, curve.low, curve.high, strict=True):
            assert low == np.nanmin(values[start : k + 1])
            assert high == np.nanmax(values[start : k + 1])
        alone = trace.curve(column, stop, points)
        assert alone.last.tobytes() == curve.last.tobytes()
        if len(curve.k):
            assert curve.k[-1] <= end - 1
    return curves[0]


@settings(max_examples=60)
@given(
    st.integers(2, 700),
    st.integers(1, 12),
    st.lists(st.integers(1, 900), min_size=1, max_size=30),
    st.integers(0, 2**31),
)
def test_curves_are_exact_in_any_budget(rows, buckets, lengths, seed):
    f = np.random.default_rng(seed).normal(size=sum(lengths))
    block = block_of(f)
    trace = fill(Trace(2, rows=rows, buckets=buckets), block, lengths)
    curve = check_curve(trace, block)
    assert curve.k[-1] == len(f) - 1  # nothing is left out
    assert len(curve.k) <= 60


def test_a_bucket_wider_than_the_rows_held_keeps_its_lows_and_highs():
    """A run of 2**31 iterations gets there with the usual budget."""
    block = block_of(rng.normal(size=60_000))
    trace = fill(Trace(2, rows=500, buckets=4), block, [300] * 200)
    check_curve(trace, block)
    assert trace.rows(0, 10) is None


@pytest.mark.parametrize("stop", [0, 1, 63, 64, 65, 999, 5000, 5064, 19_990, 20_000, 30_000])
def test_a_curve_up_to_a_place_long_ago(stop):
    """The window shows the start of a long run whose first rows are no longer held."""
    block = block_of(rng.normal(size=20_000))
    trace = fill(Trace(2, rows=1000, buckets=512), block, [250] * 80)
    curve = check_curve(trace, block, stop)
    end = min(stop, 20_000)
    assert (curve.k[-1] if len(curve.k) else -1) > end - 1 - 64


def test_nan_rows_do_not_hide_others():
    f = rng.normal(size=5000)
    f[100:140] = np.nan
    block = block_of(f)
    trace = fill(Trace(2, rows=300, buckets=64), block, [100] * 50)
    curve = trace.curve("f", points=30)
    assert np.isfinite(curve.low).all()
    assert curve.low.min() == np.nanmin(f)


def test_the_digest_does_not_depend_on_blocks():
    block = block_of(rng.normal(size=3000))
    one = fill(Trace(2), block, [3000])
    two = fill(Trace(2, rows=50, buckets=4), block, [1, 2, 997, 1000, 1000])
    other = fill(Trace(2), block_of(np.where(np.arange(3000) == 1500, 9.0, block.f)), [3000])
    assert one.digest == two.digest != other.digest


@settings(max_examples=40)
@given(
    st.integers(20, 400), st.integers(2, 8), st.lists(st.integers(0, 3000), min_size=1, max_size=4)
)
def test_rewinding_leaves_what_a_shorter_run_would_have(rows, buckets, targets):
    block = block_of(rng.normal(size=4001))
    trace = fill(Trace(2, rows=rows, buckets=buckets), block, [1, *[100] * 40], snapshots=100)
    for generation, target in enumerate(targets, 1):
        state = trace.rewind(target)
        assert state.k <= target
        assert len(trace) == state.k + 1
        assert trace.generation == generation
        assert (trace.improvements <= state.k).all()
        assert trace.rows(state.k, state.k + 1).f[0] == block.f[state.k]
        check_curve(trace, block)
        for _ in range(2):
            fill(trace, block, [100] * ((4000 - len(trace)) // 200), snapshots=100)
            check_curve(trace, block)
    rest = fill(trace, block, [4001 - len(trace)])
    assert rest.digest == fill(Trace(2), block, [4001]).digest


def test_rewinding_says_what_is_still_as_it_was():
    block = block_of(rng.normal(size=4001))
    trace = fill(Trace(2), block, [1, *[100] * 40], snapshots=100)
    assert trace.unchanged_since(0) == 4000
    trace.rewind(1500)
    fill(trace, block, [100] * 20, snapshots=100)
    trace.rewind(3000)
    fill(trace, block, [100] * 5, snapshots=100)
    assert trace.unchanged_since(0) == 1500
    assert trace.unchanged_since(1) == 3000
    assert trace.unchanged_since(2) == trace.last_k


def test_snapshots_are_thinned_and_the_first_stays(monkeypatch):
    monkeypatch.setattr(trace_module, "_SNAPSHOTS", 10)
    trace = Trace(2)
    block = block_of(rng.normal(size=200_001))
    trace.append(block[:1])
    trace.keep(state_at(0))
    while len(trace) < len(block):
        k = trace.next_snapshot(trace.last_k)
        trace.append(block[len(trace) : k + 1])
        if trace.last_k == k:
            trace.keep(state_at(k))
    kept = [state.k for state in trace.snapshots]
    assert kept[0] == 0
    assert 4 < len(kept) <= 10
    assert len(set(np.diff(kept))) == 1
    assert kept[-1] > 200_000 - 2 * np.diff(kept)[0]


def test_large_states_keep_fewer_snapshots():
    trace = Trace(2)
    block = block_of(rng.normal(size=20_481))
    x = np.zeros(1 << 18)  # 2 MB; x and best_x: a snapshot counts 4 MB
    x.flags.writeable = False
    trace.append(block[:1])
    for k in range(0, 20_480, 1024):
        trace.keep(State(k, x, 0.0, x, 0.0, 0, 0, 0, 0))
        trace.append(block[k + 1 : k + 1025])
    assert len(trace.snapshots) <= 8


def test_two_hundred_thousand_iterations_and_more_stay_in_the_budget():
    run = Run(RunSpec.load("classic-perceptron").with_value("stopping.max_iterations", 200_000))
    run.advance(1000)  # data and code are loaded
    tracemalloc.start()
    run.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert run.k == 200_000
    assert peak < 60e6
    trace, block = Trace(2), block_of(rng.normal(size=1 << 15))
    for _ in range(40):  # 1.3 million rows
        trace.append(block)
    assert trace._rows.nbytes < 40e6
    assert len(trace) == 40 << 15


def test_improvements_stay_few_and_the_start_is_none():
    trace = Trace(2)
    for start in range(0, 300_000, 30_000):
        trace.append(block_of(-np.arange(start, start + 30_000, dtype=float)))
    found = trace.improvements
    assert len(found) <= 1 << 16
    assert found[0] > 0
    assert (np.diff(found) > 0).all()
    flat = Trace(2)
    flat.append(block_of(np.ones(50)))
    assert len(flat.improvements) == 0


def test_many_readers_and_a_writer_that_also_rewinds():
    """Readers see a row as it was written, whole, or none; curves of one moment fit together."""
    f = rng.normal(size=30_001)
    block = block_of(f)
    trace = Trace(2, rows=2000, buckets=16)
    trace.append(block[:1])
    trace.keep(state_at(0))
    stop, mistakes = threading.Event(), []

    def read(seed):
        random = np.random.default_rng(seed)
        try:
            while not stop.is_set():
                last, best = trace.curves(("f", "best_f"), points=50)
                assert last.k.tobytes() == best.k.tobytes()
                assert (last.last == f[last.k]).all()
                assert (best.last == block.best_f[best.k]).all()
                assert (last.low <= last.last).all()
                assert (last.last <= last.high).all()
                k = int(random.integers(0, trace.last_k + 1))
                assert trace.snapshot(k).k <= k
                held = trace.rows(k, k + 3)
                assert held is None or (held.f == f[k : k + 3]).all()
                assert trace.seconds(np.array([k])).shape == (1,)
                assert len(trace.digest) == 64
                assert (np.diff(trace.improvements) > 0).all()
        except BaseException as error:
            mistakes.append(error)

    readers = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for reader in readers:
        reader.start()
    for target in (12_000, 500, 29_000, 28_999, 0):
        while len(trace) < len(block) and not mistakes:
            n = min(500, len(block) - len(trace))
            trace.append(block[len(trace) : len(trace) + n])
            trace.clock(trace.last_k, float(trace.last_k))
            if trace.last_k % 500 == 0:
                trace.keep(state_at(trace.last_k))
        trace.rewind(target)
    stop.set()
    for reader in readers:
        reader.join(10)
    assert not mistakes


def test_who_sees_the_first_row_finds_its_snapshot(monkeypatch):
    """A picture is drawn in another thread the moment that a run has begun."""
    run = Run(RunSpec.load("classic-mlp"))
    seen, keep = [], Trace.keep

    def look():
        try:
            seen.append(run.trace.snapshot(run.trace.last_k).k)
        except ValueError as error:
            seen.append(error)

    def kept_late(trace, state):
        assert trace.last_k == state.k
        looking.start()
        looking.join(0.2)  # it either waits or has failed by now
        keep(trace, state)

    looking = threading.Thread(target=look)
    monkeypatch.setattr(Trace, "keep", kept_late)
    run.prepare()
    looking.join(10)
    assert seen == [0]


def test_rows_that_were_read_stay_when_the_run_is_changed():
    """Readers are other threads: what they hold must not turn into another run's."""
    run = Run(RunSpec.load("classic-descent"))
    run.finish()
    rows = run.trace.rows(0, run.k + 1)
    held = [np.array(getattr(rows, name)) for name in COLUMNS]
    run.change(2, run.spec.optimizer.replace(learning_rate=0.013))
    run.finish()
    for name, before in zip(COLUMNS, held, strict=True):
        np.testing.assert_array_equal(getattr(rows, name), before)
    assert not np.array_equal(run.trace.rows(0, len(held[0])).f, held[0])
