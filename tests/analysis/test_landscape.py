"""A plane through weight space shows the objective where it says, and how much of the paths."""

import numpy as np
import pytest

from optiviz.analysis.landscape import (
    Extent,
    Ground,
    extent_of,
    parts_of,
    path_plane,
    random_plane,
)
from optiviz.analysis.landscape.heights import heights_of
from optiviz.analysis.runs.surveys import Survey, same_space, wanted_iterations
from optiviz.datasets.classification import Classification
from optiviz.engine.draws import Draws
from optiviz.engine.problem import Reading
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.functions.sphere import Sphere
from optiviz.networks.network import Layer, Network
from optiviz.problems.function_nd import FunctionND
from optiviz.problems.network_training import NetworkTraining

WHOLE = np.array([0])


def network(*units, **settings):
    layers = tuple(Layer(units=n) for n in units)
    return NetworkTraining(dataset=Classification(), network=Network(layers=layers), **settings)


def norms(vector, starts):
    return np.sqrt(np.add.reduceat(vector**2, starts))


@pytest.mark.parametrize("by", ["layer", "unit"])
def test_each_part_of_a_random_direction_is_as_long_as_the_weights_there(by):
    problem = network(10, 1)
    starts = parts_of(problem, by)
    assert len(starts) == {"layer": 2, "unit": 11}[by]
    x = np.random.default_rng(0).normal(size=problem.dim) * np.r_[np.ones(60), np.full(11, 20.0)]
    plane = random_plane(x, starts, Draws(1))
    assert norms(plane.axes[0] * plane.unit, starts) == pytest.approx(norms(x, starts))
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2), abs=1e-12)
    assert plane.unit == pytest.approx(np.linalg.norm(x))


def test_random_directions_follow_the_seed():
    x = np.ones(30)
    one, same, other = (random_plane(x, WHOLE, Draws(seed)) for seed in (1, 1, 2))
    assert one.same(same)
    assert not one.same(other)


@pytest.mark.parametrize("dim", [2, 3])
@pytest.mark.parametrize("x", [0.0, 1.0, 1e-200, 1e90])
def test_few_weights_and_weights_of_zero_have_a_plane_too(dim, x):
    plane = random_plane(np.full(dim, x), WHOLE, Draws(1))
    assert np.isfinite(plane.axes).all()
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2), abs=1e-9)
    assert plane.unit > 0


def test_a_layer_of_zeros_stays_as_it_is():
    x = np.r_[np.zeros(5), np.ones(5)]
    plane = random_plane(x, np.array([0, 5]), Draws(1))
    assert not plane.axes[:, :5].any()


def test_the_plane_along_a_path_holds_what_lies_in_it():
    random = np.random.default_rng(3)
    frame = np.linalg.qr(random.normal(size=(40, 3)))[0].T
    steps = np.cumsum(random.normal(size=(50, 3)) * [5.0, 2.0, 0.3], axis=0)
    X = 7.0 + steps @ frame
    plane = path_plane(X, X[-1], WHOLE, Draws(1))
    centred = X - X.mean(axis=0)
    squares = np.linalg.svd(centred, compute_uv=False) ** 2
    assert plane.shares == pytest.approx(squares[:2] / squares.sum())
    assert np.abs(plane.project(X[-1:])) == pytest.approx(np.zeros((1, 2)), abs=1e-9)
    flat = plane.distances(X)
    assert flat**2 + (plane.project(X) ** 2).sum(axis=1) == pytest.approx(
        ((X - X[-1]) ** 2).sum(axis=1)
    )
    assert plane.project(plane.lift(np.array([[1.5, -2.0]]))) == pytest.approx(
        np.array([[1.5, -2.0]])
    )
    u, v = plane.project(X[:1])[0]
    assert u <= 0 <= v  # it begins at the left and at the top


def test_a_straight_path_gets_a_second_direction_and_a_point_has_none():
    X = np.outer(np.linspace(0, 1, 9), np.arange(1.0, 6.0))
    plane = path_plane(X, X[-1], WHOLE, Draws(1))
    assert plane.shares == (pytest.approx(1.0), 0.0)
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2), abs=1e-12)
    assert plane.distances(X) == pytest.approx(np.zeros(9), abs=1e-12)
    assert path_plane(X[:1], X[0], WHOLE, Draws(1)) is None
    assert path_plane(np.ones((7, 5)), np.ones(5), WHOLE, Draws(1)) is None


def test_the_extent_holds_the_paths_and_is_no_sliver():
    uv = np.array([[0.0, 0.0], [10.0, 0.1]])
    extent = extent_of(uv, 1.0)
    assert extent.holds(uv)
    assert extent.top - extent.bottom == pytest.approx((extent.right - extent.left) / 4)
    assert extent_of(uv, 3.0).right - 5.0 == pytest.approx(3 * (extent.right - 5.0))
    assert extent_of(np.zeros((4, 2)), 1.0) == Extent(-1.0, 1.0, -1.0, 1.0)


def test_the_ground_has_the_objectives_own_values_and_is_filled_bit_by_bit():
    evaluator = network(3, 1, objective="log_loss").evaluator()
    x = np.random.default_rng(1).normal(size=evaluator.dim)
    plane = random_plane(x, WHOLE, Draws(1))
    ground = Ground(plane, Extent(-1, 1, -2, 2), 1e5)
    assert not ground.fill(evaluator.evaluate, 0.0)
    assert np.isfinite(ground.values[5, 5])  # the middle comes first
    assert not np.isfinite(ground.values[0, 0])
    while not ground.fill(evaluator.evaluate, 0.0):
        pass
    assert ground.values.shape == (100, 100)
    places = np.array([[-0.99, -1.98], [0.51, 1.02], [0.99, 1.98]])
    exact = evaluator.evaluate(plane.lift(places))
    assert ground.values[[0, 75, 99], [0, 75, 99]].tobytes() == exact.tobytes()
    assert ground.heights(places) == pytest.approx(exact)
    between = ground.heights(np.array([[0.50, 1.00]]))[0]
    assert ground.values[74:76, 74:76].min() <= between <= ground.values[74:76, 74:76].max()


