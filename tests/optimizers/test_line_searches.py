"""L-BFGS, conjugate gradients and Newton's method do what their books say, and scipy agrees.

Without it, a comparison of algorithms would compare our mistakes.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der, rosen_hess

from optiviz.datasets.classification import Classification
from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import Outcome
from optiviz.engine.parameters import SpecError
from optiviz.engine.problem import Evaluator, Problem, Reading
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion, StopReason
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.conjugate_gradient import ConjugateGradient
from optiviz.optimizers.lbfgs import Lbfgs
from optiviz.optimizers.newton import Newton
from optiviz.problems.function_1d import Function1D
from optiviz.problems.network_training import NetworkTraining

DRAWS = Draws(1)
ALL = (Lbfgs, ConjugateGradient, Newton)
FORMULAS = ("polak_ribiere_plus", "fletcher_reeves", "hestenes_stiefel")


class Smooth(Problem):
    """Any function; it counts what is asked of it."""

    label = "a smooth function"

    @property
    def dim(self):
        return 3

    @property
    def n_rows(self):
        return 7

    @property
    def reading(self):
        return Reading("f")

    def sample(self, draws, purpose, start, n):
        return draws.normals(purpose, start, n, self.dim)

    def evaluator(self):
        raise NotImplementedError

    def sentence(self):
        return "It was searched."


class On(Evaluator):
    def __init__(self, f, gradient, dim, hessian=None):
        super().__init__(Smooth())
        self.f, self.slopes, self.dim, self.exact = f, gradient, dim, hessian
        self.values, self.gradients = 0, 0

    def evaluate(self, X):
        self.values += len(X)
        return np.array([self.f(x) for x in X], dtype=float)

    def value_and_gradient(self, x, rows=None):
        self.gradients += 1
        return float(self.f(x)), np.array(self.slopes(x), dtype=float)

    @property
    def hessian_gradients(self):
        return 2 * self.dim if self.exact is None else 0

    def hessian(self, x):
        return super().hessian(x) if self.exact is None else self.exact(x)


def quadratic(A, offset=0.0):
    return On(lambda x: x @ A @ x / 2 + offset, lambda x: A @ x, len(A), lambda x: A)


def spread_out(dim, seed=0):
    """A positive definite matrix with eigenvalues from 1 to 100."""
    Q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(dim, dim)))
    return Q @ np.diag(np.geomspace(1, 100, dim)) @ Q.T


def logistic(seed=0, n=200, dim=6):
    """A mean log loss with an L2 penalty: smooth and convex."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, dim))
    t = np.where(X @ random.normal(size=dim) + random.normal(size=n) > 0, 1.0, -1.0)

    def f(w):
        return np.logaddexp(0, -t * (X @ w)).mean() + 0.005 * w @ w

    def gradient(w):
        return -(X * (t / (1 + np.exp(t * (X @ w))))[:, None]).mean(axis=0) + 0.01 * w

    def hessian(w):
        p = 1 / (1 + np.exp(-(X @ w)))
        return (X.T * (p * (1 - p))) @ X / n + 0.01 * np.eye(dim)

    return On(f, gradient, dim, hessian)


ROSENBROCK = On(rosen, rosen_der, 10, rosen_hess)
START = np.array([-1.2, 1.0] * 5)


def states(optimizer, evaluator, x0, n=10_000, norm=0.0):
    """Return the states until the gradient is so short, and the rows of all but the first."""
    found, rows = [optimizer.init(evaluator, np.array(x0, dtype=float), DRAWS)], []
    while len(rows) < n and np.linalg.norm(found[-1].gradient) > norm:
        state, row = optimizer.step(evaluator, found[-1], DRAWS)
        found.append(state)
        rows.append(row)
    return found, rows


# L-BFGS


def test_lbfgs_by_hand():
    """f = |x|^2 / 2 from (3, 4): a step of length 1 along the gradient; then it knows it all."""
    path, rows = states(Lbfgs(), quadratic(np.eye(2)), [3, 4], norm=1e-12)
    np.testing.assert_allclose([s.x for s in path], [[3, 4], [2.4, 3.2], [0, 0]], atol=1e-15)
    assert [row.evaluations for row in rows] == [2, 3]
    np.testing.assert_allclose([row.channels for row in rows], [(5, 1, 1), (4, 4, 1)], rtol=1e-12)
    assert path[1].rho[0] == pytest.approx(1.0)


def bfgs(pairs):
    """Return the dense matrix of BFGS from gamma I: Nocedal & Wright (2006), eq. 6.17."""
    s, y = pairs[-1]
    H = np.eye(len(s)) * (s @ y) / (y @ y)
    for s, y in pairs:
        V = np.eye(len(s)) - np.outer(s, y) / (s @ y)
        H = V @ H @ V.T + np.outer(s, s) / (s @ y)
    return H


