"""What runs have used up, and where they had used as much: a race is read off at one place."""

import numpy as np
import pytest

from optiviz.analysis.runs.prices import price_of, why_efforts_differ
from optiviz.analysis.runs.spending import Level, Levels, iteration_at, spent_at
from optiviz.analysis.runs.starts import same_start
from optiviz.engine import registry
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.studies.race import Budget, race_of

KINDS = registry.kinds("optimizers")
NAMES = ("hill_climbing", "genetic_algorithm", "adam", "mini_batch_gradient_descent", "cma_es")


@pytest.fixture(scope="module")
def runs():
    spec = RunSpec.load("classic-mlp")
    racers = race_of(spec, [(kind, KINDS[kind]()) for kind in NAMES], Budget(amount=600)).racers
    return {name: Run(racer, name).finish() for name, racer in racers}


@pytest.mark.parametrize("effort", ["iterations", "evaluations", "rows", "epochs", "seconds"])
def test_the_place_of_what_was_used_up_is_the_iteration(runs, effort):
    level = Level(effort, 3.0)
    for run in runs.values():
        spent = [spent_at(run, k, level) for k in range(run.k + 1)]
        assert (np.diff(spent) >= 0).all()
        for amount in (0.0, spent[0], spent[run.k // 2], spent[-1], 2 * spent[-1]):
            k = iteration_at(run, amount, level)
            if effort == "seconds":  # between blocks it is interpolated
                assert abs(spent[k] - min(amount, spent[-1])) <= max(np.diff(spent)) + 1e-9
                continue
            known = np.flatnonzero(np.array(spent) <= amount)
            assert k == (known[-1] if len(known) else 0)


def test_a_gradient_counts_as_it_is_weighed(runs):
    adam = runs["adam"]
    at = adam.state(10)
    assert spent_at(adam, 10, Level("evaluations", 5.0)) == at.evaluations + 5 * 10 + 5
    assert spent_at(adam, 10, Level("evaluations", 0.0)) == at.evaluations


def test_runs_are_shown_where_they_had_used_as_much(runs):
    levels, level = Levels(), Level("evaluations", 2.0)
    climb, genetic = runs["hill_climbing"], runs["genetic_algorithm"]
    for k in (0, 250, 599):
        found = levels.k_of(genetic, climb, k, level)
        assert found == levels.k_of(genetic, climb, k, level)
        assert spent_at(genetic, found, level) <= max(k + 1, spent_at(genetic, 0, level))
    assert levels.k_of(genetic, climb, 4, Level("iterations")) == 4
    assert levels.k_of(climb, climb, 10**9, level) == climb.k


def test_a_run_that_grows_is_found_further_on(runs):
    level = Level("evaluations", 2.0)
    slow = Run(runs["hill_climbing"].spec)
    slow.prepare()
    slow.advance(iterations=50)
    levels = Levels()
    assert levels.k_of(slow, runs["adam"], 100, level) == 50
    slow.advance(iterations=400)
    assert levels.k_of(slow, runs["adam"], 100, level) > 250


def test_what_an_iteration_costs_is_said_in_one_sentence(runs):
    assert price_of(runs["hill_climbing"]).words == "1 evaluation"
    assert price_of(runs["adam"]).words == "1 evaluation and a gradient"
    assert price_of(runs["mini_batch_gradient_descent"]).words.endswith("of 670 rows")
    said = why_efforts_differ(list(runs.values()), 2.0)
    assert said.startswith("One iteration of Genetic algorithm takes ")
    assert "a gradient" in said
    assert said.count(".") == said.count("0.") + said.count("1.") + 1 or said.endswith(".")
    assert why_efforts_differ([runs["adam"], runs["adam"]], 2.0) == ""
    assert why_efforts_differ([Run(runs["adam"].spec)], 2.0) == ""
    assert why_efforts_differ([], 2.0) == ""


def test_the_same_start_is_found_in_populations_too(runs):
    assert same_start(list(runs.values()))
    other = Run(runs["adam"].spec.replace(seed=2)).finish()
    assert not same_start([*runs.values(), other])
    assert same_start([])
    assert same_start([Run(other.spec)])


def test_beside_a_run_that_has_not_begun_all_stand_at_their_start(runs):
    """New runs get the focus before their first iteration, while others are shown beside them."""
    new = Run(runs["adam"].spec)
    for effort in ("evaluations", "rows", "epochs", "seconds", "iterations"):
        assert Levels().k_of(runs["hill_climbing"], new, 0, Level(effort)) == 0
