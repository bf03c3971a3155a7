"""The downhill simplex: reflect the worst corner through the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.listing import Listing
from optiviz.engine.optimizer import Channel, Optimizer, Outcome, Row, State, frozen
from optiviz.engine.parameters import Param
from optiviz.engine.problem import Array, Evaluator, Problem

_LARGEST = 1000  # weights; a simplex holds as many points, and one more
_WORST = float(np.finfo(np.float64).max)  # what a corner without a value counts as


@dataclass(frozen=True)
class SimplexState(State):
    """A state with the simplex, from the best corner to the worst; x is the best.

    Attributes
    ----------
    simplex : ndarray, shape (dim + 1, dim)
    values : ndarray, shape (dim + 1,)
        The largest number there is stands for none.
    """

    simplex: Array
    values: Array


class Coefficients(NamedTuple):
    """How far the worst corner goes, as multiples of its distance from the centre of the others."""

    reflect: float
    expand: float
    contract: float
    shrink: float  # of the distances from the best corner

    @classmethod
    def standard(cls) -> "Coefficients":
        """Nelder & Mead (1965)."""
        return cls(1.0, 2.0, 0.5, 0.5)

    @classmethod
    def adaptive(cls, dim: int) -> "Coefficients":
        """Gao & Han (2012), eq. 4.1; the standard ones for up to two dimensions."""
        n = max(dim, 2)
        return cls(1.0, 1 + 2 / n, 0.75 - 1 / (2 * n), 1 - 1 / n)


class NelderMead(Optimizer):
    """Move the worst corner of a simplex through the centre of the others, as far as it helps.

    One iteration is one change of the simplex: the worst corner is reflected, expanded or
    contracted, or all corners move towards the best. x is the best corner.
    """

    kind = "nelder_mead"
    label = "Nelder-Mead"
    group = "Local search"
    source = (
        "Nelder & Mead (1965), A simplex method for function minimization; Gao & Han (2012), "
        "Implementing the Nelder-Mead simplex algorithm with adaptive parameters"
    )
    channels = (Channel("spread", "size of the simplex", scale="log"),)
    state_type = SimplexState

    initial_size: Annotated[
        float,
        Param(
            "How far the first corners are from the start, one along each coordinate.",
            scale="log",
            gt=0,
            le=1e6,
        ),
    ] = 0.5
    adaptive: Annotated[
        bool,
        Param(
            "Change the simplex more carefully the more dimensions it has.",
            label="Adapt to the dimension",
            live=True,
        ),
    ] = False

    def check_problem(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """Refuse problems whose simplex is too large."""
        yield from super().check_problem(problem)
        if problem.dim > _LARGEST:
            yield (
                "kind",
                f"{self.kind} holds one point more than there are weights: at most {_LARGEST:,} "
                f"work here, not {problem.dim:,}",
            )

    def sentence(self) -> str:
        """Say what an iteration does."""
        careful = ", more carefully in more dimensions" if self.adaptive else ""
        return (
            f"Of a simplex that begins with sides of {self.initial_size:g}, reflect the worst "
            f"corner through the centre of the others; expand, contract or shrink{careful}."
        )

    def listing(self) -> Listing:
        """Return the algorithm."""
        return Listing(f"{_START}\n{_FACTORS[self.adaptive]}", _LOOP, _HELPERS)

    def variables(self, state: State) -> dict[str, Any]:
        """Return the simplex and its values, from the best corner to the worst, and the factors."""
        assert isinstance(state, SimplexState)
        _, expand, contract, shrink = self._coefficients(len(state.x))
        return super().variables(state) | {
            "simplex": state.simplex,
            "values": state.values,
            "expand": expand,
            "contract": contract,
            "shrink": shrink,
        }

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> SimplexState:
        """Score the start point, and a corner at a distance from it along each coordinate."""
        dim = len(x0)
        simplex = x0 + np.vstack((np.zeros(dim), self.initial_size * np.eye(dim)))
        scores = problem.evaluate(simplex)
        values = _ranked(simplex, scores)
        order = np.argsort(values, kind="stable")
        x, f = frozen(simplex[order[0]].copy()), float(scores[order[0]])
        simplex, values = frozen(simplex[order]), frozen(values[order])
        seen = dim * problem.n_rows  # by all corners but the start
        return SimplexState(0, x, f, x, f, 0, dim + 1, 0, seen, simplex, values)

    def step(
        self, problem: Evaluator[Problem], state: State, draws: Draws
    ) -> tuple[SimplexState, Row]:
        """Change the simplex once."""
        assert isinstance(state, SimplexState)
        simplex, values = state.simplex, state.values
        point, value, evaluations = self._instead_of_worst(problem, simplex, values)
        if point is None:
            simplex, values = self._shrunk(problem, simplex, values)
            evaluations += len(values) - 1
            order = np.argsort(values, kind="stable")
            simplex = simplex[order]
        else:
            values = np.append(values[:-1], value)
            order = np.argsort(values, kind="stable")
            simplex = simplex[order]
            simplex[order == len(values) - 1] = point
        values = values[order]
        spread = float(np.abs(simplex[1:] - simplex[0]).max())
        return self._after(problem, state, frozen(simplex), frozen(values), evaluations, spread)

    def _instead_of_worst(
        self, problem: Evaluator[Problem], simplex: Array, values: Array
    ) -> tuple[Array | None, float, int]:
        """Return what replaces the worst corner, its value, and the points that were scored.

        None is what it is replaced by where all corners have to move.
        """
        by = self._coefficients(len(simplex[0]))
        worst = simplex[-1]
        centre = np.add.reduce(simplex[:-1], axis=0) / len(worst)

        def beyond(far: float) -> tuple[Array, float]:
            """Go from the centre, away from the worst corner."""
            point = (1 + far) * centre - far * worst
            return point, float(_ranked(point[None], problem.evaluate(point[None]))[0])

        reflected = beyond(by.reflect)
        if reflected[1] < values[0]:
            expanded = beyond(by.reflect * by.expand)
            return *(expanded if expanded[1] < reflected[1] else reflected), 2
        if reflected[1] < values[-2]:
            return *reflected, 1
        if reflected[1] < values[-1]:
            outside = beyond(by.reflect * by.contract)
            return (*outside, 2) if outside[1] <= reflected[1] else (None, 0.0, 2)
        inside = beyond(-by.contract)
        return (*inside, 2) if inside[1] < values[-1] else (None, 0.0, 2)

    def _shrunk(
        self, problem: Evaluator[Problem], simplex: Array, values: Array
    ) -> tuple[Array, Array]:
        """Return the simplex with all corners nearer to the best, and its values."""
        best = simplex[0]
        moved = best + self._coefficients(len(best)).shrink * (simplex[1:] - best)
        scores = _ranked(moved, problem.evaluate(moved))
        return np.vstack((best, moved)), np.append(values[0], scores)

    def _coefficients(self, dim: int) -> Coefficients:
        return Coefficients.adaptive(dim) if self.adaptive else Coefficients.standard()

    def _after(
        self,
        problem: Evaluator[Problem],
        state: SimplexState,
        simplex: Array,
        values: Array,
        spent: int,
        spread: float,
    ) -> tuple[SimplexState, Row]:
        """Return the next state, and its row."""
        k, evaluations = state.k + 1, state.evaluations + spent
        gradients, seen = state.gradient_evaluations, state.rows_seen + spent * problem.n_rows
        x, f, outcome = state.x, state.f, Outcome.REJECTED
        if values[0] < f:
            x, f, outcome = frozen(simplex[0].copy()), float(values[0]), Outcome.IMPROVED
        best_x, best_f, best_k = state.best_x, state.best_f, state.best_k
        if f < best_f:
            best_x, best_f, best_k = x, f, k
        row = Row(f, best_f, outcome, evaluations, gradients, seen, (spread,))
        counts = (evaluations, gradients, seen)
        return SimplexState(k, x, f, best_x, best_f, best_k, *counts, simplex, values), row


def _ranked(points: Array, scores: Array) -> Array:
    """Return values that can be compared: without one, or off all numbers, a point is worst."""
    finite = np.isfinite(points).all(axis=1)
    return np.where(finite, np.fmin(scores, _WORST), _WORST)


# The listing.
_START = """\
simplex = np.vstack((x, x + initial_size * np.eye(len(x))))
values = scored(simplex)
order = np.argsort(values, kind="stable")
simplex, values = simplex[order], values[order]
x, fx = simplex[0], values[0]"""
_FACTORS = {
    False: "expand, contract, shrink = 2.0, 0.5, 0.5",
    True: """\
