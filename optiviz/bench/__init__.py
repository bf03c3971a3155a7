"""Reference programs and benchmarks: ratios and statistics measured within one run.

A benchmark is a file here with a function `measure` that yields `Figures`.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """What a benchmark measured.

    Attributes
    ----------
    name : str
    values : dict
        Numbers by name.
    template : str
        The work, a colon, and what was measured of it, with the names in braces.
    """

    name: str
    values: dict[str, float]
    template: str

    def __str__(self) -> str:
        return self.template.format(**self.values)

    def row(self, benchmark: str) -> str:
        """Return it as a row of `TABLE`, for the benchmark of this name."""
        work, _, measured = str(self).partition(": ")
        return f"| {work} | {measured} | `optiviz bench {benchmark}` |"


TABLE = "| work | measured, within one run | repeat with |\n|---|---|---|"


def names() -> list[str]:
    """Return the names of the benchmarks."""
    modules = [module.name for module in pkgutil.iter_modules(__path__)]
    return sorted(set(modules) - {"reference", "timing"})


def measure(name: str) -> Iterator[Figures]:
    """Run one benchmark, yielding its figures as they are measured.

    Raises
    ------
    KeyError
        If there is none of this name.
    """
    if name not in names():
        raise KeyError(name)
    found: Iterator[Figures] = importlib.import_module(f"optiviz.bench.{name}").measure()
    return found
