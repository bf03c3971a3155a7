"""What a run loses at rare moments: a change where it has ended, values beyond all bounds."""

import gc
import weakref

import numpy as np
import pytest

from optiviz import Change, Run, RunSpec, RunStatus, StopReason
from optiviz.engine.optimizer import Block
from optiviz.engine.trace import SNAPSHOT_STRIDE, Trace

DESCENT = RunSpec.load("classic-descent")
CLIMB = RunSpec.load("classic-perceptron")


def ended(spec: RunSpec, split: int = 1000) -> Run:
    run = Run(spec)
    while run.status in (RunStatus.NEW, RunStatus.RUNNING):
        run.advance(split)
    return run


def test_run_changed_where_patience_ended_it_replays() -> None:
    """Else a saved run with a change at its last iteration can't be verified."""
    flat = CLIMB.with_values([("optimizer.accept_ties", False), ("optimizer.step_size", 1e-9)])
    stopping = flat.stopping.replace(max_iterations=5000, patience=SNAPSHOT_STRIDE)
    run = ended(flat.replace(stopping=stopping))
    assert (run.k, run.stop_reason) == (SNAPSHOT_STRIDE, StopReason.PATIENCE)
    run.change(run.k, optimizer=CLIMB.optimizer)
    run.finish()
    assert run.digest == ended(run.spec).digest
    assert run.stop_reason is StopReason.PATIENCE


def test_run_changed_where_it_had_no_value_replays() -> None:
    """A start outside a function's domain ends the run, and a change there can't undo that."""
    run = ended(DESCENT.with_value("problem.formula", "log(x)").replace(start=(-1.0,)))
    assert (run.k, run.stop_reason) == (0, StopReason.DIVERGED)
    run.change(0, x=np.array([1.0]))
    run.finish()
    assert run.digest == ended(run.spec).digest


def test_infinite_value_diverges_from_any_start() -> None:
    """1e12 times a huge start is infinite itself, and infinity is not above it."""
    steep = DESCENT.with_values([("problem.formula", "x^300"), ("optimizer.learning_rate", 1e6)])
    run = ended(steep.replace(start=(9.9,)))
    assert (run.k, run.stop_reason) == (1, StopReason.DIVERGED)


@pytest.mark.parametrize("kind", ["hill_climbing", "random_search", "gradient_descent"])
def test_point_without_value_leaves_the_best_as_it_was(kind: str) -> None:
    """A point moved by hand out of the domain ends the run; what was best before stays."""
    log = DESCENT.with_values(
        [("problem.formula", "log(x)"), ("problem.low", 0.1), ("optimizer.kind", kind)]
    )
    spec = log.replace(start=(1.0,), changes=(Change(at=5, x=(-1.0,)),))
    runs = [ended(spec, split) for split in (1, 4, 1000)]
    assert {run.digest for run in runs} == {runs[0].digest}
    assert (runs[0].k, runs[0].stop_reason) == (6, StopReason.DIVERGED)
    assert runs[0].trace.best_f == runs[0].best_f


def test_dropped_run_is_freed_without_the_collector() -> None:
    """The window collects seldom, and a run holds up to 60 MB."""
    gc.disable()
    try:
        run = Run(DESCENT).finish()
        gone = weakref.ref(run)
        del run
        assert gone() is None
    finally:
        gc.enable()


def test_slower_algorithm_begins_with_a_short_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else Stop waits for thousands of slow iterations after a change."""
    run = Run(CLIMB.with_value("stopping.max_iterations", 100_000))
    run.advance(20_000)
    lengths: list[tuple[int, int]] = []
    run.change(20_000, optimizer=CLIMB.optimizer.replace(step_size=0.01))
    append = Trace.append

    def note(trace: Trace, block: Block) -> None:
        lengths.append((len(trace), len(block)))
        append(trace, block)

    monkeypatch.setattr(Trace, "append", note)
    run.advance(seconds=0.01)
    assert lengths[0] == (20_001, 1)
    again = Run(run.spec)
    lengths.clear()
    again.advance(20_100)
    assert dict(lengths)[20_001] == 1
