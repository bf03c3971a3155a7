"""Tables of plain text that fit a terminal, and what a comparison says in them."""

import math
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from optiviz.analysis.runs.effort import LABELS
from optiviz.engine.run import Run
from optiviz.engine.wording import measured
from optiviz.studies.listing.columns import Column as RunColumn
from optiviz.studies.listing.columns import RunRow, columns_of, row_of_run
from optiviz.studies.listing.differences import Compared

if TYPE_CHECKING:
    from optiviz.studies.comparison import Comparison, Group, Pair

_NARROWEST, _WIDEST, _IN_A_PIPE = 80, 120, 100
_SHORTEST = 16  # texts are cut to so many characters before a column is left out
_LESS = ("seconds", "final", "status", "gradients", "problem")  # the first columns to go
_MOST_GROUPS, _MOST_PAIRS = 30, 15


class Column(NamedTuple):
    """One column: its heading and its cells, numbers at the right."""

    heading: str
    cells: Sequence[str]
    is_number: bool = True


def width() -> int:
    """Return how many characters a line may have here."""
    if not sys.stdout.isatty():
        return _IN_A_PIPE
    found = shutil.get_terminal_size((_IN_A_PIPE, 24)).columns
    return min(max(found, _NARROWEST), _WIDEST)


def table(columns: Sequence[Column]) -> Iterator[str]:
    """Yield the lines of a table.

    Where it is too wide, the widest texts are cut, then the last columns left out.

    Parameters
    ----------
    columns : sequence of Column
        All with as many cells; the most important first.
    """
    shown = [c for c in columns if any(c.cells)]
    widths = [max(len(c.heading), *(len(cell) for cell in c.cells), 1) for c in shown]
    while (over := sum(widths) + 2 * (len(widths) - 1) - width()) > 0:
        texts = [i for i, c in enumerate(shown) if not c.is_number and widths[i] > _SHORTEST]
        if texts:
            at = max(texts, key=widths.__getitem__)
            others = [widths[i] for i in texts if i != at]
            widths[at] = max(
                _SHORTEST, widths[at] - over, min(max(others, default=0), widths[at] - 1)
            )
        else:
            del shown[-1], widths[-1]
    for row in (None, *range(len(shown[0].cells) if shown else 0)):
        cells = []
        for column, wide in zip(shown, widths, strict=True):
            text = column.heading if row is None else column.cells[row]
            text = text if len(text) <= wide else text[: wide - 1] + "…"
            cells.append(text.rjust(wide) if column.is_number else text.ljust(wide))
        yield "  ".join(cells).rstrip()


