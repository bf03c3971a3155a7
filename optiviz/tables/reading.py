"""Text into columns, in blocks of lines: each is short enough that a window stays awake beside it.

Blocks that hold nothing but plain numbers are read by numpy; others by the csv module, field by
field. Both know the same numbers (`numbers`).
"""

import csv
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.wording import one_line
from optiviz.tables import (
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_NUMBERS,
    MOST_ROWS,
    Cancelled,
    TableError,
)
from optiviz.tables.encodings import opened
from optiviz.tables.formats import MARKS, Format, is_blank, options, prepared, sample
from optiviz.tables.numbers import MARK, PLAIN, is_missing, no_numbers, number_of, plain_numbers
from optiviz.tables.table import MISSING, NUMBER, OTHER, Column, Table

_BLOCK = 1 << 15  # characters
MOST_LISTED = 1_000  # rows that can't be used
MOST_TEXTS = 10_000  # different ones in a column
_LONGEST_TEXT = 1_000
_LONGEST_NAME = 200
_PREVIEW = 50
_MOST_KNOWN = 10_000
_SAMPLE = 300  # lines that show how many columns there are


def read(content: bytes, how: Format, go_on: Callable[[float], bool] = lambda share: True) -> Table:
    """Read a table.

    Parameters
    ----------
    content : bytes
    how : Format
    go_on : callable
        Called with the share that is read, from 0 to 1; False ends it.

    Raises
    ------
    TableError
        With one sentence.
    Cancelled
    """
    return _Reading(content, how).read(go_on)


@dataclass
class _Texts:
    """The texts of a column, by number."""

    codes: NDArray[np.int32]
    known: dict[str, int] = field(default_factory=dict)

    def code(self, cell: str) -> int:
        """Return the number of a text, or what the cell is."""
        if is_missing(cell):
            return MISSING
        cell = cell.strip()
        code = self.known.get(cell)
        if code is None:
            if len(self.known) >= MOST_TEXTS or len(cell) > _LONGEST_TEXT:
                return OTHER
            code = self.known[cell] = len(self.known)
        return code