n = max(len(x), 2)
expand, contract, shrink = 1 + 2 / n, 0.75 - 1 / (2 * n), 1 - 1 / n""",
}
_LOOP = """\
centre, worst = simplex[:-1].mean(axis=0), simplex[-1]
new = reflected = beyond(centre, worst, 1.0)
if reflected.f < values[0]:
    expanded = beyond(centre, worst, expand)
    new = expanded if expanded.f < reflected.f else reflected
elif values[-2] <= reflected.f < values[-1]:
    outside = beyond(centre, worst, contract)
    new = outside if outside.f <= reflected.f else None
elif reflected.f >= values[-1]:
    inside = beyond(centre, worst, -contract)
    new = inside if inside.f < values[-1] else None
if new is None:  # all corners move towards the best
    moved = simplex[0] + shrink * (simplex[1:] - simplex[0])
    simplex, values = np.vstack((x, moved)), np.append(fx, scored(moved))
else:
    simplex, values = np.vstack((simplex[:-1], new.x)), np.append(values[:-1], new.f)
order = np.argsort(values, kind="stable")
simplex, values = simplex[order], values[order]
x, fx = simplex[0], values[0]"""
_HELPERS = '''\
from collections import namedtuple

Corner = namedtuple("Corner", "x f")


def scored(points):
    """Return f at each point; where it has no value, or is off all numbers, a point is worst."""
    worst = np.finfo(float).max
    finite = np.isfinite(points).all(axis=1)
    return np.where(finite, np.fmin(f(points), worst), worst)


def beyond(centre, worst, far):
    """Return the corner that is so far beyond the centre of the others, seen from the worst."""
    point = (1 + far) * centre - far * worst
    return Corner(point, scored(point.reshape(1, -1))[0])'''
