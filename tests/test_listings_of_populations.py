"""Listings of populations, simplexes and line searches are these algorithms, however they are set.

Without it, a class would be shown lines that do something else than the pictures beside them.
"""

from __future__ import annotations

import ast
import builtins

import numpy as np
import pytest

from optiviz.analysis.listings import Program, names_in
from optiviz.analysis.script import script
from optiviz.datasets.classification import Classification
from optiviz.engine.parameters import fields
from optiviz.engine.run import Reader, Run
from optiviz.engine.spec import Change, RunSpec
from optiviz.engine.stepper import Stepper
from optiviz.engine.stopping import StoppingCriterion
from optiviz.functions.griewank import Griewank
from optiviz.functions.rastrigin import Rastrigin
from optiviz.functions.rosenbrock import Rosenbrock
from optiviz.functions.sphere import Sphere
from optiviz.networks.network import Layer, Network
from optiviz.optimizers.cma_es import CMAES
from optiviz.optimizers.conjugate_gradient import ConjugateGradient
from optiviz.optimizers.differential_evolution import DifferentialEvolution
from optiviz.optimizers.evolution_strategy import EvolutionStrategy
from optiviz.optimizers.genetic_algorithm import GeneticAlgorithm
from optiviz.optimizers.lbfgs import Lbfgs
from optiviz.optimizers.nelder_mead import NelderMead
from optiviz.optimizers.newton import Newton
from optiviz.optimizers.particle_swarm import ParticleSwarm
from optiviz.problems.function_1d import Function1D
from optiviz.problems.function_2d import Function2D
from optiviz.problems.function_nd import FunctionND
from optiviz.problems.network_training import NetworkTraining
from optiviz.testing import check_refusal
from optiviz.testing.kinds import described
from optiviz.testing.listings import check_listing, unnoticed
from optiviz.testing.samples import Cliff

_DATA = Classification(n_samples=40)
_RELU = Network(layers=(Layer(units=5, activation="relu"), Layer(units=1)))
PROBLEMS = (
    Function2D(function=Rosenbrock()),
    Function2D(function=Griewank()),
    Function1D(formula="x^2"),  # CMA-ES starts anew there
    FunctionND(function=Rastrigin(), dimension=10),
    NetworkTraining(dataset=_DATA, network=_RELU, objective="log_loss"),
    NetworkTraining(dataset=_DATA, network=_RELU, objective="accuracy"),
    Cliff(),  # members without a value
)
OF_MANY_VARIABLES = FunctionND(function=Sphere(), dimension=120)
GENETIC = tuple(
    GeneticAlgorithm(
        population_size=15, elites=2, selection=selection, crossover=crossover, mutation=mutation
    )
    for selection in ("tournament", "roulette", "rank")
    for crossover in ("uniform", "one-point", "blend")
    for mutation in ("gaussian", "uniform")
)
STRATEGIES = tuple(
    EvolutionStrategy(
        parents=4,
        children=12,
        selection=selection,
        recombination=recombination,
        adaptation=adaptation,
    )
    for selection in ("comma", "plus")
    for recombination in ("none", "intermediate")
    for adaptation in ("self", "one_fifth")
)
OPTIMIZERS = (
    *GENETIC,
    GeneticAlgorithm(population_size=9, elites=0, start_spread=0.5, mutation_rate=0.9),
    GeneticAlgorithm(population_size=2, crossover_probability=0.4, mutation_rate=1.0),
    *STRATEGIES,
    *(CMAES(covariance=shape, population_size=4) for shape in ("full", "separable")),
    *(
        CMAES(covariance=shape, restarts=9, population_size=12, growth=1.7)
        for shape in ("full", "separable")
    ),
    *(
        DifferentialEvolution(population_size=9, strategy=strategy, self_adapting=own)
        for strategy in ("rand/1/bin", "best/1/bin", "current-to-best/1/bin")
        for own in (False, True)
    ),
    DifferentialEvolution(population_size=4, start_spread=0.1),
    *(ParticleSwarm(population_size=9, topology=topology) for topology in ("global", "ring")),
    ParticleSwarm(population_size=7, damping="constriction", cognitive=2.05, social=2.2),
    NelderMead(initial_size=2.0),
    NelderMead(adaptive=True, initial_size=3.0),
    Lbfgs(),
    Lbfgs(memory=2, trials=3),
    *(
        ConjugateGradient(formula=formula)
        for formula in ("polak_ribiere_plus", "fletcher_reeves", "hestenes_stiefel")
    ),
    ConjugateGradient(restart_every=4, trials=2),
    Newton(trials=1),
    Newton(damping=0.01, longest=0.3, trials=1),
)
# Here some of the lines make no difference.
AT_THE_END_OF_LIMITS = (
    GeneticAlgorithm(population_size=2, elites=0, mutation_rate=0.0, crossover_probability=0.0),
    GeneticAlgorithm(tournament_size=1, population_size=5, elites=4),
    GeneticAlgorithm(selection="rank", selection_pressure=1.0, crossover="blend", blend_beyond=0.0),
    EvolutionStrategy(parents=1, children=1, selection="plus", recombination="none"),
    EvolutionStrategy(parents=1, children=1, adaptation="one_fifth"),
    CMAES(population_size=2, sigma=1e6),
    CMAES(population_size=2, sigma=1e-12, restarts=50, covariance="separable", growth=10.0),
    DifferentialEvolution(population_size=4, crossover_rate=0.0),
    ParticleSwarm(population_size=1, topology="ring", inertia=0.0),
    NelderMead(),
    NelderMead(initial_size=1e6),
    Lbfgs(memory=1, trials=1),
    ConjugateGradient(restart_every=1),
    Newton(),
    Newton(damping=1e6, longest=1e-9),
)


