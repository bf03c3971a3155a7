"""A population: its members and their values, its start, its best, and how wide it is.

Members without a value (nan, or +inf) count as worst; their value is kept as +inf, so that every
comparison with it says what it should.
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Channel, Optimizer, Outcome, Row, State, frozen
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem

Places = NDArray[np.intp]

MAX_MEMBERS = 2_000
MAX_NUMBERS = 1 << 23  # in all members together: 64 MB

POPULATION_CHANNELS = (
    Channel("spread", "spread of the population", scale="log"),
    Channel("mean_f", "mean of the population"),
)
ACCEPTANCE = Channel("acceptance", "acceptance rate")
SUCCESS = Channel("success", "children better than their parent")

StartSpread = Annotated[
    float | None,
    Param(
        "Members start this far around the start point (a standard deviation); if it is left out, "
        "they are drawn as start points are.",
        label="Start spread",
        unset="as starts are",
        scale="log",
        gt=0,
        le=1e6,
        advanced=True,
    ),
]


@dataclass(frozen=True)
class PopulationState(State):
    """A state with its population, whose best member is x.

    After `init` alone, x is the start point, which is member 0.

    Attributes
    ----------
    population : ndarray, shape (n, dim)
    values : ndarray, shape (n,)
        +inf for members without a value.
    """

    population: Array
    values: Array


S = TypeVar("S", bound=PopulationState)


class PopulationOptimizer(Optimizer):
    """An algorithm that turns one population into the next, of the same size."""

    group: ClassVar[str] = "Populations"
    channels: ClassVar[tuple[Channel, ...]] = POPULATION_CHANNELS
    state_type: ClassVar[type[State]] = PopulationState

    @property
    @abstractmethod
    def members(self) -> int:
        """The size of the population."""

    def evaluations_per_iteration(self, dim: int) -> float:
        """Return how many members a generation scores."""
        return float(self.members)

    @abstractmethod
    def generation(
        self, problem: Evaluator[Problem], state: Any, draws: Draws
    ) -> tuple[PopulationState, Row]:
        """Do one iteration from a state of `state_type` whose population has the right size."""

    def step(
        self, problem: Evaluator[Problem], state: State, draws: Draws
    ) -> tuple[PopulationState, Row]:
        """Make the next generation; where the size was changed, of a new population around x."""
        assert isinstance(state, PopulationState)
        if not self.fits(state):
            state = self.init(problem, state.x, draws).continued(state)
        return self.generation(problem, state, draws)

    def fits(self, state: State) -> bool:
        """Return whether the population has the size that is set."""
        assert isinstance(state, PopulationState)
        return len(state.population) == self.members

    def variables(self, state: State) -> dict[str, Any]:
        """Return the population and its values, beside the best member and its value."""
        assert isinstance(state, PopulationState)
        return super().variables(state) | {"population": state.population, "values": state.values}

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse a population that would not fit into memory."""
        yield from super().check_problem(problem)
        yield from too_many(self.members, "population_size", problem)


def too_many(members: int, field: str, problem: Problem) -> Iterator[tuple[str, str]]:
    """Yield (field, sentence) if so many members of this problem are more than are held."""
    most = MAX_NUMBERS // problem.dim
    if members > most:
        yield (
            field,
            f"must be at most {most:,} where a point has {problem.dim:,} numbers, is {members:,}",
        )


def start_lines(spread: float | None) -> str:
    """Return the lines of a listing that draw and score the first population."""
    rest = 'sample("population", 0, population_size - 1)'
    if spread is not None:
        rest = 'normal_rows("population", 0, population_size - 1, len(x))'
    spread_out = "rest" if spread is None else "x + start_spread * rest"
    return f"""\
rest = {rest}
population = np.vstack((x, {spread_out}))
{FIRST_VALUES}"""


def population_listing(
    before: tuple[str, ...], loop: tuple[str, ...], helpers: tuple[str, ...] = ()
) -> Listing:
    """Return a listing of these lines, which set `population` and `values`: x is the best member.

    Parameters
    ----------
    before, loop, helpers : tuple of str
        Lines; empty helpers are left out.
    """
    return Listing(
        before="\n".join(before),
        loop="\n".join((*loop, _BEST_MEMBER)),
        helpers="\n\n\n".join(lines for lines in helpers if lines),
        score="values.min()",
        best="population[values.argmin()]",
    )


