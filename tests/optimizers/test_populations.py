"""Populations do what their sources say: each generation, move for move, and what comes of them."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from scipy.optimize import differential_evolution

from optiviz import testing
from optiviz.engine.draws import Draws
from optiviz.engine.parameters import SpecError
from optiviz.engine.problem import Evaluator, Problem, Reading
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stepper import Stepper
from optiviz.engine.stopping import StoppingCriterion, StopReason
from optiviz.methods.population import MAX_NUMBERS
from optiviz.optimizers.cma_es import CMAES
from optiviz.optimizers.differential_evolution import DifferentialEvolution
from optiviz.optimizers.evolution_strategy import EvolutionStrategy
from optiviz.optimizers.genetic_algorithm import GeneticAlgorithm
from optiviz.optimizers.particle_swarm import ParticleSwarm
from optiviz.testing.optimizers import check_limits, check_splits, check_states


def sphere(X):
    return (X**2).sum(axis=1)


def ellipsoid(X):
    return (X**2 * 100 ** np.linspace(0, 1, X.shape[1])).sum(axis=1)


def rosenbrock(X):
    return (100 * (X[:, 1:] - X[:, :-1] ** 2) ** 2 + (1 - X[:, :-1]) ** 2).sum(axis=1)


def rastrigin(X):
    return (10 + X**2 - 10 * np.cos(2 * np.pi * X)).sum(axis=1)


def half(X):
    """Have no value where the first coordinate is below 0, +inf where the second is."""
    return np.where(X[:, 0] < 0, np.nan, np.where(X[:, 1] < 0, np.inf, sphere(X)))


def flat(X):
    return np.ones(len(X))


FUNCTIONS = {f.__name__: f for f in (sphere, ellipsoid, rosenbrock, rastrigin, half, flat)}


class Landscape(Problem):
    """A function of the list above. Without a kind it is in no registry."""

    label = "a landscape"
    name: str = "sphere"
    size: int = 4

    @property
    def dim(self):
        return self.size

    @property
    def n_rows(self):
        return 7  # counts should know of it

    @property
    def reading(self):
        return Reading("height")

    def sample(self, draws, purpose, start, n):
        return 8 * draws.uniforms(purpose, start, n, self.size) - 4

    def evaluator(self):
        return LandscapeEvaluator(self)

    def missing_gradient(self):
        return "nobody worked it out; use an algorithm that needs none"

    def sentence(self):
        return "A low place was searched."


class LandscapeEvaluator(Evaluator):
    def evaluate(self, X):
        return FUNCTIONS[self.problem.name](X)


def spec(name, size, optimizer, seed=1, start=None, **limits):
    problem, stopping = Landscape(name=name, size=size), StoppingCriterion(**limits)
    return RunSpec(problem=problem, optimizer=optimizer, stopping=stopping, seed=seed, start=start)


def ran(*args, **kwargs):
    run = Run(spec(*args, **kwargs)).finish()
    assert run.failure is None
    return run


POPULATIONS = [GeneticAlgorithm(), EvolutionStrategy(), DifferentialEvolution(), ParticleSwarm()]
CONSTRICTED = ParticleSwarm(damping="constriction", cognitive=2.05, social=2.05, topology="ring")
VARIANTS = [
    GeneticAlgorithm(selection="roulette", crossover="one-point", mutation="uniform"),
    GeneticAlgorithm(selection="rank", crossover="blend", elites=0, population_size=31),
    EvolutionStrategy(selection="plus", adaptation="one_fifth", recombination="none"),
    EvolutionStrategy(parents=1, children=1, selection="plus", adaptation="one_fifth"),
    EvolutionStrategy(recombination="none", parents=4, children=9),
    CMAES(covariance="separable", restarts=5),
    CMAES(restarts=9, growth=1.5, population_size=5),
    DifferentialEvolution(strategy="best/1/bin", start_spread=0.5, population_size=4),
    DifferentialEvolution(strategy="current-to-best/1/bin", self_adapting=True),
    CONSTRICTED,
]


def named(optimizer):
    words = [v for v in optimizer.to_dict().values() if isinstance(v, str)]
    return "-".join(map(str, words)) + f"-{getattr(optimizer, 'parents', '')}"


NETWORK = testing.problems_without_slope()[0]


@pytest.mark.parametrize("optimizer", VARIANTS, ids=named)
def test_other_settings_keep_the_promises_too(optimizer):
    testing.check_kind(optimizer)
    testing.check_divergence(optimizer)
    for check in (check_splits, check_states):
        check(optimizer, Landscape(name="rastrigin", size=3))
        check(optimizer, NETWORK)
    check_limits(optimizer, NETWORK)


# One generation, by loops over members and coordinates


def before_and_after(optimizer, name="rastrigin", size=5, k=3):
    """Return the states around iteration k + 1, draws, and f."""
    stepper = Stepper(spec(name, size, optimizer, max_iterations=9))
    before, _ = stepper.steps(stepper.start(), k)
    after, block = stepper.steps(before, 1)
    return before, after, block, Draws(1), FUNCTIONS[name]


def same(state, population, f):
    np.testing.assert_allclose(state.population, population, rtol=1e-12, atol=1e-13)
    population = np.array(population)
    np.testing.assert_allclose(state.values, f(population), rtol=1e-9)


def fraction(row, total):
    return int(row * total)


@pytest.mark.parametrize("selection", ["tournament", "roulette", "rank"])
@pytest.mark.parametrize("crossover", ["uniform", "one-point", "blend"])
@pytest.mark.parametrize("mutation", ["gaussian", "uniform"])
def test_a_generation_of_the_genetic_algorithm(selection, crossover, mutation):
    optimizer = GeneticAlgorithm(
        population_size=12,
        elites=3,
        selection=selection,
        crossover=crossover,
        mutation=mutation,
        mutation_rate=0.4,
        crossover_probability=0.7,
        blend_beyond=0.3,
    )
    before, after, block, draws, f = before_and_after(optimizer)
    k, n, dim, X, values = 3, 9, 5, before.population, before.values
    order = sorted(range(12), key=lambda i: values[i])
    if selection == "tournament":
        u = draws.uniforms("parents", k, 1, 2 * n * 3)[0].reshape(2 * n, 3)
        parents = [min((fraction(v, 12) for v in row), key=lambda i: values[i]) for row in u]
    else:
        if selection == "roulette":
            shares = [max(values) - value for value in values]
        else:
            shares = [1.8 - 2 * 0.8 * order.index(i) / 11 for i in range(12)]
        parents = []
        for u in draws.uniforms("parents", k, 1, 2 * n)[0]:
            at, i = u * sum(shares), 0
            while at >= shares[i]:
                at, i = at - shares[i], i + 1
            parents.append(i)
    mixing = draws.uniforms("mixing", k, 1, n)[0]
    mutated = draws.uniforms("mutated", k, 1, n * dim)[0].reshape(n, dim) < 0.4
    moves = iter(draws.normals("mutation 0", k, 1, 256)[0])
    anew = 8 * draws.uniforms("mutation", k * n, n, dim) - 4
    population = [X[i] for i in order[:3]]
    for i in range(n):
        first, second, child = X[parents[i]], X[parents[n + i]], []
        for j in range(dim):
            gene = first[j]
            if mixing[i] < 0.7 and crossover == "uniform":
                place = i * dim + j
                word = int(draws.uniforms("coins", k, 1, 2)[0, place // 32] * 2**32)
                byte = word.to_bytes(4, "little")[place % 32 // 8]
                gene = second[j] if byte >> (7 - place % 8) & 1 else first[j]
            elif mixing[i] < 0.7 and crossover == "one-point":
                cut = 1 + fraction(draws.uniforms("crossover", k, 1, n)[0, i], dim - 1)
                gene = first[j] if j < cut else second[j]
            elif mixing[i] < 0.7:
                u = draws.uniforms("crossover", k, 1, n * dim)[0, i * dim + j]
                ends = (first[j] - 0.3 * (second[j] - first[j]), 1.6 * (second[j] - first[j]))
                gene = ends[0] + u * ends[1]
            if mutated[i, j]:
                gene = gene + 0.3 * next(moves) if mutation == "gaussian" else anew[i, j]
            child.append(gene)
        population.append(np.array(child))
    same(after, population, f)
    better = [after.values[3 + i] < values[parents[i]] for i in range(n)]
    assert block.channels[0, 2] == pytest.approx(np.mean(better))


@pytest.mark.parametrize("strategy", ["rand/1/bin", "best/1/bin", "current-to-best/1/bin"])
@pytest.mark.parametrize("self_adapting", [False, True])
def test_a_generation_of_differential_evolution(strategy, self_adapting):
    optimizer = DifferentialEvolution(
        population_size=9, strategy=strategy, self_adapting=self_adapting, crossover_rate=0.5
    )
    before, after, block, draws, f = before_and_after(optimizer, k=8)
    k, n, dim, X, values = 8, 9, 5, before.population, before.values
    best = X[min(range(n), key=lambda i: values[i])]
    population, own, kept = [], [], 0
    u = draws.uniforms("others", k, 1, 3 * n).reshape(3, n)
    for i in range(n):
        left, chosen = [j for j in range(n) if j != i], []
        for row in u:
            chosen.append(left.pop(fraction(row[i], len(left))))
        one, two, three = (X[j] for j in chosen)
        F, CR = 0.6, 0.5
        if self_adapting:
            new_f, renew_f, new_cr, renew_cr = draws.uniforms("own", k, 1, 4 * n).reshape(4, n)
            F = 0.1 + 0.9 * new_f[i] if renew_f[i] < 0.1 else before.own_f[i]
            CR = new_cr[i] if renew_cr[i] < 0.1 else before.own_cr[i]
        moved = {
            "rand/1/bin": one + F * (two - three),
            "best/1/bin": best + F * (one - two),
            "current-to-best/1/bin": X[i] + F * (best - X[i]) + F * (one - two),
        }[strategy]
        sure = fraction(draws.uniforms("coordinate", k, 1, n)[0, i], dim)
        crossed = draws.uniforms("crossover", k, 1, n * dim)[0].reshape(n, dim)[i]
        trial = [moved[j] if crossed[j] < CR or j == sure else X[i][j] for j in range(dim)]
        survives = f(np.array([trial]))[0] <= values[i]
        population.append(trial if survives else X[i])
        own.append((F, CR) if survives else (before.own_f[i], before.own_cr[i]))
        kept += survives
    same(after, population, f)
    assert block.channels[0, 2] == kept / n
    if self_adapting:
        np.testing.assert_array_equal(np.array(own).T, [after.own_f, after.own_cr])
        assert len(set(after.own_f)) > 1


@pytest.mark.parametrize("topology", ["global", "ring"])
@pytest.mark.parametrize("damping", ["inertia", "constriction"])
def test_a_generation_of_the_swarm(topology, damping):
    pulls = {"cognitive": 2.3, "social": 1.9} if damping == "constriction" else {}
    optimizer = ParticleSwarm(population_size=7, topology=topology, damping=damping, **pulls)
    before, after, block, draws, f = before_and_after(optimizer, k=6)
    n, dim, X, values = 7, 5, before.population, before.own_f
    w, c1, c2 = 0.7298, 1.49618, 1.49618
    if damping == "constriction":
        phi = 4.2
        w = 2 / abs(2 - phi - sqrt(phi**2 - 4 * phi))
        c1, c2 = 2.3 * w, 1.9 * w
    u = draws.uniforms("pulls", 6, 1, 2 * n * dim)[0]
    population, better = [], 0
    for i in range(n):
        near = range(n) if topology == "global" else (i, (i - 1) % n, (i + 1) % n)
        leader = min(near, key=lambda j: values[j])
        particle = []
        for j in range(dim):
            v = w * before.velocity[i, j]
            v += c1 * u[i * dim + j] * (before.own_x[i, j] - X[i, j])
            v += c2 * u[(n + i) * dim + j] * (before.own_x[leader, j] - X[i, j])
            assert after.velocity[i, j] == pytest.approx(v, rel=1e-12)
            particle.append(X[i, j] + v)
        population.append(particle)
        now = f(np.array([particle]))[0]
        better += now < values[i]
        assert after.own_f[i] == pytest.approx(min(now, values[i]), rel=1e-9)
    same(after, population, f)
    assert block.channels[0, 2] == better / n


@pytest.mark.parametrize("selection", ["comma", "plus"])
@pytest.mark.parametrize("recombination", ["none", "intermediate"])
@pytest.mark.parametrize("adaptation", ["self", "one_fifth"])
def test_a_generation_of_the_evolution_strategy(selection, recombination, adaptation):
    optimizer = EvolutionStrategy(
        parents=4,
        children=10,
        selection=selection,
        recombination=recombination,
        adaptation=adaptation,
    )
    before, after, block, draws, f = before_and_after(optimizer, k=5)
    k, mu, n, dim, X = 5, 4, 10, 5, before.population
    z = draws.normals("mutation", k, 1, n * dim)[0].reshape(n, dim)
    children, better = [], 0
    middle = exp(sum(log(s) for s in before.sigmas) / mu)
    for i in range(n):
        parent = fraction(draws.uniforms("parent", k, 1, n)[0, i], mu)
        base, sigma, beaten = X[parent], before.sigmas[parent], before.values[parent]
        if recombination == "intermediate":
            base, sigma, beaten = sum(X) / mu, middle, sorted(before.values)[1:3]
            beaten = sum(beaten) / 2
        if adaptation == "self":
            sigma = sigma * exp(draws.normals("sigma", k, 1, n)[0, i] / sqrt(2 * dim))
        x = base + sigma * z[i]
        children.append((f(x[None])[0], list(x), sigma))
        better += children[-1][0] < beaten
    if adaptation == "one_fifth":
        pace = (n / 5) / (2 + n / 5)
        success = (1 - pace) * before.success + pace * better / n
        factor = exp((success - 0.2) / 0.8 / (1 + dim / (2 * n)))
        assert after.success == pytest.approx(success)
        np.testing.assert_allclose(after.sigmas, before.sigmas * factor, rtol=1e-12)
    pool = list(children)
    if selection == "plus":
        pool += [(before.values[i], list(X[i]), before.sigmas[i]) for i in range(mu)]
    chosen = sorted(pool, key=lambda member: member[0])[:mu]
    same(after, [x for _, x, _ in chosen], f)
    if adaptation == "self":
        np.testing.assert_allclose(after.sigmas, [sigma for *_, sigma in chosen], rtol=1e-12)
    lived = sum(member in children for member in chosen)
    assert block.channels[0, 2:4].tolist() == [lived / n, better / n]


# What comes of it


@pytest.mark.parametrize(
    ("optimizer", "name", "goal"),
    [
        (GeneticAlgorithm(), "sphere", 1e-3),
        (GeneticAlgorithm(crossover="blend", mutation_rate=0.0), "ellipsoid", 1e-3),
        (GeneticAlgorithm(selection="roulette", crossover="one-point"), "sphere", 1e-2),
        (GeneticAlgorithm(selection="rank"), "rastrigin", 0.1),
        (EvolutionStrategy(), "sphere", 1e-12),
        (EvolutionStrategy(selection="plus", recombination="none"), "ellipsoid", 1e-12),
        (VARIANTS[2], "ellipsoid", 1e-8),
        (VARIANTS[3], "ellipsoid", 1e-12),
        (DifferentialEvolution(), "rosenbrock", 1e-8),
        (DifferentialEvolution(strategy="best/1/bin"), "rosenbrock", 1e-12),
        (DifferentialEvolution(strategy="current-to-best/1/bin"), "ellipsoid", 1e-12),
        (DifferentialEvolution(self_adapting=True), "rastrigin", 1e-8),
        (ParticleSwarm(), "ellipsoid", 1e-12),
        (ParticleSwarm(topology="ring"), "rastrigin", 1e-6),
        (CONSTRICTED, "ellipsoid", 1e-12),
    ],
    ids=lambda value: named(value) if hasattr(value, "kind") else str(value),
)
def test_it_finds_the_optimum(optimizer, name, goal):
    limits = {"target": goal, "max_evaluations": 20_000}
    reached = [ran(name, 4, optimizer, seed=seed, **limits).best_f for seed in (1, 2, 3)]
    assert np.median(reached) <= goal


@pytest.mark.parametrize(("name", "goal"), [("sphere", 1e-8), ("rosenbrock", 1e-6)])
def test_differential_evolution_is_as_fast_as_scipys(name, goal):
    """The same strategy from the same starts: generations until it is as good."""
    ours, theirs = [], []
    for seed in range(1, 6):
        run = ran(name, 4, DifferentialEvolution(), seed=seed, target=goal, max_iterations=2000)
        ours.append(run.k)
        count = [0]

        def looked(x, convergence, count=count):
            count[0] += 1
            return FUNCTIONS[name](x[None])[0] <= goal

        differential_evolution(
            lambda x: FUNCTIONS[name](x[None])[0],
            [(-100, 100)] * 4,
            strategy="rand1bin",
            mutation=0.6,
            recombination=0.9,
            init=run.state(0).population,
            maxiter=2000,
            tol=0,
            atol=0,
            polish=False,
            updating="deferred",
            callback=looked,
            rng=seed,
        )
        theirs.append(count[0])
    assert 0.75 < np.median(ours) / np.median(theirs) < 1.33


@pytest.mark.parametrize("sigma", [1e-4, 50.0])
def test_the_one_fifth_rule_keeps_close_to_the_fastest_that_there_is(sigma):
    """On the sphere log f can fall by 0.405 / n an iteration (Rechenberg 1973), if sigma fits."""
    optimizer = EvolutionStrategy(
        parents=1, children=1, selection="plus", adaptation="one_fifth", sigma=sigma
    )
    run = ran("sphere", 10, optimizer, max_iterations=3000)
    rows = run.trace.rows(500, 3001)
    assert 0.08 < rows.channels[:, 3].mean() < 0.25
    slope = -log(rows.f[-1] / rows.f[0]) / 2500
    assert 0.6 * 0.405 / 10 < slope < 1.1 * 0.405 / 10


@pytest.mark.parametrize(
    ("optimizer", "shares"),
    [
        (GeneticAlgorithm(tournament_size=1), lambda i, n: 1 / n),
        (
            GeneticAlgorithm(tournament_size=3),
            lambda i, n: ((n - i) ** 3 - (n - i - 1) ** 3) / n**3,
        ),
        (
            GeneticAlgorithm(selection="rank", selection_pressure=1.6),
            lambda i, n: (1.6 - 1.2 * i / (n - 1)) / n,
        ),
        (GeneticAlgorithm(selection="roulette"), lambda i, n: (n - 1 - i) / (n * (n - 1) / 2)),
    ],
    ids=["nobody", "tournament", "rank", "roulette"],
)
def test_the_better_have_their_share_of_children(optimizer, shares):
    """Members in any order, with values that go up by 1 from rank to rank."""
    n, draws = 10, Draws(4)
    values = np.array([7.0, 3, 0, 9, 1, 8, 4, 2, 6, 5])
    chosen = np.concatenate([optimizer._parents(draws, k, values, 50).ravel() for k in range(400)])
    found = np.bincount(chosen, minlength=n) / len(chosen)
    expected = np.array([shares(int(rank), n) for rank in values])
    assert expected.sum() == pytest.approx(1)
    np.testing.assert_allclose(found, expected, atol=5 * sqrt(0.25 / len(chosen)))


def test_among_equals_nobody_is_preferred_and_without_a_value_nobody_is_chosen():
    draws = Draws(4)
    for selection in ("tournament", "roulette"):
        optimizer = GeneticAlgorithm(selection=selection)
        chosen = [optimizer._parents(draws, k, np.ones(5), 50).ravel() for k in range(200)]
        found = np.bincount(np.concatenate(chosen), minlength=5) / 20_000
        np.testing.assert_allclose(found, 0.2, atol=0.02)
    values = np.array([np.inf, 1e308, -1e308, np.inf, 0.0])
    chosen = GeneticAlgorithm(selection="roulette")._parents(draws, 0, values, 3000)
    found = np.bincount(chosen.ravel(), minlength=5) / 6000
    np.testing.assert_allclose(found, [0, 0, 2 / 3, 0, 1 / 3], atol=0.03)
    everywhere = GeneticAlgorithm(selection="roulette")._parents(draws, 0, values[:1], 3)
    assert not everywhere.any()


# What all of them keep


@pytest.mark.parametrize("optimizer", [*POPULATIONS, CMAES()], ids=named)
def test_the_start_point_is_a_member_and_the_counts_are_true(optimizer):
    run = ran("rastrigin", 4, optimizer, start=(3.0, 1.0, -2.0, 2.0), max_iterations=30)
    first = run.state(0)
    assert first.x.tolist() == first.population[0].tolist() == [3, 1, -2, 2]
    assert run.f_start == first.f == rastrigin(first.x[None])[0]
    assert first.best_f == first.values.min()
    rows = run.trace.rows(0, 31)
    per_generation = {"genetic_algorithm": 99, "evolution_strategy": 60, "cma_es": 8}
    tried = per_generation.get(optimizer.kind, len(first.population))
    expected = len(first.population) + tried * np.arange(31)
    np.testing.assert_array_equal(rows.evaluations, expected)
    np.testing.assert_array_equal(rows.rows_seen, 7 * (expected - 1))
    last = run.state_now
    assert last.f == last.values.min() == rastrigin(last.x[None])[0]
    np.testing.assert_array_equal(last.x, last.population[last.values.argmin()])
    assert rows.best_f[-1] == rows.f.min() or rows.best_f[-1] == first.best_f
    spread, mean = rows.channels[-1, :2]
    assert spread == pytest.approx(sqrt(last.population.var(axis=0).mean()))
    assert mean == pytest.approx(last.values.mean())


@pytest.mark.parametrize("optimizer", [*POPULATIONS, CMAES(), *VARIANTS], ids=named)
def test_members_without_a_value_are_worst(optimizer):
    """Three quarters of the plane have none; the best never comes from there."""
    run = ran("half", 4, optimizer, start=(3.0, 2.0, 1.0, -1.0), max_iterations=60)
    assert np.isfinite(run.best_f)
    assert (run.best_x[:2] >= 0).all()
    rows = run.trace.rows(0, run.k + 1)
    diverged = run.stop_reason is StopReason.DIVERGED  # a whole generation went beyond
    assert np.isfinite(rows.f[: len(rows.f) - diverged]).all()
    elitist = optimizer.kind == "differential_evolution" or optimizer in POPULATIONS[:1]
    assert not (elitist and diverged)
    if not diverged:
        assert run.best_f < 15
    assert np.isfinite(rows.channels[1:-1, 1]).all()


@pytest.mark.parametrize("optimizer", POPULATIONS, ids=named)
@pytest.mark.parametrize("size", [5, 200])
def test_another_size_starts_a_new_population_at_x(optimizer, size):
    """A slider may not break a run: what was found stays the best, and x is a member."""
    if optimizer.kind == "evolution_strategy":
        other = optimizer.replace(parents=size, children=300)
    else:
        other = optimizer.replace(population_size=size)
    run = ran("rastrigin", 4, optimizer, max_iterations=40)
    before = run.state(20)
    branch = run.branch(20, optimizer=other)
    branch.advance(21)
    after = branch.state_now
    assert after.population.shape == (size, 4)
    tried = branch.evaluations - before.evaluations
    assert tried == size + {"genetic_algorithm": size - 1, "evolution_strategy": 300}.get(
        optimizer.kind, size
    )
    assert after.best_f <= before.best_f
    branch.finish()
    assert branch.stop_reason is StopReason.ITERATIONS


def test_a_change_of_a_number_carries_on_with_the_same_members():
    run = ran("rastrigin", 4, DifferentialEvolution(), max_iterations=40)
    before = run.state(20)
    branch = run.branch(20, optimizer=DifferentialEvolution(differential_weight=0.2))
    branch.advance(21)
    kept = [row in before.population.tolist() for row in branch.state_now.population.tolist()]
    assert 0 < sum(kept) < 50
    assert branch.evaluations == before.evaluations + 50


def test_a_new_population_counts_the_best_that_it_brings_along():
    """Where another algorithm is put in, a member drawn with x may be better than anything yet."""
    run = ran("sphere", 2, EvolutionStrategy(sigma=1e-9), start=(50.0, 50.0), max_iterations=3)
    run = run.branch(2, optimizer=ParticleSwarm())
    run.advance(3)
    state = run.state_now
    assert state.best_f < 33
    assert state.best_k == 3


def test_settings_that_can_not_be_are_refused_at_their_field():
    for made, sentence in (
        (lambda: GeneticAlgorithm(population_size=5, elites=5), "elites: must be below"),
        (lambda: EvolutionStrategy(parents=9, children=8), "children: must be at least 9"),
        (lambda: ParticleSwarm(damping="constriction"), "damping: .*2.05 each"),
    ):
        with pytest.raises(SpecError, match=sentence):
            made()
    size = MAX_NUMBERS // 100 + 1
    for optimizer, path in (
        (GeneticAlgorithm(population_size=101), "population_size"),
        (EvolutionStrategy(children=101), "children"),
        (EvolutionStrategy(parents=101, children=101), "parents"),
        (CMAES(population_size=101, covariance="separable"), "population_size"),
    ):
        with pytest.raises(SpecError, match=rf"optimizer\.{path}: must be at most 99 where"):
            spec("sphere", size, optimizer, max_iterations=1)


@pytest.mark.parametrize("optimizer", [*POPULATIONS, *VARIANTS], ids=named)
def test_sentences_say_the_numbers(optimizer):
    sentence = optimizer.sentence()
    size = getattr(optimizer, "population_size", None) or getattr(optimizer, "children", 4)
    elites = getattr(optimizer, "elites", 0)
    assert f"{size - elites}" in sentence
