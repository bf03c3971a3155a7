"""One slope through rows: the error is what it says, over all rows and over any of them."""

import numpy as np
import pytest

from optiviz import presets, testing
from optiviz.engine.parameters import SpecError
from optiviz.engine.run import Run
from optiviz.problems.one_parameter_regression import OneParameterRegression

PROBLEMS = [
    OneParameterRegression(),
    OneParameterRegression(n_samples=2, noise=0.0, slope=-10.0),
    OneParameterRegression(n_samples=10_000, outliers=10_000, noise=100.0, random_state=2**32 - 1),
    OneParameterRegression(n_samples=333, low=-1e9, high=1e9),
]


@pytest.mark.parametrize("check", testing.PROBLEM_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("problem", PROBLEMS[:3], ids=["usual", "exact", "large"])
def test_problem(problem, check):
    check(problem)
    testing.check_kind(problem)


@pytest.mark.parametrize("problem", PROBLEMS, ids=["usual", "exact", "large", "wide"])
def test_error_slope_and_curvature_are_those_of_the_rows(problem):
    x, y = problem.rows
    w = np.array([-1.0, 0.0, 2.5])
    expected = [np.mean([(v * a - b) ** 2 for a, b in zip(x, y, strict=True)]) for v in w]
    np.testing.assert_allclose(problem.values(w), expected)
    evaluator = problem.evaluator()
    slopes = [evaluator.gradient(np.array([v]))[0] for v in w]
    np.testing.assert_allclose(problem.slopes(w), slopes)
    np.testing.assert_allclose(problem.curvatures(w), 2 * np.mean(x**2))
    best = float(np.linalg.lstsq(x[:, None], y, rcond=None)[0][0])
    assert problem.best == pytest.approx(best)
    assert evaluator.metrics(np.array([problem.best + 0.5]))["distance"] == pytest.approx(0.5)


def test_rows_are_made_with_the_slope_and_some_are_far_above():
    plain = OneParameterRegression(noise=0.0, slope=3.0)
    x, y = plain.rows
    np.testing.assert_array_equal(y, 3 * x)
    assert (np.abs(x) <= 2).all()
    off = plain.replace(outliers=4).rows[1] - y
    np.testing.assert_allclose(off, [6.0] * 4 + [0.0] * 16)
    assert plain.replace(random_state=2).rows[0].tolist() != x.tolist()


@pytest.mark.parametrize(
    ("settings", "path"), [({"low": 3, "high": 3}, "high"), ({"outliers": 21}, "outliers")]
)
def test_what_can_not_be_is_said(settings, path):
    with pytest.raises(SpecError) as error:
        OneParameterRegression.from_dict({"kind": "one_parameter_regression", **settings})
    assert [m.path for m in error.value.mistakes] == [path]


def test_the_demonstration_shows_three_ways_of_taking_rows():
    """All rows go straight to the best slope; single rows never come to rest."""
    runs = {name: Run(spec).finish() for name, spec in presets.load("one-parameter").specs}
    assert [run.spec.problem.n_rows for run in runs.values()] == [20] * 3
    late = {
        name: [abs(run.state(k).x[0] - run.spec.problem.best) for k in range(60, 81)]
        for name, run in runs.items()
    }
    assert max(late["all rows"]) < 1e-3
    assert 1e-2 < max(late["batches of 5"]) < max(late["single rows"])
