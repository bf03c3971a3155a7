"""A run can be looked at anywhere, changed anywhere, and is then the run of its changed spec."""

from __future__ import annotations

import itertools
import sys
import threading
import time

import numpy as np
import pytest

from optiviz.engine import trace as trace_module
from optiviz.engine.optimizer import COLUMNS, Block
from optiviz.engine.parameters import SpecError
from optiviz.engine.problem import Evaluator
from optiviz.engine.run import Reader, Run, RunStatus
from optiviz.engine.spec import Change, RunSpec
from optiviz.engine.stopping import StoppingCriterion, StopReason
from optiviz.engine.trace import Trace
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.mini_batch_gradient_descent import MiniBatchGradientDescent
from optiviz.optimizers.random_search import RandomSearch
from optiviz.problems.function_1d import Function1D


def preset(name, **settings):
    spec = RunSpec.load(name)
    for path, value in settings.items():
        spec = spec.with_value(path.replace("__", "."), value)
    return spec


PERCEPTRON = preset("classic-perceptron", stopping__max_iterations=3000)
BATCHES = preset("classic-minibatch", stopping__max_epochs=20)
DESCENT = preset("classic-descent")


def again(run):
    """Return the run's spec done from scratch, by way of a file."""
    return Run(RunSpec.from_dict(run.spec.to_dict())).finish()


def same_state(one, two):
    return all(
        np.asarray(value).tobytes() == np.asarray(vars(two)[name]).tobytes()
        for name, value in vars(one).items()
    )


# Looking


def test_states_and_rows_far_back_are_recomputed_exactly():
    run = Run(PERCEPTRON)
    run.trace = Trace(0, rows=200, buckets=16)
    whole = Run(PERCEPTRON).finish()
    run.finish()
    assert run.trace.first_held > 1500
    rows, reader = whole.trace.rows(0, 3001), Reader(run)
    for start, stop in ((0, 1), (0, 50), (1, 2), (1020, 1030), (1999, 2300), (2999, 3001)):
        found = reader.rows(start, stop)
        for name in COLUMNS:
            assert getattr(found, name).tobytes() == getattr(rows, name)[start:stop].tobytes()
    for k in (0, 3000, 1, 2047, 2048, 2049, 2048, 17):
        assert same_state(reader.state(k), whole.state(k))
    assert run.digest == whole.digest


@pytest.mark.parametrize("k", [-1, 3001, 10**9])
def test_iterations_that_are_not_there(k):
    run = Run(PERCEPTRON).finish()
    with pytest.raises(ValueError, match="the run has iterations 0 to 3,000"):
        Reader(run).state(k)
    with pytest.raises(ValueError, match="the run has rows 0 to 3,000"):
        Reader(run).rows(k, k + 1)
    with pytest.raises(ValueError, match="the run has not started"):
        _ = Run(PERCEPTRON).state_now


def test_rows_are_not_computed_beyond_the_end():
    run = Run(PERCEPTRON)
    run.advance(100)
    with pytest.raises(ValueError, match="the run has rows 0 to 100"):
        Reader(run).rows(90, 10**6)


def test_states_cannot_be_written_to_nor_share_memory_with_buffers():
    run = Run(PERCEPTRON).finish()
    states = [run.state(k) for k in range(0, 3001, 500)]
    copies = [state.x.copy() for state in states]
    Run(PERCEPTRON.replace(seed=9)).finish()
    Reader(run).state(1234)
    for state, copy in zip(states, copies, strict=True):
        assert not state.x.flags.writeable
        assert not state.best_x.flags.writeable
        np.testing.assert_array_equal(state.x, copy)
    rows = run.trace.rows(0, 10)
    rows.f[:] = -1
    assert (run.trace.rows(0, 10).f >= 0).all()
    start = (3.0,)
    spec = DESCENT.replace(start=start)
    x = Run(spec).finish().state(0).x
    with pytest.raises(ValueError, match="read-only"):
        x[0] = 5.0


# Changing


@pytest.mark.parametrize("at", [0, 1, 5, 1023, 1024, 1025, 1500, 2999, 3000])
@pytest.mark.parametrize(
    "change",
    [
        {"optimizer": HillClimbing(step_size=0.5)},
        {"optimizer": RandomSearch()},
        {"x": np.full(6, 0.25)},
        {"optimizer": HillClimbing(accept_ties=False), "x": np.zeros(6)},
    ],
    ids=["step", "kind", "point", "both"],
)
def test_a_live_change_replays(at, change):
    run = Run(PERCEPTRON).finish()
    before = run.trace.rows(0, at + 1)
    run.change(at, **change)
    assert (run.k, run.status) == (at, RunStatus.RUNNING)
    assert run.stop_reason is None
    run.finish()
    assert run.k == 3000
    replayed = again(run)
    assert replayed.digest == run.digest
    assert replayed.trace.rows(0, 3001).f.tobytes() == run.trace.rows(0, 3001).f.tobytes()
    for name in COLUMNS:
        assert getattr(run.trace.rows(0, at + 1), name).tobytes() == getattr(before, name).tobytes()
    branch = Run(PERCEPTRON).branch(at, **change).finish()
    assert branch.digest == run.digest


