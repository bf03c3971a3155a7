"""A study's plan says which runs there are, and its records what became of them."""

from __future__ import annotations

import numpy as np
import pytest

from optiviz import presets
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Reader, Run
from optiviz.studies.measures import along, final
from optiviz.studies.plan import Configuration, Planned, Study
from optiviz.studies.records import record_of, recorded
from optiviz.studies.results import Results

CLASSIC = presets.load("classic-mlp").spec
BATCHES = presets.load("classic-minibatch").spec
FUNCTION = presets.load("rastrigin-10d").spec


def short(spec, iterations=60):
    return spec.replace(stopping=spec.stopping.replace(max_iterations=iterations))


def study(**values):
    configurations = (
        Configuration(name="climb", spec=short(CLASSIC)),
        Configuration(name="batches", spec=short(BATCHES)),
    )
    return Study(
        **{
            "configurations": configurations,
            "search_seeds": (1, 2, 3),
            "measure": "test_accuracy",
            **values,
        }
    )


def test_every_seed_is_run_with_every_configuration_and_split():
    plan = study(split_seeds=(7, 8))
    assert plan.size == len(plan.runs) == 12
    assert plan.runs[:3] == (Planned(0, 1, 7), Planned(1, 1, 7), Planned(0, 1, 8))
    spec = plan.spec_of(Planned(1, 3, 8))
    assert (spec.seed, spec.problem.dataset.split_seed) == (3, 8)
    assert plan.name_of(Planned(1, 3, 8)) == "batches · seed 3, split 8"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"search_seeds": ()}, "search_seeds: must name at least one"),
        ({"search_seeds": (1, 1)}, "must differ"),
        ({"measure": "objective"}, "accuracy and log loss"),
        ({"split_seeds": (1,), "configurations": (Configuration(name="f", spec=FUNCTION),)}, "'f'"),
        ({"search_seeds": tuple(range(10_000)), "split_seeds": tuple(range(6))}, "at most 100,000"),
    ],
)
def test_an_impossible_plan_is_refused_in_a_sentence(values, words):
    with pytest.raises(SpecError, match=words):
        study(**values)


@pytest.mark.parametrize("spec", [short(CLASSIC), short(BATCHES), short(FUNCTION, 20)])
def test_what_is_kept_of_a_run_is_what_the_run_did(spec):
    record, run = recorded(spec), Run(spec).finish()
    assert record.digest == run.digest
    assert (record.iterations, record.stop_reason) == (run.k, run.stop_reason)
    state, spent = run.state_now, record.course.spent
    assert spent.k[0] == 0
    assert spent.k[-1] == run.k
    assert (np.diff(spent.k) > 0).all()
    assert spent.evaluations[-1] == state.evaluations == record.evaluations
    x = state.x if spec.optimizer.needs_gradient else state.best_x
    assert record.f == run.evaluator.evaluate(x[None])[0]
    assert record.metrics == run.evaluator.metrics(x)
    measure = "test_accuracy" if "test_accuracy" in record.metrics else "objective"
    values = along(measure, record, spec.problem)
    assert values[-1] == final(measure, record, spec.problem)


@pytest.mark.parametrize("spec", [short(CLASSIC, 400), short(BATCHES, 90), short(FUNCTION, 200)])
def test_a_run_of_the_window_is_kept_as_the_study_would_have(spec):
    run = Run(spec)
    while run.status.value in ("not started", "running"):
        run.advance(iterations=7)  # blocks of other lengths than a study's
    kept, own = record_of(run, Reader(run)), recorded(spec)
    assert (kept.digest, kept.f, kept.metrics) == (own.digest, own.f, own.metrics)
    for one, other in zip(columns(kept), columns(own), strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def columns(record):
    spent, course = record.course.spent, record.course
    return spent.k, spent.evaluations, spent.rows_seen, course.f, *course.metrics.values()


@pytest.mark.parametrize("spec", [CLASSIC, BATCHES, FUNCTION])
def test_values_on_the_way_are_those_of_what_would_be_handed_back_there(spec):
    record, run = recorded(short(spec, 150)), Run(short(spec, 150)).finish()
    reader, measured = Reader(run), 0
    for i, k in enumerate(record.course.spent.k.astype(int).tolist()):
        state = reader.state(k)
        x = state.x if spec.optimizer.needs_gradient else state.best_x
        assert record.course.f[i] == run.evaluator.evaluate(x[None])[0]
        for name, value in run.evaluator.metrics(x).items():
            if not np.isnan(record.course.metrics[name][i]):
                assert record.course.metrics[name][i] == value
                measured += 1
    assert len(record.course.f) < 100
    assert measured or not record.metrics


def test_a_run_that_fails_is_kept_with_its_sentence():
    run = Run(CLASSIC)
    kept = record_of(run, Reader(run))
    assert kept.failed
    assert kept.failure == "It has not been started."
    rate = short(FUNCTION).with_value("optimizer.learning_rate", 1e6)
    assert recorded(rate).failed
    assert not recorded(rate).failure


def test_records_go_over_to_a_plan_with_more_seeds():
    small = study(search_seeds=(1,))
    results = Results(small, {planned: recorded(small.spec_of(planned)) for planned in small.runs})
    assert results.complete
    larger = study(configurations=small.configurations[::-1])
    carried = results.carried_to(larger)
    assert set(carried.records) == {Planned(0, 1, None), Planned(1, 1, None)}
    assert carried.records[Planned(1, 1, None)] is results.records[Planned(0, 1, None)]
    assert len(carried.missing) == 4


def test_a_sweep_names_its_settings_however_long_their_paths_are():
    """The most that a sequence may hold once was the longest that a text in it may be, too."""
    assert study(over=("optimizer.learning_rate",)).over == ("optimizer.learning_rate",)
    with pytest.raises(SpecError, match="at most 2 items"):
        study(over=("a", "b", "c"))
