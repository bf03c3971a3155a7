"""What is set up to be compared, as plain data, and the study that it makes. Knows no toolkit."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from optiviz.engine.optimizer import Optimizer
from optiviz.engine.parameters import Mistake, SpecError, fields
from optiviz.engine.spec import RunSpec
from optiviz.engine.wording import one_line, unused
from optiviz.studies import sweep
from optiviz.studies.measures import known_measures
from optiviz.studies.plan import Configuration, Study
from optiviz.studies.race import suited
from optiviz.ui.compare.settings import Budget, Measured, Picking, Seeds

if TYPE_CHECKING:
    from optiviz.engine.problem import Problem


@dataclass(frozen=True)
class Sweep:
    """Settings of one configuration that are varied.

    Attributes
    ----------
    base : int
        Which configuration.
    over : tuple of (str, values)
        Paths and what they take.
    picking : Picking
    """

    base: int = 0
    over: tuple[tuple[str, sweep.Values], ...] = ()
    picking: Picking = field(default_factory=Picking)

    def cells(self, base: RunSpec) -> tuple[Configuration, ...]:
        """Return a configuration for each cell.

        Raises
        ------
        SpecError
            With paths that begin with "sweep".
        """
        try:
            if self.picking.pick == "random":
                picked = self.picking
                return sweep.random_cells(base, dict(self.over), picked.cells, picked.seed)
            return sweep.grid_cells(base, dict(self.over))
        except SpecError as error:
            inside = [Mistake(f"sweep.{m.path}", m.message) for m in error.mistakes]
            raise SpecError(inside) from None


@dataclass(frozen=True)
class Plan:
    """All that is set up.

    Attributes
    ----------
    configurations : tuple of Configuration
    over : tuple of str
        What a sweep that was made elsewhere varies; its cells are the configurations.
    sweep : Sweep or None
        None to compare the configurations as they are.
    """

    title: str = ""
    configurations: tuple[Configuration, ...] = ()
    over: tuple[str, ...] = ()
    sweep: Sweep | None = None
    seeds: Seeds = field(default_factory=Seeds)
    budget: Budget = field(default_factory=Budget)
    measured: Measured = field(default_factory=Measured)

    def study(self) -> Study:
        """Return the study.

        Raises
        ------
        SpecError
            Naming every mistake; paths are those of `Study`, or begin with "sweep".
        """
        found, over = self.configurations, self.over
        if self.sweep is not None and found:
            found = self.sweep.cells(found[min(self.sweep.base, len(found) - 1)].spec)
            over = tuple(path for path, _ in self.sweep.over)
        limited = tuple(map(self._limited, found))
        return Study(
            title=self.title,
            configurations=limited,
            search_seeds=self.seeds.search_seeds,
            split_seeds=self.seeds.split_seeds,
            over=over,
            measure=self.measured.measure,
            target=self.measured.target,
            gradient_weight=self.budget.gradient_weight,
        )

    def _limited(self, configuration: Configuration) -> Configuration:
        spec, stopping = configuration.spec, self.budget.stopping(configuration.spec)
        if spec.stopping == stopping and not spec.changes:
            return configuration
        return configuration.replace(spec=spec.replace(stopping=stopping, changes=()))

    @classmethod
    def of(cls, study: Study) -> "Plan":
        """Return the plan that makes a study which was made elsewhere."""
        return cls(
            title=study.title,
            configurations=study.configurations,
            over=study.over,
            seeds=Seeds.of(study),
            budget=Budget.of(study),
            measured=Measured(measure=study.measure, target=study.target),
        )


def without_repeats(
    configurations: tuple[Configuration, ...], name: str, but: int | None = None
) -> str:
    """Return a name that no other configuration has."""
    taken = {c.name for i, c in enumerate(configurations) if i != but}
    return unused(one_line(name)[:100].strip() or "Configuration", taken)


def with_algorithm(spec: RunSpec, cls: type[Optimizer]) -> tuple[RunSpec, str]:
    """Return a run with another algorithm at its usual settings, and what had to be changed.

    An algorithm that needs a slope trains on an objective that has one, so that hill climbing on
    accuracy and a descent on log loss can be compared by a measure that both have.

    Raises
    ------
    SpecError
        If it can't work on this problem.
    """
    optimizer = cls()
    problem, said = suited(spec.problem, optimizer), ""
    if problem is not spec.problem:
        said = (
            f"{cls.label} needs a slope, so it trains on {problem.reading.name}; a measure that "
            "all have compares them."
        )
    return spec.replace(problem=problem, optimizer=optimizer, changes=()), said


def shared_measure(configurations: tuple[Configuration, ...], wanted: str) -> str:
    """Return a measure that all configurations have: the wanted one if they do."""
    offered = offered_measures(configurations)
    return wanted if wanted in offered or not offered else offered[0]


def offered_measures(configurations: tuple[Configuration, ...]) -> list[str]:
    """Return what can be measured of all configurations."""
    problems: list[Problem] = [c.spec.problem for c in configurations]
    if not problems:
        return []
    declared = next(f for f in fields(Study) if f.name == "measure").options
    known = set.intersection(*(set(known_measures(problem)) for problem in problems))
    names = [name for name in declared if name in known]
    alike = len({problem.reading.name for problem in problems}) == 1
    return [name for name in names if alike or name != "objective"]


def renamed(plan: Plan, place: int, name: str) -> Plan:
    """Return a plan in which a configuration is called something else."""
    name = without_repeats(plan.configurations, name, but=place)
    found = list(plan.configurations)
    found[place] = found[place].replace(name=name)
    return replace(plan, configurations=tuple(found))
