"""Errors counted in single precision, wherever that provably gives the answer of double precision.

A class depends on the sign of one weighted sum. Where single precision puts that sum further from
zero than its rounding can reach, the sign is right, and half the memory and a third of the time
are saved. Candidates for which one row is nearer than that are left to double precision.

A search asks for less: whether a candidate makes more errors than the point it starts from. Most
do so within the rows that this point gets wrong or nearly wrong, so that these few, the jury, are
looked at first.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optiviz.engine import threads
from optiviz.networks.activations import ACTIVATIONS, Activation
from optiviz.networks.kernels import Kernel
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Network
from optiviz.networks.rounding import HUGE, TINY, Layout, reach

Array = NDArray[np.float64]
Singles = NDArray[Any]  # of np.float32
Bools = NDArray[np.bool_]

_UNIT = 2.0**-24  # the unit roundoff of single precision
_TANH = 2.0**-20  # at most so far off is a single-precision tanh; its makers promise 2**-22
_SLACK = 0.25  # bounds are made for weights so much larger than those seen, as share of them
_CHUNK = 1024  # rows
_SUMS = 0.125  # how far off a sum over a chunk can be: its rows times the unit roundoff, squared
_CACHE = 1 << 17  # numbers in the buffers of one group of candidates: they stay in the L2 cache
_OFTEN = 0.25  # share of candidates that pass, above which a jury doesn't pay
_SPARE = 48  # rows in a jury besides those that are wrong
_MISTRIALS = 6  # candidates that a jury passes in vain before another one is chosen
_ONES = np.array((-1, 1), np.float32)


class Screen:
    """Counts a network's errors over one table of rows.

    Parameters
    ----------
    network : Network
        One for which `suits` holds.
    X : ndarray, shape (rows, features)
    target : ndarray of bool, shape (1, rows)
    """

    def __init__(self, network: Network, X: Array, target: Bools) -> None:
        self._n_rows = len(X)
        self._exact = Kernel(network, X, target)
        self._layout = network.layout(X.shape[1])
        self._hidden = [ACTIVATIONS[layer.activation] for layer in network.layers[:-1]]
        # The largest size of each input, and of the 1 that stands for the bias.
        self._largest = np.append(np.abs(X).max(axis=0), 1.0)
        inputs = np.ones((X.shape[1] + 1, len(X)), np.float32)
        with np.errstate(over="ignore"):
            inputs[:-1] = X.T
        sides = np.where(target[0], np.float32(0.5), np.float32(-0.5))
        self._all = _Rows(inputs, sides, self._layout, self._hidden)
        self._jury: _Rows | None = None
        self._mistrials = 0
        self._tried = self._passed = 4.0  # candidates of late
        self._cap = np.full(network.dim(X.shape[1]), -1.0)  # sizes of weights that bounds are for
        self._left = self._left_to_weights()
        self._scale = self._left
        self._longest = HUGE if self._largest.max() < HUGE else 0.0  # reach that can be used

    @staticmethod
    def suits(network: Network) -> bool:
        """Whether the bounds hold: bounded, smooth hidden units, and one output that has a sign."""
        *hidden, last = network.layers
        bounded = all(ACTIVATIONS[layer.activation].steepest is not None for layer in hidden)
        return (
            bool(hidden)
            and bounded
            and last.units == 1
            and ACTIVATIONS[last.activation].threshold == 0
        )

    @property
    def share(self) -> float:
        """The share of rows that is looked at of most candidates of a search."""
        return 1.0 if self._jury is None or self._often else self._jury.n / self._n_rows

    def error_rates(self, W: Array) -> Array:
        """Return the share of rows named wrongly, the very numbers of `Kernel.losses`.

        Parameters
        ----------
        W : ndarray, shape (n, dim)

        Returns
        -------
        ndarray, shape (n,)
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return self._rates(W, self._singles(W, self._scales(self._reach(np.abs(W)))))

    def error_rates_within(self, W: Array, limit: float | Array) -> Array:
        """Return the same numbers where they are at most a limit, elsewhere them or infinity.

        Parameters
        ----------
        W : ndarray, shape (n, dim)
            Candidates near each other.
        limit : float or ndarray of shape (n,)

        Returns
        -------
        ndarray, shape (n,)
        """
        sizes = np.abs(W)
        if not (sizes <= self._cap).all():
            largest = sizes.max(axis=0)
            self._cap = (1 + _SLACK) * largest + _SLACK * largest.mean()
            self._scale = self._scales(self._reach(self._cap[None]))
        singles = self._singles(W, self._scale)
        if self._jury is None or self._often:
            rates = self._rates(W, singles, limit)
            passed = rates <= limit
        else:
            rates = np.full(len(W), np.inf)
            may = np.flatnonzero(~(self._jury.least(singles) > limit * self._n_rows + 0.5))
            if len(may) == 0:
                self._note(len(W), 0)
                return rates
            rates[may] = self._rates(W[may], singles[may])
            passed = rates <= limit
            self._mistrials += len(may)
        n_passed = int(np.count_nonzero(passed))
        self._mistrials -= n_passed
        self._note(len(W), n_passed)
        if not self._often and (self._jury is None or self._mistrials >= _MISTRIALS):
            self._choose(singles, rates)
        return rates

    @property
    def _often(self) -> bool:
        return self._passed > _OFTEN * self._tried

    def _note(self, tried: int, passed: int) -> None:
        self._tried, self._passed = 0.9 * self._tried + tried, 0.9 * self._passed + passed

    def _choose(self, singles: Singles, rates: Array) -> None:
        """Choose the jury for candidates beside the best of these."""
        i = int(rates.argmin())
        size = self._n_rows if np.isinf(rates[i]) else int(rates[i] * self._n_rows) + _SPARE
        self._jury = self._all.hardest(singles[i], size) if 2 * size < self._n_rows else None
        self._mistrials = 0

    def _rates(self, W: Array, singles: Singles, limit: float | Array = np.inf) -> Array:
        least, most = self._all.least_and_most(singles)
        rates: Array = np.divide(least, self._n_rows, dtype=np.float64)
        rates += 0.0  # no row wrong may have come as -0
        sure = least == most  # nan is not
        if not sure.all():
            beyond = ~sure & (least > limit * self._n_rows + 0.5)
            rates[beyond] = np.inf
            unsure = np.flatnonzero(~(sure | beyond))
            if len(unsure):
                rates[unsure] = self._exact.losses(W[unsure], LOSSES["accuracy"])
            if 2 * len(unsure) > len(W):  # the bounds may be for weights that are no more
                self._cap = np.full_like(self._cap, -1.0)
        return rates

    def _singles(self, W: Array, scale: Array) -> Singles:
        """Return scaled weights in single precision."""
        singles: Singles = np.multiply(W, scale, dtype=np.float32, casting="same_kind")
        for (at, shape), below in zip(self._layout[1:], self._hidden, strict=True):
            if below.core is not None and below.shift:
                weights = singles[:, at].reshape(-1, *shape)
                shift = np.add.reduce(weights[..., :-1], axis=-1)
                if below.shift != below.gain:
                    shift *= np.float32(below.shift / below.gain)
                weights[..., -1] += shift
        return singles

    def _left_to_weights(self) -> Array:
        """Return what units that are applied by their core leave to the weights, shape (dim,)."""
        left = np.empty_like(self._cap)
        below: Activation | None = None
        for (at, shape), unit in zip(self._layout, (*self._hidden, None), strict=True):
            weights = left[at].reshape(shape)
            weights[...] = unit.pace if unit is not None and unit.core is not None else 1.0
            if below is not None and below.core is not None:
                weights[:, :-1] *= below.gain
            below = unit
        return left

    def _scales(self, reach: Array) -> Array:
        """Return what weights are multiplied by, shape (n, dim), for an output's reach, (n,).

        An output beyond 1 and -1 is then sure.
        """
        usable = (reach > TINY) & (reach < self._longest)
        scales = np.repeat(self._left[None], len(reach), axis=0)
        scales[:, self._layout[-1][0]] /= np.where(usable, reach, np.nan)[:, None]
        return scales

    def _reach(self, sizes: Array) -> Array:
        """Return how far rounding can move the output for weights of sizes (n, dim), shape (n,)."""
        return reach(
            sizes,
            self._largest,
            self._layout,
            self._hidden,
            unit_roundoff=_UNIT,
            off_by=_TANH,
        )


