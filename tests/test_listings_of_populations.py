"""Listings of populations, simplexes and line searches are these algorithms, however they are set.

Without it, a class would be shown lines that do something else than the pictures beside them.
"""

from __future__ import annotations

import pytest

from optiviz.datasets.classification import Classification
from optiviz.engine.parameters import fields
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
from optiviz.testing.listings import check_listing, first_difference, slightly_wrong
from optiviz.testing.samples import Cliff

_DATA = Classification(n_samples=40)
_RELU = Network(layers=(Layer(units=5, activation="relu"), Layer(units=1)))
PROBLEMS = (
    Function2D(function=Rosenbrock()),
    Function2D(function=Griewank()),
    Function1D(formula="x^2"),  # CMA-ES starts anew there
    FunctionND(function=Rastrigin(), dimension=10),
    FunctionND(function=Sphere(), dimension=120),  # the axes of C are not found each time
    NetworkTraining(dataset=_DATA, network=_RELU, objective="log_loss"),
    NetworkTraining(dataset=_DATA, network=_RELU, objective="accuracy"),
    Cliff(),  # members without a value
)
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


def named(optimizer):
    """Name an optimizer by what isn't as usual."""
    usual = type(optimizer)()
    names = [field.name for field in fields(type(optimizer))]
    changed = [n for n in names if getattr(optimizer, n) != getattr(usual, n)]
    return "-".join([optimizer.kind, *(str(getattr(optimizer, n)) for n in changed)])


def takes(optimizer):
    return [problem for problem in PROBLEMS if not check_refusal(optimizer, problem)]


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, *AT_THE_END_OF_LIMITS], ids=named)
def test_a_listing_finds_the_trace_of_its_algorithm(optimizer):
    problems = takes(optimizer)
    assert len(problems) >= 4
    for problem in problems:
        check_listing(optimizer, problem)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=named)
def test_a_listing_that_is_slightly_wrong_is_found_out(optimizer):
    """One operator of the loop is another one."""
    unnoticed, n = [], 0
    for changed, wrong in slightly_wrong(optimizer.listing()):
        n += 1
        for problem in takes(optimizer):
            try:
                found = first_difference(optimizer, problem, wrong, 45)
            except Exception as error:
                found = repr(error)
            if found is not None:
                break
        else:
            unnoticed.append(changed)
    assert n > 5
    assert unnoticed == []
