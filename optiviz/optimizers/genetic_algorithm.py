"""A genetic algorithm on real numbers: select parents, cross them, mutate, keep the elite."""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Row
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.methods.population import (
    MAX_MEMBERS,
    POPULATION_CHANNELS,
    SUCCESS,
    Places,
    PopulationOptimizer,
    PopulationState,
    StartSpread,
    first_population,
    next_population,
    population_listing,
    ranking,
    scored,
    start_lines,
    start_population,
)


class GeneticAlgorithm(PopulationOptimizer):
    """Each child has two selected parents; with the elite, the children are the next population."""

    kind = "genetic_algorithm"
    label = "Genetic algorithm"
    source = (
        "Holland (1975); Goldberg (1989), Genetic algorithms in search, optimization and machine "
        "learning; rank selection: Baker (1985); blend: Eshelman & Schaffer (1993)"
    )
    channels = (*POPULATION_CHANNELS, SUCCESS)

    population_size: Annotated[
        int,
        Param(
            "Members of the population: more find more, and take longer for each generation.",
            scale="log",
            ge=2,
            le=MAX_MEMBERS,
        ),
    ] = 100
    selection: Annotated[
        Literal["tournament", "roulette", "rank"],
        Param(
            "How parents are chosen.",
            choices={
                "tournament": "tournament: the best of some",
                "roulette": "roulette: the more they are below the worst, the likelier",
                "rank": "rank: the better their place, the likelier",
            },
            live=True,
        ),
    ] = "tournament"
    tournament_size: Annotated[
        int,
        Param(
            "Members that meet in a tournament; the more, the better a parent must be.",
            label="In tournament",
            ge=1,
            le=100,
            live=True,
            when=("selection", ("tournament",)),
        ),
    ] = 3
    selection_pressure: Annotated[
        float,
        Param(
            "Children of the best, on average, where 1 is everybody's share (rank selection).",
            ge=1,
            le=2,
            live=True,
            when=("selection", ("rank",)),
        ),
    ] = 1.8
    crossover: Annotated[
        Literal["uniform", "one-point", "blend"],
        Param(
            "How two parents become a child.",
            choices={
                "uniform": "uniform: each number from either",
                "one-point": "one-point: first numbers from one, the rest from the other",
                "blend": "blend: from the range between, and a little beyond (BLX-α)",
            },
            live=True,
        ),
    ] = "uniform"
    crossover_probability: Annotated[
        float,
        Param("Chance to have two parents; else a child is a copy of one.", ge=0, le=1, live=True),
    ] = 0.9
    blend_beyond: Annotated[
        float,
        Param(
            "How far a blend goes beyond the parents' range, as a share of it.",
            label="α",
            ge=0,
            le=2,
            live=True,
            when=("crossover", ("blend",)),
        ),
    ] = 0.5
    mutation: Annotated[
        Literal["gaussian", "uniform"],
        Param(
            "What a mutation does to a number.",
            choices={
                "gaussian": "gaussian: adds to it",
                "uniform": "uniform: draws it anew, as start points are",
            },
            live=True,
        ),
    ] = "gaussian"
    mutation_rate: Annotated[
        float, Param("Chance of each number to be mutated.", scale="log", ge=0, le=1, live=True)
    ] = 0.1
    mutation_size: Annotated[
        float,
        Param(
            "Standard deviation of what a gaussian mutation adds.",
            scale="log",
            gt=0,
            le=1e6,
            live=True,
            when=("mutation", ("gaussian",)),
        ),
    ] = 0.3
    elites: Annotated[
        int, Param("Best members that live on unchanged.", ge=0, le=MAX_MEMBERS - 1, live=True)
    ] = 1
    start_spread: StartSpread = None

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse an elite that leaves no room for children."""
        if self.elites >= self.population_size:
            yield (
                "elites",
                f"must be below the population size of {self.population_size:,}, "
                f"is {self.elites:,}",
            )

    @property
    def members(self) -> int:
        """The size of the population."""
        return self.population_size

    def sentence(self) -> str:
        """Say what an iteration does."""
        parents = {
            "tournament": f"the best of {self.tournament_size:,} drawn at random",
            "roulette": "drawn by how far they are below the worst",
            "rank": "drawn by rank",
        }[self.selection]
        change = {"gaussian": f"moved by {self.mutation_size:g} · N(0, 1)", "uniform": "drawn anew"}
        return (
            f"{self.population_size - self.elites:,} children of parents that are {parents}, by "
            f"{self.crossover} crossover; each number is {change[self.mutation]} with probability "
            f"{self.mutation_rate:g}. The best {self.elites:,} live on."
        )

    def listing(self) -> Listing:
        """Return the algorithm with the selection, crossover and mutation that are set."""
        draw, select = _SELECTION[self.selection]
        toss, cross = _CROSSOVER[self.crossover]
        numbers, mutate = _MUTATION[self.mutation]
        count, live_on = _ELITE if self.elites else _NO_ELITE
        loop = (count, draw, _MIXING, cross, mutate, _SCORES, live_on)
        start = (start_lines(self.start_spread),)
        return population_listing(start, loop, (select, toss, numbers))

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> PopulationState:
        """Score the start point and the members drawn with it."""
        population = start_population(problem, x0, self.members, self.start_spread, draws)
        return first_population(problem, population)

    def generation(
        self, problem: Evaluator[Problem], state: PopulationState, draws: Draws
    ) -> tuple[PopulationState, Row]:
        """Let the elite live on, and children take the other places."""
        n = self.population_size - self.elites
        first, second = self._parents(draws, state.k, state.values, n)
        children = self._crossed(draws, state.k, state.population[first], state.population[second])
        children = self._mutated(problem, draws, state.k, children)
        scores = scored(problem, children)
        success = np.count_nonzero(scores < state.values[first]) / n
        elite = ranking(state.values)[: self.elites]
        return next_population(
            state,
            problem,
            np.concatenate((state.population[elite], children)),
            np.concatenate((state.values[elite], scores)),
            n,
            (success,),
        )

    def _parents(self, draws: Draws, k: int, values: Array, n: int) -> Places:
        """Return two parents for each of n children, shape (2, n)."""
        if self.selection == "tournament":
            drawn = draws.uniforms("parents", k, 1, 2 * n * self.tournament_size)
            met = (drawn.reshape(-1, self.tournament_size) * len(values)).astype(np.intp)
            # Among equals the one that was drawn first wins.
            winners: Places = met[np.arange(2 * n), values[met].argmin(axis=1)]
            return winners.reshape(2, n)
        shares = _below_worst(values) if self.selection == "roulette" else self._by_rank(values)
        ends = np.add.accumulate(shares)
        drawn = draws.uniforms("parents", k, 1, 2 * n) * ends[-1]
        found: Places = np.searchsorted(ends, drawn, side="right")
        return np.minimum(found, len(values) - 1).reshape(2, n)

    def _by_rank(self, values: Array) -> Array:
        """Return each member's share of the children, by its rank: Baker (1985), linear."""
        n, s = len(values), self.selection_pressure
        shares = np.empty(n)
        shares[ranking(values)] = s - 2 * (s - 1) * np.arange(n) / (n - 1)
        return shares

    def _crossed(self, draws: Draws, k: int, first: Array, second: Array) -> Array:
        """Return a child of each pair of parents, shape (n, dim)."""
        n, dim = first.shape
        mixing = draws.uniforms("mixing", k, 1, n).reshape(n, 1) < self.crossover_probability
        if self.crossover == "blend":
            # Eshelman & Schaffer (1993): uniform from [low - alpha d, high + alpha d]
            u = draws.uniforms("crossover", k, 1, n * dim).reshape(n, dim)
            place = u * (1 + 2 * self.blend_beyond) - self.blend_beyond
            return first + mixing * place * (second - first)
        if self.crossover == "uniform":
            from_second = _coins(draws, k, n * dim).reshape(n, dim)
        else:
            # A cut after at least one number and before the last, where there is more than one.
            cuts = 1 + draws.uniforms("crossover", k, 1, n).reshape(n, 1) * (dim - 1)
            from_second = np.arange(dim) >= cuts.astype(np.intp)
        return np.where(from_second & mixing, second, first)

    def _mutated(self, problem: Evaluator[Problem], draws: Draws, k: int, children: Array) -> Array:
        """Return the children with some of their numbers changed."""
        n, dim = children.shape
        chosen = draws.uniforms("mutated", k, 1, n * dim).reshape(n, dim) < self.mutation_rate
        if self.mutation == "uniform":
            # Michalewicz (1992), ch. 5: a number from anywhere in its range.
            return np.where(chosen, problem.problem.sample(draws, "mutation", k * n, n), children)
        places = np.flatnonzero(chosen)
        moves = _normals(draws, k, len(places), self.mutation_rate * n * dim)
        children.reshape(-1)[places] += self.mutation_size * moves
        return children


