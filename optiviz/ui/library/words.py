"""How the library says when a run was, how large it is and how it stands. Knows no Qt.

Months and days are English words in every locale, as all other words are.
"""

from datetime import datetime, timedelta
from typing import Final

from optiviz.engine.stopping import StopReason
from optiviz.store.history import Item

__all__ = [
    "RUNNING",
    "is_interrupted",
    "is_resumable",
    "size_words",
    "status_words",
    "when",
    "whole_time",
]

RUNNING: Final = "running now"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = ("kB", "MB", "GB", "TB")


def _local(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds)
    except (OverflowError, OSError, ValueError):  # a clock may say anything
        return None


def when(seconds: float, now: datetime | None = None) -> str:
    """Return a time as people say it: "today 14:03", "yesterday", "3 Nov", "3 Nov 2023".

    Parameters
    ----------
    seconds : float
        Since 1970, in UTC.
    now : datetime, optional
        Local; the present if left out.
    """
    at, now = _local(seconds), now or datetime.now()
    if at is None:
        return "unknown"
    if at.date() == now.date():
        return f"today {at:%H:%M}"
    if at.date() == now.date() - timedelta(days=1):
        return "yesterday"
    day = f"{at.day} {_MONTHS[at.month - 1]}"
    return day if at.year == now.year else f"{day} {at.year}"


def whole_time(seconds: float) -> str:
    """Return a time in full: "Mon, 3 Nov 2025, 14:03"."""
    at = _local(seconds)
    if at is None:
        return "The clock said nothing that could be a time."
    return f"{_DAYS[at.weekday()]}, {at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def size_words(size: float) -> str:
    """Return a number of bytes: "812 B", "41 kB", "1.2 MB"."""
    if size < 1000:
        return f"{size:.0f} B"
    for unit in _UNITS:
        size /= 1000
        if size < 999.5 or unit == _UNITS[-1]:
            break
    return f"{size:.1f} {unit}" if size < 9.95 else f"{size:,.0f} {unit}"


def _reason(item: Item) -> StopReason | None:
    return StopReason.__members__.get((item.stop_reason or "").upper())


def is_interrupted(item: Item) -> bool:
    """Whether the process that computed it ended before it did."""
    dead = item.status == "running" and not item.live
    return dead or item.status == "interrupted" or _reason(item) is StopReason.INTERRUPTED


def is_resumable(item: Item) -> bool:
    """Whether it can go on where it is."""
    if item.damaged or item.live:
        return False
    return is_interrupted(item) or _reason(item) is StopReason.BY_HAND


def status_words(item: Item) -> str:
    """Return what a run is doing, or how it ended."""
    if item.damaged:
        return "damaged"
    if item.live and item.status == "running":
        return RUNNING
    if item.status == "failed":
        return "failed"
    if is_interrupted(item):
        return f"interrupted at {item.k:,}"
    reason = _reason(item)
    if reason is StopReason.BY_HAND:
        return f"stopped at {item.k:,}"
    return "diverged" if reason is StopReason.DIVERGED else "finished"


def reason_words(item: Item) -> str:
    """Return why it ended, in a sentence, where its status doesn't say so already."""
    reason = _reason(item)
    if item.damaged or reason is None or reason in (StopReason.BY_HAND, StopReason.INTERRUPTED):
        return item.failure
    return str(reason.value)
