"""What is set of a study beside its configurations, as typed fields that forms follow."""

from collections.abc import Iterator
from typing import Annotated, Literal

from optiviz.analysis.runs.effort import GRADIENT_WEIGHT
from optiviz.engine.parameters import Param, Parameters
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StoppingCriterion
from optiviz.studies.plan import Measure, Study

_MOST_SEEDS = 10_000
_LAST_SEED = 2**32 - 1


class Seeds(Parameters):
    """How often everything is run again, and what chance decides each time."""

    vary: Annotated[
        Literal["search", "split", "both"],
        Param(
            "What another seed changes. With both, every pair is run, so that the two variances "
            "can be told apart.",
            label="Vary",
            choices={
                "search": "Start and search",
                "split": "Training and test rows",
                "both": "Both, every pair",
            },
        ),
    ] = "search"
    count: Annotated[
        int, Param("How many seeds.", label="How many", ge=1, le=_MOST_SEEDS, scale="log")
    ] = 10
    splits: Annotated[
        int,
        Param(
            "How many seeds of the split, each with every seed of the search.",
            label="Splits",
            ge=1,
            le=_MOST_SEEDS,
            when=("vary", ("both",)),
        ),
    ] = 5
    first: Annotated[
        int, Param("The others follow it.", label="First seed", ge=0, le=_LAST_SEED)
    ] = 1
    listed: Annotated[
        tuple[int, ...], Param("Seeds that don't follow each other.", ge=0, le=_LAST_SEED)
    ] = ()

    def check(self) -> Iterator[tuple[str, str]]:
        """Refuse seeds beyond the last one."""
        if self.first + max(self.count, self.splits) - 1 > _LAST_SEED:
            yield "first", f"leaves no room for so many seeds below {_LAST_SEED + 1:,}"

    @property
    def search_seeds(self) -> tuple[int, ...]:
        """Of start and search."""
        if self.vary == "split":
            return (self.first,)
        return self.listed or tuple(range(self.first, self.first + self.count))

    @property
    def split_seeds(self) -> tuple[int, ...]:
        """Of the split; empty for each configuration's own."""
        if self.vary == "search":
            return ()
        count = self.count if self.vary == "split" else self.splits
        return tuple(range(self.first, self.first + count))

    def with_more(self, more: int) -> "Seeds":
        """Return these and so many more."""
        if self.listed:
            following = range(max(self.listed) + 1, max(self.listed) + 1 + more)
            return self.replace(listed=(*self.listed, *following), count=self.count + more)
        return self.replace(count=self.count + more)

    @classmethod
    def of(cls, study: Study) -> "Seeds":
        """Return the seeds of a study that was made elsewhere."""
        search, split = study.search_seeds, study.split_seeds
        if split and len(search) == 1:
            return cls(vary="split", count=len(split), first=split[0])
        follow = search == tuple(range(search[0], search[0] + len(search)))
        return cls(
            vary="both" if split else "search",
            count=len(search),
            splits=max(1, len(split)),
            first=search[0],
            listed=() if follow else search,
        )


class Budget(Parameters):
    """When every run ends: at equal cost, as far as that can be said."""

    by: Annotated[
        Literal["evaluations", "iterations", "epochs", "own"],
        Param(
            "What all runs may use up alike. Iterations and epochs mean other things to other "
            "algorithms; evaluations are work.",
            label="Equal",
            choices={
                "evaluations": "Evaluations",
                "iterations": "Iterations",
                "epochs": "Epochs",
                "own": "As each is set up",
            },
        ),
    ] = "evaluations"
    max_evaluations: Annotated[
        int,
        Param(
            "How often a point may be scored.",
            label="Evaluations",
            ge=1,
            le=10**12,
            scale="log",
            when=("by", ("evaluations",)),
        ),
    ] = 1000
    gradient_weight: Annotated[
        float,
        Param(
            "A gradient costs about two evaluations more: its backward pass does twice the "
            "products of a forward pass.",
            label="A gradient counts as",
            ge=0,
            le=1e6,
        ),
    ] = GRADIENT_WEIGHT
    max_iterations: Annotated[
        int,
        Param(
            "Updates of the point.",
            label="Iterations",
            ge=0,
            le=10**12,
            scale="log",
            when=("by", ("iterations",)),
        ),
    ] = 1000
    max_epochs: Annotated[
        float,
        Param(
            "How often it may go over the rows.",
            label="Epochs",
            gt=0,
            le=1e9,
            scale="log",
            when=("by", ("epochs",)),
        ),
    ] = 20.0

    def stopping(self, spec: RunSpec) -> StoppingCriterion:
        """Return the limits of a run."""
        if self.by == "evaluations":
            return StoppingCriterion(
                max_evaluations=self.max_evaluations, gradient_weight=self.gradient_weight
            )
        if self.by == "iterations":
            return StoppingCriterion(max_iterations=self.max_iterations)
        if self.by == "epochs":
            return StoppingCriterion(max_epochs=self.max_epochs)
        return spec.stopping

    @classmethod
    def of(cls, study: Study) -> "Budget":
        """Return the limits that all runs of a study share, or that each has its own."""
        limits = {configuration.spec.stopping for configuration in study.configurations}
        weight = study.gradient_weight
        for limit in limits if len(limits) == 1 else ():
            kept = {name: v for name, v in limit.to_dict().items() if name != "gradient_weight"}
            for by, name in (
                ("evaluations", "max_evaluations"),
                ("iterations", "max_iterations"),
                ("epochs", "max_epochs"),
            ):
                same = by != "evaluations" or limit.gradient_weight == weight
                if set(kept) == {name} and same:
                    return cls.from_dict({"by": by, "gradient_weight": weight, **kept})
        return cls(by="own", gradient_weight=weight)


class Measured(Parameters):
    """What is compared at the end, and what is to be reached."""

    measure: Annotated[Measure, Param("What is compared at the end of each run.")] = "objective"
    target: Annotated[
        float | None,
        Param("How long each takes to reach it is measured too.", label="Target", unset="none"),
    ] = None


class Values(Parameters):
    """The values of a number that is swept."""

    how: Annotated[
        Literal["range", "list"],
        Param("How they are given.", label="Values", choices={"range": "From, to", "list": "List"}),
    ] = "range"
    low: Annotated[float, Param("The lowest.", label="From", when=("how", ("range",)))] = 0.01
    high: Annotated[float, Param("The highest.", label="To", when=("how", ("range",)))] = 1.0
    steps: Annotated[
        int, Param("How many.", label="How many", ge=2, le=1000, when=("how", ("range",)))
    ] = 5
    scale: Annotated[
        Literal["log", "linear"],
        Param(
            "How they are spaced.",
            label="Spaced",
            choices={"log": "By a factor", "linear": "Evenly"},
            when=("how", ("range",)),
        ),
    ] = "log"
    values: Annotated[
        tuple[float, ...],
        Param("The values.", label="The values", max_length=1000, when=("how", ("list",))),
    ] = ()


class Picking(Parameters):
    """Which combinations are run."""

    pick: Annotated[
        Literal["grid", "random"],
        Param(
            "Every combination of the values, or some at random from their ranges.",
            label="Run",
            choices={"grid": "Every combination", "random": "Some at random"},
        ),
    ] = "grid"
    cells: Annotated[
        int,
        Param("How many.", label="How many", ge=1, le=10_000, when=("pick", ("random",))),
    ] = 20
    seed: Annotated[
        int,
        Param("Of the picking.", label="Seed", ge=0, le=_LAST_SEED, when=("pick", ("random",))),
    ] = 1
