"""Which runs a list shows, and in what order: filtered by words, sorted by a column, in groups."""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import isnan, nan
from operator import attrgetter
from statistics import median
from typing import Any

from optiviz.studies.listing.columns import Column, RunRow

__all__ = [
    "GROUPINGS",
    "Arrangement",
    "Group",
    "arranged",
    "begins",
    "groups_of",
    "matcher",
    "terms",
]

FIELDS = ("name", "algorithm", "problem", "status", "configuration", "seed")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))')


def terms(text: str, fields: Sequence[str]) -> list[tuple[bool, str, str]]:
    """Return what the words of a filter ask for.

    Parameters
    ----------
    text : str
        Each word must be found; with a field's name, as in ``status:failed`` or
        ``algorithm:"hill climbing"``, in that field; with a minus before it, it must not.
    fields : sequence of str
        Whose names may be cut short.

    Returns
    -------
    list of (bool, str, str)
        Whether it must be there; the field, or an empty text for any; the word in small letters.
    """
    found: list[tuple[bool, str, str]] = []
    for minus, field, quoted, word in _WORD.findall(text):
        wanted = (quoted or word).casefold()
        known = next((name for name in fields if field and name.startswith(field.lower())), "")
        if field and not known:  # a name may have a colon
            wanted = f"{field}:{wanted}".casefold()
        if wanted:
            found.append((not minus, known, wanted))
    return found


def matcher(text: str) -> Callable[[RunRow], bool]:
    """Return what says whether a run is meant by the words of a filter.

    Parameters
    ----------
    text : str
        As `terms` takes it. A word is looked for in a run's name, algorithm, problem, status and
        configuration; with a field's name, there at its beginning or at that of one of its words.
        A plain number is one in the name.
    """
    tests = terms(text, FIELDS)

    def matches(row: RunRow) -> bool:
        for expected, field, wanted in tests:
            if field == "seed":
                found = str(row.seed) == wanted
            elif field:
                found = begins(getattr(row, field).casefold(), wanted)
            elif wanted.isdecimal():  # there are numbers in most settings
                found = wanted in _NUMBER.findall(row.name)
            else:
                found = wanted in _words_of(row)
            if found != expected:
                return False
        return True

    return matches


def begins(text: str, wanted: str) -> bool:
    """Whether a text, or one of its words, begins so."""
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
            return ""
        if column.key in ("seed", "split_seed"):
            return nan
        if column.key in ("best", "final") and len({rows[i].reading for i in self.members}) > 1:
            return nan
        found = [value for i in self.members if not isnan(value := float(column.value(rows[i])))]
        return float(median(found)) if found else nan


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
    rows: Sequence[Any], members: Sequence[int], column: Column | None, descending: bool = False
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


def _sorted_groups(
    rows: Sequence[RunRow], groups: list[Group], column: Column, descending: bool
) -> list[Group]:
    """Return groups sorted by what stands for them in a column; those without it come last."""
    if not column.is_number:
        return sorted(groups, key=lambda group: _in_order(group.title), reverse=descending)
    values = {group.title: group.value(column, rows) for group in groups}
    there = [group for group in groups if not isnan(float(values[group.title]))]
    there.sort(key=lambda group: float(values[group.title]), reverse=descending)
    return there + [group for group in groups if isnan(float(values[group.title]))]


class Arrangement:
    """Which runs a list shows, and where: rows of the whole list, or of each group.

    Parameters
    ----------
    rows : sequence of RunRow
    words : str
        A filter; see `matcher`.
    by : str
        What runs of a group have in common; empty for a list without groups.
    column : Column, optional
        By which they are sorted.
    descending : bool

    Attributes
    ----------
    groups : list of Group
        Empty in a list without groups.
    orders : list of list of int
        Places of rows: of all that are shown, or of each group's.
    """

    def __init__(
        self,
        rows: Sequence[RunRow] = (),
        words: str = "",
        by: str = "",
        column: Column | None = None,
        descending: bool = False,
    ) -> None:
        members: Sequence[int] = range(len(rows))
        if words.strip():
            matches = matcher(words)
            members = [i for i in members if matches(rows[i])]
        self.groups = groups_of(rows, members, by) if by else []
        if column is not None and self.groups:
            self.groups = _sorted_groups(rows, self.groups, column, descending)
        parts: list[Sequence[int]] = [group.members for group in self.groups] or [members]
        self.orders = [arranged(rows, part, column, descending) for part in parts]
        self._where = {
            place: (group if self.groups else -1, i)
            for group, order in enumerate(self.orders)
            for i, place in enumerate(order)
        }

    def __eq__(self, other: object) -> bool:
        """Whether all runs stand where they do in another arrangement."""
        if not isinstance(other, Arrangement):
            return NotImplemented
        return (self.groups, self.orders) == (other.groups, other.orders)

    __hash__ = None  # type: ignore[assignment]  # it is compared, and never a key

    def __len__(self) -> int:
        return len(self._where)

    def where(self, place: int) -> tuple[int, int] | None:
        """Return a run's group, -1 in a list without groups, and its row there; None if hidden."""
        return self._where.get(place)

    def order(self, group: int) -> list[int]:
        """Return the runs of a group; of the list, below 0."""
        return self.orders[max(0, group)] if not self.groups or group >= 0 else []

    def stretches(self, places: Iterable[int]) -> list[tuple[int, int, int]]:
        """Return the fewest stretches of rows that are these runs: group, first and last row."""
        found: list[tuple[int, int, int]] = []
        wheres = (self._where.get(place) for place in places)
        for group, row in sorted(where for where in wheres if where is not None):
            if found and found[-1][0] == group and found[-1][2] == row - 1:
                found[-1] = group, found[-1][1], row
            else:
                found.append((group, row, row))
        return found
