"""Evolution strategies: mu parents, lambda children by normal mutations of an adapted size."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, sqrt
from typing import Annotated, Any, Literal

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Channel, Row, State, frozen
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.methods.population import (
    ACCEPTANCE,
    FIRST_VALUES,
    MAX_MEMBERS,
    POPULATION_CHANNELS,
    SUCCESS,
    PopulationOptimizer,
    PopulationState,
    around,
    first_population,
    next_population,
    population_listing,
    ranking,
    scored,
    too_many,
)

_TARGET = 1 / 5  # Rechenberg (1973): the share of successful mutations at which sigma is right
_LOWEST, _HIGHEST = 1e-150, 1e150  # of sigma: its square neither vanishes nor overflows


@dataclass(frozen=True)
class StrategyState(PopulationState):
    """Parents with their step sizes.

    Attributes
    ----------
    sigmas : ndarray, shape (mu,)
    success : float
        Share of children better than their parent, smoothed over generations.
    """

    sigmas: Array
    success: float


class EvolutionStrategy(PopulationOptimizer):
    """A child is a parent (or the middle of all) + sigma * N(0, I); the best are parents next."""

    kind = "evolution_strategy"
    label = "Evolution strategy"
    source = (
        "Rechenberg (1973), Evolutionsstrategie; Beyer & Schwefel (2002), Evolution strategies: a "
        "comprehensive introduction; one-fifth rule as in Igel, Hansen & Roth (2007)"
    )
    channels = (
        *POPULATION_CHANNELS,
        ACCEPTANCE,
        SUCCESS,
        Channel("sigma", "mutation strength sigma", scale="log"),
    )
    state_type = StrategyState

    parents: Annotated[
        int,
        Param(
            "The best so many are the parents of the next generation.",
            label="Parents μ",
            scale="log",
            ge=1,
            le=1000,
        ),
    ] = 10
    children: Annotated[
        int,
        Param(
            "Children in a generation; about seven for each parent keep the selection sharp.",
            label="Children λ",
            scale="log",
            ge=1,
            le=MAX_MEMBERS,
            live=True,
        ),
    ] = 60
    selection: Annotated[
        Literal["comma", "plus"],
        Param(
            "From whom the next parents are chosen.",
            choices={
                "comma": "(μ, λ): the children alone",
                "plus": "(μ + λ): children and parents",
            },
            live=True,
        ),
    ] = "comma"
    recombination: Annotated[
        Literal["none", "intermediate"],
        Param(
            "What is mutated.",
            choices={"none": "a parent drawn at random", "intermediate": "the middle of all"},
            live=True,
        ),
    ] = "intermediate"
    adaptation: Annotated[
        Literal["self", "one_fifth"],
        Param(
            "How the step size follows.",
            choices={
                "self": "itself: each child mutates its own sigma first",
                "one_fifth": "one-fifth rule: larger if more than 1 in 5 children are better",
            },
            live=True,
        ),
    ] = "self"
    sigma: Annotated[
        float,
        Param(
            "Standard deviation of the first mutations, and of the first parents.",
            label="First sigma",
            scale="log",
            gt=0,
            le=1e6,
        ),
    ] = 0.5

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse fewer children than are to be chosen of them."""
        if self.selection == "comma" and self.children < self.parents:
            yield (
                "children",
                f"must be at least {self.parents:,}, the number of parents that are chosen of "
                f"them alone, is {self.children:,}",
            )

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse populations that would not fit into memory."""
        yield from too_many(self.parents, "parents", problem)
        yield from too_many(self.children, "children", problem)

    @property
    def members(self) -> int:
        """The number of parents."""
        return self.parents

    def evaluations_per_iteration(self, dim: int) -> float:
        """Return how many children a generation scores."""
        return float(self.children)

    def sentence(self) -> str:
        """Say what an iteration does."""
        sign = {"plus": "+", "comma": ","}[self.selection]
        base = {"none": "a parent", "intermediate": "the middle of all parents"}[self.recombination]
        rule = {
            "self": "sigma is mutated with each child",
            "one_fifth": "sigma follows the one-fifth rule",
        }[self.adaptation]
        return (
            f"({self.parents:,} {sign} {self.children:,}): children are {base} + σ · N(0, 1), from "
            f"σ = {self.sigma:g} on; {rule}."
        )

    def listing(self) -> Listing:
        """Return the algorithm with the adaptation, recombination and selection that are set."""
        own, middle = self.adaptation == "self", self.recombination == "intermediate"
        base, beaten, base_size = _MIDDLE if middle else _PARENT
        before, loop = [_START, FIRST_VALUES], ["dim = len(x)", base]
        if own:
            before += ["sigmas = np.full(parents, sigma)"]
            loop += [base_size, _OWN_SIGMA, _MUTATION.format("own.reshape(children, 1)")]
        else:
            before += ["step_size, success = sigma, 1 / 5"]
            loop += [beaten, _MUTATION.format("step_size"), _ONE_FIFTH]
        if self.selection == "plus":
            loop += [_PLUS, _PLUS_SIGMA] if own else [_PLUS]
        loop += [_SELECTION, "sigmas = own[chosen]"] if own else [_SELECTION]
        helpers = "from math import exp, sqrt" if own else "from math import exp"
        return population_listing(tuple(before), tuple(loop), (helpers,))

    def variables(self, state: State) -> dict[str, Any]:
        """Return the parents, and the step size of each, or of all and how they succeeded."""
        assert isinstance(state, StrategyState)
        mine: dict[str, Any] = {"sigmas": state.sigmas}
        if self.adaptation == "one_fifth":
            mine = {"step_size": _middle(state.sigmas), "success": state.success}
        return super().variables(state) | mine

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> StrategyState:
        """Score the start point and parents around it."""
        population = around(x0, self.sigma, draws, self.parents)
        return StrategyState(
            **vars(first_population(problem, population)),
            sigmas=frozen(np.full(self.parents, self.sigma)),
            success=_TARGET,
        )

    def generation(
        self, problem: Evaluator[Problem], state: StrategyState, draws: Draws
    ) -> tuple[StrategyState, Row]:
        """Mutate, and select."""
        n, (mu, dim) = self.children, state.population.shape
        if self.adaptation == "one_fifth" or self.recombination == "intermediate":
            sigmas = np.full(n, _middle(state.sigmas))
        if self.recombination == "intermediate":
            base = np.add.reduce(state.population, axis=0) / mu
            # The middle was never scored: half of the parents stand for it.
            beaten: float | Array = float(np.median(state.values))
        else:
            drawn = (draws.uniforms("parent", state.k, 1, n)[0] * mu).astype(np.intp)
            base, beaten = state.population[drawn], state.values[drawn]
            if self.adaptation == "self":
                sigmas = state.sigmas[drawn]
        if self.adaptation == "self":
            # Beyer & Schwefel (2002), sect. 4.2.1: sigma exp(tau N(0, 1)), tau = 1 / sqrt(2 n)
            tau = 1 / sqrt(2 * dim)
            sigmas = _limited(sigmas * np.exp(tau * draws.normals("sigma", state.k, 1, n)[0]))
        moves = draws.normals("mutation", state.k, 1, n * dim).reshape(n, dim)
        children = base + sigmas[:, None] * moves
        scores = scored(problem, children)
        rate = np.count_nonzero(scores < beaten) / n
        success = state.success
        if self.adaptation == "one_fifth":
            # Igel, Hansen & Roth (2007), sect. 2: the rule on a smoothed rate, for lambda children
            pace = _TARGET * n / (2 + _TARGET * n)
            success = (1 - pace) * success + pace * rate
            factor = exp((success - _TARGET) / (1 - _TARGET) / (1 + dim / (2 * n)))
            sigmas = _limited(sigmas * factor)
        values = scores
        if self.selection == "plus":  # children first: among equals they are preferred
            children = np.concatenate((children, state.population))
            values = np.concatenate((scores, state.values))
            parents = sigmas[:1].repeat(mu) if self.adaptation == "one_fifth" else state.sigmas
            sigmas = np.concatenate((sigmas, parents))
        chosen = ranking(values)[:mu]
        sigmas = sigmas[chosen]
        acceptance = np.count_nonzero(chosen < n) / n
        return next_population(
            state,
            problem,
            children[chosen],
            values[chosen],
            n,
            (acceptance, rate, _middle(sigmas)),
            sigmas=frozen(sigmas),
            success=success,
        )


def _limited(sigmas: Array) -> Array:
    return np.clip(sigmas, _LOWEST, _HIGHEST)


def _middle(sigmas: Array) -> float:
    """Return the geometric mean."""
    return exp(np.add.reduce(np.log(sigmas)) / len(sigmas))


# The listing: the lines of each choice.
_START = """\
moves = normal_rows("population", 0, parents - 1, len(x))
population = np.vstack((x, x + sigma * moves))"""
_MIDDLE = (
    "base = population.mean(axis=0)",
    "beaten = np.median(values)  # the middle itself has no value",
    "base_sigma = exp(np.log(sigmas).mean())  # the geometric mean",
)
_PARENT = (
    """\
drawn = (uniforms("parent", children) * parents).astype(int)
base = population[drawn]""",
    "beaten = values[drawn]",
    "base_sigma = sigmas[drawn]",
)
_OWN_SIGMA = """\
tau = 1 / sqrt(2 * dim)
own = (base_sigma * np.exp(tau * normals("sigma", children))).clip(1e-150, 1e150)"""
_MUTATION = """\
moves = normals("mutation", children * dim).reshape(children, dim)
points = base + {} * moves
scores = np.fmin(f(points), np.inf)  # a child without a value is worst"""
_ONE_FIFTH = """\
pace = children / (10 + children)
success = (1 - pace) * success + pace * np.mean(scores < beaten)
step_size *= exp((success - 1 / 5) / (1 - 1 / 5) / (1 + dim / (2 * children)))
step_size = min(max(step_size, 1e-150), 1e150)"""
_PLUS = """\
points = np.concatenate((points, population))  # children first: among equals they win
scores = np.concatenate((scores, values))"""
_PLUS_SIGMA = "own = np.concatenate((own, sigmas))"
_SELECTION = """\
chosen = np.argsort(scores, kind="stable")[:parents]
population, values = points[chosen], scores[chosen]"""
