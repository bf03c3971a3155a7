"""How likely each sum of ranks is by luck alone, exactly, with ties or without.

References
----------
B. Streitberg & J. Röhmel (1986), "Exact distributions for permutation and rank tests: an
introduction to some recently published algorithms", Statistical Software Newsletter 12: the shift
algorithm.
"""

import numpy as np
from numpy.typing import NDArray

from optiviz.engine.problem import Array


def signed_ranks_p(ranks: Array, positive: NDArray[np.bool_]) -> float:
    """Return the two-sided p of the sum of ranks with a positive sign, if every sign is a coin's.

    Parameters
    ----------
    ranks : ndarray, shape (n,)
        Whole or half ones, as mid-ranks are.
    positive : ndarray of bool, shape (n,)
    """
    doubled = np.rint(2 * ranks).astype(int)
    share = np.zeros(doubled.sum() + 1)
    share[0] = 1.0
    for rank in doubled:
        shifted = np.concatenate((np.zeros(rank), share[: len(share) - rank]))
        share = (share + shifted) / 2
    return _two_sided(share, int(doubled[positive].sum()))


def rank_sum_p(ranks: Array, chosen: NDArray[np.bool_]) -> float:
    """Return the two-sided p of the sum of chosen ranks, if any choice of as many is as likely.

    Parameters
    ----------
    ranks : ndarray, shape (n,)
        Whole or half ones, as mid-ranks are.
    chosen : ndarray of bool, shape (n,)
    """
    doubled = np.rint(2 * ranks).astype(int)
    m = int(chosen.sum())
    ways = np.zeros((m + 1, doubled.sum() + 1))  # chosen so far x their sum
    ways[0, 0] = 1.0
    for rank in doubled:
        ways[1:, rank:] += ways[:-1, : ways.shape[1] - rank].copy()
    return _two_sided(ways[m] / ways[m].sum(), int(doubled[chosen].sum()))


def _two_sided(share: Array, found: int) -> float:
    tail = min(share[: found + 1].sum(), share[found:].sum())
    return float(min(1.0, 2 * tail))
