"""What is shown instead of a plot: tables, code, notes, a surface in three dimensions."""

from dataclasses import dataclass

from optiviz.views.figure.acts import Action
from optiviz.views.figure.items import Array, Line, ValueImage


@dataclass(frozen=True, eq=False)
class Table:
    """A small table of cells, such as a confusion matrix; `shade` from 0 to 1 tints a cell.

    Attributes
    ----------
    rows, columns : tuple of str
        Headings.
    cells : tuple of tuple of str
    shade : ndarray, shape (rows, columns), or None
    row_title, column_title : str
        What the headings are, such as "is" and "predicted".
    title : str
    fitted : bool
        It is read, row by row: each column is as wide as what is in it, and a row is tinted as its
        strongest cell.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    shade: Array | None = None
    role: str = "accent"
    row_title: str = ""
    column_title: str = ""
    title: str = ""
    fitted: bool = False


def in_two_lines(heading: str, longest: int = 12) -> tuple[str, ...]:
    """Break a heading into two lines of about the same length, unless it is short."""
    breaks = [i for i, letter in enumerate(heading) if letter == " "]
    if len(heading) <= longest or not breaks:
        return (heading,)
    at = min(breaks, key=lambda i: abs(2 * i + 1 - len(heading)))
    return heading[:at], heading[at + 1 :]


@dataclass(frozen=True, eq=False)
class Code:
    """Lines of a program, one of them lit, and what its variables are now.

    Attributes
    ----------
    lines : tuple of str
    lit : int or None
        The line that is being done, counted from 0.
    visited : tuple of int
        Lines that this iteration has done so far.
    values : tuple of (str, str)
        Names of variables and their values, in the order in which they were first set.
    changed : tuple of str
        Names that the lit line has set.
    script : str
        What copying gives: a program of its own; empty where there is none.
    parts : int
        The lines that the iteration does, counted as often as they are done: as many places are
        there between iteration k and k + 1.
    """

    lines: tuple[str, ...]
    lit: int | None = None
    visited: tuple[int, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    changed: tuple[str, ...] = ()
    script: str = ""
    parts: int = 1


@dataclass(frozen=True)
class Note:
    """A sentence about a run, its evidence, what a click does, and whether it counts most."""

    sentence: str
    evidence: str
    action: Action | None = None
    large: bool = False


@dataclass(frozen=True, eq=False)
class Surface:
    """Values over a plane as heights, with paths on them, where three dimensions can be drawn.

    Attributes
    ----------
    image : ValueImage
        The heights, their colours and what they measure.
    paths : tuple of (Line, ndarray of shape (n,))
        Each with the values along it.
    """

    image: ValueImage
    paths: tuple[tuple[Line, Array], ...] = ()
