"""CMA-ES does what its tutorial says: beside the package `cmaes`, number for number."""

from __future__ import annotations

from types import SimpleNamespace

import cmaes
import numpy as np
import pytest
from cmaes import _cma

from optiviz.engine.draws import Draws
from optiviz.engine.parameters import SpecError
from optiviz.engine.problem import Evaluator, Problem, Reading
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stepper import Stepper
from optiviz.engine.stopping import StoppingCriterion
from optiviz.methods.covariance import default_rates
from optiviz.optimizers.cma_es import CMAES
from optiviz.store.run_file import load, save
from optiviz.store.verify import verify


def sphere(X):
    return (X**2).sum(axis=1)


def ellipsoid(X):
    return (X**2 * 1e6 ** np.linspace(0, 1, X.shape[1])).sum(axis=1)


def turned_ellipsoid(X):
    angles = np.random.default_rng(5).standard_normal((X.shape[1], X.shape[1]))
    return ellipsoid((np.linalg.qr(angles)[0] @ X[:, :, None])[:, :, 0])


def rosenbrock(X):
    return (100 * (X[:, 1:] - X[:, :-1] ** 2) ** 2 + (1 - X[:, :-1]) ** 2).sum(axis=1)


def rastrigin(X):
    return (10 + X**2 - 10 * np.cos(2 * np.pi * X)).sum(axis=1)


def plateau(X):
    return np.where(np.abs(X).max(axis=1) < 100, 1.0, 0.5)


FUNCTIONS = {
    f.__name__: f for f in (sphere, ellipsoid, turned_ellipsoid, rosenbrock, rastrigin, plateau)
}


class Landscape(Problem):
    """A function of the list above. Without a kind it is in no registry."""

    label = "a landscape"
    name: str = "sphere"
    size: int = 5

    @property
    def dim(self):
        return self.size

    @property
    def n_rows(self):
        return 1

    @property
    def reading(self):
        return Reading("height")

    def sample(self, draws, purpose, start, n):
        return 8 * draws.uniforms(purpose, start, n, self.size) - 4

    def evaluator(self):
        return LandscapeEvaluator(self)

    def sentence(self):
        return "A low place was searched."


class LandscapeEvaluator(Evaluator):
    def evaluate(self, X):
        return FUNCTIONS[self.problem.name](X)


def ran(name, size, optimizer, seed=1, **limits):
    problem = Landscape(name=name, size=size)
    stopping = StoppingCriterion(**limits)
    run = Run(RunSpec(problem=problem, optimizer=optimizer, stopping=stopping, seed=seed)).finish()
    assert run.failure is None
    return run


def witness(kind, optimizer, x0, size):
    """Return the package's optimizer; its h_sigma counts one generation more than the tutorial."""
    made = kind(mean=x0.copy(), sigma=optimizer.sigma, population_size=size)
    made._g = -1
    return made


WITNESSED = [
    ("sphere", 1, 4, "full"),
    *(
        (name, dim, size, covariance)
        for name in ("ellipsoid", "turned_ellipsoid", "rosenbrock")
        for dim, size in ((2, None), (6, None), (6, 21), (12, 30))
        for covariance in ("full", "separable")
    ),
]


