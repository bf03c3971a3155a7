"""Late in a climb, where hardly a move is kept any more: how many times as fast as the loops."""

import statistics
import time
from collections.abc import Iterator

from sklearn.metrics import accuracy_score

from optiviz.bench import Figures, reference
from optiviz.engine.draws import Draws
from optiviz.engine.optimizer import Outcome
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec
from optiviz.optimizers.hill_climbing import HillClimbing
from optiviz.problems.network_training import NetworkTraining

_SEEDS = range(1, 21)
_START, _END = 4_000, 8_000  # iterations
_RARE = 0.03  # acceptance rate
_STRETCH = 15  # iterations of the slow program that are timed for each seed


def measure() -> Iterator[Figures]:
    """Yield the ratio over the seeds that are late enough: that keep less than 3% of moves."""
    spec = RunSpec.load("classic-mlp").with_value("stopping.max_iterations", _END)
    found = [_measured(spec.replace(seed=seed)) for seed in _SEEDS]
    late = [(classic, ours) for classic, ours, acceptance in found if acceptance < _RARE]
    yield Figures(
        "classic-mlp",
        {
            "ratio": statistics.median(classic / ours for classic, ours in late),
            "seeds": len(late),
            "start": _START,
            "end": _END,
            "microseconds": 1e6 * statistics.median(ours for _, ours in late),
            "classic_microseconds": 1e6 * statistics.median(classic for classic, _ in late),
        },
        "classic-mlp, iterations {start:,} to {end:,}: {ratio:,.0f} times the classic row-by-row "
        "program (median of the {seeds} seeds that keep less than 3% of moves there): "
        "{microseconds:.2f} against {classic_microseconds:,.0f} µs an iteration",
    )


def _measured(spec: RunSpec) -> tuple[float, float, float]:
    """Return the seconds that the classic program and we need for an iteration; acceptance."""
    assert isinstance(spec.problem, NetworkTraining)
    assert isinstance(spec.optimizer, HillClimbing)
    data = spec.problem.dataset.load()
    times = []
    for _ in range(3):
        run = Run(spec)
        run.advance(_START)
        began = time.perf_counter()
        run.advance(_END - _START)
        times.append((time.perf_counter() - began) / (_END - _START))
    rows = run.trace.rows(_START + 1, _END + 1)
    assert rows is not None
    x = run.state_now.x
    draws = Draws(spec.seed)
    moves = spec.optimizer.step_size * draws.normals("move", _END, _STRETCH, len(x))
    units = [layer.units for layer in spec.problem.network.layers]
    began = time.perf_counter()
    reference.hill_climb(data.X_train, data.y_train, x, moves, units, accuracy_score)
    classic = (time.perf_counter() - began) / (_STRETCH + 1)
    acceptance = float((rows.outcome != Outcome.REJECTED).mean())
    return classic, statistics.median(times), acceptance
