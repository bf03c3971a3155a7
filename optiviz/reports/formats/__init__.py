"""What runs can be taken away as. One new format is one new file here, with its `FORMAT`.

Everything that writes something for a user goes through here: the window, the command line, and
the Library offer the formats that are found, with the settings that each says it takes.
"""

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from optiviz.engine.run import Run
from optiviz.reports.document import Choices, Progress
from optiviz.views import View

Group = Literal["report", "figure", "movie", "data", "program"]
SECONDS = (0.2, 600.0)
"""How long a movie can be."""
RATES = (1.0, 60.0)
"""How many frames it can have in a second."""
MOST_VIEWS = 9
"""How many views there can be in one movie."""
Size = Literal["column", "page", "slide"]
Ground = Literal["light", "dark"]
Takes = Literal["choices", "answers", "paper", "view", "views", "at", "size", "theme", "length"]


@dataclass(frozen=True, eq=False)
class Options:
    """How it is to be written; each format looks at what it `takes`.

    Attributes
    ----------
    choices : Choices
        Of a report.
    views : tuple of View
        What is drawn; the first one where only one can be.
    at : int or None
        The iteration that is shown, and up to which data go; the last one if None.
    size : {"column", "page", "slide"}
    theme : {"light", "dark"}
    seconds, rate : float
        Of a movie: its length, and frames in a second.
    progress : callable or None
        Told the steps done and to do; what it raises ends the writing, and leaves what was there.
    """

    choices: Choices = field(default_factory=Choices)
    views: tuple[View, ...] = ()
    at: int | None = None
    size: Size = "page"
    theme: Ground = "light"
    seconds: float = 10.0
    rate: float = 15.0
    progress: Progress | None = None


@dataclass(frozen=True, eq=False)
class Format:
    """One kind of file.

    Attributes
    ----------
    name : str
        What the command line calls it.
    label, about : str
        A few words, and a sentence, for people who choose.
    suffix : str
        With its dot.
    group : str
    write : callable
        Given the runs, the path and the options. It raises StoreError or SpecError with a
        sentence, and leaves an old file as it was.
    takes : frozenset of str
        Which options mean something. With "answers" the author of the choices is a student, and
        their notes are questions and answers; "paper" is that of the choices, too.
    several : bool
        Whether it can hold more than one run; else it is given the first.
    needs : str
        The module of an extra without which it is not there, or nothing.
    is_special : bool
        Few want it: it stands after the others of its group.
    is_long : bool
        It has something of each iteration; who wants a look at it is shown the first ones.
    rates : (float, float)
        How many frames a movie can have in a second.
    """

    name: str
    label: str
    about: str
    suffix: str
    group: Group
    write: Callable[[Sequence[Run], Path, Options], None]
    takes: frozenset[Takes] = frozenset()
    several: bool = False
    needs: str = ""
    is_special: bool = False
    is_long: bool = False
    rates: tuple[float, float] = RATES

    @property
    def is_there(self) -> bool:
        """Whether what it needs is installed."""
        return not self.needs or find_spec(self.needs) is not None


@cache
def formats() -> dict[str, Format]:
    """Return all formats by their names, in the order in which they are offered."""
    found = [
        import_module(f"{__name__}.{module.name}").FORMAT
        for module in pkgutil.iter_modules(__path__)
    ]
    groups = ("report", "figure", "movie", "data", "program")
    found.sort(key=lambda one: (groups.index(one.group), one.is_special, one.label))
    return {one.name: one for one in found}
