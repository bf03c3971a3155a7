"""Nelder-Mead is scipy's, corner by corner; pattern search is what Hooke and Jeeves wrote.

Without it, a class would watch some other simplex than the one in its book.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize, rosen

from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import Outcome
from optiviz.engine.parameters import SpecError
from optiviz.engine.problem import Evaluator
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion, StopReason
from optiviz.optimizers import pattern_search
from optiviz.optimizers.nelder_mead import Coefficients, NelderMead
from optiviz.optimizers.pattern_search import PatternSearch
from optiviz.problems.function_1d import Function1D
from optiviz.problems.network_training import NetworkTraining

DRAWS = Draws(1)
START = np.array([-1.2, 1.0, 0.7, -0.4, 1.3, 0.2, -0.9, 0.55])


class On(Evaluator):
    """A plain function of several numbers, whose values are counted."""

    def __init__(self, f, dim):
        super().__init__(Function1D())
        self.f, self.dim, self.values, self.n_rows = f, dim, 0, 5

    def evaluate(self, X):
        self.values += len(X)
        return np.array([self.f(x) for x in X], dtype=float)


def powell(x):
    """Powell's singular function, of four numbers at a time."""
    a, b, c, d = x[0::4], x[1::4], x[2::4], x[3::4]
    terms = (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4
    return float(terms.sum())


def parabola(x):
    return float((x[0] - 0.3) ** 2)


def path(optimizer, evaluator, x0, n):
    states = [optimizer.init(evaluator, np.array(x0, dtype=float), DRAWS)]
    rows = []
    for _ in range(n):
        state, row = optimizer.step(evaluator, states[-1], DRAWS)
        states.append(state)
        rows.append(row)
    return states, rows


# Nelder-Mead


@pytest.mark.parametrize(
    ("f", "dim", "adaptive"),
    [
        *((f, dim, a) for f, dim in ((rosen, 2), (rosen, 3), (rosen, 8)) for a in (False, True)),
        *((powell, dim, a) for dim in (4, 8) for a in (False, True)),
        (parabola, 1, False),  # adapted to one dimension, scipy's shrinks to a point
    ],
)
def test_nelder_mead_is_scipys_simplex_after_simplex(f, dim, adaptive):
    n, x0, size = 150, START[:dim], 0.7
    states, _ = path(NelderMead(initial_size=size, adaptive=adaptive), On(f, dim), x0, n)
    first = np.vstack((x0, x0 + size * np.eye(dim)))
    options = {"initial_simplex": first, "adaptive": adaptive, "xatol": 0, "fatol": 0}
    theirs = []
    minimize(
        f,
        x0,
        method="Nelder-Mead",
        callback=lambda intermediate_result: theirs.append(intermediate_result),
        options={**options, "maxiter": n + 1, "maxfev": 10**6},
    )
    compared = min(n, len(theirs))
    assert compared > (100 if dim > 1 else 40)
    for state, point in zip(states[1 : compared + 1], theirs, strict=False):
        np.testing.assert_array_equal(state.x, point.x)
        assert state.f == point.fun
    # With a limit of n, scipy does n - 1 iterations.
    for k in (1, 2, 5, 20, 60, compared):
        end = minimize(
            f, x0, method="Nelder-Mead", options={**options, "maxiter": k + 1, "maxfev": 10**6}
        )
        np.testing.assert_array_equal(states[k].simplex, end.final_simplex[0])
        np.testing.assert_array_equal(states[k].values, end.final_simplex[1])
        assert states[k].evaluations == end.nfev


def test_coefficients():
    assert Coefficients.adaptive(2) == Coefficients.adaptive(1) == Coefficients.standard()
    assert Coefficients.adaptive(10) == pytest.approx((1, 1.2, 0.7, 0.9))


def test_one_of_each_move_by_hand():
    """f = |x|^2 in the plane, corners (1, 1), (2, 1), (1, 2): what each move makes of them."""

    def move(f, values):
        state = NelderMead(initial_size=1.0).init(On(lambda x: x @ x, 2), np.ones(2), DRAWS)
        state = type(state)(**(vars(state) | {"values": np.array(values), "f": values[0]}))
        after, row = NelderMead().step(On(f, 2), state, DRAWS)
        return after.simplex.tolist(), row.evaluations - 3, row.outcome

    # The worst corner (1, 2) goes through the centre (1.5, 1) of the others: to (2, 0).
    corners = ([1, 1], [2, 1], [1, 2])
    reflected, expanded, outside, inside = [2, 0], [2.5, -1], [1.75, 0.5], [1.25, 1.5]

    def scored(*known):
        table = {tuple(map(float, point)): value for point, value in known}
        return lambda x: table[tuple(x.tolist())]

    assert move(scored((reflected, 1.5)), [1, 2, 3]) == (
        [corners[0], reflected, corners[1]],
        1,
        Outcome.REJECTED,
    )
    f = scored((reflected, 0.5), (expanded, 0.2))
    assert move(f, [1, 2, 3]) == ([expanded, *corners[:2]], 2, Outcome.IMPROVED)
    f = scored((reflected, 0.5), (expanded, 0.7))
    assert move(f, [1, 2, 3]) == ([reflected, *corners[:2]], 2, Outcome.IMPROVED)
    f = scored((reflected, 2.5), (outside, 2.2))
    assert move(f, [1, 2, 3]) == ([*corners[:2], outside], 2, Outcome.REJECTED)
    f = scored((reflected, 4), (inside, 0.1))
    assert move(f, [1, 2, 3]) == ([inside, *corners[:2]], 2, Outcome.IMPROVED)
    f = scored((reflected, 4), (inside, 5), ([1.5, 1], 9), ([1, 1.5], np.nan))
    assert move(f, [1, 2, 3]) == ([corners[0], [1.5, 1], [1, 1.5]], 4, Outcome.REJECTED)


@pytest.mark.parametrize("beyond", [np.nan, np.inf])
def test_a_simplex_over_an_edge_comes_back(beyond):
    """Corners without a value are the worst, and never kept as better."""
    f = On(lambda x: x @ x if x[0] > 0.5 else beyond, 2)
    states, rows = path(NelderMead(initial_size=2.0), f, [0.6, 3.0], 200)
    assert states[-1].x == pytest.approx([0.5, 0], abs=2e-3)
    assert all(np.isfinite(state.values).all() for state in states)
    assert all(np.isfinite(row.f) for row in rows)


def test_the_simplex_starts_at_the_best_of_its_corners():
    state = NelderMead(initial_size=1.0).init(On(lambda x: x @ x, 3), -np.ones(3), DRAWS)
    assert (state.f, state.best_f, state.evaluations) == (2.0, 2.0, 4)
    assert state.values.tolist() == [2.0, 2.0, 2.0, 3.0]


# Pattern search


def by_the_book(f, x, step, shrink, least, sweeps):
    """Hooke & Jeeves, one trial after the other; (x, f, trials) after each sweep."""
    f_x, trials, found, before = f(x), 1, [], x
    around_x_failed = False
    while len(found) < sweeps:
        if around_x_failed:
            if step <= least:
                break
            step = max(step * shrink, least)
        pattern = not np.array_equal(before, x)
        y, f_y = x, f_x
        if pattern:
            y = x + (x - before)
            f_y = f(y)
            trials += 1
        for i in range(len(x)):
            for sign in (1, -1):
                tried = y.copy()
                tried[i] += sign * step
                f_tried = f(tried)
                trials += 1
                if f_tried < f_y:
                    y, f_y = tried, f_tried
                    break
        if f_y < f_x:
            before, x, f_x, around_x_failed = x, y, f_y, False
        else:
            before, around_x_failed = x, not pattern
        found.append((x, f_x, trials, step))
    return found


@pytest.mark.parametrize(
    ("f", "dim"), [(rosen, 2), (rosen, 8), (powell, 8), (lambda x: float(np.abs(x).sum()), 5)]
)
@pytest.mark.parametrize("numbers", [1, 1 << 16])
def test_pattern_search_is_the_books_trial_by_trial(monkeypatch, f, dim, numbers):
    """Scoring ahead must change neither the way nor what is counted."""
    monkeypatch.setattr(pattern_search, "_STRETCH", numbers)
    optimizer = PatternSearch(step_size=0.4, shrink=0.3, least_step=1e-4)
    states, rows = path(optimizer, On(f, dim), START[:dim], 150)
    book = by_the_book(f, START[:dim], 0.4, 0.3, 1e-4, 150)
    assert len(book) > 15
    for state, row, (x, f_x, trials, step) in zip(states[1:], rows, book, strict=False):
        np.testing.assert_array_equal(state.x, x)
        assert (state.f, row.evaluations, row.channels[0]) == (f_x, trials, step)
    assert states[-1].rows_seen == 5 * (states[-1].evaluations - 1)
    for state in states[len(book) + 1 :]:  # nothing is left to try
        assert state.evaluations == book[-1][2] + state.k - len(book)


def test_pattern_search_finds_the_bottom():
    states, rows = path(PatternSearch(), On(rosen, 2), [-1.2, 1.0], 2000)
    assert states[-1].x == pytest.approx([1, 1], abs=1e-6)
    assert {row.outcome for row in rows} == {Outcome.IMPROVED, Outcome.REJECTED}


def test_pattern_search_lengthens_its_stride_on_a_slope():
    """Each success adds one step to the pattern: 1, 3, 6, 10, 15."""
    states, rows = path(PatternSearch(step_size=1.0), On(lambda x: -x[0], 1), [0.0], 5)
    assert [state.x[0] for state in states] == [0, 1, 3, 6, 10, 15]
    assert {row.channels for row in rows} == {(1.0, 1.0)}


def test_a_smaller_least_step_wakes_a_search_that_had_ended():
    run = Run(
        RunSpec(
            problem=Function1D(),
            optimizer=PatternSearch(least_step=0.1),
            stopping=StoppingCriterion(max_iterations=200),
            start=(1.2345,),
        )
    ).finish()
    assert 1e-3 < abs(run.best_x[0]) < 0.1
    run.change(200, PatternSearch(least_step=1e-6))
    longer = run.branch(200).spec.replace(stopping=StoppingCriterion(max_iterations=300))
    assert abs(Run(longer).finish().best_x[0]) < 1e-5


@pytest.mark.parametrize("optimizer", [PatternSearch(), NelderMead()])
def test_a_run_without_anything_better_ends_by_its_limit_in_evaluations(optimizer):
    run = Run(
        RunSpec(
            problem=Function1D(formula="0*x + 3"),
            optimizer=optimizer,
            stopping=StoppingCriterion(max_evaluations=200),
        )
    ).finish()
    assert run.stop_reason is StopReason.EVALUATIONS
    assert run.best_f == 3


@pytest.mark.parametrize(("kind", "most"), [(PatternSearch, "2,000"), (NelderMead, "1,000")])
def test_many_weights_are_refused(kind, most):
    spec = RunSpec.load("classic-mlp").to_dict()
    spec["problem"]["network"]["layers"][0]["units"] = 400
    problem = NetworkTraining.from_dict(spec["problem"])
    with pytest.raises(SpecError, match=f"optimizer.kind: .* at most {most} work here, not 2,801"):
        RunSpec(problem=problem, optimizer=kind(), stopping=StoppingCriterion(max_iterations=1))


def test_sentences_and_impossible_settings():
    assert "sides of 0.5" in NelderMead().sentence()
    assert "more carefully in more dimensions" in NelderMead(adaptive=True).sentence()
    assert "by +0.5, else by −0.5" in PatternSearch().sentence()
    with pytest.raises(SpecError, match=r"least_step: must be at most step_size, 0\.5"):
        PatternSearch(least_step=0.6)
