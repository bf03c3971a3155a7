"""A study's runs are the same wherever they are done, and nothing that is done is lost."""

from __future__ import annotations

import pytest

from optiviz import presets
from optiviz.studies.execution import ExecutionError, execute
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.records import Loaded, recorded
from optiviz.studies.results import Results

CLASSIC = presets.load("classic-mlp").spec
BATCHES = presets.load("classic-minibatch").spec
FUNCTION = presets.load("rastrigin-10d").spec


def short(spec, iterations=60):
    return spec.replace(stopping=spec.stopping.replace(max_iterations=iterations))


def study(*specs, seeds=(1, 2, 3), **values):
    configurations = tuple(
        Configuration(name=f"{i} {spec.optimizer.kind}", spec=spec) for i, spec in enumerate(specs)
    )
    values = {"measure": "test_accuracy", **values}
    return Study(configurations=configurations, search_seeds=seeds, **values)


def digests(results):
    return {planned: record.digest for planned, record in results.records.items()}


def test_processes_and_this_process_come_to_the_same_bits():
    plan = study(short(CLASSIC), short(BATCHES), split_seeds=(1, 2))
    alone, told = execute(Results(plan), 1), []
    shared = Results(plan)
    together = execute(shared, 2, progress=lambda *news: told.append(news))
    assert together is shared
    assert together.complete
    assert digests(together) == digests(alone)
    assert digests(alone) == {p: recorded(plan.spec_of(p)).digest for p in plan.runs}
    assert {planned for _, planned, _ in told} == set(plan.runs)
    assert all(done is shared and record is done.records[p] for done, p, record in told)


def test_what_is_done_is_kept_when_it_is_cancelled_and_not_done_again():
    plan = study(short(CLASSIC), short(BATCHES))
    results = Results(plan)
    execute(results, 1, cancelled=lambda: len(results.records) >= 2)
    assert list(results.records) == list(plan.runs[:2])
    before, told = dict(results.records), []
    execute(results, 1, progress=lambda _, planned, __: told.append(planned))
    assert told == list(plan.runs[2:])
    assert all(results.records[planned] is record for planned, record in before.items())


@pytest.mark.parametrize("jobs", [0])
def test_a_number_of_jobs_that_is_none(jobs):
    with pytest.raises(ExecutionError, match="jobs must be at least 1"):
        execute(Results(study(CLASSIC)), jobs)


@pytest.mark.parametrize("spec", [CLASSIC, BATCHES, FUNCTION])
def test_loaded_data_change_no_bit(spec):
    loaded = Loaded()
    for seed in (1, 2, 1):
        one = short(spec, 300).replace(seed=seed)
        assert recorded(one, loaded).digest == recorded(one).digest
