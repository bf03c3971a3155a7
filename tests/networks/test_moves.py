"""Moves that are judged for less than a point costs: never another trace."""

import numpy as np
import pytest

from optiviz.datasets.classification import Classification
from optiviz.engine.problem import Evaluator, Proposals
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.networks.kernels import Kernel
from optiviz.networks.linear_moves import LinearMoves
from optiviz.networks.losses import LOSSES
from optiviz.networks.network import Layer, Network
from optiviz.networks.one_weight import OneWeightMoves
from optiviz.problems.network_training import NetworkTraining
from optiviz.problems.network_training.evaluator import NetworkEvaluator

CLIMBS = (
    {"kind": "hill_climbing", "step_size": 0.05},
    {"kind": "hill_climbing", "step_size": 1.0, "accept_ties": False},
    {"kind": "random_restart_hill_climbing", "patience": 30},
    {"kind": "simulated_annealing", "step_size": 0.3},
)


WIDE = {"layers": [{"units": 9, "activation": "tanh"}, {"units": 21}, {"units": 1}]}


def digests(preset: str, settings: dict[str, object], mutate: str) -> list[str]:
    spec = RunSpec.load("classic-mlp" if preset == "wide" else preset)
    spec = spec.with_value("optimizer", {**settings, "mutate": mutate})
    if preset == "wide":
        spec = spec.with_value("problem.network", WIDE)
        spec = spec.with_value("problem.initialization", "glorot")
    spec = spec.with_value("stopping.max_iterations", 200 if preset == "wide" else 500)
    runs = [Run(spec.replace(seed=seed)).finish() for seed in (1, 2)]
    assert [run.failure for run in runs] == [None, None]
    return [run.digest for run in runs]


@pytest.mark.parametrize("mutate", ["all", "subset", "one"])
@pytest.mark.parametrize("settings", CLIMBS)
@pytest.mark.parametrize("preset", ["classic-perceptron", "classic-mlp", "wide"])
def test_traces_are_those_of_points_scored_whole(preset, settings, mutate, monkeypatch):
    found = digests(preset, settings, mutate)
    monkeypatch.setattr(NetworkEvaluator, "proposals", Evaluator.proposals)
    assert digests(preset, settings, mutate) == found


class Scored(Evaluator[NetworkTraining]):
    """A network's errors in double precision, on a table of one's own."""

    def __init__(self, network: Network, X: np.ndarray, target: np.ndarray) -> None:
        super().__init__(NetworkTraining(dataset=Classification(), network=network))
        self.kernel = Kernel(network, X, target)

    def evaluate(self, X: np.ndarray) -> np.ndarray:
        return self.kernel.losses(X, LOSSES["accuracy"])


def table(seed: int, rows: int = 150) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((rows, 3)), rng.random((1, rows)) < 0.2


def check(proposals: Proposals, scored: Scored, x: np.ndarray, moves: np.ndarray) -> int:
    """Climb by the proposals and by points scored whole, and return how many moves were kept."""
    kept, at, f = 0, 0, float(scored.evaluate(x[None])[0])
    plain = Proposals(scored, moves)
    while at < len(moves):
        stop = min(len(moves), at + 30)
        wanted = plain.first(x, at, stop, f, ties=True)
        found = proposals.first(x, at, stop, f, ties=True)
        if wanted is None:
            assert found is None
            at = stop
            continue
        assert found is not None
        assert found[0] == wanted[0]
        assert found[1].tobytes() == wanted[1].tobytes()
        assert found[2] == wanted[2]
        i, x, f = found
        kept, at = kept + 1, i + 1
    return kept


UNIT = Network(layers=(Layer(units=1, activation="step"),))


@pytest.mark.parametrize("size", [1e-300, 1e-40, 1e-12, 1e-3, 1.0, 1e3, 1e38, 1e300])
@pytest.mark.parametrize("scale", [1e-300, 1e-40, 1.0, 1e38, 1e300])
def test_a_unit_of_any_size(size, scale):
    """Single precision has no numbers for most of these."""
    X, target = table(1)
    scored = Scored(UNIT, X * scale, target)
    moves = np.random.default_rng(2).standard_normal((60, 4)) * size
    with np.errstate(all="ignore"):
        for x in (np.zeros(4), np.ones(4), np.full(4, size), moves[0] * 1e-3):
            check(LinearMoves(scored, X * scale, target).take(moves), scored, x, moves)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_unit_that_has_no_value(value):
    X, target = table(1)
    scored = Scored(UNIT, X, target)
    moves = np.random.default_rng(2).standard_normal((60, 4))
    moves[7, 2] = value
    with np.errstate(all="ignore"):
        for x in (np.zeros(4), np.array([0, value, 0, 0])):
            check(LinearMoves(scored, X, target).take(moves), scored, x, moves)


