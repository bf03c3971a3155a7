"""Times and sizes as short text, for lists, reports of crashes and the command line.

Months and days are English words in every locale, as all other words are. Imports the standard
library only.
"""

from datetime import datetime, timedelta

__all__ = ["day", "local", "size_words", "when", "whole_time"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = ("kB", "MB", "GB", "TB")


def local(seconds: float) -> datetime | None:
    """Return a local time, without a zone; None where a clock said what can be none.

    Parameters
    ----------
    seconds : float
        Since 1970, in UTC.
    """
    try:
        return datetime.fromtimestamp(seconds)
    except (OverflowError, OSError, ValueError):
        return None


def day(at: datetime) -> str:
    """Return a day of a year that is known: "3 Nov"."""
    return f"{at.day} {_MONTHS[at.month - 1]}"


def when(seconds: float, now: datetime | None = None) -> str:
    """Return a time as people say it: "today 14:03", "yesterday", "3 Nov", "3 Nov 2023".

    Parameters
    ----------
    seconds : float
        Since 1970, in UTC.
    now : datetime, optional
        Local; the present if left out.
    """
    at, now = local(seconds), now or datetime.now()
    if at is None:
        return "unknown"
    if at.date() == now.date():
        return f"today {at:%H:%M}"
    if at.date() == now.date() - timedelta(days=1):
        return "yesterday"
    return day(at) if at.year == now.year else f"{day(at)} {at.year}"


def whole_time(seconds: float) -> str:
    """Return a time in full: "Mon, 3 Nov 2025, 14:03"."""
    at = local(seconds)
    if at is None:
        return "The clock said nothing that could be a time."
    return f"{_DAYS[at.weekday()]}, {day(at)} {at.year}, {at:%H:%M}"


def size_words(size: float) -> str:
    """Return a number of bytes: "812 B", "41 kB", "1.2 MB"."""
    if size < 1000:
        return f"{size:.0f} B"
    for unit in _UNITS:
        size /= 1000
        if size < 999.5 or unit == _UNITS[-1]:
            break
    return f"{size:.1f} {unit}" if size < 9.95 else f"{size:,.0f} {unit}"
