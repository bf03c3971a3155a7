"""Forward passes as a share of what this core could do at most."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from optiviz.bench import Figures
from optiviz.bench.timing import least
from optiviz.networks.kernels import Kernel
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Layer, Network

_NETWORKS = (((5, 10, 1), 670), ((2, 64, 64, 1), 2_000), ((20, 256, 256, 10), 20_000))
_POPULATIONS = (8, 32, 128, 256)
_LONGEST = 3e9  # multiplications in a call that is timed: about a tenth of a second
_LARGEST = 1 << 20  # numbers in a product: more are not held by any cache


def measure() -> Iterator[Figures]:
    """Yield, for each network, the best share over populations of 8 to 256 candidates."""
    for sizes, rows in _NETWORKS:
        shares = {}
        for population in _POPULATIONS:
            products = sum(a * b for a, b in pairwise(sizes))
            if population > _POPULATIONS[0] and products * rows * population > _LONGEST:
                break
            shares[population] = _share(sizes, rows, population)
        best = max(shares, key=lambda population: shares[population][0])
        share, ours = shares[best]
        name = "-".join(map(str, sizes))
        yield Figures(
            name,
            {"share": share, "population": best, "rows": rows, "microseconds": 1e6 * ours},
            "forward passes, " + name + ": {share:.0%} of the roof, which is the time of the "
            "multiplications and tanh alone, at {rows:,} rows and a population of {population}: "
            "{microseconds:,.1f} µs a candidate",
        )


def _share(sizes: tuple[int, ...], rows: int, population: int) -> tuple[float, float]:
    """Return the roof's time over ours, and the seconds that we need for a candidate."""
    *hidden, last = sizes[1:]
    layers = (*(Layer(units=n, activation="tanh") for n in hidden), Layer(units=last))
    network = Network(layers=layers)
    random = np.random.default_rng(1)
    X = random.standard_normal((rows, sizes[0]))
    target = random.random((last, rows)) > 0.5
    kernel = Kernel(network, X, target)
    W = random.standard_normal((population, network.dim(sizes[0]))) / np.sqrt(max(sizes))
    accuracy = LOSSES["accuracy"]
    shapes = [(n, m + 1) for m, n in pairwise(sizes)]
    ours = least(lambda: kernel.losses(W, accuracy)) / population
    roof = sum(_product(units, inputs) for units, inputs in shapes) + sum(hidden) * _tanh()
    return roof * rows / ours, ours


def _product(units: int, inputs: int) -> float:
    """Return the seconds of a layer's multiplications for a row: the best of several shapes."""
    random = np.random.default_rng(2)
    best = np.inf
    for count, width in ((1, 4096), (1, 1024), (4, 1024), (16, 670), (64, 256)):
        if count * units * width <= _LARGEST:
            weights, before = random.random((count, units, inputs)), random.random((inputs, width))
            out = np.empty((count, units, width))
            spent = least(lambda w=weights, b=before, o=out: np.matmul(w, b, out=o))  # type: ignore[misc]
            best = min(best, spent / (count * width))
    return best


def _tanh() -> float:
    """Return the seconds of tanh for one number, in a buffer that the cache holds."""
    z = np.random.default_rng(3).standard_normal(1 << 14)
    out = np.empty_like(z)
    return least(lambda: np.tanh(z, out=out)) / len(z)
