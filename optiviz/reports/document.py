"""A report as plain data: what it says, in order, whatever it is written as.

`optiviz.reports.content` makes one from runs; each format writes it as well as it can. Texts are
plain texts: who writes them escapes them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from optiviz.reports.words import Group
from optiviz.views.figure import Code, Figure, Note

Paper = Literal["a4", "letter"]
Theme = Literal["auto", "light", "dark"]

Progress = Callable[[int, int], None]
"""Told the steps done and to do before each one; what it raises ends the writing."""

_HALF = 1000  # steps


def half(progress: Progress | None, which: int) -> Progress | None:
    """Return what tells of the first or the second half of a work, 0 or 1, as of all of it."""
    if progress is None:
        return None
    return lambda done, of: progress(_HALF * which + _HALF * done // max(1, of), 2 * _HALF)


def lines_of(code: Code) -> tuple[str, ...]:
    """Return code as lines of text, the lit one marked, with the values of variables below."""
    lines = (f"{'>' if i == code.lit else ' '} {line}" for i, line in enumerate(code.lines))
    return (*lines, "", *(f"{name} = {value}" for name, value in code.values))


@dataclass(frozen=True)
class Paragraphs:
    """Sentences, each a paragraph; what stands between backticks may be code."""

    texts: tuple[str, ...]
    coded: bool = False


@dataclass(frozen=True)
class Items:
    """A list with bullets; what stands between backticks may be code."""

    texts: tuple[str, ...]
    coded: bool = False


@dataclass(frozen=True)
class Findings:
    """What came out: sentences, each with what it rests on."""

    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Keys:
    """Key figures, large: what each is, and its value."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes
    ----------
    label : str
        What it is, for a caption above it or for people who don't see it.
    headings : tuple of str
        Of the columns, the first of them over the rows' names; nothing where none is needed.
    rows : tuple of tuple of str
        The first cell of each is its name.
    numbers : bool
        The other columns are numbers, and end at one line.
    swatches : tuple of int
        The number of the run that each row is about, in whose colour it is marked; or none.
    note : str
        What stands below it.
    """

    label: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: bool = True
    swatches: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Settings:
    """All settings of a run, in groups."""

    groups: tuple[Group, ...]


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure with the words around it; `title`, `note` and `caption` stand for the figure's."""

    figure: Figure
    title: str
    note: str = ""
    caption: str = ""
    kind: str = ""  # of the view it is of

    @property
    def alt(self) -> str:
        """What it shows, for people who don't see it."""
        return f"{self.title}: {self.caption or self.note}"


@dataclass(frozen=True)
class Listing:
    """Text to read and copy, under a title that can be folded.

    Attributes
    ----------
    title, text : str
    about : tuple of str
        What is said of it before it.
    open : bool
        It is there to be read, and not folded at first.
    """

    title: str
    text: str
    about: tuple[str, ...] = ()
    open: bool = False


@dataclass(frozen=True, eq=False)
class Moments:
    """A run at up to 200 moments, to be gone through.

    Attributes
    ----------
    title : str
    k : tuple of int
        Iterations, rising.
    figures : tuple of (str, tuple of Figure)
        For each view that is gone through its title and its figure at each moment.
    """

    title: str
    k: tuple[int, ...]
    figures: tuple[tuple[str, tuple[Figure, ...]], ...]


Block = Paragraphs | Items | Findings | Keys | Grid | Settings | Plot | Listing | Moments


@dataclass(frozen=True, eq=False)
class Part:
    """Some blocks under a title."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, eq=False)
class Chapter:
    """A run, or what is said of all of them.

    Attributes
    ----------
    title : str
    parts : tuple of Part
        The first may have no title.
    number : int or None
        Of the run that it is about, in whose colour it is marked.
    """

    title: str
    parts: tuple[Part, ...]
    number: int | None = None


@dataclass(frozen=True, eq=False)
class Document:
    """A report.

    Attributes
    ----------
    title, author, date : str
        The date as year-month-day.
    notes : tuple of str
        The user's own words, as paragraphs.
    chapters : tuple of Chapter
    facts : tuple of (str, str)
        Versions and machine.
    carried : bytes
        The runs themselves, as a file of optiviz, in formats that can carry one; or nothing.
    """

    title: str
    date: str
    chapters: tuple[Chapter, ...]
    author: str = ""
    notes: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    carried: bytes = b""


PARTS: dict[str, str] = {
    "summary": "What was optimised, and how",
    "results": "Results",
    "figures": "Figures",
    "player": "Player",
    "code": "The algorithm's listing",
    "settings": "Settings",
    "spec": "The exact spec",
    "runs": "The runs themselves, to be opened again",
}
"""Names of what a report of runs can have, each with its words; all of it where none is chosen."""


STUDY_PARTS: dict[str, str] = {
    "summary": "What was compared, and how",
    "results": "What it says, and its statistics",
    "figures": "Figures",
    "player": "Player: one run of each",
    "settings": "Settings",
    "spec": "The exact plan",
    "runs": "The study itself, to be opened again",
}
"""The same of what a report of a study can have."""


@dataclass(frozen=True)
class Choices:
    """What a report is to be like.

    Attributes
    ----------
    title : str
        Made from the runs where it is empty.
    author, notes : str
        Notes are paragraphs, with empty lines between them.
    parts : tuple of str
        Keys of `PARTS`, of a study those of `STUDY_PARTS`; others say nothing.
    views : tuple of str or None
        Kinds of views among the figures; all that suit where it is None.
    theme : {"auto", "light", "dark"}
        Auto follows the reader's screen where a format can.
    paper : {"a4", "letter"}
        What a report in pages is made for.
    template : str
        Of the user's own; the usual one where it is empty.
    """

    title: str = ""
    author: str = ""
    notes: str = ""
    parts: tuple[str, ...] = field(default=tuple(PARTS))
    views: tuple[str, ...] | None = None
    theme: Theme = "auto"
    template: str = ""
    paper: Paper = "a4"
