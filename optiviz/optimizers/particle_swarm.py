"""Particle swarm: particles fly, drawn to the best places they and their neighbours have seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
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


@dataclass(frozen=True)
class SwarmState(PopulationState):
    """Particles with what they carry.

    Attributes
    ----------
    velocity, own_x : ndarray, shape (n, dim)
        How each moves, and the best place it has seen.
    own_f : ndarray, shape (n,)
        The value there.
    """

    velocity: Array
    own_x: Array
    own_f: Array


class ParticleSwarm(PopulationOptimizer):
    """v <- w v + c1 U (own best - x) + c2 U (neighbours' best - x); x <- x + v.

    x is where the swarm's best particle is now; the best that any has seen is best_x.
    """

    kind = "particle_swarm"
    label = "Particle swarm"
    source = (
        "Kennedy & Eberhart (1995), Particle swarm optimization; Shi & Eberhart (1998), inertia; "
        "Clerc & Kennedy (2002), constriction; Kennedy & Mendes (2002), ring"
    )
    channels = (*POPULATION_CHANNELS, ACCEPTANCE)
    state_type = SwarmState

    population_size: Annotated[
        int,
        Param(
            "Particles of the swarm: more find more, and take longer for each iteration.",
            label="Particles",
            scale="log",
            ge=1,
            le=MAX_MEMBERS,
        ),
    ] = 40
    topology: Annotated[
        Literal["global", "ring"],
        Param(
            "Whose best places draw a particle.",
            choices={"global": "the whole swarm's", "ring": "those of itself and two neighbours"},
            live=True,
        ),
    ] = "global"
    damping: Annotated[
        Literal["inertia", "constriction"],
        Param(
            "What keeps particles from flying off.",
            choices={
                "inertia": "inertia: the velocity is multiplied by a number below 1",
                "constriction": "constriction: all is multiplied by what follows from the pulls",
            },
            live=True,
        ),
    ] = "inertia"
    inertia: Annotated[
        float,
        Param(
            "What is left of the velocity.",
            label="Inertia w",
            ge=0,
            le=1,
            live=True,
            when=("damping", ("inertia",)),
        ),
    ] = 0.7298
    cognitive: Annotated[
        float, Param("Pull of its own best place.", label="Own pull c₁", ge=0, le=4, live=True)
    ] = 1.49618
    social: Annotated[
        float,
        Param("Pull of the neighbours' best place.", label="Social pull c₂", ge=0, le=4, live=True),
    ] = 1.49618
    start_spread: StartSpread = None

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse pulls for which constriction is not defined."""
        if self.damping == "constriction" and not self.cognitive + self.social > 4:
            yield (
                "damping",
                "constriction needs own and social pull to be above 4 together, such as 2.05 each; "
                f"they are {self.cognitive + self.social:g}",
            )

    @property
    def members(self) -> int:
        """The number of particles."""
        return self.population_size

    @property
    def factors(self) -> tuple[float, float, float]:
        """What the velocity and the two pulls are multiplied by."""
        if self.damping == "inertia":
            return self.inertia, self.cognitive, self.social
        phi = self.cognitive + self.social
        # Clerc & Kennedy (2002): chi = 2 kappa / |2 - phi - sqrt(phi^2 - 4 phi)|, kappa = 1
        chi = 2 / (phi - 2 + sqrt(phi * phi - 4 * phi))
        return chi, chi * self.cognitive, chi * self.social

    def sentence(self) -> str:
        """Say what an iteration does."""
        velocity, own, social = self.factors
        whose = "the swarm's" if self.topology == "global" else "its neighbours'"
        return (
            f"Each of {self.population_size:,} particles keeps {velocity:.4g} of its velocity and "
            f"is drawn to its own best place by up to {own:.4g} and to {whose} by up to "
            f"{social:.4g} of the way."
        )

    def listing(self) -> Listing:
        """Return the algorithm with the topology and damping that are set."""
        constricted = self.damping == "constriction"
        before = (start_lines(self.start_spread), _AT_REST, *((_CHI,) if constricted else ()))
        loop = (_DRAWN_TO[self.topology], _PULLS, _FLY[self.damping], _KEPT)
        helpers = ("from math import sqrt",) if constricted else ()
        return population_listing(before, loop, helpers)

    def variables(self, state: State) -> dict[str, Any]:
        """Return the particles, how they fly and the best that each has seen."""
        assert isinstance(state, SwarmState)
        own = {"velocity": state.velocity, "own_x": state.own_x, "own_f": state.own_f}
        chi = {"chi": self.factors[0]} if self.damping == "constriction" else {}
        return super().variables(state) | own | chi

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> SwarmState:
        """Score the start point and the particles drawn with it, all at rest."""
        population = start_population(problem, x0, self.members, self.start_spread, draws)
        first = first_population(problem, population)
        return SwarmState(
            **vars(first),
            velocity=frozen(np.zeros_like(population)),
            own_x=first.population,
            own_f=first.values,
        )

    def generation(
        self, problem: Evaluator[Problem], state: SwarmState, draws: Draws
    ) -> tuple[SwarmState, Row]:
        """Let all particles fly on."""
        n, dim = state.population.shape
        w, c1, c2 = self.factors
        r1, r2 = draws.uniforms("pulls", state.k, 1, 2 * n * dim).reshape(2, n, dim)
        velocity = w * state.velocity
        velocity += c1 * r1 * (state.own_x - state.population)
        velocity += c2 * r2 * (self._drawn_to(state) - state.population)
        population = state.population + velocity
        scores = scored(problem, population)
        better = scores < state.own_f
        return next_population(
            state,
            problem,
            population,
            scores,
            n,
            (np.count_nonzero(better) / n,),
            velocity=frozen(velocity),
            own_x=frozen(np.where(better[:, None], population, state.own_x)),
            own_f=frozen(np.where(better, scores, state.own_f)),
        )

    def _drawn_to(self, state: SwarmState) -> Array:
        """Return the best place in each particle's neighbourhood, shape (dim,) or (n, dim)."""
        places: Array
        if self.topology == "global":
            places = state.own_x[state.own_f.argmin()]
            return places
        ring = np.arange(len(state.own_f))
        # Kennedy & Mendes (2002), lbest; among equals a particle trusts itself.
        near = np.stack((ring, np.roll(ring, 1), np.roll(ring, -1)))
        places = state.own_x[near[state.own_f[near].argmin(axis=0), ring]]
        return places


# The listing: the lines of each choice.
_AT_REST = """\
velocity = np.zeros_like(population)
own_x, own_f = population, values  # the best that each has seen"""
_CHI = """\
phi = cognitive + social
chi = 2 / (phi - 2 + sqrt(phi * phi - 4 * phi))"""
_DRAWN_TO = {
    "global": "drawn_to = own_x[own_f.argmin()]  # the best that any has seen",
    "ring": """\
ring = np.arange(population_size)
near = np.stack((ring, np.roll(ring, 1), np.roll(ring, -1)))  # and two neighbours
drawn_to = own_x[near[own_f[near].argmin(axis=0), ring]]""",
}
_PULLS = 'r1, r2 = uniforms("pulls", 2 * population.size).reshape(2, *population.shape)'
_FLY = {
    "inertia": """\
velocity = inertia * velocity
velocity += cognitive * r1 * (own_x - population)
velocity += social * r2 * (drawn_to - population)""",
    "constriction": """\
velocity = chi * velocity
velocity += chi * cognitive * r1 * (own_x - population)
velocity += chi * social * r2 * (drawn_to - population)""",
}
_KEPT = """\
population = population + velocity
values = np.fmin(f(population), np.inf)  # a place without a value is worst
better = values < own_f
own_x = np.where(better.reshape(-1, 1), population, own_x)
own_f = np.where(better, values, own_f)"""
