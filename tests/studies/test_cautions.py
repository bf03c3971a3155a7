"""Unfair comparisons are warned of before they are made, and fair ones are not."""

from __future__ import annotations

import pytest

from optiviz import presets
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.studies.cautions import cautions_of, cost_of_iteration
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.sweep import grid

CLIMB = presets.load("classic-mlp").spec
LOG_LOSS = CLIMB.with_value("problem.objective", "log_loss")
ADAM = LOG_LOSS.with_value("optimizer.kind", "adam")
BATCHES = LOG_LOSS.with_value("optimizer.kind", "mini_batch_gradient_descent")
GENETIC = CLIMB.with_value("optimizer.kind", "genetic_algorithm")
FUNCTION = presets.load("rastrigin-10d").spec


def kinds(specs, effort="evaluations", measure="train_accuracy"):
    return [caution.kind for caution in cautions_of(specs, effort, measure)]


def limited(spec, **stopping):
    stopping = {"max_iterations": None, **stopping}
    return spec.replace(stopping=spec.stopping.replace(**stopping))


def test_a_fair_comparison_has_no_caution_but_its_one_seed():
    equal = {"max_evaluations": 900, "gradient_weight": 2.0}
    fair = [limited(spec, **equal) for spec in (CLIMB, ADAM, GENETIC)]
    assert kinds(fair) == ["one_seed"]
    more = [spec.replace(seed=seed) for spec in fair for seed in (1, 2)]
    assert kinds(more) == []
    assert kinds([]) == kinds([CLIMB]) == []


@pytest.mark.parametrize(
    ("specs", "effort", "measure", "kind"),
    [
        ([CLIMB, GENETIC], "iterations", "objective", "iterations_across_families"),
        ([CLIMB, ADAM], "iterations", "train_accuracy", "iterations_across_families"),
        ([ADAM, BATCHES], "evaluations", "objective", "batches"),
        ([CLIMB, ADAM], "evaluations", "objective", "different_goals"),
        (
            [CLIMB, CLIMB.with_value("problem.dataset.split_seed", 2)],
            "rows",
            "objective",
            "different_data",
        ),
        ([CLIMB, FUNCTION], "evaluations", "objective", "different_data"),
        (
            [FUNCTION, FUNCTION.with_value("problem.dimension", 3)],
            "evaluations",
            "objective",
            "different_data",
        ),
        ([CLIMB, CLIMB.replace(seed=2)], "evaluations", "objective", "different_starts"),
        ([CLIMB, GENETIC.replace(seed=2)], "evaluations", "objective", "different_starts"),
        (
            [CLIMB, CLIMB.with_value("problem.network.layers.0.units", 3)],
            "evaluations",
            "objective",
            "different_starts",
        ),
        ([CLIMB, limited(CLIMB, max_seconds=1.0)], "evaluations", "objective", "clock"),
        ([CLIMB, GENETIC], "seconds", "objective", "clock"),
        ([CLIMB, ADAM], "evaluations", "train_accuracy", "different_stopping"),
        ([CLIMB, limited(CLIMB, max_iterations=1100)], "epochs", "objective", "different_stopping"),
        (
            [CLIMB, limited(CLIMB, max_iterations=9, target=1.0)],
            "rows",
            "objective",
            "different_stopping",
        ),
        (
            [CLIMB, CLIMB.with_value("optimizer.step_size", 0.3)],
            "evaluations",
            "test_accuracy",
            "tuned_on_test",
        ),
    ],
)
def test_what_is_unfair_is_named_with_what_to_do(specs, effort, measure, kind):
    for order in (specs, specs[::-1]):
        (found,) = [c for c in cautions_of(order, effort, measure) if c.kind == kind]
        assert found.sentence.endswith(".")
        assert found.instead.endswith(".")


@pytest.mark.parametrize(
    ("specs", "effort", "kind"),
    [
        ([CLIMB, GENETIC], "evaluations", "iterations_across_families"),
        ([ADAM, BATCHES], "rows", "batches"),
        ([CLIMB, limited(CLIMB, max_iterations=1030)], "evaluations", "different_stopping"),
        ([CLIMB, LOG_LOSS], "evaluations", "different_starts"),
    ],
)
def test_what_is_fair_is_not_warned_of(specs, effort, kind):
    assert kind not in kinds(specs, effort, "test_accuracy")


@pytest.mark.parametrize("over", [{"optimizer.step_size": (0.1, 0.3)}, {}])
def test_seeds_that_all_share_are_no_different_starts(over):
    """Each sweep and each repeat has several; who is warned of that reads no warning any more."""
    base = RunSpec.load("classic-perceptron")
    if over:
        plan = grid(base, over, search_seeds=(1, 2, 3), measure="train_accuracy")
    else:
        one = Configuration(name="one", spec=base)
        plan = Study(configurations=(one,), search_seeds=(1, 2, 3))
    assert cautions_of(plan.samples(), "evaluations", plan.measure) == ()


def test_the_cost_in_words_is_what_the_runs_cost():
    (caution, *_) = cautions_of([CLIMB, ADAM, GENETIC], "iterations", "train_accuracy", 2.0)
    assert "1 for Stochastic hill climbing, 3 for Adam and 100 for" in caution.sentence
    es = CLIMB.with_value("optimizer.kind", "evolution_strategy")
    cma = CLIMB.with_value("optimizer.kind", "cma_es")
    swarm = CLIMB.with_value("optimizer.kind", "particle_swarm")
    for spec in (CLIMB, ADAM, BATCHES, GENETIC, es, cma, swarm):
        run = Run(limited(spec, max_iterations=8))
        run.finish()
        before, after = run.state(3), run.state(8)
        did = after.evaluations - before.evaluations
        did += 2 * (after.gradient_evaluations - before.gradient_evaluations)
        assert cost_of_iteration(spec) == pytest.approx(did / 5, rel=0.1), spec.optimizer.kind
