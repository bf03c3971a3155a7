"""Values and names as the short text that a sentence about a mistake shows of them."""

from collections.abc import Mapping
from typing import Any

_LONGEST = 60  # characters
_MANY_DIGITS = 10**18


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


def joined(path: str, name: Any) -> str:
    """Return the path of a field inside the table at `path`, on one line."""
    name = str(name)
    if not name.isprintable():
        name = repr(name)
    name = _shortened(name)
    return f"{path}.{name}" if path else name


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
