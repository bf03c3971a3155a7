"""In which encoding a table is written."""

import codecs
import io
import re
from typing import Literal

from optiviz.tables import TableError

EncodingName = Literal["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp1252"]
ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16, little end first",
    "utf-16-be": "UTF-16, big end first",
    "utf-32-le": "UTF-32, little end first",
    "utf-32-be": "UTF-32, big end first",
    "cp1252": "Windows, Western (cp1252)",
}
_MARKS: tuple[tuple[bytes, EncodingName], ...] = (  # byte-order marks, the longer ones first
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOK = 1 << 16  # bytes that show which bytes are zero
_BLOCK = 1 << 18
_LINE_ENDS = re.compile(r"[\r\n]")
# What Windows leaves undefined is read as the control characters that ISO 8859-1 has there.
_CP1252 = {code: chr(code) for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return "".join(_CP1252.get(code, "\ufffd") for code in bad), error.end


codecs.register_error("optiviz.latin-1", _as_latin_1)


def found_encoding(content: bytes) -> EncodingName:
    """Return the encoding: by its mark, by its zeros, else UTF-8 or what Windows writes."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    wide = _found_by_zeros(content[:_LOOK])
    if wide is not None:
        return wide
    return "utf-8" if first_mistake(content, "utf-8") is None else "cp1252"


def _found_by_zeros(head: bytes) -> EncodingName | None:
    """Return the encoding in which ASCII has zeros beside it, or None.

    In tables of other scripts digits, delimiters and line ends alone are ASCII, which is little;
    then a line end must be one in that encoding too, which a stray NUL doesn't make.
    """
    first, second, third, fourth = (head[place::4].count(0) for place in range(4))
    quarter = max(1, len(head) // 4)
    if min(third, fourth) > 0.9 * quarter and first < 0.1 * quarter:
        return "utf-32-le"
    if min(first, second) > 0.9 * quarter and fourth < 0.1 * quarter:
        return "utf-32-be"
    ways: tuple[tuple[EncodingName, int, int], ...] = (
        ("utf-16-le", second + fourth, first + third),
        ("utf-16-be", first + third, second + fourth),
    )
    for encoding, high, low in ways:
        if high > 0.8 * quarter and low < 0.2 * quarter:
            return encoding
        ends = _LINE_ENDS.search(head.decode(encoding, errors="replace"))
        if high > 0.1 * quarter and low < high / 2 and ends:
            return encoding
    return None


def first_mistake(content: bytes, encoding: EncodingName) -> int | None:
    """Return the line with the first bytes that an encoding doesn't know, or None."""
    if encoding == "cp1252":
        return None
    decoder = codecs.getincrementaldecoder(encoding)()
    view, lines = memoryview(content), 1
    try:
        for start in range(0, len(view), _BLOCK):
            end = start + _BLOCK
            lines += decoder.decode(view[start:end], end >= len(view)).count("\n")
    except UnicodeDecodeError as error:
        known = bytes(error.object[: error.start]).decode(encoding, errors="replace")
        return lines + known.count("\n")
    return None


def opened(content: bytes, encoding: EncodingName) -> io.TextIOWrapper:
    """Return a table as text, line by line, without its byte-order mark.

    Raises
    ------
    TableError
        If it isn't written in this encoding.
    """
    line = first_mistake(content, encoding)
    if line is not None:
        raise TableError(f"is not {ENCODINGS[encoding]}: see line {line:,}", "encoding")
    errors = "optiviz.latin-1" if encoding == "cp1252" else "strict"
    text = io.TextIOWrapper(io.BytesIO(content), encoding, errors, newline="")
    if text.read(1) != "\ufeff":
        text.seek(0)
    return text
