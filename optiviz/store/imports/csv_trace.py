"""Tables as text: iteration, evaluations, f, x from any program or language."""

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from optiviz.engine.problem import Array
from optiviz.engine.run import Run
from optiviz.optimizers.recorded import MOST_ROWS
from optiviz.store.atomic import StoreError
from optiviz.store.headings import Columns, columns_of
from optiviz.store.imports import Importer
from optiviz.store.tables import EXACT, Table, parted

_MOST_BYTES = 400 << 20
_DELIMITERS = (";", "\t", ",", "|")
_COMMENTS = ("#", "%", "//")
_EMPTY = {"", "na", "n/a", "none", "null", "-", "--", "."}
_MARKS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}
# Without names, the columns of the usual order: iteration, evaluations, f, x.
_UNNAMED = {1: ["f"], 2: ["iteration", "f"], 3: ["iteration", "evaluations", "f"]}
_LOOKED_AT = 20_000  # cells, for the digits with which they are written
_NAMED = 5  # columns that a note lists


class CsvTrace(Importer):
    """Reads text in columns: comma, semicolon, tab or spaces; with or without names."""

    kind = "csv"
    label = "Tables (CSV)"
    suffixes = (".csv", ".tsv", ".txt", ".dat")

    def tables(self, path: Path, like: Run | None) -> Sequence[Table]:
        """Return the table that is in the file, or one for each run that it names."""
        lines = _Lines(path)
        reading = None if like is None else like.spec.problem.reading
        reads = "" if reading is None else reading.name
        better = "higher" if reading is not None and reading.more_is_better else "lower"
        try:
            columns = columns_of(lines.headings, reads, better)
        except ValueError as error:
            raise StoreError(f"{path}: line {lines.first_line}: {error}") from None
        if not lines.n_rows:
            raise StoreError(f"{path}: has names of columns and no rows below them")
        table = _table(lines, columns)
        if columns.run is None:
            return [table]
        return parted(table, lines.texts(columns.run), lines.headings[columns.run].strip())


def _table(lines: "_Lines", columns: Columns) -> Table:
    def numbers(place: int | None) -> Array | None:
        return None if place is None else lines.numbers(place)[0]

    values, written = lines.numbers(columns.value)
    points, names = None, tuple[str, ...]()
    if columns.points:
        points = np.column_stack([lines.numbers(place)[0] for place in columns.points])
        names = tuple(lines.headings[place].strip() for place in columns.points)
    decimals, digits = lines.precision((columns.value,))
    x_decimals, x_digits = lines.precision(columns.points)
    notes = [] if lines.named else ["it has no names of columns, so the usual order was taken"]
    rest = [lines.headings[place].strip()[:40] for place in columns.rest]
    if rest:
        more = "" if len(rest) <= _NAMED else f" and {len(rest) - _NAMED:,} more"
        notes.append(f"columns that were not used: {', '.join(rest[:_NAMED])}{more}")
    return Table(
        path=lines.path,
        name=lines.path.stem,
        values=values,
        written=written,
        measure=lines.headings[columns.value].strip()[:100],
        better=columns.better,
        objective=columns.objective,
        iterations=numbers(columns.iterations),
        best=numbers(columns.best),
        evaluations=numbers(columns.evaluations),
        gradient_evaluations=numbers(columns.gradient_evaluations),
        rows_seen=numbers(columns.rows_seen),
        seconds=numbers(columns.seconds),
        points=points,
        names=names,
        decimals=decimals,
        digits=digits,
        x_decimals=x_decimals,
        x_digits=x_digits,
        notes=tuple(notes),
    )


