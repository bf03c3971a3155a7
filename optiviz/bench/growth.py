"""How the time of an evaluation grows with rows, units and population: as a power of each."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import log

import numpy as np

from optiviz.bench import Figures
from optiviz.bench.timing import least
from optiviz.networks.kernels import Kernel
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Layer, Network


def measure() -> Iterator[Figures]:
    """Yield the slope of log(time) over log(size) for the last doubling, where size weighs most."""
    for what, sizes in (
        ("rows", (2_000, 20_000, 40_000, 80_000)),
        ("units", (64, 256, 512, 1024)),
        ("population", (8, 64, 128, 256)),
    ):
        times = [_time(what, size) for size in sizes]
        slopes = _slopes(sizes, times)
        yield Figures(
            what,
            {"slope": slopes[-1], "steepest": max(slopes), "size": sizes[-1]},
            "growth with " + what + ": time goes with the power of {slope:.2f} up to {size:,} "
            "(at most {steepest:.2f} between sizes)",
        )


def _time(what: str, size: int) -> float:
    rows, units, population = 2_000, 32, 8
    rows = size if what == "rows" else rows
    units = size if what == "units" else units
    population = size if what == "population" else population
    random = np.random.default_rng(1)
    network = Network(layers=(Layer(units=units), Layer(units=1)))
    kernel = Kernel(network, random.standard_normal((rows, 5)), random.random((1, rows)) > 0.5)
    W = random.standard_normal((population, network.dim(5)))
    return least(lambda: kernel.losses(W, LOSSES["log_loss"]), 0.5)


def _slopes(sizes: Sequence[int], times: Sequence[float]) -> list[float]:
    pairs = list(zip(sizes, times, strict=True))
    return [
        log(after / before) / log(large / small)
        for (small, before), (large, after) in pairwise(pairs)
    ]
