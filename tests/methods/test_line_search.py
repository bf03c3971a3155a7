"""A line search ends where its conditions hold, or says that it found nothing, after few trials.

Without it, L-BFGS would crawl or leap, and a run would hang on a kink or at a wall.
"""

from __future__ import annotations

import numpy as np
import pytest

from optiviz.engine.problem import Evaluator
from optiviz.methods.line_search import Line, backtracking, wolfe
from optiviz.problems.function_1d import Function1D


class OnALine(Evaluator):
    """f(x) and its slope, both plain functions of one number."""

    def __init__(self, f, slope):
        super().__init__(Function1D())
        self.f, self.slope, self.tried = f, slope, []

    def evaluate(self, X):
        return np.array([self.f(x) for x in X[:, 0]])

    def value_and_gradient(self, x, rows=None):
        self.tried.append(float(x[0]))
        with np.errstate(all="ignore"):
            return float(self.f(x[0])), np.array([self.slope(x[0])])


def line(problem, share=1e-4, start=0.0):
    f, gradient = problem.value_and_gradient(np.array([start]))
    problem.tried.clear()
    return Line(problem, np.array([start]), f, gradient, -np.sign(gradient), share)


# The first three functions of Moré & Thuente (1994), section 5, with their conditions.
FUNCTIONS = {
    "one minimum": (
        lambda a: -a / (a * a + 2),
        lambda a: (a * a - 2) / (a * a + 2) ** 2,
        (1e-3, 1e-1),
    ),
    "far power": (
        lambda a: (a + 0.004) ** 5 - 2 * (a + 0.004) ** 4,
        lambda a: 5 * (a + 0.004) ** 4 - 8 * (a + 0.004) ** 3,
        (1e-1, 1e-1 + 1e-9),
    ),
    "waves": (
        lambda a: np.cos(3 * a) - 1 - 0.1 * a,
        lambda a: -3 * np.sin(3 * a) - 0.1,
        (1e-2, 1e-1),
    ),
    "cosh": (lambda a: np.cosh(a - 40.0), lambda a: np.sinh(a - 40.0), (1e-4, 1e-3)),
    "quartic": (lambda a: (a - 1e-3) ** 4, lambda a: 4 * (a - 1e-3) ** 3, (1e-4, 1e-2)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("first", [1e-3, 1e-1, 1.0, 10.0, 1e3])
def test_the_strong_wolfe_conditions_hold_after_few_trials(name, first):
    f, slope, (share, curvature) = FUNCTIONS[name]
    problem = OnALine(f, slope)
    search = line(problem, share)
    found = wolfe(search, first, curvature, 40)
    start = search.start
    assert found.f <= start.f + share * found.step * start.slope
    assert abs(found.slope) <= curvature * abs(start.slope)
    assert (found.f, found.slope) == (f(found.step), slope(found.step))
    assert search.evaluations == len(problem.tried) <= 20


def test_a_parabola_takes_two_trials():
    problem = OnALine(lambda a: (a - 0.3) ** 2, lambda a: 2 * (a - 0.3))
    for first in (0.25, 1.0):
        problem.tried.clear()
        found = wolfe(line(problem), first, 1e-6, 40)
        assert found.step == pytest.approx(0.3, abs=1e-15)
        assert problem.tried == [first, pytest.approx(0.3)]


def test_a_kink_ends_at_the_lowest_point_that_was_tried():
    problem = OnALine(lambda a: abs(a - 0.7), lambda a: np.sign(a - 0.7))
    found = wolfe(line(problem), 1.0, 0.5, 25)
    assert len(problem.tried) == 25
    assert found.f == min(abs(a - 0.7) for a in problem.tried) < 1e-4


@pytest.mark.parametrize("wall", [np.nan, np.inf])
@pytest.mark.parametrize("at", [1e-4, 0.5])
def test_it_stays_on_this_side_of_a_wall(wall, at):
    problem = OnALine(lambda a: -a if a < at else wall, lambda a: -1.0 if a < at else np.nan)
    found = wolfe(line(problem), 1.0, 0.9, 30)
    assert 0.5 * at < found.step < at
    assert backtracking(line(problem), 1.0, 30).step < at


def test_a_slope_that_is_no_number_is_a_wall():
    problem = OnALine(lambda a: -a, lambda a: -1.0 if a < 0.5 else np.nan)
    assert wolfe(line(problem), 1.0, 0.9, 30).step < 0.5


def test_minus_infinity_is_taken_at_once():
    problem = OnALine(lambda a: -a if a < 2 else -np.inf, lambda a: -1.0)
    found = wolfe(line(problem), 5.0, 0.9, 30)
    assert (found.f, problem.tried) == (-np.inf, [5.0])
    problem.tried.clear()
    assert wolfe(line(problem), 1.0, 0.9, 30).f == -np.inf
    assert len(problem.tried) == 2
    assert backtracking(line(problem), 5.0, 30).f == -np.inf


def test_nothing_to_be_found_is_none():
    """f goes up, whatever the slope says."""
    problem = OnALine(lambda a: abs(a), lambda a: -1.0)
    for search in (lambda x: wolfe(x, 1.0, 0.9, 12), lambda x: backtracking(x, 1.0, 12)):
        problem.tried.clear()
        assert search(line(problem)) is None
        assert len(problem.tried) == 12


@pytest.mark.parametrize("trials", [1, 2, 3])
def test_few_trials_are_kept_to(trials):
    problem = OnALine(lambda a: (a - 100) ** 2, lambda a: 2 * (a - 100))
    found = wolfe(line(problem), 1e-3, 1e-3, trials)
    assert len(problem.tried) == trials
    assert found.step == problem.tried[-1] > 0


def test_slopes_decide_where_rounding_hides_the_descent():
    """At 1e-9 from the bottom of 1 + a^2 / 2, values are all equal, and Armijo would refuse."""
    problem = OnALine(lambda a: 1.0 + a * a / 2, lambda a: a)
    found = wolfe(line(problem, start=1e-9), 0.9e-9, 0.5, 20)
    assert abs(found.slope) <= 0.5e-9
    assert len(problem.tried) == 1
    assert wolfe(line(problem, start=1e-9), 1e-8, 0.1, 20).slope == pytest.approx(0, abs=1e-10)


def test_backtracking_halves():
    problem = OnALine(lambda a: (a - 0.3) ** 2, lambda a: 2 * (a - 0.3))
    assert backtracking(line(problem), 2.0, 30).step == 0.5
    assert problem.tried == [2.0, 1.0, 0.5]
