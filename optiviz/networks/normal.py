"""The normal distribution, to double precision: numpy has no error function."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Cody (1969), "Rational Chebyshev approximations for the error function", Mathematics of
# Computation 23. Highest power first; each denominator begins with 1.
_BETWEEN = 0.46875
# erf(u) = u R(u^2) between -0.46875 and 0.46875
_MIDDLE = (
    (0.185777706184603153, 3.16112374387056560, 113.864154151050156, 377.485237685302021,
     3209.37758913846947),
    (1.0, 23.6012909523441209, 244.024637934444173, 1282.61652607737228, 2844.23683343917062),
)  # fmt: skip
# erfc(u) = exp(-u^2) R(u) from 0.46875 to 4. Up to 6 it is off by a part in 10^12, of which nothing
# is seen beside 1; and beyond, erfc(u) itself is smaller than what rounding takes off 1.
_OUTER = (
    (2.15311535474403846e-8, 0.564188496988670089, 8.88314979438837594, 66.1191906371416295,
     298.635138197400131, 881.952221241769090, 1712.04761263407058, 2051.07837782607147,
     1230.33935479799725),
    (1.0, 15.7449261107098347, 117.693950891312499, 537.181101862009858, 1621.38957456669019,
     3290.79923573345963, 4362.61909014324716, 3439.36767414372164, 1230.33935480374942),
)  # fmt: skip
_FAR = 6.5
_BLOCK = 8192  # numbers at a time: all that is in between then stays in the cache


def share_below(z: Array) -> Array:
    """Return the share of a standard normal distribution below z, (1 + erf(z / sqrt 2)) / 2.

    Off by at most 3e-16; below z = -9, where it is under 1e-18, its digits are lost.

    Parameters
    ----------
    z : ndarray

    Returns
    -------
    ndarray
        Of the same shape.
    """
    share = np.empty_like(z)
    step = max(1, _BLOCK * len(z) // max(1, z.size))
    for start in range(0, len(z), step):
        share[start : start + step] = _share_below(z[start : start + step])
    return share


def _share_below(z: Array) -> Array:
    u = z * np.sqrt(0.5)
    size, squared = np.abs(u), np.square(u)
    middle = _ratio(_MIDDLE, np.minimum(squared, 1.0))
    middle *= u
    middle += 1.0
    np.negative(squared, out=squared)
    outer = np.exp(squared, out=squared)
    outer *= _ratio(_OUTER, np.minimum(size, _FAR))
    outer = np.where(u > 0, 2.0 - outer, outer)
    share = np.where(size <= _BETWEEN, middle, outer)
    share *= 0.5
    return share


def density(z: Array) -> Array:
    """Return the density of the standard normal distribution at z, of the same shape."""
    return np.asarray(np.exp(-0.5 * np.square(z)) / np.sqrt(2 * np.pi))


def _ratio(polynomials: tuple[tuple[float, ...], tuple[float, ...]], t: Array) -> Array:
    """Return the quotient of two polynomials at t, by Horner's rule."""
    above, below = polynomials
    top, bottom = t * above[0], t + below[1]
    top += above[1]
    for a, b in zip(above[2:], below[2:], strict=True):
        top *= t
        top += a
        bottom *= t
        bottom += b
    top /= bottom
    return top