def _coins(draws: Draws, k: int, count: int) -> NDArray[np.bool_]:
    """Return tosses of a coin, 32 of each number that is drawn."""
    drawn = draws.uniforms("coins", k, 1, -(-count // 32))[0]
    tosses = np.unpackbits((drawn * 2.0**32).astype("<u4").view(np.uint8), count=count)
    return tosses.view(np.bool_)


def _normals(draws: Draws, k: int, count: int, expected: float) -> Array:
    """Return normal numbers; about as many are drawn as are expected, not one for each number."""
    width = 1 << max(8, int(1.25 * expected).bit_length())
    parts = range(-(-count // width))
    drawn = [draws.normals(f"mutation {part}", k, 1, width)[0] for part in parts]
    return np.concatenate([*drawn, np.empty(0)])[:count]


def _below_worst(values: Array) -> Array:
    """Return how far each member is below the worst one that has a value; all 1 if none is."""
    valued = np.isfinite(values)
    if valued.any():
        worst, best = values[valued].max(), values[valued].min()
        if worst > best:
            # Halves, so that a difference never overflows.
            below = (worst / 2 - values / 2) / (worst / 2 - best / 2)
            return np.where(valued, below, 0.0)
    return np.ones(len(values))


# The listing: lines that are there always, and for each choice its lines and what they call.
_DRAWN_BY = '''\
def drawn_by(shares, numbers):
    """Return members, each as likely as its share, for numbers between 0 and 1."""
    ends = np.add.accumulate(shares)
    found = np.searchsorted(ends, numbers * ends[-1], side="right")
    return np.minimum(found, len(shares) - 1)'''
_SELECTION = {
    "tournament": (
        """\
drawn = uniforms("parents", 2 * n * tournament_size).reshape(2 * n, tournament_size)
met = (drawn * population_size).astype(int)
parents = met[np.arange(2 * n), values[met].argmin(axis=1)]  # the best of each""",
        "",
    ),
    "roulette": (
        """\
shares = below_worst(values)
parents = drawn_by(shares, uniforms("parents", 2 * n))""",
        _DRAWN_BY
        + '''


def below_worst(values):
    """Return how far below the worst each value is, as a share of the range of all."""
    valued = values[np.isfinite(values)]
    if len(valued) == 0 or valued.max() == valued.min():
        return np.ones(len(values))
    below = (valued.max() / 2 - values / 2) / (valued.max() / 2 - valued.min() / 2)
    return np.where(np.isfinite(values), below, 0.0)''',
    ),
    "rank": (
        """\
shares = by_rank(values, selection_pressure)
parents = drawn_by(shares, uniforms("parents", 2 * n))""",
        _DRAWN_BY
        + '''


def by_rank(values, pressure):
    """Return each member's share of the children: the best has `pressure`, the worst the rest."""
    n = len(values)
    shares = np.empty(n)
    ranking = np.argsort(values, kind="stable")
    shares[ranking] = pressure - 2 * (pressure - 1) * np.arange(n) / (n - 1)
    return shares''',
    ),
}
_MIXING = """\
first, second = population[parents[:n]], population[parents[n:]]
mixing = uniforms("mixing", n).reshape(n, 1) < crossover_probability"""
_CROSSOVER = {
    "uniform": (
        '''\
def coins(count):
    """Return tosses of a coin, 32 of each number that is drawn."""
    numbers = (uniforms("coins", -(-count // 32)) * 2.0**32).astype("<u4")
    return np.unpackbits(numbers.view(np.uint8), count=count).astype(bool)''',
        """\
from_second = coins(n * dim).reshape(n, dim)
children = np.where(mixing & from_second, second, first)""",
    ),
    "one-point": (
        "",
        """\
cuts = (1 + uniforms("crossover", n) * (dim - 1)).astype(int)
from_second = np.arange(dim) >= cuts.reshape(n, 1)
children = np.where(mixing & from_second, second, first)""",
    ),
    "blend": (
        "",
        """\
u = uniforms("crossover", n * dim).reshape(n, dim)
place = u * (1 + 2 * blend_beyond) - blend_beyond  # 0: the first parent, 1: the second
children = first + mixing * place * (second - first)""",
    ),
}
_MUTATED = 'mutated = uniforms("mutated", n * dim).reshape(n, dim) < mutation_rate'
_MUTATION = {
    "gaussian": (
        '''\
def normals_for(mutated):
    """Return a normal number for each place that mutates."""
    count, expected = np.count_nonzero(mutated), mutation_rate * mutated.size
    width = 1 << max(8, int(1.25 * expected).bit_length())  # drawn at once
    parts = [normals(f"mutation {i}", width) for i in range(-(-count // width))]
    return np.concatenate([np.empty(0), *parts])[:count]''',
        f"""\
{_MUTATED}
children[mutated] += mutation_size * normals_for(mutated)""",
    ),
    "uniform": (
        "",
        f"""\
{_MUTATED}
children = np.where(mutated, sample("mutation", k * n, n), children)""",
    ),
}
_SCORES = "scores = np.fmin(f(children), np.inf)  # a child without a value is worst"
_ELITE = (
    "n, dim = population_size - elites, len(x)",
    """\
elite = np.argsort(values, kind="stable")[:elites]
population = np.concatenate((population[elite], children))
values = np.concatenate((values[elite], scores))""",
)
_NO_ELITE = ("n, dim = population_size, len(x)", "population, values = children, scores")