class _Rows:
    """Some rows of the table in single precision, with buffers for a group of candidates.

    Parameters
    ----------
    inputs : ndarray, shape (features + 1, rows)
        The last one is 1.
    sides : ndarray, shape (rows,)
        Half the sign that the output should have.
    """

    def __init__(
        self, inputs: Singles, sides: Singles, layout: Layout, hidden: Sequence[Activation]
    ) -> None:
        self.n = len(sides)
        self._inputs, self._sides = inputs, sides
        self._layout, self._hidden = layout, hidden
        starts = range(0, self.n, _CHUNK)
        self._chunks = [
            (np.ascontiguousarray(inputs[:, at : at + _CHUNK]), sides[at : at + _CHUNK])
            for at in starts
        ]
        widest = min(_CHUNK, self.n)
        numbers = sum(shape[0] for _, shape in layout) * widest
        self._group = max(1, min(128, _CACHE // numbers))
        self._buffers = [
            np.empty(self._group * shape[0] * widest, np.float32) for _, shape in layout
        ]
        self._sides_buffer = np.empty(self._group * widest, np.float32)

    def least(self, singles: Singles) -> Singles:
        """Return how many rows are wrong at least, shape (n,)."""
        return self._totals(singles, False)[0]

    def least_and_most(self, singles: Singles) -> tuple[Singles, Singles]:
        """Return how many rows are wrong at least and at most, each of shape (n,)."""
        return self._totals(singles, True)

    def hardest(self, single: Singles, size: int) -> "_Rows":
        """Return the rows that a candidate gets wrong, or most nearly so."""
        parts = [self._forward(single[None], inputs)[0] * side for inputs, side in self._chunks]
        rows = np.argpartition(np.concatenate(parts), size)[:size]
        return _Rows(self._inputs[:, rows], self._sides[rows], self._layout, self._hidden)

    def _totals(self, singles: Singles, both: bool) -> tuple[Singles, Singles]:
        n = len(singles)
        if n <= self._group and len(self._chunks) == 1:
            return self._bounds(singles, *self._chunks[0], both)
        least, most = np.zeros((2, n), np.float32)
        for start in range(0, n, self._group):
            part = slice(start, start + self._group)
            for inputs, sides in self._chunks:
                threads.go_on()
                low, high = self._bounds(singles[part], inputs, sides, both)
                least[part] += low
                most[part] += high
        return least, most

    def _bounds(
        self, singles: Singles, inputs: Singles, sides: Singles, both: bool
    ) -> tuple[Singles, Singles]:
        """Return how many rows of a chunk are wrong at least and at most.

        An output is cut off at -1 and 1, where it is sure: c. Of a sure row, 1/2 - side c is 0 if
        it is right and 1 if it is wrong. Of another one, whose true sign is that of c from
        |c| = 1/2 on, it is off by no more than 1 - c^2; and m - sum c^2 adds that up.
        """
        z = self._forward(singles, inputs)
        m = len(sides)
        c = self._sides_buffer[: z.size].reshape(z.shape)
        z.clip(_ONES[0], _ONES[1], out=c)
        toward = np.matmul(c, sides)
        sure = np.vecdot(c, c)
        least: Singles = sure - toward
        least -= np.float32(m / 2 + _SUMS)
        np.ceil(least, out=least)
        if not both:
            return least, least
        sure += toward
        most: Singles = np.subtract(np.float32(1.5 * m + _SUMS), sure)
        np.floor(most, out=most)
        return least, most

    def _forward(self, singles: Singles, inputs: Singles) -> Singles:
        """Return the outputs' weighted sums over their reach, shape (n, rows), in a buffer."""
        n, m = len(singles), inputs.shape[1]
        at, shape = self._layout[0]
        weights = singles[:, at].reshape(n * shape[0], shape[1])
        z: Singles = self._buffers[0][: len(weights) * m].reshape(len(weights), m)
        np.matmul(weights, inputs, out=z)
        for i, unit in enumerate(self._hidden, 1):
            if unit.core is not None:
                unit.core(z, out=z)
            else:
                unit.apply(z)
            a = z.reshape(n, -1, m)
            at, shape = self._layout[i]
            layer = singles[:, at].reshape(n, *shape)
            z = self._buffers[i][: n * shape[0] * m].reshape(n, shape[0], m)
            np.matmul(layer[..., :-1], a, out=z)
            z += layer[..., -1:]
        return z.reshape(n, m)
