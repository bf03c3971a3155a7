"""The results of a study: its plan, and a record of each run that is done."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from optiviz.studies.plan import Planned, Study
from optiviz.studies.records import Record


@dataclass(eq=False)
class Results:
    """What a study has found so far. Filled by one thread.

    Attributes
    ----------
    study : Study
    records : dict of Planned to Record
    looks : list of int
        How many runs were done, each time that somebody looked at tests of differences.
    """

    study: Study
    records: dict[Planned, Record] = field(default_factory=dict)
    looks: list[int] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every run is done."""
        return len(self.records) >= self.study.size

    @property
    def missing(self) -> list[Planned]:
        """The runs that are still to be done, in order."""
        return [planned for planned in self.study.runs if planned not in self.records]

    def of(self, configuration: int) -> Iterator[tuple[Planned, Record]]:
        """Yield the runs of one configuration that are done, in order of their seeds."""
        for planned in self.study.runs:
            if planned.configuration == configuration and planned in self.records:
                yield planned, self.records[planned]

    def look(self) -> None:
        """Note that somebody looks at tests of all runs: once for each number of them.

        Who adds seeds later is warned then. Of a part of the runs there are no tests to look at.
        """
        done = len(self.records)
        if done and self.complete and done not in self.looks:
            self.looks.append(done)

    def carried_to(self, study: Study) -> "Results":
        """Return the results for another plan: the records of runs that both have.

        So a study goes on with more seeds, or with one more configuration.
        """
        if study == self.study:  # which is told sooner than what two thousand settings share
            return Results(study, dict(self.records), list(self.looks))
        places = {c: i for i, c in enumerate(study.configurations)}
        wanted = set(study.runs)
        carried = Results(study, looks=list(self.looks))
        for planned, record in self.records.items():
            place = places.get(self.study.configurations[planned.configuration])
            moved = None if place is None else planned._replace(configuration=place)
            if moved in wanted:
                carried.records[moved] = record
        return carried
