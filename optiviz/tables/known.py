"""Tables that were read, remembered: specs are checked often, and ask for sizes each time.

What a spec asks for is small and kept apart from the tables, of which only some can stay: nobody
who only asks for sizes waits for a table to be read again, or for one that is being read.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from optiviz.tables import MOST_NUMBERS, TableError, contents
from optiviz.tables.choices import Chosen, TaskName, chosen
from optiviz.tables.encodings import EncodingName
from optiviz.tables.formats import DelimiterName, Format, Found, found_format
from optiviz.tables.numbers import DecimalName
from optiviz.tables.reading import read
from optiviz.tables.table import Table

_MOST_SUMMARIES = 512
_MOST_TABLES = 8
K = TypeVar("K")
V = TypeVar("V")


class _NotHere(TableError):
    """Nobody has put the table here."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of a table; None and no features are as it is found.

    Attributes
    ----------
    content : str
        SHA-256.
    encoding, delimiter, header, decimal
        As in `Format`.
    target, features, task
        As in `chosen`.
    """

    content: str
    encoding: EncodingName | None = None
    delimiter: DelimiterName | None = None
    header: bool | None = None
    decimal: DecimalName | None = None
    target: str | None = None
    features: tuple[str, ...] = ()
    task: TaskName | None = None

    @property
    def written(self) -> tuple[object, ...]:
        """What says how it is written."""
        return self.content, self.encoding, self.delimiter, self.header, self.decimal


@dataclass(frozen=True)
class Summary:
    """What specs, forms and sentences say of a table; see `Chosen`.

    Attributes
    ----------
    why_left_out : str
        Of the first row that can't be used, with its line; empty if there is none.
    """

    format: Format
    task: TaskName
    target_name: str
    n_rows: int
    n_left_out: int
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    rows_by_class: tuple[int, ...]
    why_left_out: str


_lock = threading.Lock()  # of what is remembered; nobody reads a table meanwhile
_formats: OrderedDict[tuple[object, ...], Found] = OrderedDict()
_tables: OrderedDict[tuple[str, Format], Table] = OrderedDict()
_summaries: OrderedDict[Wanted, Summary | TableError] = OrderedDict()


def found_in(wanted: Wanted) -> Found:
    """Return how a table is written, where what is given is taken as it is; see `found_format`.

    Raises
    ------
    TableError
    """
    known = _remembered(_formats, wanted.written)
    if known is None:
        given = wanted.encoding, wanted.delimiter, wanted.header, wanted.decimal
        known = found_format(_content(wanted.content), *given)
        _remember(_formats, wanted.written, known, _MOST_SUMMARIES)
    return known


def table_of(wanted: Wanted, go_on: Callable[[float], bool] = lambda share: True) -> Table:
    """Return what stands in a table; see `read`.

    Raises
    ------
    TableError, Cancelled
    """
    key = wanted.content, found_in(wanted).format
    table = _remembered(_tables, key)
    if table is None:
        table = read(_content(wanted.content), key[1], go_on)
        _remember(_tables, key, table, _MOST_TABLES)
        with _lock:
            while len(_tables) > 1 and sum(t.n_numbers for t in _tables.values()) > MOST_NUMBERS:
                _tables.popitem(last=False)
    return table


def chosen_of(wanted: Wanted, go_on: Callable[[float], bool] = lambda share: True) -> Chosen:
    """Return what is chosen of a table; see `chosen`.

    Raises
    ------
    TableError, Cancelled
    """
    made = chosen(table_of(wanted, go_on), wanted.target, wanted.features, wanted.task)
    _remember(_summaries, wanted, _summary(made), _MOST_SUMMARIES)
    return made


def summary_of(wanted: Wanted) -> Summary:
    """Return what is said of a table; it is read only if that was never done.

    Raises
    ------
    TableError
    """
    known = _remembered(_summaries, wanted)
    if known is None:
        try:
            known = _summary(chosen_of(wanted))
        except _NotHere:
            raise
        except TableError as error:
            known = error
            _remember(_summaries, wanted, known, _MOST_SUMMARIES)
    if isinstance(known, TableError):
        raise TableError(str(known), known.field)
    how = known.format
    said = Wanted(
        wanted.content,
        how.encoding,
        how.delimiter,
        how.header,
        how.decimal,
        known.target_name,
        wanted.features,
        known.task,
    )
    if said != wanted:
        _remember(_summaries, said, known, _MOST_SUMMARIES)
    return known


def _summary(made: Chosen) -> Summary:
    reasons = made.left_out() if made.n_left_out else []
    why = "line {:,}: {}".format(*reasons[0]) if reasons else ""
    names = tuple(feature.name for feature in made.features)
    return Summary(
        made.table.format,
        made.task,
        made.target_name,
        made.n_rows,
        made.n_left_out,
        names,
        made.class_names,
        made.rows_by_class,
        why,
    )


def _content(sha: str) -> bytes:
    content = contents.get(sha)
    if content is None:
        raise _NotHere(
            "it did not come along, and is not known here; choose its file again (Dataset, Your "
            "table), or name the file in a spec of your own"
        )
    return content


def _remembered(known: OrderedDict[K, V], key: K) -> V | None:
    with _lock:
        if key in known:
            known.move_to_end(key)
        return known.get(key)


def _remember(known: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    with _lock:
        known[key] = value
        while len(known) > most:
            known.popitem(last=False)
