"""Hill climbing that starts anew where nothing better is found any more."""

from dataclasses import dataclass, replace
from textwrap import indent
from typing import Annotated, Any

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Block, Channel, State
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.methods.climbing import AcceptTies, Climb, Path


@dataclass(frozen=True)
class RestartState(State):
    """A state that knows how many climbs there were, and since when this one goes nowhere.

    Attributes
    ----------
    restarts : int
        So far.
    improved_k : int
        The iteration that began this climb, or improved it last.
    """

    restarts: int
    improved_k: int


class RandomRestartHillClimbing(Climb):
    """Climb; after `patience` iterations without anything better, go to a new start point.

    The restart is an iteration of its own, whatever the new point is worth; one without a value is
    left at once. After the last restart the climb goes on.
    """

    kind = "random_restart_hill_climbing"
    label = "Random-restart hill climbing"
    source = "Russell & Norvig (2020), Artificial Intelligence: A Modern Approach, section 4.1.1"
    channels = (Channel("restart", "restarts so far"),)
    state_type = RestartState

    patience: Annotated[
        int,
        Param(
            "Iterations without anything better, after which it starts anew.",
            unit="iterations",
            scale="log",
            ge=1,
            le=10**9,
            live=True,
        ),
    ] = 200
    restarts: Annotated[
        int, Param("New starts at most.", label="Restarts", ge=0, le=10**6, live=True)
    ] = 10
    accept_ties: AcceptTies = True

    def sentence(self) -> str:
        """Say what an iteration does."""
        kept = "it is no worse" if self.accept_ties else "it is better"
        return (
            f"{self.proposal()}; keep it if {kept}. After {self.patience:,} iterations without "
            f"anything better start anew, {self.restarts:,} times at most."
        )

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> RestartState:
        """Score the start point."""
        return RestartState(**vars(super().init(problem, x0, draws)), restarts=0, improved_k=0)

    def steps(
        self, problem: Evaluator[Problem], state: State, draws: Draws, n: int
    ) -> tuple[RestartState, Block]:
        """Try n moves, several at a time, and start anew in between."""
        assert isinstance(state, RestartState)
        restarted: list[int] = []
        path = Path(state.x, state.f, state.best_x, state.best_f, state.improved_k - state.k)
        for moves in self.stretches(draws, state.k, n, len(state.x)):
            at = 0
            while at < len(moves):
                number = state.restarts + len(restarted)
                left = number < self.restarts
                if left and path.done - path.improved >= self.patience:
                    restarted.append(path.done)
                    x = problem.problem.sample(draws, "restart", number, 1)[0]
                    path.restart(x, float(problem.evaluate(x[None])[0]))
                    at += 1
                else:
                    patience = self.patience if left else None
                    at += path.climb(problem, moves[at:], ties=self.accept_ties, patience=patience)
        counts = state.restarts + np.searchsorted(restarted, np.arange(n), side="right")
        block = path.block(state, problem.n_rows)
        after = RestartState(
            **path.end(state, problem.n_rows),
            restarts=int(counts[-1]),
            improved_k=state.k + path.improved,
        )
        return after, replace(block, channels=counts[:, None].astype(np.float64))

    def listing(self) -> Listing:
        """Return the climb, and what begins it anew."""
        proposal = indent(self.proposal_lines(), "    ")
        return Listing(
            before="fx = f(x)\nrestarted, improved_k = 0, 0",
            loop=(
                "if restarted < restarts and k - improved_k >= patience:\n"
                '    candidate = sample("restart", restarted, 1)[0]  # a new start point\n'
                "    candidate_f = f(candidate)\n"
                "    keep = candidate_f < np.inf\n"
                "    restarted, improved_k = restarted + 1, k + 1\n"
                "else:\n"
                f"{proposal}"
                "    candidate_f = f(candidate)\n"
                f"    keep = candidate_f {'<=' if self.accept_ties else '<'} fx\n"
                "    if candidate_f < fx:\n"
                "        improved_k = k + 1\n"
                "if keep:\n"
                "    x, fx = candidate, candidate_f"
            ),
        )

    def variables(self, state: State) -> dict[str, Any]:
        """Return the point, the restarts so far, and since when this climb goes nowhere."""
        assert isinstance(state, RestartState)
        carried = {"restarted": state.restarts, "improved_k": state.improved_k}
        return super().variables(state) | carried
