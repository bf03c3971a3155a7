"""Which cells are numbers: decimal digits of ASCII with a point or a comma, and an exponent.

Python reads more as numbers (``1_000``, digits of other scripts, ``nan``), which a table doesn't
mean, or means otherwise.
"""

import math
import re
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

DecimalName = Literal["point", "comma"]
MARK: dict[str, str] = {"point": ".", "comma": ","}
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-", "--", "#n/a", "missing"})
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NUMBER_WITH_COMMA = re.compile(_NUMBER.pattern.replace(r"\.", ","))
PLAIN = b"0123456789+-.eE \n"
"""What numbers alone are written with, and what stands between them."""

_SHOWN = 40  # characters of a cell in a sentence
_REASONS = (
    (re.compile(r"[+-]?inf(inity)?", re.I), "is not finite"),
    (re.compile(r"[+-]?0[xXoObB][0-9a-fA-F]+"), "is not decimal"),
    (re.compile(r"[+-]?[0-9]+(_[0-9]+)+.*"), "has underscores, which no number has here"),
    (re.compile(r"[+-]?[0-9]{1,3}([,.'\u2019 \xa0\u202f][0-9]{3})+([.,][0-9]+)?"),
     "looks as if it had thousands apart, which are not guessed"),
    (re.compile(r"[+-]?[0-9]*[.,][0-9]+"), "has another decimal mark than the table"),
    (re.compile(r"[+-]?[0-9.,]+ ?%"), "has a percent sign"),
)  # fmt: skip


def plain_numbers(cells: Sequence[str], decimal: DecimalName) -> NDArray[np.float64] | None:
    """Return the numbers of cells, shape (cells,), or None if any of them may be none."""
    joined = "\n".join(cells)
    if decimal == "comma":
        if "." in joined:
            return None
        joined = joined.replace(",", ".")
        cells = joined.split("\n")
    try:
        if joined.encode("ascii").translate(None, PLAIN):
            return None
        values = np.array(cells, dtype=np.float64)
    except ValueError:
        return None
    return values if len(values) == len(cells) and np.isfinite(values).all() else None


def no_numbers(cells: Iterable[str], decimal: DecimalName) -> set[str]:
    """Return the cells that are no numbers, each once."""
    match = _NUMBER.fullmatch if decimal == "point" else _NUMBER_WITH_COMMA.fullmatch
    odd = {cell for cell in cells if not match(cell) or "e" in cell or "E" in cell}
    return {cell for cell in odd if math.isnan(number_of(cell, decimal))}


def number_of(cell: str, decimal: DecimalName) -> float:
    """Return the number of a cell, or nan."""
    cell = cell.strip()
    if decimal == "comma":
        if "." in cell:
            return math.nan
        cell = cell.replace(",", ".")
    if not _NUMBER.fullmatch(cell):
        return math.nan
    value = float(cell)
    return value if math.isfinite(value) else math.nan


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return cell.strip().lower() in MISSING


def why_no_number(cell: str) -> str:
    """Say why a cell that is no number is none, as the end of a sentence."""
    cell = cell.strip()
    return f"{shown(cell)} {_reason(cell)}"


def shown(cell: str) -> str:
    """Return a cell as a sentence shows it: on one line, short, in quotes."""
    plain = "".join(c if c.isprintable() else "\ufffd" for c in cell[: _SHOWN + 1])
    return f'"{plain[:_SHOWN]}…"' if len(plain) > _SHOWN else f'"{plain}"'


def _reason(cell: str) -> str:
    if "\0" in cell:
        return "has a NUL in it"
    if not cell.isascii() and any(c.isdigit() for c in cell):
        plain = "".join(str(int(c)) if c.isdecimal() else c for c in cell)
        if _NUMBER.fullmatch(plain.replace("\u066b", ".")):
            return "is written in digits of another script"
    for pattern, reason in _REASONS:
        if pattern.fullmatch(cell):
            return reason
    if _NUMBER.fullmatch(cell.replace(",", ".")):
        return "is too large for a number"
    return "is not a number"
