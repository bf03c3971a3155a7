"""Cautions that only a study's results can give: what its runs did, and how it was looked at."""

from collections.abc import Iterator

import numpy as np

from optiviz.analysis.runs.effort import EffortName
from optiviz.analysis.statistics.two import fewest_runs
from optiviz.engine.wording import counted, listed
from optiviz.studies.cautions import (
    APART,
    Caution,
    batches_apart,
    iterations_apart,
    of_clock,
    of_data,
    of_goals,
    tuned,
    unequal,
)
from optiviz.studies.comparison.values import Column, best_possible, independent_seeds, shares_seeds
from optiviz.studies.plan import Study
from optiviz.studies.results import Results


def doubts(
    results: Results, found: tuple[Column, ...], effort: EffortName, at: float | None
) -> tuple[Caution, ...]:
    """Return what speaks against a comparison of a study's results.

    Parameters
    ----------
    results : Results
    found : tuple of Column
        What was read of its runs.
    effort : str
    at : float or None
        The effort at which they are compared.
    """
    study = results.study
    specs = [configuration.spec for configuration in study.configurations]
    several = len(specs) > 1
    return (
        *_of_looks(results),
        *_of_seeds(study),
        *(_of_families(study, found, effort) if several else ()),
        *(batches_apart(specs, effort) if several else ()),
        *(of_goals(specs, study.measure) if several else ()),
        *(of_data(specs) if several and not _varies_problem(study) else ()),
        *of_clock(specs, effort),
        *(_of_efforts(found, effort) if several and at is None else ()),
        *_of_test_rows(study),
        *_of_ceiling(study, found),
        *_of_chance(study, found),
        *_unmeasured(study, found),
    )


def _varies_problem(study: Study) -> bool:
    return any(path.startswith("problem.") for path in study.over)


def _of_looks(results: Results) -> Iterator[Caution]:
    done = len(results.records)
    before = sorted({look for look in results.looks if look < done})
    if not before:
        return
    when = listed([f"{look:,}" for look in before])
    yield Caution(
        "peeking",
        f"Tests were looked at when {when} runs were done, and more were added since. Who goes on "
        "until a difference shows finds one that isn't there far more often than 5 of 100 times.",
        "Decide on the number of seeds first. Repeat the study with that many new seeds, and "
        "believe those alone.",
    )


def _of_seeds(study: Study) -> Iterator[Caution]:
    k = len(study.configurations)
    n, tests = independent_seeds(study), max(1, k * (k - 1) // 2)
    if n == 1:
        yield Caution(
            "one_seed",
            "There is one seed, so nothing tells a difference from luck.",
            "Take at least 10 seeds.",
        )
        return
    needed = fewest_runs(tests, paired=k == 1 or shares_seeds(study))
    if n >= needed:
        return
    if k == 1:
        said = f"{counted(n, 'seed')} can't bound a median at 95%."
    else:
        of = f"{counted(tests, 'comparison')}"
        said = f"With {counted(n, 'seed')} and {of} no test can show a difference, however large."
    yield Caution("few_seeds", said, f"Take at least {needed} seeds, better 30.")


def _of_families(study: Study, found: tuple[Column, ...], effort: EffortName) -> Iterator[Caution]:
    weight, costs = study.gradient_weight, {}
    for configuration, column in zip(study.configurations, found, strict=True):
        spent = [
            (r.evaluations + weight * r.gradient_evaluations) / r.iterations
            for r in column.records
            if r.iterations
        ]
        if spent:
            costs[configuration.name] = float(np.median(spent))
    yield from iterations_apart(costs, effort, weight)


def _of_efforts(found: tuple[Column, ...], effort: EffortName) -> Iterator[Caution]:
    if effort == "seconds":
        return
    spent = [
        float(np.median(column.spent[np.isfinite(column.values)]))
        for column in found
        if np.isfinite(column.values).any()
    ]
    if spent and max(spent) > APART * min(spent):
        yield unequal(min(spent), max(spent), effort)


def _of_test_rows(study: Study) -> Iterator[Caution]:
    if not study.measure.startswith("test_") or len(study.configurations) < 2:
        return
    kinds = [configuration.spec.optimizer.kind for configuration in study.configurations]
    if study.over or len(set(kinds)) < len(kinds):
        yield tuned(study.measure)
        return
    yield Caution(
        "best_of_test",
        f"The best of {len(kinds):,} is chosen by the test rows, so a part of its lead is luck "
        "with these rows.",
        "Say how the others did too, or measure the best one on rows that chose nothing.",
    )


def _of_ceiling(study: Study, found: tuple[Column, ...]) -> Iterator[Caution]:
    best = best_possible(study.measure, study.configurations[0].spec.problem)
    values = np.concatenate([column.values for column in found])
    if best is None or len(values) < 2:
        return
    there = int((values == best).sum())
    if 2 * there < len(values):
        return
    yield Caution(
        "ceiling",
        f"{there:,} of {counted(len(values), 'run')} came to the best value that is possible, "
        f"{best:g}: what is there can't be told apart.",
        "Compare the time to reach it, measure log loss, or take a harder task.",
    )


def _of_chance(study: Study, found: tuple[Column, ...]) -> Iterator[Caution]:
    """Warn where seeds change nothing, so that many runs are one."""
    same = [
        configuration.name
        for configuration, column in zip(study.configurations, found, strict=True)
        if len(column.records) > 1
        and column.records[0].digest
        and len({record.digest for record in column.records}) == 1
    ]
    if same:
        yield Caution(
            "nothing_random",
            f"All runs of {listed(same)} are the same to the last bit, as the start is given and "
            "nothing is drawn: many seeds say no more than one.",
            "Leave the start out, so that each seed draws its own, or vary the split.",
        )


def _unmeasured(study: Study, found: tuple[Column, ...]) -> Iterator[Caution]:
    if study.measure == "objective":
        return
    without = [
        configuration.name
        for configuration, column in zip(study.configurations, found, strict=True)
        if any(not r.failed for r in column.records)
        and not any(study.measure in r.metrics for r in column.records)
    ]
    if without:
        yield Caution(
            "unmeasured",
            f"{listed(without)} has no {study.measure.replace('_', ' ')}, so all of its runs "
            "count as failed.",
            "Compare by a measure that all have.",
        )
