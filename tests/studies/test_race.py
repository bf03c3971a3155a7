"""A race is fair: the same rows, split and start, over at equal effort; who can't race says why."""

import numpy as np
import pytest

from optiviz.analysis.runs.starts import same_start
from optiviz.engine import registry
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stepper import Stepper
from optiviz.studies.race import Budget, budget_of, race_of

KINDS = registry.kinds("optimizers")
CLIMB = RunSpec.load("classic-mlp")


def chosen(*kinds):
    return [(KINDS[kind].label, KINDS[kind]()) for kind in kinds]


def test_every_racer_has_the_same_rows_seed_and_start():
    race = race_of(CLIMB, chosen("hill_climbing", "genetic_algorithm", "adam", "lbfgs"), Budget())
    problems = [racer.spec.problem for racer in race.racers]
    assert len({problem.dataset for problem in problems}) == 1
    assert len({problem.network for problem in problems}) == 1
    assert [problem.objective for problem in problems] == ["accuracy"] * 2 + ["log_loss"] * 2
    points = {Stepper(racer.spec).start_point().tobytes() for racer in race.racers}
    assert len(points) == 1
    assert race.sentences == (
        "Adam and L-BFGS need a slope, which accuracy has not: they race on log loss, with the "
        "same rows and the same start.",
    )


@pytest.mark.parametrize(
    ("effort", "amount", "used"),
    [
        ("iterations", 40, lambda s: s.k),
        ("evaluations", 300, lambda s: s.evaluations + 2 * s.gradient_evaluations),
        ("rows", 100_500, lambda s: s.rows_seen),
        ("epochs", 150, lambda s: s.rows_seen / 670),
    ],
)
def test_all_have_used_up_the_budget_and_not_an_iteration_more(effort, amount, used):
    budget = Budget(effort=effort, amount=amount)
    racers = chosen("hill_climbing", "genetic_algorithm", "adam", "mini_batch_gradient_descent")
    for racer in race_of(CLIMB, racers, budget).racers:
        run = Run(racer.spec).finish()
        assert used(run.state(run.k - 1)) < amount <= used(run.state_now)


def test_a_race_by_the_clock_says_that_it_is_not_the_same_twice():
    race = race_of(CLIMB, chosen("adam"), Budget(effort="seconds", amount=0.05))
    assert "no race ends twice alike" in race.sentences[-1]
    assert race.racers[0].spec.stopping.max_seconds == 0.05


def test_the_set_up_suggests_a_budget():
    assert budget_of(CLIMB).amount == 3000
    epochs = CLIMB.with_values([("stopping", {"max_epochs": 7.0})])
    assert (budget_of(epochs).effort, budget_of(epochs).amount) == ("epochs", 7.0)
    evaluations = CLIMB.with_values([("stopping", {"max_evaluations": 77})])
    assert budget_of(evaluations).amount == 77


def test_who_cannot_race_is_named_with_the_reason():
    step = RunSpec.load("classic-perceptron")
    with pytest.raises(SpecError) as caught:
        race_of(step, chosen("hill_climbing", "adam", "lbfgs"), Budget())
    paths = [mistake.path for mistake in caught.value.mistakes]
    assert paths == ["Adam", "L-BFGS"]
    assert "slope" in caught.value.mistakes[0].message
    with pytest.raises(SpecError, match="at least one"):
        race_of(step, [], Budget())


def test_one_algorithm_races_twice_under_two_names():
    two = [("Adam", KINDS["adam"](learning_rate=rate)) for rate in (0.01, 0.1)]
    assert [racer.name for racer in race_of(CLIMB, two, Budget()).racers] == ["Adam", "Adam (2)"]


def test_functions_race_as_they_are():
    spec = RunSpec.load("rosenbrock-2d")
    race = race_of(spec, chosen("adam", "nelder_mead"), Budget(amount=90))
    assert race.sentences == ()
    runs = [Run(racer.spec).finish() for racer in race.racers]
    assert same_start(runs)  # the simplex has the start as a corner
    assert np.array_equal(runs[0].state(0).x, (-1.2, 1.0))
