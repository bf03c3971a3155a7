"""A comparison's numbers are those of its runs, and it doesn't say more than they do."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from optiviz import presets
from optiviz.analysis.runs.effort import Spent
from optiviz.engine.stopping import StopReason
from optiviz.studies.comparison import compare
from optiviz.studies.plan import Configuration, Planned, Study
from optiviz.studies.records import Course, Record, recorded
from optiviz.studies.results import Results

CLIMB = presets.load("classic-mlp").spec
DESCENT = CLIMB.with_values(
    [("problem.objective", "log_loss"), ("optimizer.kind", "adam"), ("stopping.max_iterations", 40)]
)


def climb(step):
    return CLIMB.with_value("optimizer.step_size", step)


def study(k=3, seeds=10, **values):
    made = tuple(
        Configuration(name=f"step {i}", spec=climb(0.1 + i / 100)) for i in range(1, k + 1)
    )
    return Study(**{"configurations": made, "search_seeds": tuple(range(seeds)), **values})


def record(accuracy, *, spent=(0, 500, 1000), course=None, stop=StopReason.ITERATIONS, gradients=0):
    """A run whose accuracy rises evenly to its last."""
    spent = np.array(spent, dtype=float)
    read = np.linspace(0, 1, len(spent)) * accuracy if course is None else np.array(course)
    none = 0 * spent
    metrics = {"train_accuracy": read, "test_accuracy": read - 0.1}
    return Record(
        failure="",
        stop_reason=stop,
        iterations=int(spent[-1]),
        evaluations=int(spent[-1]),
        gradient_evaluations=gradients,
        rows_seen=int(spent[-1]) * 670,
        seconds=0.25,
        f=1 - float(read[-1]),
        metrics={name: float(values[-1]) for name, values in metrics.items()},
        digest=str(accuracy),
        course=Course(
            Spent(spent, spent, none + gradients, spent * 670, spent / 4000), 1 - read, metrics
        ),
    )


def results(plan, value, **how):
    return Results(plan, {p: record(value(p), **how) for p in plan.runs})


def rising(planned):
    """Every configuration is better than the one before, at each seed."""
    return 0.5 + 0.05 * planned.configuration + 0.004 * ((planned.search_seed * 7) % 10)


def test_the_rows_are_the_numbers_of_the_runs():
    plan = study(target=0.6)
    found = compare(results(plan, rising))
    assert [row.name for row in found.groups] == ["step 3", "step 2", "step 1"]
    assert [row.rank for row in found.groups] == [1, 2, 3]
    for row in found.groups:
        values = sorted(rising(p) for p in plan.runs if p.configuration == row.configuration)
        assert row.median == pytest.approx((values[4] + values[5]) / 2)
        assert (row.best, row.worst) == pytest.approx((values[-1], values[0]))
        assert row.train_accuracy == pytest.approx(sum(values) / 10)
        assert row.test_accuracy == pytest.approx(sum(values) / 10 - 0.1)
        assert row.success.successes == sum(value >= 0.6 for value in values)
        assert (row.runs, row.planned, row.failed, row.seconds) == (10, 10, 0, 0.25)
        assert row.interval.low <= row.median <= row.interval.high
    best, _, worst = found.groups
    assert best.expected_time.value == best.median_time == 1000
    assert worst.success.rate == 0
    assert worst.expected_time.value == worst.median_time == np.inf
    assert (best.probability_best, worst.probability_best) == (1, 0)
    assert found.group(0) is worst


def test_pairs_of_a_seed_are_tested_and_judged_together():
    found = compare(results(study(), rising))
    assert found.paired
    assert found.overall.name == "Friedman"
    assert found.overall.mean_ranks == (3, 2, 1)
    assert len(found.pairs) == 3
    for pair in found.pairs:
        assert pair.test.name == "Wilcoxon signed-rank"
        assert pair.test.p == pytest.approx(2 / 2**10)
        assert pair.p == pytest.approx(3 * 2 / 2**10)
        assert pair.differs
        assert "In 10 of 10 pairs of runs with the same seed" in pair.sentence
    assert found.pair(2, 0) is found.pair(0, 2)
    assert found.best.name == "step 3"
    assert found.best.not_worse == ()
    assert found.best.headline.startswith("step 3 is ahead: median ")
    assert found.best.sentence.endswith("Each of the others is worse by more than luck explains.")


def test_which_is_best_is_left_open_where_it_is():
    rng = np.random.default_rng(0)
    found = compare(results(study(), lambda p: round(rng.random() * 670) / 670))
    assert len(found.best.not_worse) == 2
    assert "which is best is open" in found.best.sentence
    assert "is ahead, though not surely: median" in found.best.headline
    assert 0 < found.best.probability < 1
    mixed = compare(results(study(4), lambda p: 0.8 * (p.configuration > 0) + rng.random() / 10))
    assert 0 not in mixed.best.not_worse
    assert "the others are worse" in mixed.best.sentence


def test_too_few_seeds_for_so_many_pairs_say_nothing():
    found = compare(results(study(8, seeds=6), rising))
    assert not any(pair.differs for pair in found.pairs)
    assert (
        "With 6 seeds nothing can be said of how sure that is: at least 11" in found.best.sentence
    )
    assert "few_seeds" in [caution.kind for caution in found.cautions]
    alone = compare(results(study(2, seeds=1), rising))
    assert alone.best.name == "step 2"
    assert [caution.kind for caution in alone.cautions][:1] == ["one_seed"]
    assert "in its one run" in alone.best.sentence


def test_failed_runs_are_the_worst_and_counted():
    plan = study()
    found = results(plan, rising)
    for seed in range(6):
        gone = found.records[Planned(2, seed, None)]
        found.records[Planned(2, seed, None)] = replace(gone, stop_reason=StopReason.DIVERGED)
    found.records[Planned(2, 7, None)] = replace(gone, failure="It broke.", f=nan, metrics={})
    said = compare(found)
    row = said.group(2)
    assert (row.failed, row.rank) == (7, 3)
    assert isnan(row.median)
    assert said.best.name == "step 2"
    assert said.pair(1, 2).test.failed == (0, 7)
    assert said.pair(1, 2).test.wins == 7
    assert "7 runs of step 3 failed" in said.pair(1, 2).sentence
    assert json.dumps(said.to_dict(), allow_nan=False)
    for planned, one in found.records.items():
        found.records[planned] = replace(one, failure="It broke.")
    nothing = compare(found)
    assert nothing.best is None
    assert any("So many runs failed" in sentence for sentence in nothing.sentences)
    assert json.dumps(nothing.to_dict(), allow_nan=False)


def test_an_unfinished_study_shows_no_test():
    plan = study()
    found = results(plan, rising)
    for planned in plan.runs[17:]:
        del found.records[planned]
    said = compare(found)
    assert said.best.headline.startswith("So far step 3 is ahead: ")
    assert said.overall is None
    assert all(pair.test is None and isnan(pair.p) for pair in said.pairs)
    assert any("17 of 30 runs are done: tests are withheld" in s for s in said.sentences)
    # The last seed was run with two of the three: 5 pairs are whole.
    assert said.pair(1, 2).sentence.startswith("So far step 3 is ahead in 5 of 5 pairs")
    assert said.pair(0, 1).sentence.startswith("So far step 2 is ahead in 6 of 6 pairs")
    found.look()
    assert found.looks == []
    assert json.dumps(said.to_dict(), allow_nan=False)
    empty = compare(Results(plan))
    assert empty.best is None
    assert [row.rank for row in empty.groups] == [0, 0, 0]
    assert any("0 of 30 runs are done" in s for s in empty.sentences)
    assert json.dumps(empty.to_dict(), allow_nan=False)


def test_at_equal_effort_the_value_is_that_of_the_last_measurement():
    plan = study(2)
    found = results(plan, rising)
    for planned in plan.runs:
        if planned.configuration == 1:
            found.records[planned] = record(
                0.9, spent=(0, 300, 700, 5000), course=(0.1, 0.2, 0.3, 0.9)
            )
    said = compare(found, at="equal")
    assert said.at == said.common == 1000
    assert said.group(1).median == pytest.approx(0.3)
    assert said.best.name == "step 1"
    assert "at 1,000 evaluations, the most that every run reached" in said.sentences[0]
    assert compare(found).best.name == "step 2"
    assert "different_stopping" in [caution.kind for caution in compare(found).cautions]
    assert "different_stopping" not in [caution.kind for caution in said.cautions]
    assert compare(found, at=650).group(1).median == pytest.approx(0.2)
    by_measure = replace_measure(found, "test_accuracy")
    assert compare(by_measure, at=650).group(1).median == pytest.approx(0.1)
    assert compare(found, at=650).sentences[0].startswith("Accuracy at 650 evaluations; more is")
    for wrong in (0, -1, nan):
        with pytest.raises(ValueError, match="positive number"):
            compare(found, at=wrong)
    with pytest.raises(ValueError, match="effort must be one of"):
        compare(found, "gradients")


def replace_measure(found, measure):
    return Results(found.study.replace(measure=measure), found.records)


def test_a_run_that_is_done_early_sets_no_bound_to_equal_effort():
    plan = study(2)
    found = results(plan, rising)
    for seed in range(10):
        found.records[Planned(0, seed, None)] = record(0.7, spent=(0, 90), stop=StopReason.TARGET)
    said = compare(found, at="equal")
    assert said.at == 1000
    assert said.group(0).median == pytest.approx(0.7)


def test_gradients_count_in_the_effort():
    plan = study(2, target=0.45, gradient_weight=3.0)
    found = results(plan, rising, gradients=100)
    said = compare(found)
    assert said.group(0).effort == 1300
    assert "A gradient counts as 3 evaluations" in " ".join(said.sentences)
    assert compare(found, "iterations").group(0).effort == 1000
    assert compare(found, "epochs").group(0).expected_time.unit == "epochs"


def test_different_networks_are_compared_as_groups():
    small = CLIMB.with_value("problem.network.layers.0.units", 5)
    other = (Configuration(name="small", spec=small), Configuration(name="large", spec=CLIMB))
    found = compare(results(study(configurations=other), rising))
    assert not found.paired
    assert found.pairs[0].test.name == "Mann-Whitney"
    assert "100 ways to take a run of each" in found.pairs[0].sentence
    # A lead that each seed has by a little is none where seeds have nothing in common.
    lead = compare(
        results(
            study(configurations=other),
            lambda p: 0.5 + 0.001 * p.configuration + 0.03 * p.search_seed,
        )
    )
    assert 0.3 < lead.best.probability < 0.8
    assert not lead.pairs[0].differs
    alone = compare(results(study(1, seeds=1, configurations=other), rising))
    assert alone.pairs[0].p == 1
    assert "With 1 and 1 run p can't be below 1" in alone.pairs[0].sentence
    third = Configuration(name="third", spec=small.with_value("optimizer.step_size", 0.3))
    found = compare(results(study(configurations=(*other, third)), rising))
    assert found.overall.name == "Kruskal-Wallis"
    lone = compare(results(study(1, seeds=1, configurations=(*other, third)), rising))
    assert lone.overall.p == 1
    assert "independent groups" in " ".join(found.sentences)


def test_seeds_that_cross_are_not_taken_for_independent():
    """30 runs of 10 seeds that differ by the split alone are 3 splits, not 30 pairs."""
    plan = study(2, split_seeds=(1, 2, 3))
    found = compare(
        results(plan, lambda p: 0.5 + 0.01 * p.configuration * p.split_seed + p.search_seed / 100)
    )
    (pair,) = found.pairs
    assert pair.test.least_p == pair.test.p == 0.25
    assert "With 3 pairs p can't be below 0.25" in pair.sentence
    assert not pair.differs
    assert [one.name for one in found.variances] == ["step 1", "step 2"]
    variances = found.variances[0].variances
    assert variances.search == pytest.approx(np.arange(10).var(ddof=1) / 1e4)
    assert variances.split == pytest.approx(0, abs=1e-12)
    assert found.groups[0].interval.method == "bootstrap of both seeds"
    assert "the larger p counts" in " ".join(found.sentences)
    assert json.dumps(found.to_dict(), allow_nan=False)
    partial = results(plan, rising)
    for planned in plan.runs[50:]:
        del partial.records[planned]
    (row, _) = compare(partial).groups
    assert "until every seed was run with every split" in row.interval.sentence
    fixed = compare(results(study(2, split_seeds=(1,)), rising))
    assert fixed.variances == ()
    assert fixed.pairs[0].p == pytest.approx(2 / 2**10)


def test_the_best_cell_of_a_sweep_is_tested_against_the_rest():
    plan = study(30, over=("optimizer.step_size",), measure="test_accuracy")
    found = compare(results(plan, rising))
    assert len(found.pairs) == 29
    assert {pair.first for pair in found.pairs} == {29}
    assert found.pairs[0].p == pytest.approx(min(1, 435 * 2 / 2**10))
    assert "tuned_on_test" in [caution.kind for caution in found.cautions]
    assert len(found.best.not_worse) == 29


def test_the_ceiling_and_identical_runs_are_named():
    found = compare(results(study(), lambda p: 1.0))
    assert "the best accuracy that is possible in every run" in found.best.sentence
    kinds = [caution.kind for caution in found.cautions]
    assert kinds == ["ceiling", "nothing_random"]
    assert all(pair.p == 1 for pair in found.pairs)
    tied = compare(results(study(), lambda p: 0.5 + p.search_seed / 100))
    assert "step 1, step 2 and step 3 share the best median" in tied.best.sentence
    assert [row.rank for row in tied.groups] == [1, 1, 1]
    assert tied.best.probability == pytest.approx(1 / 3)


def test_looking_until_something_shows_is_warned_of():
    small = results(study(seeds=6), rising)
    small.look()
    small.look()
    assert small.looks == [18]
    assert "peeking" not in [caution.kind for caution in compare(small).cautions]
    larger = small.carried_to(study(seeds=12))
    for planned in larger.missing:
        larger.records[planned] = record(rising(planned))
    (peeking, *_) = compare(larger).cautions
    assert peeking.kind == "peeking"
    assert "when 18 runs were done" in peeking.sentence


def test_one_configuration_is_described():
    found = compare(results(study(1, target=0.51), rising))
    assert (found.pairs, found.overall) == ((), None)
    assert found.best.sentence.startswith("step 1 came to a median accuracy of 0.5180 over 10")
    assert found.cautions == ()


def test_a_measure_that_a_run_has_not_is_no_success():
    found = results(study(2, measure="test_accuracy", target=0.1), rising)
    for planned, one in found.records.items():
        if planned.configuration:
            bare = replace(one.course, metrics={})
            found.records[planned] = replace(one, metrics={}, course=bare)
    said = compare(found)
    assert said.group(1).failed == 10
    assert said.group(1).success.rate == 0
    unmeasured = next(caution for caution in said.cautions if caution.kind == "unmeasured")
    assert "step 2 has no test accuracy" in unmeasured.sentence


def test_real_runs_are_read_as_their_records_are():
    plan = Study(
        configurations=(
            Configuration(name="climb", spec=CLIMB.with_value("stopping.max_iterations", 120)),
            Configuration(name="adam", spec=DESCENT),
        ),
        search_seeds=(1, 2, 3),
        measure="test_accuracy",
        target=0.5,
    )
    found = Results(plan, {p: recorded(plan.spec_of(p)) for p in plan.runs})
    said = compare(found, at="equal")
    assert said.paired
    assert said.at == min(121, 3 * 41)
    for i in range(2):
        measured = sorted(r.metrics["test_accuracy"] for _, r in found.of(i))
        assert compare(found).group(i).median == measured[1]
    assert said.label == "test accuracy"
    assert "iterations_across_families" in [
        caution.kind for caution in compare(found, "iterations").cautions
    ]


def test_ten_configurations_of_200_seeds_are_compared_within_a_second():
    rng = np.random.default_rng(0)
    found = results(study(10, 200, target=0.5), lambda p: round(rng.random() * 670) / 670)
    compare(found)
    start = time.process_time()
    compare(found)
    assert time.process_time() - start < 1