def test_changes_upon_changes():
    """Sliding back and forth, each change drops the later ones and adds to one at the same k."""
    run = Run(BATCHES)
    run.advance(150)
    for at, rate in ((100, 0.1), (40, 0.9), (60, 0.2), (60, 0.3), (130, 1.5)):
        run.change(at, optimizer=run.spec.optimizer.replace(learning_rate=rate))
        run.advance(140 - run.k)
    assert [change.at for change in run.spec.changes] == [40, 60, 130]
    assert run.spec.optimizer_after(129).learning_rate == 0.3
    run.change(130, x=np.zeros(71))
    assert run.spec.changes[-1].optimizer.learning_rate == 1.5
    run.change(135, optimizer=MiniBatchGradientDescent(batch_size=7))
    run.change(137, optimizer=GradientDescent())
    run.change(139, optimizer=HillClimbing())
    run.finish()
    assert again(run).digest == run.digest
    states = [Reader(run).state(k) for k in (129, 136, 138, 140)]
    assert [type(state).__name__ for state in states] == [
        "DescentState",
        "DescentState",
        "DescentState",
        "State",
    ]
    channels = run.trace.rows(0, run.k + 1).channels
    assert np.isfinite(channels[1:138, 0]).all()
    assert np.isnan(channels[140:]).all()


def test_a_change_by_name_only_is_not_a_change():
    run = Run(PERCEPTRON).finish()
    with pytest.raises(SpecError, match="set an optimizer or a point"):
        run.change(5)
    with pytest.raises(SpecError, match="must have 6 numbers"):
        run.change(5, x=np.zeros(7))
    with pytest.raises(SpecError, match="at: must be at least 0"):
        run.change(-1, x=np.zeros(6))
    assert (run.k, run.status, run.spec) == (3000, RunStatus.FINISHED, PERCEPTRON)


def test_a_change_before_the_start_is_one_at_the_start():
    run = Run(PERCEPTRON)
    run.change(0, optimizer=RandomSearch())
    assert again(run.finish()).digest == run.digest


def test_what_had_been_computed_stays_as_a_ghost():
    run = Run(DESCENT).finish()
    f = run.trace.rows(0, 101).f
    run.change(50, optimizer=GradientDescent(learning_rate=0.2))
    np.testing.assert_array_equal(run.ghost.last, f)


def test_a_run_that_the_clock_ended_can_be_changed():
    """It had no time left, so it stopped before it came back to where the change is."""
    run = Run(PERCEPTRON.replace(stopping=StoppingCriterion(max_seconds=0.15))).finish()
    assert run.stop_reason is StopReason.SECONDS
    for part in (3, 2):
        at = run.k // part
        run.change(at, optimizer=HillClimbing(step_size=0.5))
        assert run.k == at
        assert run.status is RunStatus.RUNNING
        run.finish()
        assert run.k > at
        assert again(run).digest == run.digest


def test_a_run_stopped_by_hand_goes_on_after_a_change():
    run = Run(PERCEPTRON)
    run.advance(500)
    run.stop()
    run.change(200, optimizer=HillClimbing(step_size=0.5))
    assert run.finish().k == 3000
    run.stop()
    assert run.stop_reason is StopReason.ITERATIONS


def test_a_file_with_two_changes_at_once():
    changes = (Change(at=7, x=(0.5,)), Change(at=7, optimizer=GradientDescent(learning_rate=0.3)))
    run = Run(DESCENT.replace(changes=changes)).finish()
    assert run.state(8).x[0] == pytest.approx(0.5 - 0.3 * 1.0)
    assert again(run).digest == run.digest


# Status


class _Fails(Function1D):
    """Raises an exception after some evaluations."""

    after: float = 10.0

    def evaluator(self):
        return _FailsEvaluator(self)


class _FailsEvaluator(Evaluator):
    calls = 0

    def evaluate(self, X):
        self.calls += 1
        if self.calls > self.problem.after:
            raise RuntimeError("the sensor is gone")
        return X[:, 0] ** 2


