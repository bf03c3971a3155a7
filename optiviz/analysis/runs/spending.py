"""What runs have used up at each iteration, and where they had used as much as another."""

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from optiviz.analysis.runs.effort import GRADIENT_WEIGHT, EffortName, Spent
from optiviz.engine.optimizer import State
from optiviz.engine.run import Run

_POINTS = 2000


class Level(NamedTuple):
    """What runs beside each other are compared at.

    Attributes
    ----------
    effort : str
    weight : float
        A gradient counts as so many evaluations.
    """

    effort: EffortName = "iterations"
    weight: float = GRADIENT_WEIGHT

    def of(self, state: State, seconds: float, n_rows: int) -> float:
        """Return what a run had used up at a state."""
        counts = state.k, state.evaluations, state.gradient_evaluations, state.rows_seen, seconds
        return float(Spent(*map(np.asarray, counts)).of(self.effort, self.weight, n_rows))


def spent_along(run: Run, points: int = _POINTS) -> Spent:
    """Return what a run had used up along its way, at about so many iterations."""
    columns = ("evaluations", "gradient_evaluations", "rows_seen")
    evaluations, gradients, rows = run.trace.curves(columns, points=points)
    k = evaluations.k
    seconds = run.trace.seconds(k)
    return Spent(k.astype(np.float64), evaluations.last, gradients.last, rows.last, seconds)


def spent_at(run: Run, k: int, level: Level) -> float:
    """Return what a run had used up at one of its iterations.

    Exactly where the run still holds that row, else between the two nearest that are known.
    """
    if level.effort == "iterations":
        return float(k)
    if level.effort == "seconds":
        return float(run.trace.seconds(np.array([k]))[0])
    n_rows = run.spec.problem.n_rows
    row = run.trace.rows(k, k + 1)
    if row is None:
        along = spent_along(run)
        return float(np.interp(k, along.k, along.of(level.effort, level.weight, n_rows)))
    counts = ([k], row.evaluations, row.gradient_evaluations, row.rows_seen, [np.nan])
    spent = Spent(*(np.asarray(count, dtype=np.float64) for count in counts))
    return float(spent.of(level.effort, level.weight, n_rows)[0])


def iteration_at(run: Run, spent: float, level: Level) -> int:
    """Return the last iteration at which a run had used up no more than so much.

    Parameters
    ----------
    run : Run
        Prepared.
    spent : float
        Where the start alone has cost more, iteration 0 is meant.
    level : Level
    """
    last = run.trace.last_k
    if level.effort == "iterations":
        return int(min(max(spent, 0.0), last))
    if spent_at(run, last, level) <= spent:
        return last
    low = run.trace.first_held
    if level.effort == "seconds" or spent_at(run, low, level) > spent:
        along = spent_along(run)
        known = along.of(level.effort, level.weight, run.spec.problem.n_rows)
        return int(min(max(float(np.interp(spent, known, along.k)), 0.0), last))
    high = last  # what is used up only grows: low is within, high is beyond
    while high - low > 1:
        middle = (low + high) // 2
        if spent_at(run, middle, level) <= spent:
            low = middle
        else:
            high = middle
    return low


class Levels:
    """Remembers where runs had used up as much as another one; looked up thirty times a second."""

    def __init__(self) -> None:
        self._found: WeakKeyDictionary[Run, tuple[tuple[object, ...], int]] = WeakKeyDictionary()

    def k_of(self, run: Run, other: Run, k: int, level: Level) -> int:
        """Return the iteration of a run at which it had used up what another had at iteration k.

        Parameters
        ----------
        run, other : Run
        k : int
        level : Level
        """
        if run is other or level.effort == "iterations" or run.trace.last_k < 0:
            return min(k, run.trace.last_k)
        if other.trace.last_k < 0:  # not begun: it has used up nothing
            return 0
        k = min(k, other.trace.last_k)
        generations = run.trace.generation, other.trace.generation
        asked = (id(other), k, level, *generations)
        known, found = self._found.get(run, ((), -1))
        if known == asked:
            return found
        last = run.trace.last_k
        found = iteration_at(run, spent_at(other, k, level), level)
        if found < last:  # what comes later doesn't change it
            self._found[run] = asked, found
        return found
