"""A temperature that is too high to settle, or too low to leave a place again."""

import numpy as np

from optiviz.analysis.diagnosis.case import RECENT, Case, Finding, Rule
from optiviz.engine.optimizer import Outcome
from optiviz.engine.wording import rounded
from optiviz.optimizers.simulated_annealing import SimulatedAnnealing

_HIGH = 0.6  # share of worse moves that are kept, from which nothing is chosen any more
_FEWEST = 30  # worse moves, from which a share is known


def _find(case: Case) -> Finding | None:
    rows, k = case.recent, case.k
    if len(rows) < RECENT or case.is_perfect or k - case.best_k < RECENT:
        return None
    worse = int(np.count_nonzero(rows.outcome == Outcome.WORSE))
    refused = int(np.count_nonzero(rows.outcome == Outcome.REJECTED))  # all of them worse
    n = worse + refused
    optimizer = case.optimizer
    assert isinstance(optimizer, SimulatedAnnealing)
    t = rounded(float(optimizer.temperatures(np.array([k - 1.0]))[0]))
    if n < _FEWEST:
        return None
    if worse >= _HIGH * n and rows.f[-1] > case.best_f:
        return Finding(
            "The temperature is too high: nearly every worse move is kept, so that it wanders.",
            f"Of {n:,} worse moves in the last {len(rows):,} iterations {worse:,} were kept "
            f"({worse / n:.0%}), at a temperature of {t}; the best is from iteration "
            f"{case.best_k:,}.",
            k,
            "See the moves that were tried",
            "tried_steps",
            (("beneath", "temperature"),),
        )
    if worse == 0 and not (rows.outcome == Outcome.IMPROVED).any():
        return Finding(
            "The temperature is too low to leave this place: no worse move is kept any more.",
            f"None of {n:,} worse moves in the last {len(rows):,} iterations was kept, at a "
            f"temperature of {t}; nothing better was found since iteration {case.best_k:,}.",
            k,
            "See the temperature",
            "signals",
            (("channel", "temperature"),),
        )
    return None


RULES = (
    Rule("the temperature", lambda case: isinstance(case.optimizer, SimulatedAnnealing), _find),
)
