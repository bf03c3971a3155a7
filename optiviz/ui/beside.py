"""What the workspaces of runs compare at one press of a button."""

from optiviz.engine.spec import RunSpec
from optiviz.ui.launch import Beside

_FASTEST_RATE = 1e6


def _seed_name(spec: RunSpec) -> str:
    return f"seed {spec.seed} · {spec.optimizer.label}"


def _ten_seeds(spec: RunSpec) -> list[RunSpec]:
    return [spec.replace(seed=(spec.seed + i) % 2**32) for i in range(10)]


def _rate_name(spec: RunSpec) -> str:
    rate = getattr(spec.optimizer, "learning_rate", None)
    return _seed_name(spec) if rate is None else f"rate {rate:g}"


def _four_rates(spec: RunSpec) -> list[RunSpec]:
    rate = getattr(spec.optimizer, "learning_rate", 0.0)
    rates = [float(f"{rate * factor:.3g}") for factor in (1 / 3, 1, 3, 10)]
    usable = [r for r in rates if 0 < r <= _FASTEST_RATE]
    return [spec.replace(optimizer=spec.optimizer.replace(learning_rate=r)) for r in usable]


TEN_SEEDS = Beside(
    "10 seeds",
    "Run ten times, each with another seed of start and search",
    _seed_name,
    _ten_seeds,
)

FOUR_RATES = Beside(
    "4 rates",
    "Run a third, once, three and ten times the learning rate side by side",
    _rate_name,
    _four_rates,
    "Only algorithms with a learning rate have rates to compare.",
)
