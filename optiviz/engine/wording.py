"""Numbers, values and names as short text: of what was measured, and in sentences on mistakes."""

import itertools
import math
from collections.abc import Container, Iterable, Mapping
from typing import Any

_LONGEST = 60  # characters
_LONGEST_ERROR = 1000  # characters
_MANY_DIGITS = 10**18


def said_by(error: BaseException) -> str:
    """Return what an error says, or what it is called; it may be unable to say anything."""
    try:
        return str(error)[:_LONGEST_ERROR] or type(error).__name__
    except Exception:
        return type(error).__name__


def named(error: BaseException) -> str:
    """Return what an error is called and says, on one line."""
    name, says = type(error).__name__, " ".join(said_by(error).split())
    return name if says == name else f"{name}: {says}"


def shown_value(value: Any) -> str:
    """Return any value as short text, on one line."""
    if isinstance(value, Mapping):
        return "a table of settings"
    if isinstance(value, list | tuple):
        return f"a list of {len(value):,}"
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return _shortened(f"the text {value!r}")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= _MANY_DIGITS:
        return "a number of many digits"
    return _shortened(" ".join(str(value).split()))


def shown_number(value: float) -> str:
    """Return a number with its thousands apart."""
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < _MANY_DIGITS else "a number of many digits"
    return f"{value:g}"


def measured(value: float, decimals: int = 4, digits: int = 3) -> str:
    """Return what was measured as people read it, with a real minus, in exponents too.

    Parameters
    ----------
    value : float
    decimals : int
        For numbers of usual size.
    digits : int
        For those of which so many decimals say little, or too much.
    """
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    usual = value == 0 or 1e-2 <= abs(value) < 1e4
    return (f"{value:.{decimals}f}" if usual else f"{value:.{digits}g}").replace("-", "−")


def rounded(value: float, digits: int = 4) -> str:
    """Return a number in so many digits at most, with a real minus; what is none, in words."""
    if not -math.inf < value < math.inf:
        return endless(value)
    return f"{value:.{digits}g}".replace("-", "−")


def endless(value: float) -> str:
    """Return what stands for a value that is no finite number."""
    return "no value" if value != value else "∞" if value > 0 else "−∞"


def counted(n: int, what: str, several: str = "") -> str:
    """Return a number of things: "1 run", "2 runs"."""
    return f"{n:,} {what}" if n == 1 else f"{n:,} {several or what + 's'}"


def listed(names: Iterable[str], most: int = 6) -> str:
    """Return names, at least one, as a list in a sentence; of many only the first."""
    names = list(names)
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most:,} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def told_apart(names: Iterable[str]) -> list[str]:
    """Return names of which no two are the same: those that come again have a number."""
    made: dict[str, None] = {}
    for name in names:
        made[unused(name, made)] = None
    return list(made)


def unused(name: str, taken: Container[str]) -> str:
    """Return a name, with a number behind it if others have it already."""
    numbered = (name if n == 1 else f"{name} ({n})" for n in itertools.count(1))
    return next(each for each in numbered if each not in taken)


def capitalised(words: str) -> str:
    """Return words as they begin a sentence."""
    return words[:1].upper() + words[1:]


def lowered(words: str) -> str:
    """Return words as they stand inside a sentence: abbreviations and names stay."""
    return words[:1].lower() + words[1:] if words.partition(" ")[0][1:].islower() else words


def joined(path: str, name: Any) -> str:
    """Return the path of a field inside the table at `path`, on one line."""
    name = str(name)
    if not name.isprintable():
        name = repr(name)
    name = _shortened(name)
    return f"{path}.{name}" if path else name


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def one_line(text: str) -> str:
    """Return text without line ends, control characters and marks that turn its direction."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
