"""Pattern search: try each coordinate both ways, and repeat what helped."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Channel, Optimizer, Outcome, Row, State, first_state, frozen
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem

_LARGEST = 2000  # weights; a sweep scores twice as many points
_STRETCH = 1 << 16  # numbers in the points that are scored together


@dataclass(frozen=True)
class PatternState(State):
    """A state with what the next sweep does.

    Attributes
    ----------
    before : ndarray, shape (dim,)
        The base before x; x itself where there is no pattern to repeat.
    step : float
        What coordinates were changed by in the last sweep.
    failed : int
        1 where that sweep went around x and found nothing better.
    """

    before: Array
    step: float
    failed: int


class PatternSearch(Optimizer):
    """Sweep over the coordinates, and keep each step up or down that helps.

    A sweep that ends below x makes its end the new x; the next sweep then goes around the point
    that is as far again in the same direction (the pattern move). One that does not leaves x: the
    next goes around x itself, and if that fails too, the steps are made smaller. One iteration is
    one sweep. Where steps of the least size have failed, iterations just look at f once.

    Points are scored ahead on the guess that none of them helps; the first that does makes the
    rest void. How many go together changes the speed alone.
    """

    kind = "pattern_search"
    label = "Pattern search"
    group = "Local search"
    source = "Hooke & Jeeves (1961), Direct search solution of numerical and statistical problems"
    channels = (
        Channel("step_size", "step size", scale="log"),
        Channel("acceptance", "acceptance rate"),
    )
    state_type = PatternState

    step_size: Annotated[
        float,
        Param("What a coordinate is changed by, at first.", scale="log", gt=0, le=1e6),
    ] = 0.5
    shrink: Annotated[
        float,
        Param("Steps are multiplied by this where none of them helps.", gt=0, lt=1, live=True),
    ] = 0.5
    least_step: Annotated[
        float,
        Param(
            "Steps are not made smaller than this.",
            label="Least step",
            scale="log",
            gt=0,
            le=1e6,
            live=True,
        ),
    ] = 1e-9

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse a least step that is above the first."""
        if self.least_step > self.step_size:
            yield "least_step", f"must be at most step_size, {self.step_size:g}"

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse problems of which one sweep takes too long."""
        yield from super().check_problem(problem)
        if problem.dim > _LARGEST:
            yield (
                "kind",
                f"{self.kind} changes one weight after the other: at most {_LARGEST:,} work here, "
                f"not {problem.dim:,}",
            )

    def sentence(self) -> str:
        """Say what an iteration does."""
        return (
            f"Change each coordinate by +{self.step_size:g}, else by −{self.step_size:g}, and keep "
            "what helps; repeat in one go what helped before; make the steps "
            f"{self.shrink:g} times as long where nothing helps."
        )

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> PatternState:
        """Score the start point."""
        first = first_state(x0, float(problem.evaluate(x0[None])[0]))
        return PatternState(**vars(first), before=first.x, step=self.step_size, failed=0)

    def step(
        self, problem: Evaluator[Problem], state: State, draws: Draws
    ) -> tuple[PatternState, Row]:
        """Sweep once, around the point that the pattern leads to or around x."""
        assert isinstance(state, PatternState)
        x, f, step = state.x, state.f, state.step
        if state.failed:
            step = max(step * self.shrink, min(step, self.least_step))
        if state.failed and step == state.step:
            problem.evaluate(x[None])  # so that limits in evaluations end the run
            return self._after(problem, state, x, f, state.before, step, 1, 1, 0.0)
        pattern = not np.array_equal(x, state.before)
        start, f_start = x, f
        if pattern:
            start = x + (x - state.before)
            f_start = float(np.fmin(problem.evaluate(start[None])[0], np.inf))
        end, f_end, evaluations, kept = self._sweep(problem, start, f_start, step)
        share = kept / len(x)
        if f_end < f:
            return self._after(
                problem, state, frozen(end), f_end, x, step, 0, evaluations + pattern, share
            )
        failed = 0 if pattern else 1
        return self._after(problem, state, x, f, x, step, failed, evaluations + pattern, share)

    def listing(self) -> Listing:
        """Return a sweep."""
        return Listing(
            before="fx = f(x)\nbefore, step, failed = x, step_size, False",
            loop=(
                "if failed:\n"
                "    step = max(shrink * step, min(step, least_step))\n"
                "repeated = not np.array_equal(x, before)\n"
                "base = x + (x - before)  # as far again where the last sweep went\n"
                "base_f = f(base) if repeated else fx\n"
                "for i in range(len(x)):\n"
                "    for change in (step, -step):\n"
                "        trial = base.copy()\n"
                "        trial[i] += change\n"
                "        trial_f = f(trial)\n"
                "        if trial_f < base_f:\n"
                "            base, base_f = trial, trial_f\n"
                "            break\n"
                "before = x\n"
                "failed = not repeated and not base_f < fx\n"
                "if base_f < fx:\n"
                "    x, fx = base, base_f"
            ),
        )

    def variables(self, state: State) -> dict[str, Any]:
        """Return the point, the one before it, and how the last sweep ended."""
        assert isinstance(state, PatternState)
        carried = {"before": state.before, "step": state.step, "failed": bool(state.failed)}
        return super().variables(state) | carried

    def _sweep(
        self, problem: Evaluator[Problem], x: Array, f: float, step: float
    ) -> tuple[Array, float, int, int]:
        """Return the point and value after a sweep, its evaluations, and how many steps it kept."""
        dim, evaluations, kept = len(x), 0, 0
        most = max(1, _STRETCH // (2 * dim))
        at, ahead = 0, 1
        while at < dim:
            tried = np.arange(min(ahead, most, dim - at))
            points = np.repeat(x[None], 2 * len(tried), axis=0)
            points[2 * tried, at + tried] += step
            points[2 * tried + 1, at + tried] -= step
            scores = problem.evaluate(points)
            better = scores < f
            first = int(better.argmax())
            if not better[first]:
                evaluations += len(points)
                at += len(tried)
                ahead *= 2
                continue
            x, f = points[first], float(scores[first])
            evaluations += first + 1
            kept += 1
            at += first // 2 + 1
            ahead = first // 2 + 1
        return x.copy(), f, evaluations, kept

    def _after(
        self,
        problem: Evaluator[Problem],
        state: PatternState,
        x: Array,
        f: float,
        before: Array,
        step: float,
        failed: int,
        spent: int,
        acceptance: float,
    ) -> tuple[PatternState, Row]:
        """Return the next state, and its row."""
        k, evaluations = state.k + 1, state.evaluations + spent
        seen = state.rows_seen + spent * problem.n_rows
        best_x, best_f, best_k = state.best_x, state.best_f, state.best_k
        if f < best_f:
            best_x, best_f, best_k = x, f, k
        outcome = Outcome.REJECTED if x is state.x else Outcome.IMPROVED
        gradients = state.gradient_evaluations
        row = Row(f, best_f, outcome, evaluations, gradients, seen, (step, acceptance))
        counts = (evaluations, gradients, seen)
        return PatternState(k, x, f, best_x, best_f, best_k, *counts, before, step, failed), row
