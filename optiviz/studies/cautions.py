"""What speaks against a comparison, each in a sentence, and what to do instead.

Here is what the specs of runs show by themselves, so that a live race can say it too; what a
study's results show besides is in `comparison.doubts`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optiviz.analysis.runs.effort import GRADIENT_WEIGHT, LABELS, EffortName
from optiviz.engine.problem import Problem
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import listed
from optiviz.problems.network_training import NetworkTraining

APART = 1.05  # efforts that differ by more aren't equal


@dataclass(frozen=True)
class Caution:
    """Something that makes a comparison say less than it seems to.

    Attributes
    ----------
    kind : str
        Which one it is, such as "few_seeds": for programs.
    sentence : str
        What is wrong, and why that matters.
    instead : str
        What to do instead.
    """

    kind: str
    sentence: str
    instead: str


def cautions_of(
    specs: Sequence[RunSpec],
    effort: EffortName,
    measure: str = "objective",
    weight: float = GRADIENT_WEIGHT,
) -> tuple[Caution, ...]:
    """Return what speaks against comparing runs, as far as their specs tell.

    Parameters
    ----------
    specs : sequence of RunSpec
        Those that are compared, any number.
    effort : str
        Over which they are compared.
    measure : str
        As `Study.measure`.
    weight : float
        A gradient counts as so many evaluations.
    """
    if len(specs) < 2:
        return tuple(of_clock(specs, effort))
    return (
        *_of_iterations(specs, effort, weight),
        *batches_apart(specs, effort),
        *of_goals(specs, measure),
        *of_data(specs),
        *_of_starts(specs),
        *of_clock(specs, effort),
        *_of_limits(specs, effort, weight),
        *_of_tuning(specs, measure),
        *_of_one_seed(specs),
    )


def cost_of_iteration(spec: RunSpec, weight: float = GRADIENT_WEIGHT) -> float:
    """Return about how many evaluations an iteration takes, gradients counted with a weight.

    Searches along a line take a few more.
    """
    optimizer = spec.optimizer
    slope = weight if optimizer.needs_gradient else 0.0
    return optimizer.evaluations_per_iteration(spec.problem.dim) + slope


def _share_of_rows(spec: RunSpec) -> float:
    """Return which part of the rows an evaluation of a search looks at: below 1 for batches."""
    rows = getattr(spec.optimizer, "rows_in_batch", None)
    return 1.0 if rows is None else min(1.0, rows / spec.problem.n_rows)


def iterations_apart(
    costs: dict[str, float], effort: EffortName, weight: float
) -> Iterator[Caution]:
    """Warn of iterations that cost differently.

    Parameters
    ----------
    costs : dict of str to float
        By algorithm, how many evaluations an iteration takes.
    effort : str
    weight : float
    """
    if effort != "iterations" or not costs or max(costs.values()) <= APART * min(costs.values()):
        return
    ordered = sorted(costs.items(), key=lambda item: item[1])
    if len(ordered) > 6:
        ordered = [*ordered[:3], *ordered[-3:]]
    said = listed([f"{cost:,.3g} for {name}" for name, cost in ordered])
    yield Caution(
        "iterations_across_families",
        f"An iteration isn't the same work for all: in evaluations it takes about {said} (a "
        f"gradient counted as {weight:g}), so whoever does more in each looks better than it is.",
        "Compare over evaluations.",
    )


def _of_iterations(
    specs: Sequence[RunSpec], effort: EffortName, weight: float
) -> Iterator[Caution]:
    costs = {spec.optimizer.label: cost_of_iteration(spec, weight) for spec in specs}
    yield from iterations_apart(costs, effort, weight)


def batches_apart(specs: Sequence[RunSpec], effort: EffortName) -> Iterator[Caution]:
    """Warn of evaluations that look at different parts of the rows."""
    shares = {spec.optimizer.label: _share_of_rows(spec) for spec in specs}
    least, most = (pick(shares, key=lambda name: shares[name]) for pick in (min, max))
    if effort in ("rows", "epochs", "seconds") or shares[most] <= APART * shares[least]:
        return
    yield Caution(
        "batches",
        f"A step of {least} looks at {100 * shares[least]:.2g}% of the rows and one of {most} at "
        f"{100 * shares[most]:.3g}%, but both count as one evaluation.",
        "Compare over rows seen, or over epochs.",
    )


def of_goals(specs: Sequence[RunSpec], measure: str) -> Iterator[Caution]:
    """Warn of values that aren't of the same thing."""
    goals = list(dict.fromkeys(spec.problem.reading.name for spec in specs))
    if measure == "objective" and len(goals) > 1:
        yield Caution(
            "different_goals",
            f"The runs make different things as good as possible: {listed(goals)}. Their values "
            "can't stand on one axis.",
            "Compare by a measure that all have, such as test accuracy.",
        )


def of_data(specs: Sequence[RunSpec]) -> Iterator[Caution]:
    """Warn of different data or problems."""
    problems = [spec.problem for spec in specs]
    data = [problem.dataset for problem in problems if isinstance(problem, NetworkTraining)]
    if not data:
        if any(problem != problems[0] for problem in problems):
            yield Caution(
                "different_data",
                "The runs solve different problems, so a better value may be of an easier one.",
                "Compare on the same problem.",
            )
    elif len(data) < len(problems) or any(one != data[0] for one in data):
        yield Caution(
            "different_data",
            "The runs have different data, or a different split of them into training and test "
            "rows, so a better value may be of easier rows.",
            "Compare on the same data and split; vary the split seed for all alike.",
        )


