"""Every algorithm, problem and dataset in the registry keeps what a run builds on.

Without it, a stop, a step back, a branch or a report may show something else than what happened.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

from optiviz import testing
from optiviz.datasets.classification import Classification
from optiviz.datasets.friedman1 import Friedman1
from optiviz.engine import registry
from optiviz.engine.optimizer import Optimizer, Outcome, Row, first_state, frozen
from optiviz.engine.parameters import SpecError
from optiviz.engine.problem import Evaluator
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.methods import climbing
from optiviz.networks.network import Layer, Network
from optiviz.optimizers import random_search
from optiviz.optimizers.adam import Adam
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.mini_batch_gradient_descent import MiniBatchGradientDescent
from optiviz.optimizers.nelder_mead import NelderMead
from optiviz.optimizers.nesterov import Nesterov
from optiviz.optimizers.random_restart_hill_climbing import RandomRestartHillClimbing
from optiviz.optimizers.simulated_annealing import SimulatedAnnealing
from optiviz.problems.function_1d import EXAMPLES, Function1D
from optiviz.problems.network_training import NetworkEvaluator, NetworkTraining
from optiviz.schedules.cosine import Cosine
from optiviz.testing.samples import Cliff

PROBLEMS = (*testing.problems_with_slope(), *testing.problems_without_slope())
OPTIMIZERS = [
    *(cls() for cls in registry.kinds("optimizers").values()),
    HillClimbing(mutate="subset", step_size=0.4),
    HillClimbing(mutate="one", accept_ties=False, step_size=1.0),
    MiniBatchGradientDescent(batch_size=7, learning_rate=0.5),
    NelderMead(adaptive=True, initial_size=2.0),
    Adam(batch_size=16, amsgrad=True, clip_norm=0.5, schedule=Cosine(period=8, warm_up=3)),
    Nesterov(batch_size=25),
    RandomRestartHillClimbing(patience=4, restarts=9, mutate="one", accept_ties=False),
    SimulatedAnnealing(schedule="formula", formula="1 / (k + 1)", step_size=0.5),
]


def named(thing):
    parts = [thing.kind]
    for name in ("formula", "objective", "mutate", "batch_size", "schedule"):
        if hasattr(thing, name):
            parts.append(str(getattr(thing, name)))
    return "-".join(parts)


PAIRS = [
    pytest.param(optimizer, problem, id=f"{named(optimizer)}-on-{named(problem)}")
    for optimizer in OPTIMIZERS
    for problem in PROBLEMS
    if not testing.check_refusal(optimizer, problem)
]


@pytest.mark.parametrize("check", testing.OPTIMIZER_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(("optimizer", "problem"), PAIRS)
def test_optimizer(optimizer, problem, check):
    check(optimizer, problem)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=named)
def test_optimizer_as_a_whole(optimizer):
    testing.check_kind(optimizer)
    testing.check_divergence(optimizer)


@pytest.mark.parametrize("kind", registry.kinds("optimizers"))
def test_algorithms_go_over_the_cliff(kind):
    """The check of divergence means something only where an algorithm gets that far."""
    optimizer = registry.kinds("optimizers")[kind]()
    stopping = StoppingCriterion(max_iterations=5000)
    run = Run(RunSpec(problem=Cliff(beyond=-1.0), optimizer=optimizer, stopping=stopping)).finish()
    assert run.stop_reason.name == "DIVERGED"
    assert run.k > 0


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=named)
@pytest.mark.parametrize("problem", PROBLEMS, ids=named)
def test_what_is_refused_says_what_would_work(optimizer, problem):
    refused = testing.check_refusal(optimizer, problem)
    has_slope = problem.missing_gradient() is None
    assert refused or has_slope or not optimizer.needs_gradient


@pytest.mark.parametrize("kind", registry.kinds("optimizers"))
def test_what_an_algorithm_refuses_is_the_exception(kind):
    """Each works on some problem, and one without conditions on every one."""
    optimizer = registry.kinds("optimizers")[kind]()
    refused = [testing.check_refusal(optimizer, problem) for problem in PROBLEMS]
    assert not all(refused)
    plain = type(optimizer).check_problem is Optimizer.check_problem
    assert not any(refused) or optimizer.needs_gradient or not plain


@pytest.mark.parametrize("check", testing.PROBLEM_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(
    "problem",
    [
        *PROBLEMS,
        *(Function1D(formula=formula) for formula in EXAMPLES),
        NetworkTraining(
            dataset=Classification(n_samples=64, n_informative=3, n_classes=3),
            network=Network(layers=(Layer(units=9, activation="relu"), Layer(units=3))),
            objective="log_loss",
            initialization="he",
        ),
        NetworkTraining(  # more rows than a chunk
            dataset=Classification(n_samples=9000, test_size=0.05),
            network=Network(layers=(Layer(units=2), Layer(units=1))),
            objective="log_loss",
        ),
        NetworkTraining(  # one feature, one row in the test part
            dataset=Classification(
                n_samples=16,
                n_features=1,
                n_informative=1,
                n_redundant=0,
                n_clusters_per_class=1,
                test_size=0.01,
            ),
            network=Network(),
            initialization="zeros",
        ),
        NetworkTraining(
            dataset=Classification(n_samples=40),
            network=Network(layers=(*[Layer(units=3, activation="tanh")] * 4, Layer(units=1))),
            objective="mean_squared_error",
        ),
        NetworkTraining(
            dataset=Classification(n_samples=64, n_informative=3, n_classes=3),
            network=Network(
                layers=(
                    Layer(units=3, activation="elu"),
                    Layer(units=4, activation="sine"),
                    Layer(units=3, activation="identity"),
                )
            ),
            objective="hinge",
            l2=0.05,
        ),
        NetworkTraining(  # counted in single precision, with a penalty in double precision
            dataset=Classification(n_samples=64),
            network=Network(layers=(Layer(units=5, activation="tanh"), Layer(units=1))),
            l1=0.01,
        ),
        NetworkTraining(  # more rows than a chunk
            dataset=Friedman1(n_samples=9000),
            network=Network(
                layers=(
                    Layer(units=2, activation="leaky_relu"),
                    Layer(units=1, activation="identity"),
                )
            ),
            objective="mean_absolute_error",
        ),
    ],
    ids=named,
)
def test_problem(problem, check):
    check(problem)


@pytest.mark.parametrize("check", testing.DATASET_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(
    "dataset",
    [
        *(cls() for cls in registry.kinds("datasets").values()),
        Classification(
            n_samples=80, n_classes=3, n_informative=5, n_features=9, weights=(0.2, 0.3)
        ),
        Classification(n_samples=50, n_features=12, n_repeated=2, shift=None, scale=None),
        Classification(n_samples=33, test_size=0.5, hypercube=False, shuffle=False, flip_y=0.5),
        Classification(n_samples=300, n_features=40, n_informative=30, n_classes=100),
        Classification(n_samples=60, stratify=True, standardize=True),
        *(
            registry.kinds("datasets")[kind](**values, stratify=True)
            for kind, values in {
                "blobs": {"n_samples": 101, "n_classes": 7, "n_features": 5},
                "gaussian_quantiles": {"n_samples": 101, "n_classes": 7, "n_features": 3},
                "moons": {"n_samples": 31},
                "circles": {"n_samples": 31},
                "spirals": {"n_samples": 101, "n_classes": 5},
                "xor": {"n_samples": 31},
                "checkerboard": {"n_samples": 31, "squares": 3},
                "iris": {"n_samples": 31},
                "wine": {"n_samples": 100, "noise": 0.5},
                "digits": {"n_samples": 97},
                "points": {"x": (0, 1, 2, 3), "y": (3, 2, 1, 0), "classes": (7, 2, 7, 2)},
            }.items()
        ),
        *(
            registry.kinds("datasets")[kind](**values)
            for kind, values in {
                "linear": {"slopes": (1, -2, 3), "standardize": True},
                "diabetes": {"n_samples": 40, "noise": 0.3},
                "friedman1": {"n_samples": 30, "standardize_target": False},
            }.items()
        ),
    ],
    ids=lambda dataset: f"{dataset.kind}-{dataset.table_sizes()[0]}",
)
def test_dataset(dataset, check):
    check(dataset)


@pytest.mark.parametrize("numbers", [1, 64, 1000, 1 << 16])
@pytest.mark.parametrize("together", [0.01, 10.0, 1e9])
def test_what_buys_speed_changes_no_bit(monkeypatch, numbers, together):
    spec = RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 150)
    perceptron = RunSpec.load("classic-perceptron").with_value("stopping.max_iterations", 400)
    specs = [spec, perceptron, perceptron.replace(optimizer=random_search.RandomSearch())]
    usual = [Run(s).finish().digest for s in specs]
    monkeypatch.setattr(climbing, "STRETCH", numbers)
    monkeypatch.setattr(random_search, "_STRETCH", numbers)
    monkeypatch.setattr(NetworkEvaluator, "points_per_call", together)
    assert [Run(s).finish().digest for s in specs] == usual


# The suite itself: an algorithm that breaks a promise is told so, in a sentence.


class _Honest(Optimizer):
    """Halves x. Without a kind it is in no registry."""

    label = "Halving"

    def sentence(self):
        return "Halve x."

    def init(self, problem, x0, draws):
        return first_state(x0, float(problem.evaluate(x0[None])[0]))

    def step(self, problem, state, draws):
        x = frozen(self.proposal(state, draws))
        f = float(problem.evaluate(x[None])[0])
        better = f < state.best_f
        after = replace(
            state,
            k=state.k + 1,
            x=x,
            f=f,
            best_x=x if better else state.best_x,
            best_f=f if better else state.best_f,
            best_k=state.k + 1 if better else state.best_k,
            evaluations=state.evaluations + 1,
            rows_seen=state.rows_seen + problem.n_rows,
        )
        outcome = Outcome.IMPROVED if f < state.f else Outcome.WORSE
        if f == state.f:
            outcome = Outcome.EQUAL
        row = Row(f, after.best_f, outcome, after.evaluations, 0, after.rows_seen)
        return self.spoilt(after, row)

    def proposal(self, state, draws):
        return state.x / 2

    def spoilt(self, state, row):
        return state, row


class _Remembers(_Honest):
    calls: ClassVar[list[int]] = []

    def proposal(self, state, draws):
        self.calls.append(1)
        return state.x / 2 + len(self.calls)


class _Writable(_Honest):
    def spoilt(self, state, row):
        return replace(state, x=state.x.copy()), row


class _Boasts(_Honest):
    def spoilt(self, state, row):
        after = replace(state, best_f=state.best_f - 1, best_k=state.k)
        return after, row._replace(best_f=after.best_f)


class _WrongOutcome(_Honest):
    def spoilt(self, state, row):
        return state, row._replace(outcome=Outcome.REJECTED)


class _Miscounts(_Honest):
    def spoilt(self, state, row):
        state = replace(state, evaluations=max(0, 5 - state.k))
        return state, row._replace(evaluations=state.evaluations)


class _ForgetsBest(_Honest):
    def spoilt(self, state, row):
        return replace(state, best_x=frozen(state.x * 1)), row


class _Channels(_Honest):
    def spoilt(self, state, row):
        return state, row._replace(channels=(1.0,))


@pytest.mark.parametrize(
    ("optimizer", "sentence"),
    [
        (_Remembers, "the column f is not the same bit for bit"),
        (_Writable, r"state\.x can be written to"),
        (_Boasts, "doesn't have the value best_f"),
        (_WrongOutcome, "REJECTED doesn't fit f"),
        (_Miscounts, "evaluations went down"),
        (_ForgetsBest, "the best point changed"),
        (_Channels, "declares 0 channels, delivers 1"),
    ],
)
def test_a_broken_promise_is_named(optimizer, sentence):
    problem = Function1D(formula="abs(x - 1)")

    def check_all():
        for check in testing.OPTIMIZER_CHECKS[:2]:
            check(optimizer(), problem)

    # What no run can be made of is refused where it is computed.
    with pytest.raises((AssertionError, TypeError), match=sentence):
        check_all()


def test_an_honest_algorithm_of_somebody_else_passes():
    for check in testing.OPTIMIZER_CHECKS:
        for problem in PROBLEMS:
            check(_Honest(), problem)
    testing.check_divergence(_Honest())


class _Together(Function1D):
    """Scores points relative to those beside it, which is not allowed."""

    def evaluator(self):
        return _TogetherEvaluator(self)


class _TogetherEvaluator(Evaluator):
    def evaluate(self, X):
        return X[:, 0] - X[:, 0].mean()


def test_a_problem_whose_values_depend_on_the_batch_is_named():
    with pytest.raises(AssertionError, match="have other bits than alone"):
        testing.PROBLEM_CHECKS[0](_Together())


def test_impossible_settings_together_are_refused_at_a_field():
    with pytest.raises(SpecError) as caught:
        Classification(n_features=2)
    assert [mistake.path for mistake in caught.value.mistakes] == ["n_informative"]
    assert np.isfinite(Classification(n_features=3).load().X_train).all()