@pytest.mark.parametrize("nudge", [0.0, 1e-17, -1e-17, 1e-15, 1e-9, -1e-9, 1e-7, -1e-6])
def test_rows_on_the_boundary_of_a_unit(nudge):
    X, target = table(3)
    scored = Scored(UNIT, X, target)
    rng = np.random.default_rng(4)
    x, moves = rng.standard_normal(4), 0.01 * rng.standard_normal((150, 4))
    moves[:, -1] = 0
    for move, row in zip(moves, X, strict=True):  # the bias puts a row on the boundary
        move[-1] = -(row @ (x + move)[:-1]) - x[-1] + nudge
    moves[1:] -= moves[:-1]  # where the one before was kept
    for at in (moves, moves[::-1].copy()):
        check(LinearMoves(scored, X, target).take(at), scored, x, at)


def test_a_long_climb_keeps_many_moves():
    """The check above would be idle if no move were kept."""
    X, _ = table(5, 400)
    target = (X @ [1, -2, 0.5] > 0.3)[None]
    scored = Scored(UNIT, X, target)
    moves = 0.1 * np.random.default_rng(6).standard_normal((2000, 4))
    assert check(LinearMoves(scored, X, target).take(moves), scored, np.ones(4), moves) > 20


def one_weight_each(seed: int, n: int, dim: int, size: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    moves = np.zeros((n, dim))
    moves[np.arange(n), rng.integers(dim, size=n)] = size * rng.standard_normal(n)
    return moves


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh"])
@pytest.mark.parametrize("units", [(5,), (4, 3), (3, 4, 2)])
@pytest.mark.parametrize("size", [1e-3, 0.3, 30.0])
def test_one_weight_of_a_network(hidden, units, size):
    """More moves are kept than what is held lasts for."""
    X, target = table(7)
    layers = tuple(Layer(units=n, activation=hidden) for n in units)
    network = Network(layers=(*layers, Layer(units=1, activation="step")))
    scored, dim = Scored(network, X, target), network.dim(3)
    moves = one_weight_each(8, 700, dim, size)
    proposals = OneWeightMoves(scored, network, X, target).take(moves)
    x = np.random.default_rng(9).standard_normal(dim)
    assert check(proposals, scored, x, moves) > 15


@pytest.mark.parametrize("value", [0.0, 1e-300, 1e200, 1e308, np.inf, np.nan])
def test_one_weight_beyond_all_numbers(value):
    X, target = table(7)
    network = Network(layers=(Layer(units=3, activation="tanh"), Layer(units=1)))
    scored, dim = Scored(network, X, target), network.dim(3)
    moves = one_weight_each(8, 80, dim, 1.0)
    moves[5, moves[5] != 0] = value
    moves[9:] *= 1.0 if np.isnan(value) else min(value, 1.0)
    x = np.random.default_rng(9).standard_normal(dim)
    with np.errstate(all="ignore"):
        proposals = OneWeightMoves(scored, network, X, target)
        check(proposals.take(moves), scored, x, moves)
        x[2] = value
        check(proposals.take(moves), scored, x, moves)


def test_one_weight_that_puts_rows_on_the_boundary():
    X, target = table(7)
    network = Network(layers=(Layer(units=3, activation="tanh"), Layer(units=1)))
    scored, dim = Scored(network, X, target), network.dim(3)
    x = np.random.default_rng(9).standard_normal(dim)
    moves = np.zeros((len(X), dim))
    moves[:, -1] = -scored.kernel.weighted_sums(x)[0]
    proposals = OneWeightMoves(scored, network, X, target).take(moves)
    plain = Proposals(scored, moves)
    for i in range(len(moves)):
        found = proposals.first(x, i, i + 1, np.inf, ties=True)
        wanted = plain.first(x, i, i + 1, np.inf, ties=True)
        assert found is not None
        assert wanted is not None
        assert found[2] == wanted[2]