@pytest.mark.parametrize("after", [0, 1, 10])
def test_an_exception_ends_the_run_with_a_sentence(after):
    stopping = StoppingCriterion(max_iterations=10_000)
    spec = RunSpec(problem=_Fails(after=after), optimizer=HillClimbing(), stopping=stopping)
    run = Run(spec).finish()
    assert run.status is RunStatus.FAILED
    assert run.failure.sentence == "RuntimeError: the sensor is gone"
    assert "in evaluate" in run.failure.details
    assert run.advance(5) == 0
    with pytest.raises(RuntimeError, match="failed can't be changed"):
        run.change(0, x=np.zeros(1))
    run.stop()
    assert run.status is RunStatus.FAILED


def test_preparing_twice_is_preparing_once():
    run = Run(DESCENT)
    run.prepare()
    run.prepare()
    assert len(run.trace) == 1
    assert run.finish().digest == Run(DESCENT).finish().digest


def test_slices_of_time_are_kept():
    run = Run(PERCEPTRON.replace(stopping=StoppingCriterion(max_iterations=10**9)))
    run.advance(seconds=0.02)
    k = run.k
    assert k > 100
    run.advance(seconds=0.02)
    assert run.k > k
    assert run.advance(3) == 3
    assert 0.01 < run.seconds < 20


def test_status_moves_only_as_allowed():
    run = Run(DESCENT).finish()
    with pytest.raises(RuntimeError, match="finished can't be failed"):
        run._become(RunStatus.FAILED)


# Several threads


def test_readers_beside_a_writer_that_changes_the_run(monkeypatch):
    """Whatever a reader gets is the exact state of the run before or after a change, no mixture.

    A view, the cursor's figures or a stored sample would else show a state that never was.
    """
    monkeypatch.setattr(trace_module, "SNAPSHOT_STRIDE", 16)
    spec = preset("classic-descent", stopping__max_iterations=20_000)
    rates = [0.001, 0.01, 0.02, 0.03]
    at, end = 30, 130
    right = {}
    for rate in rates:
        changes = (Change(at=at, optimizer=GradientDescent(learning_rate=rate)),)
        one = Run(spec.replace(changes=changes))
        one.advance(end)
        right[rate] = one.trace.rows(0, end).f
    base = Run(spec)
    base.advance(end)
    right[None] = base.trace.rows(0, end).f
    run = Run(spec)
    run.advance(end)
    done, mistakes = threading.Event(), []

    def read(seed):
        reader, random = Reader(run), np.random.default_rng(seed)
        try:
            while not done.is_set():
                k = int(random.integers(at, end))
                try:
                    state = reader.state(k)
                except ValueError:  # it has just been rewound
                    continue
                assert state.k == k
                assert any(state.f == values[k] for values in right.values()), k
        except BaseException as error:
            mistakes.append(error)

    readers = [threading.Thread(target=read, args=(seed,)) for seed in range(3)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)  # each has its turn often, amid what the others do
    try:
        for reader in readers:
            reader.start()
        for i in range(150):
            run.change(at, optimizer=GradientDescent(learning_rate=rates[i % len(rates)]))
            run.advance(end - run.k)
    finally:
        done.set()
        for reader in readers:
            reader.join()
        sys.setswitchinterval(usual)
    assert not mistakes


def test_a_reader_that_saw_the_new_spec_beside_the_old_trace(monkeypatch):
    """The order inside `change`: rows of the old path must be gone before the new spec is seen."""
    slow = preset("classic-descent", stopping__max_iterations=3000, optimizer__learning_rate=1e-4)
    run = Run(slow).finish()
    reader, seen = Reader(run), []
    rewind = Trace.rewind

    def watched(trace, k):
        seen.append(reader.state(2500).f)
        state = rewind(trace, k)
        seen.append(len(trace))
        return state

    old = run.state(2500).f
    monkeypatch.setattr(Trace, "rewind", watched)
    run.change(100, optimizer=GradientDescent(learning_rate=0.5))
    assert seen == [old, 1]


def test_blocks_join_and_cut():
    rows = Run(DESCENT).finish().trace.rows(0, 101)
    joined = Block.concatenate([rows[:40], rows[40:41], rows[41:]])
    for name in COLUMNS:
        assert getattr(joined, name).tobytes() == getattr(rows, name).tobytes()
    assert Block.of_rows([rows.row(i) for i in range(101)]).f.tobytes() == rows.f.tobytes()


def test_the_first_block_of_an_unknown_pace_is_one_iteration(monkeypatch):
    """An iteration may take seconds, and Stop waits for the end of a block."""
    monkeypatch.setattr(time, "perf_counter", itertools.count(0.0, 10.0).__next__)
    run = Run(PERCEPTRON)
    run.prepare()
    assert run.advance(seconds=0.02) == 1
