"""Which is best and how sure that is, and what was compared, in sentences."""

from collections.abc import Iterator

import numpy as np

from optiviz.analysis.runs.effort import LABELS
from optiviz.analysis.runs.prices import Price, price_along, why_prices_differ
from optiviz.analysis.statistics.two import fewest_runs
from optiviz.engine.wording import capitalised, counted, listed, measured
from optiviz.studies.comparison.pairs import MOST_RIVALS, Ground, differing
from optiviz.studies.comparison.tables import Best, Comparison, Group, Pair
from optiviz.studies.comparison.values import independent_seeds
from optiviz.studies.plan import Study

_UNITS = {**LABELS, "iterations": "iterations", "epochs": "epochs"}


def best_of(
    study: Study, ground: Ground, ranked: tuple[Group, ...], made: tuple[Pair, ...], label: str
) -> Best | None:
    """Return which of the ranked configurations is best, and how sure that is."""
    if not ranked or np.isnan(ranked[0].median):
        return None
    first = ranked[0]
    below = {pair.second for pair in made if pair.first == first.configuration and differing(pair)}
    rivals = tuple(g for g in ranked[1:MOST_RIVALS] if g.configuration not in below)
    return Best(
        configuration=first.configuration,
        name=first.name,
        value=first.median,
        interval=first.interval,
        probability=first.probability_best,
        not_worse=tuple(sorted(g.configuration for g in rivals)),
        **_said_of_best(study, ground, ranked, rivals, label),
    )


def _said_of_best(
    study: Study, ground: Ground, ranked: tuple[Group, ...], rivals: tuple[Group, ...], label: str
) -> dict[str, str]:
    """Return the sentence on which is best, a headline, and how sure that is."""
    first = ranked[0]
    came = _came_to(first, label)
    value = f"{'median ' if first.runs > 1 else ''}{label} {measured(first.median)}"
    if len(ranked) == 1:
        said = f"{first.name} came to {came}."
        return {"sentence": said, "headline": f"{first.name}: {value}.", "how_sure": ""}
    same = [g for g in ranked if g.rank == 1]
    all_best = all(
        column.values.size and np.all(column.values == ground.best_possible)
        for column in (ground.columns[g.configuration] for g in ranked)
    )
    if all_best:
        best = f"All {len(ranked):,} came to the best {label} that is possible in every run"
        why = "it doesn't say which is better: compare the time to reach it, or take a harder task."
        how_sure = f"{why[:1].upper()}{why[1:]}"
        return {"sentence": f"{best}, so {why}", "headline": f"{best}.", "how_sure": how_sure}
    if len(same) > 1:
        names = listed([g.name for g in same])
        said = headline = f"{names} share the best median {label}, {measured(first.median)}"
    else:
        said = f"{first.name} is ahead with {came}"
        sure = "" if ground.withheld or not rivals else ", though not surely"
        headline = f"{first.name} is ahead{sure}: {value}"
    if np.isfinite(first.probability_best):
        said += (
            f"; with other seeds {first.name} would come out first in about "
            f"{100 * first.probability_best:.0f} of 100 studies"
        )
    headline = f"So far {headline}" if ground.withheld else headline
    how_sure = _sure(study, ground, ranked, rivals)
    sentence = f"{said}. {capitalised(how_sure)}"
    return {"sentence": sentence, "headline": f"{headline}.", "how_sure": how_sure}


