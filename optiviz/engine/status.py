"""What a run is doing, and what may follow."""

from enum import Enum

from optiviz.engine.stopping import StopReason


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
