"""How units of a network fare over many rows, and how what they say is shown as signed values."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optiviz.datasets import Dataset
from optiviz.networks import passes
from optiviz.networks.activations import ACTIVATIONS
from optiviz.networks.network import Network

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

SATURATED = 0.95  # share of the rows from which on a unit is called so
NEAR = 0.025  # of the range between its limits: a sigmoid's slope is then a tenth of its steepest
_LIMITS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "softmax": (0.0, 1.0)}
_MIDDLES = {"sigmoid": 0.5, "step": 0.5, "softmax": 0.5}


@dataclass(frozen=True, eq=False)
class Health:
    """The units of one layer over rows.

    Attributes
    ----------
    mean : ndarray, shape (units,)
        Of what each says.
    at_limits : ndarray, shape (units,)
        Share of the rows for which a unit is within a fortieth of its range from a limit, where
        its slope has all but gone; nan for activations without limits. Of an output, for which
        being sure is no fault, the share at the more frequent limit.
    saturated : ndarray of bool, shape (units,)
        That share is above 95%.
    dead : ndarray of bool, shape (units,)
        A ReLU that says 0 of every row, or a step that says the same of every row.
    """

    mean: Array
    at_limits: Array
    saturated: Flags
    dead: Flags


def health(activation: str, a: Array, is_output: bool = False) -> Health:
    """Return how the units of one layer fare.

    That units at their limits pass hardly any gradient on is of Glorot & Bengio (2010),
    Understanding the difficulty of training deep feedforward neural networks; that a ReLU may pass
    none, of Maas, Hannun & Ng (2013), Rectifier nonlinearities improve neural network acoustic
    models.

    Parameters
    ----------
    activation : str
    a : ndarray, shape (units, rows)
        What they say; at least one row.
    is_output : bool
    """
    share = np.full(len(a), np.nan)
    if activation in _LIMITS:
        low, high = _LIMITS[activation]
        near = NEAR * (high - low)
        below, above = (a < low + near).mean(axis=1), (a > high - near).mean(axis=1)
        share = np.maximum(below, above) if is_output else below + above
    dead = np.zeros(len(a), dtype=bool)
    if activation == "relu":
        dead = (a == 0).all(axis=1)
    elif activation == "step" and not is_output:
        dead = (a == a[:, :1]).all(axis=1)
    with np.errstate(all="ignore"):
        mean = a.mean(axis=1)
        return Health(mean, share, np.asarray(share > SATURATED), dead)


def signed(activation: str, a: Array) -> Array:
    """Return what units say as -1 to 1, with 0 where they are undecided or say nothing.

    Between limits the middle is 0; what has none is seen beside its largest size.

    Parameters
    ----------
    activation : str
    a : ndarray, shape (units, m)
    """
    if activation in _MIDDLES:
        return np.asarray(2 * (a - _MIDDLES[activation]))
    return a if activation in ("tanh", "sine") else _by_size(a)


def signed_inputs(X: Array) -> Array:
    """Return features over places, shape (features, m), as -1 to 1 from lowest to highest."""
    low, high = X.min(axis=1, keepdims=True), X.max(axis=1, keepdims=True)
    return _by_size(X - (low + high) / 2)


def _by_size(values: Array) -> Array:
    known = np.abs(np.where(np.isfinite(values), values, 0.0))
    largest = known.max(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        return np.asarray(values / np.where(largest > 0, largest, 1.0))


def round_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20 ... at or above a size; 1 for none."""
    if not 0 < value < np.inf:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    least = value / power * (1 - 1e-9)
    return float(power * next((step for step in (1.0, 2.0, 5.0) if step >= least), 10.0))


@lru_cache(maxsize=4)
def sample(dataset: Dataset, most: int) -> Array:
    """Return training rows, shape (m, features): evenly spaced ones where there are too many."""
    X = dataset.load().X_train
    return X if len(X) <= most else X[np.linspace(0, len(X) - 1, most).astype(np.int64)]


def layers_on(network: Network, x: Array, X: Array) -> list[tuple[str, Array]]:
    """Return each layer's activation and what its units say of rows, shape (units, rows)."""
    said = passes.activations(network, x, X)
    return [(layer.activation, a) for layer, a in zip(network.layers, said, strict=True)]


def spoken(activation: str) -> str:
    """Return an activation's name inside a sentence, such as "sigmoid" or "leaky ReLU"."""
    words = ACTIVATIONS[activation].label.split()
    return " ".join(word if word[1:].upper() == word[1:] or "LU" in word else word.lower()
                    for word in words)  # fmt: skip
