"""How the classic climbs end over 100 seeds of split and search."""

from collections.abc import Iterator

import numpy as np

from optiviz.bench import Figures
from optiviz.engine.run import Run
from optiviz.engine.spec import RunSpec

_SEEDS = range(100)
_STUCK = 0.60  # training accuracy below which a climb never left the start's plateau


def measure() -> Iterator[Figures]:
    """Yield accuracies of the last point of each climb, split and search seed varied together."""
    for preset in ("classic-perceptron", "classic-mlp"):
        train, test = np.array([_accuracies(preset, seed) for seed in _SEEDS]).T
        yield Figures(
            preset,
            {
                "seeds": len(train),
                "train_mean": float(train.mean()),
                "train_deviation": float(train.std(ddof=1)),
                "train_median": float(np.median(train)),
                "test_mean": float(test.mean()),
                "test_deviation": float(test.std(ddof=1)),
                "stuck": float((train < _STUCK).mean()),
            },
            preset + ", {seeds} seeds: train accuracy has mean {train_mean:.3f}, deviation "
            "{train_deviation:.3f}, median {train_median:.3f}; test {test_mean:.3f}, "
            "{test_deviation:.3f}; below 0.60 stay {stuck:.0%}",
        )


def _accuracies(preset: str, seed: int) -> tuple[float, float]:
    spec = RunSpec.load(preset).replace(seed=seed).with_value("problem.dataset.split_seed", seed)
    run = Run(spec).finish()
    metrics = spec.problem.evaluator().metrics(run.state_now.x)
    return metrics["train_accuracy"], metrics["test_accuracy"]
