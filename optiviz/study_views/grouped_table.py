"""The grouped table: one row for each configuration, with what its runs came to and cost."""

import numpy as np

from optiviz.engine.wording import capitalised, measured
from optiviz.studies.comparison import Comparison, Group
from optiviz.studies.results import Results
from optiviz.study_views import StudyView
from optiviz.study_views.parts import Counted, compared, done, nothing_yet, rough
from optiviz.views.figure import Figure, LegendEntry, Table

_BEST, _AS_GOOD = 1.0, 0.4


class GroupedTable(StudyView):
    """Medians, quartiles, failures, success rate and expected running time."""

    kind = "grouped_table"
    label = "Configurations"
    place = 40
    reported = False

    over: Counted = "evaluations"

    def figure(self, results: Results) -> Figure:
        """Write the table, the best configuration first."""
        if empty := nothing_yet(results):
            return Figure(self.label, empty=empty)
        found = compared(results, self.over)
        rows = found.groups
        columns = [(name, cells) for name, cells in _columns(found) if any(cells)]
        best = found.best
        shade = np.zeros((len(rows), len(columns)))
        for i, row in enumerate(rows):
            if best is not None and row.configuration == best.configuration:
                shade[i] = _BEST
            elif best is not None and found.complete and row.configuration in best.not_worse:
                shade[i] = _AS_GOOD
        table = Table(
            rows=tuple(row.name for row in rows),
            columns=tuple(name for name, _ in columns),
            cells=tuple(zip(*(cells for _, cells in columns), strict=True)),
            shade=shade,
            row_title="configuration",
            fitted=True,
        )
        several = len(rows) > 1 and best is not None
        legend = []
        if best is not None and several:
            legend.append(LegendEntry(f"best: {best.name}", "accent"))
        if best is not None and several and found.complete and best.not_worse:
            legend.append(LegendEntry("paler: not told apart from it", "accent", "ring"))
        return Figure(
            title=self.label,
            note=done(results),
            tables=(table,),
            legend=tuple(legend),
            caption=_caption(found),
        )


def _columns(found: Comparison) -> list[tuple[str, list[str]]]:
    """Return the columns, the ones that matter most first; one without any text is left out."""
    rows = found.groups
    reached = f"{found.effort} to target"
    several, fails = len(rows) > 1, any(row.failed for row in rows)
    return [
        (f"median {found.label}", [_number(row.median, row) for row in rows]),
        ("quartiles", [_between(row.lower_quartile, row.upper_quartile, row) for row in rows]),
        ("reached target", [_share(row) for row in rows]),
        ("95% interval", [_between(row.interval.low, row.interval.high, row) for row in rows]),
        (f"expected {reached}", [_expected(row) for row in rows]),
        ("failed", [f"{row.failed} of {row.runs}" if fails and row.runs else "" for row in rows]),
        ("comes out first", [_first(row) if several else "" for row in rows]),
        ("best run", [_number(row.best, row) for row in rows]),
        ("runs", [f"{row.runs:,}" for row in rows]),
        (f"{found.effort} of a run", [rough(row.effort) for row in rows]),
        (
            "seconds of a run",
            [rough(row.seconds) if found.effort != "seconds" else "" for row in rows],
        ),
        ("train accuracy", [_number(row.train_accuracy, row) for row in rows]),
        ("test accuracy", [_number(row.test_accuracy, row) for row in rows]),
    ]


def _number(value: float, row: Group) -> str:
    if np.isnan(value):
        return "failed" if row.failed and row.runs else ""
    return measured(value)


def _between(low: float, high: float, row: Group) -> str:
    if row.runs < 2 or (np.isnan(low) and np.isnan(high)):
        return ""
    ends = (measured(v) if np.isfinite(v) else "failed" for v in (low, high))
    return " to ".join(ends)


def _share(row: Group) -> str:
    return (
        ""
        if row.success is None or not row.runs
        else f"{row.success.rate * row.runs:.0f} of {row.runs}"
    )


def _expected(row: Group) -> str:
    if row.expected_time is None or np.isnan(row.expected_time.value):
        return ""
    return "never yet" if np.isinf(row.expected_time.value) else rough(row.expected_time.value)


def _first(row: Group) -> str:
    if np.isnan(row.probability_best):
        return ""
    return f"{100 * row.probability_best:.0f}%"


def _caption(found: Comparison) -> str:
    words = [
        f"One row for each configuration, by the median {found.label}; a run that failed counts "
        "as the worst."
    ]
    if found.best is not None:
        words.append(capitalised(found.best.sentence))
    if found.target is not None:
        words.append(
            f"The expected {found.effort} to the target of {measured(found.target)} count what "
            "runs that didn't reach it spent in vain, as if one started anew after each."
        )
    if any(np.isfinite(row.probability_best) for row in found.groups) and len(found.groups) > 1:
        words.append(
            "How often a configuration comes out first is counted over draws of the same seeds "
            "with replacement."
        )
    return " ".join(words)
