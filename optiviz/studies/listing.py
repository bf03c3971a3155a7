"""Which runs a list shows, and in what order: filtered by words, sorted by a column, in groups."""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import isnan, nan
from operator import attrgetter
from statistics import median

from optiviz.studies.columns import Column, RunRow

__all__ = ["GROUPINGS", "Group", "arranged", "groups_of", "matcher"]

FIELDS = ("name", "algorithm", "problem", "status", "configuration", "seed")
_WORD = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))')


def matcher(text: str) -> Callable[[RunRow], bool]:
    """Return what says whether a run is meant by the words of a filter.

    Parameters
    ----------
    text : str
        Each word must be found in a run's name, algorithm, problem, status or configuration; with
        a field's name, as in ``status:failed`` or ``algorithm:"hill climbing"``, there at its
        beginning or at that of one of its words; with a minus before it, it must not.
    """
    tests: list[tuple[bool, str, str]] = []
    for minus, field, quoted, word in _WORD.findall(text):
        wanted = (quoted or word).casefold()
        known = next((name for name in FIELDS if field and name.startswith(field.lower())), "")
        if field and not known:  # a name may have a colon
            wanted = f"{field}:{wanted}".casefold()
        if wanted:
            tests.append((not minus, known, wanted))

    def matches(row: RunRow) -> bool:
        for expected, field, wanted in tests:
            if field == "seed":
                found = str(row.seed) == wanted
            elif field:
                found = _begins(getattr(row, field).casefold(), wanted)
            else:
                found = wanted in _words_of(row)
            if found != expected:
                return False
        return True

    return matches


def _begins(text: str, wanted: str) -> bool:
    return text.startswith(wanted) or f" {wanted}" in text


def _words_of(row: RunRow) -> str:
    parts = row.name, row.algorithm, row.problem, row.status, row.configuration
    return "\n".join(parts).casefold()


# Groups

GROUPINGS: dict[str, str] = {
    "algorithm": "Algorithm",
    "status": "Status",
    "problem": "Problem",
    "configuration": "Configuration",
}


@dataclass(frozen=True)
class Group:
    """Runs that have one thing in common.

    Attributes
    ----------
    title : str
    members : tuple of int
        Places of rows, in order.
    best : float
        The median of their best values; nan if there is none, or they are of different kinds.
    failed : int
        How many failed or diverged.
    """

    title: str
    members: tuple[int, ...]
    best: float
    failed: int

    def value(self, column: Column, rows: Sequence[RunRow]) -> float | str:
        """Return what stands for the group in a column: the median of its numbers, or a text."""
        if not column.is_number:
            return self.title if column.key == "name" else ""
        if column.key in ("seed", "split_seed"):
            return nan
        if column.key in ("best", "final") and len({rows[i].reading for i in self.members}) > 1:
            return nan
        found = [value for i in self.members if not isnan(value := float(column.value(rows[i])))]
        return median(found) if found else nan


def groups_of(rows: Sequence[RunRow], members: Sequence[int], by: str) -> list[Group]:
    """Return the groups of some of the rows, in the order in which they come."""
    of: Callable[[RunRow], str] = attrgetter(by)
    places: dict[Hashable, list[int]] = {}
    for i in members:
        places.setdefault(of(rows[i]), []).append(i)
    made = []
    for title, found in places.items():
        best = [rows[i].best for i in found if not isnan(rows[i].best)]
        alike = len({rows[i].reading for i in found}) == 1
        failed = sum(rows[i].status in ("failed", "diverged") for i in found)
        middle = median(best) if best and alike else nan
        made.append(Group(str(title), tuple(found), middle, failed))
    return made


def arranged(
    rows: Sequence[RunRow], members: Sequence[int], column: Column | None, descending: bool = False
) -> list[int]:
    """Return places of rows sorted by a column; those without a value come last.

    Equal ones keep their order; without a column all do.
    """
    if column is None:
        return list(members)
    if column.is_number:
        numbers = {i: float(column.value(rows[i])) for i in members}
        there = [i for i in members if not isnan(numbers[i])]
        there.sort(key=numbers.__getitem__, reverse=descending)
        return there + [i for i in members if isnan(numbers[i])]
    keys = {i: _in_order(str(column.value(rows[i]))) for i in members}
    return sorted(members, key=keys.__getitem__, reverse=descending)


def _in_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key by which "seed 2" comes before "seed 10"."""
    parts = re.split(r"(\d+)", text.casefold())
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts if p)