def test_work_that_is_left_halfway_goes_on_where_it_was():
    calls = []

    def evaluate(X):
        calls.append(len(X))
        if len(calls) == 3:
            raise InterruptedError("left")
        return X.sum(axis=1)

    plane = random_plane(np.ones(4), WHOLE, Draws(1))
    ground = Ground(plane, Extent(-1, 1, -1, 1), 1e5)
    with pytest.raises(InterruptedError):
        ground.fill(evaluate, 10.0)
    assert not ground.complete
    assert ground.fill(evaluate, 10.0)
    assert np.isfinite(ground.values).all()


def test_a_huge_network_has_a_coarser_picture_a_few_points_at_a_time():
    sizes = []

    def evaluate(X):
        sizes.append(X.size)
        return X[:, 0]

    dim = 200_000
    plane = random_plane(np.ones(dim), WHOLE, Draws(1))
    ground = Ground(plane, Extent(-1, 1, -1, 1), 1000.0 * dim)
    assert ground.fill(evaluate, 60.0)
    assert len(ground.values) == 11
    assert max(sizes) <= 1_000_000


@pytest.mark.parametrize("last", [0, 1, 5, 158, 159, 160, 1000, 100_000])
def test_points_of_a_path_are_spread_evenly_and_stay_when_the_run_goes_on(last):
    wanted = wanted_iterations(last, 71)
    assert wanted[0] == 0
    assert wanted[-1] == last
    assert len(wanted) <= 160
    assert len(wanted) > 70 or len(wanted) == last + 1
    assert set(wanted_iterations(2 * last + 1, 71)[:-1]) & set(range(last)) <= set(wanted)
    assert len(wanted_iterations(last, 2_000_000)) <= 3


def test_a_path_has_the_very_points_of_the_run_and_forgets_what_was_changed():
    spec = RunSpec.from_dict(
        {
            "problem": network(2, 1).to_dict(),
            "optimizer": {"kind": "hill_climbing"},
            "stopping": {"max_iterations": 300},
        }
    )
    run = Run(spec).finish()
    reader, survey = Reader(run), Survey()
    assert not survey.extend(run, reader, 0.0)  # what costs nothing is there at once
    assert survey.path().k.tolist()[:1] == [0]
    assert survey.path().k[-1] == 300
    assert survey.extend(run, reader, 60.0)
    path = survey.path()
    for k, x, f in zip(path.k[::20], path.x[::20], path.f[::20], strict=True):
        assert x.tobytes() == run.state(int(k)).x.tobytes()
        assert f == run.state(int(k)).f
    run.change(100, x=np.zeros(spec.problem.dim))
    run.finish()
    assert survey.extend(run, Reader(run), 60.0)
    changed = survey.path()
    for k, x in zip(changed.k[::20], changed.x[::20], strict=True):
        assert x.tobytes() == run.state(int(k)).x.tobytes()


def test_one_network_has_one_space_whatever_it_is_trained_for():
    assert same_space(network(2, 1), network(2, 1, objective="log_loss", l2=0.1))
    assert not same_space(network(2, 1), network(3, 1))
    sphere = FunctionND(function=Sphere(), dimension=3)
    assert same_space(sphere, FunctionND(function=Sphere(), dimension=3, low=-9.0))
    assert not same_space(sphere, FunctionND(function=Sphere(), dimension=4))
    assert not same_space(sphere, network(2, 1))


def test_plateaus_have_a_colour_and_an_edge_each():
    accuracy = Reading("accuracy", 1.0, -1.0)
    f = np.array([[0.0, 0.25], [0.26, 0.5]]).repeat(3, axis=0)
    heights = heights_of(f, accuracy)
    assert heights.ramp == (0.5, 0.74, 0.75, 1.0)
    assert heights.levels.values == pytest.approx((0.62, 0.745, 0.875))
    assert "plateaus" in heights.words


def test_logarithmic_heights_are_in_the_distance_from_the_best_that_reads():
    accuracy = Reading("accuracy", 1.0, -1.0)
    f = np.linspace(0.1, 0.6, 900).reshape(30, 30)
    heights = heights_of(f, accuracy, log=True)
    assert heights.ramp[-1] == pytest.approx(0.9)
    gaps = 0.9 - np.array(heights.levels.values)
    assert (gaps[:-1] / gaps[1:]) == pytest.approx(np.full(len(gaps) - 1, heights.levels.step))
    assert (np.diff(heights.ramp) > 0).all()
    even = heights_of(f, accuracy, log=False)
    assert len(even.ramp) == 2


def test_flat_ground_and_values_that_are_none():
    loss = Reading("log loss")
    flat = heights_of(np.full((3, 3), 0.7), loss)
    assert flat.levels.values == ()
    assert "flat" in flat.words
    f = np.array([[np.nan, np.inf, 1.0], [2.0, 1e308, 3.0]])
    heights = heights_of(f, loss)
    assert np.isfinite(heights.values).sum() == 3
    assert heights.ramp == (1.0, 2.0, 3.0)