def start_of(problem: Problem) -> dict[str, object]:
    """Return what starts are drawn from, as plain data: a problem but for its goal."""
    goal = ("objective", "l1", "l2")
    return {name: value for name, value in problem.to_dict().items() if name not in goal}


def _of_starts(specs: Sequence[RunSpec]) -> Iterator[Caution]:
    first = specs[0]
    problems = [spec.problem for spec in specs]
    seeds = {(spec.seed, spec.start) for spec in specs}
    by_setting: dict[object, set[object]] = {}
    for spec in specs:
        setting = spec.optimizer, spec.problem, spec.stopping
        by_setting.setdefault(setting, set()).add((spec.seed, spec.start))
    # Several seeds of each are a study's; of single runs they are different starts.
    repeated = len(by_setting) > 1 and all(found == seeds for found in by_setting.values())
    if len(seeds) > 1 and not repeated:
        why = "The runs start from different points, as their seeds or given starts differ"
    elif any(p != first.problem for p in problems) and any(
        start_of(p) != start_of(first.problem) for p in problems
    ):
        why = "The runs start from different points, as they are drawn for different problems"
    else:
        return
    yield Caution(
        "different_starts",
        f"{why}: a lucky start may be taken for a better algorithm.",
        "Give all the same seeds and the same network, or compare over many seeds.",
    )


def of_clock(specs: Sequence[RunSpec], effort: EffortName) -> Iterator[Caution]:
    """Warn of time as a budget."""
    limited = any(spec.stopping.max_seconds is not None for spec in specs)
    if not limited and effort != "seconds":
        return
    what = "Runs end by the clock" if limited else "Runs are compared by the clock"
    yield Caution(
        "clock",
        f"{what}: seconds depend on the machine and on what else it does, so nobody gets the same "
        "again.",
        "Limit and compare evaluations; give the time beside them.",
    )


def _of_limits(specs: Sequence[RunSpec], effort: EffortName, weight: float) -> Iterator[Caution]:
    budgets = [_budget(spec, effort, weight) for spec in specs]
    known = [budget for budget in budgets if budget is not None]
    alike = all(spec.stopping == specs[0].stopping for spec in specs)
    if len(known) == len(specs):
        if max(known) > APART * min(known):
            yield unequal(min(known), max(known), effort)
    elif not alike:
        yield Caution(
            "different_stopping",
            "The runs end by different rules, so some may have had more time than others.",
            "Give all the same limit of evaluations.",
        )


def unequal(least: float, most: float, effort: EffortName) -> Caution:
    """Return the warning of efforts that differ."""
    unit = LABELS[effort] + "s" * (effort in ("iterations", "epochs"))
    return Caution(
        "different_stopping",
        f"The runs don't have the same effort: from {least:,.4g} to {most:,.4g} {unit}. Who spends "
        "more may look better for that alone.",
        "Compare at equal effort, or set the same limit of evaluations with gradients counted.",
    )


def _budget(spec: RunSpec, effort: EffortName, weight: float) -> float | None:
    """Return about what a run may use, or None where its spec doesn't tell."""
    stopping = spec.stopping
    by_rule = (stopping.max_seconds, stopping.target, stopping.patience)
    if any(limit is not None for limit in by_rule) or effort == "seconds":
        return None
    cost, share = cost_of_iteration(spec, weight), _share_of_rows(spec)
    counted = cost_of_iteration(spec, stopping.gradient_weight)
    looked = share * cost_of_iteration(spec, 0.0)  # epochs of an iteration
    limits: list[float] = []
    for limit, each in (
        (stopping.max_iterations, 1.0),
        (stopping.ended_at, 1.0),
        (stopping.max_evaluations, counted),
        (stopping.max_epochs, looked),
    ):
        if limit is not None:
            limits.append(limit / each)
    iterations = min(limits)
    rows = looked * spec.problem.n_rows
    per = {"iterations": 1.0, "evaluations": cost, "epochs": looked, "rows": rows}
    return iterations * per[effort]


def _of_tuning(specs: Sequence[RunSpec], measure: str) -> Iterator[Caution]:
    """Warn where settings of one algorithm are chosen by the test rows."""
    by_kind: dict[str, list[RunSpec]] = {}
    for spec in specs:
        by_kind.setdefault(spec.optimizer.kind, []).append(spec.replace(seed=0))
    for same in by_kind.values():
        if measure.startswith("test_") and any(spec != same[0] for spec in same):
            yield tuned(measure)
            return


def tuned(measure: str) -> Caution:
    """Return the warning of settings that are chosen by the test rows."""
    train = measure.replace("test_", "train_").replace("_", " ")
    return Caution(
        "tuned_on_test",
        "Settings are judged by the test rows. The best of many fits these rows by luck as well, "
        "so its value is better than it will be on new ones.",
        f"Choose by {train} or on another split, and use these test rows once, for what is chosen.",
    )


def _of_one_seed(specs: Sequence[RunSpec]) -> Iterator[Caution]:
    if len({spec.seed for spec in specs}) == 1:
        yield Caution(
            "one_seed",
            "Each was run with one seed: with another the order may be the other way round.",
            "Repeat it with at least 10 seeds, as a study.",
        )
