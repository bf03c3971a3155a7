"""In what state a recorded run is, in words, for the Library and the command line."""

from typing import Final

from optiviz.engine.stopping import StopReason
from optiviz.store.history.rows import Item

__all__ = [
    "RUNNING",
    "is_interrupted",
    "is_resumable",
    "reason_words",
    "status_words",
    "warning_words",
]

RUNNING: Final = "running now"


def _reason(item: Item) -> StopReason | None:
    return StopReason.__members__.get((item.stop_reason or "").upper())


def is_interrupted(item: Item) -> bool:
    """Whether the process that computed it ended before it did."""
    dead = item.status == "running" and not item.live
    return dead or item.status == "interrupted" or _reason(item) is StopReason.INTERRUPTED


def is_resumable(item: Item) -> bool:
    """Whether it can go on where it is."""
    if item.damaged or item.read_only or item.live:
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


def warning_words(item: Item) -> str:
    """Return what keeps a run from being opened, or led on, in a sentence; empty if nothing."""
    return item.damaged or item.read_only


def reason_words(item: Item) -> str:
    """Return why it ended, in a sentence, where its status doesn't say so already."""
    reason = _reason(item)
    if item.damaged or reason is None or reason in (StopReason.BY_HAND, StopReason.INTERRUPTED):
        return item.failure
    return str(reason.value)
