"""What the JSON members of a run file say, each entry checked."""

from collections.abc import Sequence
from typing import Any

from optiviz.engine.problem import Reading
from optiviz.engine.run import Failure
from optiviz.engine.stopping import StopReason
from optiviz.store.archive import FORMAT, Archive
from optiviz.store.atomic import StoreError

MAX_TEXT = 100_000


class About:
    """What ``run.json`` says, each entry checked."""

    def __init__(self, archive: Archive, name: str, known: Sequence[str]) -> None:
        self._archive, self._name = archive, name
        found = archive.json(name)
        self._found: dict[str, Any] = found if isinstance(found, dict) else {}
        archive.only(name, self._found, known)

    def get(self, key: str) -> Any:
        """Return an entry as it is, or None."""
        return self._found.get(key)

    def _wrong(self, key: str) -> StoreError:
        return self._archive.refusal(f"{self._name} has no usable entry {key!r}")

    def text(self, key: str) -> str:
        """Return a text."""
        value = self._found.get(key)
        if not is_text(value):
            raise self._wrong(key)
        return str(value)

    def integer(self, key: str, low: int, high: int) -> int:
        """Return a whole number within limits."""
        value = self._found.get(key)
        if type(value) is not int or not low <= value <= high:
            raise self._wrong(key)
        return value

    def flag(self, key: str) -> bool:
        """Return a yes or no."""
        value = self._found.get(key)
        if type(value) is not bool:
            raise self._wrong(key)
        return value

    def seconds(self) -> float:
        """Return the time of computing."""
        value = self._found.get("seconds")
        if not isinstance(value, int | float) or not 0 <= value <= 1e12:
            raise self._wrong("seconds")
        return float(value)

    def stop_reason(self) -> StopReason | None:
        """Return why the run ended, or None."""
        value = self._found.get("stop_reason")
        known = {reason.name.lower(): reason for reason in StopReason}
        if self._archive.newer and isinstance(value, str):
            return known.get(value, StopReason.ENDED)
        if value is not None and value not in known:
            raise self._wrong("stop_reason")
        return None if value is None else known[value]

    def reading(self) -> Reading:
        """Return how values read; by what they are called alone where that was not stored."""
        try:
            return reading_of(self._found.get("reading"))
        except ValueError:
            raise self._wrong("reading") from None

    def failure(self) -> Failure | None:
        """Return what went wrong, or None."""
        value = self._found.get("failure")
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2 or not all(map(is_text, value)):
            raise self._wrong("failure")
        return Failure(*value)


def reading_of(value: Any) -> Reading:
    """Return a reading from how it is stored: its name, offset and sign.

    Raises
    ------
    ValueError
        If it is none.
    """
    if value is None:
        return Reading("value")
    if not isinstance(value, list) or len(value) != 3 or not is_text(value[0]):
        raise ValueError("does not say how its values read")
    name, offset, sign = value
    numbers = all(type(one) in (int, float) and abs(one) <= 1e300 for one in (offset, sign))
    if not numbers or sign not in (1, -1):
        raise ValueError("does not say how its values read")
    return Reading(name, float(offset), float(sign))


def is_text(value: Any) -> bool:
    """Whether it is a text that can be shown: not endless, and without half characters."""
    if not isinstance(value, str) or len(value) > 2 * MAX_TEXT:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def texts(archive: Archive, value: Any) -> dict[str, str]:
    """Return a table of texts, such as the versions of what wrote a file."""
    if not isinstance(value, dict) or not all(map(is_text, [*value, *value.values()])):
        raise archive.refusal(f"{FORMAT} does not say what machine wrote it")
    return value
