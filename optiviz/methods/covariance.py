"""How fast a normal distribution adapts to what it finds: the default rates of CMA-ES.

Numbers of equations are those of Hansen (2016), The CMA evolution strategy: a tutorial.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

import numpy as np

from optiviz.engine.optimizer import frozen
from optiviz.engine.problem import Array


@dataclass(frozen=True)
class Rates:
    """What follows from dimension and population size.

    Attributes
    ----------
    weights : ndarray, shape (size,)
        Of the ranks, best first; the first mu of them are not negative.
    mu_eff : float
        How many equal weights the first mu are worth.
    c_sigma, d_sigma, c_c, c_1, c_mu : float
        Rates of p_sigma, sigma (a damping), p_c, and of the updates of C of rank one and mu.
    chi : float
        E|N(0, I)|.
    """

    weights: Array
    mu: int
    mu_eff: float
    c_sigma: float
    d_sigma: float
    c_c: float
    c_1: float
    c_mu: float
    chi: float


@lru_cache(maxsize=64)
def default_rates(dim: int, size: int, separable: bool) -> Rates:
    """Return the rates for a dimension and a population size.

    Parameters
    ----------
    dim, size : int
        At least 1, and at least 2.
    separable : bool
        Those of Ros & Hansen (2008), instead of Hansen's table 1.
    """
    n, mu = dim, size // 2
    if separable:  # Ros & Hansen (2008), table 1
        raw = np.zeros(size)
        raw[:mu] = log(mu + 1) - np.log(np.arange(1, mu + 1))
    else:
        raw = log((size + 1) / 2) - np.log(np.arange(1, size + 1))  # eq. 49
    mu_eff = _worth(raw[:mu])
    # sqrt(n) (1 - 1/(4 n) + 1/(21 n^2))
    chi = sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    weights = raw / raw[:mu].sum()
    if separable:
        c_sigma = (mu_eff + 2) / (n + mu_eff + 3)
        c_c = 4 / (n + 4)
        c_cov = 2 / mu_eff / (n + sqrt(2)) ** 2
        c_cov += (1 - 1 / mu_eff) * min(1, (2 * mu_eff - 1) / ((n + 2) ** 2 + mu_eff))
        c_cov = min(1, c_cov * (n + 2) / 3)  # fewer parameters are learned faster: sect. 3
        c_1, c_mu = c_cov / mu_eff, c_cov * (1 - 1 / mu_eff)
    else:
        c_sigma = (mu_eff + 2) / (n + mu_eff + 5)  # eq. 55
        c_c = (4 + mu_eff / n) / (n + 4 + 2 * mu_eff / n)  # eq. 56
        c_1 = 2 / ((n + 1.3) ** 2 + mu_eff)  # eq. 57
        c_mu = min(1 - c_1, 2 * (mu_eff - 2 + 1 / mu_eff) / ((n + 2) ** 2 + mu_eff))  # eq. 58
        most = 1 + 2 * _worth(raw[mu:]) / (mu_eff + 2)  # eq. 51
        if c_mu > 0:
            most = min(most, 1 + c_1 / c_mu, (1 - c_1 - c_mu) / (n * c_mu))  # eq. 50, 52
        negative = -raw[raw < 0].sum()
        weights = np.where(raw >= 0, weights, raw * most / negative)  # eq. 53
    d_sigma = 1 + 2 * max(0.0, sqrt((mu_eff - 1) / (n + 1)) - 1) + c_sigma  # eq. 55
    return Rates(frozen(weights), mu, mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, chi)


def _worth(weights: Array) -> float:
    """Return the number of equal weights that average out as much as these: mu_eff."""
    return float(weights.sum() ** 2 / (weights**2).sum())
