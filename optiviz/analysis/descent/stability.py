"""What a learning rate does on a curvature: creep, come near, swing, fly off.

Near a point with the second derivative c, f is a parabola, and a step multiplies what is left of
the way (and of the last step) by a matrix whose eigenvalues say what follows, with h = rate * c:

- gradient descent: l = 1 - h, so that it is stable for h < 2.
- momentum b: l^2 - (1 + b - h) l + b = 0; stable for h < 2 (1 + b): Polyak (1964), Some methods of
  speeding up the convergence of iteration methods; ranges as in Goh (2017), Why momentum really
  works.
- Nesterov's momentum b: l^2 - (1 + b) (1 - h) l + b (1 - h) = 0; stable for
  h < 2 (1 + b) / (1 + 2 b). Of Nesterov (1983) as in Sutskever, Martens, Dahl & Hinton (2013).
"""

from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Literal

import numpy as np

from optiviz.engine.optimizer import Optimizer
from optiviz.methods.descent import Descent
from optiviz.optimizers.momentum import Momentum
from optiviz.optimizers.nesterov import Nesterov

Word = Literal["slow", "monotone", "one step", "two steps", "oscillating", "divergent"]

SLOW = 0.9  # of the way is left after a step: more is slow
AT_ONCE = 0.05  # of 1: how far h may be from where the way is done at once

MEANINGS: dict[Word, str] = {
    "slow": "less than a tenth of the way in a step",
    "monotone": "nearer with each step, from one side",
    "one step": "there in about one step",
    "two steps": "there in about two steps",
    "oscillating": "nearer, but past it and back",
    "divergent": "further off with each swing",
}


@dataclass(frozen=True)
class Range:
    """Learning rates with which the same happens.

    Attributes
    ----------
    low, high : float
        From above `low` up to `high`, which may be infinite.
    word : str
        What happens; `MEANINGS` says it in more words.
    """

    low: float
    high: float
    word: Word


def ranges(optimizer: Optimizer, curvature: float, factor: float = 1.0) -> tuple[Range, ...]:
    """Return what learning rates do where the second derivative is a number.

    Parameters
    ----------
    optimizer : Optimizer
        Gradient descent in all its batches, momentum or Nesterov's; nothing is known of others.
    curvature : float
    factor : float
        What the schedule multiplies the learning rate by.

    Returns
    -------
    tuple of Range
        Rising, from 0 to infinity without a gap; none where the curvature is not above 0.
    """
    if not known_of(optimizer) or not 0 < curvature * factor < inf:
        return ()
    found, low = [], 0.0
    for high, word in _limits(optimizer):
        high = high / (curvature * factor)
        if high > low:
            found.append(Range(low, high, word))
            low = high
    return tuple(found)


def known_of(optimizer: Optimizer) -> bool:
    """Whether the ranges of an algorithm's learning rate are known."""
    if not isinstance(optimizer, Descent):
        return False
    return isinstance(optimizer, Momentum | Nesterov) or type(optimizer).update is Descent.update


def word_at(rate: float, found: tuple[Range, ...]) -> Word | None:
    """Return what happens with a learning rate, or None where that is not known."""
    return next((r.word for r in found if r.low < rate <= r.high), None) if rate > 0 else None


def _limits(optimizer: Optimizer) -> list[tuple[float, Word]]:
    """Return up to which rate * curvature each word holds, in order."""
    if isinstance(optimizer, Momentum) and optimizer.momentum > 0:
        b = optimizer.momentum
        turns = (1 - sqrt(b)) ** 2  # where the roots meet, at sqrt(b)
        # The larger root is SLOW at this h; where they meet above it, all before is slow.
        slow = turns if sqrt(b) >= SLOW else 1 + b - (SLOW**2 + b) / SLOW
        end = 2 * (1 + b)
        return [(slow, "slow"), (turns, "monotone"), (end, "oscillating"), (inf, "divergent")]
    if isinstance(optimizer, Nesterov) and optimizer.momentum > 0:
        b = optimizer.momentum
        turns = ((1 - b) / (1 + b)) ** 2  # where the roots meet, at 2 b / (1 + b)
        meet = 2 * b / (1 + b)
        slow = turns if meet >= SLOW else 1 - SLOW**2 / (SLOW * (1 + b) - b)
        end = 2 * (1 + b) / (1 + 2 * b)
        return [
            (slow, "slow"),
            (turns, "monotone"),
            (1 - AT_ONCE, "oscillating"),
            (1 + AT_ONCE, "two steps"),
            (end, "oscillating"),
            (inf, "divergent"),
        ]
    return [
        (1 - SLOW, "slow"),
        (1 - AT_ONCE, "monotone"),
        (1 + AT_ONCE, "one step"),
        (2.0, "oscillating"),
        (inf, "divergent"),
    ]


def slope_of_map(optimizer: Optimizer, curvature: float, factor: float = 1.0) -> float:
    """Return the slope of x -> x - rate f'(x), plain descent, where f'' is the curvature."""
    rate = float(getattr(optimizer, "learning_rate", np.nan)) * factor
    return 1 - rate * curvature if isfinite(rate * curvature) else np.nan