def _sure(
    study: Study, ground: Ground, ranked: tuple[Group, ...], rivals: tuple[Group, ...]
) -> str:
    n = independent_seeds(study)
    others, first = len(ranked) - 1, ranked[0].name
    needed = fewest_runs(len(ranked) * others // 2, paired=ground.paired)
    if ground.withheld:
        return "How sure that is can be said when all runs are done."
    if not rivals:
        said = "Each of the others is worse" if others > 1 else f"{ranked[1].name} is worse"
        return f"{said} by more than luck explains."
    if n < needed:
        return (
            f"With {counted(n, 'seed')} nothing can be said of how sure that is: at least {needed} "
            "are needed."
        )
    names = listed([group.name for group in rivals])
    if len(rivals) == others:
        whom = names if others == 1 else f"any of the {others:,} others" if others > 6 else names
        return f"{first} can't be told apart from {whom}: which is best is open."
    told = f"{first} can't be told apart from {names}"
    return f"{told}; the others are worse by more than luck explains."


def _came_to(group: Group, label: str) -> str:
    if group.runs == 1:
        return f"a {label} of {measured(group.median)} in its one run"
    said = f"a median {label} of {measured(group.median)} over {group.runs:,} runs"
    low, high = group.interval.low, group.interval.high
    if np.isfinite(low + high) and not group.interval.same:
        said += f" (95% interval {measured(low)} to {measured(high)})"
    return said


def said_of(study: Study, ground: Ground, drafted: Comparison) -> tuple[str, ...]:
    """Return what a comparison says, to be read in order."""
    said = [_where(drafted)]
    if drafted.best is not None:
        said.append(drafted.best.sentence)
    elif drafted.runs:
        said.append("So many runs failed that no configuration has a median.")
    if drafted.overall is not None:
        said.append(drafted.overall.sentence)
    if not drafted.complete:
        said.append(
            f"{drafted.runs:,} of {counted(drafted.planned, 'run')} are done: tests are withheld "
            "until all are, since who looks until something shows finds differences that aren't "
            "there."
        )
    if len(drafted.groups) > 1 and drafted.runs:
        said.append(_how_paired(study, ground))
    rest = sum(1 for group in drafted.groups if group.runs) - MOST_RIVALS
    if rest > 0 and not ground.withheld:
        said.append(f"Only the {MOST_RIVALS:,} best were tested against the first.")
    said += _of_time(drafted)
    dear = why_prices_differ(_prices(study, ground), drafted.gradient_weight)
    if dear:
        said.append(f"{dear} So equal iterations are not equal work.")
    return tuple(said)


def _prices(study: Study, ground: Ground) -> Iterator[tuple[str, Price | None]]:
    """Yield what an iteration of each configuration cost in its first run."""
    for configuration, column in zip(study.configurations, ground.columns, strict=True):
        if column.records:
            spec, spent = configuration.spec, column.records[0].course.spent
            yield spec.optimizer.label, price_along(spent, spec.problem.n_rows)


def _where(drafted: Comparison) -> str:
    more = "more is better" if drafted.more_is_better else "less is better"
    label = capitalised(drafted.label)
    if drafted.at is None:
        return f"{label} at the end of each run; {more}."
    unit = _UNITS[drafted.effort]
    equal = ", the most that every run reached" if drafted.at == drafted.common else ""
    return (
        f"{label} at {drafted.at:,.6g} {unit}{equal}; {more}. A run's value there is that of its "
        "last measurement up to then."
    )


def _how_paired(study: Study, ground: Ground) -> str:
    if not ground.paired:
        return (
            "The configurations have different networks or data, so runs of the same seed have no "
            "more in common than any others: they are compared as independent groups."
        )
    if ground.crossed:
        return (
            "Runs that share a seed or a split aren't independent, so differences are tested over "
            "the seeds of the search and over the splits, and the larger p counts."
        )
    shared = "the same training rows" if len(study.split_seeds) > 1 else "the same start"
    return f"Runs of the same seed have {shared}: they are compared in pairs."


def _of_time(drafted: Comparison) -> list[str]:
    said = []
    if drafted.effort == "evaluations" and (drafted.target is not None or drafted.at is not None):
        said.append(
            f"A gradient counts as {drafted.gradient_weight:g} evaluations besides its value."
        )
    if drafted.target is not None:
        said.append(
            f"The target is {measured(drafted.target)}. When it was reached is read at the places "
            "where runs were measured, so times are a little long."
        )
    return said
