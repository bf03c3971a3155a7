"""The plan of a study: configurations, seeds, and what is measured."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from optiviz.analysis.runs.effort import GRADIENT_WEIGHT
from optiviz.engine.parameters import Param, Parameters, SpecError
from optiviz.engine.spec import RunSpec
from optiviz.studies.measures import known_measures

_MOST_RUNS = 100_000
SPLIT_SEED = "problem.dataset.split_seed"

Measure = Literal[
    "objective",
    "train_accuracy",
    "test_accuracy",
    "train_log_loss",
    "test_log_loss",
    "train_mean_squared_error",
    "test_mean_squared_error",
    "train_r2",
    "test_r2",
]

_LOOKED_AT = 40  # configurations that stand for all


class Configuration(Parameters):
    """One thing that is compared: a run but for its seeds."""

    name: Annotated[str, Param("What people call it.", max_length=120)]
    spec: Annotated[RunSpec, Param("The run; its seed is replaced.")]


class Planned(NamedTuple):
    """One run of a study.

    Attributes
    ----------
    configuration : int
        Its place in the study, from 0.
    search_seed : int
        Of the start and the search.
    split_seed : int or None
        Of training and test rows; None is the configuration's own.
    """

    configuration: int
    search_seed: int
    split_seed: int | None


class Study(Parameters):
    """Configurations x seeds: which runs there are, and what is measured of them.

    With seeds of the search and of the split every pair is run, so that the two variances can be
    told apart.
    """

    title: Annotated[str, Param("What is asked.", max_length=200)] = ""
    configurations: Annotated[
        tuple[Configuration, ...], Param("What is compared.", max_length=10_000)
    ]
    search_seeds: Annotated[
        tuple[int, ...], Param("Seeds of start and search.", ge=0, le=2**32 - 1, max_length=10_000)
    ]
    split_seeds: Annotated[
        tuple[int, ...],
        Param("Seeds of the split; its own if empty.", ge=0, le=2**32 - 1, max_length=10_000),
    ] = ()
    over: Annotated[
        tuple[str, ...],
        Param("The settings that a sweep varies, such as optimizer.learning_rate.", max_length=2),
    ] = ()
    measure: Annotated[Measure, Param("What is compared at the end.")] = "objective"
    target: Annotated[
        float | None, Param("What is to be reached, as the measure is read.", unset="none")
    ] = None
    gradient_weight: Annotated[
        float, Param("A gradient counts as so many evaluations.", ge=0, le=1e6)
    ] = GRADIENT_WEIGHT

    def check(self) -> Iterator[tuple[str, str]]:
        """Check what the parts ask of each other."""
        if not self.configurations:
            yield "configurations", "must name at least one"
        if not self.search_seeds:
            yield "search_seeds", "must name at least one"
        for field in ("search_seeds", "split_seeds"):
            seeds = getattr(self, field)
            if len(set(seeds)) < len(seeds):
                yield field, "must differ from each other"
        names = [configuration.name for configuration in self.configurations]
        before: set[str] = set()
        for i, name in enumerate(names):
            if not name.strip():
                yield f"configurations[{i}].name", "must not be empty"
            elif not name.isprintable():
                yield f"configurations[{i}].name", f"must be one line of letters, is {name!r}"
            if name in before:
                yield f"configurations[{i}].name", f"{name!r} stands twice"
            before.add(name)
        if not self.title.isprintable():
            yield "title", f"must be one line of letters, is {self.title!r}"
        if len(set(self.over)) < len(self.over):
            yield "over", "names a setting twice"
        readings = {c.spec.problem.reading.name for c in self.configurations}
        if self.measure == "objective" and len(readings) > 1:
            yield (
                "measure",
                f"the configurations optimise {' and '.join(sorted(readings))}; compare them by a "
                "measure that all have, such as test_accuracy",
            )
        problems = [c.spec.problem for c in self.configurations]
        known = dict.fromkeys(name for p in problems for name in known_measures(p))
        if known and self.measure not in known:
            yield "measure", f"{self.measure} is of none of them; they have {', '.join(known)}"
        if self.size > _MOST_RUNS:
            yield "search_seeds", f"makes {self.size:,} runs; at most {_MOST_RUNS:,} are possible"
        if self.split_seeds:
            for i, configuration in enumerate(self.configurations):
                try:
                    configuration.spec.with_value(SPLIT_SEED, self.split_seeds[0])
                except SpecError:
                    yield (
                        "split_seeds",
                        f"{names[i]!r} (configurations[{i}]) has no training and test rows to "
                        "split; leave split_seeds out",
                    )

    @classmethod
    def load(cls, source: str | Path) -> "Study":
        """Read a study from a ``.toml`` or ``.json`` file, or one that comes along by its name.

        Raises
        ------
        SpecError
            If there is none, or naming every mistake with its path; `studies.reading` says how
            studies are written.
        """
        from optiviz.studies import reading

        return reading.load(source)

    @property
    def size(self) -> int:
        """How many runs there are."""
        seeds = len(self.search_seeds) * max(1, len(self.split_seeds))
        return len(self.configurations) * seeds

    @cached_property
    def runs(self) -> tuple[Planned, ...]:
        """All runs, seed by seed: a part of them treats every configuration alike."""
        return tuple(
            Planned(i, search, split)
            for search in self.search_seeds
            for split in self.split_seeds or (None,)
            for i in range(len(self.configurations))
        )

    def samples(self) -> list[RunSpec]:
        """Return specs that stand for all, for what they have in common: two seeds of each.

        A single configuration is compared with nothing: one of its runs is enough.
        """
        if len(self.configurations) == 1:
            return [self.spec_of(self.runs[0])]
        return [
            self.spec_of(Planned(place, search, split))
            for place in range(min(len(self.configurations), _LOOKED_AT))
            for search in self.search_seeds[:2]
            for split in self.split_seeds[:2] or (None,)
        ]

    def spec_of(self, planned: Planned) -> RunSpec:
        """Return the spec of one of its runs."""
        spec = self.configurations[planned.configuration].spec
        if planned.split_seed is None:
            return spec.replace(seed=planned.search_seed)
        values = (("seed", planned.search_seed), (SPLIT_SEED, planned.split_seed))
        return spec.with_values(values)

    def name_of(self, planned: Planned) -> str:
        """Return a run's name: its configuration and its seeds."""
        name = f"{self.configurations[planned.configuration].name} · seed {planned.search_seed}"
        return name if planned.split_seed is None else f"{name}, split {planned.split_seed}"
