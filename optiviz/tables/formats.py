"""How a table is written: its encoding, delimiter, header and decimal mark, found or chosen."""

import csv
import io
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from optiviz.tables.encodings import EncodingName, found_encoding, opened
from optiviz.tables.files import refuse_what_is_no_text
from optiviz.tables.numbers import DecimalName, is_missing, number_of, shown

DelimiterName = Literal["comma", "semicolon", "tab", "bar", "space"]
MARKS: dict[str, str] = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
_ORDER: tuple[DelimiterName, ...] = ("tab", "semicolon", "comma", "bar", "space")
_LOOK = 1 << 18  # characters that are looked at
_RECORDS = 300
_CELLS = 2_000  # that are looked at for each delimiter
_WITH_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
_WITH_POINT = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}")


@dataclass(frozen=True)
class Format:
    """How a table is written.

    Attributes
    ----------
    encoding : str
        One of `encodings.ENCODINGS`.
    delimiter : {"comma", "semicolon", "tab", "bar", "space"}
    header : bool
        The first line says what the columns are called.
    decimal : {"point", "comma"}
    """

    encoding: EncodingName = "utf-8"
    delimiter: DelimiterName = "comma"
    header: bool = True
    decimal: DecimalName = "point"


@dataclass(frozen=True)
class Found:
    """A format, and what about it could also be meant otherwise, a sentence each."""

    format: Format
    notes: tuple[str, ...] = ()


def found_format(
    content: bytes,
    encoding: EncodingName | None = None,
    delimiter: DelimiterName | None = None,
    header: bool | None = None,
    decimal: DecimalName | None = None,
) -> Found:
    """Return how a table is written; what is given is taken as it is.

    Raises
    ------
    TableError
        If it is no text, or not in the encoding that is given.
    """
    refuse_what_is_no_text(content)
    encoding = encoding or found_encoding(content)
    with opened(content, encoding) as text:
        head = text.read(_LOOK)
    lines = [line for line in re.split(r"\r\n|\r|\n", head) if line.strip()]
    if len(head) == _LOOK and len(lines) > 1:
        lines.pop()  # half a line
    notes: list[str] = []
    if delimiter is None:
        delimiter = _delimiter(lines)
    records = sample(lines, delimiter)
    cells = [cell.strip() for record in records for cell in record]
    if decimal is None:
        decimal, said = _decimal(cells)
        notes += said
    if header is None:
        header = _header(records, decimal)
    if delimiter == "comma" and _could_be_decimal(records[header:]):
        notes.append(
            "Commas are taken as what separates columns. If they are decimal commas, choose "
            "another delimiter."
        )
    return Found(Format(encoding, delimiter, header, decimal), tuple(notes))


def first_record(head: bytes) -> list[str]:
    """Return the cells of the first line, of a table's first bytes.

    Raises
    ------
    TableError
    """
    end = max(head.rfind(b"\n"), head.rfind(b"\r"))
    head = head[: end + 1] if end > 0 else head
    encoding = found_encoding(head)
    head = head if encoding.startswith(("utf-8", "cp")) else head[: len(head) // 4 * 4]
    with io.BytesIO(head) as file, io.TextIOWrapper(file, encoding, "replace") as text:
        lines = text.read().lstrip("\ufeff").splitlines()[:50]
    records = sample(lines, _delimiter(lines))
    return records[0] if records else []


def sample(lines: Iterable[str], delimiter: DelimiterName) -> list[list[str]]:
    """Return the first records of lines, as far as they can be read."""
    records: list[list[str]] = []
    reader = csv.reader(prepared(lines, delimiter), **options(delimiter))
    while len(records) < _RECORDS:
        try:
            record = next(reader, None)
        except csv.Error:  # reading the table says what is wrong
            continue
        if record is None:
            break
        if not is_blank(record):
            records.append(record)
    return records


def is_blank(record: Sequence[str]) -> bool:
    """Whether a record is an empty line."""
    return not record or (len(record) == 1 and not record[0].strip())


def prepared(lines: Iterable[str], delimiter: DelimiterName) -> Iterable[str]:
    """Return lines as the csv module reads them: where spaces separate, none at the end."""
    return (line.rstrip(" \r\n") + "\n" for line in lines) if delimiter == "space" else lines


def options(delimiter: DelimiterName) -> dict[str, Any]:
    """Return how the csv module is told about a delimiter."""
    apart = delimiter == "space"
    return {"delimiter": MARKS[delimiter], "skipinitialspace": apart, "strict": True}


def _delimiter(lines: Sequence[str]) -> DelimiterName:
    """Return what most lines have equally often, and most of."""
    best: tuple[float, float, int] = (0.0, 0.0, 0)
    chosen: DelimiterName = "comma"
    for place, delimiter in enumerate(_ORDER):
        records = sample(lines[:_RECORDS], delimiter)
        if not records:
            continue
        ((width, times),) = Counter(map(len, records)).most_common(1)
        if width < 2:
            continue
        alike = times / len(records)
        cells = list(itertools.islice(itertools.chain.from_iterable(records), _CELLS))
        numbers = sum(is_missing(cell) or _is_number(cell) for cell in cells)
        share = numbers / len(cells)
        # A word more or less doesn't matter: spaces in texts come equally often only by chance.
        score = (round(alike - (0.25 if delimiter == "space" else 0), 2), round(share, 1), -place)
        if score > best:
            best, chosen = score, delimiter
    return chosen


def _is_number(cell: str) -> bool:
    """Whether it is a number with either decimal mark."""
    return not (math.isnan(number_of(cell, "point")) and math.isnan(number_of(cell, "comma")))


def _decimal(cells: Sequence[str]) -> tuple[DecimalName, list[str]]:
    commas = [cell for cell in cells if _WITH_COMMA.fullmatch(cell)]
    points = [cell for cell in cells if _WITH_POINT.fullmatch(cell)]
    if not commas or len(points) > len(commas):
        return "point", []
    example = shown(commas[0])
    if points:
        return "comma", [
            f"Some numbers have a comma, such as {example}, and some a point, such as "
            f"{shown(points[0])}. Decimal commas are assumed."
        ]
    if all(map(_THOUSANDS.fullmatch, commas)):
        read = commas[0].replace(",", ".")
        return "comma", [
            f"{example} is read as {read}, with a decimal comma. If thousands are meant, take "
            "the commas out of the table."
        ]
    return "comma", []


def _could_be_decimal(records: Sequence[Sequence[str]]) -> bool:
    """Whether "1,5" could be one number in each record: pairs of whole numbers, no point at all."""
    return bool(records) and all(
        len(record) == 2 and all(cell.strip().lstrip("+-").isdecimal() for cell in record)
        for record in records
    )


def _header(records: Sequence[Sequence[str]], decimal: DecimalName) -> bool:
    """Whether the first record says what the others are."""
    if not records:
        return False
    first, rest = records[0], records[1:]
    if any(number_of(cell, decimal) == number_of(cell, decimal) for cell in first):
        return False
    if not rest or not any(cell.strip() for cell in first):
        return bool(records)
    columns = zip(first, *(record for record in rest if len(record) == len(first)), strict=False)
    for name, *cells in columns:
        if any(number_of(cell, decimal) == number_of(cell, decimal) for cell in cells):
            return True
        if name in cells:
            return False
    return True
