"""What a study says: tables, tests, and which is best and how sure that is.

Computed once here, and shown by the window, the command line and reports.
"""

from dataclasses import replace

import numpy as np

from optiviz.analysis.runs.effort import LABELS, EffortName
from optiviz.analysis.statistics.variances import crossed_variances
from optiviz.studies.comparison.doubts import doubts
from optiviz.studies.comparison.groups import groups
from optiviz.studies.comparison.pairs import Ground, overall, pairs
from optiviz.studies.comparison.tables import (
    Best,
    Comparison,
    ConfigurationVariances,
    Group,
    Pair,
)
from optiviz.studies.comparison.values import (
    best_possible,
    columns,
    common_effort,
    shared_seeds,
    shares_seeds,
    table,
    target_of,
)
from optiviz.studies.comparison.words import best_of, said_of
from optiviz.studies.measures import reading_of
from optiviz.studies.plan import Study
from optiviz.studies.results import Results

__all__ = ["Best", "Comparison", "ConfigurationVariances", "Group", "Pair", "compare"]


def compare(
    results: Results, effort: EffortName = "evaluations", at: float | str | None = None
) -> Comparison:
    """Compare the configurations of a study.

    Parameters
    ----------
    results : Results
        They may be partial: tests are withheld then.
    effort : str
        What times to the target, and `at`, are counted in.
    at : float or "equal", optional
        Compare at this effort, or at the largest that every run reached, by each run's last
        measurement before it; at the end of each run if it is left out.

    Raises
    ------
    ValueError
        If the effort is unknown, or `at` is no positive number.
    """
    if effort not in LABELS:
        raise ValueError(f"effort must be one of {', '.join(LABELS)}, not {effort!r}")
    study = results.study
    common = common_effort(results, effort)
    where = _place(at, common)
    found = columns(results, effort, where)
    problem = study.configurations[0].spec.problem
    reading = reading_of(study.measure, problem)
    ground = Ground(
        columns=found,
        more_is_better=reading.more_is_better,
        best_possible=best_possible(study.measure, problem),
        paired=shares_seeds(study),
        crossed=min(len(study.search_seeds), len(study.split_seeds)) > 1,
        withheld=not results.complete,
    )
    seeds = shared_seeds(found)
    target = target_of(study)
    rows = groups(study, ground, effort, target, seeds)
    begun = tuple(row for row in rows if row.runs)
    made = pairs(ground, begun)
    together = overall(ground, tuple(sorted(row.configuration for row in begun)))
    draft = Comparison(
        title=study.title,
        measure=study.measure,
        label=reading.name,
        more_is_better=reading.more_is_better,
        effort=effort,
        gradient_weight=study.gradient_weight,
        at=where,
        common=common,
        target=target,
        runs=len(results.records),
        planned=study.size,
        paired=ground.paired,
        groups=rows,
        pairs=made,
        overall=together,
        best=best_of(study, ground, begun, made, reading.name),
        variances=_variances(study, ground),
        cautions=doubts(results, found, effort, where),
        sentences=(),
    )
    return replace(draft, sentences=said_of(study, ground, draft))


def _place(at: float | str | None, common: float) -> float | None:
    if at is None:
        return None
    if at == "equal":
        return None if np.isnan(common) else common
    place = float(at)
    if not 0 < place < np.inf:
        raise ValueError(f"at must be a positive number or 'equal', not {at!r}")
    return place


def _variances(study: Study, ground: Ground) -> tuple[ConfigurationVariances, ...]:
    """Return the variances of each configuration all of whose runs are done."""
    if not ground.crossed:
        return ()
    made = []
    for i, (configuration, column) in enumerate(
        zip(study.configurations, ground.columns, strict=True)
    ):
        values = table((column,), list(column.seeds), study)[0]
        if values.ndim == 2:
            made.append(ConfigurationVariances(i, configuration.name, crossed_variances(values)))
    return tuple(made)