class _Reading:
    """A table that is being read."""

    def __init__(self, content: bytes, how: Format) -> None:
        self._content, self._how = content, how
        self._mark = MARKS[how.delimiter]
        self._plain = PLAIN + b"\r" + (MARK[how.decimal] + self._mark).encode()
        self._comma = how.decimal == "comma" and how.delimiter != "comma"
        self._n = 0
        self._texts: dict[int, _Texts] = {}
        self._no_numbers: set[str] = set()  # cells that were looked at
        self._ragged: list[tuple[int, str]] = []
        self._n_ragged = 0
        self._preview: list[tuple[str, ...]] = []

    def read(self, go_on: Callable[[float], bool]) -> Table:
        with opened(self._content, self._how.encoding) as text:
            first = self._columns(text)
            self._room()
            done = sum(map(len, first))
            line = 1
            if self._how.header or not self._names:  # which says why there is none
                line, first = self._after_header(first, text)
            if not self._names:
                raise TableError("is empty: there is nothing but blank lines in it")
            blocks = itertools.chain([first] if first else [], _blocks(text))
            share = max(1, len(self._content) // _width(self._how.encoding))
            for lines in blocks:
                line = self._take(lines, line, text)
                done += sum(map(len, lines))
                if not go_on(min(1.0, done / share)):
                    raise Cancelled
        return self._made()

    # The columns

    def _columns(self, text: TextIO) -> list[str]:
        """Find how many columns there are, and what they are called; return the lines that took."""
        first = next(_blocks(text), [])
        records = sample(first[:_SAMPLE], self._how.delimiter)
        body = records[1:] if self._how.header else records
        widths = [len(record) for record in body]
        width = max(set(widths), key=widths.count) if widths else len(records[0]) if records else 0
        if width > MOST_COLUMNS:
            raise TableError(f"has {width:,} columns; at most {MOST_COLUMNS:,} work here")
        written = records[0] if self._how.header and records else []
        self._names = _names(written, width)
        return first

    def _room(self) -> None:
        width = len(self._names)
        ends = self._content.count(b"\n") + self._content.count(b"\r")
        self._rows = min(ends + 1, MOST_ROWS, MOST_NUMBERS // max(1, width))
        # Pages that are never written to take no memory.
        self._values = np.empty((width, self._rows))
        self._lines = np.empty(self._rows, dtype=np.int64)

    def _after_header(self, first: list[str], text: TextIO) -> tuple[int, list[str]]:
        """Leave the header out: return the line after it, and what is left of the first lines."""
        source = _Source(first, text)
        reader = _reader(source, self._how)
        try:
            for record in reader:
                if not is_blank(record):
                    break
                source.next_record()
        except csv.Error as error:
            raise TableError(self._refusal(error, 1, reader.line_num)) from None
        return int(reader.line_num) + 1, source.left()

    # The rows

    def _take(self, lines: list[str], line: int, text: TextIO) -> int:
        """Take a block of lines; return the number of the line after it."""
        values = self._plainly(lines)
        if values is None:
            return self._take_fields(lines, line, text)
        n = len(values)
        self._check_room(n)
        at = slice(self._n, self._n + n)
        self._values[:, at] = values.T
        self._lines[at] = np.arange(line, line + n)
        for record in lines[: max(0, _PREVIEW - len(self._preview))]:
            self._preview.append(tuple(self._split(record)))
        self._n += n
        return line + n

    def _plainly(self, lines: list[str]) -> NDArray[np.float64] | None:
        """Return a block of nothing but numbers, shape (lines, columns), or None."""
        block = "".join(lines)
        if self._how.decimal == "comma" and (not self._comma or "." in block):
            return None
        if not block.strip() or max(map(len, lines)) > MOST_CHARACTERS:
            return None
        try:
            if block.encode("ascii").translate(None, self._plain):
                return None
            if self._comma:
                lines = [line.replace(",", ".") for line in lines]
            mark = None if self._how.delimiter == "space" else self._mark
            values = np.loadtxt(lines, delimiter=mark, comments=None, ndmin=2)
        except ValueError:  # a cell is empty, or a row is longer: look at each field
            return None
        fits = values.shape == (len(lines), len(self._names)) and np.isfinite(values).all()
        return values if fits else None

    def _split(self, record: str) -> list[str]:
        record = record.rstrip("\r\n")
        return record.split() if self._how.delimiter == "space" else record.split(self._mark)

    def _take_fields(self, lines: list[str], line: int, text: TextIO) -> int:
        """Take a block of lines field by field; return the number of the line after it."""
        source = _Source(lines, text)
        reader = _reader(source, self._how)
        rows: list[list[str]] = []
        starts: list[int] = []
        width = len(self._names)
        while True:
            source.next_record()
            begin = line + reader.line_num
            try:
                row = next(reader, None)
            except csv.Error as error:
                self._leave_out_or_refuse(error, begin, line + reader.line_num - 1)
                continue
            if row is None:
                break
            if is_blank(row):
                continue
            sentence = _unfit(row, width)
            if sentence:
                self._leave_out(begin, sentence)
            else:
                rows.append(row)
                starts.append(begin)
        self._add(rows, starts)
        return int(line + reader.line_num)

    def _leave_out(self, line: int, reason: str) -> None:
        self._n_ragged += 1
        if len(self._ragged) < MOST_LISTED:
            self._ragged.append((line, reason))

    def _leave_out_or_refuse(self, error: csv.Error, begin: int, end: int) -> None:
        if "unexpected end" in str(error) or end > begin:
            raise TableError(self._refusal(error, begin, end)) from None
        reason = "has something after a quote that closes a field"
        if "field larger" in str(error):
            reason = f"has a field of more than {MOST_CHARACTERS:,} characters"
        self._leave_out(begin, reason)

    def _refusal(self, error: csv.Error, begin: int, end: int) -> str:
        if "unexpected end" in str(error):
            return (
                f"has a quote in the row that begins in line {begin:,} that is never closed, so "
                "that all after it would be one field; close it, or take it out"
            )
        if "field larger" in str(error) and end == begin:
            return f"has a field of more than {MOST_CHARACTERS:,} characters in line {begin:,}"
        if "field larger" in str(error):
            return (
                f"has a field of more than {MOST_CHARACTERS:,} characters in the row that begins "
                f"in line {begin:,}; is a quote in it not closed?"
            )
        return f"can't be read in lines {begin:,} to {end:,}: something follows a closing quote"

    def _check_room(self, n: int) -> None:
        if self._n + n > self._rows:
            if self._rows == MOST_ROWS:
                raise TableError(f"has more than {MOST_ROWS:,} rows; leave some out")
            raise TableError(
                f"has more than {MOST_NUMBERS:,} cells ({len(self._names):,} columns); leave out "
                "rows or columns"
            )

    def _add(self, rows: Sequence[Sequence[str]], starts: Sequence[int]) -> None:
        if not rows:
            return
        n = len(rows)
        self._check_room(n)
        at = slice(self._n, self._n + n)
        self._lines[at] = starts
        self._preview += [tuple(row) for row in rows[: max(0, _PREVIEW - len(self._preview))]]
        cells = list(itertools.chain.from_iterable(rows))
        values, others = self._numbers(cells)
        self._values[:, at] = values.reshape(n, -1).T
        width = len(self._names)
        for i in others:
            row, j = divmod(i, width)
            texts = self._texts.get(j)
            if texts is None:
                texts = _Texts(np.full(self._rows, NUMBER, dtype=np.int32))
                self._texts[j] = texts
            texts.codes[self._n + row] = texts.code(cells[i])
        self._n += n

    def _numbers(self, cells: list[str]) -> tuple[NDArray[np.float64], list[int]]:
        """Return the numbers of cells, and the places of those that are none."""
        decimal, known = self._how.decimal, self._no_numbers
        others = [i for i, cell in enumerate(cells) if cell in known]
        rest = [cell for cell in cells if cell not in known] if others else cells
        found = plain_numbers(rest, decimal)
        if found is None:
            new = no_numbers(rest, decimal)
            rest = [cell for cell in rest if cell not in new]
            found = plain_numbers(rest, decimal)
            if found is None:  # blanks or sizes that numpy sees otherwise: ask for each
                new |= {cell for cell in rest if math.isnan(number_of(cell, decimal))}
                rest = [cell for cell in rest if cell not in new]
                found = np.array([number_of(cell, decimal) for cell in rest])
            others = [i for i, cell in enumerate(cells) if cell in new or cell in known]
            if len(known) < _MOST_KNOWN:
                known |= new
        values = np.full(len(cells), np.nan)
        numbers = np.ones(len(cells), dtype=bool)
        numbers[others] = False
        values[numbers] = found
        return values, others

    def _made(self) -> Table:
        columns = []
        for j, name in enumerate(self._names):
            values, texts = self._values[j, : self._n], self._texts.get(j)
            values.flags.writeable = False
            if texts is None:
                columns.append(Column(name, values, n_numbers=self._n))
                continue
            codes = texts.codes[: self._n]
            n_numbers = int((codes == NUMBER).sum())
            n_texts = self._n - n_numbers - int((codes == MISSING).sum())
            columns.append(Column(name, values, codes, tuple(texts.known), n_numbers, n_texts))
        return Table(
            self._how,
            tuple(columns),
            self._lines[: self._n],
            tuple(self._ragged),
            self._n_ragged,
            tuple(self._preview),
        )


class _Source(Iterator[str]):
    """The lines of a block, and those after it that the last of its records goes on in."""

    def __init__(self, lines: list[str], text: TextIO) -> None:
        self._lines, self._text = iter(lines), text
        self._inside = False

    def next_record(self) -> None:
        """Hear that a record is over: where the block ends now, it ends."""
        self._inside = False

    def __next__(self) -> str:
        line = next(self._lines, "") or (self._text.readline() if self._inside else "")
        self._inside = True
        if not line:
            raise StopIteration
        return line

    def left(self) -> list[str]:
        """Return the lines that nobody has asked for."""
        return list(self._lines)


def _reader(source: Iterator[str], how: Format) -> Any:
    return csv.reader(prepared(source, how.delimiter), **options(how.delimiter))


def _unfit(row: Sequence[str], width: int) -> str:
    """Say why a row doesn't fit the columns; empty if it does."""
    if len(row) != width:
        few = "few" if len(row) < width else "many"
        return f"has too {few} fields: {len(row):,}, and there are {width:,} columns"
    if any(len(cell) > MOST_CHARACTERS for cell in row):
        return f"has a field of more than {MOST_CHARACTERS:,} characters"
    return ""


def _blocks(text: TextIO) -> Iterator[list[str]]:
    while lines := text.readlines(_BLOCK):
        yield lines


def _width(encoding: str) -> int:
    return {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}.get(encoding, 1)


def _names(written: Sequence[str], width: int) -> list[str]:
    """Return what the columns are called, no two the same."""
    names: dict[str, int] = {}
    for j in range(width):
        name = one_line(written[j])[:_LONGEST_NAME].strip() if j < len(written) else ""
        name = first = name or f"column {j + 1}"
        while name in names:
            names[first] += 1
            name = f"{first} ({names[first]})"
        names[name] = 1
    return list(names)
