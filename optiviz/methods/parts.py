"""What a step of a descent is made of: the step along the gradient, and what is remembered."""

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from optiviz.engine.parts import Part
from optiviz.engine.problem import Array, Evaluator, Problem

if TYPE_CHECKING:
    from optiviz.methods.descent import Descent, Moments


class StepParts:
    """The parts of a descent's steps, by what its `update` makes of the gradient."""

    def remembered(
        self, before: "Moments", after: "Moments", x: Array, rate: float, t: int
    ) -> tuple[Part, ...]:
        """Return what a step has of earlier ones, from the moments before and after `update`."""
        return ()

    def parts(self, problem: Evaluator[Problem], state: Any) -> tuple[Part, ...]:
        """Return the plain step along the gradient of all rows, and what is remembered."""
        method = cast("Descent", self)
        gradient = problem.gradient(state.x)
        with np.errstate(all="ignore"):
            length = float(np.linalg.norm(gradient))
            if method.clip_norm is not None and length > method.clip_norm:
                gradient *= method.clip_norm / length
            rate = float(method.learning_rate * method.schedule.factors(np.array([state.k]))[0])
            before = method.moments_from(state)
            after, step, t = before.copy(), np.empty_like(gradient), state.updates + 1
            method.update(step, gradient.copy(), state.x, tuple(after), rate, t)
            memory = method.remembered(tuple(before), tuple(after), state.x, rate, t)
            return Part("gradient", "−rate · gradient", -rate * gradient), *memory
