"""What speaks against a comparison, each in a sentence, and what to do instead."""

from dataclasses import dataclass

from optiviz.analysis.runs.effort import EffortName
from optiviz.studies.results import Results


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


def cautions_of_results(results: Results, effort: EffortName) -> tuple[Caution, ...]:
    """Return what speaks against a comparison of a study's results."""
    return ()
