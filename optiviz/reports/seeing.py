"""What to look for in a figure: a sentence or two, with the numbers of the runs on it."""

from collections.abc import Callable, Sequence

import numpy as np

from optiviz.engine.optimizer import Outcome
from optiviz.reports.words import figure_of
from optiviz.views import Shown, View
from optiviz.views.figure import ClassImage, Figure, Points

_SHARES = (0.5, 0.9)
_OFTEN = 0.1  # of the steps


def what_to_see(view: View, figure: Figure, shown: Sequence[Shown]) -> str:
    """Say what to look for in the figure of a view; nothing where nobody knows.

    Parameters
    ----------
    view : View
    figure : Figure
    shown : sequence of Shown
        Those on the figure.
    """
    if figure.empty or figure.warning:
        return ""
    told = _TOLD.get(view.kind)
    return told(figure, shown) if told else view.to_see


def _of_fitness(figure: Figure, shown: Sequence[Shown]) -> str:
    if any(one.run.spec.problem.reading.name != figure.y.label for one in shown):
        return ""  # it is of a score, and what was won is told of what was optimised
    return _of_one(shown[0]) if len(shown) == 1 else _of_several(shown)


def _of_one(one: Shown) -> str:
    """Say when most of what was won had been won."""
    curve = one.run.trace.curve("best_f")
    best = np.asarray(curve.last)
    state = one.run.state_now
    if not (len(best) and np.isfinite([best[0], state.best_f]).all()):
        return ""
    gain = float(best[0] - state.best_f)
    if not 0 < gain < np.inf or state.best_k <= 0:
        return ""
    rows = one.run.trace.rows(0, one.run.trace.last_k + 1)
    if rows is None:
        return f"The best value is from iteration {state.best_k:,}."
    when = [int(np.argmax(rows.best_f <= rows.best_f[0] - share * gain)) for share in _SHARES]
    if when[0] == when[1]:
        parts = [f"Nine tenths of all that was won was there at iteration {when[1]:,}"]
    else:
        parts = [
            f"Half of all that was won was there at iteration {when[0]:,}",
            f"nine tenths of it at iteration {when[1]:,}",
        ]
    since = one.run.k - state.best_k
    if since > 0.1 * one.run.k:
        parts.append(f"the last {since:,} iterations found nothing better")
    first, last = ", ".join(parts[:-1]), parts[-1]
    return f"{first}, and {last}." if first else f"{last}."


def _of_several(shown: Sequence[Shown]) -> str:
    """Name the best and the worst run, and how far they are apart."""
    reading = shown[0].run.spec.problem.reading
    if len({one.run.spec.problem.reading.name for one in shown}) > 1:
        return ""
    order = sorted(shown, key=lambda one: np.nan_to_num(one.run.best_f, nan=np.inf))
    first, last = order[0], order[-1]
    values = [figure_of(float(reading.value(np.array(one.run.best_f)))) for one in (first, last)]
    if values[0] == values[1]:
        return "All runs came equally far; look which was there first."
    return (
        f"{first.name} came farthest with {values[0]}, {last.name} least far with {values[1]}. "
        "Curves that cross say that what is ahead early need not be ahead in the end."
    )


def _of_tried(figure: Figure, shown: Sequence[Shown]) -> str:
    rows = shown[0].run.trace.rows(0, shown[0].run.trace.last_k + 1)
    if rows is None or len(rows) < 2:
        return ""
    tried = rows.outcome[1:]
    if "Parents are" in figure.caption:
        better = int(np.count_nonzero(tried == Outcome.IMPROVED))
        return (
            f"In {better:,} of {len(tried):,} generations the best of the population became "
            "better. Where marks draw together, the population is settling on one place."
        )
    kept = float(np.mean(tried != Outcome.REJECTED))
    if kept == 1.0:
        worse = int(np.count_nonzero(tried == Outcome.WORSE))
        if "of its batch alone" in figure.caption:
            return (
                "Batches differ, so that better and worse take turns even where the run gets on: "
                "look at the trend, and not at single marks."
            )
        if not worse:
            return "In the whole run no step led to anything worse."
        told = f"In the whole run {worse:,} of {len(tried):,} steps led to something worse."
        if worse < _OFTEN * len(tried):
            return told
        return f"{told} Where better and worse take turns, the steps leap over what they look for."
    return (
        f"Over the whole run {_percent(kept)} of the moves were kept. Where all marks lie on the "
        "worse side, the steps have become too long for what is left to win."
    )


def _of_boundary(figure: Figure, shown: Sequence[Shown]) -> str:
    """Say where mistakes lie, if there are any."""
    points = [item for item in figure.items if isinstance(item, Points)]
    if points and not any(len(item.x) for item in points if item.outlined):
        return "No row is named wrongly, so all that is left to see is how surely each is named."
    named = [item.winner for item in figure.items if isinstance(item, ClassImage)]
    if named and all(np.ptp(winner) == 0 for winner in named):
        return "One class is named everywhere, so that every row of another one is a mistake."
    return (
        "Look where the outlined markers lie: along the seam where the colours fade it is unsure; "
        "those deep in a colour are mistakes that it is sure of."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"


def _of_confusion(figure: Figure, shown: Sequence[Shown]) -> str:
    """Name the most frequent mistake."""
    mistakes = [
        (int(cell.replace(",", "")), table.rows[i], table.columns[j], table.title)
        for table in figure.tables
        for i, row in enumerate(table.cells)
        for j, cell in enumerate(row)
        if i != j and cell.replace(",", "").isdigit()
    ]
    most, actual, said, where = max(mistakes, default=(0, "", "", ""))
    if not most:
        return "It makes no mistake here."
    part = where.partition(":")[0].lower()
    among = f" ({part})" if part else ""
    return f"The most frequent mistake: {actual} taken for {said}, {most:,} times{among}."


_TOLD: dict[str, Callable[[Figure, Sequence[Shown]], str]] = {
    "fitness": _of_fitness,
    "tried_steps": _of_tried,
    "confusion": _of_confusion,
    "decision_boundary": _of_boundary,
}
