"""Listings are the algorithms: whoever reads or copies one has the very thing that runs.

Without it, a class would be shown lines that do something else than the pictures beside them.
"""

from __future__ import annotations

import ast
import builtins
import sys

import numpy as np
import pytest

from optiviz.analysis.listings import Program, TooMuch, names_in, trace_iteration
from optiviz.datasets.classification import Classification
from optiviz.engine import registry
from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.parameters import fields
from optiviz.engine.spec import Change, RunSpec
from optiviz.engine.stepper import Stepper
from optiviz.engine.stopping import StoppingCriterion
from optiviz.functions.rosenbrock import Rosenbrock
from optiviz.methods.descent import BatchDescent
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.adadelta import Adadelta
from optiviz.optimizers.adagrad import Adagrad
from optiviz.optimizers.adam import Adam
from optiviz.optimizers.adamw import AdamW
from optiviz.optimizers.gradient_descent import GradientDescent
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.mini_batch_gradient_descent import MiniBatchGradientDescent
from optiviz.optimizers.momentum import Momentum
from optiviz.optimizers.nadam import Nadam
from optiviz.optimizers.nesterov import Nesterov
from optiviz.optimizers.pattern_search import PatternSearch
from optiviz.optimizers.perceptron_rule import PerceptronRule
from optiviz.optimizers.quasi_hyperbolic_momentum import QuasiHyperbolicMomentum
from optiviz.optimizers.random_restart_hill_climbing import RandomRestartHillClimbing
from optiviz.optimizers.random_search import RandomSearch
from optiviz.optimizers.rmsprop import RMSprop
from optiviz.optimizers.simulated_annealing import SimulatedAnnealing
from optiviz.optimizers.stochastic_gradient_descent import StochasticGradientDescent
from optiviz.problems.function_2d import Function2D
from optiviz.problems.function_nd import FunctionND
from optiviz.problems.network_training import NetworkTraining
from optiviz.schedules.cosine import Cosine
from optiviz.schedules.exponential import Exponential
from optiviz.schedules.one_cycle import OneCycle
from optiviz.testing import check_refusal
from optiviz.testing.kinds import described
from optiviz.testing.listings import check_listing, unnoticed

_DATA = Classification(n_samples=40, standardize=True)
_SIGMOID = Network(layers=(Layer(units=3, activation="tanh"), Layer(units=1)))
_STEP = Network(layers=(Layer(units=1, activation="step"),))
PROBLEMS = (
    Function2D(),
    NetworkTraining(dataset=_DATA, network=_SIGMOID, objective="log_loss"),
    NetworkTraining(dataset=_DATA, network=_SIGMOID, objective="accuracy"),
    NetworkTraining(dataset=_DATA, network=_STEP, objective="accuracy", initialization="rand"),
)
_SLOW = 0.002  # of learning rates on a function as steep as these
OPTIMIZERS = (
    HillClimbing(),
    HillClimbing(accept_ties=False, mutate="subset", subset_probability=0.6),
    HillClimbing(mutate="one", step_size=0.7),
    RandomRestartHillClimbing(patience=5, restarts=9),
    RandomRestartHillClimbing(patience=1, accept_ties=False, mutate="one"),
    RandomRestartHillClimbing(patience=8, restarts=2, mutate="subset"),
    SimulatedAnnealing(initial_temperature=0.5),
    SimulatedAnnealing(schedule="arithmetic", rate=0.1, initial_temperature=3.0, mutate="one"),
    SimulatedAnnealing(schedule="exponential", rate=0.2, final_temperature=0.01),
    SimulatedAnnealing(schedule="formula", formula="2 / (k + 1)^0.5", mutate="subset"),
    SimulatedAnnealing(schedule="formula", formula="2/max(k, 1)", final_temperature=0.3),
    RandomSearch(),
    RandomSearch(spread=0.3),
    PatternSearch(),
    PatternSearch(step_size=0.5, least_step=0.1, shrink=0.3),
    PerceptronRule(),
    PerceptronRule(rate=2.0),
    GradientDescent(learning_rate=_SLOW),
    GradientDescent(learning_rate=_SLOW, schedule=Cosine(period=9, warm_up=4), clip_norm=2.0),
    StochasticGradientDescent(learning_rate=0.3),
    StochasticGradientDescent(schedule=Exponential(period=10), clip_norm=0.05),
    MiniBatchGradientDescent(batch_size=7),
    MiniBatchGradientDescent(batch_size=1, schedule=OneCycle(period=30)),
    Momentum(learning_rate=_SLOW),
    Momentum(learning_rate=0.05, batch_size=9, clip_norm=0.1),
    Nesterov(learning_rate=_SLOW),
    Nesterov(learning_rate=0.05, batch_size=9, schedule=Cosine(period=7, multiplier=2)),
    QuasiHyperbolicMomentum(learning_rate=_SLOW, nu=0.4),
    QuasiHyperbolicMomentum(learning_rate=0.1, batch_size=11),
    Adagrad(),
    Adagrad(batch_size=10, schedule=OneCycle(period=30)),
    RMSprop(),
    RMSprop(batch_size=10, clip_norm=0.2, schedule=Cosine(period=9)),
    Adadelta(),
    Adadelta(batch_size=5, schedule=Exponential(period=5)),
    Adam(),
    Adam(amsgrad=True, beta_2=0.5, epsilon=0.1),
    Adam(amsgrad=True, batch_size=6, clip_norm=0.2, schedule=Cosine(period=9, warm_up=5)),
    AdamW(weight_decay=2.0),
    AdamW(weight_decay=0.3, batch_size=6, schedule=Cosine(period=9), clip_norm=0.3),
    Nadam(),
    Nadam(beta_1=0.3, batch_size=6, schedule=Cosine(period=9), clip_norm=0.3),
)
# With these, some of the lines make no difference.
AT_THE_END_OF_LIMITS = (
    SimulatedAnnealing(initial_temperature=0.0, rate=0.0),
    GradientDescent(learning_rate=0.0),
    AdamW(beta_1=0.0, beta_2=0.0, weight_decay=0.0, epsilon=1e-100),
    MiniBatchGradientDescent(batch_size=26),
    RandomRestartHillClimbing(restarts=0),
)
OURS = {k: c for k, c in registry.kinds("optimizers").items() if "optiviz." in c.__module__}
LISTED = {kind for kind, cls in OURS.items() if cls().listing() is not None}
AS_USUAL = tuple(OURS[kind]() for kind in sorted(LISTED - {one.kind for one in OPTIMIZERS}))


