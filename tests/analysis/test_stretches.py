"""Flat stretches are those that a look at every row finds, however the run came and is held."""

from dataclasses import replace

import numpy as np
import pytest

from optiviz import presets
from optiviz.analysis.runs import stretches
from optiviz.analysis.runs.events import change_words, events
from optiviz.analysis.runs.stretches import Stretch, drift, flat_stretches, least_length
from optiviz.engine.history import History
from optiviz.engine.optimizer import Block, Outcome, first_state
from optiviz.engine.run import Reader, Run
from optiviz.engine.stopping import StopReason
from optiviz.engine.trace import Trace
from optiviz.optimizers.adam import Adam
from optiviz.optimizers.hill_climbing import HillClimbing

CLIMB = presets.load("classic-mlp").spec.with_value("stopping.max_iterations", 3000)
RESTARTS = CLIMB.with_value(
    "optimizer", {"kind": "random_restart_hill_climbing", "patience": 150, "restarts": 12}
)


@pytest.fixture(scope="module")
def climb() -> Run:
    return Run(CLIMB).finish()


def by_hand(run: Run) -> list[tuple[int, int, float, int]]:
    """Go through all rows one by one."""
    rows = Reader(run).rows(0, len(run.trace))
    found, start = [], 0
    for k in range(1, len(rows) + 1):
        same = k < len(rows) and rows.f[k] == rows.f[start] and rows.best_f[k] == rows.best_f[start]
        if not same:
            if k - 1 - start >= least_length(run.k):
                kept = int((rows.outcome[start + 1 : k] != Outcome.REJECTED).sum())
                found.append((start, k - 1, float(rows.f[start]), kept))
            start = k
    return found


def as_tuples(found: list[Stretch]) -> list[tuple[int, int, float, int | None]]:
    return [(s.start, s.end, s.f, s.kept) for s in found]


@pytest.mark.parametrize("spec", [CLIMB, RESTARTS], ids=["climb", "restarts"])
@pytest.mark.parametrize("block", [1, 7, 1000])
def test_stretches_are_those_that_every_row_shows_however_it_came(spec, block):
    run = Run(spec.with_value("stopping.max_iterations", 700 if block == 1 else 3000))
    while run.advance(block):
        flat_stretches(run)  # as the window does, frame by frame
    assert as_tuples(flat_stretches(run)) == by_hand(run)
    assert as_tuples(flat_stretches(Run(run.spec).finish())) == by_hand(run)


def test_a_stretch_of_no_kept_moves_stood_still_and_one_of_equal_moves_drifted(climb):
    reader = Reader(climb)
    found = flat_stretches(climb)
    first, stuck = found[0], next(s for s in found if s.kept == 0)
    told = drift(climb, first, reader)
    points = [climb.state(k).x for k in (first.start, first.end)]
    assert told.distance == pytest.approx(np.linalg.norm(points[1] - points[0]))
    assert told.way >= told.distance > 0
    assert told.relative == pytest.approx(told.distance / np.linalg.norm(points[0]))
    assert told.sentence(first).startswith(f"drifted {told.distance:.2f}")
    assert f"in {first.kept} kept moves" in told.sentence(first)
    assert "known points" in told.sentence(first)
    assert drift(climb, stuck).sentence(stuck) == "stood still: no move was kept"
    ends = [climb.state(k).x for k in (stuck.start, stuck.end)]
    assert np.array_equal(*ends)


def test_what_is_nothing_is_left_out_of_the_words():
    """A descent at the bottom moves by a hundred-thousandth of its length."""
    run = Run(presets.load("one-parameter").spec).finish()
    (stretch,) = flat_stretches(run)
    told = drift(run, stretch, Reader(run))
    assert told.short == "hardly moved"
    assert told.sentence(stretch) == "hardly moved in 47 kept moves, while nothing changed"
    straight = replace(told, relative=0.2)
    assert straight.sentence(stretch).endswith(
        "(20% of its length) in 47 kept moves, while nothing changed"
    )


def test_what_was_not_measured_is_not_said_without_a_reader():
    run = Run(CLIMB).finish()
    stretch = flat_stretches(run)[0]
    assert drift(run, stretch) is None
    measured = drift(run, stretch, Reader(run))
    assert drift(run, stretch) == measured


def test_a_change_drops_what_was_found_beyond_it():
    run = Run(CLIMB).finish()
    flat_stretches(run)
    drift(run, flat_stretches(run)[0], Reader(run))
    run.change(50, optimizer=HillClimbing(step_size=0.5))
    run.finish()
    found = flat_stretches(run)
    assert as_tuples(found) == by_hand(run)
    moved = next(s for s in found if s.kept)
    assert drift(run, moved, Reader(run)).end == moved.end