def takes(optimizer):
    taken = [problem for problem in PROBLEMS if not check_refusal(optimizer, problem)]
    if isinstance(optimizer, CMAES):  # which finds the axes of C only now and then there
        taken.append(OF_MANY_VARIABLES)
    return taken


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, *AT_THE_END_OF_LIMITS], ids=described)
def test_a_listing_finds_the_trace_of_its_algorithm(optimizer):
    problems = takes(optimizer)
    assert len(problems) >= 4
    for problem in problems:
        check_listing(optimizer, problem)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=described)
def test_a_listing_that_is_slightly_wrong_is_found_out(optimizer):
    """One operator of the loop is another one."""
    assert unnoticed(optimizer, takes(optimizer)) == []


CHANGES = {
    "a larger population": (
        GeneticAlgorithm(population_size=9),
        GeneticAlgorithm(population_size=14, elites=3),
    ),
    "another crossover and selection": (
        GeneticAlgorithm(population_size=9, selection="rank"),
        GeneticAlgorithm(population_size=9, selection="roulette", crossover="blend"),
    ),
    "steps that follow together": (
        EvolutionStrategy(parents=3, children=9),
        EvolutionStrategy(parents=3, children=15, adaptation="one_fifth", selection="plus"),
    ),
    "steps that follow by themselves": (
        EvolutionStrategy(parents=3, children=9, adaptation="one_fifth"),
        EvolutionStrategy(parents=3, children=9, recombination="none"),
    ),
    "other parents": (EvolutionStrategy(parents=3), EvolutionStrategy(parents=5)),
    "only a diagonal": (CMAES(), CMAES(covariance="separable", restarts=2)),
    "a whole matrix": (CMAES(covariance="separable", restarts=2), CMAES(population_size=11)),
    "F and CR of their own": (
        DifferentialEvolution(population_size=8),
        DifferentialEvolution(population_size=8, self_adapting=True, strategy="best/1/bin"),
    ),
    "a constricted ring": (
        ParticleSwarm(population_size=8),
        ParticleSwarm(
            population_size=8, topology="ring", damping="constriction", cognitive=2.1, social=2.1
        ),
    ),
    "a careful simplex": (NelderMead(), NelderMead(adaptive=True)),
    "less memory": (Lbfgs(memory=8), Lbfgs(memory=2)),
    "more memory": (Lbfgs(memory=2), Lbfgs(memory=8)),
    "another formula": (
        ConjugateGradient(),
        ConjugateGradient(formula="hestenes_stiefel", restart_every=3),
    ),
    "a swarm where a simplex was": (NelderMead(), ParticleSwarm(population_size=5)),
    "curvature where a swarm was": (ParticleSwarm(population_size=5), Lbfgs()),
}