def takes(optimizer):
    return [problem for problem in PROBLEMS if not check_refusal(optimizer, problem)]


@pytest.mark.parametrize(
    "optimizer", [*OPTIMIZERS, *AS_USUAL, *AT_THE_END_OF_LIMITS], ids=described
)
def test_a_listing_finds_the_trace_of_its_algorithm(optimizer):
    problems = takes(optimizer)
    assert problems
    for problem in problems:
        check_listing(optimizer, problem)


def test_every_algorithm_has_a_listing():
    assert set(OURS) - LISTED == set()


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=described)
def test_a_listing_that_is_slightly_wrong_is_found_out(optimizer):
    """One operator of the loop is another one."""
    assert unnoticed(optimizer, takes(optimizer)) == []


def test_a_listing_works_after_a_change_of_algorithm():
    """Its iterations, and so its random numbers and schedules, are those of the run."""
    problem = PROBLEMS[0]
    annealing = SimulatedAnnealing(initial_temperature=5.0, schedule="exponential")
    stopping = StoppingCriterion(max_iterations=60)
    changes = (Change(at=20, optimizer=annealing), Change(at=40, optimizer=Adam()))
    spec = RunSpec(problem=problem, optimizer=HillClimbing(), changes=changes, stopping=stopping)
    stepper = Stepper(spec)
    state = stepper.start()
    for k in range(60):
        begun = stepper.entering(state)
        optimizer = spec.optimizer_after(k)
        followed = trace_iteration(optimizer, problem.evaluator(), begun, stepper.draws)
        state, _ = stepper.steps(state, 1)
        last = followed.values(len(followed.events) - 1)
        assert last["fx"] == pytest.approx(state.f, rel=1e-12)
        assert last["x"] == pytest.approx(state.x, rel=1e-12)
    program = Program(annealing, problem.evaluator(), stepper.draws)
    program.begin(stepper.advance_to(stepper.start(), 20).x, 20)
    for _ in range(20):
        program.iterate()
    assert program.k == 40
    assert program["fx"] == stepper.advance_to(stepper.start(), 40).f


