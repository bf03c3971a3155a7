"""The statistics of a study as tables: what configurations came to, what it took, pair by pair.

All numbers are those of `optiviz.studies.comparison`, which the window and the command line show.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from optiviz.analysis.runs.effort import LABELS
from optiviz.analysis.statistics.quartiles import quartiles
from optiviz.engine.wording import capitalised, listed, measured, rounded
from optiviz.reports.document import Block, Grid, Paragraphs
from optiviz.reports.words import seconds_of
from optiviz.studies.comparison import Comparison, Group, Pair
from optiviz.studies.measures import final, known_measures, reading_of
from optiviz.studies.results import Results
from optiviz.study_views.parts import compared, rough, runs_of

_COLOURED = 8  # configurations that have a colour each
_MOST = 66  # rows of a table: all pairs of twelve configurations
_Column = tuple[str, Callable[[Group], str]]


def tables_of(results: Results) -> Iterator[Block]:
    """Yield the tables that say something, each with what its columns mean."""
    found = compared(results)
    rows = [group for group in found.groups if group.runs][:_MOST]
    if not rows:
        return
    yield _final(found, rows)
    if any(row.runs > 1 for row in rows):
        yield _spread(found, rows)
    if metrics := _metrics(results, rows):
        yield metrics
    if found.target is not None:
        yield _target(found, rows)
    yield _taken(results, found, rows)
    if found.overall is not None:
        test = found.overall
        statistic = "" if np.isnan(test.statistic) else f", statistic {rounded(test.statistic)}"
        how = "by random exchanges of the values" if test.by_permutation else "by chi-squared"
        said = f"{test.name}'s rank test of all: p {_p(test.p, '= ')}{statistic}, {how}."
        yield Paragraphs((f"{said} {test.sentence}",))
    if found.pairs:
        yield _pairs(found)
    if found.variances:
        yield _variances(found)


def _grid(
    found: Comparison, rows: Sequence[Group], label: str, columns: Sequence[_Column], note: str
) -> Grid:
    """Return a table with a row for each configuration; columns that say nothing are left out."""
    cells = [(name, [cell(row) for row in rows]) for name, cell in columns]
    kept = [(name, texts) for name, texts in cells if any(texts)]
    left = sum(group.runs > 0 for group in found.groups) - len(rows)
    more = f" {left:,} more configurations are in the study's own file." if left else ""
    coloured = 1 < len(found.groups) <= _COLOURED
    return Grid(
        label,
        ("Configuration" if coloured else "", *(name for name, _ in kept)),
        tuple((row.name, *(texts[i] for _, texts in kept)) for i, row in enumerate(rows)),
        swatches=tuple(row.configuration for row in rows) if coloured else (),
        note=f"{note}{more}",
    )


def _final(found: Comparison, rows: Sequence[Group]) -> Grid:
    several = len(found.groups) > 1
    overall = found.overall
    places = sorted(group.configuration for group in found.groups if group.runs)
    ranks = () if overall is None else overall.mean_ranks
    mean = dict(zip(places, ranks, strict=False)) if len(ranks) == len(places) else {}
    columns: list[_Column] = [
        ("Rank", lambda row: f"{row.rank}" if several else ""),
        ("Runs", lambda row: f"{row.runs:,}"),
        ("Failed", lambda row: f"{row.failed:,}" if row.failed else ""),
        ("Median", lambda row: _number(row.median, row)),
        ("95% interval", lambda row: _between(row, row.interval.low, row.interval.high)),
        ("Mean rank", lambda row: f"{mean[row.configuration]:.2f}" if mean else ""),
        ("Comes out first", lambda row: _share(row.probability_best) if several else ""),
    ]
    notes = ["A run that failed counts as the worst."]
    methods = sorted({row.interval.method for row in rows} - {"none"})
    if methods:
        notes.append(f"The interval is that of the median ({' or '.join(methods)}).")
    if mean and overall is not None:
        of = "seeds" if overall.name == "Friedman" else "runs"
        notes.append(f"Mean ranks are over {of}, 1 being the best ({overall.name}).")
    if several and any(np.isfinite(row.probability_best) for row in rows):
        notes.append("How often one comes out first is counted over draws of the same seeds.")
    where = "at the end of each run" if found.at is None else f"at {found.at:,.6g}"
    better = "more is better" if found.more_is_better else "less is better"
    label = f"{capitalised(found.label)} {where}; {better}"
    return _grid(found, rows, label, columns, " ".join(notes))


def _spread(found: Comparison, rows: Sequence[Group]) -> Grid:
    columns: list[_Column] = [
        ("Best run", lambda row: _number(row.best, row)),
        ("Quartiles", lambda row: _between(row, row.lower_quartile, row.upper_quartile)),
        ("Worst run", lambda row: _number(row.worst, row)),
    ]
    note = "Half of the runs lie between the quartiles."
    if any(row.failed for row in rows):
        note += " The best and the worst are of the runs that didn't fail."
    return _grid(found, rows, "How far the runs lie apart", columns, note)


def _metrics(results: Results, rows: Sequence[Group]) -> Grid | None:
    """Return medians of all else that was measured where the runs ended, if anything was."""
    found, study = compared(results), results.study
    done = {group.number: group for group in runs_of(results)}
    specs = [configuration.spec for configuration in study.configurations]
    names = list(dict.fromkeys(n for s in specs for n in known_measures(s.problem)))

    def column(name: str) -> _Column | None:
        readings = {
            reading_of(name, s.problem).name for s in specs if name in known_measures(s.problem)
        }
        if name == study.measure or len(readings) > 1:  # those that aim at other things
            return None
        (label,) = readings

        def cell(row: Group) -> str:
            problem = specs[row.configuration].problem
            if name not in known_measures(problem):
                return ""
            records = done[row.configuration].records
            values = np.array([final(name, record, problem) for record in records])
            middle = quartiles(values, reading_of(name, problem).more_is_better)
            return measured(middle.median) if np.isfinite(middle.median) else ""

        return capitalised(label), cell

    columns = [made for made in map(column, names) if made is not None]
    labels = {found.label, *(reading_of(study.measure, s.problem).name for s in specs)}
    columns = [made for made in columns if made[0].lower() not in {x.lower() for x in labels}]
    told = [[cell(row) for row in rows] for _, cell in columns]
    if names[0] != study.measure and told and told[0] in told[1:]:
        del columns[0]  # the objective is one of those that follow, by another name
    if not columns:
        return None
    note = "Of the point that each run hands back; medians over its runs."
    return _grid(found, rows, "Everything that was measured there", columns, note)


def _target(found: Comparison, rows: Sequence[Group]) -> Grid:
    effort = LABELS[found.effort]
    columns: list[_Column] = [
        ("Reached it", _reached),
        ("95% interval of the rate", _rate),
        (f"Median {effort}", lambda row: _time(row.median_time)),
        (f"Expected {effort}", _expected),
    ]
    note = (
        "The interval of the rate is Wilson's. What is expected counts what the runs that didn't "
        "reach it spent in vain, as if one started anew after each."
    )
    assert found.target is not None
    label = f"Reaching the target, {found.label} {rounded(found.target)}"
    return _grid(found, rows, label, columns, note)


def _reached(row: Group) -> str:
    return "" if row.success is None else f"{row.success.successes:,} of {row.success.runs:,}"


def _rate(row: Group) -> str:
    rate = row.success
    return "" if rate is None else f"{100 * rate.low:.0f} to {100 * rate.high:.0f}%"


def _expected(row: Group) -> str:
    return "" if row.expected_time is None else _time(row.expected_time.value)


def _time(value: float) -> str:
    return "never yet" if np.isinf(value) else rough(value)


def _taken(results: Results, found: Comparison, rows: Sequence[Group]) -> Grid:
    done = {group.number: group.records for group in runs_of(results)}

    def column(name: str) -> Callable[[Group], str]:
        def cell(row: Group) -> str:
            values = [getattr(record, name) for record in done[row.configuration]]
            return f"{float(np.median(values)):,.0f}" if any(values) else ""

        return cell

    names = ("iterations", "evaluations", "gradient_evaluations", "rows_seen")
    columns: list[_Column] = [(capitalised(n.replace("_", " ")), column(n)) for n in names]
    columns.append(("Time of computing", lambda row: seconds_of(row.seconds)))
    note = "Medians over the runs; an empty place is none. Times depend on the machine."
    return _grid(found, rows, "What a run took", columns, note)


def _pairs(found: Comparison) -> Grid:
    made = found.pairs[:_MOST]
    cells: list[tuple[str, Callable[[Pair], str]]] = [
        ("Difference", lambda p: "" if np.isnan(p.difference) else measured(p.difference)),
        ("A", lambda p: "" if p.effect is None else f"{p.effect.a:.2f}"),
        ("95% interval of A", _interval),
        ("Effect", lambda p: "" if p.effect is None else p.effect.size),
        ("p", lambda p: "" if p.test is None else _p(p.test.p)),
        ("Adjusted p", lambda p: "" if np.isnan(p.p) else _p(p.p)),
        ("Differ", _verdict),
    ]
    texts = [(name, [cell(pair) for pair in made]) for name, cell in cells]
    kept = [(name, column) for name, column in texts if any(column)]
    words = [
        "The difference is that of the medians. A is the chance that a run of the first is better "
        "than one of the second, ties counting half (Vargha and Delaney)."
    ]
    tests = sorted({pair.test.name for pair in found.pairs if pair.test is not None})
    if tests:
        words.append(
            f"p is that of the {listed(tests)} test, and adjusted for the number of pairs by "
            "Holm's method; below 0.05 they differ."
        )
    else:
        words.append("Tests wait until all runs are done.")
    if len(found.pairs) > len(made):
        words.append(f"{len(found.pairs) - len(made):,} more pairs are left out.")
    firsts = {pair.names[0] for pair in found.pairs}
    against = len(firsts) == 1 < len(made)
    return Grid(
        f"{capitalised(made[0].names[0])} against" if against else "Pair by pair",
        ("", *(name for name, _ in kept)),
        tuple(
            (
                pair.names[1] if against else " – ".join(pair.names),
                *(column[i] for _, column in kept),
            )
            for i, pair in enumerate(made)
        ),
        note=" ".join(words),
    )


def _interval(pair: Pair) -> str:
    effect = pair.effect
    if effect is None or not np.isfinite(effect.low + effect.high):
        return ""
    return f"{effect.low:.2f} to {effect.high:.2f}"


def _verdict(pair: Pair) -> str:
    return "" if pair.test is None else "yes" if pair.differs else "not shown"


def _variances(found: Comparison) -> Grid:
    rows = []
    for one in found.variances[:_MOST]:
        shares = one.variances.shares
        rows.append((one.name, *(_share(share) for share in shares)))
    return Grid(
        "Where the variance is from",
        ("Configuration", "Seed of the search", "Seed of the split", "The two together"),
        tuple(rows),
        note=found.variances[0].variances.sentence if len(rows) == 1 else "",
    )


def _number(value: float, row: Group) -> str:
    if np.isnan(value):
        return "failed" if row.failed else ""
    return measured(value)


def _between(row: Group, low: float, high: float) -> str:
    if row.runs < 2 or (np.isnan(low) and np.isnan(high)):
        return ""
    ends = (measured(v) if np.isfinite(v) else "failed" for v in (low, high))
    return " to ".join(ends)


def _share(value: float) -> str:
    return "" if np.isnan(value) else f"{100 * value:.0f}%"


def _p(value: float, before: str = "") -> str:
    return "< 0.001" if value < 0.001 else f"{before}{value:.2g}"
