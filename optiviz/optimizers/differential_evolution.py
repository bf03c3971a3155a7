"""Differential evolution: move by scaled differences between members of the population."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Row, State, frozen
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.methods.population import (
    ACCEPTANCE,
    MAX_MEMBERS,
    POPULATION_CHANNELS,
    Places,
    PopulationOptimizer,
    PopulationState,
    StartSpread,
    first_population,
    next_population,
    population_listing,
    scored,
    start_lines,
    start_population,
)

# Brest et al. (2006), sect. IV: chances that F and CR are drawn anew, and where F is drawn from.
_TAU_F, _TAU_CR, _LOWEST_F, _RANGE_F = 0.1, 0.1, 0.1, 0.9


@dataclass(frozen=True)
class DifferentialState(PopulationState):
    """A population in which each member has its own F and CR, each of shape (n,)."""

    own_f: Array
    own_cr: Array


class DifferentialEvolution(PopulationOptimizer):
    """A trial takes coordinates from base + F * difference; it replaces its parent if no worse.

    Trials may leave the region of the start: there are no bounds.
    """

    kind = "differential_evolution"
    label = "Differential evolution"
    source = (
        "Storn & Price (1997), Differential evolution; self-adapting: Brest, Greiner, Bošković, "
        "Mernik & Žumer (2006)"
    )
    channels = (*POPULATION_CHANNELS, ACCEPTANCE)
    state_type = DifferentialState

    population_size: Annotated[
        int,
        Param(
            "Members of the population: more find more, and take longer for each generation.",
            scale="log",
            ge=4,
            le=MAX_MEMBERS,
        ),
    ] = 50
    strategy: Annotated[
        Literal["rand/1/bin", "best/1/bin", "current-to-best/1/bin"],
        Param(
            "Where the difference is added.",
            choices={
                "rand/1/bin": "to a random member (rand/1/bin)",
                "best/1/bin": "to the best member (best/1/bin)",
                "current-to-best/1/bin": "on the way to the best (current-to-best/1/bin)",
            },
            live=True,
        ),
    ] = "rand/1/bin"
    differential_weight: Annotated[
        float,
        Param(
            "What a difference is multiplied by: large to explore, small to settle.",
            label="F",
            gt=0,
            le=2,
            live=True,
        ),
    ] = 0.6
    crossover_rate: Annotated[
        float,
        Param(
            "Chance of a coordinate to come from the moved point.",
            label="CR",
            ge=0,
            le=1,
            live=True,
        ),
    ] = 0.9
    self_adapting: Annotated[
        bool,
        Param(
            "Each member has an F and a CR of its own, and those of survivors live on (jDE).",
            label="F and CR",
            choices={"true": "adapt themselves"},
            live=True,
        ),
    ] = False
    start_spread: StartSpread = None

    @property
    def members(self) -> int:
        """The size of the population."""
        return self.population_size

    def sentence(self) -> str:
        """Say what an iteration does."""
        base = {
            "rand/1/bin": "a random member",
            "best/1/bin": "the best member",
            "current-to-best/1/bin": "itself on the way to the best",
        }[self.strategy]
        numbers = f"F = {self.differential_weight:g}, CR = {self.crossover_rate:g}"
        if self.self_adapting:
            numbers = "F and CR adapt themselves"
        return (
            f"Each of {self.population_size:,} members mixes with {base} plus F times the "
            f"difference of two others, and is replaced if that is no worse; {numbers}."
        )

    def listing(self) -> Listing:
        """Return the algorithm with the strategy that is set."""
        own = self.self_adapting
        F = "own_F.reshape(n, 1)" if own else "differential_weight"
        CR = "own_CR.reshape(n, 1)" if own else "crossover_rate"
        loop = (
            "n, dim = population.shape",
            *((_OWN,) if own else ()),
            _MOVED[self.strategy].format(F=F),
            _CROSSED.format(CR=CR),
            _KEPT,
            *((_KEPT_OWN,) if own else ()),
        )
        before = (start_lines(self.start_spread), *((_FIRST_OWN,) if own else ()))
        return population_listing(before, loop, (_OTHERS,))

    def variables(self, state: State) -> dict[str, Any]:
        """Return the population, and F and CR of each member where they adapt."""
        assert isinstance(state, DifferentialState)
        own = {"F": state.own_f, "CR": state.own_cr} if self.self_adapting else {}
        return super().variables(state) | own

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> DifferentialState:
        """Score the start point and the members drawn with it."""
        n = self.population_size
        population = start_population(problem, x0, n, self.start_spread, draws)
        return DifferentialState(
            **vars(first_population(problem, population)),
            own_f=frozen(np.full(n, self.differential_weight)),
            own_cr=frozen(np.full(n, self.crossover_rate)),
        )

    def generation(
        self, problem: Evaluator[Problem], state: DifferentialState, draws: Draws
    ) -> tuple[DifferentialState, Row]:
        """Let each member be tried against its trial."""
        n, dim = state.population.shape
        own_f, own_cr = self._own(state, draws)
        F = own_f[:, None] if self.self_adapting else self.differential_weight
        CR = own_cr[:, None] if self.self_adapting else self.crossover_rate
        moved = self._moved(state, draws, F)
        # Storn & Price (1997), eq. 4: at least one coordinate comes from the moved point.
        crossed = draws.uniforms("crossover", state.k, 1, n * dim).reshape(n, dim) < CR
        sure = (draws.uniforms("coordinate", state.k, 1, n)[0] * dim).astype(np.intp)
        crossed[np.arange(n), sure] = True
        trials = np.where(crossed, moved, state.population)
        scores = scored(problem, trials)
        kept = scores <= state.values
        return next_population(
            state,
            problem,
            np.where(kept[:, None], trials, state.population),
            np.where(kept, scores, state.values),
            n,
            (np.count_nonzero(kept) / n,),
            own_f=frozen(np.where(kept, own_f, state.own_f)),
            own_cr=frozen(np.where(kept, own_cr, state.own_cr)),
        )

    def _own(self, state: DifferentialState, draws: Draws) -> tuple[Array, Array]:
        """Return F and CR of the trials: the parent's, or now and then new ones."""
        if not self.self_adapting:
            return state.own_f, state.own_cr
        f, renew_f, cr, renew_cr = draws.uniforms("own", state.k, 1, 4 * len(state.own_f)).reshape(
            4, -1
        )
        return (
            np.where(renew_f < _TAU_F, _LOWEST_F + f * _RANGE_F, state.own_f),
            np.where(renew_cr < _TAU_CR, cr, state.own_cr),
        )

    def _moved(self, state: DifferentialState, draws: Draws, F: float | Array) -> Array:
        """Return the point v with which each member is crossed, shape (n, dim)."""
        X = state.population
        one, two, three = _others(draws.uniforms("others", state.k, 1, 3 * len(X)).reshape(3, -1))
        best = X[state.values.argmin()]
        moved: Array
        if self.strategy == "rand/1/bin":  # Storn & Price (1997), eq. 2
            moved = X[one] + F * (X[two] - X[three])
        elif self.strategy == "best/1/bin":
            moved = best + F * (X[one] - X[two])
        else:
            moved = X + F * (best - X) + F * (X[one] - X[two])
        return moved


