"""What a person should be told about a run, in plain sentences."""

import numpy as np

from optiviz.engine.run import Run, RunStatus
from optiviz.engine.stopping import StopReason

_MANY = 200  # iterations after which standing still is worth a word


def diagnose(run: Run, k: int | None = None) -> str:
    """Say why a run stands still, flew off or failed; empty if there is nothing to say.

    Parameters
    ----------
    run : Run
    k : int, optional
        The iteration that is looked at; the last one if left out.
    """
    if run.status is RunStatus.FAILED:
        return run.failure.sentence if run.failure else ""
    last = run.trace.last_k
    k = last if k is None else min(k, last)
    if run.stop_reason is StopReason.DIVERGED and k == last:
        if last == 0:
            return "There is no value at the start, so nothing leads on from it: start elsewhere."
        if np.isnan(run.state(last).f):
            return (
                f"At iteration {last:,} it came to a point without a value: "
                "a smaller step or learning rate may keep it away."
            )
        return f"Diverged at iteration {last:,}: a smaller step or learning rate may hold it."
    if k >= _MANY and not (run.trace.improvements <= k).any():
        return _standing_still(run, k)
    return ""


def _standing_still(run: Run, k: int) -> str:
    optimizer = run.spec.optimizer_after(k)
    ties = getattr(optimizer, "accept_ties", None)
    reading = run.spec.problem.reading.name  # with a penalty it is another, and not flat
    never_moved = np.array_equal(run.state(k).x, run.trace.snapshot(0).x)
    if ties is False and reading == "accuracy" and never_moved:
        return (
            f"No move was kept in {k:,} iterations: accuracy is flat around the start, so that "
            "every small move is an equal one. Keep equal moves, and it can drift off."
        )
    return f"Nothing better was found in {k:,} iterations."
