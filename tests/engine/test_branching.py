"""A branch is its parent up to iteration k, to the bit, and goes on from there by itself."""

import numpy as np
import pytest

from optiviz import presets
from optiviz.engine.run import Run, RunStatus
from optiviz.engine.stopping import StoppingCriterion, StopReason
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.simulated_annealing import SimulatedAnnealing
from optiviz.store import run_file

SPEC = presets.load("classic-mlp").spec.with_value("stopping.max_iterations", 2500)


@pytest.fixture(scope="module")
def parent() -> Run:
    return Run(SPEC).finish()


def branched(parent: Run, k: int, **change: object) -> Run:
    """Return a branch with limits that let it go on, as the window makes one."""
    limits = parent.spec.stopping.beyond(
        parent.state(k), parent.seconds, parent.spec.problem, parent.f_start
    )
    made = Run(parent.branch(k, **change).spec.replace(stopping=limits))
    made.begin_as(parent, k)
    return made


@pytest.mark.parametrize("k", [0, 1, 1023, 1024, 1500, 2500])
def test_a_branch_has_its_parents_rows_and_the_trace_that_its_spec_says(parent, k):
    x = np.linspace(-1, 1, SPEC.problem.dim)
    for change in ({"optimizer": HillClimbing(step_size=0.5)}, {"x": x}):
        made = branched(parent, k, **change)
        made.advance(k + 700 - made.k)
        rows, same = made.trace.rows(0, k + 1), parent.trace.rows(0, k + 1)
        assert all(np.array_equal(vars(rows)[n], vars(same)[n], True) for n in vars(rows))
        again = Run(made.spec)
        again.advance(made.k)
        assert made.digest == again.digest


def test_what_the_branch_does_leaves_the_parent_alone(parent):
    digest = parent.digest
    made = branched(parent, 1500, optimizer=SimulatedAnnealing())
    made.finish()
    assert parent.digest == digest == Run(SPEC).finish().digest
    assert made.digest != digest
    assert made.digest == Run(made.spec).finish().digest


def test_a_branch_of_a_branch_is_one_run(parent):
    first = branched(parent, 1200, optimizer=HillClimbing(step_size=0.5)).finish()
    second = branched(first, 1800, optimizer=HillClimbing(step_size=0.01)).finish()
    assert [c.at for c in second.spec.changes] == [1200, 1800]
    assert second.digest == Run(second.spec).finish().digest
    back = branched(second, 600, optimizer=SimulatedAnnealing()).finish()
    assert [c.at for c in back.spec.changes] == [600]
    assert back.digest == Run(back.spec).finish().digest


def test_a_run_that_is_another_is_not_taken_over(parent):
    made = Run(SPEC.replace(seed=2))
    made.begin_as(parent, 1500)
    assert made.k == 0
    made.advance(5)
    again = Run(SPEC.replace(seed=2))
    again.advance(5)
    assert made.digest == again.digest


def test_an_opened_run_can_be_branched(parent, tmp_path):
    run_file.save(tmp_path / "a.optiviz", [parent])
    (opened,) = run_file.load(tmp_path / "a.optiviz")
    made = branched(opened, 2000, optimizer=HillClimbing(step_size=0.3)).finish()
    assert made.digest == Run(made.spec).finish().digest


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"max_iterations": 40}, StopReason.ITERATIONS),
        ({"max_iterations": 0}, StopReason.ITERATIONS),
        ({"max_iterations": 9000, "max_evaluations": 40}, StopReason.EVALUATIONS),
        ({"max_epochs": 30.0}, StopReason.EPOCHS),
        ({"max_iterations": 9000, "patience": 20}, StopReason.PATIENCE),
        ({"max_iterations": 9000, "target": 0.3}, StopReason.TARGET),
        ({"ended_at": 30}, StopReason.ENDED),
    ],
)
def test_a_branch_at_the_end_goes_on_whatever_ended_its_parent(limits, reason):
    parent = Run(SPEC.replace(stopping=StoppingCriterion(**limits))).finish()
    assert parent.stop_reason is reason
    made = branched(parent, parent.k, optimizer=HillClimbing(step_size=0.5)).finish()
    assert made.k > parent.k
    assert made.status is RunStatus.FINISHED


def test_limits_that_are_not_used_up_stay():
    parent = Run(SPEC).finish()
    state = parent.state(100)
    assert SPEC.stopping.beyond(state, 0.0, SPEC.problem, parent.f_start) == SPEC.stopping


def test_nothing_leads_on_from_where_a_run_diverged():
    spec = presets.load("classic-descent").spec.with_value("optimizer.learning_rate", 50.0)
    parent = Run(spec).finish()
    assert parent.stop_reason is StopReason.DIVERGED
    state = parent.state_now
    limits = spec.stopping.beyond(state, 0.0, spec.problem, parent.f_start)
    due = limits.before(state, 0.0, spec.problem, parent.f_start)
    assert due is not None
    assert due.reason is StopReason.DIVERGED
