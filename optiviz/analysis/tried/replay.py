"""What a stretch of iterations tried: scored at once for climbs, else by doing them again."""

import numpy as np
from numpy.typing import NDArray

from optiviz.analysis.tried.recorder import Recorder
from optiviz.analysis.tried.tries import Codes, Ints, Role, Tries
from optiviz.engine.optimizer import Block, Optimizer, Outcome, State
from optiviz.engine.problem import Array
from optiviz.engine.stepper import Stepper
from optiviz.methods.climbing import Climb
from optiviz.methods.descent import Descent
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.optimizers.pattern_search import PatternSearch
from optiviz.optimizers.perceptron_rule import PerceptronRule
from optiviz.optimizers.random_restart_hill_climbing import RandomRestartHillClimbing
from optiviz.optimizers.random_search import RandomSearch
from optiviz.optimizers.simulated_annealing import SimulatedAnnealing

Calls = list[tuple[Array, Array]]
Flags = NDArray[np.bool_]


def is_population(optimizer: Optimizer) -> bool:
    """Whether its states have members."""
    return "population" in optimizer.state_type.__dataclass_fields__


def is_plain_climb(optimizer: Optimizer) -> bool:
    """Whether its moves are those that `Climb` makes, one for each iteration."""
    return type(optimizer) in (HillClimbing, RandomRestartHillClimbing, SimulatedAnnealing)


def chooses(optimizer: Optimizer) -> bool:
    """Whether it tries before it moves; if not, the trace has all that it tried."""
    return not isinstance(optimizer, Descent | PerceptronRule)


def from_rows(optimizer: Optimizer, before: float, k: int, rows: Block) -> Tries:
    """Return what rows tell by themselves: each step, or where x moved to.

    Parameters
    ----------
    optimizer : Optimizer
        That did them.
    before : float
        The f that the first of them started from.
    k : int
        The iteration before them.
    rows : Block
    """
    role = Role.CHILD if is_population(optimizer) else Role.MOVE
    if isinstance(optimizer, PerceptronRule):
        role = Role.BATCH
    elif isinstance(optimizer, Descent):
        role = Role.STEP if optimizer.rows_in_batch is None else Role.BATCH
    tries = _made(optimizer, _starts(before, rows), k, rows.f, rows.outcome, role)
    return tries[rows.outcome != Outcome.REJECTED] if chooses(optimizer) else tries


def climbed(
    stepper: Stepper, optimizer: Climb, x: Array, before: float, k: int, rows: Block, anew: Array
) -> tuple[Tries, Array]:
    """Return what a climb proposed after iteration k, and the point that it came to.

    Between two moves that were kept x stays, and rows say which were kept: so every proposal is
    known without deciding anything again, and all are scored together.

    Parameters
    ----------
    x : ndarray, shape (dim,)
        Where it is after iteration k.
    before : float
        Its value.
    rows : Block
        The rows after iteration k.
    anew : ndarray, shape (n,)
        The number of the new start that a row is, from 1; 0 where it is none.

    Returns
    -------
    Tries
    ndarray, shape (dim,)
    """
    problem, n = stepper.problem, len(rows)
    kept = rows.outcome != Outcome.REJECTED
    points = np.empty((n, len(x)))
    moves = optimizer.moves(stepper.draws, k, n, len(x))
    here, start = x, 0
    for i in [*np.flatnonzero(kept | (anew > 0)).tolist(), n - 1]:
        np.add(here, moves[start : i + 1], out=points[start : i + 1])
        if anew[i] and i >= start:
            number = int(anew[i]) - 1
            points[i] = problem.problem.sample(stepper.draws, "restart", number, 1)[0]
        if kept[i]:
            here = points[i].copy()
        start = i + 1
    f = rows.f.copy()
    if not kept.all():
        f[~kept] = problem.evaluate(points[~kept])
    tries = _made(optimizer, _starts(before, rows), k, f, rows.outcome, Role.MOVE)
    tries.role[anew > 0] = Role.RESTART
    tries.chance[anew > 0] = np.nan
    return tries, here


def replayed(stepper: Stepper, optimizer: Optimizer, state: State, n: int) -> tuple[Tries, State]:
    """Return what n iterations after a state tried, by doing them on a recorder.

    Parameters
    ----------
    stepper : Stepper
    optimizer : Optimizer
        That does them all.
    state : State
        After what is changed there.
    """
    recorder = Recorder(stepper.problem)
    if is_plain_climb(optimizer) or isinstance(optimizer, RandomSearch):
        return _one_each(recorder, stepper, optimizer, state, n)
    parts = []
    for _ in range(n):
        after, row = optimizer.step(recorder, state, stepper.draws)
        calls = recorder.taken()
        if is_population(optimizer):
            part = _generation(calls, state, after)
        elif isinstance(optimizer, PatternSearch):
            part = _sweep(calls, state, after)
        else:
            part = _trials(calls, state, after, row.outcome)
        parts.append(part)
        state = after
    return Tries.concatenate(parts), state


