"""The arrows of a step: a student adds them up, and comes to where the algorithm went."""

import numpy as np
import pytest

from optiviz.engine import registry
from optiviz.engine.spec import Change, RunSpec
from optiviz.engine.stepper import Stepper

GRADIENTS = [
    kind
    for kind, cls in registry.kinds("optimizers").items()
    if cls.needs_gradient
    if kind not in ("stochastic_gradient_descent", "mini_batch_gradient_descent")
]


def stepper_of(optimizer, start=(-1.2, 1.0), **more):
    problem = {"kind": "function_2d", "function": {"kind": "rosenbrock"}}
    spec = {"problem": problem, "optimizer": optimizer, "start": list(start), **more}
    return Stepper(RunSpec.from_dict({"stopping": {"max_iterations": 50}, **spec}))


def vectors(stepper, state):
    parts = stepper.spec.optimizer_after(state.k).parts(stepper.problem, state)
    return {part.kind: part.vector for part in parts}


@pytest.mark.parametrize("kind", GRADIENTS)
def test_every_gradient_method_shows_where_down_is(kind):
    stepper = stepper_of({"kind": kind})
    state = stepper.advance_to(stepper.start(), 3)
    parts = stepper.spec.optimizer.parts(stepper.problem, state)
    gradient = stepper.problem.gradient(state.x)
    down = next(part.vector for part in parts if part.kind == "gradient")
    cosine = -down @ gradient / np.linalg.norm(down) / np.linalg.norm(gradient)
    assert cosine == pytest.approx(1.0)
    assert all(part.vector.shape == (2,) and part.label for part in parts)


@pytest.mark.parametrize("kind", ["gradient_descent", "momentum", "nesterov"])
@pytest.mark.parametrize("k", [0, 1, 7])
def test_what_is_remembered_and_the_plain_step_make_the_step(kind, k):
    stepper = stepper_of({"kind": kind, "learning_rate": 1e-4})
    state = stepper.advance_to(stepper.start(), k)
    after = stepper.advance_to(state, k + 1)
    np.testing.assert_allclose(sum(vectors(stepper, state).values()), after.x - state.x, rtol=1e-9)


def test_quasi_hyperbolic_momentum_goes_between_its_two_parts():
    optimizer = {"kind": "quasi_hyperbolic_momentum", "learning_rate": 1e-3, "nu": 0.7}
    stepper = stepper_of(optimizer)
    state = stepper.advance_to(stepper.start(), 5)
    found = vectors(stepper, state)
    step = stepper.advance_to(state, 6).x - state.x
    np.testing.assert_allclose(0.3 * found["gradient"] + 0.7 * found["memory"], step, rtol=1e-9)


@pytest.mark.parametrize("kind", ["adam", "adamw"])
def test_adam_scales_the_mean_gradient_by_coordinates_and_adamw_shrinks(kind):
    stepper = stepper_of({"kind": kind, "learning_rate": 1e-3})
    state = stepper.advance_to(stepper.start(), 4)
    found = vectors(stepper, state)
    step = stepper.advance_to(state, 5).x - state.x - found.get("other", 0.0)
    assert (np.sign(step) == np.sign(found["memory"])).all()
    if kind == "adamw":
        np.testing.assert_allclose(found["other"], -1e-3 * 0.01 * state.x)


def test_a_clipped_gradient_is_as_long_as_its_limit():
    optimizer = {"kind": "gradient_descent", "learning_rate": 0.5, "clip_norm": 2.0}
    stepper = stepper_of(optimizer)
    found = vectors(stepper, stepper.start())
    assert np.linalg.norm(found["gradient"]) == pytest.approx(1.0)


def test_looking_at_parts_changes_nothing():
    """The same run with and without arrows must be the same to the bits."""
    stepper = stepper_of({"kind": "adam"})
    state = stepper.advance_to(stepper.start(), 4)
    moments = state.moments.copy()
    stepper.spec.optimizer.parts(stepper.problem, state)
    np.testing.assert_array_equal(state.moments, moments)


def test_after_a_change_the_parts_are_those_of_what_comes_next():
    stepper = stepper_of({"kind": "momentum", "learning_rate": 1e-4})
    other = RunSpec.from_dict({**stepper.spec.to_dict(), "optimizer": {"kind": "adam"}}).optimizer
    changed = Stepper(stepper.spec.replace(changes=(Change(at=3, optimizer=other),)))
    state = changed.entering(changed.advance_to(changed.start(), 3))
    assert len(state.moments) == 2
    assert set(vectors(changed, state)) == {"gradient", "memory"}
