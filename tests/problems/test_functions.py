"""Problems of functions: what a spec may say of them, and what it is told when it can't be."""

import numpy as np
import pytest

import optiviz
from optiviz import testing
from optiviz.engine import registry
from optiviz.engine.draws import Draws
from optiviz.engine.parameters import SpecError
from optiviz.engine.spec import RunSpec
from optiviz.functions.formula import TypedFormula
from optiviz.functions.himmelblau import Himmelblau
from optiviz.functions.rosenbrock import Rosenbrock
from optiviz.functions.saddle import Saddle
from optiviz.functions.schwefel import Schwefel
from optiviz.functions.sphere import Sphere
from optiviz.problems.function_2d import Function2D
from optiviz.problems.function_nd import FunctionND

KINDS = registry.kinds("functions")
PROBLEMS = [
    *(Function2D(function=cls()) for cls in KINDS.values()),
    *(FunctionND(function=cls(), dimension=7) for cls in KINDS.values() if 7 in cls.dims),
    FunctionND(function=Sphere(), dimension=1),
    FunctionND(function=Rosenbrock(), dimension=300),
    Function2D(function=TypedFormula(formula="exp(x/2) sin(y) + x y^2"), low=-1, high=2),
]


@pytest.mark.parametrize("check", testing.PROBLEM_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: f"{p.function.kind}-{p.dim}")
def test_problem(problem, check):
    check(problem)
    testing.check_kind(problem)


def spec_of(problem):
    optimizer = {"kind": "gradient_descent", "learning_rate": 0.001}
    return {"problem": problem, "optimizer": optimizer, "stopping": {"max_iterations": 3}}


def test_a_spec_reads_as_it_is_documented():
    problem = {"kind": "function_2d", "function": {"kind": "rosenbrock"}}
    spec = RunSpec.from_dict(spec_of(problem) | {"start": [-1.2, 1.0]})
    assert spec.problem == Function2D(function=Rosenbrock())
    run = optiviz.run(spec)
    assert run.f_start == pytest.approx(24.2)
    assert run.best_f < 24.2
    assert RunSpec.from_dict(spec.to_dict()) == spec
    typed = {"kind": "formula", "formula": "x^2 + 3y^2", "low": -1, "high": 2}
    problem = RunSpec.from_dict(spec_of({"kind": "function_2d", "function": typed})).problem
    assert problem.domain == (-1, 2)


@pytest.mark.parametrize(
    ("problem", "path", "sentence"),
    [
        (
            {"kind": "function_nd", "function": {"kind": "beale"}, "dimension": 3},
            "problem.function.kind",
            "Beale needs exactly 2 variables, not 3",
        ),
        (
            {"kind": "function_nd", "function": {"kind": "rosenbrock"}, "dimension": 1},
            "problem.function.kind",
            "Rosenbrock needs at least 2 variables, not 1",
        ),
        ({"kind": "function_nd", "dimension": 0}, "problem.dimension", "must be at least 1, is 0"),
        (
            {"kind": "function_nd", "dimension": 1001},
            "problem.dimension",
            "must be at most 1,000, is 1,001",
        ),
        (
            {"kind": "function_2d", "function": {"kind": "nothing"}},
            "problem.function.kind",
            "'nothing' is not known; known are ackley, beale",
        ),
        (
            {"kind": "function_2d", "function": {"kind": "formula", "formula": "x + z"}},
            "problem.function.formula",
            "'z' at character 5 is not known; the variables are x and y",
        ),
        (
            {"kind": "function_2d", "low": 9.0},
            "problem.low",
            "must not end at 5, since it begins at 9",
        ),
        (
            {"kind": "function_2d", "low": 1.0, "high": 1.0},
            "problem.high",
            "must not end at 1, since it begins at 1",
        ),
    ],
)
def test_what_is_impossible_is_said_at_its_field(problem, path, sentence):
    with pytest.raises(SpecError) as caught:
        RunSpec.from_dict(spec_of(problem))
    (mistake,) = caught.value.mistakes
    assert mistake.path == path
    assert sentence in mistake.message


def test_starts_are_drawn_evenly_from_the_domain():
    for problem, low, high in (
        (Function2D(function=Schwefel()), -500, 500),
        (Function2D(function=Schwefel(), high=-400), -500, -400),
        (FunctionND(function=Sphere(), dimension=4, low=2.0), 2, 5.12),
    ):
        X = problem.sample(Draws(1), "start", 0, 2000)
        assert low <= X.min() < X.max() <= high
        np.testing.assert_allclose(X.mean(axis=0), (low + high) / 2, atol=0.05 * (high - low))


def test_the_distance_to_the_nearest_known_minimum_is_measured():
    evaluator = Function2D(function=Himmelblau()).evaluator()
    assert evaluator.metrics(np.array([3.0, 6.0])) == {"distance": 4.0}
    assert evaluator.metrics(np.array([-3.0, 3.0]))["distance"] < 0.3
    assert Function2D(function=Saddle()).evaluator().metrics(np.zeros(2)) == {}


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (
            Function2D(function=Rosenbrock()),
            "The lowest point of Rosenbrock, f = Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)², of 2 variables, "
            "was searched for. From −2.048 to 2.048 its lowest value is 0, at (1, 1).",
        ),
        (
            FunctionND(function=KINDS["styblinski_tang"](), dimension=10),
            "its lowest value is −391.662, at (−2.9035, −2.9035, …, −2.9035).",
        ),
        (
            Function2D(function=TypedFormula(formula="x + y")),
            "The lowest point of f = x + y, of 2 variables, was searched for.",
        ),
    ],
)
def test_the_sentence_names_the_known_minimum(problem, sentence):
    assert problem.sentence().endswith(sentence)


def test_values_of_different_functions_are_not_on_one_axis():
    problems = [
        Function2D(function=Sphere()),
        FunctionND(function=Sphere(), dimension=3),
        FunctionND(function=Sphere(), dimension=4),
        Function2D(function=Rosenbrock()),
        Function2D(function=Rosenbrock(steepness=10)),
        Function2D(function=TypedFormula(formula="x + y")),
    ]
    assert len({problem.reading.name for problem in problems}) == len(problems)
