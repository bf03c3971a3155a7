"""What it costs to record a run: its columns, buckets, hash and snapshots."""

import statistics
import time
from collections.abc import Iterator

from optiviz.bench import Figures
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.engine.stepper import Stepper

_ITERATIONS = 10_000
_BLOCK = 1024  # iterations: as long as a run's own between two snapshots
_SEEDS = range(1, 8)


def measure() -> Iterator[Figures]:
    """Yield the time of a run over that of its steps alone, in blocks as long as its own."""
    for preset in ("classic-perceptron", "classic-mlp"):
        spec = RunSpec.load(preset).with_value("stopping.max_iterations", _ITERATIONS)
        ratios = [_ratio(spec.replace(seed=seed)) for seed in _SEEDS]
        yield Figures(
            preset,
            {"ratio": statistics.median(ratios), "iterations": _ITERATIONS, "seeds": len(ratios)},
            "recording, "
            + preset
            + ": {iterations:,} iterations take {ratio:.2f} times as long as "
            "without a record (median of {seeds} seeds)",
        )


def _ratio(spec: RunSpec) -> float:
    """Return the ratio of the least times of several repeats, in turns."""
    recorded, alone = [], []
    for _ in range(7):
        run, stepper = Run(spec), Stepper(spec)
        run.prepare()
        state = stepper.start()
        began = time.perf_counter()
        run.finish()
        recorded.append(time.perf_counter() - began)
        began = time.perf_counter()
        while state.k < _ITERATIONS:
            state, _ = stepper.steps(state, min(_BLOCK, _ITERATIONS - state.k))
        alone.append(time.perf_counter() - began)
    return min(recorded) / min(alone)
