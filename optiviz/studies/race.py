"""A race: algorithms on the same data, split and starting weights, over at equal effort."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Annotated, NamedTuple

from optiviz.analysis.runs.effort import GRADIENT_WEIGHT, WEIGHT, EffortName
from optiviz.analysis.runs.spending import Level
from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake, Param, Parameters, SpecError
from optiviz.engine.problem import Problem
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.engine.wording import listed, told_apart
from optiviz.networks.losses import LOSSES
from optiviz.problems.network_training import NetworkTraining
from optiviz.studies.cautions import Caution, cautions_of

_SLOPED = ("log_loss", "mean_squared_error", "hinge")  # what is raced on instead, the first first
_STEP = 1 + GRADIENT_WEIGHT  # what an iteration of a descent costs in evaluations
_USUAL = 1000  # iterations of a descent
_NAMED = 4  # algorithms in a sentence


class Budget(Parameters):
    """When a race is over: every racer has used up the same."""

    effort: Annotated[
        EffortName,
        Param(
            "What every racer may use up as much of.",
            label="Equal",
            choices={"rows": "rows seen"},
        ),
    ] = "evaluations"
    amount: Annotated[
        float,
        Param("How much each may use up.", label="Finish at", gt=0, le=1e12, scale="log"),
    ] = _USUAL * _STEP
    gradient_weight: Annotated[float, replace(WEIGHT, when=("effort", ("evaluations",)))] = (
        GRADIENT_WEIGHT
    )

    @property
    def level(self) -> Level:
        """What the racers are compared at."""
        return Level(self.effort, self.gradient_weight)

    def stopping(self, n_rows: int) -> StoppingCriterion:
        """Return the limit that ends a run when its budget is used up.

        Parameters
        ----------
        n_rows : int
            The training rows: an epoch.
        """
        whole = ceil(self.amount)
        if self.effort == "iterations":
            return StoppingCriterion(max_iterations=whole)
        if self.effort == "evaluations":
            return StoppingCriterion(max_evaluations=whole, gradient_weight=self.gradient_weight)
        if self.effort == "seconds":
            return StoppingCriterion(max_seconds=self.amount)
        epochs = self.amount if self.effort == "epochs" else self.amount / n_rows
        return StoppingCriterion(max_epochs=epochs)


class Racer(NamedTuple):
    """One run of a race.

    Attributes
    ----------
    name : str
    spec : RunSpec
    """

    name: str
    spec: RunSpec


class Race(NamedTuple):
    """The runs of a race, and what should be known of them.

    Attributes
    ----------
    racers : tuple of Racer
    budget : Budget
    sentences : tuple of str
        Such as who races on another objective, and why.
    cautions : tuple of Caution
        What speaks against reading much into it.
    """

    racers: tuple[Racer, ...]
    budget: Budget
    sentences: tuple[str, ...]
    cautions: tuple[Caution, ...] = ()


def budget_of(spec: RunSpec) -> Budget:
    """Return the budget that a set-up suggests: about what its iterations cost a descent."""
    limits = spec.stopping
    if limits.max_evaluations is not None:
        return Budget(amount=limits.max_evaluations)
    if limits.max_iterations is not None:
        return Budget(amount=_STEP * limits.max_iterations)
    if limits.max_epochs is not None:
        return Budget(effort="epochs", amount=limits.max_epochs)
    return Budget()


def race_of(spec: RunSpec, optimizers: Sequence[tuple[str, Optimizer]], budget: Budget) -> Race:
    """Return the race of algorithms on the problem of a spec, from its start.

    Parameters
    ----------
    spec : RunSpec
        Its algorithm, limits and changes don't matter.
    optimizers : sequence of (str, Optimizer)
        Names and algorithms; equal names are told apart by numbers.
    budget : Budget

    Raises
    ------
    SpecError
        Naming every algorithm that can't race here, and why.
    """
    racers, mistakes, moved = [], [], dict[str, list[str]]()
    if not optimizers:
        raise SpecError([Mistake("", "choose at least one algorithm")])
    names = told_apart(name for name, _ in optimizers)
    for name, (_, optimizer) in zip(names, optimizers, strict=True):
        try:
            problem = suited(spec.problem, optimizer)
            made = RunSpec(
                problem=problem,
                optimizer=optimizer,
                stopping=budget.stopping(problem.n_rows),
                seed=spec.seed,
                start=spec.start,
            )
        except SpecError as error:
            mistakes += [Mistake(name, mistake.message) for mistake in error.mistakes]
            continue
        racers.append(Racer(name, made))
        if problem is not spec.problem:
            moved.setdefault(problem.reading.name, []).append(name)
    if mistakes:
        raise SpecError(mistakes)
    sentences = [
        f"{listed(who, _NAMED)} {'needs' if len(who) == 1 else 'need'} a slope, which "
        f"{spec.problem.reading.name} has not: {'it races' if len(who) == 1 else 'they race'} on "
        f"{on}, with the same rows and the same start."
        for on, who in moved.items()
    ]
    if budget.effort == "seconds":
        sentences.append(
            "By the clock no race ends twice alike: the machine and what else it does decide with."
        )
    measure = "train_accuracy" if moved else "objective"
    specs = [racer.spec for racer in racers]
    found = cautions_of(specs, budget.effort, measure, budget.gradient_weight)
    cautions = tuple(caution for caution in found if caution.kind != "clock")  # said already
    return Race(tuple(racers), budget, tuple(sentences), cautions)


def suited(problem: Problem, optimizer: Optimizer) -> Problem:
    """Return a problem with an objective that an algorithm can work on, its own one if it can.

    Raises
    ------
    SpecError
        If no objective would do.
    """
    refused = list(optimizer.check_problem(problem))
    if not refused:
        return problem
    if isinstance(problem, NetworkTraining):
        for objective in _SLOPED:
            if objective not in LOSSES or objective == problem.objective:
                continue
            try:
                other = problem.replace(objective=objective)
            except SpecError:
                continue
            if not list(optimizer.check_problem(other)):
                return other
    words = [sentence.removeprefix(f"{optimizer.kind} ") for _, sentence in refused]
    raise SpecError([Mistake("optimizer", sentence) for sentence in words])
