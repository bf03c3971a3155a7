"""Functions of one number: the moving point, the cobweb, and one slope through rows."""

import numpy as np
import pytest

from optiviz import presets
from optiviz.analysis.descent.batches import batches_at
from optiviz.analysis.descent.fixed_points import level_points
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.problems.function_1d import Function1D
from optiviz.views import show
from optiviz.views.cobweb import Cobweb
from optiviz.views.figure import Line, Points
from optiviz.views.function_1d import FunctionView
from optiviz.views.regression_line import RegressionLine


def descent(formula="x^2", rate=0.1, start=3.0, iterations=40, **optimizer):
    made = {"kind": "gradient_descent", "learning_rate": rate, **optimizer}
    problem = {"kind": "function_1d", "formula": formula}
    data = {"problem": problem, "optimizer": made, "start": [start]}
    return Run(RunSpec.from_dict({**data, "stopping": {"max_iterations": iterations}})).finish()


@pytest.fixture(scope="module")
def slopes():
    return {name: Run(spec, name).finish() for name, spec in presets.load("one-parameter").specs}


def lines(figure, **wanted):
    found = [item for item in figure.items if isinstance(item, Line)]
    return [i for i in found if all(getattr(i, name) == value for name, value in wanted.items())]


def points(figure, **wanted):
    found = [item for item in figure.items if isinstance(item, Points)]
    return [i for i in found if all(getattr(i, name) == value for name, value in wanted.items())]


# The cobweb


def test_the_curve_of_a_cobweb_is_the_step_and_the_stairs_go_between_it_and_the_diagonal():
    run = descent("x^4 - 3x^2 + x", 0.05, 1.5)
    figure = Cobweb().figure([show(run, 9)])
    (diagonal,) = lines(figure, role="muted")
    np.testing.assert_array_equal(diagonal.x, diagonal.y)
    curve, stairs = lines(figure, role="run:0")
    slope = 4 * curve.x**3 - 6 * curve.x + 1
    known = np.isfinite(curve.y)
    np.testing.assert_allclose(curve.y[known], (curve.x - 0.05 * slope)[known])
    been = [run.state(k).x[0] for k in range(10)]
    np.testing.assert_array_equal(stairs.x, np.repeat(been, 2)[:-1])
    np.testing.assert_array_equal(stairs.y, np.repeat(been, 2)[1:])
    spots = figure.spots[0]
    assert [spots.action(i).seek for i in range(9)] == list(range(1, 10))


@pytest.mark.parametrize(
    ("rate", "word"),
    [
        (0.1, "it is 0.8, which draws near"),
        (0.9, "it is −0.8, which draws near, from side to side"),
        (1.0, "it is −1, which neither draws near nor drives away"),
        (1.1, "it is −1.2, which drives away, from side to side"),
    ],
)
def test_the_slope_of_the_map_tells_whether_it_draws_near(rate, word):
    run = descent(rate=rate)
    figure = Cobweb().figure([show(run, min(3, run.k))])
    assert f"at x = 0 {word}" in figure.caption.replace("−0 ", "0 ")
    (mark,) = points(figure, marker="diamond")
    assert mark.hollow == (rate >= 1)


def test_a_schedule_and_clipping_are_in_the_map():
    run = descent(
        rate=0.4,
        clip_norm=2.0,
        schedule={"kind": "exponential", "share": 0.5, "period": 1},
        iterations=6,
    )
    for k in range(1, 7):
        curve = lines(Cobweb().figure([show(run, k)]), role="run:0")[0]
        before, after = run.state(k - 1).x[0], run.state(k).x[0]
        assert np.interp(before, curve.x, curve.y) == pytest.approx(after, abs=1e-3)


def test_what_depends_on_more_than_x_has_points_and_no_curve(slopes):
    momentum = descent(kind="momentum", momentum=0.5)
    for run in (momentum, slopes["single rows"]):
        figure = Cobweb().figure([show(run, 12)])
        (stairs,) = lines(figure, role="run:0")
        been = [run.state(k).x[0] for k in range(13)]
        (cloud,) = points(figure, role="run:0", outlined=False, hollow=False)
        np.testing.assert_array_equal(cloud.x, been[:-1])
        np.testing.assert_array_equal(cloud.y, been[1:])
        assert len(stairs.x) == 25
        assert "no curve" in figure.caption


def test_of_a_long_run_the_stairs_are_broken_where_they_are_left_out():
    run = descent(rate=1e-4, iterations=5000)
    figure = Cobweb().figure([show(run, 4000)])
    stairs = lines(figure, role="run:0")[1]
    assert np.isnan(stairs.y).any()
    assert len(stairs.x) < 500
    assert np.nanmin(stairs.y) == run.state(4000).x[0]
    assert "the first 150 and the last 50" in figure.caption