class _Lines:
    """A file of text as columns of cells.

    Attributes
    ----------
    headings : list of str
        The names of the columns, its own or the usual ones.
    named : bool
        They are its own.
    first_line : int
        Where they stand, or the first numbers.
    n_rows : int
        Below them.

    Raises
    ------
    StoreError
        With one sentence and the line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        text = _text(path)
        self._at: list[int] = []  # the line of each row, from 1
        kept: list[str] = []
        for number, line in enumerate(text.splitlines(), 1):
            bare = line.strip()
            if bare and not bare.startswith(_COMMENTS):
                kept.append(line)
                self._at.append(number)
        if not kept:
            raise StoreError(f"{path}: is empty: there is no row of numbers in it")
        if len(kept) > MOST_ROWS + 1:
            raise StoreError(f"{path}: has {len(kept):,} rows; at most {MOST_ROWS:,} work here")
        self._delimiter = _delimiter(kept)
        self._comma = self._delimiter != "," and _has_decimal_commas(kept, self._delimiter)
        rows = self._cells(kept)
        self.first_line = self._at[0]
        self.named = not all(_is_number(cell, self._comma) for cell in rows[0])
        self.headings = rows.pop(0) if self.named else _usual_headings(len(rows[0]))
        if self.named:
            self._at.pop(0)
        width = len(self.headings)
        for at, row in zip(self._at, rows, strict=True):
            if len(row) != width:
                if len(row) > width and not any(cell.strip() for cell in row[width:]):
                    del row[width:]  # an empty column at the end
                    continue
                raise StoreError(f"{path}: line {at} has {len(row):,} cells instead of {width:,}")
        self.n_rows = len(rows)
        self._columns = list(zip(*rows, strict=True))

    def _cells(self, lines: list[str]) -> list[list[str]]:
        if self._delimiter == " ":
            return [line.split() for line in lines]
        if not any('"' in line for line in lines):
            return [line.split(self._delimiter) for line in lines]
        try:
            rows = list(csv.reader(lines, delimiter=self._delimiter, skipinitialspace=True))
        except csv.Error as error:
            raise StoreError(f"{self.path}: can't be taken apart into cells: {error}") from None
        if len(rows) != len(lines):
            raise StoreError(f"{self.path}: has a cell in quotes that goes over several lines")
        return rows

    def numbers(self, place: int) -> tuple[Array, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        """Return the numbers of a column, and where something is written; nan where nothing is."""
        cells = self._columns[place]
        if not self._comma:
            try:
                found = np.array(list(map(float, cells)))
            except ValueError:
                pass
            else:
                if not any("_" in cell for cell in cells):
                    return found, np.ones(len(cells), dtype=bool)
        written = np.ones(len(cells), dtype=bool)
        found = np.empty(len(cells))
        for i, cell in enumerate(cells):
            number = _number(cell, self._comma)
            if number is None:
                raise StoreError(
                    f"{self.path}: line {self._at[i]}: {cell.strip()[:40]!r} in the column "
                    f"{self.headings[place].strip()[:40]} is no number"
                )
            found[i] = number
            written[i] = cell.strip().lower() not in _EMPTY
        return found, written

    def texts(self, place: int) -> list[str]:
        """Return what is written in a column."""
        return [cell.strip() for cell in self._columns[place]]

    def precision(self, places: Sequence[int]) -> tuple[int, int]:
        """Return how many digits behind the point, and in all, numbers are written with.

        It is the format of the columns that is looked for: one cell in a hundred may be longer.
        """
        decimals, digits = [0], [1]
        for place in places:
            cells = self._columns[place]
            for cell in cells[:: max(1, len(cells) * len(places) // _LOOKED_AT)]:
                number, _, power = cell.strip().lower().partition("e")
                if not any(letter.isdecimal() for letter in number):
                    continue
                whole, _, behind = number.replace(",", ".").partition(".")
                exponent = int(power) if power.lstrip("+-").isdecimal() else 0
                decimals.append(min(max(len(behind) - exponent, 0), EXACT))
                digits.append(min(max(len((whole + behind).lstrip("+-0")), 1), EXACT))
        return _usual(decimals), _usual(digits)


def _usual(lengths: list[int]) -> int:
    """Return the greatest of lengths but for one in a hundred."""
    return sorted(lengths)[-1 - len(lengths) // 100]


def _text(path: Path) -> str:
    """Return what is written in a file, in whatever encoding it tells by its marks."""
    size = path.stat().st_size
    if size > _MOST_BYTES:
        raise StoreError(f"{path}: is larger than {_MOST_BYTES >> 20} MB")
    plain = path.read_bytes()
    encoding = next((e for mark, e in _MARKS.items() if plain.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in plain:
        line = plain[: plain.index(b"\0")].count(b"\n") + 1
        raise StoreError(f"{path}: line {line}: is no text: there is a zero byte in it")
    try:
        text = plain.decode(encoding)
    except UnicodeError:
        text = plain.decode("cp1252", errors="replace")  # of spreadsheets in the West
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise StoreError(f"{path}: line {line}: is no text: there is a zero in it")
    return text


def _delimiter(lines: Sequence[str]) -> str:
    """Return what stands between cells: what is in every one of the first lines."""
    looked = lines[:20]
    for delimiter in _DELIMITERS:
        if all(delimiter in line for line in looked):
            return delimiter
    for delimiter in _DELIMITERS:
        if delimiter in looked[0]:
            return delimiter
    spaced = all(len(line.split()) == len(looked[0].split()) for line in looked)
    return " " if spaced and len(looked[0].split()) > 1 else ","


def _has_decimal_commas(lines: Sequence[str], delimiter: str) -> bool:
    cells: Iterator[str] = (
        cell for line in lines[:200] for cell in line.split(None if delimiter == " " else delimiter)
    )
    return any("," in cell and _is_number(cell, True) for cell in cells)


def _usual_headings(n: int) -> list[str]:
    return _UNNAMED.get(n) or [*_UNNAMED[3], *(f"x{i}" for i in range(n - 3))]


def _is_number(cell: str, comma: bool) -> bool:
    number = _number(cell, comma)
    return number is not None and cell.strip().lower() not in _EMPTY


def _number(cell: str, comma: bool) -> float | None:
    """Return a cell's number, nan where it is empty, None where it is something else."""
    text = cell.strip().strip('"').strip().replace("\u2212", "-")
    if text.lower() in _EMPTY:
        return math.nan
    if "_" in text:
        return None
    try:
        return float(text.replace(",", ".") if comma and text.count(",") == 1 else text)
    except ValueError:
        return None
