"""Which iterations around a playhead are looked at, and what of a long stretch stands for all."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optiviz.analysis.tried.book import tried
from optiviz.analysis.tried.replay import from_rows, is_population
from optiviz.analysis.tried.tries import Tries
from optiviz.engine.optimizer import Block, Outcome
from optiviz.engine.run import Reader, Run, RunStatus

_MOST = 3000  # points that are worked out for a picture
_PRODUCTS = 2e9  # of weights and rows, that these take
_KEPT = 1500  # and that are taken from rows besides
_BLOCKS = 24  # places of a long stretch at which all is looked at
_FEWEST = 4
_HELD = 1 << 17  # rows that are looked through


@dataclass(frozen=True)
class Window:
    """What was tried between two iterations, or a part of it.

    Attributes
    ----------
    tries : Tries
    looked_at : int
        Iterations of which all points are there; of the others only those that x moved to, or
        some of these.
    """

    tries: Tries
    looked_at: int


def around(run: Run, k: int, last: int, length: int | None) -> tuple[int, int]:
    """Return the first and the last iteration of a window with a playhead in it.

    It goes on by a quarter of its length at a time, so that what is in it stands still meanwhile.

    Parameters
    ----------
    run : Run
    k, last : int
        The playhead, and the last iteration that may be shown.
    length : int or None
        All of the run if None.
    """
    if length is None:
        return 0, max(1, last)
    if last <= length:
        return 0, length if run.status is RunStatus.RUNNING else max(1, last)
    hop = max(1, length // 4)
    low = max(0, (k - length // 2) // hop * hop)
    if low + length > last and run.status is not RunStatus.RUNNING:
        low = last - length
    return low, low + length


def look(
    run: Run, reader: Reader, k: int, low: int, high: int, seconds: float | None = None
) -> Window:
    """Return what iterations low to high tried, around a playhead.

    All of it where it is not too much. Else some stretches of it in full, which begin where the
    trace has states (or one around the playhead, where it has few), and of the others what was
    kept, thinned: first of all what was better.

    Parameters
    ----------
    seconds : float, optional
        For about so long; see `Book.between`.
    """
    high = min(high, run.trace.last_k)
    low = max(1, low)
    if high < low:
        return Window(Tries.concatenate([]), 0)
    parts = _parts(run, reader, k, low, high)
    found, looked_at = [], 0
    for start, stop in parts:
        share = None if seconds is None else seconds / len(parts)
        stretch = tried(run, reader, start, stop, share)
        found.append(stretch.tries)
        looked_at += max(0, stop - start - stretch.missing)
    inside = Tries.concatenate(found)
    if len(parts) == 1 and parts[0] == (low, high + 1):
        return Window(inside, looked_at)
    besides = _besides(run, low, high, parts)
    tries = Tries.concatenate([inside, besides])
    return Window(tries[np.argsort(tries.k, kind="stable")], looked_at)


def _parts(run: Run, reader: Reader, k: int, low: int, high: int) -> list[tuple[int, int]]:
    """Return the stretches in which all is looked at, as starts and stops."""
    ends = reader.rows(k, k + 1), reader.rows(max(0, k - 1), max(0, k - 1) + 1)
    each = max(1, int(ends[0].evaluations[0] - ends[1].evaluations[0]))
    if is_population(run.spec.optimizer_after(k)):
        each *= 2  # there are parents too
    cost = run.spec.problem.dim * run.spec.problem.n_rows
    most = max(1, min(_MOST, int(_PRODUCTS / cost)) // each)
    if high - low < most:
        return [(low, high + 1)]
    places = [state.k + 1 for state in run.trace.snapshots if low <= state.k + 1 <= high]
    if len(places) < _FEWEST:
        start = min(max(low, k - 3 * most // 4), max(low, high + 1 - most))
        return [(start, min(high + 1, start + most))]
    chosen = np.unique(np.linspace(0, len(places) - 1, min(_BLOCKS, len(places))).astype(int))
    length = max(1, most // len(chosen))
    return [(places[i], min(high + 1, places[i] + length)) for i in chosen]


def _besides(run: Run, low: int, high: int, parts: list[tuple[int, int]]) -> Tries:
    """Return points outside the parts that x moved to, as far as the trace holds their rows."""
    first = max(low - 1, run.trace.first_held, high - _HELD)
    rows = run.trace.rows(first, high + 1) if first < high else None
    if rows is None:
        return Tries.concatenate([])
    tries = _of_rows(run, first, rows)
    outside = np.ones(len(tries), dtype=bool)
    for start, stop in parts:
        outside &= (tries.k < start) | (tries.k >= stop)
    tries = tries[outside & (tries.outcome != Outcome.REJECTED)]
    better = tries.outcome == Outcome.IMPROVED
    return Tries.concatenate([_thinned(tries[better]), _thinned(tries[~better])])


def _of_rows(run: Run, first: int, rows: Block) -> Tries:
    changes = [c.at for c in run.spec.changes if first < c.at < first + len(rows) - 1]
    edges = [first, *changes, first + len(rows) - 1]
    parts = []
    for a, b in pairwise(edges):
        here = rows[a - first : b - first + 1]
        parts.append(from_rows(run.spec.optimizer_after(a), float(here.f[0]), a, here[1:]))
    return Tries.concatenate(parts)


def _thinned(tries: Tries) -> Tries:
    return tries[:: max(1, -(-len(tries) // _KEPT))]
