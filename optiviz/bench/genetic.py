"""A genetic algorithm beside a plain program that scores one candidate at a time."""

import statistics
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optiviz.bench import Figures
from optiviz.engine.draws import Draws
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.optimizers.genetic_algorithm import GeneticAlgorithm
from optiviz.problems.network_training import NetworkTraining

Array = NDArray[np.float64]

_SEEDS = range(1, 13)
_REPEATS = 3  # of the fast one
_GENERATIONS = 30


def measure() -> Iterator[Figures]:
    """Yield how many times as fast a generation is; both are timed beside each other."""
    spec = RunSpec.load("classic-mlp").with_values(
        [
            ("problem.objective", "log_loss"),
            ("problem.initialization", "glorot"),
            ("optimizer", GeneticAlgorithm().to_dict()),
            ("stopping.max_iterations", _GENERATIONS),
        ]
    )
    Run(spec).finish()  # data are made and buffers warm before anything is timed
    pairs = [_pair(spec.replace(seed=seed)) for seed in _SEEDS]
    ratios = [plain / ours for ours, plain, _, _ in pairs]
    size = GeneticAlgorithm().population_size
    yield Figures(
        "genetic",
        {
            "ratio": statistics.median(ratios),
            "ratio_lowest": min(ratios),
            "seeds": len(pairs),
            "generations": _GENERATIONS,
            "population": size,
            "microseconds": 1e6 * statistics.median(ours for ours, *_ in pairs) / size,
            "plain_microseconds": 1e6 * statistics.median(plain for _, plain, *_ in pairs) / size,
            "best": statistics.median(best for *_, best, _ in pairs),
            "plain_best": statistics.median(best for *_, best in pairs),
        },
        "genetic algorithm, population {population}, log loss, 5-10-1: {ratio:.1f} times a plain "
        "numpy program that scores one candidate at a time (median of {seeds} seeds of "
        "{generations} generations, lowest {ratio_lowest:.1f}): {microseconds:.1f} against "
        "{plain_microseconds:.1f} µs a candidate; median best log loss {best:.3f} and "
        "{plain_best:.3f}",
    )


def _pair(spec: RunSpec) -> tuple[float, float, float, float]:
    """Return seconds a generation of ours and of the plain one, and the best f of each."""
    assert isinstance(spec.problem, NetworkTraining)
    assert isinstance(spec.optimizer, GeneticAlgorithm)

    def timed() -> tuple[float, float]:
        run = Run(spec)
        run.prepare()
        began = time.perf_counter()
        run.finish()
        return (time.perf_counter() - began) / run.k, run.best_f

    first = [timed() for _ in range(_REPEATS)]
    data = spec.problem.dataset.load()
    random = np.random.default_rng(spec.seed)
    n = spec.optimizer.population_size
    population = spec.problem.sample(Draws(spec.seed), "start", 0, n)
    began = time.perf_counter()
    best = plain_program(data.X_train, data.y_train, population, _GENERATIONS, random)
    plain = (time.perf_counter() - began) / _GENERATIONS
    ours = statistics.median(seconds for seconds, _ in first + [timed() for _ in range(_REPEATS)])
    return ours, plain, first[0][1], best


def plain_program(
    X: Array, y: NDArray[np.int64], start: Array, generations: int, random: np.random.Generator
) -> float:
    """Return the best log loss of a genetic algorithm as one writes it with numpy.

    Tournaments of 3, uniform crossover in 9 of 10, gaussian mutation of a tenth of the weights, an
    elite of 1.

    Parameters
    ----------
    X : ndarray, shape (rows, features)
    y : ndarray of int, shape (rows,)
    start : ndarray, shape (members, dim)
        Weights of a network with 10 hidden units and one output.
    generations : int
    random : numpy.random.Generator
    """
    population = list(start)
    losses = [log_loss(w, X, y) for w in population]
    for _ in range(generations):
        children = [population[int(np.argmin(losses))]]
        scores = [min(losses)]
        while len(children) < len(population):
            first, second = (
                population[min(random.integers(len(population), size=3), key=losses.__getitem__)]
                for _ in range(2)
            )
            child = first
            if random.random() < 0.9:
                child = np.where(random.random(len(first)) < 0.5, second, first)
            mutated = random.random(len(child)) < 0.1
            child = child + 0.3 * random.standard_normal(len(child)) * mutated
            children.append(child)
            scores.append(log_loss(child, X, y))
        population, losses = children, scores
    return min(losses)


def log_loss(w: Array, X: Array, y: NDArray[np.int64]) -> float:
    """Return the mean log loss of a network with 10 hidden units and one output, all sigmoid."""
    n_inputs = X.shape[1] + 1
    hidden, output = w[: 10 * n_inputs].reshape(10, n_inputs), w[10 * n_inputs :]
    a = 1 / (1 + np.exp(-(X @ hidden[:, :-1].T + hidden[:, -1])))
    p = 1 / (1 + np.exp(-(a @ output[:-1] + output[-1])))
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
