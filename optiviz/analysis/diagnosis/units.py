"""Units that say the same for nearly all rows: saturated ones, and dead ones.

They are those that the network view marks: `optiviz.analysis.networks.units` says which.
"""

import numpy as np

from optiviz.analysis.diagnosis.case import Case, Finding, Rule
from optiviz.analysis.networks.units import NEAR, SATURATED, health, layers_on
from optiviz.engine.problem import Array
from optiviz.networks.activations import ACTIVATIONS
from optiviz.problems.network_training import NetworkTraining

_UNITS = 0.5  # share of a layer's units from which that is worth a word
_DEAD = 0.2
_NUMBERS = 4_000_000  # products that are computed for it


def _hidden(case: Case) -> list[tuple[str, Array]]:
    """Return each hidden layer's activation, and what its units say, shape (units, rows)."""
    problem = case.problem
    assert isinstance(problem, NetworkTraining)
    X = case.network.data.X_train
    every = max(1, -(-len(X) * problem.dim // _NUMBERS))
    return layers_on(problem.network, case.state.x, X[::every])[:-1]


def _saturated(case: Case) -> Finding | None:
    for number, (name, a) in enumerate(_hidden(case), 1):
        if not np.isfinite(a).all():
            continue
        fare = health(name, a)
        units = int(np.count_nonzero(fare.saturated))
        if units < max(1, _UNITS * len(a)):
            continue
        activation = ACTIVATIONS[name]
        edge = NEAR * (activation.high - activation.low)
        low, high = activation.low + edge, activation.high - edge
        return Finding(
            f"Units of hidden layer {number} are saturated: what they say hardly changes with "
            "their weights. Smaller weights, or standardized features, let them move.",
            f"{units:,} of {len(a):,} {activation.label.lower()} units say less than {low:g} or "
            f"more than {high:g} for over {SATURATED:.0%} of {a.shape[1]:,} training rows; "
            f"{fare.at_limits.mean():.1%} of all that the layer says is there.",
            case.k,
            "See the units",
            "network",
        )
    return None


def _dead(case: Case) -> Finding | None:
    for number, (name, a) in enumerate(_hidden(case), 1):
        if name != "relu" or not np.isfinite(a).all():
            continue
        dead = int(np.count_nonzero(health(name, a).dead))
        if dead < max(1, _DEAD * len(a)):
            continue
        return Finding(
            f"Units of hidden layer {number} are dead: they say 0 for every row, and no gradient "
            "passes through them.",
            f"{dead:,} of {len(a):,} ReLU units say 0 for all of {a.shape[1]:,} training rows at "
            f"iteration {case.k:,}.",
            case.k,
            "See the units",
            "network",
        )
    return None


def _has_hidden(case: Case) -> bool:
    problem = case.problem
    return isinstance(problem, NetworkTraining) and len(problem.network.layers) > 1


RULES = (
    Rule("saturated units", _has_hidden, _saturated),
    Rule("dead units", _has_hidden, _dead),
)
