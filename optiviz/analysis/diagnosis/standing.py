"""It failed, flew off, or stands still: what the trace tells by itself."""

import numpy as np

from optiviz.analysis.diagnosis.case import RECENT, Case, Finding, Rule
from optiviz.analysis.tried import tried
from optiviz.engine.optimizer import Outcome
from optiviz.engine.run import RunStatus
from optiviz.engine.stopping import StopReason
from optiviz.engine.wording import measured, rounded
from optiviz.methods.climbing import Climb

_FLAT = 0.5  # share of equal proposals from which a place is called flat
_EPOCHS = 2  # where the value of all rows is known at their ends alone
_LEVEL = 1e-6  # of the first gradient's length: shorter is no slope


def _failed(case: Case) -> Finding | None:
    if case.run.status is not RunStatus.FAILED or case.run.failure is None:
        return None
    return Finding(case.run.failure.sentence, f"It failed after iteration {case.run.k:,}.")


def _diverged(case: Case) -> Finding | None:
    last = case.run.trace.last_k
    if case.run.stop_reason is not StopReason.DIVERGED or case.k != last:
        return None
    rows = case.run.trace.rows(last, last + 1)
    f = np.nan if rows is None else float(rows.f[0])
    evidence = f"Its value is {measured(f)} at iteration {last:,}."
    if last == 0:
        return Finding(
            "There is no value at the start, so nothing leads on from it: start elsewhere.",
            evidence,
        )
    evidence += f" The best was {measured(case.best_f)}, at iteration {case.best_k:,}."
    if np.isnan(f):
        sentence = (
            f"At iteration {last:,} it came to a point without a value: "
            "a smaller step or learning rate may keep it away."
        )
    else:
        sentence = f"Diverged at iteration {last:,}: a smaller step or learning rate may hold it."
    return Finding(sentence, evidence, case.best_k, "Go to the best iteration", "fitness")


def never_moved(case: Case) -> bool:
    """Whether no equal move was kept, and x is where the run started."""
    still = np.array_equal(case.run.state(case.k).x, case.run.trace.snapshot(0).x)
    return case.setting("accept_ties") is False and still


def _never_better(case: Case) -> Finding | None:
    """Say that nothing better was ever found; cheap enough for the window's own thread."""
    if case.k < RECENT or case.best_k > 0:
        return None
    if case.problem.reading.name == "accuracy" and never_moved(case):
        return Finding(
            f"No move was kept in {case.k:,} iterations: accuracy is flat around the start, so "
            "that every small move is an equal one. Keep equal moves, and it can drift off."
        )
    return Finding(f"Nothing better was found in {case.k:,} iterations.")


def _refused(case: Case) -> Finding | None:
    """Say that moves that changed nothing were refused, which counts what was proposed."""
    if len(case.recent) < RECENT or (case.recent.outcome != Outcome.REJECTED).any():
        return None
    k = case.k
    found = tried(case.run, case.reader, k - RECENT + 1, k + 1).tries
    equal = int(np.count_nonzero(found.rise == 0))
    if equal < _FLAT * len(found):
        return None
    name = case.problem.reading.name
    never = not (case.run.trace.improvements <= k).any() and never_moved(case)
    where = "around the start" if never else "here"
    return Finding(
        f"Equal moves are refused, and {name} is flat {where}: keep equal moves, and it can "
        "drift off.",
        f"Of the last {len(found):,} moves tried, {equal:,} changed nothing and were refused, and "
        "none was kept.",
        k,
        "See the moves that were tried",
        "tried_steps",
    )


def _nothing_better(case: Case) -> Finding | None:
    """Say for how long nothing better was found, with what was tried of late."""
    since = case.k - case.best_k
    if since < max(RECENT, 0.2 * case.k) or case.is_perfect or not len(case.recent):
        return None
    if case.epochs_since_best < _EPOCHS:
        return None
    n = len(case.recent)
    kept = int(np.count_nonzero(case.recent.outcome != Outcome.REJECTED))
    if case.best_k == 0:
        sentence = f"Nothing better was found in {case.k:,} iterations."
    else:
        sentence = f"Nothing better was found since iteration {case.best_k:,}."
    reading = case.problem.reading
    best = measured(float(reading.value(np.array(case.best_f))))
    return Finding(
        sentence,
        f"The best {reading.name} has been {best} for {since:,} iterations; "
        f"{_kept(kept, n)} moved it.",
        case.best_k,
        "Go to the last improvement",
        "fitness",
    )


def _kept(kept: int, n: int) -> str:
    """Say in how many iterations of `n` the point moved."""
    if kept in (0, n):
        return f"{'each' if kept else 'none'} of the last {n:,}"
    return f"{kept:,} of the last {n:,}"


def _level(case: Case) -> Finding | None:
    """Say that there is no slope left."""
    lengths = case.channel("gradient_norm")
    first = case.reader.rows(1, min(case.k, 1) + 1)
    names = [channel.name for channel in case.spec.optimizer.channels]
    start = float(first.channels[0, names.index("gradient_norm")])
    now = float(lengths[-1])
    if not (np.isfinite(now) and np.isfinite(start) and now <= _LEVEL * max(start, 1e-300)):
        return None
    return Finding(
        "There is no slope left: it has come to a minimum, a saddle or a plateau.",
        f"The gradient is {rounded(now)} long at iteration {case.k:,}; it was {rounded(start)} "
        "at the first.",
        case.k,
        "See the length of the gradient",
        "signals",
        (("channel", "gradient_norm"),),
    )


def _has_gradient_channel(case: Case) -> bool:
    names = {channel.name for channel in case.spec.optimizer.channels}
    return "gradient_norm" in names and len(case.recent) > 0


FIRST = (
    Rule("whether it failed or flew off", lambda case: True, _failed),
    Rule("", lambda case: True, _diverged),
)
NEVER_BETTER = Rule("", lambda case: True, _never_better)
TIES = Rule(
    "equal moves",
    lambda case: isinstance(case.optimizer, Climb) and case.setting("accept_ties") is False,
    _refused,
    costly=True,
)
LEVEL = Rule("the slope", _has_gradient_channel, _level)
LAST = Rule("how long nothing better was found", lambda case: True, _nothing_better)