@pytest.mark.parametrize("name", CHANGES)
def test_lines_go_on_after_a_change_of_settings(name):
    """Whoever changes a run and looks at its code sees what it does from there on."""
    optimizer, other = CHANGES[name]
    problem = FunctionND(function=Rastrigin(), dimension=4)
    stopping = StoppingCriterion(max_iterations=16)
    changes = (Change(at=8, optimizer=other),)
    spec = RunSpec(problem=problem, optimizer=optimizer, changes=changes, stopping=stopping)
    stepper, evaluator = Stepper(spec), problem.evaluator()
    state = stepper.start()
    for k in range(16):
        listed = Program(spec.optimizer_after(k), evaluator, stepper.draws)
        listed.go_on(spec.optimizer_after(k).variables(stepper.entering(state)), k)
        listed.iterate()
        state, _ = stepper.steps(state, 1)
        assert listed["fx"] == pytest.approx(state.f, rel=1e-9), k
        assert listed["x"] == pytest.approx(state.x, rel=1e-9), k
    run = Run(spec).finish()
    done = {}
    exec(script(run, Reader(run)), done)
    assert done["history"][-1] == pytest.approx(state.f, rel=1e-9), "as a script"
    assert done["best_f"] == pytest.approx(state.best_f, rel=1e-9)
    assert done["best_x"] == pytest.approx(state.best_x, rel=1e-6)
    assert done["best_k"] == state.best_k


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, *AT_THE_END_OF_LIMITS], ids=described)
def test_what_a_listing_carries_is_what_the_algorithm_does(optimizer):
    """The numbers beside the lines are those of the run, not only x and f."""
    problem = PROBLEMS[0]
    stopping = StoppingCriterion(max_iterations=30)
    stepper = Stepper(RunSpec(problem=problem, optimizer=optimizer, stopping=stopping))
    listed = Program(optimizer, problem.evaluator(), stepper.draws)
    listed.begin(problem.sample(stepper.draws, "start", 0, 1)[0])
    state = stepper.start()
    for k in range(30):
        found = optimizer.variables(state)
        assert {"x", "fx"} < set(found)
        for name, value in found.items():
            now = np.asarray(listed[name], dtype=float)
            np.testing.assert_allclose(now, value, rtol=1e-9, atol=1e-12, err_msg=f"{name}, {k}")
        assert not set(found) & {field.name for field in fields(type(optimizer))}
        listed.iterate()
        state, _ = stepper.steps(state, 1)


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, *AT_THE_END_OF_LIMITS], ids=described)
def test_no_name_is_given_twice(optimizer):
    """Else a script, in which all names are in one place, would do something else."""
    listing = optimizer.listing()
    given = {"k", "np", "f", "gradient", "hessian", "normals", "uniforms", "normal_rows", "sample"}
    settings = {field.name for field in fields(type(optimizer))}
    helpers = _bound(ast.parse(listing.helpers))
    lines = _bound(ast.parse(f"{listing.before}\n{listing.loop}"))
    assert not lines & (given | settings | helpers)
    assert not helpers & (given | settings)
    inside = {
        name
        for node in ast.walk(ast.parse(listing.helpers))
        if isinstance(node, ast.FunctionDef)
        for name in _bound(node) | {argument.arg for argument in node.args.args}
    }
    known = given | settings | helpers | lines | inside | set(dir(builtins)) | {"x"}
    assert names_in(listing) <= known
    assert max(map(len, listing.helpers.splitlines()), default=0) <= 100


def _bound(tree):
    """Return the names that the lines of a module or function give a value, not of inner ones."""
    found, waiting = set(), list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
            continue
        if isinstance(node, ast.alias):
            found.add(node.asname or node.name)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        waiting.extend(ast.iter_child_nodes(node))
    return found
