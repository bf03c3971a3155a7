"""Gradient descent on all rows at once."""

from dataclasses import dataclass

import numpy as np

from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import Optimizer, Outcome, Row, State, first_state, frozen
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.methods.descent import DESCENT_CHANNELS, LearningRate


@dataclass(frozen=True)
class GradientState(State):
    """A state with the gradient at its point."""

    gradient: Array


class GradientDescent(Optimizer):
    """x <- x - learning_rate * gradient f(x)."""

    kind = "gradient_descent"
    label = "Gradient descent"
    group = "Gradients"
    source = "Cauchy (1847), Méthode générale pour la résolution des systèmes d'équations"
    needs_gradient = True
    channels = DESCENT_CHANNELS
    state_type = GradientState

    learning_rate: LearningRate = 0.1

    def sentence(self) -> str:
        """Say what an iteration does."""
        return f"Move by -{self.learning_rate:g} times the gradient on all rows."

    def init(self, problem: Evaluator[Problem], x0: Array, draws: Draws) -> GradientState:
        """Score the start point, with its gradient."""
        f, gradient = problem.value_and_gradient(x0)
        return GradientState(**vars(first_state(x0, f, 1)), gradient=frozen(gradient))

    def step(
        self, problem: Evaluator[Problem], state: State, draws: Draws
    ) -> tuple[GradientState, Row]:
        """Go along the slope, and score where that leads."""
        assert isinstance(state, GradientState)
        x = frozen(state.x - self.learning_rate * state.gradient)
        f, gradient = problem.value_and_gradient(x)
        k = state.k + 1
        best_x, best_f, best_k = state.best_x, state.best_f, state.best_k
        if f < best_f:
            best_x, best_f, best_k = x, f, k
        counts = (
            state.evaluations + 1,
            state.gradient_evaluations + 1,
            state.rows_seen + problem.n_rows,
        )
        channels = (float(np.linalg.norm(state.gradient)), self.learning_rate)
        row = Row(f, best_f, Outcome.of(state.f, f), *counts, channels)
        return GradientState(k, x, f, best_x, best_f, best_k, *counts, frozen(gradient)), row
