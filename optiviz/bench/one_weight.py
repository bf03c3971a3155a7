"""Climbs that change one weight at a time, beside the same climbs with each point scored whole."""

import statistics
import time
from collections.abc import Iterator

from optiviz.bench import Figures
from optiviz.engine.problem import Array, Proposals
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stepper import Stepper
from optiviz.problems.network_training.evaluator import NetworkEvaluator

_SEEDS = range(1, 8)
_REPEATS = 3
_CLIMBS = (
    ("classic-perceptron", "perceptron", (), 3_000),
    ("classic-mlp", "5-10-1", (10,), 3_000),
    ("classic-mlp", "5-64-64-1", (64, 64), 300),
)


class _Whole(NetworkEvaluator):
    """It scores every point as if nothing were known of the one before."""

    def proposals(self, moves: Array) -> Proposals:
        return Proposals(self, moves)


def measure() -> Iterator[Figures]:
    """Yield the time with whole points over that with what a move touches, for each network."""
    for preset, name, hidden, iterations in _CLIMBS:
        spec = RunSpec.load(preset).with_value("optimizer.mutate", "one")
        layers = [{"units": units, "activation": "tanh"} for units in hidden]
        last = {"units": 1, "activation": "sigmoid" if hidden else "step"}
        spec = spec.with_value("problem.network.layers", [*layers, last])
        spec = spec.with_value("problem.initialization", "glorot")
        Run(spec.with_value("stopping.max_iterations", 1)).finish()
        pairs = [_pair(spec.replace(seed=seed), iterations) for seed in _SEEDS]
        yield Figures(
            name,
            {
                "ratio": statistics.median(whole / touched for whole, touched in pairs),
                "microseconds": 1e6 * statistics.median(touched for _, touched in pairs),
                "whole_microseconds": 1e6 * statistics.median(whole for whole, _ in pairs),
                "iterations": iterations,
                "seeds": len(pairs),
            },
            "one weight changed, " + name + ": {ratio:.1f} times as fast as "
            "a climb that scores each point whole (median of {seeds} seeds of {iterations:,} "
            "iterations): {microseconds:.1f} against {whole_microseconds:.1f} µs an iteration",
        )


def _pair(spec: RunSpec, iterations: int) -> tuple[float, float]:
    """Return the seconds an iteration with whole points, and with what a move touches."""
    least = [float("inf")] * 2
    for _ in range(_REPEATS):
        for i, whole in enumerate((True, False)):
            stepper = Stepper(spec)
            if whole:
                stepper.problem = _Whole(spec.problem)  # type: ignore[arg-type]
            state = stepper.start()
            began = time.perf_counter()
            stepper.steps(state, iterations)
            least[i] = min(least[i], (time.perf_counter() - began) / iterations)
    return least[0], least[1]
