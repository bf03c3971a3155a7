"""Simulated annealing: worse moves are kept too, ever more rarely."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.draws import Draws
from optiviz.engine.formula import Formula, FormulaError
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Block, Channel, Outcome, State, frozen
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.methods.climbing import Climb, Path

_TILE = 256  # iterations whose limits are computed together, so that blocks can't change their bits
_WINDOW = 100  # moves over which the acceptance rate is taken
_FALLS_BY_RATE = ("schedule", ("geometric", "arithmetic", "exponential"))
_LOOKED_AT = np.unique(np.round(np.geomspace(1, 10**7, 300))) - 1.0  # iterations


@dataclass(frozen=True)
class AnnealingState(State):
    """A state that remembers which moves were kept of late.

    Attributes
    ----------
    recent : ndarray, shape (100,)
        1 for each of the last moves that was kept, else 0; the last one last.
    tried : int
        Moves since the annealing began.
    """

    recent: Array
    tried: int


class SimulatedAnnealing(Climb):
    """Keep a move that makes f worse by d with probability exp(-d / T); T falls with k.

    T is the temperature at iteration k, counted from 0, and never below the final temperature. At
    T = 0 only moves that are no worse are kept.
    """

    kind = "simulated_annealing"
    label = "Simulated annealing"
    source = (
        "Kirkpatrick, Gelatt & Vecchi (1983), Optimization by simulated annealing; "
        "Metropolis et al. (1953)"
    )
    channels = (
        Channel("temperature", "temperature", scale="log"),
        Channel("acceptance", f"acceptance rate, last {_WINDOW} moves"),
    )
    state_type = AnnealingState

    initial_temperature: Annotated[
        float,
        Param(
            "Temperature at the start: a rise in f that is kept with probability 1/e.",
            scale="log",
            ge=0,
            le=1e9,
            live=True,
            when=_FALLS_BY_RATE,
            zero="With 0 no rise is ever kept.",
        ),
    ] = 0.02
    schedule: Annotated[
        Literal["geometric", "arithmetic", "exponential", "formula"],
        Param(
            "How the temperature falls.",
            choices={
                "geometric": "geometric: T · (1 - rate)^k",
                "arithmetic": "arithmetic: T · (1 - rate · k)",
                "exponential": "exponential: T · exp(-rate · k)",
                "formula": "a formula in k",
            },
            live=True,
        ),
    ] = "geometric"
    rate: Annotated[
        float,
        Param(
            "What the temperature loses in an iteration, as a share.",
            label="Cooling rate",
            scale="log",
            ge=0,
            le=1,
            live=True,
            when=_FALLS_BY_RATE,
        ),
    ] = 0.005
    formula: Annotated[
        str,
        Param(
            "Temperature at iteration k, counted from 0.",
            label="T(k) =",
            max_length=200,
            live=True,
            when=("schedule", ("formula",)),
        ),
    ] = "0.02 / log(k + 3)"
    final_temperature: Annotated[
        float,
        Param("The temperature doesn't fall below this.", scale="log", ge=0, le=1e9, live=True),
    ] = 0.0

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse temperatures that can't be."""
        if self.schedule != "formula":
            if self.final_temperature > self.initial_temperature:
                yield (
                    "final_temperature",
                    f"must be at most the initial temperature, {self.initial_temperature:g}, "
                    f"is {self.final_temperature:g}",
                )
            return
        try:
            formula = Formula(self.formula, "k")
        except FormulaError as error:
            yield "formula", str(error)
            return
        sentence = _impossible(formula(_LOOKED_AT), _LOOKED_AT)
        if sentence is not None:
            yield "formula", sentence

    def sentence(self) -> str:
        """Say what an iteration does."""
        start, rate = f"{self.initial_temperature:g}", f"{self.rate:g}"
        falls = {
            "geometric": f"{start} · (1 - {rate})^k",
            "arithmetic": f"{start} · (1 - {rate} · k)",
            "exponential": f"{start} · exp(-{rate} · k)",
            "formula": self.formula,
        }[self.schedule]
        least = f", {self.final_temperature:g} at least" if self.final_temperature else ""
        return (
            f"{self.proposal()}; keep it if it is no worse, and if it is worse by d with "
            f"probability exp(-d / T), T = {falls}{least}. "
            "The best point and the last one are both reported."
        )

    def temperatures(self, k: Array) -> Array:
        """Return the temperature at iterations, of the same shape.

        Where a formula gives a negative number, or none, it is the final temperature.
        """
        if self.schedule == "formula":
            made = Formula(self.formula, "k")(k)
            # Where nobody looked beforehand it may be no temperature, and the run goes on.
            fallen = np.where(_can_be(made), made, self.final_temperature)
        elif self.schedule == "geometric":
            fallen = self.initial_temperature * (1 - self.rate) ** k
        elif self.schedule == "arithmetic":
            fallen = self.initial_temperature * (1 - self.rate * k)
        else:
            fallen = self.initial_temperature * np.exp(-self.rate * k)
        return np.maximum(fallen, self.final_temperature)

    def chance(self, rise: Array, k: NDArray[np.int64]) -> Array | None:
        """Return exp(-rise / T), and 1 for moves that are no worse: Metropolis et al. (1953)."""
        rise = np.asarray(rise, dtype=np.float64)
        t = self.temperatures(np.asarray(k, dtype=np.float64))
        with np.errstate(all="ignore"):
            kept = np.where(t > 0, np.exp(-np.maximum(rise, 0.0) / t), 0.0)
        return np.where(rise <= 0, 1.0, np.where(rise > 0, kept, 0.0))

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> AnnealingState:
        """Score the start point."""
        first = super().init(problem, x0, draws)
        return AnnealingState(**vars(first), recent=frozen(np.zeros(_WINDOW)), tried=0)

    def steps(
        self, problem: Evaluator[Problem], state: State, draws: Draws, n: int
    ) -> tuple[AnnealingState, Block]:
        """Try n moves, several at a time."""
        assert isinstance(state, AnnealingState)
        temperatures, slack = self._limits(draws, state.k, n)
        path = Path(state.x, state.f, state.best_x, state.best_f)
        for moves in self.stretches(draws, state.k, n, len(state.x)):
            end = path.done + len(moves)
            path.climb(problem, moves, ties=True, slack=slack[path.done : end])
        block = path.block(state, problem.n_rows)
        kept = np.concatenate((state.recent, block.outcome != Outcome.REJECTED))
        total = np.concatenate(((0.0,), np.add.accumulate(kept)))
        window = np.minimum(state.tried + np.arange(1, n + 1), _WINDOW)
        acceptance = (total[_WINDOW + 1 :] - total[1:-_WINDOW]) / window
        after = AnnealingState(
            **path.end(state, problem.n_rows),
            recent=frozen(kept[-_WINDOW:].copy()),
            tried=state.tried + n,
        )
        return after, replace(block, channels=np.column_stack((temperatures, acceptance)))

    def listing(self) -> Listing:
        """Return the annealing, with its temperature as it is set to fall."""
        helpers, falls = (
            "",
            {
                "geometric": "initial_temperature * (1 - rate) ** k",
                "arithmetic": "initial_temperature * (1 - rate * k)",
                "exponential": "initial_temperature * np.exp(-rate * k)",
                "formula": "temperature(k)",
            }[self.schedule],
        )
        if self.schedule == "formula":
            helpers = (
                "def temperature(k):\n"
                "    k = np.float64(k)\n"
                f"    T = {Formula(self.formula, 'k').python()}\n"
                "    return T if 0 <= T < np.inf else final_temperature"
            )
        may_end = self.final_temperature > 0 or self.schedule in ("arithmetic", "formula")
        return Listing(
            before="fx = f(x)",
            loop=(
                f"T = {f'max({falls}, final_temperature)' if may_end else falls}\n"
                f"{self.proposal_lines()}"
                "candidate_f = f(candidate)\n"
                "rise = candidate_f - fx\n"
                'u = 1 - uniforms("accept", 1)[0]  # above 0, at most 1\n'
                "if candidate_f <= fx or u <= np.exp(-rise / T):  # Metropolis et al. (1953)\n"
                "    x, fx = candidate, candidate_f"
            ),
            helpers=helpers,
        )

    def _limits(self, draws: Draws, start: int, n: int) -> tuple[Array, Array]:
        """Return temperatures, and how much worse is kept, for n iterations, each (n,).

        u <= exp(-d / T) says the same as d <= -T log(u), and 1 - u is as good and never 0.
        """
        first, end = start // _TILE * _TILE, start + n
        parts = []
        for at in range(first, end, _TILE):
            t = self.temperatures(np.arange(at, at + _TILE, dtype=np.float64))
            u = draws.uniforms("accept", at, _TILE, 1)[:, 0]
            parts.append((t, t * -np.log1p(-u)))
        temperatures, slack = np.concatenate(parts, axis=1)[:, start - first : end - first]
        return temperatures, slack


def _can_be(temperatures: Array) -> NDArray[np.bool_]:
    """Return which are finite and not negative."""
    return (temperatures >= 0) & (temperatures < np.inf)


def _impossible(temperatures: Array, k: Array) -> str | None:
    """Return a sentence on the first temperature that can't be, or None."""
    wrong = np.flatnonzero(~_can_be(temperatures))
    if len(wrong) == 0:
        return None
    return (
        "must be a finite number and not negative at every iteration, "
        f"is {temperatures[wrong[0]]:g} at k = {k[wrong[0]]:.0f}"
    )