def _one_each(
    recorder: Recorder, stepper: Stepper, optimizer: Optimizer, state: State, n: int
) -> tuple[Tries, State]:
    """Return tries of an algorithm that scores one point for each iteration, in their order."""
    after, rows = optimizer.steps(recorder, state, stepper.draws, n)
    f = np.concatenate([scores for _, scores in recorder.taken()])
    starts = _starts(state.f, rows)
    tries = _made(optimizer, starts, state.k, f, rows.outcome, Role.MOVE)
    names = [channel.name for channel in optimizer.channels]
    if "restart" in names:
        so_far = rows.channels[:, names.index("restart")]
        anew = np.diff(so_far, prepend=float(getattr(state, "restarts", 0))) > 0
        tries.role[anew] = Role.RESTART
        tries.chance[anew] = np.nan
    return tries, after


def _trials(calls: Calls, state: State, after: State, outcome: Outcome) -> Tries:
    """Return the points of one iteration: those that x, or a corner, is now were kept."""
    points, f = _joined(calls, len(state.x))
    stays = np.empty((0, len(state.x))) if outcome == Outcome.REJECTED else after.x[None]
    now: Array = getattr(after, "simplex", stays)  # so short a step that it is none is not kept
    return _tried(points, f, _are_among(points, now), state)


def _sweep(calls: Calls, state: State, after: State) -> Tries:
    """Return the points that a sweep looked at, without those that it scored ahead in vain.

    A call of one point is where a sweep starts; of the others, all points after the first that is
    better than any before it were not looked at. That one is part of where the sweep leads to.
    """
    level, used, helped = state.f, [], []
    for points, f in calls:
        n, lower = len(f), f < level
        led = np.zeros(n, dtype=bool)
        if n == 1 or lower.any():
            n = int(lower.argmax()) + 1 if n > 1 else 1
            level = float(np.fmin(f[n - 1], np.inf))
            led[n - 1] = True
        used.append((points[:n], f[:n]))
        helped.append(led[:n])
    points, f = _joined(used, len(state.x))
    kept = np.concatenate([*helped, np.empty(0, dtype=bool)]) & (after.f < state.f)
    return _tried(points, f, kept, state)


def _tried(points: Array, f: Array, kept: Flags, state: State) -> Tries:
    if len(f) == 1 and (points == state.x).all():  # to score x again tries nothing
        f, kept = f[:0], kept[:0]
    return _of_one(state, f, _outcomes(state.f, f, kept), Role.TRIAL)


def _generation(calls: Calls, state: State, after: State) -> Tries:
    """Return the members before, and the points that were scored: kept are those that live on."""
    children, scores = _joined(calls, len(state.x))
    parents, values = np.asarray(state.population), np.asarray(state.values)  # type: ignore[attr-defined]
    now = np.asarray(after.population)  # type: ignore[attr-defined]
    born = _are_among(children, now)
    # A child that is its parent's equal to the bits stands for both.
    live_on = _are_among(parents, now)
    before = float(np.min(values)) if len(values) else state.f
    parts = [
        _of_one(state, values, _outcomes(before, values, live_on), Role.PARENT, before),
        _of_one(state, scores, _outcomes(before, scores, born), Role.CHILD, before),
    ]
    return Tries.concatenate(parts)


def _joined(calls: Calls, dim: int) -> tuple[Array, Array]:
    points = [points for points, _ in calls]
    f = [scores for _, scores in calls]
    return np.concatenate([*points, np.empty((0, dim))]), np.concatenate([*f, np.empty(0)])


def _are_among(points: Array, places: Array) -> Flags:
    """Return which points are one of some places, to the bits, shape (n,)."""
    known = {place.tobytes() for place in np.ascontiguousarray(places)}
    return np.array([p.tobytes() in known for p in np.ascontiguousarray(points)], dtype=bool)


def _outcomes(before: float, f: Array, kept: Flags) -> Codes:
    worse = np.where(f == before, Outcome.EQUAL, Outcome.WORSE)
    outcome = np.where(f < before, Outcome.IMPROVED, worse)
    return np.where(kept, outcome, Outcome.REJECTED).astype(np.int8)


def _starts(before: float, rows: Block) -> Array:
    return np.concatenate(((before,), rows.f[:-1]))


def _of_one(
    state: State, f: Array, outcome: Codes, role: Role, before: float | None = None
) -> Tries:
    """Return points of the iteration after a state."""
    n = len(f)
    k = np.full(n, state.k + 1)
    starts = np.full(n, state.f if before is None else before)
    roles = np.full(n, role, dtype=np.int8)
    return Tries(k, starts, np.asarray(f), outcome, roles, np.full(n, np.nan))


def _made(
    optimizer: Optimizer, starts: Array, k: int, f: Array, outcome: Codes, role: Role
) -> Tries:
    """Return one point for each iteration after k."""
    n = len(f)
    ks: Ints = np.arange(k + 1, k + 1 + n)
    tries = Tries(ks, starts, f, outcome, np.full(n, role, np.int8), np.full(n, np.nan))
    if role is Role.MOVE:
        chance = optimizer.chance(tries.rise, ks - 1)
        if chance is not None:
            return Tries(ks, starts, f, outcome, tries.role, np.asarray(chance, dtype=np.float64))
    return tries
