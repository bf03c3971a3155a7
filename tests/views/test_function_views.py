"""Functions of two and more variables are seen as they are, with all that runs did on them."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from optiviz import presets
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.functions.levy import Levy
from optiviz.functions.plateau import Plateau
from optiviz.functions.rosenbrock import Rosenbrock
from optiviz.functions.sphere import Sphere
from optiviz.functions.styblinski_tang import StyblinskiTang
from optiviz.problems.function_2d import Function2D
from optiviz.problems.function_nd import FunctionND
from optiviz.views import show
from optiviz.views.coordinates import Coordinates
from optiviz.views.figure import Line, Points, ValueImage
from optiviz.views.fitness import Fitness
from optiviz.views.function_2d import Contours


def run_of(problem, start=None, iterations=20, name="a", optimizer=None):
    optimizer = optimizer or {"kind": "gradient_descent", "learning_rate": 0.001}
    made = {"problem": problem.to_dict(), "optimizer": optimizer, "start": start}
    made["stopping"] = {"max_iterations": iterations}
    run = Run(RunSpec.from_dict(made), name).finish()
    run.history.extend(Reader(run))
    return run


def marks(figure, **wanted):
    found = [item for item in figure.items if isinstance(item, Points)]
    return [i for i in found if all(getattr(i, name) == value for name, value in wanted.items())]


def image_of(figure):
    return next(item for item in figure.items if isinstance(item, ValueImage))


def test_colours_are_the_functions_values():
    figure = Contours().figure([show(run_of(Function2D(function=Rosenbrock()), [-1.2, 1.0]))])
    image = image_of(figure)
    assert (image.left, image.right, image.bottom, image.top) == (-2.048, 2.048, -2.048, 2.048)
    random = np.random.default_rng(0).uniform(-2, 2, (50, 2))
    values = Rosenbrock().value(random)
    seen = np.array([image.at(x, y) for x, y in random])
    # The value of a cell, within what it changes from edge to edge.
    assert (np.abs(seen - values) <= 3 + 0.12 * values).all()
    assert "logarithmic" in figure.caption
    assert figure.equal


def test_contour_lines_are_at_their_levels():
    figure = Contours().figure([show(run_of(Function2D(function=Sphere()), [3.0, 4.0]))])
    assert "Lines are 5 apart" in figure.caption
    contours = [i for i in figure.items if isinstance(i, Line) and i.role in ("text", "card")]
    heights = np.concatenate([i.x**2 + i.y**2 for i in contours if i.width == 0.6])
    heights = heights[np.isfinite(heights)]
    np.testing.assert_allclose(heights, 5 * np.round(heights / 5), atol=0.05)
    assert set(np.round(heights / 5).astype(int)) == set(range(1, 11))


def test_start_path_point_and_known_minima_are_shown():
    run = run_of(Function2D(), [0.0, 0.0])
    figure = Contours().figure([show(run, 5)])
    (minima,) = marks(figure, marker="cross")
    assert len(minima.x) == 4
    (start,) = marks(figure, marker="ring")
    assert (start.x[0], start.y[0]) == (0, 0)
    (now,) = marks(figure, outlined=True)
    np.testing.assert_array_equal([now.x[0], now.y[0]], run.state(5).x)
    path = next(i for i in figure.items if isinstance(i, Line) and i.role == "run:0")
    np.testing.assert_array_equal(np.column_stack([path.x, path.y])[:6].T, [
        [run.state(k).x[i] for k in range(6)] for i in range(2)
    ])  # fmt: skip
    assert "from the minimum" in figure.note


def test_every_run_of_the_function_is_on_it_and_others_are_told_of():
    runs = [Run(spec, name).finish() for name, spec in presets.load("himmelblau-2d").specs]
    other = run_of(Function2D(function=Sphere()), name="other")
    shown = [show(run, name=run.name, number=i) for i, run in enumerate([*runs, other])]
    figure = Contours().figure(shown)
    assert {mark.label for mark in marks(figure, outlined=True)} == {run.name for run in runs}
    assert "1 run of another function is left out" in figure.warning
    assert all(run.name in figure.caption for run in runs)


def test_a_point_that_left_is_told_of_and_the_picture_stays():
    run = run_of(
        Function2D(), [4.0, 4.0], optimizer={"kind": "gradient_descent", "learning_rate": 1.0}
    )
    figure = Contours().figure([show(run)])
    assert "outside the picture" in figure.warning
    assert figure.x.high == 5
    for item in figure.items:
        if isinstance(item, Line | Points):
            assert (np.abs(item.x) < 1e4).all()


@dataclass(frozen=True)
class _Reader:
    """A reader of a run whose algorithm has a population."""

    reader: Reader
    population: np.ndarray

    @property
    def stepper(self):
        return self.reader.stepper

    def state(self, k):
        state = self.reader.state(k)
        object.__setattr__(state, "population", self.population)
        return state


def test_a_population_is_a_cloud():
    """Where the state of an algorithm has one, all its members are shown, and not only the best."""
    run = run_of(Function2D(), [0.0, 0.0])
    population = np.random.default_rng(0).normal(size=(30, 2))
    one = show(run)
    figure = Contours().figure([replace(one, reader=_Reader(one.reader, population))])
    clouds = [mark for mark in marks(figure, marker="ring") if len(mark.x) == 30]
    (cloud,) = clouds
    np.testing.assert_array_equal(cloud.x, population[:, 0])
    np.testing.assert_array_equal(cloud.y, population[:, 1])
    assert "Small rings are the members of a population" in figure.caption


def test_of_many_coordinates_two_are_shown_and_the_others_held():
    problem = FunctionND(function=Sphere(), dimension=5)
    run = run_of(problem, [1.0, 2.0, 3.0, 4.0, 5.0], iterations=1)
    one = show(run, 0)
    figure = Contours(coordinate_x=2, coordinate_y=4).figure([one])
    assert (figure.x.label, figure.y.label) == ("x2", "x4")
    (now,) = marks(figure, outlined=True)
    assert (now.x[0], now.y[0]) == (2, 4)
    assert image_of(figure).at(0.0, 0.0) == pytest.approx(1 + 9 + 25, abs=0.1)
    assert "held where they are at iteration 0" in figure.caption
    moved = Contours(coordinate_x=2, coordinate_y=4).figure([show(run, 1)])
    assert image_of(moved).at(0.0, 0.0) < image_of(figure).at(0.0, 0.0)
    assert "Choose two coordinates" in Contours(coordinate_x=3, coordinate_y=3).figure([one]).empty
    assert Contours(coordinate_x=9, coordinate_y=1).figure([one]).x.label == "x5"


def test_what_has_no_contours_says_so():
    assert (
        "no contours"
        in Contours().figure([show(run_of(FunctionND(function=Plateau(), dimension=1)))]).empty
    )
    typed = Function2D.from_dict(
        {"kind": "function_2d", "function": {"kind": "formula", "formula": "log(-1 - x^2) y"}}
    )
    assert "has no value here" in Contours().figure([show(run_of(typed))]).empty


def test_the_ground_is_made_once():
    """It is what is costly: a run that plays draws it thirty times a second."""
    run = run_of(Function2D(function=Rosenbrock(steepness=7)), [-1.2, 1.0])
    first, second = (Contours().figure([show(run, k)]) for k in (1, 2))
    assert image_of(first) is image_of(second)
    assert first.items[1] is second.items[1]


def test_all_coordinates_are_beside_each_other():
    problem = FunctionND(function=Rosenbrock(), dimension=12)
    run = run_of(problem, np.linspace(-1, 1, 12).tolist())
    figure = Coordinates().figure([show(run, 3)])
    lines = [item for item in figure.items if isinstance(item, Line)]
    now = next(line for line in lines if line.role == "run:0")
    np.testing.assert_array_equal(now.x, np.arange(1, 13))
    np.testing.assert_array_equal(now.y, run.state(3).x)
    start = next(line for line in lines if line.dash == "dot")
    np.testing.assert_array_equal(start.y, np.linspace(-1, 1, 12))
    goal = next(line for line in lines if line.dash == "dash")
    np.testing.assert_array_equal(goal.y, np.ones(12))
    assert "from the minimum" in figure.note
    assert not Coordinates().suits(Function2D())


def test_fitness_below_zero_is_on_a_linear_axis():
    """A logarithmic one would leave out the best part of the run."""
    above, below = Function2D(), Function2D(function=StyblinskiTang())
    assert Fitness(log_y=True).figure([show(run_of(above, [0.0, 0.0]))]).y.log
    figure = Fitness(log_y=True).figure([show(run_of(below, [4.0, 4.0], 90), 0)])
    assert not figure.y.log
    assert "values below zero have no logarithm" in figure.caption


def test_high_above_zero_the_ticks_of_the_scale_still_differ():
    run = run_of(FunctionND(function=Levy(), dimension=100))
    levels = np.array(image_of(Contours().figure([show(run)])).levels)
    assert len({f"{level:.3g}" for level in levels}) >= len(levels) - 2
