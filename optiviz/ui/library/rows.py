"""The rows of the library: what it says of each recorded run, and in which columns. Knows no Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan
from operator import attrgetter
from typing import Any, Final

from optiviz.engine import registry
from optiviz.engine.wording import capitalised, measured, one_line
from optiviz.store.history import Item
from optiviz.store.history.words import status_words, warning_words
from optiviz.store.wording import size_words, when, whole_time
from optiviz.studies.listing.columns import Column, duration

__all__ = ["COLUMNS", "Row", "Rows", "known_tags"]

_UNNAMED = "without a name"
_FAMILIES: Final = ("optimizers", "problems", "datasets")


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One recorded run in the list.

    Attributes
    ----------
    item : Item
    deleted : bool
    name, algorithm, problem, what, status, tags : str
        Each on one line, without marks that turn its direction; `what` is algorithm and problem.
    best, test, iterations, seconds, created, size : float
        nan where there is none.
    searched : str
        All that a search looks at, in small letters.
    stamp : tuple
        Another one where the run may be otherwise.
    """

    item: Item
    deleted: bool
    name: str
    algorithm: str
    problem: str
    what: str
    status: str
    tags: str
    best: float
    test: float
    iterations: float
    seconds: float
    created: float
    size: float
    searched: str
    stamp: tuple[Any, ...]

    @property
    def id(self) -> str:
        """The run's own."""
        return self.item.id

    @property
    def notes(self) -> str:
        """What somebody wrote about it."""
        return self.item.notes

    def about(self) -> str:
        """Return what it is, in a few lines."""
        item = self.item
        begun = f"Begun {whole_time(self.created)}"
        lines = (
            self.name,
            self.what,
            item.summary,
            warning_words(item),
            capitalised(self.status),
            begun,
        )
        return "\n".join(filter(None, map(one_line, lines)))


class Rows:
    """Makes rows; those of runs that are as before are kept."""

    def __init__(self) -> None:
        self._known: dict[str, Row] = {}
        self._labels: dict[tuple[str, str], str] = {}

    def of(self, items: Sequence[Item], deleted: Sequence[Item]) -> list[Row]:
        """Return a row for each run, those that were deleted last."""
        known, made = self._known, []
        for gone, some in ((False, items), (True, deleted)):
            for item in some:
                stamp = _stamp(item, gone)
                row = known.get(item.id)
                made.append(
                    row if row is not None and row.stamp == stamp else self._row(item, stamp)
                )
        self._known = {row.item.id: row for row in made}
        return made

    def _label(self, family: str, kind: str) -> str:
        """Return what people call a kind; one that isn't known here by its own name."""
        found = self._labels.get((family, kind))
        if found is None:
            cls = registry.known(family).get(kind) if kind else None
            found = one_line((cls.label if cls is not None else "") or kind)
            self._labels[family, kind] = found
        return found

    def _row(self, item: Item, stamp: tuple[Any, ...]) -> Row:
        algorithm, problem, dataset = (
            self._label(family, kind)
            for family, kind in zip(
                _FAMILIES, (item.algorithm, item.problem, item.dataset), strict=True
            )
        )
        on, status = dataset or problem, status_words(item)
        name = one_line(item.name) or _UNNAMED
        tags = tuple(map(one_line, item.tags))
        notes = item.notes
        parts = (name, algorithm, on, problem, status, item.summary, notes, *tags)
        return Row(
            item=item,
            deleted=stamp[0],
            name=name,
            algorithm=algorithm,
            problem=on,
            what=f"{algorithm} · {on}" if on else algorithm,
            status=status,
            tags=", ".join(tags),
            best=_number(item.best),
            test=_number(item.test_accuracy),
            iterations=item.k if item.k >= 0 else nan,
            seconds=_number(item.seconds),
            created=item.created,
            size=item.size,
            searched="\n".join(parts).casefold(),
            stamp=stamp,
        )


def _number(value: float | None) -> float:
    return nan if value is None else float(value)


def _stamp(item: Item, deleted: bool) -> tuple[Any, ...]:
    return (
        deleted, item.name, item.tags, item.notes, item.status, item.k, item.seconds,
        str(item.stop_reason), str(item.best), str(item.test_accuracy), item.size, item.damaged,
        item.live,
    )  # fmt: skip


def known_tags(rows: Sequence[Row]) -> dict[str, int]:
    """Return every tag with the number of runs that have it, those of most runs first."""
    found: dict[str, int] = {}
    for row in rows:
        if not row.deleted:
            for tag in row.item.tags:
                found[tag] = found.get(tag, 0) + 1
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0].casefold())))


def _column(
    key: str, label: str, about: str, said: Callable[[Any], str] = str, number: bool = True
) -> Column:
    return Column(key, label, about, attrgetter(key), said, number)


def _accuracy(value: float) -> str:
    return measured(value, decimals=3)


def _how(status: str) -> str:
    """Return how it stands; where it was left stands beside it, among the iterations."""
    return status.partition(" at ")[0]


COLUMNS: Final = (
    _column("name", "Name", "What people call it.", number=False),
    _column("what", "What", "The algorithm, and what it was run on.", number=False),
    _column("status", "Status", "What it is doing, or how it ended.", _how, False),
    _column("best", "Best", "The best value, as people read it: accuracy goes up, loss goes down.",
            measured),
    _column("test", "Test", "Accuracy on test rows.", _accuracy),
    _column("iterations", "Iterations", "Updates of the point.", "{:,.0f}".format),
    _column("seconds", "Time", "Of computing.", duration),
    _column("created", "When", "When it was begun.", when),
    _column("tags", "Tags", "What it was tagged with.", number=False),
    _column("size", "Size", "What it takes on the disk.", size_words),
)  # fmt: skip
"""Left to right."""