def wrapped(sentence: str, first: str = "", rest: str = "") -> Iterator[str]:
    """Yield a sentence in lines that fit."""
    yield from textwrap.wrap(
        sentence, width(), initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def said(comparison: "Comparison", *, explain: bool = False) -> Iterator[str]:
    """Yield all that people read of a comparison: tables, sentences, cautions.

    Parameters
    ----------
    comparison : Comparison
    explain : bool
        Say each statistic in its own sentence too.
    """
    if comparison.title:
        yield from wrapped(comparison.title)
        yield ""
    yield from groups(comparison)
    if comparison.pairs and comparison.planned > len(comparison.groups):
        yield ""
        yield from pairs(comparison)
    yield ""
    for sentence in comparison.sentences:
        yield from wrapped(sentence)
    for entry in comparison.variances:
        if len(comparison.groups) <= _MOST_GROUPS:
            yield from wrapped(f"{entry.name}: {entry.variances.sentence}")
    if explain:
        for heading, sentences in _explained(comparison):
            yield from ("", heading)
            for sentence in sentences:
                yield from wrapped(sentence, "  ", "    ")
    if comparison.cautions:
        yield ""
    for caution in comparison.cautions:
        yield from wrapped(f"{caution.sentence} {caution.instead}".strip(), "! ", "  ")


def _explained(comparison: "Comparison") -> Iterator[tuple[str, list[str]]]:
    """Yield each statistic: its name, and what it says of each configuration or pair."""
    rows = [row for row in comparison.groups if row.runs][:_MOST_GROUPS]
    made = [pair for pair in comparison.pairs if pair.effect][:_MOST_PAIRS]
    tests = dict.fromkeys(pair.test.name for pair in comparison.pairs if pair.test)
    found = [
        ("Bootstrap interval of the median", [f"{r.name}: {r.interval.sentence}" for r in rows]),
        ("Success rate", [f"{r.name}: {r.success.sentence}" for r in rows if r.success]),
        (
            f"Expected running time, in {LABELS[comparison.effort]}",
            [f"{r.name}: {r.expected_time.sentence}" for r in rows if r.expected_time],
        ),
        (
            "Distribution of running times",
            [f"{r.name}: {r.running_times.sentence}" for r in rows if r.running_times],
        ),
        (
            f"{comparison.overall.name}'s rank test of all" if comparison.overall else "",
            [comparison.overall.sentence] if comparison.overall else [],
        ),
        (
            f"{' and '.join(tests)} test of pairs, adjusted by Holm's method",
            [pair.sentence for pair in made if pair.test],
        ),
        ("Effect size: Vargha and Delaney's A", [p.effect.sentence for p in made if p.effect]),
    ]
    yield from ((heading, sentences) for heading, sentences in found if sentences)


def groups(comparison: "Comparison") -> Iterator[str]:
    """Yield the grouped table: a row for each configuration, the best first."""
    rows = comparison.groups[:_MOST_GROUPS]
    one = comparison.planned <= len(comparison.groups)  # a single seed has no spread
    effort = LABELS[comparison.effort]
    columns = [
        Column("", [str(g.rank) if g.rank else "" for g in rows]),
        Column("", [g.name for g in rows], is_number=False),
        Column(comparison.label if one else "median", [_number(g.median) for g in rows]),
        Column("quartiles", [] if one else [_quartiles(g) for g in rows]),
        Column(
            "reached" if comparison.target is None else f"reached {comparison.target:g}",
            [_success(g) for g in rows],
        ),
        Column(
            "expected at",
            ["" if g.expected_time is None else _effort(g.expected_time.value) for g in rows],
        ),
        Column("first in", [_share(g.probability_best) for g in rows] if not one else []),
        Column("runs", [] if one else [f"{g.runs}/{g.planned}" for g in rows]),
        Column("failed", [str(g.failed) if g.failed else "" for g in rows]),
        Column(effort, [_effort(g.effort) for g in rows]),
        Column("seconds", [f"{g.seconds:.2g}" if math.isfinite(g.seconds) else "" for g in rows]),
        Column("train acc.", [_number(g.train_accuracy) for g in rows]),
        Column("test acc.", [_number(g.test_accuracy) for g in rows]),
    ]
    yield from table([c._replace(cells=c.cells or [""] * len(rows)) for c in columns])
    if len(comparison.groups) > len(rows):
        yield f"… and {len(comparison.groups) - len(rows):,} more; --json has all"


def pairs(comparison: "Comparison") -> Iterator[str]:
    """Yield the pairwise table."""
    rows = comparison.pairs[:_MOST_PAIRS]
    columns = [
        Column("", [f"{p.names[0]} – {p.names[1]}" for p in rows], is_number=False),
        Column("difference", [_number(p.difference) for p in rows]),
        Column("better in", [_better(p) for p in rows]),
        Column("p (Holm)", [_p(p.p) for p in rows]),
        Column("", ["differ" if p.differs else "can't be told apart" for p in rows], False),
    ]
    yield from table(columns)
    if len(comparison.pairs) > len(rows):
        yield f"… and {len(comparison.pairs) - len(rows):,} more; --json has all"


def of_runs(runs: Sequence[Run]) -> Iterator[str]:
    """Yield a table of runs: what the window's list shows of them."""
    rows = [row_of_run(run) for run in runs]
    if rows:
        yield from of_rows(rows, columns_of(rows))


def of_rows(rows: Sequence[RunRow], columns: Sequence[RunColumn]) -> Iterator[str]:
    """Yield a table of rows of the window's list, the columns that matter most first."""
    found = {column.key: column for column in columns}
    shown = [c for key, c in found.items() if key not in _LESS]
    shown += [found[key] for key in _LESS if key in found]
    headings = [c.label.replace(" accuracy", " acc.") for c in shown]
    yield from table(
        [
            Column(heading, [c.text(row) for row in rows], c.is_number)
            for heading, c in zip(headings, shown, strict=True)
        ]
    )


def of_differences(names: Sequence[str], settings: Sequence[Compared]) -> Iterator[str]:
    """Yield the settings in which runs differ, side by side."""
    if not settings:
        return
    values = [[setting.values[i] for setting in settings] for i in range(len(names))]
    yield from table(
        [
            Column("differs in", [setting.label for setting in settings], is_number=False),
            *(Column(name, v, False) for name, v in zip(names, values, strict=True)),
        ]
    )


def _number(value: float) -> str:
    return "" if math.isnan(value) else measured(value)


def _quartiles(group: "Group") -> str:
    if math.isnan(group.lower_quartile) and math.isnan(group.upper_quartile):
        return ""
    low, high = (_number(v) or "failed" for v in (group.lower_quartile, group.upper_quartile))
    return f"{low} to {high}"


def _success(group: "Group") -> str:
    return "" if group.success is None else f"{group.success.successes}/{group.success.runs}"


def _effort(value: float) -> str:
    if math.isnan(value):
        return ""
    return f"{value:,.0f}" if math.isfinite(value) else "never"


def _share(value: float) -> str:
    return "" if math.isnan(value) else f"{100 * value:.0f}%"


def _better(pair: "Pair") -> str:
    return "" if pair.effect is None else f"{100 * pair.effect.a:.0f}%"


def _p(value: float) -> str:
    if math.isnan(value):
        return ""
    return f"{value:.3f}" if value >= 0.0005 else "< 0.001"