@pytest.mark.parametrize("memories", [[1] * 30, [3] * 30, [50] * 30, [9] * 12 + [3] * 4 + [6] * 14])
def test_lbfgs_goes_where_the_dense_matrix_of_its_last_steps_leads(memories):
    """Also where the memory was changed on the way: no step must get lost or mixed up."""
    state, pairs = Lbfgs().init(ROSENBROCK, START, DRAWS), []
    room = 0
    for memory in memories:
        after, _ = Lbfgs(memory=memory).step(ROSENBROCK, state, DRAWS)
        s, y = after.x - state.x, after.gradient - state.gradient
        room = min(room, memory)  # what a smaller memory forgot is gone
        direction = -bfgs(pairs[-room:]) @ state.gradient if room else -state.gradient
        cosine = s @ direction / np.linalg.norm(s) / np.linalg.norm(direction)
        assert cosine == pytest.approx(1, abs=1e-9)
        assert len(after.rho) == memory
        pairs.append((s, y))
        room = min(room + 1, memory)
        state = after


@pytest.mark.parametrize("memory", [5, 10])
@pytest.mark.parametrize("problem", [ROSENBROCK, logistic(dim=10)], ids=["rosenbrock", "logistic"])
def test_lbfgs_against_scipy(memory, problem):
    options = {"maxcor": memory, "ftol": 0, "gtol": 1e-10}
    theirs = minimize(problem.f, START, jac=problem.slopes, method="L-BFGS-B", options=options)
    path, rows = states(Lbfgs(memory=memory), problem, START, norm=1e-10)
    np.testing.assert_allclose(path[-1].x, theirs.x, atol=1e-8)
    assert len(rows) < 1.3 * theirs.nit
    assert rows[-1].evaluations < 1.3 * theirs.nfev


def test_lbfgs_finds_the_bottom_of_a_convex_problem_to_the_last_digits():
    """Where differences of f are lost in rounding, as they are below 1e-8, it must go on."""
    for seed in range(6):
        problem = logistic(seed)
        path, rows = states(Lbfgs(), problem, np.zeros(6), n=60, norm=1e-12)
        assert np.linalg.norm(path[-1].gradient) < 1e-12
        assert rows[-1].evaluations < 60
    network = NetworkTraining(
        dataset=Classification(n_samples=300),
        network=Network(layers=(Layer(units=1),)),
        objective="log_loss",
    )
    path, _ = states(Lbfgs(), network.evaluator(), np.zeros(network.dim), n=100, norm=1e-10)
    assert np.linalg.norm(path[-1].gradient) < 1e-10


def test_lbfgs_refuses_more_memory_than_a_machine_has():
    wide = NetworkTraining(
        dataset=Classification(n_samples=50),
        network=Network(layers=(*[Layer(units=900, activation="tanh")] * 2, Layer(units=1))),
        objective="log_loss",
    )
    with pytest.raises(SpecError, match=r"optimizer\.memory: must be at most 41 for 817,201 wei"):
        RunSpec(
            problem=wide,
            optimizer=Lbfgs(memory=42),
            stopping=StoppingCriterion(max_iterations=1),
        )


# Conjugate gradients


@pytest.mark.parametrize("formula", FORMULAS)
def test_conjugate_gradients_need_as_many_steps_as_there_are_coordinates(formula):
    """With exact line searches, these are the points of Hestenes & Stiefel's closed form."""
    A = spread_out(6)
    x = np.random.default_rng(1).normal(size=6)
    optimizer = ConjugateGradient(formula=formula, curvature=1e-9, sufficient_decrease=1e-10)
    path, rows = states(optimizer, quadratic(A), x, n=6)
    r = -A @ x
    p = r.copy()
    for state in path[1:]:
        a = r @ r / (p @ A @ p)
        x, r_before = x + a * p, r
        r = r - a * A @ p
        p = r + (r @ r) / (r_before @ r_before) * p
        np.testing.assert_allclose(state.x, x, atol=1e-7)
    assert np.linalg.norm(path[-1].gradient) < 1e-8 * np.linalg.norm(path[0].gradient)
    assert {row.channels[-1] for row in rows} == {0}


@pytest.mark.parametrize("formula", FORMULAS)
def test_conjugate_gradients_against_scipy(formula):
    theirs = minimize(rosen, START, jac=rosen_der, method="CG", options={"gtol": 1e-7})
    path, rows = states(ConjugateGradient(formula=formula), ROSENBROCK, START, norm=1e-7)
    np.testing.assert_allclose(path[-1].x, theirs.x, atol=1e-6)
    assert len(rows) < theirs.nit


