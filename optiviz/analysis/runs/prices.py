"""What one iteration of a run costs: why runs that did as many iterations did not do as much."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from optiviz.analysis.runs.effort import Spent
from optiviz.engine.run import Run

_NAMED = 4  # algorithms in a sentence
_LITTLE = 0.05  # of an evaluation is not named
_ALIKE = 1.2  # times as dear is said to be alike


class Price(NamedTuple):
    """What an iteration costs on average.

    Attributes
    ----------
    evaluations, gradients, rows : float
    n_rows : int
        Of the data: an evaluation of all rows sees so many.
    """

    evaluations: float
    gradients: float
    rows: float
    n_rows: int

    def of(self, weight: float) -> float:
        """Return it in evaluations, where a gradient counts as so many."""
        return self.evaluations + weight * self.gradients

    @property
    def words(self) -> str:
        """What an iteration does, after "takes"."""
        parts = []
        if self.evaluations >= _LITTLE:
            count = _rounded(self.evaluations)
            parts.append(f"{count} evaluation{'' if count == '1' else 's'}")
        if self.gradients >= _LITTLE:
            count = _rounded(self.gradients)
            parts.append("a gradient" if count == "1" else f"{count} gradients")
        seen = self.rows / max(self.evaluations, self.gradients, 1e-9)
        of = f" on {_rounded(seen)} of {self.n_rows:,} rows" if seen < 0.9 * self.n_rows else ""
        return (" and ".join(parts) or "nothing") + of


def price_of(run: Run) -> Price | None:
    """Return what an iteration of a run has cost so far; None before the first."""
    state = run.latest
    if state is None or state.k == 0 or run.trace.last_k < 0:
        return None
    first, k = run.trace.snapshot(0), state.k
    return Price(
        (state.evaluations - first.evaluations) / k,
        (state.gradient_evaluations - first.gradient_evaluations) / k,
        (state.rows_seen - first.rows_seen) / k,
        run.spec.problem.n_rows,
    )


def price_along(spent: Spent, n_rows: int) -> Price | None:
    """Return what an iteration has cost, from what had been used up on the way of a run."""
    iterations = float(spent.k[-1] - spent.k[0]) if len(spent.k) else 0.0
    if iterations <= 0:
        return None
    columns = spent.evaluations, spent.gradient_evaluations, spent.rows_seen
    evaluations, gradients, rows = (float(c[-1] - c[0]) / iterations for c in columns)
    return Price(evaluations, gradients, rows, n_rows)


def why_efforts_differ(runs: Sequence[Run], weight: float) -> str:
    """Say in one sentence what an iteration of each algorithm costs; nothing where that is alike.

    Parameters
    ----------
    runs : sequence of Run
    weight : float
        A gradient counts as so many evaluations.
    """
    return why_prices_differ(((run.spec.optimizer.label, price_of(run)) for run in runs), weight)


def why_prices_differ(found: Iterable[tuple[str, Price | None]], weight: float) -> str:
    """Say in one sentence what iterations cost; nothing where that is alike.

    Parameters
    ----------
    found : iterable of (str, Price or None)
        Of each run its algorithm, and what an iteration of it costs; the first of each counts.
    weight : float
        A gradient counts as so many evaluations.
    """
    prices: dict[str, Price] = {}
    for label, price in found:
        if price is not None:
            prices.setdefault(label, price)
    worked = [price.of(weight) for price in prices.values()]
    seen = [price.rows for price in prices.values()]
    if len(prices) < 2 or not (_differ(worked) or _differ(seen)):
        return ""
    grouped: dict[str, list[str]] = {}
    dearest = sorted(prices, key=lambda label: -prices[label].of(weight))
    for label in dearest:
        grouped.setdefault(prices[label].words, []).append(label)
    shown = list(grouped.items())
    if len(shown) > _NAMED:
        sloped = [item for item in shown[2:-1] if prices[item[1][0]].gradients >= _LITTLE]
        shown = [*shown[:2], *(sloped[:1] or shown[2:3]), shown[-1]]
    (words, labels), *rest = shown
    told = [f"One iteration of {_joined(labels)} takes {words}"]
    told += [f"of {_joined(labels)} {words}" for words, labels in rest]
    more = "" if len(shown) == len(grouped) else ", of others something between"
    return f"{', '.join(told)}{more}."


def _differ(values: Sequence[float]) -> bool:
    return max(values) > _ALIKE * min(values)


def _rounded(value: float) -> str:
    return f"{round(value):,}" if value >= 10 or abs(value - round(value)) < 0.1 else f"{value:.1f}"


def _joined(labels: Sequence[str]) -> str:
    if len(labels) <= 2:
        return " and ".join(labels)
    return f"{labels[0]} and {len(labels) - 1} others"