def test_where_rows_are_no_longer_held_stretches_are_known_to_a_bucket():
    run = Run(CLIMB.with_value("stopping.max_iterations", 6000))
    run.trace = Trace(run.n_channels, rows=1024, buckets=64)
    run.history = History(run.trace)
    run.finish()
    exact = by_hand(Run(run.spec).finish())
    assert run.trace.first_held > 0
    found = flat_stretches(run)
    assert found
    width = run.trace._buckets.width
    for stretch in found:
        near = [e for e in exact if abs(e[0] - stretch.start) <= width]
        assert any(abs(e[1] - stretch.end) <= width and e[2] == stretch.f for e in near)
        assert not stretch.exact
        assert stretch.kept is None
        assert drift(run, stretch, Reader(run)) is not None


class Told:
    """Stands for a run with a trace of one's own."""

    def __init__(self, f: list[float]) -> None:
        self.spec = CLIMB
        self.trace = Trace(0)
        values = np.array(f)
        with np.errstate(invalid="ignore"):
            best = np.fmin.accumulate(values)
        outcome = np.zeros(len(f), dtype=np.int8)
        start = first_state(np.zeros(2), values[0])
        self.trace.append(Block.of_evaluations(values, best, outcome, start, 1))


@pytest.mark.parametrize(
    ("f", "count"),
    [
        ([1.0], 0),
        ([1.0] * 20, 0),
        ([1.0] * 21, 1),
        ([0.0] * 50, 1),
        ([np.nan] * 50, 0),
        ([np.inf] * 50, 0),
        ([*np.linspace(1, 0, 50)], 0),
        ([1.0, 0.5] * 50, 0),
        ([*[2.0] * 30, *[1.0] * 30], 2),
        ([0.5 + 1e-13 * i for i in range(60)], 1),  # a plateau whose last digits flicker
    ],
)
def test_any_values_are_looked_at_without_a_complaint(f, count):
    assert len(flat_stretches(Told(f))) == count


def test_there_are_fifty_at_most_however_long_a_run_is():
    run = Told([float(-(i // 40)) for i in range(20_000)])
    assert len(flat_stretches(run)) <= 50
    assert len(stretches.scan_of(run)._found) <= 2 * stretches._KEPT


def test_events_are_the_restarts_the_changes_and_the_improvements(climb):
    run = Run(RESTARTS).finish()
    found = events(run)
    assert events(run) is found
    column = run.trace.rows(0, len(run.trace)).channels[:, 0]
    counted = np.flatnonzero(np.diff(np.nan_to_num(column)) > 0) + 1
    assert found.restarts.tolist() == counted.tolist()
    assert len(found.restarts) == run.state_now.restarts > 3
    assert np.array_equal(events(climb).improvements, climb.trace.improvements)
    assert not len(events(climb).restarts)


def test_every_event_is_gone_through_by_steps_to_the_next(climb):
    found = events(climb)
    ends = {k for s in found.stretches for k in (s.start, s.end)}
    wanted = sorted(ends | set(found.improvements.tolist()))
    k, seen = -1, []
    while (k := found.neighbour(k, forward=True)) is not None:
        seen.append(k)
    assert seen == wanted
    k, back = climb.k + 1, []
    while (k := found.neighbour(k, forward=False)) is not None:
        back.append(k)
    assert back == wanted[::-1]


def test_a_change_is_said_in_words(climb):
    run = climb.branch(10, HillClimbing(step_size=0.05))
    run = run.branch(20, HillClimbing(step_size=0.05, accept_ties=False))
    run = run.branch(30, x=np.zeros(CLIMB.problem.dim))
    words = [change_words(run.spec, i) for i in range(3)]
    assert words == ["step size 0.1 → 0.05", "equal moves on → off", "weights edited"]
    spec = presets.load("classic-descent").spec
    moved = Run(spec).branch(3, Adam(), np.array([1.5])).spec
    assert change_words(moved, 0) == "Gradient descent → Adam, moved to (1.5000)"


def test_a_run_that_diverged_at_once_or_failed_has_events():
    spec = presets.load("classic-descent").spec.with_value("optimizer.learning_rate", 1e6)
    run = Run(spec).finish()
    assert run.stop_reason is StopReason.DIVERGED
    assert events(run).stretches == ()
    assert events(Run(spec)).neighbour(0, forward=True) is None
