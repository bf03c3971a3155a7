"""Descent by line searches: what algorithms share that choose a direction and search along it."""

from abc import abstractmethod
from dataclasses import dataclass
from math import inf, nan
from typing import Any, ClassVar, NamedTuple

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import Channel, Optimizer, Outcome, Row, State, first_state, frozen
from optiviz.engine.parts import Part
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.methods.line_search import Line, Point, SufficientDecrease, Trials

SEARCH_CHANNELS = (
    Channel("gradient_norm", "length of the gradient", scale="log"),
    Channel("step_size", "length of the step", scale="log"),
    Channel("line_evaluations", "evaluations of the line search"),
)


@dataclass(frozen=True)
class SearchState(State):
    """A state with the gradient at its point.

    Attributes
    ----------
    gradient : ndarray, shape (dim,)
        Zero where it is not finite: no way down can be seen there.
    failed : int
        Searches that found nothing since x moved. After 1 the next goes along the gradient, after
        2 there is none.
    """

    gradient: Array
    failed: int


class Plan(NamedTuple):
    """Where a search goes.

    Attributes
    ----------
    direction : ndarray, shape (dim,)
    step : float
        The first to try.
    steepest : bool
        The direction is that of the gradient alone.
    gradients : int
        Evaluations, each with its gradient, that it took to find the direction.
    condition : float
        Condition number of the second derivatives, where they were computed.
    """

    direction: Array
    step: float
    steepest: bool = False
    gradients: int = 0
    condition: float = nan


class LineSearchDescent(Optimizer):
    """Choose a direction, search along it, and go where f is lower.

    One iteration is one step, with its line search. One that finds no such step is rejected: x
    stays. The next goes along the gradient; where that finds nothing either, or there is no slope,
    those that follow stay where they are, and look at f once each.
    """

    group: ClassVar[str] = "Gradients"
    needs_gradient: ClassVar[bool] = True
    channels: ClassVar[tuple[Channel, ...]] = SEARCH_CHANNELS
    state_type: ClassVar[type[State]] = SearchState

    sufficient_decrease: SufficientDecrease = 1e-4
    trials: Trials = 20

    @abstractmethod
    def plan(self, problem: Evaluator[Problem], state: SearchState) -> Plan:
        """Return where to go from a state with a slope."""

    @abstractmethod
    def search(self, line: Line, step: float) -> Point | None:
        """Return where the search ends, or None if it finds nothing."""

    def first(self, dim: int) -> dict[str, Any]:
        """Return what a state carries beyond `SearchState`, at the start."""
        return {}

    def carried(self, state: Any, plan: Plan, found: Point | None) -> dict[str, Any]:
        """Return what it carries after a search."""
        return {}

    def shown(self, plan: Plan | None, after: Any) -> tuple[float, ...]:
        """Return the channels after `SEARCH_CHANNELS`; there is no plan where x just stays."""
        return ()

    def variables(self, state: State) -> dict[str, Any]:
        """Return the point with its gradient, and the searches that found nothing since."""
        assert isinstance(state, SearchState)
        return super().variables(state) | {"g": state.gradient, "failed": state.failed}

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> SearchState:
        """Score the start point, with its gradient."""
        f, gradient = problem.value_and_gradient(x0)
        start, make = vars(first_state(x0, f, 1)), self._make_state
        return make(start | {"gradient": _usable(gradient), "failed": 0} | self.first(len(x0)))

    def step(
        self, problem: Evaluator[Problem], state: State, draws: Draws
    ) -> tuple[SearchState, Row]:
        """Choose a direction and search along it."""
        assert isinstance(state, SearchState)
        length = float(np.linalg.norm(state.gradient))
        if state.failed > 1 or not 0 < length < inf:
            problem.evaluate(state.x[None])  # so that limits in evaluations end the run
            return self._after(problem, state, {}, (1, 0), None, (length, 0.0, 0.0))
        plan = self.plan(problem, state) if not state.failed else steepest(state, length)
        line = self._line(problem, state, plan)
        if not -inf < line.start.slope < 0:  # that is no way down
            plan = steepest(state, length)._replace(gradients=plan.gradients)
            line = self._line(problem, state, plan)
        found = self.search(line, plan.step)
        if found is not None and np.array_equal(found.x, state.x):
            found = None  # a step so short that rounding takes it back
        changed, moved = self.carried(state, plan, found), 0.0
        if found is None:
            changed["failed"] = 2 if plan.steepest else 1
        else:
            gradient = _usable(found.gradient)
            changed |= {"x": found.x, "f": found.f, "gradient": gradient, "failed": 0}
            moved = float(np.linalg.norm(found.x - state.x))
        spent = plan.gradients + line.evaluations
        channels = (length, moved, float(line.evaluations))
        return self._after(problem, state, changed, (spent, spent), plan, channels)

    def parts(self, problem: Evaluator[Problem], state: State) -> tuple[Part, ...]:
        """Return the gradient, and the direction that is searched where that is another one."""
        assert isinstance(state, SearchState)
        length = float(np.linalg.norm(state.gradient))
        if state.failed > 1 or not 0 < length < inf:
            return ()
        with np.errstate(all="ignore"):
            direction = self.plan(problem, state).direction if not state.failed else -state.gradient
        down = Part("gradient", "−gradient", -state.gradient, scaled=False)
        if np.array_equal(direction, down.vector):
            return (down,)
        return down, Part("memory", "direction searched", direction, scaled=False)

    def _line(self, problem: Evaluator[Problem], state: SearchState, plan: Plan) -> Line:
        share = self.sufficient_decrease
        return Line(problem, state.x, state.f, state.gradient, plan.direction, share)

    def _after(
        self,
        problem: Evaluator[Problem],
        state: SearchState,
        changed: dict[str, Any],
        spent: tuple[int, int],
        plan: Plan | None,
        channels: tuple[float, ...],
    ) -> tuple[SearchState, Row]:
        """Return the next state and its row, after (evaluations, gradients) were spent."""
        f, k = changed.get("f", state.f), state.k + 1
        outcome = Outcome.of(state.f, f) if "x" in changed else Outcome.REJECTED
        if f < state.best_f:
            changed |= {"best_x": changed["x"], "best_f": f, "best_k": k}
        evaluations = state.evaluations + spent[0]
        gradients = state.gradient_evaluations + spent[1]
        seen = state.rows_seen + spent[0] * problem.n_rows
        changed |= {
            "k": k,
            "evaluations": evaluations,
            "gradient_evaluations": gradients,
            "rows_seen": seen,
        }
        after = self._make_state(vars(state) | changed)
        channels += self.shown(plan, after)
        return after, Row(f, after.best_f, outcome, evaluations, gradients, seen, channels)

    def _make_state(self, values: dict[str, Any]) -> SearchState:
        state = self.state_type(**values)
        assert isinstance(state, SearchState)
        return state


def steepest(state: SearchState, length: float) -> Plan:
    """Return the plan to go along the gradient, which has that length; at first not beyond 1."""
    return Plan(-state.gradient, min(1.0, 1 / length), steepest=True)


def _usable(gradient: Array) -> Array:
    """Return the gradient, or zeros where it is not finite."""
    if not np.isfinite(gradient).all():
        gradient = np.zeros_like(gradient)
    return frozen(gradient)
