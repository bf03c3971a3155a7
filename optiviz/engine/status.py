"""What a run is doing, what may follow, and what went wrong."""

import traceback
from dataclasses import dataclass
from enum import Enum

from optiviz.engine.stopping import StopReason
from optiviz.engine.wording import named


class RunStatus(Enum):
    """What a run is doing; `ALLOWED` says what may follow."""

    NEW = "not started"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


ALLOWED = {
    RunStatus.NEW: {RunStatus.RUNNING, RunStatus.FAILED},
    RunStatus.RUNNING: {RunStatus.FINISHED, RunStatus.FAILED},
    RunStatus.FINISHED: {RunStatus.RUNNING},  # a change opens it again, or it is resumed
    RunStatus.FAILED: set(),
}

RESUMABLE = (StopReason.BY_HAND, StopReason.INTERRUPTED)
"""After these a run can go on."""


@dataclass(frozen=True)
class Failure:
    """What went wrong: a sentence for everybody, and the traceback for whoever mends it."""

    sentence: str
    details: str


def failure_of(error: BaseException) -> Failure:
    """Return what is to be said of an error, and how it came about."""
    return Failure(named(error), "".join(traceback.format_exception(error)))
