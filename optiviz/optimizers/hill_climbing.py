"""Stochastic hill climbing: try a random step, keep it if it is no worse."""

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Block, State
from optiviz.engine.problem import Evaluator, Problem
from optiviz.methods.climbing import AcceptTies, Climb, Path


class HillClimbing(Climb):
    """Propose x + step_size * N(0, I); keep it if it is no worse (or only if it is better)."""

    kind = "hill_climbing"
    label = "Stochastic hill climbing"
    source = "Mitchell, Holland & Forrest (1993), random-mutation hill climbing, on real numbers"

    accept_ties: AcceptTies = True

    def sentence(self) -> str:
        """Say what an iteration does."""
        kept = "it is no worse" if self.accept_ties else "it is better"
        return f"{self.proposal()}; keep it if {kept}."

    def steps(
        self, problem: Evaluator[Problem], state: State, draws: Draws, n: int
    ) -> tuple[State, Block]:
        """Try n moves, several at a time."""
        path = Path(state.x, state.f, state.best_x, state.best_f)
        for moves in self.stretches(draws, state.k, n, len(state.x)):
            path.climb(problem, moves, ties=self.accept_ties)
        return State(**path.end(state, problem.n_rows)), path.block(state, problem.n_rows)

    def listing(self) -> Listing:
        """Return the climb as it is set."""
        kept, words = ("<=", "no worse") if self.accept_ties else ("<", "better")
        return Listing(
            before="fx = f(x)",
            loop=(
                f"{self.proposal_lines()}"
                "candidate_f = f(candidate)\n"
                f"if candidate_f {kept} fx:  # {words}: go there\n"
                "    x, fx = candidate, candidate_f"
            ),
        )