def test_a_run_that_flies_off_is_told_of():
    run = descent(rate=30.0, iterations=400)
    for k in (0, 1, run.k // 2, run.k):
        figure = Cobweb().figure([show(run, k)])
        assert all(np.isfinite(line.x).all() for line in lines(figure))
    assert "outside the picture" in figure.warning


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("x^2", [0.0]),
        ("x^3", [0.0]),
        ("x^4", [0.0]),
        ("abs(x)", []),
        ("abs(x - 0.123)", []),
        ("x", []),
        ("3", []),
        ("1/x", []),
        ("(x - 1)^2 (x + 2)^2", [-2.0, -0.5, 1.0]),
        ("sin(x)", [-np.pi / 2, np.pi / 2]),
        ("log(x)", []),
    ],
)
def test_fixed_points_are_where_the_function_is_level(formula, expected):
    found = level_points(Function1D(formula=formula))
    np.testing.assert_allclose(found, expected, atol=1e-6)


# One slope through rows


def test_the_rows_of_the_next_step_are_those_that_it_takes(slopes):
    """From the order in which the epoch is shuffled, at every place of it."""
    for name, size in (("batches of 5", 5), ("single rows", 1)):
        run = slopes[name]
        for k in (0, 1, 3, 4, 21, 79):
            one = show(run, k)
            batches = batches_at(one.reader, k)
            rows = batches.following
            assert len(rows) == size
            assert sorted(np.concatenate(batches.all)) == list(range(20))
            assert any(np.array_equal(rows, part) for part in batches.all)
            x, y = run.spec.problem.rows
            w = run.state(k).x[0]
            gradient = np.mean(2 * (w * x[rows] - y[rows]) * x[rows])
            assert run.state(k + 1).x[0] == pytest.approx(w - 0.1 * gradient)
            figure = RegressionLine().figure([one])
            (rings,) = points(figure, marker="ring")
            np.testing.assert_array_equal(rings.x, x[rows])
            (steep,) = lines(FunctionView().figure([one]), dash="dash")
            loss = ((steep.x[:, None] * x[rows] - y[rows]) ** 2).mean(axis=1)
            np.testing.assert_allclose(steep.y, loss)
    whole = show(slopes["all rows"], 3)
    assert batches_at(whole.reader, 3) is None
    assert "takes all rows" in RegressionLine().figure([whole]).caption


def test_errors_are_drawn_from_the_rows_to_the_line(slopes):
    run = slopes["all rows"]
    figure = RegressionLine().figure([show(run, 4)])
    x, y = run.spec.problem.rows
    w = run.state(4).x[0]
    (errors,) = lines(figure, role="muted")
    np.testing.assert_array_equal(errors.x[::3], x)
    np.testing.assert_array_equal(errors.y[::3], y)
    np.testing.assert_allclose(errors.y[1::3], w * x)
    facts = dict(figure.spots[0].facts)
    np.testing.assert_allclose(facts["squared error"], (w * x - y) ** 2)
    (fit,) = lines(figure, role="run:0")
    np.testing.assert_allclose(fit.y, w * fit.x)
    assert f"least squares {run.spec.problem.best:.4g}" in figure.note


def test_the_three_ways_are_beside_each_other(slopes):
    shown = [show(run, 6, name, i) for i, (name, run) in enumerate(slopes.items())]
    for view in (FunctionView(), Cobweb(), RegressionLine()):
        figure = view.figure(shown)
        assert {f"run:{i}" for i in range(3)} <= {getattr(i, "role", "") for i in figure.items}
    named = [line.label for line in lines(RegressionLine().figure(shown)) if line.label]
    assert sorted(named) == sorted(slopes)


def test_faint_curves_stay_few_however_many_rows_there_are():
    spec = RunSpec.load("one-parameter").with_value("problem.n_samples", 5000)
    run = Run(spec).finish()
    figure = FunctionView().figure([show(run, 2)])
    assert len(lines(figure, role="muted", width=0.6)) <= 12
    line = RegressionLine().figure([show(run, 2)])
    assert all(len(item.x) <= 5000 for item in points(line))
    assert not lines(line, role="muted")  # 5,000 errors are a wall


def test_flown_off_slopes_and_one_iteration_are_no_trouble():
    spec = RunSpec.load("one-parameter").with_value("optimizer.learning_rate", 1e6)
    run = Run(spec).finish()
    for k in {0, 1, run.k}:
        for view in (FunctionView(), Cobweb(), RegressionLine()):
            assert view.figure([show(run, k)]).items


def test_places_on_the_function_tell_their_iteration(slopes):
    figure = FunctionView().figure([show(slopes["single rows"], 5, "a")])
    facts = dict(figure.spots[0].facts)
    assert facts["iteration"] == tuple(map(str, range(6)))
    assert figure.spots[0].action(4).seek == 4
    assert figure.draggable == pytest.approx((-1.0, slopes["all rows"].f_start))
    assert FunctionView().start_at(slopes["all rows"].spec.problem, np.zeros(1), 1.2345, 9.0) == (
        1.23,
    )
