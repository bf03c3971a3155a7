"""Processes are kept busy to the end, and hear of work seldom enough."""

from __future__ import annotations

import pytest

from optiviz.studies.execution.turns import Turns
from optiviz.studies.plan import Planned


def runs(configurations, seeds):
    return [Planned(c, seed, None) for seed in range(seeds) for c in range(configurations)]


def worked_off(missing, jobs, cost):
    """Return the batches, and when each of so many workers has done its last one."""
    turns, busy, batches = Turns(missing, jobs), [0.0] * jobs, []
    while turns:
        worker = busy.index(min(busy))
        batches.append(turns.batch())
        for planned in batches[-1]:
            busy[worker] += cost(planned)
            turns.took(planned, cost(planned))
    return batches, busy


@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_every_run_comes_up_once(jobs):
    missing = runs(3, 40)
    batches, _ = worked_off(missing, jobs, lambda planned: 0.001 * 10**planned.configuration)
    given = [planned for batch in batches for planned in batch]
    assert sorted(given, key=str) == sorted(missing, key=str)
    assert all(batches)


def test_the_order_is_that_of_the_plan_but_for_the_end():
    missing = runs(4, 50)
    batches, _ = worked_off(missing, 2, lambda _: 0.01)
    given = [planned for batch in batches for planned in batch]
    assert given[:150] == missing[:150]


def test_quick_runs_go_in_batches_and_dear_ones_alone():
    batches, _ = worked_off(runs(1, 2000), 2, lambda _: 0.001)
    assert len(batches) < 100
    assert max(map(len, batches)) * 0.001 < 0.3
    batches, _ = worked_off(runs(1, 20), 2, lambda _: 1.0)
    assert max(map(len, batches)) == 1


@pytest.mark.parametrize("jobs", [2, 4, 8])
def test_a_slow_algorithm_leaves_nobody_waiting_at_the_end(jobs):
    def cost(planned):
        return 3.0 if planned.configuration == 3 else 0.02

    missing = runs(8, 4 * jobs)
    _, busy = worked_off(missing, jobs, cost)
    ideal = sum(map(cost, missing)) / jobs
    assert max(busy) < 1.06 * ideal


def test_a_configuration_can_be_withdrawn():
    turns = Turns(runs(2, 3), 2)
    turns.batch()
    assert turns.withdraw(0) == [Planned(0, 1, None), Planned(0, 2, None)]
    given = []
    while turns:
        given += turns.batch()
    assert {planned.configuration for planned in given} == {1}
