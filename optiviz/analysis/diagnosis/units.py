"""Units that say the same for nearly all rows: saturated ones, and dead ones."""

import numpy as np

from optiviz.analysis.diagnosis.case import Case, Finding, Rule
from optiviz.engine.problem import Array
from optiviz.networks.activations import ACTIVATIONS, Activation, Relu
from optiviz.networks.network import Network
from optiviz.problems.network_training import NetworkTraining

_EDGE = 0.02  # of its range: within it of either end, a unit's slope is less than a tenth
_ROWS = 0.9  # share of rows for which a unit is there, so that it counts as saturated
_UNITS = 0.5  # share of a layer's units from which that is worth a word
_DEAD = 0.2
_NUMBERS = 4_000_000  # products that are computed for it


def _hidden(case: Case) -> list[tuple[Activation, Array]]:
    """Return each hidden layer's activation, and what its units say, shape (units, rows)."""
    problem = case.problem
    assert isinstance(problem, NetworkTraining)
    X = case.network.data.X_train
    every = max(1, -(-len(X) * problem.dim // _NUMBERS))
    return said(problem.network, case.state.x, X[::every])


def said(network: Network, x: Array, X: Array) -> list[tuple[Activation, Array]]:
    """Return what hidden units say, layer by layer.

    Parameters
    ----------
    network : Network
    x : ndarray, shape (dim,)
    X : ndarray, shape (rows, features)

    Returns
    -------
    list of (Activation, ndarray of shape (units, rows))
    """
    layers = []
    below = X.T
    with np.errstate(all="ignore"):  # weights may have flown off
        matrices = network.matrices(x, X.shape[1])
        for layer, W in zip(network.layers[:-1], matrices, strict=False):
            activation = ACTIVATIONS[layer.activation]
            a = W[:, :-1] @ below + W[:, -1:]
            activation.apply(a)
            layers.append((activation, a))
            below = a
    return layers


def _saturated(case: Case) -> Finding | None:
    for number, (activation, a) in enumerate(_hidden(case), 1):
        if activation.steepest is None or not np.isfinite(a).all():
            continue
        edge = _EDGE * (activation.high - activation.low)
        low, high = activation.low + edge, activation.high - edge
        beyond = (a < low) | (a > high)
        units = int(np.count_nonzero(beyond.mean(axis=1) >= _ROWS))
        if units < max(1, _UNITS * len(a)):
            continue
        return Finding(
            f"Units of hidden layer {number} are saturated: what they say hardly changes with "
            "their weights. Smaller weights, or standardized features, let them move.",
            f"{units:,} of {len(a):,} {activation.label.lower()} units say less than {low:g} or "
            f"more than {high:g} for at least {_ROWS:.0%} of {a.shape[1]:,} training rows; "
            f"{beyond.mean():.1%} of all that the layer says is there.",
            case.k,
            "See the units",
            "network",
        )
    return None


def _dead(case: Case) -> Finding | None:
    for number, (activation, a) in enumerate(_hidden(case), 1):
        if not isinstance(activation, Relu) or not np.isfinite(a).all():
            continue
        dead = int(np.count_nonzero((a <= 0).all(axis=1)))
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