def _others(uniforms: Array) -> Places:
    """Return three members for each one, all different and none itself.

    Parameters
    ----------
    uniforms : ndarray, shape (3, n)

    Returns
    -------
    ndarray of int, shape (3, n)
    """
    n = uniforms.shape[1]
    others = np.empty(uniforms.shape, dtype=np.intp)
    taken = np.arange(n)[None]  # in each column from low to high
    for i, row in enumerate(uniforms):
        others[i] = row * (n - 1 - i)  # the place among those that are left
        for place in taken:
            others[i] += others[i] >= place
        taken = np.sort(np.concatenate((taken, others[i : i + 1])), axis=0)
    return others


# The listing: the lines of each choice, and what they call.
_FIRST_OWN = """\
F = np.full(population_size, differential_weight)
CR = np.full(population_size, crossover_rate)"""
_OWN = """\
new_F, renew_F, new_CR, renew_CR = uniforms("own", 4 * n).reshape(4, n)
own_F = np.where(renew_F < 0.1, 0.1 + 0.9 * new_F, F)
own_CR = np.where(renew_CR < 0.1, new_CR, CR)"""
_BEST = "best = population[values.argmin()]"
_DRAWN = 'one, two, three = others(uniforms("others", 3 * n).reshape(3, n))'
_MOVED = {
    "rand/1/bin": f"""\
{_DRAWN}
moved = population[one] + {{F}} * (population[two] - population[three])""",
    "best/1/bin": f"""\
{_DRAWN}
{_BEST}
moved = best + {{F}} * (population[one] - population[two])""",
    "current-to-best/1/bin": f"""\
{_DRAWN}
{_BEST}
moved = population + {{F}} * (best - population)
moved = moved + {{F}} * (population[one] - population[two])""",
}
_CROSSED = """\
crossed = uniforms("crossover", n * dim).reshape(n, dim) < {CR}
sure = (uniforms("coordinate", n) * dim).astype(int)
crossed[np.arange(n), sure] = True  # at least one coordinate is moved
trials = np.where(crossed, moved, population)"""
_KEPT = """\
scores = np.fmin(f(trials), np.inf)  # a trial without a value is worst
kept = scores <= values
population = np.where(kept.reshape(n, 1), trials, population)
values = np.where(kept, scores, values)"""
_KEPT_OWN = "F, CR = np.where(kept, own_F, F), np.where(kept, own_CR, CR)"
_OTHERS = '''\
def others(numbers):
    """Return three members for each one, all different and none itself, for numbers in [0, 1)."""
    n = numbers.shape[1]
    drawn, taken = [], np.arange(n).reshape(1, n)
    for i, row in enumerate(numbers):
        place = (row * (n - 1 - i)).astype(int)  # among the members that are left
        for other in taken:
            place = place + (place >= other)
        drawn.append(place)
        taken = np.sort(np.vstack((taken, place)), axis=0)
    return drawn'''
