"""The pairwise table: each configuration against each other, with what tests say."""

from typing import Annotated, Literal

import numpy as np

from optiviz.engine.parameters import Param
from optiviz.engine.wording import measured
from optiviz.studies.comparison import Comparison, Pair
from optiviz.studies.plan import Study
from optiviz.studies.results import Results
from optiviz.study_views import StudyView
from optiviz.study_views.parts import compared, done, nothing_yet
from optiviz.views.figure import Figure, LegendEntry, Table

_MATRIX = 8  # configurations up to which all pairs are shown as a square
_BETTER, _WORSE = 1.0, 0.3  # of tints, where a difference is shown


class PairwiseTable(StudyView):
    """Which one is better than which, how often, and whether that could be luck."""

    kind = "pairwise_table"
    label = "Pair by pair"
    to_see = (
        "Read along a row: above 50% its runs are the better ones more often than not. A large "
        "number without a tint is a lead that so few runs can't tell from luck."
    )
    place = 50

    show: Annotated[
        Literal["effect", "p", "difference"],
        Param(
            "What stands in the cells.",
            label="Show",
            choices={
                "effect": "how often a run of the row is better",
                "p": "adjusted p",
                "difference": "difference of medians",
            },
        ),
    ] = "effect"

    def figure(self, results: Results) -> Figure:
        """Write the table: a square of few configurations, of many a list against the best."""
        if empty := nothing_yet(results):
            return Figure(self.label, empty=empty)
        found = compared(results)
        rows = [row for row in found.groups if row.runs]
        if len(rows) < 2:
            return Figure(self.label, empty="Two configurations are needed to compare them.")
        square = len(rows) <= _MATRIX
        numbers = [row.configuration for row in rows]
        table = self._square(found, numbers) if square else self._list(found)
        differ = any(pair.differs for pair in found.pairs)
        legend = [LegendEntry("the row is better", "accent")] if differ and square else []
        legend += [LegendEntry("different", "accent")] if differ and not square else []
        return Figure(
            title=self.label,
            note=done(results),
            tables=(table,),
            legend=tuple(legend),
            caption=self._caption(found),
            warning="" if found.complete else "Tests wait until all runs are done.",
        )

    def suits(self, study: Study) -> bool:
        """Whether there are pairs."""
        return len(study.configurations) > 1

    def _square(self, found: Comparison, numbers: list[int]) -> Table:
        names = [found.group(number).name for number in numbers]
        cells, shade = [], np.zeros((len(numbers), len(numbers)))
        for i, one in enumerate(numbers):
            row = []
            for j, other in enumerate(numbers):
                pair = None if i == j else found.pair(one, other)
                row.append("" if pair is None else self._cell(pair, pair.first == one))
                if pair is not None and pair.differs:
                    shade[i, j] = _BETTER if _is_better(pair, one) else _WORSE
            cells.append(tuple(row))
        return Table(
            tuple(names), tuple(names), tuple(cells), shade, row_title="", column_title="against"
        )

    def _list(self, found: Comparison) -> Table:
        """Return the pairs of the best with each other one."""
        best = found.pairs[0].first if found.best is None else found.best.configuration
        pairs = [pair for pair in found.pairs if best in (pair.first, pair.second)]
        cells, rows = [], []
        for pair in pairs:
            first = pair.first == best
            rows.append(pair.names[1] if first else pair.names[0])
            cells.append(
                (
                    _effect(pair, first),
                    "" if np.isnan(pair.difference) else measured(pair.difference),
                    _p(pair),
                    "yes" if pair.differs else "not shown",
                )
            )
        shade = np.array([[1.0 if pair.differs else 0.0] * 4 for pair in pairs])
        columns = ("best one is better", "difference of medians", "adjusted p", "different")
        title = f"{found.group(best).name} against"
        return Table(
            tuple(rows), columns, tuple(cells), shade.reshape(-1, 4), row_title=title, fitted=True
        )

    def _cell(self, pair: Pair, first: bool) -> str:
        if self.show == "p":
            return _p(pair)
        if self.show == "effect":
            return _effect(pair, first)
        value = pair.difference if first else -pair.difference
        return "" if np.isnan(value) else measured(value)

    def _caption(self, found: Comparison) -> str:
        meanings = {
            "effect": "How often a run of the row is better than one of the column, ties counting "
            "half (Vargha and Delaney's A)",
            "p": "How often differences as large as these would turn up if there were none, "
            "adjusted for the number of pairs (Holm)",
            "difference": f"Median {found.label} of the row minus that of the column",
        }
        square = sum(row.runs > 0 for row in found.groups) <= _MATRIX
        words = [f"{meanings[self.show]}."] if square else ["The best one against each other."]
        words.append("A cell is tinted where a difference is shown: adjusted p below 0.05.")
        if found.overall is not None:
            words.append(found.overall.sentence)
        words += [f"{' against '.join(pair.names)}: {pair.sentence}" for pair in found.pairs[:3]]
        return " ".join(words)


def _is_better(pair: Pair, one: int) -> bool:
    """Whether a configuration is the better one of a pair, by how often its runs are."""
    if pair.effect is None:
        return pair.first == one
    return (pair.effect.a >= 0.5) == (pair.first == one)


def _effect(pair: Pair, first: bool) -> str:
    if pair.effect is None:
        return ""
    return f"{100 * (pair.effect.a if first else 1 - pair.effect.a):.0f}%"


def _p(pair: Pair) -> str:
    if np.isnan(pair.p):
        return ""
    return "< 0.001" if pair.p < 0.001 else f"{pair.p:.2g}"
