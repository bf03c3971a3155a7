"""The perceptron rule: correct the weights by each row that is named wrongly."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import (
    FULL_LOSS,
    Block,
    Channel,
    Outcome,
    State,
    StretchOptimizer,
    first_state,
    frozen,
)
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem


@dataclass(frozen=True)
class PassState(State):
    """A state inside a pass over the rows.

    Attributes
    ----------
    epoch, place : int
        The number of the pass, and how many of its rows are done.
    corrections : int
        How many of those were corrected.
    """

    epoch: int
    place: int
    corrections: int


class PerceptronRule(StretchOptimizer):
    """w <- w + rate * (target - output) * input, one row at a time, shuffled for each epoch.

    A row's f is 1 if it was named wrongly before the update, else 0. The objective on all rows is
    known at the start and at the end of each epoch, which is also when the best point is looked
    for. Where classes can be separated by a plane it stops making mistakes (Novikoff, 1962).
    """

    kind = "perceptron_rule"
    label = "Perceptron rule"
    group = "Local search"
    source = "Rosenblatt (1958), The perceptron: a probabilistic model, Psychological Review 65"
    channels = (
        Channel("corrections", "rows that were corrected so far in this epoch"),
        FULL_LOSS,
    )
    state_type = PassState

    rate: Annotated[
        float,
        Param(
            "How much of an input a correction adds to the weights.",
            label="Learning rate",
            scale="log",
            gt=0,
            le=1e6,
            live=True,
        ),
    ] = 0.1

    def sentence(self) -> str:
        """Say what an iteration does."""
        return (
            f"Take the next row; if it is named wrongly, move w by {self.rate:g} · "
            "(target - output) · input. Rows are shuffled for each epoch."
        )

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse problems whose rows can't be corrected one by one."""
        yield from super().check_problem(problem)
        missing = problem.missing_correction()
        if missing is not None:
            yield "kind", f"{self.kind} corrects single rows, which is not possible here: {missing}"

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> PassState:
        """Score the start point on all rows."""
        first = first_state(x0, float(problem.evaluate(x0[None])[0]))
        return PassState(**vars(first), epoch=0, place=0, corrections=0)

    def steps(
        self, problem: Evaluator[Problem], state: State, draws: Draws, n: int
    ) -> tuple[PassState, Block]:
        """Look at n rows: at once at those up to the next that is named wrongly."""
        assert isinstance(state, PassState)
        f, best = np.zeros(n), np.full(n, state.best_f)
        corrections, full = np.empty(n), np.full(n, np.nan)
        x, epoch, place, corrected = state.x, state.epoch, state.place, state.corrections
        best_x, best_f, best_k = state.best_x, state.best_f, state.best_k
        done = 0
        while done < n:
            rows = draws.permutation("epoch", epoch, problem.n_rows)[place : place + n - done]
            wrong = problem.mistakes(x)[rows]
            first = int(wrong.argmax())
            seen = first + 1 if wrong[first] else len(rows)
            corrections[done : done + seen] = corrected
            done, place = done + seen, place + seen
            if wrong[first]:
                x = x + self.rate * problem.correction(x, int(rows[first]))
                corrected += 1
                f[done - 1], corrections[done - 1] = 1.0, corrected
            if place == problem.n_rows:
                full[done - 1] = value = float(problem.evaluate(x[None])[0])
                if not np.isfinite(value):
                    f[done - 1] = value
                if value < best_f:
                    best_x, best_f, best_k = frozen(x.copy()), value, state.k + done
                    best[done - 1 :] = value
                epoch, place, corrected = epoch + 1, 0, 0
        looks = np.arange(1, n + 1)
        evaluations = state.evaluations + looks + np.add.accumulate(~np.isnan(full))
        block = Block(
            f,
            best,
            Outcome.column(state.f, f),
            evaluations,
            np.full(n, state.gradient_evaluations),
            state.rows_seen + looks,
            np.column_stack((corrections, full)),
        )
        after = PassState(
            state.k + n,
            frozen(x.copy()),
            float(f[-1]),
            best_x,
            best_f,
            best_k,
            int(evaluations[-1]),
            state.gradient_evaluations,
            state.rows_seen + n,
            epoch,
            place,
            corrected,
        )
        return after, block

    def listing(self) -> Listing:
        """Return the rule."""
        return Listing(
            before="fx = full_loss = f(x)\nepoch, place = 0, 0",
            loop=(
                'row = permutation("epoch", epoch, n_rows)[place]\n'
                "change = correction(x, row)  # (target - output) * input\n"
                "x = x + rate * change\n"
                "fx = float(change.any())  # 1 if it was named wrongly\n"
                "place, full_loss = place + 1, np.nan\n"
                "if place == n_rows:  # every row was seen\n"
                "    epoch, place = epoch + 1, 0\n"
                "    full_loss = f(x)"
            ),
            score="full_loss",
        )

    def variables(self, state: State) -> dict[str, Any]:
        """Return the weights, and the place in the pass."""
        assert isinstance(state, PassState)
        return super().variables(state) | {"epoch": state.epoch, "place": state.place}