def test_the_formulas_are_the_books():
    gradient, before = np.array([1.0, -2.0, 0.5]), np.array([2.0, 1.0, -1.0])
    direction = np.array([-2.0, -1.5, 1.0])
    first = ConjugateGradient().init(ROSENBROCK, START, DRAWS)
    values = {"x": np.zeros(3), "gradient": gradient, "gradient_before": before}
    state = type(first)(**(vars(first) | values | {"direction": direction, "since": 1}))
    share = {
        name: (ConjugateGradient(formula=name).plan(ROSENBROCK, state).direction + gradient)[0] / -2
        for name in FORMULAS
    }
    change = np.array([-1.0, -3.0, 1.5])  # gradient - before
    assert share["fletcher_reeves"] == pytest.approx(5.25 / 6)
    assert share["polak_ribiere_plus"] == pytest.approx((gradient @ change) / 6)
    assert share["hestenes_stiefel"] == pytest.approx((gradient @ change) / (change @ direction))


def test_restarts_are_counted_and_go_along_the_gradient():
    path, rows = states(ConjugateGradient(restart_every=3), ROSENBROCK, START, n=12)
    assert [int(row.channels[-1]) for row in rows] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    for k in range(12):
        step, gradient = path[k + 1].x - path[k].x, path[k].gradient
        cosine = -step @ gradient / np.linalg.norm(step) / np.linalg.norm(gradient)
        assert (cosine == pytest.approx(1, abs=1e-9)) == (k % 3 == 0)
    optimizer = ConjugateGradient(formula="fletcher_reeves")
    _, rows = states(optimizer, ROSENBROCK, START, n=21)
    assert [int(row.channels[-1]) for row in rows] == [0] * 10 + [1] * 10 + [2]


# Newton


def test_newton_lands_on_the_bottom_of_a_parabola_in_one_step():
    A = spread_out(4)
    path, rows = states(Newton(), quadratic(A), [1, -2, 3, 0.5], n=1)
    np.testing.assert_allclose(path[1].x, np.zeros(4), atol=1e-14)
    assert rows[0].channels[-1] == pytest.approx(100)
    assert rows[0].channels[2] == 1


def test_newton_doubles_the_digits_with_each_step():
    path, _ = states(Newton(), ROSENBROCK, np.full(10, 1.1), norm=1e-14)
    errors = [np.linalg.norm(s.x - 1) for s in path]
    near = [e for e in errors if 1e-8 < e < 1e-1]
    after = [errors[errors.index(e) + 1] for e in near]
    assert len(near) >= 2
    for e, then in zip(near, after, strict=True):
        assert then < 100 * e * e


@pytest.mark.parametrize("method", ["Newton-CG", "trust-exact"])
def test_newton_against_scipy(method):
    for problem, x0 in ((On(rosen, rosen_der, 2, rosen_hess), START[:2]), (logistic(), np.ones(6))):
        theirs = minimize(
            problem.f, x0, jac=problem.slopes, hess=problem.exact, method=method, tol=1e-10
        )
        path, rows = states(Newton(), problem, x0, norm=1e-9)
        np.testing.assert_allclose(path[-1].x, theirs.x, atol=1e-6)
        assert len(rows) <= theirs.nit + 2


def test_newton_leaves_a_saddle():
    """The bottom of x^2 - y^2 + y^4 is at y^2 = 1/2; pure Newton would go to the saddle at 0."""

    def hessian(x):
        return np.diag([2, 12 * x[1] ** 2 - 2])

    problem = On(
        lambda x: x[0] ** 2 - x[1] ** 2 + x[1] ** 4,
        lambda x: np.array([2 * x[0], 4 * x[1] ** 3 - 2 * x[1]]),
        2,
        hessian,
    )
    path, _ = states(Newton(), problem, [0.5, 1e-3], n=30, norm=1e-12)
    assert path[-1].x == pytest.approx([0, np.sqrt(0.5)])
    f = [s.f for s in path]
    assert f == sorted(f, reverse=True)


def test_newton_steps_are_as_long_as_is_set():
    for damping, longest in ((0.0, 0.3), (2.0, 1e6)):
        optimizer = Newton(damping=damping, longest=longest)
        path, _ = states(optimizer, quadratic(np.diag([1.0, 4.0])), [5, 5], n=1)
        if damping:
            np.testing.assert_allclose(path[1].x, [5 - 5 / 3, 5 - 20 / 6])
        else:
            np.testing.assert_allclose(np.linalg.norm(path[1].x - 5), 0.3)


