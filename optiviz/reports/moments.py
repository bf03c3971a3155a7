"""A run at up to 200 of its iterations: which ones, and what its views show there."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from optiviz.engine import registry, threads
from optiviz.engine.run import Reader, Run
from optiviz.reports.document import Moments
from optiviz.views import Shown, View
from optiviz.views.figure import Figure

MOST = 200
_POINTS = 2000  # of a curve, which is stored once
_GROUNDS = (
    "decision_boundary", "regression_fit", "function_1d", "regression_line", "function_2d",
    "coordinates",
)  # fmt: skip
_EVENTS = 0.4  # of the moments, for what was found
_WIDE = 30.0  # times the lowest value that is still well seen on a linear axis
_EARLY = 1.7  # the power that brings moments nearer to the start


def moments(
    run: Run, reader: Reader, most: int = MOST, name: str = "", number: int = 0
) -> Moments | None:
    """Return the run as it is gone through, or None where nothing moves.

    Parameters
    ----------
    run : Run
        At least prepared; nothing may advance it meanwhile.
    reader : Reader
        Of this thread.
    most : int
        Moments at most, 2 or more.
    name, number : str, int
        As in `optiviz.views.Shown`.
    """
    if run.trace.last_k < 1:
        return None
    views = [view for view in views_of(run) if _works(view, run, reader)]
    k = iterations(run, most)
    figures: list[list[Figure]] = [[] for _ in views]
    for at in k:  # each state is made once
        shown = [shown_at(run, at, reader, name, number)]
        for view, drawn in zip(views, figures, strict=True):
            threads.go_on()
            drawn.append(view.sketch(shown))
    if not views:
        return None
    titles = (_title(view, drawn[-1]) for view, drawn in zip(views, figures, strict=True))
    named = zip(titles, map(tuple, figures), strict=True)
    return Moments(name or run.name or "The run", k, tuple(named))


def shown_at(run: Run, k: int, reader: Reader, name: str = "", number: int = 0) -> Shown:
    """Return the run as the views of a player see it."""
    return Shown(run, k, reader, name, number, points=_POINTS, quick=True)


def _title(view: View, figure: Figure) -> str:
    if view.kind == "fitness" and figure.y.label:
        return f"{figure.title}: {figure.y.label}"
    return figure.title


def _works(view: View, run: Run, reader: Reader) -> bool:
    """Whether a view has something to show; one that fails must not take the rest with it."""
    try:
        return not any(view.sketch([shown_at(run, k, reader)]).empty for k in (0, run.k))
    except Exception:
        return False


def views_of(run: Run) -> tuple[View, ...]:
    """Return what is gone through: what the point means, how good it is, and its weights.

    A picture whose ground is another one at each iteration is left out.
    """
    problem = run.spec.problem
    known = registry.kinds("views")
    grounds = [known[kind]() for kind in _GROUNDS if kind in known]
    suiting = [view for view in grounds if view.suits(problem)]
    if problem.dim > 2:
        suiting = [view for view in suiting if view.kind != "function_2d"]
    fitness = known["fitness"](log_y=over_decades([run]), flat_stretches=False)
    rest = (fitness, known["network"]())
    return (*suiting[:1], *(view for view in rest if view.suits(problem)))


def over_decades(runs: Sequence[Run]) -> bool:
    """Whether the values lie so far apart that only a logarithmic axis shows them all."""
    reading = runs[0].spec.problem.reading
    if reading.more_is_better:
        return False
    pairs = [run.trace.curves(("best_f", "f")) for run in runs]
    # The lowest best value, as the lowest of a batch of rows says little.
    low = reading.value(np.concatenate([best.last for best, _ in pairs]))
    high = reading.value(np.concatenate([now.high for _, now in pairs]))
    low, high = low[np.isfinite(low)], high[np.isfinite(high)]
    above = low[low > 0]
    return bool(len(above) and low.min() >= 0 and high.max() > _WIDE * above.min())


def iterations(run: Run, most: int = MOST) -> tuple[int, ...]:
    """Return which iterations are shown, rising.

    The start, the end, the best one and changes; what was found, as far as there is room; and the
    rest of the way, closer together where it began.
    """
    last, most = run.trace.last_k, max(2, most)
    if last < most:
        return tuple(range(last + 1))
    changes = [at for change in run.spec.changes for at in (change.at, change.at + 1)]
    best = run.state_now.best_k
    chosen = dict.fromkeys(k for k in (0, last, best, *changes) if 0 <= k <= last)
    chosen = dict.fromkeys(list(chosen)[:most])
    _add(chosen, _spread(run.trace.improvements.tolist(), int(_EVENTS * most)), most)
    for n in (most - len(chosen), most, 2 * most, 4 * most):  # some of them are there already
        shares = np.linspace(0.0, 1.0, max(2, n)) ** _EARLY
        _add(chosen, _thinned(np.rint(shares * last).astype(int).tolist(), chosen, most), most)
    return tuple(sorted(chosen))


def _thinned(wanted: Iterable[int], chosen: dict[int, None], most: int) -> list[int]:
    """Return what is not there yet, spread over all of it where that is too much."""
    return _spread([k for k in dict.fromkeys(wanted) if k not in chosen], most - len(chosen))


def _spread(values: list[int], count: int) -> list[int]:
    """Return at most so many of the values: of many, the early ones closer together."""
    if len(values) <= count:
        return values
    if count < 1:
        return []
    shares = np.linspace(0.0, 1.0, count) ** _EARLY
    return [values[math.floor(share * (len(values) - 1))] for share in shares.tolist()]


def _add(chosen: dict[int, None], wanted: Iterable[int], most: int) -> None:
    for k in wanted:
        if len(chosen) < most:
            chosen.setdefault(k)
