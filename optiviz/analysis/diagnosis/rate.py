"""A learning rate beyond what the curvature lets a descent stand.

A step of plain descent multiplies the distance along a principal direction by 1 - rate * curvature:
above 2 / curvature it grows (Polyak 1964; `optiviz.analysis.descent.stability` for momentum).
"""

import numpy as np

from optiviz.analysis.descent.stability import known_of, ranges
from optiviz.analysis.diagnosis.case import Case, Finding, Rule
from optiviz.engine.problem import Array, Evaluator, Problem
from optiviz.engine.wording import rounded
from optiviz.methods.descent import Descent

_EXACT = 60  # coordinates up to which all second derivatives are computed
_PRODUCTS = 24  # of the curvature with a vector, in a power iteration
_SURE = 1e-3  # by so much of itself may a power iteration still grow
_NUMBERS = 3e9  # products of weights and rows that it may take
_AT_LIMIT = 1e-6
_STEPS = 30  # of late, in which it should have come down
_WORSE = 0.3  # share of them that went up


def largest_curvature(problem: Evaluator[Problem], x: Array) -> float:
    """Return the largest second derivative of f in any direction at x, or a little less.

    By all second derivatives where these are few, else by a power iteration on differences of
    gradients (von Mises & Pollaczek-Geiringer 1929): what it gives is the curvature in one
    direction, so that the largest is never less.

    Parameters
    ----------
    x : ndarray, shape (dim,)

    Returns
    -------
    float
        nan where it is not finite.
    """
    with np.errstate(all="ignore"):
        if len(x) <= _EXACT:
            second = problem.hessian(x)
            if not np.isfinite(second).all():
                return np.nan
            return float(np.linalg.eigvalsh(second)[-1])
        return _by_powers(problem, x)


def _by_powers(problem: Evaluator[Problem], x: Array) -> float:
    v = problem.gradient(x) + 1e-3 * np.cos(np.arange(len(x)))  # no direction is left out
    shift = found = 0.0
    for _ in range(_PRODUCTS):
        length = float(np.linalg.norm(v))
        if not 0 < length < np.inf:
            return np.nan
        v = v / length
        product = _times(problem, x, v)
        before, found = found, float(v @ product)
        if found < 0:  # the largest in size is a way down: what is above it is wanted
            shift = max(shift, -found)
        v = product + shift * v
        if found > 0 and abs(found - before) <= _SURE * found:
            break
    return found


def _times(problem: Evaluator[Problem], x: Array, v: Array) -> Array:
    """Return the second derivatives times v, by a central difference of gradients."""
    width = 1e-5 * max(1.0, float(np.abs(x).max()))
    product: Array = problem.gradient(x + width * v) - problem.gradient(x - width * v)
    return product / (2 * width)


def _beyond(case: Case) -> Finding | None:
    optimizer = case.optimizer
    assert isinstance(optimizer, Descent)
    state = case.state
    if state.f <= case.best_f and not _goes_up(case):
        return None
    # Where it has flown off there is no curvature any more; where it was best there is.
    off = not state.f <= case.best_f
    at, x = (case.best_k, state.best_x) if off else (case.k, state.x)
    if optimizer.rows_in_batch is not None:  # a batch is worse than another by chance
        full = float(case.evaluator.evaluate(state.x[None])[0])
        if full <= state.best_f:
            return None
    curvature = largest_curvature(case.evaluator, x)
    factor = float(optimizer.schedule.factors(np.array([case.k - 1]))[0])
    found = ranges(optimizer, curvature, factor)
    limit = next((r.low for r in found if r.word == "divergent"), 0.0)
    rate = optimizer.learning_rate
    if not 0 < limit <= rate * (1 + _AT_LIMIT):
        return None
    at_limit = rate <= limit * (1 + _AT_LIMIT)
    what = "swings and comes no nearer" if at_limit else "goes further past"
    scheduled = "" if factor == 1 else f", and its schedule makes that {rounded(rate * factor)}"
    return Finding(
        f"The learning rate is {'at' if at_limit else 'beyond'} what the curvature lets it stand: "
        f"each step {what}. Make it smaller than {rounded(limit)}.",
        f"The largest curvature at iteration {at:,} is {rounded(curvature)}: learning rates are "
        f"stable below {rounded(limit)}, and it is {rounded(rate)}{scheduled}.",
        at,
        "Go there",
        "function_1d" if case.problem.kind == "function_1d" else "fitness",
    )


def _goes_up(case: Case) -> bool:
    """Whether the value came no lower of late."""
    f = case.recent.f[-_STEPS:]
    ups = np.count_nonzero(np.diff(f) > 0)
    return len(f) > 1 and bool(f[-1] >= f[0] or ups >= _WORSE * (len(f) - 1))


def _can_look(case: Case) -> bool:
    if not isinstance(case.optimizer, Descent) or not known_of(case.optimizer):
        return False
    gradients = case.problem.dim if case.problem.dim <= _EXACT else 2 * _PRODUCTS
    return gradients * float(case.problem.dim) * case.problem.n_rows <= _NUMBERS


RULES = (Rule("the learning rate against the curvature", _can_look, _beyond, costly=True),)