def test_an_iteration_is_told_line_by_line():
    problem, optimizer = PROBLEMS[0], PatternSearch()
    evaluator = problem.evaluator()
    stepper = Stepper(
        RunSpec(problem=problem, optimizer=optimizer, stopping=StoppingCriterion(max_iterations=9))
    )
    before = sys.gettrace()
    state = stepper.start()
    followed = trace_iteration(optimizer, evaluator, state, stepper.draws)
    assert sys.gettrace() is before, "a debugger would hear of nothing any more"
    lines = optimizer.listing().loop.splitlines()
    told = [lines[event.line].strip() for event in followed.events]
    assert told[:3] == ["if failed:", lines[2], lines[3]]
    assert told.count("trial_f = f(trial)") in (2, 3, 4)
    set_by = {lines[e.line].strip(): set(e.changed) for e in followed.events}
    assert set_by["trial_f = f(trial)"] == {"trial_f"}
    assert set_by["trial[i] += change"] == {"trial"}, "what is changed in place is noticed"
    assert set_by["if failed:"] == set()
    assert followed.values(0)["fx"] == state.f
    assert followed.at(0.0) == 0
    assert followed.at(0.9999) == len(followed.events) - 1
    assert followed.at(0.5) == len(followed.events) // 2


def test_a_trace_is_restored_when_a_line_fails():
    problem = PROBLEMS[0]
    wrong = Listing(before="fx = f(x)", loop="fx = f(x)\nx = nothing")
    program = Program(HillClimbing(), problem.evaluator(), Draws(1), listing=wrong)
    program.begin(np.zeros(2))
    before = sys.gettrace()
    with pytest.raises(NameError):
        program.follow()
    assert sys.gettrace() is before


def test_an_iteration_of_many_lines_is_told_in_short():
    """Pattern search goes over every coordinate: thousands of lines that nobody steps through."""
    problem = FunctionND(function=Rosenbrock(), dimension=900)
    optimizer = PatternSearch()
    stepper = Stepper(
        RunSpec(problem=problem, optimizer=optimizer, stopping=StoppingCriterion(max_iterations=9))
    )
    state = stepper.start()
    followed = trace_iteration(optimizer, problem.evaluator(), state, stepper.draws)
    after, _ = stepper.steps(state, 1)
    assert len(followed.events) < 200
    assert followed.values(len(followed.events) - 1)["fx"] == after.f


def test_an_iteration_that_takes_too_much_is_given_up():
    problem = PROBLEMS[1]
    optimizer = Adam()
    state = optimizer.init(problem.evaluator(), np.ones(problem.dim), Draws(1))
    trace_iteration(optimizer, problem.evaluator(), state, Draws(1), work=1e6)
    with pytest.raises(TooMuch):
        trace_iteration(optimizer, problem.evaluator(), state, Draws(1), work=100.0)


class HalfDescent(BatchDescent):
    """A method as the README shows one, which says nothing of a listing."""

    def rule(self, slope):
        return f"Move by half of {slope}"

    def update(self, step, gradient, x, moments, rate, t):
        np.multiply(gradient, -0.5 * rate, out=step)


class HalfAdam(Adam):
    """Another step than Adam's, with Adam's lines."""

    def update(self, step, gradient, x, moments, rate, t):
        super().update(step, gradient, x, moments, rate, t)
        step *= 0.5


@pytest.mark.parametrize("optimizer", [HalfDescent(), HalfAdam()])
def test_a_method_without_lines_of_its_own_has_no_listing(optimizer):
    """Those of the method that it is made from would be a lie."""
    assert optimizer.listing() is None
    with pytest.raises(ValueError, match="has no listing"):
        Program(optimizer, PROBLEMS[1].evaluator(), Draws(1))


def test_a_listing_reads_only_what_the_contract_names():
    known = {"k", "np", "f", "gradient", "hessian", "normals", "uniforms", "normal_rows"}
    known |= {"uniform_rows", "permutation", "sample", "correction", "n_rows"}
    for optimizer in OPTIMIZERS:
        listing = optimizer.listing()
        settings = {field.name for field in fields(type(optimizer))}
        text = "\n".join((listing.helpers, listing.before, listing.loop))
        nodes = list(ast.walk(ast.parse(text)))
        stored = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        stored |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        names = [node for node in nodes if isinstance(node, ast.Name)]
        stored |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
        free = names_in(listing) - stored - known - settings - set(dir(builtins)) - {"x"}
        assert free == set(), optimizer.kind
        assert stored & settings == set(), optimizer.kind