# The lines that score the first members, and that find the best of them.
FIRST_VALUES = """\
values = f(population)
fx = values[0]
values = np.fmin(values, np.inf)  # a member without a value is worst"""
_BEST_MEMBER = """\
best = values.argmin()
x, fx = population[best], values[best]"""


def scored(problem: Evaluator[Problem], X: Array) -> Array:
    """Return f at each point, shape (n,), with +inf where there is none."""
    return np.fmin(problem.evaluate(X), np.inf)


def ranking(values: Array) -> Places:
    """Return the places of all members, best first; among equals in their order."""
    return np.argsort(values, kind="stable")


def around(x: Array, spread: float | Array, draws: Draws, n: int) -> Array:
    """Return x and n - 1 points at a normal distance from it, shape (n, dim)."""
    moves = draws.normals("population", 0, n - 1, len(x))
    return np.concatenate((x[None], x + spread * moves))


def start_population(
    problem: Evaluator[Problem], x0: Array, n: int, spread: float | None, draws: Draws
) -> Array:
    """Return x0 and n - 1 points around it, or as start points are drawn; shape (n, dim)."""
    if spread is not None:
        return around(x0, spread, draws, n)
    return np.concatenate((x0[None], problem.problem.sample(draws, "population", 0, n - 1)))


def first_population(problem: Evaluator[Problem], population: Array) -> PopulationState:
    """Return the state at the start point, which is member 0, with all members scored."""
    raw = problem.evaluate(population)
    values = np.fmin(raw, np.inf)
    i = int(values.argmin())
    n = len(population)
    return PopulationState(
        k=0,
        x=frozen(population[0].copy()),
        f=float(raw[0]),
        best_x=frozen(population[i].copy()),
        best_f=float(values[i]) if i else float(raw[0]),
        best_k=0,
        evaluations=n,
        gradient_evaluations=0,
        rows_seen=(n - 1) * problem.n_rows,
        population=frozen(population),
        values=frozen(values),
    )


def next_population(
    state: S,
    problem: Evaluator[Problem],
    population: Array,
    values: Array,
    tried: int,
    channels: tuple[float, ...],
    **carried: Any,
) -> tuple[S, Row]:
    """Return the state after a generation, and its row.

    Parameters
    ----------
    state : PopulationState
        The one before.
    problem : Evaluator
    population, values : ndarray of shape (n, dim) and (n,)
        The new ones, to be kept; +inf where a member has no value.
    tried : int
        Points that were scored for it.
    channels : tuple of float
        What follows spread and mean.
    **carried
        Other fields of the state that change.
    """
    i = int(values.argmin())
    f, k = float(values[i]), state.k + 1
    stayed = f == state.f and np.array_equal(population[i], state.x)
    x = state.x if stayed else frozen(population[i].copy())
    best_x, best_f, best_k = state.best_x, state.best_f, state.best_k
    if f < best_f:
        best_x, best_f, best_k = x, f, k
    counts = {
        "evaluations": state.evaluations + tried,
        "rows_seen": state.rows_seen + tried * problem.n_rows,
    }
    after = replace(
        state,
        k=k,
        x=x,
        f=f,
        best_x=best_x,
        best_f=best_f,
        best_k=best_k,
        population=frozen(population),
        values=frozen(values),
        **counts,
        **carried,
    )
    row = Row(
        f,
        best_f,
        Outcome.REJECTED if stayed else Outcome.of(state.f, f),
        gradient_evaluations=state.gradient_evaluations,
        channels=(_spread(population), _mean(values), *channels),
        **counts,
    )
    return after, row


def _spread(population: Array) -> float:
    """Return the standard deviation of a coordinate: the root of their mean variance."""
    deviations = population - np.add.reduce(population, axis=0) / len(population)
    np.square(deviations, out=deviations)
    return float(np.sqrt(np.add.reduce(deviations, axis=None) / deviations.size))


def _mean(values: Array) -> float:
    """Return the mean of the members that have a value; nan if none has."""
    mean = float(np.add.reduce(values) / len(values))
    if np.isfinite(mean):
        return mean
    valued = values[np.isfinite(values)]
    return float(valued.mean()) if len(valued) else np.nan
