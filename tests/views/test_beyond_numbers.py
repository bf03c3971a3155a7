"""Points, slopes and values too large for numbers are drawn as far as they can be, or left out."""

import numpy as np

from optiviz.engine import registry
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.optimizers.adam import Adam
from optiviz.problems.one_parameter_regression import OneParameterRegression
from optiviz.views import show
from optiviz.views.figure import Arrows

VIEWS = registry.kinds("views")


def run_of(problem, start, optimizer="nesterov"):
    made = {"problem": problem, "optimizer": {"kind": optimizer}, "start": start}
    return Run(RunSpec.from_dict({**made, "stopping": {"max_iterations": 3}}), "a").finish()


def everything(run):
    """Every view at every iteration; warnings are errors."""
    suitable = [cls() for cls in VIEWS.values() if cls().suits(run.spec.problem)]
    return {
        view.kind: [view.figure([show(run, k)]) for k in range(run.trace.last_k + 1)]
        for view in suitable
    }


def test_a_step_whose_square_is_too_large_has_its_arrow():
    steep = {"kind": "function_2d", "function": {"kind": "formula", "formula": "-x-y*1e300"}}
    figures = everything(run_of(steep, [0.0, 0.0]))["function_2d"]
    arrow = next(item for item in figures[0].items if isinstance(item, Arrows))
    assert arrow.dy[0] > 0
    assert abs(arrow.dx[0]) < 1e-200


def test_a_point_whose_slope_is_too_large_is_drawn():
    run = run_of({"kind": "function_2d", "function": {"kind": "rosenbrock"}}, [0.0, 0.0])
    run.change(1, x=np.full(2, 1e200))
    everything(run.finish())


def test_errors_whose_squares_are_too_large_are_no_trouble():
    run = run_of(OneParameterRegression().to_dict(), [0.0])
    run.change(1, optimizer=Adam(), x=np.array([1e200]))
    everything(run.finish())


def test_distances_whose_squares_are_too_large_are_no_trouble():
    """Metrics along such a run printed warnings from the window's worker."""
    sphere = {"kind": "function_nd", "function": {"kind": "rastrigin"}, "dimension": 5}
    run = run_of(sphere, [1.0] * 5)
    run.change(1, optimizer=Adam(), x=np.full(5, 1e200))
    run.finish().history.extend(Reader(run))
    figures = everything(run)
    assert "∞" in figures["coordinates"][-1].note


def test_a_line_search_on_a_slope_too_large_for_squares_is_drawn():
    steep = {"kind": "function_2d", "function": {"kind": "formula", "formula": "-x-y*1e300"}}
    everything(run_of(steep, [0.0, 0.0], "lbfgs"))