@pytest.mark.parametrize(("name", "dim", "size", "covariance"), WITNESSED)
def test_the_package_cmaes_goes_the_same_way(monkeypatch, name, dim, size, covariance):
    """From the same normal numbers: mean, step size and covariance of 60 generations."""
    monkeypatch.setattr(_cma, "_EPS", 0.0)  # the tutorial adds nothing to lengths
    optimizer = CMAES(covariance=covariance, population_size=size, sigma=0.7)
    stopping = StoppingCriterion(max_iterations=60)
    spec = RunSpec(problem=Landscape(name=name, size=dim), optimizer=optimizer, stopping=stopping)
    stepper, draws = Stepper(spec), Draws(spec.seed)
    state = stepper.start()
    size = optimizer.size(dim, 0)
    other = witness(cmaes.CMA if covariance == "full" else cmaes.SepCMA, optimizer, state.x, size)
    if covariance == "separable":  # the package learns by other rates than Ros & Hansen
        rates = default_rates(dim, size, True)
        other._c1, other._cmu = rates.c_1, rates.c_mu
    for k in range(60):
        z = iter(draws.normals("generation", k, 1, size * dim).reshape(size, dim))
        other._rng = SimpleNamespace(randn=lambda n, z=z: next(z))
        X = np.array([other.ask() for _ in range(size)])
        state, _ = stepper.steps(state, 1)
        np.testing.assert_allclose(state.population, X, rtol=1e-9, atol=1e-11)
        f = stepper.problem.evaluate(X)
        other.tell(list(zip(X, f, strict=True)))
        np.testing.assert_allclose(state.mean, other.mean, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(state.sigma, other._sigma, rtol=1e-10)
        scale = np.abs(other._C).max()
        np.testing.assert_allclose(state.covariance, other._C, rtol=1e-9, atol=1e-10 * scale)


@pytest.mark.parametrize("dim", [1, 2, 10, 71, 1000])
@pytest.mark.parametrize("size", [2, 3, 4, 17, 100, 2000])
def test_rates_are_those_of_the_tables(dim, size):
    rates = default_rates(dim, size, False)
    with np.errstate(all="ignore"):
        other = cmaes.CMA(mean=np.zeros(dim), sigma=1, population_size=size)
    ours = (rates.c_sigma, rates.d_sigma, rates.c_c, rates.c_1, rates.chi)
    theirs = (other._c_sigma, other._d_sigma, other._cc, other._c1, other._chi_n)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    np.testing.assert_allclose(rates.c_mu, other._cmu, rtol=1e-6, atol=2e-8)
    if size > 3:
        np.testing.assert_allclose(rates.weights, other._weights, rtol=1e-5, atol=1e-7)
    assert rates.weights[: rates.mu].sum() == pytest.approx(1)
    assert (rates.weights[: rates.mu] >= 0).all()
    # Hansen, eq. 52: C stays positive definite although bad directions are subtracted.
    negative = -rates.weights[rates.weights < 0].sum()
    assert dim * rates.c_mu * negative <= 1 - rates.c_1 - rates.c_mu + 1e-12
    separable = default_rates(dim, size, True)
    assert (separable.weights >= 0).all()
    assert separable.c_1 + separable.c_mu <= 1
    if dim > 1:
        other = cmaes.SepCMA(mean=np.zeros(dim), sigma=1, population_size=size)
        np.testing.assert_allclose(separable.weights[: separable.mu], other._weights)
        ours = (separable.c_sigma, separable.d_sigma, separable.c_c)
        theirs = (other._c_sigma, other._d_sigma, other._cc)
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "size", "covariance"),
    [
        ("sphere", 10, "full"),
        ("turned_ellipsoid", 6, "full"),
        ("rosenbrock", 3, "full"),
        ("ellipsoid", 10, "separable"),
        ("sphere", 1, "full"),
        ("sphere", 1, "separable"),
    ],
)
def test_it_finds_the_optimum_about_as_fast_as_the_package(name, size, covariance):
    optimizer = CMAES(covariance=covariance, sigma=1.0)
    ours, theirs = [], []
    for seed in range(1, 6):
        run = ran(name, size, optimizer, seed=seed, target=1e-9, max_evaluations=30_000)
        assert run.best_f <= 1e-9
        ours.append(run.evaluations)
        kind = cmaes.SepCMA if covariance == "separable" and size > 1 else cmaes.CMA
        other = kind(mean=run.state(0).x.copy(), sigma=1.0, seed=seed)
        count, best = 0, np.inf
        while best > 1e-9:
            X = np.array([other.ask() for _ in range(other.population_size)])
            f = FUNCTIONS[name](X)
            other.tell(list(zip(X, f, strict=True)))
            count, best = count + len(X), min(best, f.min())
        theirs.append(count)
    assert 0.6 < np.median(ours) / np.median(theirs) < 1.5