def test_newton_refuses_many_weights():
    wide = NetworkTraining(
        dataset=Classification(n_samples=50, n_features=5),
        network=Network(layers=(Layer(units=30, activation="tanh"), Layer(units=1))),
        objective="log_loss",
    )
    with pytest.raises(SpecError, match=r"optimizer\.kind: newton .* at most 200 .*here are 211"):
        RunSpec(problem=wide, optimizer=Newton(), stopping=StoppingCriterion(max_iterations=1))


def test_a_hessian_is_the_slope_of_the_gradient():
    x = np.random.default_rng(0).normal(size=10)
    by_differences = On(rosen, rosen_der, 10)
    found = by_differences.hessian(x)
    np.testing.assert_allclose(found, rosen_hess(x), atol=1e-6)
    np.testing.assert_array_equal(found, found.T)
    assert by_differences.gradients == by_differences.hessian_gradients == 20
    formula = Function1D(formula="x^4 - 3x^2 + x").evaluator()
    for x in (-2.0, 0.0, 1.3):
        assert formula.hessian(np.array([x])) == pytest.approx(12 * x * x - 6)


# All three


@pytest.mark.parametrize("kind", ALL)
def test_what_was_computed_is_what_was_counted(kind):
    """Runs are compared by their evaluations; a line search must not hide its own."""
    for problem, x0 in (
        (On(rosen, rosen_der, 10), START),
        (On(lambda x: abs(x).sum(), np.sign, 3), [0.3, 2.2, -1.7]),
    ):
        path, _ = states(kind(), problem, x0, n=30, norm=-1)
        assert path[-1].gradient_evaluations == problem.gradients
        assert path[-1].evaluations == problem.gradients + problem.values
        assert path[-1].rows_seen == 7 * (path[-1].evaluations - 1)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("formula", ["abs(x)", "abs(x) + abs(x - 1) / 2", "x^2 + 1", "max(x, 2)"])
def test_where_no_way_leads_down_it_stays_and_costs_little(kind, formula):
    """A kink, a bottom, a plain: the run neither hangs nor pretends to move."""
    run = Run(
        RunSpec(
            problem=Function1D(formula=formula),
            optimizer=kind(),
            stopping=StoppingCriterion(max_iterations=200),
            start=(3.3,),
        )
    ).finish()
    rows = run.trace.rows(0, 201)
    assert rows.f[-1] <= run.spec.problem.evaluator().evaluate(np.array([[0.0]]))[0] + 1e-4
    last = slice(100, 201)
    assert set(rows.outcome[last].tolist()) == {Outcome.REJECTED}
    assert np.diff(rows.evaluations[last]).tolist() == [1] * 100
    assert np.diff(rows.gradient_evaluations[last]).tolist() == [0] * 100
    assert (rows.f[1:] <= rows.f[:-1]).all()


@pytest.mark.parametrize("kind", ALL)
def test_a_run_that_stays_ends_by_its_limit_in_evaluations(kind):
    run = Run(
        RunSpec(
            problem=Function1D(formula="0*x + 3"),
            optimizer=kind(),
            stopping=StoppingCriterion(max_evaluations=50),
        )
    ).finish()
    assert run.stop_reason is StopReason.EVALUATIONS
    assert run.evaluations == 50


@pytest.mark.parametrize("kind", ALL)
def test_it_finds_the_bottom_beside_a_wall(kind):
    """Left of 0 there is no value: the first steps lead there."""
    run = Run(
        RunSpec(
            problem=Function1D(formula="x - ln(x)", low=0.1),
            optimizer=kind(),
            stopping=StoppingCriterion(max_iterations=60),
            start=(0.01,),
        )
    ).finish()
    assert run.best_x[0] == pytest.approx(1, abs=1e-6)
    assert np.isfinite(run.state_now.f)


@pytest.mark.parametrize("kind", ALL)
def test_a_start_without_a_slope_stays(kind):
    """f is finite there, the slope is not: the run must not fail."""
    problem = On(lambda x: float(np.sum(x)), lambda x: np.array([np.inf, 1, 1]), 3)
    path, rows = states(kind(), problem, [0, 0, 0], n=3, norm=-1)
    assert {row.outcome for row in rows} == {Outcome.REJECTED}
    np.testing.assert_array_equal(path[-1].gradient, np.zeros(3))


@pytest.mark.parametrize("kind", ALL)
def test_sentences_and_impossible_conditions(kind):
    assert kind().sentence().endswith(".")
    if kind is not Newton:
        with pytest.raises(SpecError, match=r"curvature: must be above sufficient_decrease, 0\.3"):
            kind(curvature=0.3, sufficient_decrease=0.3)
    assert "each larger by 2," in Newton(damping=2).sentence()
    assert "after every 5 steps" in ConjugateGradient(restart_every=5).sentence()
