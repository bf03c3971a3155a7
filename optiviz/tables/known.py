"""Tables that were read, remembered: specs are checked often, and ask for sizes each time."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from optiviz.tables import MOST_NUMBERS, TableError, contents
from optiviz.tables.choices import Chosen, TaskName, chosen
from optiviz.tables.formats import Format, Found, found_format
from optiviz.tables.reading import read
from optiviz.tables.table import Table

_CHOICES = 16
K = TypeVar("K")
V = TypeVar("V")
_NOT_HERE = (
    "the table {name} did not come along and is not known here; choose its file again (Dataset, "
    "Your table), or name the file in a spec of your own"
)

_reading = threading.RLock()
_formats: OrderedDict[tuple[object, ...], Found] = OrderedDict()
_tables: OrderedDict[tuple[str, Format], Table] = OrderedDict()
_chosen: OrderedDict[tuple[object, ...], Chosen] = OrderedDict()


def found_in(sha: str, name: str, *given: object) -> Found:
    """Return how a table is written, where what is given is taken as it is; see `found_format`.

    Raises
    ------
    TableError
    """
    key = sha, *given
    with _reading:
        if key not in _formats:
            _formats[key] = found_format(_content(sha, name), *given)  # type: ignore[arg-type]
        return _recent(_formats, key, _CHOICES)


def table_of(
    sha: str, name: str, how: Format, go_on: Callable[[float], bool] = lambda share: True
) -> Table:
    """Return what stands in a table; see `read`.

    Raises
    ------
    TableError, Cancelled
    """
    key = sha, how
    with _reading:
        if key not in _tables:
            table = read(_content(sha, name), how, go_on)
            _tables[key] = table
            while len(_tables) > 1 and sum(t.n_numbers for t in _tables.values()) > MOST_NUMBERS:
                _tables.popitem(last=False)
        return _recent(_tables, key, _CHOICES)


def chosen_of(
    sha: str,
    name: str,
    how: Format,
    target: str | None,
    features: tuple[str, ...],
    task: TaskName | None,
) -> Chosen:
    """Return what is chosen of a table; see `chosen`.

    Raises
    ------
    TableError
    """
    key = sha, how, target, features, task
    with _reading:
        if key not in _chosen:
            made = chosen(table_of(sha, name, how), target, features, task)
            _chosen[key] = made
            while len(_chosen) > 1 and _held() > MOST_NUMBERS:
                _chosen.popitem(last=False)
        return _recent(_chosen, key, _CHOICES)


def _held() -> int:
    """Return how many numbers the tables have of which something is chosen."""
    return sum({id(c.table): c.table.n_numbers for c in _chosen.values()}.values())


def _content(sha: str, name: str) -> bytes:
    content = contents.get(sha)
    if content is None:
        raise TableError(_NOT_HERE.format(name=name or "of this spec"))
    return content


def _recent(known: OrderedDict[K, V], key: K, most: int) -> V:
    """Return what is known, as the newest; forget the oldest of too many."""
    known.move_to_end(key)
    while len(known) > most:
        known.popitem(last=False)
    return known[key]
