"""The two classic climbs beside the row-by-row programs, in one run: how many times as fast."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score

from optiviz.bench import Figures, reference
from optiviz.engine.draws import Draws
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.problems.network_training import NetworkTraining

_SEEDS = range(1, 21)
_CLIMBS = (
    ("classic-perceptron", (), 1_000),
    ("classic-perceptron", (), 10_000),
    ("classic-mlp", (10, 1), 1_000),
)
Score = Callable[[Any, Sequence[int]], float]
_REPEATS = 5  # of the fast one, which takes milliseconds
_STRETCH = 20  # iterations of the slow program that are timed for each seed


def measure() -> Iterator[Figures]:
    """Yield the figures of each climb; a stretch of the slow program is timed beside each seed."""
    for preset, units, iterations in _CLIMBS:
        spec = RunSpec.load(preset).with_value("stopping.max_iterations", iterations)
        Run(spec).finish()  # data are made and buffers warm before anything is timed
        pairs = [_pair(spec.replace(seed=seed), units) for seed in _SEEDS]
        yield Figures(
            preset,
            {
                "ratio": statistics.median(pair.classic / pair.ours for pair in pairs),
                "ratio_lowest": min(pair.classic / pair.ours for pair in pairs),
                "ratio_loops_alone": statistics.median(pair.loops / pair.ours for pair in pairs),
                "seeds": len(pairs),
                "iterations": iterations,
                "microseconds": 1e6 * statistics.median(pair.ours for pair in pairs),
                "classic_microseconds": 1e6 * statistics.median(pair.classic for pair in pairs),
                "same_accuracies": all(pair.same for pair in pairs),
            },
            preset + ", {iterations:,} iterations: {ratio:,.0f} times the classic row-by-row "
            "program (median of {seeds} seeds; lowest {ratio_lowest:,.0f}; beside its loops "
            "without scikit-learn's accuracy_score {ratio_loops_alone:,.0f}): {microseconds:.2f} "
            "against {classic_microseconds:,.0f} µs an iteration; same accuracies: "
            "{same_accuracies}",
        )


@dataclass(frozen=True)
class _Pair:
    """Seconds an iteration of one seed, and whether all found the same."""

    ours: float
    classic: float
    loops: float
    same: bool


def _pair(spec: RunSpec, units: tuple[int, ...]) -> _Pair:
    assert isinstance(spec.problem, NetworkTraining)
    assert isinstance(spec.optimizer, HillClimbing)
    data = spec.problem.dataset.load()
    run = Run(spec)
    run.prepare()
    start = run.state_now.x
    moves = spec.optimizer.step_size * Draws(spec.seed).normals("move", 0, _STRETCH, len(start))

    def timed(score: Score) -> tuple[float, list[float]]:
        began = time.perf_counter()
        _, scores = reference.hill_climb(data.X_train, data.y_train, start, moves, units, score)
        return (time.perf_counter() - began) / len(scores), scores

    def timed_ours() -> float:
        again = Run(spec)
        again.prepare()
        began = time.perf_counter()
        again.finish()
        return (time.perf_counter() - began) / again.k

    classic, scores = timed(accuracy_score)
    ours = statistics.median(timed_ours() for _ in range(_REPEATS))
    loops, _ = timed(reference.share_right)
    run.advance(_STRETCH)

    rows = run.trace.rows(0, _STRETCH + 1)
    assert rows is not None
    same = bool(np.allclose(1 - rows.f, scores, rtol=0, atol=1e-12))
    return _Pair(ours, classic, loops, same)
