"""A decision boundary of 200 by 200 points, as a picture needs it."""

from collections.abc import Iterator

import numpy as np

from optiviz.bench import Figures
from optiviz.bench.timing import least
from optiviz.datasets.classification import Classification
from optiviz.engine.draws import Draws
from optiviz.networks.network import Layer, Network
from optiviz.problems.network_training import NetworkTraining

_SIDE = 200


def measure() -> Iterator[Figures]:
    """Yield the time of what a network of 2-64-64-1 says over a grid."""
    layers = (Layer(units=64, activation="tanh"), Layer(units=64, activation="tanh"))
    problem = NetworkTraining(
        dataset=Classification(n_features=2, n_informative=2, n_redundant=0),
        network=Network(layers=(*layers, Layer(units=1))),
    )
    evaluator = problem.evaluator()
    side = np.linspace(-3, 3, _SIDE)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    points = iter(problem.sample(Draws(1), "point", 0, 4096))

    def look() -> None:
        evaluator.picture(next(points), grid)

    yield Figures(
        "2-64-64-1",
        {"milliseconds": 1e3 * least(look), "side": _SIDE},
        "decision boundary, {side} by {side}, 2-64-64-1: {milliseconds:.1f} ms",
    )