def test_axes_are_computed_as_rarely_as_the_tutorial_does():
    """In 400 dimensions every fourth time; what is in between uses the last ones."""
    spec = RunSpec(
        problem=Landscape(name="ellipsoid", size=400),
        optimizer=CMAES(),
        stopping=StoppingCriterion(max_iterations=12),
    )
    stepper = Stepper(spec)
    state, known = stepper.start(), []
    rates = default_rates(400, CMAES().size(400, 0), False)
    every = int(1 / (10 * 400 * (rates.c_1 + rates.c_mu))) + 1
    assert every > 1
    for _ in range(12):
        state, _ = stepper.steps(state, 1)
        known.append(state.decomposed)
    assert known == [k // every * every for k in range(1, 13)]


def test_restarts_grow_and_leave_the_basin_behind():
    """Rastrigin's funnel needs more points than the first population has."""
    once = ran("rastrigin", 4, CMAES(sigma=2.0), max_evaluations=30_000)
    again = ran("rastrigin", 4, CMAES(restarts=8, sigma=2.0), max_evaluations=30_000, target=1e-8)
    assert once.best_f > 0.9
    assert again.best_f <= 1e-8
    state, reader = again.state_now, Reader(again)
    rows = again.trace.rows(0, again.k + 1)
    count = rows.channels[1:, 4]
    assert state.restarts == count[-1] >= 1
    starts = 1 + np.flatnonzero(np.diff(count) > 0)
    first = reader.state(int(starts[0]) + 1)
    assert (first.age, first.sigma, first.restarts) == (0, 2.0, 1)
    point = again.spec.problem.sample(Draws(1), "restart", 1, 1)[0]
    np.testing.assert_array_equal(first.mean, point)
    evaluations = np.diff(rows.evaluations)
    sizes = [CMAES().size(4, r) for r in range(state.restarts + 1)]
    assert sizes[:3] == [8, 16, 32]
    np.testing.assert_array_equal(evaluations[1:], [sizes[int(r)] for r in count[:-1]])
    assert reader.state(int(starts[0]) + 1).best_f == rows.best_f[int(starts[0]) + 1]


def test_a_run_with_restarts_is_stored_and_verified(tmp_path):
    """Its snapshots have populations of several sizes."""
    run = Run(
        RunSpec.load("classic-descent")
        .replace(optimizer=CMAES(restarts=50, growth=1.05))
        .with_value("stopping.max_iterations", 3000)
    ).finish()
    assert len({len(state.population) for state in (run.state(1024), run.state_now)}) == 2
    save(tmp_path / "a", [run])
    assert verify(tmp_path / "a").identical
    (again,) = load(tmp_path / "a")
    assert again.digest == run.digest
    assert again.state(2000).mean.tobytes() == run.state(2000).mean.tobytes()


def test_a_change_between_full_and_separable_keeps_what_was_learned():
    run = ran("ellipsoid", 4, CMAES(), max_iterations=120)
    before = run.state(60)
    run.change(60, optimizer=CMAES(covariance="separable"))
    run.advance(1)
    after = run.state_now
    assert after.covariance.shape == (4,)
    assert after.axes.shape == (0, 0)
    np.testing.assert_allclose(after.covariance, before.covariance.diagonal(), rtol=0.9)
    run.change(61, optimizer=CMAES())
    run.advance(1)
    assert run.state_now.covariance.shape == (4, 4)
    assert run.state_now.scales.max() / run.state_now.scales.min() > 10
    run.finish()
    assert run.best_f < before.best_f


def test_more_points_may_be_asked_for_while_it_runs():
    run = ran("rosenbrock", 4, CMAES(), max_iterations=60)
    before = run.state(30)
    run.change(30, optimizer=CMAES(population_size=40))
    run.advance(1)
    assert run.state_now.population.shape == (40, 4)
    assert run.state_now.age == before.age + 1
    assert run.evaluations == before.evaluations + 40


@pytest.mark.parametrize("covariance", ["full", "separable"])
@pytest.mark.parametrize("sigma", [1e-300, 1e6])
def test_the_distribution_stays_one(covariance, sigma):
    """However long nothing guides it, and however far it shrinks."""
    for name in ("sphere", "ellipsoid", "plateau"):
        run = ran(name, 3, CMAES(covariance=covariance, sigma=sigma), max_iterations=4000)
        state = run.state_now
        for value in vars(state).values():
            assert np.isfinite(value).all()
        assert state.sigma > 0
        assert (state.scales > 0).all()
        condition = run.trace.rows(1, run.k + 1).channels[:, 3]
        assert (condition >= 1).all()


def test_a_step_that_decides_nothing_becomes_longer():
    """On the plateau of an accuracy all values are equal: the edge is found by growing."""
    run = ran("plateau", 3, CMAES(), max_iterations=500, target=0.5)
    assert run.best_f == 0.5


def test_too_many_coordinates_for_a_matrix_are_refused_by_name():
    problem, stopping = Landscape(size=2001), StoppingCriterion(max_iterations=1)
    with pytest.raises(SpecError, match=r"optimizer\.covariance: .*2,000.*choose separable"):
        RunSpec(problem=problem, optimizer=CMAES(), stopping=stopping)
    run = ran("sphere", 2001, CMAES(covariance="separable"), max_iterations=20)
    assert run.best_f < run.f_start
