"""Which of several is best if other seeds had been drawn: by how many samples of them."""

import numpy as np

from optiviz.engine.problem import Array

_SEED = 19_790_701
_MOST = 4_000_000  # numbers drawn in all, so that it stays within about half a second
_RESAMPLES = 2_000
_FEWEST = 200
_AT_ONCE = 100_000  # numbers whose medians are taken in one go; of more, they leave the cache


def resampled(cost: Array, *, together: bool = True) -> Array:
    """Return medians of bootstrap samples of the seeds.

    Parameters
    ----------
    cost : ndarray, shape (k, n) or (k, r, c)
        Of k that are compared x n seeds, or x r seeds of one kind x c of another, both of which
        are drawn anew. Less is better; inf where a run failed.
    together : bool
        Whether runs of a seed belong together, so that the same seeds are drawn for all.

    Returns
    -------
    ndarray, shape (b, k)
        200 to 2,000 of them, fewer the more is compared; from a fixed seed.

    References
    ----------
    B. Efron (1979), "Bootstrap methods: another look at the jackknife", The Annals of Statistics 7;
    A. B. Owen (2007), "The pigeonhole bootstrap", The Annals of Applied Statistics 1.
    """
    k, *shape = cost.shape
    b = int(np.clip(_MOST // max(1, cost.size), _FEWEST, _RESAMPLES))
    rng = np.random.default_rng(_SEED)
    medians = np.empty((b, k))
    kinds = [rng.integers(n, size=(b, n) if together else (b, k, n)) for n in shape]
    step = max(1, _AT_ONCE // max(1, cost.size))
    for start in range(0, b, step):
        drawn = [kind[start : start + step] for kind in kinds]
        if together and len(shape) == 1:
            sample = np.moveaxis(cost[:, drawn[0]], 0, 1)
        elif together:
            every = np.arange(k)[:, None, None]
            sample = cost[every, drawn[0][:, None, :, None], drawn[1][:, None, None, :]]
        elif len(shape) == 1:
            sample = np.take_along_axis(cost[None], drawn[0], axis=2)
        else:
            every = np.arange(k)[:, None, None]
            sample = cost[every, drawn[0][:, :, :, None], drawn[1][:, :, None, :]]
        medians[start : start + step] = np.median(sample.reshape(len(sample), k, -1), axis=2)
    return medians


def chances_of_best(medians: Array) -> Array:
    """Return the share of bootstrap samples in which each has the least median, shape (k,).

    Those that share the least share the sample. Where all medians are inf, nobody is best.

    Parameters
    ----------
    medians : ndarray, shape (b, k)
    """
    least = medians.min(axis=1, keepdims=True)
    first = (medians == least) & np.isfinite(least)
    return np.asarray((first / np.maximum(1, first.sum(axis=1, keepdims=True))).mean(axis=0))
